package mailtest

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// Clock is a clock that stands still until the test moves it. Production code takes what it needs
// of it as an interface of its own:
//
//	type Clock interface {
//		Now() time.Time
//		After(time.Duration) <-chan time.Time
//	}
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	timers []*Timer
}

// NewClock starts at the given time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Timer fires once, when its clock has been moved to its time.
type Timer struct {
	C     <-chan time.Time
	fire  chan time.Time
	at    time.Time
	clock *Clock
}

// NewTimer is due d from now.
func (c *Clock) NewTimer(d time.Duration) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	fire := make(chan time.Time, 1)
	t := &Timer{C: fire, fire: fire, at: c.now.Add(d), clock: c}
	c.timers = append(c.timers, t)
	c.ring()
	return t
}

// After is the channel of a new timer.
func (c *Clock) After(d time.Duration) <-chan time.Time { return c.NewTimer(d).C }

// Stop keeps the timer from firing; it reports whether it was still to fire.
func (t *Timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	i := slices.Index(t.clock.timers, t)
	if i < 0 {
		return false
	}
	t.clock.timers = slices.Delete(t.clock.timers, i, i+1)
	return true
}

// Advance moves the clock and fires what has become due, the earliest first. d may be negative:
// a clock that was set back fires nothing.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.ring()
}

func (c *Clock) ring() {
	slices.SortStableFunc(c.timers, func(a, b *Timer) int { return a.at.Compare(b.at) })
	for len(c.timers) > 0 && !c.timers[0].at.After(c.now) {
		c.timers[0].fire <- c.now
		c.timers = c.timers[1:]
	}
}

// WaitTimers returns when n timers are waiting: what is under test has gone to sleep. It ends the
// test when that takes more than 15 seconds.
func (c *Clock) WaitTimers(t testing.TB, n int) {
	t.Helper()
	waiting := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.timers)
	}
	for end := time.Now().Add(15 * time.Second); waiting() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d timers wait on the clock, want %d", waiting(), n)
		}
	}
}
