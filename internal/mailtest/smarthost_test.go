package mailtest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net/smtp"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

var plain = []byte("From: Ana <ana@cliente.test>\r\nTo: soporte@ejemplo.test\r\nSubject: " +
	"Factura\r\nDate: Mon, 2 Mar 2026 10:00:00 -0500\r\n" +
	"Message-ID: <1@cliente.test>\r\nMIME-Version: 1.0\r\n\r\nHola.\r\n.\r\n..\r\n")

// recorder is a test whose failures are looked at instead of failing.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Helper() {}

func (r *recorder) failed() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failures
}

func TestSmarthostTakesMail(t *testing.T) {
	s := NewSmarthost(t, SmarthostOptions{})
	Send(t, s.Addr(), "ana@cliente.test", []string{"a@x.test", "b@x.test"}, plain)
	Send(t, s.Addr(), "", []string{"c@x.test"}, plain)
	got := s.Wait(t, 2)
	if m := got[0]; m.From != "ana@cliente.test" ||
		strings.Join(m.To, " ") != "a@x.test b@x.test" || !bytes.Equal(m.Raw, plain) ||
		m.Conn != 1 || m.TLS {
		t.Errorf("first mail: %+v", m)
	}
	if m := got[1]; m.From != "" || m.Conn != 2 || m.Time.IsZero() {
		t.Errorf("second mail: %+v", m)
	}
	if s.Connections() != 2 || !strings.Contains(strings.Join(s.Heard(), "\n"),
		"1 RCPT TO:<b@x.test>") {
		t.Errorf("%d connections, heard %q", s.Connections(), s.Heard())
	}
}

func TestSmarthostFollowsItsScript(t *testing.T) {
	s := NewSmarthost(t, SmarthostOptions{})
	code := func(rcpt string) int {
		err := Submit(s.Addr(), "ana@cliente.test", []string{rcpt}, plain)
		var reply *textproto.Error
		switch {
		case err == nil:
			return 250
		case errors.As(err, &reply):
			return reply.Code
		}
		return 0
	}
	check := func(name string, want ...int) {
		t.Helper()
		for i, w := range want {
			if got := code("x@x.test"); got != w {
				t.Errorf("%s, mail %d: %d, want %d", name, i+1, got, w)
			}
		}
	}
	for _, step := range []Step{Connect, MAIL, RCPT, DATA, End} {
		s.Script(step, Reply("450 no"), Usual(), Reply("550-no\r\n550 never"), Cut())
		check(string(step), 450, 250, 550, 0, 250)
	}
	s.Script(RCPT, Act{For: "X@x.test", Reply: "450 no", Always: true})
	check("always", 450, 450, 450)
	if got := code("other@x.test"); got != 250 {
		t.Errorf("the script for another recipient answered %d", got)
	}
	s.Script(RCPT)
	s.Script(Content, Act{DropAfter: 20})
	check("dropped", 0, 250)
	kept := len(s.Accepted())
	s.Script(End, Act{Cut: true, Store: true}, Cut())
	check("cut after the dot", 0, 0)
	if got := len(s.Accepted()) - kept; got != 1 {
		t.Errorf("%d of two cut mails were kept, want 1", got)
	}
	s.Script(EHLO, Act{Stall: 50 * time.Millisecond, Trickle: time.Millisecond})
	if start := time.Now(); code("x@x.test") != 250 || time.Since(start) < 60*time.Millisecond {
		t.Errorf("stall and trickle took %v", time.Since(start))
	}
}

func TestSmarthostGoesDownAndUp(t *testing.T) {
	s := NewSmarthost(t, SmarthostOptions{})
	s.Script(Connect, Act{Stall: Forever})
	stuck := make(chan error, 1)
	go func() { stuck <- Submit(s.Addr(), "", []string{"a@x.test"}, plain) }()
	for s.Open() == 0 {
		time.Sleep(time.Millisecond)
	}
	s.Stop()
	if err := <-stuck; err == nil {
		t.Error("a mail was taken by a server that stopped")
	}
	if err := Submit(s.Addr(), "", []string{"a@x.test"}, plain); err == nil {
		t.Error("a mail was taken by a server that is down")
	}
	s.Start(t)
	Send(t, s.Addr(), "", []string{"a@x.test"}, plain)
	s.Wait(t, 1)
}

func TestSmarthostSpeaksTLSAndAuth(t *testing.T) {
	s := NewSmarthost(t, SmarthostOptions{TLS: "starttls",
		Users: map[string]string{"ana": "clave"}})
	c, err := smtp.Dial(s.Addr())
	check(t, err)
	defer c.Close()
	if ok, _ := c.Extension("AUTH"); ok {
		t.Error("AUTH is offered before TLS")
	}
	if err := c.Mail("a@x.test"); err == nil {
		t.Error("MAIL was taken without AUTH")
	}
	check(t, c.StartTLS(&tls.Config{RootCAs: s.Pool(), ServerName: "localhost"}))
	if err := c.Auth(smtp.PlainAuth("", "ana", "mala", "127.0.0.1")); err == nil {
		t.Error("a wrong password was taken")
	}
	c, err = smtp.Dial(s.Addr())
	check(t, err)
	check(t, c.StartTLS(&tls.Config{RootCAs: s.Pool(), ServerName: "localhost"}))
	check(t, c.Auth(smtp.PlainAuth("", "ana", "clave", "127.0.0.1")))
	check(t, c.Mail("a@x.test"))
	check(t, c.Rcpt("b@x.test"))
	w, err := c.Data()
	check(t, err)
	w.Write(plain)
	check(t, w.Close())
	if m := s.Wait(t, 1)[0]; !m.TLS || m.User != "ana" {
		t.Errorf("TLS %v, user %q", m.TLS, m.User)
	}
}

func TestRawSpeaksExactBytes(t *testing.T) {
	s := NewSmarthost(t, SmarthostOptions{})
	replies := Raw(t, s.Addr(), Want("220"), "EH", 5*time.Millisecond, "LO x\r\n", Want("250"),
		"MAIL FROM:<>\r\nRCPT TO:<a@x.test>\r\n", Want("250"), Want("250"),
		"DATA\r\n", Want("354"), "a\n.\nb\r\n..c\r\n.\r\n", Want("250"), "QUIT\r\n", Want("221"),
		Closed{})
	if len(replies) != 7 || replies[6] != "221 2.0.0 bye" {
		t.Errorf("replies %q", replies)
	}
	if got := string(s.Accepted()[0].Raw); got != "a\n.\nb\r\n.c\r\n" {
		t.Errorf("content %q", got)
	}
	conn, err := dial(s.Addr())
	check(t, err)
	defer conn.Close()
	r := textproto.NewConn(conn)
	if _, err := wanted(&r.Reader, "250"); err == nil || !strings.Contains(err.Error(), "220") {
		t.Errorf("the greeting was taken for a 250: %v", err)
	}
	conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if err := ended(&r.Reader); err == nil {
		t.Error("an open connection was taken for a closed one")
	}
}
