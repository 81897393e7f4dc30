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
	fullHouse  = 16          // times the minimum rate that a place is worth when there are too few
)

// wire is the net.Conn that go-smtp reads. Its state belongs to the session's goroutine, except
// what mu guards.
type wire struct {
	door   *door
	raw    net.Conn // the socket, on which the deadlines are set
	stream net.Conn // the socket, or TLS over it
	secure bool
	remote netip.Addr // invalid on a Unix socket
	local  bool       // loopback, Unix socket or trusted network
	begun  time.Time

	in  *bufio.Reader // reads the stream through fill
	out *bufio.Writer // flushed when we are about to wait for the client (RFC 2920 section 3.2)
	// dead: a read failed or we said goodbye; go-smtp sees the end of the connection from now on
	dead atomic.Bool

	line     []byte // what go-smtp has yet to take of the current line, a part of in's buffer
	chunk    int64  // bytes to come of the current BDAT chunk
	bdatOpen bool   // between the chunks of a mail
	sasl     bool   // the next line answers a 334
	muted    bool   // go-smtp greets again after STARTTLS; the client must not hear it
	esmtp    bool
	rcpt     string    // argument of RCPT as sent: go-smtp drops source routes
	behind   forwarded // whose mail a server of ours hands over
	helo     string    // the last greeting
	greeted  bool      // the next reply is to such a server's EHLO
	errors   int
	commands int // since the last mail
	mails    int

	mu        sync.Mutex
	inMail    bool
	since     time.Time     // begin of the mail, or of the wait for this command
	begunLine time.Time     // when a part of the command's line had come
	received  int64         // bytes of the mail so far
	reading   time.Time     // since when we wait for the client; zero: it waits for us
	waited    time.Duration // for the client, since it came or its last mail
	earned    int64         // bytes that it has sent in that time
	goodbye   string        // reply that ends the session before its next command

	once  sync.Once // of Close
	place *place
}

func (d *door) newWire(raw, stream net.Conn) *wire {
	w := &wire{door: d, raw: raw, stream: stream, begun: time.Now(), since: time.Now()}
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
	defer w.mu.Unlock()
	w.received += int64(n)
	w.earned += int64(n)
	w.rest(time.Now())
	return n, err
}

// rest ends a wait for the client.
func (w *wire) rest(now time.Time) {
	w.waited += now.Sub(w.reading)
	w.reading = time.Time{}
}

// handshake begins the wait for the client's part of TLS, which has Allowance as a whole.
func (w *wire) handshake(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reading = now
	if w.goodbye == "" {
		w.raw.SetDeadline(now.Add(w.door.opts().Allowance))
	}
}

func (w *wire) handshaken(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest(now)
	w.raw.SetDeadline(time.Time{})
}

// slow returns how long the client has made us wait beyond what its bytes are worth in a full
// house. It is 0 while the client waits for us.
func (w *wire) slow(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reading.IsZero() || w.goodbye != "" {
		return 0
	}
	worth := float64(w.earned) / float64(fullHouse*w.door.opts().MinRate)
	return max(0, w.waited+now.Sub(w.reading)-time.Duration(worth*float64(time.Second)))
}

// taken notes that a mail is durable: the client has made good use of its place.
func (w *wire) taken() {
	w.commands = 0
	w.mails++
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waited, w.earned = 0, 0
}

// arm sets the deadline of one read: a command has Idle, and its line Allowance once it has begun;
// a mail has Idle between two reads and as a whole Allowance beyond what it needs at the minimum
// rate; everything ends with the session's total.
func (w *wire) arm() error {
	o := w.door.opts()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.goodbye != "" && !w.inMail {
		return net.ErrClosed
	}
	now := time.Now()
	w.reading = now
	deadline := w.since.Add(o.Idle)
	switch {
	case w.inMail:
		rate := time.Duration(float64(w.received) / float64(o.MinRate) * float64(time.Second))
		deadline = earlier(w.since.Add(o.Allowance+rate), now.Add(o.Idle))
	case w.begunLine.IsZero() && w.in.Buffered() > 0:
		w.begunLine = now
		fallthrough
	case !w.begunLine.IsZero():
		deadline = earlier(deadline, w.begunLine.Add(o.Allowance))
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
	w.begunLine = time.Time{}
}

// dismiss ends the session with a reply, at once when it is waiting for a command and else after
// the mail in flight.
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

// giveWay ends the session for somebody else, whatever it is at; what is journalled by now is still
// answered.
func (w *wire) giveWay() {
	w.dismiss("421 4.7.0 Too many connections, closing the slowest")
	w.breakOff()
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
	if _, err := w.out.Write(w.announced(p)); err != nil {
		return 0, err
	}
	return len(p), nil
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
