package mailin

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Guesses slows down who tries out signed addresses. A server from which many came that we did not
// sign is told to try again later, whatever it brings next, so that nothing says which were right; each
// mail that it brings in time is taken and filed, and as soon as one more guess is allowed so is all
// other mail. It may be used by several goroutines; the zero value is ready.
type Guesses struct {
	mu sync.Mutex
	of map[netip.Prefix]*rate.Limiter
}

const (
	guessesAnHour = 20
	mostGuessers  = 10_000 // that are remembered
)

// Forged notes a mail with a signed address or Message-ID that is forged.
func (g *Guesses) Forged(peer string, now time.Time) {
	from, ok := network(peer)
	if g == nil || !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of[from] == nil {
		if g.of == nil || len(g.of) >= mostGuessers {
			g.of = map[netip.Prefix]*rate.Limiter{}
		}
		g.of[from] = rate.NewLimiter(rate.Every(time.Hour/guessesAnHour), guessesAnHour)
	}
	g.of[from].AllowN(now, 1)
}

// Slow reports whether a server has to wait before it brings more mail.
func (g *Guesses) Slow(peer netip.Addr, now time.Time) bool {
	from, ok := network(peer.String())
	if g == nil || !ok {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.of[from] != nil && g.of[from].TokensAt(now) < 1
}

// network is whom an address counts for: itself, or its /64.
func network(peer string) (netip.Prefix, bool) {
	a, err := netip.ParseAddr(peer)
	if err != nil {
		return netip.Prefix{}, false
	}
	bits := 64
	if a = a.Unmap().WithZone(""); a.Is4() {
		bits = 32
	}
	p, err := a.Prefix(bits)
	return p, err == nil
}
