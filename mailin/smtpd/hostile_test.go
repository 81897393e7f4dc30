package smtpd

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// The ways in which one mail was made to look like two (CVE-2023-51764 and kin).
func TestSmuggling(t *testing.T) {
	ends := []string{
		"\n.\r\n", "\n.\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\r\n\x00.\r\n", "\n.\r", "\r.\r",
		"\r\r\n.\n", "\r\n.\x00\r\n",
		"\r\n.\r\r\n", "\n\n.\r\n", "\r\n.\n\r\n", "\n.\r\n\n", "\r\n\r.\r\n", "\r\n. \r\n",
		"\r\n\t.\r\n",
	}
	const second = "MAIL FROM:<ceo@ejemplo.test>\r\nRCPT TO:<" + ours +
		">\r\nDATA\r\nFrom: ceo@ejemplo.test\r\n\r\nPaguen\r\n.\r\n"
	for _, mode := range []BareLF{BareLFRefuse, BareLFKeep, BareLFLocal} {
		s := open(t, func(o *Options) { o.BareLF = mode })
		for _, end := range ends {
			before := len(s.journal.all())
			c := s.hello()
			c.begin()
			c.send("Subject: x\r\n\r\nhola" + end + second + "QUIT\r\n")
			first, then := c.reply(), c.reply()
			bare := strings.Contains(strings.ReplaceAll(end, "\r\n", ""), "\n") ||
				strings.Contains(strings.ReplaceAll(end, "\r\n", ""), "\r")
			want := "250 "
			if bare && mode == BareLFRefuse {
				want = "550 5.5.2"
			}
			if !strings.HasPrefix(first, want) || !strings.HasPrefix(then, "221") {
				t.Errorf("%q, mode %q: got %q, %q, wanted %s and 221", end, mode, first, then, want)
			}
			for _, m := range s.journal.all()[before:] {
				if m.From == "ceo@ejemplo.test" || !strings.Contains(m.data, "RCPT TO") {
					t.Errorf("%q, mode %q: smuggled a mail from %s", end, mode, m.From)
				}
			}
			if n := len(s.journal.all()) - before; n > 1 {
				t.Errorf("%q, mode %q: %d mails out of one", end, mode, n)
			}
		}
	}
}

const hostileBody = "RSET\r\nMAIL FROM:<ceo@ejemplo.test>\r\nRCPT TO:<" + ours +
	">\r\nDATA\r\nFrom: ceo@ejemplo.test\r\n\r\nPaguen\r\n.\r\n"

func TestStallDoesNotDesynchronise(t *testing.T) {
	for name, open354 := range map[string]func(*client){
		"DATA": func(c *client) { c.begin() },
		"BDAT": func(c *client) {
			c.ok("MAIL FROM:<a@otro.test>")
			c.ok("RCPT TO:<" + ours + ">")
			c.send("BDAT 5000 LAST\r\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(o *Options) { o.Idle = 300 * time.Millisecond; o.MinRate = 1 })
			c := s.hello()
			open354(c)
			// by the rate alone it could wait for minutes
			c.send("Subject: x\r\n\r\n" + strings.Repeat("hola\r\n", 100))
			c.expect("421 4.4.2")
			io.WriteString(c, hostileBody)
			c.expectEnd()
			if got := s.journal.all(); len(got) != 0 {
				t.Errorf("journalled %v", got)
			}
		})
	}
}

func TestCutMailIsDropped(t *testing.T) {
	for _, said := range []string{
		"DATA\r\nSubject: x\r\n\r\nhola\r\n", "DATA\r\nSubject: x\r\n.",
		"DATA\r\nSubject: x\r\n.\r", "BDAT 100 LAST\r\nSubject: x\r\n",
		"BDAT 12\r\nSubject: x\r\n", "BDAT 100\r\nSubject: x\r\n",
		"BDAT 12\r\nSubject: x\r\nBDAT 5 LAST\r\na",
	} {
		s := open(t)
		c := s.hello()
		c.ok("MAIL FROM:<a@otro.test>")
		c.ok("RCPT TO:<" + ours + ">")
		c.send(said)
		c.Conn.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c)
		s.shut()
		if got := s.journal.all(); len(got) != 0 {
			t.Errorf("%q: %d mails", said, len(got))
		}
	}
}

func TestBdat(t *testing.T) {
	s := open(t)
	c := s.hello()
	c.send("MAIL FROM:<a@otro.test>\r\nRCPT TO:<" + ours +
		">\r\nBDAT 8\r\nhola\r\n.\rBDAT 0\r\nBDAT 5 LAST\r\n\nQUIT")
	for range 5 {
		c.expect("250")
	}
	if got := s.journal.all()[0].body(t); got != "hola\r\n.\r\nQUIT" {
		t.Errorf("got %q", got)
	}
	c.ok("MAIL FROM:<a@otro.test>")
	c.ok("RCPT TO:<" + ours + ">")
	c.cmd("BDAT 6\r\nhola", "250")
	c.ok("RSET")
	c.send("BDAT 6 LAST\r\nQUIT\r\n") // refused, but its bytes are no commands
	c.expect("502")
	c.mail(sample(100), "250")
	if n := len(s.journal.all()); n != 2 {
		t.Errorf("%d mails, wanted 2", n)
	}
	for _, bad := range []string{"BDAT", "BDAT x", "BDAT -1 LAST", "BDAT 5 FIRST", "BDAT 5 LAST x",
		"BDAT 99999999999"} {
		c := s.hello()
		c.cmd(bad, "501")
		c.expectEnd()
	}
}

