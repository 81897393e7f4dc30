package smtpd

import (
	"net/netip"
	"testing"
)

// TestC20SlowedAtTheDoor: a client of the world that tries out addresses is told to come again
// later, whichever it brings; our own servers never are.
func TestC20SlowedAtTheDoor(t *testing.T) {
	slow := func(netip.Addr) bool { return true }
	s := open(t, func(o *Options) {
		o.Slow, o.Relay = slow,
			func(netip.Addr) bool { return false }
	})
	c := s.hello()
	c.cmd("MAIL FROM:<cliente@otro.test>", "451 4.7.1")
	c.ok("NOOP")
	s = open(t, func(o *Options) { o.Slow = slow })
	s.hello().ok("MAIL FROM:<cliente@otro.test>")
}
