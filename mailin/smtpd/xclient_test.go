package smtpd

import (
	"net/netip"
	"strings"
	"testing"
)

// TestXClient: a server of ours says whose mail it hands over; nobody else may.
func TestXClient(t *testing.T) {
	s := open(t)
	c := s.hello()
	if got := c.ok("EHLO mx.ejemplo.test"); !strings.Contains(got, "250-XCLIENT ADDR HELO") {
		t.Errorf("EHLO says %q", got)
	}
	for _, bad := range []string{"ADDR=casa", "ADDR", "ADDR=1.2.3.4+0A", "ADDR=+ZZ", "HELO=a+2"} {
		c.cmd("XCLIENT "+bad, "501")
	}
	c.cmd("XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.7 HELO=mx.otro+2Etest", "220")
	c.ok("EHLO mx.ejemplo.test")
	c.mail(sample(500), "250")
	c.cmd("XCLIENT ADDR=IPV6:2001:db8::1 HELO=[UNAVAILABLE]", "220")
	c.ok("EHLO otra.test")
	c.mail(sample(500), "250")
	c.cmd("XCLIENT ADDR=192.0.2.9 HELO=portatil LOGIN=ana@ejemplo.test", "220")
	c.ok("EHLO mx.ejemplo.test")
	c.mail(sample(500), "250")
	c.cmd("XCLIENT ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE]", "220")
	c.ok("EHLO mx.ejemplo.test")
	c.mail(sample(500), "250")
	c.cmd("QUIT", "221")
	var got []string
	for _, m := range s.journal.all() {
		got = append(got, strings.TrimSpace(m.Remote.String()+" "+m.Helo+" "+m.AuthUser))
	}
	if want := "192.0.2.7 mx.otro.test, 2001:db8::1 otra.test, 127.0.0.1 portatil " +
		"ana@ejemplo.test, 127.0.0.1 mx.ejemplo.test"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	s = open(t, func(o *Options) { o.Relay = func(netip.Addr) bool { return false } })
	c = s.hello()
	if got := c.ok("EHLO x"); strings.Contains(got, "XCLIENT") {
		t.Errorf("EHLO says a stranger %q", got)
	}
	c.cmd("XCLIENT ADDR=192.0.2.7", "550")
}
