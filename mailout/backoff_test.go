package mailout

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const middle, low, high = 0.5, 0.0, 1.0
	own := Backoff{Retry: []time.Duration{10 * time.Second}, GiveUp: time.Minute}
	for _, c := range []struct {
		name     string
		b        Backoff
		attempts int
		age      time.Duration
		rnd      float64
		wait     time.Duration // 0 = give up
	}{
		{"first", Backoff{}, 1, 0, middle, time.Minute},
		{"second", Backoff{}, 2, time.Minute, middle, 5 * time.Minute},
		{"third", Backoff{}, 3, 6 * time.Minute, middle, 15 * time.Minute},
		{"fifth", Backoff{}, 5, 2 * time.Hour, middle, 4 * time.Hour},
		{"the last wait repeats", Backoff{}, 50, 48 * time.Hour, middle, 4 * time.Hour},
		{"a fifth less", Backoff{}, 1, 0, low, 48 * time.Second},
		{"a fifth more", Backoff{}, 1, 0, high, 72 * time.Second},
		{"the last attempt is at the very end", Backoff{}, 50, 95 * time.Hour, middle, time.Hour},
		{"given up after four days", Backoff{}, 5, 96 * time.Hour, middle, 0},
		{"no attempt yet", Backoff{}, 0, 0, middle, time.Minute},
		{"clock set back", Backoff{}, 5, -48 * time.Hour, middle, 4 * time.Hour},
		{"clock far ahead", Backoff{}, 1, 9999 * time.Hour, middle, time.Minute},
		{"clock far ahead, tried often", Backoff{}, 5, 9999 * time.Hour, middle, 0},
		{"own list", own, 3, 20 * time.Second, middle, 10 * time.Second},
		{"own end", own, 3, 55 * time.Second, high, 5 * time.Second},
		{"own give-up", own, 3, time.Minute, high, 0},
	} {
		now := created.Add(c.age)
		at, giveUp := c.b.Next(c.attempts, created, now, func() float64 { return c.rnd })
		if giveUp != (c.wait == 0) || !giveUp && at.Sub(now) != c.wait {
			t.Errorf("%s: next in %s, give up %v; want %s", c.name, at.Sub(now), giveUp, c.wait)
		}
	}
}
