package smtpd

import (
	"bufio"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	wireBuffer = 32 << 10
	writeTime  = time.Minute // for a client to take our replies
)

// wire is the net.Conn that go-smtp reads. Its state belongs to the session's goroutine, except what mu guards.
type wire struct {
	door   *door
	raw    net.Conn // the socket, on which the deadlines are set
	stream net.Conn // the socket, or TLS over it
	secure bool
	remote netip.Addr // invalid on a Unix socket
	local  bool       // loopback, Unix socket or trusted network
	begun  time.Time

	in   *bufio.Reader // reads the stream through fill
	out  *bufio.Writer // flushed when we are about to wait for the client (RFC 2920 section 3.2)
	dead atomic.Bool   // a read failed or we said goodbye: go-smtp sees the end of the connection from now on

	line     []byte // what go-smtp has yet to take of the current line, a part of in's buffer
	chunk    int64  // bytes to come of the current BDAT chunk
	bdatOpen bool   // between the chunks of a mail
	sasl     bool   // the next line answers a 334
	muted    bool   // go-smtp greets again after STARTTLS; the client must not hear it
	esmtp    bool
	rcpt     string // argument of RCPT as sent: go-smtp drops source routes
	errors   int
	commands int // since the last mail

	mu       sync.Mutex
	inMail   bool
	since    time.Time // begin of the mail, or of the wait for this command
	received int64     // bytes of the mail so far
	goodbye  string    // reply that ends the session before its next command

	once  sync.Once  // of Close
	place *sync.Once // of giving the place back, the same after STARTTLS
}

func (d *door) newWire(raw, stream net.Conn) *wire {
	w := &wire{door: d, raw: raw, stream: stream, begun: time.Now(), since: time.Now(), place: new(sync.Once)}
	w.in = bufio.NewReaderSize(reader(w.fill), wireBuffer)
	w.out = bufio.NewWriterSize(writer(w.emit), 4<<10)
	return w
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

type writer func([]byte) (int, error)

func (f writer) Write(p []byte) (int, error) { return f(p) }

// Read gives go-smtp one command line, the rest of a BDAT chunk, or the end.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.line) == 0 && w.chunk == 0 && !w.dead.Load() {
		w.line = w.command()
	}
	switch {
	case w.dead.Load():
		return 0, io.EOF
	case len(w.line) > 0:
		n := copy(p, w.line)
		w.line = w.line[n:]
		return n, nil
	}
	n, err := w.in.Read(p[:min(int64(len(p)), w.chunk)])
	w.chunk -= int64(n)
	if err != nil {
		w.dead.Store(true)
		return n, io.EOF
	}
	return n, nil
}

// fill reads from the client once what we have to say is said.
func (w *wire) fill(p []byte) (int, error) {
	if err := w.out.Flush(); err != nil {
		return 0, err
	}
	if err := w.arm(); err != nil {
		return 0, err
	}
	n, err := w.stream.Read(p)
	w.mu.Lock()
	w.received += int64(n)
	w.mu.Unlock()
	return n, err
}

// arm sets the deadline of one read: a command has Idle as a whole, a mail Idle between two reads and as a whole Idle
// beyond what it needs at the minimum rate, and everything ends with the session's total.
func (w *wire) arm() error {
	o := w.door.opts()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.goodbye != "" && !w.inMail {
		return net.ErrClosed
	}
	deadline := w.since.Add(o.Idle)
	if w.inMail {
		rate := time.Duration(float64(w.received) / float64(o.MinRate) * float64(time.Second))
		deadline = earlier(deadline.Add(rate), time.Now().Add(o.Idle))
	}
	return w.raw.SetReadDeadline(earlier(deadline, w.begun.Add(o.Total)))
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// enter notes what the next read is for.
func (w *wire) enter(inMail bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inMail, w.since, w.received = inMail, time.Now(), int64(w.in.Buffered())
}

// dismiss ends the session with a reply, at once when it is waiting for a command and else after the mail in flight.
func (w *wire) dismiss(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.goodbye == "" {
		w.goodbye = text
	}
	if !w.inMail {
		w.raw.SetReadDeadline(time.Unix(1, 0))
	}
}

// breakOff ends a dismissed session in the middle of its mail.
func (w *wire) breakOff() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inMail = false
	w.raw.SetReadDeadline(time.Unix(1, 0))
}

func (w *wire) farewell() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.goodbye
}

// waiting returns how long the client has owed us a command.
func (w *wire) waiting(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.inMail || w.goodbye != "" {
		return 0
	}
	return now.Sub(w.since)
}

// Write takes one reply line from go-smtp.
func (w *wire) Write(p []byte) (int, error) {
	if w.muted {
		w.muted = false
		return len(p), nil
	}
	if len(p) > 3 && p[3] == ' ' {
		w.sasl = string(p[:3]) == "334"
		w.bdatOpen = w.bdatOpen && p[0] < '4'
		if p[0] == '5' {
			w.errors++
		}
	}
	return w.out.Write(p)
}

func (w *wire) say(line string) { w.Write([]byte(line + "\r\n")) }

func (w *wire) emit(p []byte) (int, error) {
	w.raw.SetWriteDeadline(time.Now().Add(writeTime))
	return w.stream.Write(p)
}

// Close says what is left to say and gives the connection's place back.
func (w *wire) Close() error {
	w.dead.Store(true)
	w.once.Do(func() {
		w.out.Flush()
		w.stream.Close()
		w.door.gone(w)
	})
	return nil
}

func (w *wire) LocalAddr() net.Addr  { return w.raw.LocalAddr() }
func (w *wire) RemoteAddr() net.Addr { return w.raw.RemoteAddr() }

// The wire keeps its own deadlines.
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

var _ net.Conn = (*wire)(nil)
