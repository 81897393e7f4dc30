package mailout

import (
	"math/rand/v2"
	"time"
)

// outage is a time in which the relay takes no mail from us: nobody answers, or it lets us not in.
// One mail at a time asks whether it is over, the others wait untouched, so that hours of it cost a
// few attempts and not one for each mail and minute. It lives in memory: a new process asks at
// once.
type outage struct {
	asked int           // how often in vain; 0: the relay takes mail
	until time.Time     // when to ask again
	rest  time.Duration // from the last question to until
	why   error         // of the last
}

const (
	outageFirst   = 5 * time.Second
	outageLongest = 5 * time.Minute // so that its end is noticed soon
	outageAsked   = time.Hour       // the most that a relay may ask for
)

// places is how many mails may be in hand at a time.
func (g *outage) places(parallel int, now time.Time) int {
	switch {
	case g.asked == 0:
		return parallel
	case g.left(now) > 0:
		return 0
	}
	return 1
}

// left is how long nobody asks; a clock that was set back does not lengthen it.
func (g *outage) left(now time.Time) time.Duration {
	if left := g.until.Sub(now); g.asked > 0 && left > 0 && left <= g.rest {
		return left
	}
	return 0
}

// heard notes whether a mail found the relay away. Several that find so at once count as one. retry
// is when the outbox would try again a mail for the first time: where that is sooner, the relay is
// asked sooner too. What the relay itself asks for comes before all that.
func (g *outage) heard(r Result, now time.Time, retry time.Duration) {
	if !r.Away {
		*g = outage{}
		return
	}
	g.why = r.Err
	wait := min(min(outageFirst, retry)<<min(g.asked, 10), outageLongest)
	wait -= time.Duration(rand.Int64N(int64(wait/4) + 1))
	if r.Wait > 0 {
		wait = min(r.Wait, outageAsked)
	}
	if g.left(now) == 0 || r.Wait > 0 {
		g.asked++
		g.until, g.rest = now.Add(wait), wait
	}
}
