package smtpd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func openLMTP(t *testing.T) *site {
	t.Helper()
	l, err := ListenUnix(filepath.Join(t.TempDir(), "lmtp.sock"), 0)
	if err != nil {
		t.Fatal(err)
	}
	return openOn(t, l, (*Server).ServeLMTP)
}

func TestLMTP(t *testing.T) {
	s := openLMTP(t)
	c := s.dial()
	c.expect("220 " + hostname + " LMTP")
	c.cmd("EHLO x", "500")
	c.ok("LHLO correo.test")
	c.ok("MAIL FROM:<a@otro.test>")
	c.ok("RCPT TO:<soporte@ejemplo.test>")
	c.cmd("RCPT TO:<nadie@ejemplo.test>", "550 5.1.1")
	c.ok("RCPT TO:<ayuda@ejemplo.test>")
	c.cmd("DATA", "354")
	c.send("Subject: x\n\r\n.\r\n")
	c.expect("250 2.0.0 <soporte@ejemplo.test> OK: queued as ")
	c.expect("250 2.0.0 <ayuda@ejemplo.test> OK: queued as ")
	s.journal.receiveErr = os.ErrDeadlineExceeded
	c.ok("MAIL FROM:<a@otro.test>")
	c.ok("RCPT TO:<soporte@ejemplo.test>")
	c.ok("RCPT TO:<ayuda@ejemplo.test>")
	c.send("BDAT 3 LAST\r\na\r\n")
	c.expect("451 4.3.0 <soporte@ejemplo.test> ")
	c.expect("451 4.3.0 <ayuda@ejemplo.test> ")
	c.cmd("QUIT", "221")
	got := s.journal.all()
	if len(got) != 1 || got[0].Protocol != "LMTP" || got[0].Remote.IsValid() || got[0].Vouched ||
		len(got[0].To) != 2 ||
		!strings.HasPrefix(got[0].data,
			"Received: from correo.test\r\n\tby mx.ejemplo.test with LMTP id ") {
		t.Errorf("got %+v", got)
	}
}

func TestListenUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := ListenUnix(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	if _, err := ListenUnix(path, 0); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("took over a socket that is in use: %v", err)
	}
	l.(interface{ SetUnlinkOnClose(bool) }).SetUnlinkOnClose(false)
	l.Close() // as after a crash: the socket stays
	l, err = ListenUnix(path, 0)
	if err != nil {
		t.Fatalf("stale socket: %v", err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o660 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	l.Close()
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ListenUnix(path, 0); err == nil {
		t.Error("replaced an ordinary file")
	}
}
