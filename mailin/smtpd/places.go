package smtpd

import (
	"cmp"
	"net/netip"
	"sync"
	"time"
)

// places are the connections that may be open at once, over all listeners. A part of them is kept
// for relays, so that our own mail servers come in whatever strangers do. When the others are
// taken, a newcomer gets the place of whoever makes the worst use of his (slowest), or of the
// network that holds more than its share (crowded); else he is told to try again.
type places struct {
	total, each, reserve int
	patience             time.Duration

	mu        sync.Mutex
	taken     map[*place]struct{}
	strangers int                  // taken by others than relays
	by        map[netip.Prefix]int // of strangers, by host and by network
}

// place is what one connection holds, before STARTTLS and after.
type place struct {
	relay bool // a mail server of ours, or a Unix socket: behind it is everybody
	// host and network: an IPv4 address in its /24, or one IPv6 customer's /64 in his site's /48
	host, network netip.Prefix
	wire          *wire // nil: not in use yet. Guarded by places.mu, as all of it
}

func newPlaces(o Options) *places {
	return &places{
		total: o.Connections, each: o.PerAddress, reserve: o.Connections / 5, patience: o.Patience,
		taken: map[*place]struct{}{}, by: map[netip.Prefix]int{},
	}
}

func newPlace(a netip.Addr, relay bool) *place {
	host, network := 32, 24
	if a.Is6() {
		host, network = 64, 48
	}
	p := &place{relay: relay}
	p.host, _ = a.Prefix(host)
	p.network, _ = a.Prefix(network)
	return p
}

// take returns a place for the newcomer, or nil, and the wire that has to go for it, if one has.
func (p *places) take(a netip.Addr, relay bool, now time.Time) (*place, *wire) {
	n := newPlace(a, relay)
	p.mu.Lock()
	defer p.mu.Unlock()
	var loser *place
	switch {
	case !relay && p.by[n.host] >= p.each:
		loser = p.slowest(now, func(o *place) bool { return !o.relay && o.host == n.host })
	case !relay && p.strangers >= p.total-p.reserve:
		loser = cmp.Or(p.slowest(now, (*place).stranger), p.crowded(n, now))
	case len(p.taken) >= p.total:
		loser = cmp.Or(p.slowest(now, (*place).any), p.crowded(n, now))
	default:
		p.count(n, 1)
		return n, nil
	}
	if loser == nil {
		return nil, nil
	}
	p.count(loser, -1)
	p.count(n, 1)
	return n, loser.wire
}

func (o *place) stranger() bool { return !o.relay }
func (o *place) any() bool      { return true }

// slowest returns, of those who have made us wait too long, the place that wastes the most: so much
// time, and so many other places in the same network.
func (p *places) slowest(now time.Time, among func(*place) bool) (worst *place) {
	var most time.Duration
	for o := range p.taken {
		if o.wire == nil || !among(o) {
			continue
		}
		slow := o.wire.slow(now)
		waste := slow * time.Duration(max(p.by[o.network], 1))
		if slow > p.patience && waste > most {
			worst, most = o, waste
		}
	}
	return worst
}

// crowded returns the slowest place of the network that would still hold more than the newcomer's
// with one less; in the newcomer's own network, of the host. It is for those who come back as fast
// as they are shown out.
func (p *places) crowded(n *place, now time.Time) (worst *place) {
	var most int
	var longest time.Duration
	for o := range p.taken {
		if o.wire == nil || o.relay {
			continue
		}
		excess := p.by[o.network] - p.by[n.network] - 1
		if o.network == n.network {
			excess = p.by[o.host] - p.by[n.host] - 1
		}
		slow := o.wire.slow(now)
		if excess > most || excess > 0 && excess == most && slow > longest {
			worst, most, longest = o, excess, slow
		}
	}
	return worst
}

func (p *places) count(o *place, by int) {
	if by > 0 {
		p.taken[o] = struct{}{}
	} else {
		delete(p.taken, o)
	}
	if o.relay {
		return
	}
	p.strangers += by
	for _, prefix := range []netip.Prefix{o.host, o.network} {
		if p.by[prefix] += by; p.by[prefix] <= 0 {
			delete(p.by, prefix)
		}
	}
}

// use says which wire goes when the place is taken away.
func (p *places) use(o *place, w *wire) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o.wire = w
}

// give takes the place back, unless somebody else has been given it.
func (p *places) give(o *place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.taken[o]; ok {
		p.count(o, -1)
	}
}
