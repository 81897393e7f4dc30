package smtpd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Serve takes SMTP from l until ctx ends; l is closed then. Sessions that wait are told 421, mails
// in flight have Options.Grace to end. It returns nil after a stop by ctx.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	return s.newDoor(ctx, false).serve(ctx, l)
}

// ServeLMTP is Serve for LMTP (RFC 2033), with one reply per recipient; see [ListenUnix].
func (s *Server) ServeLMTP(ctx context.Context, l net.Listener) error {
	return s.newDoor(ctx, true).serve(ctx, l)
}

// door is one listener with its sessions.
type door struct {
	server *Server
	lmtp   bool
	plain  *queue
	secure *queue // sessions after STARTTLS; nil: not offered
	// ctx is what the journal is called with: it outlives the one of Serve by Grace. go-smtp passes
	// none.
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	wires    map[*wire]struct{}
	active   int // wires, and mails that are being read
	stopping bool
	idle     chan struct{} // closed when stopping and nothing is active
}

func (s *Server) newDoor(ctx context.Context, lmtp bool) *door {
	d := &door{server: s, lmtp: lmtp, wires: map[*wire]struct{}{}, idle: make(chan struct{})}
	d.ctx, d.cancel = context.WithCancel(context.WithoutCancel(ctx))
	d.plain = newQueue(d.dialogue())
	if s.cert != nil && !lmtp {
		// go-smtp only advertises it; the wire does the handshake
		d.plain.smtp.TLSConfig = s.cert.config()
		d.secure = newQueue(d.dialogue())
	}
	return d
}

func (d *door) opts() *Options { return &d.server.opts }

func (d *door) serve(ctx context.Context, l net.Listener) error {
	defer d.cancel()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	var wg sync.WaitGroup
	for _, q := range d.queues() {
		wg.Go(func() { q.smtp.Serve(q) })
	}
	err := d.accept(ctx, l)
	l.Close()
	d.stop()
	wg.Wait()
	return err
}

func (d *door) queues() []*queue {
	if d.secure == nil {
		return []*queue{d.plain}
	}
	return []*queue{d.plain, d.secure}
}

// accept goes on whatever happens to it, out of file descriptors above all, as long as the listener
// is open.
func (d *door) accept(ctx context.Context, l net.Listener) error {
	var pause time.Duration
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			d.admit(c)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accept connection on %s: %w", l.Addr(), err)
		default:
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			d.opts().Log.Error("accept connection failed, trying again",
				"error", err, "pause", pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	}
}

// admit begins a session, or turns the client away.
func (d *door) admit(c net.Conn) {
	var remote netip.Addr
	if tcp, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		remote = tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	local := !remote.IsValid() || remote.IsLoopback() || d.opts().Trusted(remote)
	relay := !remote.IsValid() || d.opts().relay(remote)
	place, loser := d.server.places.take(remote, relay, time.Now())
	if place == nil || loser != nil {
		d.server.full.Do(func() {
			d.opts().Log.Warn("connections are short, the slowest give way: "+
				"see smtp.connections and per_address", "remote", remote)
		})
	}
	if loser != nil {
		loser.giveWay()
	}
	if place == nil {
		c.SetWriteDeadline(time.Now().Add(time.Second))
		c.Write([]byte("421 4.7.0 Too many connections, try again later\r\n"))
		c.Close()
		return
	}
	w := d.newWire(c, c)
	w.remote, w.local, w.place = remote, local, place
	d.server.places.use(place, w)
	d.mu.Lock()
	d.wires[w] = struct{}{}
	d.active++
	d.mu.Unlock()
	d.plain.push(w)
}

// secured puts the connection after STARTTLS in the place of the one before.
func (d *door) secured(w *wire, tc *tls.Conn) {
	next := d.newWire(w.raw, tc)
	next.secure, next.muted = true, true
	next.remote, next.local, next.begun = w.remote, w.local, w.begun
	next.errors, next.commands, next.mails, next.waited = w.errors, w.commands, w.mails, w.waited
	next.place = w.place
	d.server.places.use(next.place, next)
	next.goodbye = w.farewell()
	d.mu.Lock()
	delete(d.wires, w)
	d.wires[next] = struct{}{}
	stopping := d.stopping
	d.mu.Unlock()
	w.once.Do(func() {}) // the socket is next's
	if stopping {
		next.dismiss(goodbye)
	}
	d.secure.push(next)
}
