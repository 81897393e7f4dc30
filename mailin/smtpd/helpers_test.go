package smtpd

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a journal that keeps mail in memory and counts what became of its spools.
type memory struct {
	mu      sync.Mutex
	mails   []mail
	opened  int
	closed  int
	discard bool // count, don't keep

	spoolErr, writeErr, receiveErr error
	receive                        func(context.Context) // called within Receive
}

type mail struct {
	Envelope
	data string
	size int
}

type memSpool struct {
	j    *memory
	buf  bytes.Buffer
	size int
	done bool
}

func (s *memSpool) Write(p []byte) (int, error) {
	if s.size += len(p); !s.j.discard {
		s.buf.Write(p)
	}
	if s.size > 1000 {
		return len(p), s.j.writeErr
	}
	return len(p), nil
}

func (s *memSpool) Close() error {
	s.j.mu.Lock()
	defer s.j.mu.Unlock()
	if s.done {
		panic("spool closed twice")
	}
	s.done = true
	s.j.closed++
	return nil
}

func (j *memory) Spool(context.Context) (Spool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.spoolErr != nil {
		return nil, j.spoolErr
	}
	j.opened++
	return &memSpool{j: j}, nil
}

func (j *memory) Receive(ctx context.Context, env Envelope, s Spool) (int64, error) {
	if j.receive != nil {
		j.receive(ctx)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.receiveErr != nil {
		return 0, j.receiveErr
	}
	sp := s.(*memSpool)
	if sp.done {
		panic("journalled after its close")
	}
	j.mails = append(j.mails, mail{env, sp.buf.String(), sp.size})
	return int64(len(j.mails)), nil
}

func (j *memory) all() []mail {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]mail(nil), j.mails...)
}

// body is the mail without our Received field.
func (m mail) body(t testing.TB) string {
	t.Helper()
	lines := strings.SplitAfterN(m.data, "\r\n", 2)
	for len(lines) == 2 && (strings.HasPrefix(lines[0], "Received: ") ||
		strings.HasPrefix(lines[0], "\t")) {
		rest := lines[1]
		if !strings.HasPrefix(rest, "\t") {
			return rest
		}
		lines = strings.SplitAfterN(rest, "\r\n", 2)
	}
	t.Fatalf("no Received field at the beginning of %.200q", m.data)
	return ""
}

const (
	ours     = "soporte@ejemplo.test"
	hostname = "mx.ejemplo.test"
)

// site is a running door with its journal and its log.
type site struct {
	t       testing.TB
	addr    string
	journal *memory
	server  *Server
	stop    context.CancelFunc
	done    chan error
	log     *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func options(j *memory) Options {
	return Options{
		Journal: j, Hostname: hostname, Domains: []string{"ejemplo.test"},
		Mailbox: func(a string) bool {
			local, domain, _ := strings.Cut(a, "@")
			local, _, _ = strings.Cut(local, "+")
			return domain == "ejemplo.test" &&
				(strings.EqualFold(local, "soporte") || local == "ñandú" || local == "ayuda")
		},
	}
}

type setup func(*Options)

// open starts an SMTP door on loopback; it is stopped and checked when the test ends.
func open(t testing.TB, change ...setup) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return openOn(t, l, (*Server).Serve, change...)
}

func openOn(t testing.TB, l net.Listener, serve func(*Server, context.Context, net.Listener) error,
	change ...setup) *site {
	t.Helper()
	s := &site{t: t, addr: l.Addr().String(), journal: &memory{}, done: make(chan error, 1),
		log: &lockedBuffer{}}
	o := options(s.journal)
	o.Grace = 2 * time.Second
	o.Log = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, c := range change {
		c(&o)
	}
	var err error
	if s.server, err = New(o); err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	go func() { s.done <- serve(s.server, ctx, l) }()
	t.Cleanup(s.shut)
	return s
}

// shut stops the door and checks that every spool was closed and every place was given back.
func (s *site) shut() {
	s.t.Helper()
	s.stop()
	select {
	case err := <-s.done:
		if err != nil {
			s.t.Errorf("Serve: %v", err)
		}
		s.done <- nil
	case <-time.After(patience):
		s.t.Fatal("the door does not stop")
	}
	if j := s.journal; j.opened != j.closed {
		s.t.Errorf("%d spools opened, %d closed", j.opened, j.closed)
	}
	if n := len(s.server.places.taken) + len(s.server.places.by); n != 0 {
		s.t.Errorf("%d connections still counted after the end", n)
	}
}

// patience is for what must come, on the slowest machine.
const patience = 2 * time.Minute

// client says exact bytes.
type client struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

func (s *site) dial() *client {
	s.t.Helper()
	network := "tcp"
	if strings.HasPrefix(s.addr, "/") {
		network = "unix"
	}
	c, err := net.Dial(network, s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	return newClient(s.t, c)
}

func newClient(t testing.TB, c net.Conn) *client {
	c.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { c.Close() })
	return &client{t, c, bufio.NewReader(c)}
}

// hello opens a session up to EHLO.
func (s *site) hello() *client {
	s.t.Helper()
	c := s.dial()
	c.expect("220 ")
	c.ok("EHLO cliente.test")
	return c
}

func (c *client) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		c.t.Fatalf("send %.80q: %v", s, err)
	}
}

// reply reads a whole reply; "" is the end of the connection.
func (c *client) reply() string {
	var b strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		b.WriteString(line)
		if err != nil || len(line) < 4 || line[3] != '-' {
			return b.String()
		}
	}
}

func (c *client) expect(prefix string) string {
	c.t.Helper()
	got := c.reply()
	if !strings.HasPrefix(got, prefix) || got == "" {
		c.t.Fatalf("got reply %q, wanted %q…", got, prefix)
	}
	return got
}

func (c *client) expectEnd() {
	c.t.Helper()
	if got := c.reply(); got != "" {
		c.t.Fatalf("got reply %q, wanted the end of the connection", got)
	}
}

func (c *client) cmd(line, prefix string) string {
	c.t.Helper()
	c.send(line + "\r\n")
	return c.expect(prefix)
}

func (c *client) ok(line string) string { c.t.Helper(); return c.cmd(line, "250") }

// begin opens a transaction up to the 354.
func (c *client) begin() {
	c.t.Helper()
	c.ok("MAIL FROM:<cliente@otro.test>")
	c.ok("RCPT TO:<" + ours + ">")
	c.cmd("DATA", "354")
}

// mail sends one, with the end, and wants the reply.
func (c *client) mail(data, prefix string) string {
	c.t.Helper()
	c.begin()
	go io.WriteString(c, data+".\r\n")
	return c.expect(prefix)
}

func sample(size int) string {
	var b strings.Builder
	b.WriteString("From: cliente@otro.test\r\nTo: " + ours + "\r\nSubject: Prueba\r\n\r\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%06d La factura no se imprime desde el lunes y nadie contesta.\r\n", i)
	}
	return b.String()[:size-2] + "\r\n"
}

// elsewhere is a listener whose clients seem to come from other addresses, in turn.
type elsewhere struct {
	net.Listener
	from chan netip.Addr
}

type elsewhereConn struct {
	net.Conn
	addr netip.Addr
}

func openElsewhere(t testing.TB, change ...setup) (*site, elsewhere) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := elsewhere{l, make(chan netip.Addr, 1)}
	return openOn(t, e, (*Server).Serve, change...), e
}

func (e elsewhere) Accept() (net.Conn, error) {
	c, err := e.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return elsewhereConn{c, <-e.from}, nil
}

func (c elsewhereConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(c.addr, 4000))
}
