package smtpd

import (
	"net/netip"
	"sync"
)

// limits counts the open connections of all listeners, in all and by address.
type limits struct {
	total, each int

	mu   sync.Mutex
	open int
	by   map[netip.Prefix]int
}

// network is what counts as one client: an IPv4 address, or the /64 that one IPv6 customer is given.
func network(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

// take counts a connection in. With exempt, the address may hold any number of them; full says whether it was the total that refused.
func (l *limits) take(a netip.Addr, exempt bool) (ok, full bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !exempt && l.by[network(a)] >= l.each {
		return false, false
	}
	if l.open >= l.total {
		return false, true
	}
	if l.by == nil {
		l.by = map[netip.Prefix]int{}
	}
	l.open++
	l.by[network(a)]++
	return true, false
}

func (l *limits) give(a netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.by[network(a)]--; l.by[network(a)] <= 0 {
		delete(l.by, network(a))
	}
}