func TestEarlyTalker(t *testing.T) {
	s, e := openElsewhere(t)
	e.from <- netip.MustParseAddr("192.0.2.1")
	c := s.dial()
	c.send("EHLO x\r\nMAIL FROM:<a@otro.test>\r\n")
	c.expect("220")
	c.expect("503 5.5.1")
	c.expectEnd()
}

func TestPerAddressLimit(t *testing.T) {
	trusted := netip.MustParseAddr("198.51.100.1")
	s, e := openElsewhere(t, func(o *Options) {
		o.PerAddress = 1
		o.Trusted = func(a netip.Addr) bool { return a == trusted }
	})
	for _, c := range []struct{ from, want string }{
		{"192.0.2.1", "220"}, {"192.0.2.1", "421 4.7.0"}, {"::ffff:192.0.2.1", "421 4.7.0"},
		{"192.0.2.2", "220"},
		{"2001:db8::1", "220"}, {"2001:db8::2:1", "421 4.7.0"}, {"2001:db8:0:1::1", "220"},
		{"198.51.100.1", "220"}, {"198.51.100.1", "220"},
	} {
		e.from <- netip.MustParseAddr(c.from)
		if got := s.dial().reply(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %q, wanted %s", c.from, got, c.want)
		}
	}
}

// brokenListener fails as one does that is out of file descriptors.
type brokenListener struct {
	net.Listener
	failures int
}

func (b *brokenListener) Accept() (net.Conn, error) {
	if b.failures--; b.failures >= 0 {
		return nil, &net.OpError{Op: "accept", Err: io.ErrNoProgress}
	}
	return b.Listener.Accept()
}

func TestAcceptGoesOn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := openOn(t, &brokenListener{l, 3}, (*Server).Serve)
	s.hello().mail(sample(100), "250")
}

func TestListenerClosedByOthers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(options(&memory{}))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := s.Serve(context.Background(), l); err == nil {
		t.Error("Serve on a closed listener returned no error")
	}
}

func TestStopTellsIdleSessions(t *testing.T) {
	s := open(t)
	c, in := s.hello(), s.hello()
	in.ok("MAIL FROM:<a@otro.test>")
	go s.stop()
	for _, c := range []*client{c, in} {
		c.expect("421 4.3.2")
		c.expectEnd()
	}
	s.shut()
	if _, err := net.Dial("tcp", s.addr); err == nil {
		t.Error("still listening")
	}
}

func TestStopLetsMailsEnd(t *testing.T) {
	s := open(t)
	data, bdat := s.hello(), s.hello()
	data.begin()
	data.send("Subject: x\r\n")
	bdat.ok("MAIL FROM:<a@otro.test>")
	bdat.ok("RCPT TO:<" + ours + ">")
	bdat.cmd("BDAT 12\r\nSubject: x", "250")
	idle := s.hello()
	go s.stop()
	idle.expect("421 4.3.2")
	data.send("\r\nhola\r\n.\r\n")
	data.expect("250")
	data.expect("421 4.3.2")
	data.expectEnd()
	bdat.cmd("BDAT 6 LAST\r\nhola", "250")
	bdat.expect("421 4.3.2")
	s.shut()
	if got := s.journal.all(); len(got) != 2 {
		t.Errorf("%d mails, wanted 2", len(got))
	}
}

func TestStopCutsAfterGrace(t *testing.T) {
	s := open(t, func(o *Options) { o.Grace = 50 * time.Millisecond })
	begun := make(chan bool)
	s.journal.receive = func(ctx context.Context) { close(begun); <-ctx.Done() }
	s.journal.receiveErr = context.Canceled
	stalled, working := s.hello(), s.hello()
	stalled.begin()
	working.begin()
	working.send("x\r\n.\r\n")
	<-begun
	s.shut()
	stalled.expect("421 4.4.2")
	stalled.expectEnd()
	working.expect("451 4.3.0")
	working.expect("421 4.3.2")
	working.expectEnd()
}

// FuzzDialogue: whatever a client says, the session comes to an end, nothing panics, and there are
// never more mails than terminators.
func FuzzDialogue(f *testing.F) {
	const tx = "EHLO x\r\nMAIL FROM:<a@otro.test>\r\nRCPT TO:<" + ours + ">\r\n"
	f.Add([]byte(tx + "DATA\r\nhola\r\n.\r\nQUIT\r\n"))
	f.Add([]byte(tx + "DATA\r\nhola\n.\r\n" + hostileBody))
	f.Add([]byte(tx + "BDAT 4\r\nholaBDAT 2 LAST\r\n\r\n" + tx + "BDAT 99999 LAST\r\n"))
	f.Add(
		[]byte("STARTTLS\r\nAUTH PLAIN\r\nAUTH LOGIN\r\nYQ==\r\n*\r\nRCPT TO:<postmaster>\r\n" +
			"VRFY\r\n"))
	f.Add([]byte("HELO\nEHLO [1.2.3.4]\nMAIL FROM:<> SIZE=1 BODY=8BITMIME SMTPUTF8\nRCPT TO:<\"a " +
		"b\"@ejemplo.test>\nDATA\n.\r\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		s := open(t, func(o *Options) {
			o.AuthLoopback, o.MaxSize = true, 10_000
			o.Auth = func(string, string) error { return ErrAuth }
		})
		c := s.dial()
		go func() {
			c.Write(said)
			c.Conn.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(io.Discard, c)
		s.shut()
		most := bytes.Count(said, []byte("\n.\r\n")) +
			bytes.Count(bytes.ToUpper(said), []byte("LAST"))
		if n := len(s.journal.all()); n > most {
			t.Errorf("%d mails out of %d terminators", n, most)
		}
		if strings.Contains(s.log.String(), "buzon/mailin/smtpd.") { // in the trace of a panic
			t.Errorf("panic:\n%s", s.log)
		}
	})
}
