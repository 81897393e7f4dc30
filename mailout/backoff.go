package mailout

import "time"

// Backoff says when a mail that was put off is tried again (RFC 5321 section 4.5.4.1). The zero
// value has the defaults.
type Backoff struct {
	// Retry are the waits after one attempt, two …; the last repeats; default 1m 5m 15m 1h 4h
	Retry  []time.Duration
	GiveUp time.Duration // age at which a mail is given up; default 96h
}

// jitter spreads the attempts by this share of the wait, up and down, so that what failed
// together does not come back together.
const jitter = 0.2

func (b Backoff) defaults() Backoff {
	if len(b.Retry) == 0 {
		b.Retry = []time.Duration{
			time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour,
		}
	}
	if b.GiveUp <= 0 {
		b.GiveUp = 96 * time.Hour
	}
	return b
}

// Next says when to try again a mail of this age after so many attempts, or to give it up. rnd
// yields numbers from 0 to 1. The last attempt falls on the very end, and a clock that was set back
// or forth never makes a mail wait for longer than its longest retry, nor gives one up that was
// hardly tried.
func (b Backoff) Next(attempts int, created, now time.Time,
	rnd func() float64) (at time.Time, giveUp bool) {
	b = b.defaults()
	end := created.Add(b.GiveUp)
	if !now.Before(end) && attempts >= b.least() {
		return time.Time{}, true
	}
	wait := b.Retry[min(max(attempts, 1), len(b.Retry))-1]
	at = now.Add(time.Duration(float64(wait) * (1 + jitter*(2*rnd()-1))))
	if at.After(end) && now.Before(end) {
		at = end
	}
	return at, false
}

// least is how many attempts a mail is worth at any age: one for each wait, as far as these fit
// into its time.
func (b Backoff) least() (n int) {
	for left := b.GiveUp; n < len(b.Retry) && left > 0; n++ {
		left -= b.Retry[n]
	}
	return n
}
