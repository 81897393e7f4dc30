package mailin

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Guesses slows down who tries out signed addresses. A server from which many came that we did not
// sign is told to try again later, whatever it brings next, so that nothing says which were right;
// each mail that it brings in time is taken and filed, and as soon as one more guess is allowed so
// is all other mail. It may be used by several goroutines; the zero value is ready.
type Guesses struct {
	mu sync.Mutex
	of map[string]*rate.Limiter // by network, and by the address in From
}

const (
	guessesAnHour = 20
	mostGuessers  = 10_000 // that are remembered
)

// Forged notes a mail with a signed address or Message-ID that is forged. It returns whose was one
// too many: the address in From, which is all that there is of fetched mail, or else the network;
// "": nobody's.
func (g *Guesses) Forged(peer, sender string, now time.Time) (who string) {
	if g == nil {
		return ""
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, of := range []string{network(peer), sender} {
		if of != "" && g.limit(of).AllowN(now, 1) && g.of[of].TokensAt(now) < 1 {
			who = of
		}
	}
	return who
}

// limit is what counts somebody's guesses.
func (g *Guesses) limit(of string) *rate.Limiter {
	if g.of[of] == nil {
		if g.of == nil || len(g.of) >= mostGuessers {
			g.of = map[string]*rate.Limiter{}
		}
		g.of[of] = rate.NewLimiter(rate.Every(time.Hour/guessesAnHour), guessesAnHour)
	}
	return g.of[of]
}

// Slow reports whether a server has to wait before it brings more mail.
func (g *Guesses) Slow(peer netip.Addr, now time.Time) bool {
	if g == nil {
		return false
	}
	from := network(peer.String())
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.of[from] != nil && g.of[from].TokensAt(now) < 1
}

// network is whom an address counts for: itself, or its /64.
func network(peer string) string {
	a, err := netip.ParseAddr(peer)
	if err != nil {
		return ""
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64)
	return p.String()
}
