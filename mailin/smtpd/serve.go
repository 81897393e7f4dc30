package smtpd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Serve takes SMTP from l until ctx ends; l is closed then. Sessions that wait are told 421, mails in flight have
// Options.Grace to end. It returns nil after a stop by ctx.
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
	// ctx is what the journal is called with: it outlives the one of Serve by Grace. go-smtp passes none.
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
		d.plain.smtp.TLSConfig = s.cert.config() // go-smtp only advertises it; the wire does the handshake
		d.secure = newQueue(d.dialogue())
	}
	return d
}

func (d *door) opts() *Options { return &d.server.opts }

// dialogue is go-smtp as we use it. Time-outs are the wire's, so are line limits and TLS.
func (d *door) dialogue() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(d.newSession))
	s.LMTP = d.lmtp
	s.Domain = d.opts().Hostname
	s.MaxMessageBytes = d.opts().MaxSize
	s.MaxRecipients = d.opts().Recipients
	s.MaxLineLength = saslLimit + commandLimit
	s.EnableSMTPUTF8 = true
	s.AllowInsecureAuth = true // the session decides
	s.ErrorLog = errorLog{d.opts().Log}
	return s
}

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

// accept goes on whatever happens to it, out of file descriptors above all, as long as the listener is open.
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
			d.opts().Log.Error("accept connection failed, trying again", "error", err, "pause", pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	}
}

// admit begins a session, or turns the client away.
func (d *door) admit(c net.Conn) {
	w := d.newWire(c, c)
	if tcp, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		w.remote = tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	// Behind a mail server on this host or in a trusted network is everybody: it is no single client.
	w.local = !w.remote.IsValid() || w.remote.IsLoopback() || d.opts().Trusted(w.remote)
	ok, full := d.server.limits.take(w.remote, w.local)
	if full && d.evict() {
		ok, _ = d.server.limits.take(w.remote, w.local)
	}
	if !ok {
		c.SetWriteDeadline(time.Now().Add(time.Second))
		c.Write([]byte("421 4.7.0 Too many connections, try again later\r\n"))
		c.Close()
		return
	}
	d.mu.Lock()
	d.wires[w] = struct{}{}
	d.active++
	d.mu.Unlock()
	d.plain.push(w)
}

// evict ends the session that has waited longest for its client, if one has waited too long.
func (d *door) evict() bool {
	var idlest *wire
	longest, now := d.opts().Patience, time.Now()
	d.mu.Lock()
	for w := range d.wires {
		if t := w.waiting(now); t > longest {
			idlest, longest = w, t
		}
	}
	d.mu.Unlock()
	if idlest == nil {
		return false
	}
	idlest.dismiss("421 4.7.0 Too many connections, closing the idle ones")
	d.release(idlest)
	return true
}

// release gives the connection's place to another; only the first call counts.
func (d *door) release(w *wire) {
	w.place.Do(func() { d.server.limits.give(w.remote) })
}

// secured puts the connection after STARTTLS in the place of the one before.
func (d *door) secured(w *wire, tc *tls.Conn) {
	next := d.newWire(w.raw, tc)
	next.secure, next.muted = true, true
	next.remote, next.local, next.begun = w.remote, w.local, w.begun
	next.place, next.goodbye, next.errors, next.commands = w.place, w.farewell(), w.errors, w.commands
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

// gone is called once for each wire that has closed.
func (d *door) gone(w *wire) {
	d.release(w)
	d.mu.Lock()
	delete(d.wires, w)
	d.mu.Unlock()
	d.leave()
}

// begin counts a mail in; false when the door has closed meanwhile.
func (d *door) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopping && d.active == 0 {
		return false
	}
	d.active++
	return true
}

func (d *door) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.active--; d.stopping && d.active == 0 {
		close(d.idle)
	}
}

const goodbye = "421 4.3.2 Service shutting down, try again later"

// stop dismisses all sessions and waits; after Grace it cuts them.
func (d *door) stop() {
	d.mu.Lock()
	d.stopping = true
	if d.active == 0 {
		close(d.idle)
	}
	for w := range d.wires {
		w.dismiss(goodbye)
	}
	d.mu.Unlock()
	select {
	case <-d.idle:
	case <-time.After(d.opts().Grace):
		d.cut()
	}
	<-d.idle
	for _, q := range d.queues() {
		q.Close()
		q.smtp.Shutdown(context.Background()) // waits for its goroutines, which have nothing left to do
	}
}

func (d *door) cut() {
	d.cancel()
	d.mu.Lock()
	defer d.mu.Unlock()
	for w := range d.wires {
		w.raw.Close()
	}
}

// queue is the listener through which go-smtp gets the connections that we have accepted.
type queue struct {
	smtp  *smtp.Server
	wires chan *wire
	done  chan struct{}
	once  sync.Once
}

func newQueue(s *smtp.Server) *queue {
	return &queue{smtp: s, wires: make(chan *wire), done: make(chan struct{})}
}

func (q *queue) push(w *wire) {
	select {
	case q.wires <- w:
	case <-q.done:
		w.Close()
	}
}

func (q *queue) Accept() (net.Conn, error) {
	select {
	case w := <-q.wires:
		return w, nil
	case <-q.done:
		return nil, net.ErrClosed
	}
}

func (q *queue) Close() error   { q.once.Do(func() { close(q.done) }); return nil }
func (q *queue) Addr() net.Addr { return &net.TCPAddr{} }

// errorLog is where go-smtp reports a panic that it has caught in a session.
//
// QUIRK: a client that goes away right after BDAT makes go-smtp call a session that it has already forgotten. It catches that
// panic too, and no mail is touched; a report without a line of this package in it is that.
type errorLog struct{ log *slog.Logger }

func (e errorLog) Printf(format string, v ...any) { e.log.Error(fmt.Sprintf(format, v...)) }
func (e errorLog) Println(v ...any)               { e.log.Error(fmt.Sprint(v...)) }
