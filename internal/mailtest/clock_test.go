package mailtest

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	c := NewClock(start)
	late, soon, never := c.After(time.Hour), c.After(time.Minute), c.NewTimer(time.Minute)
	fired := func(ch <-chan time.Time) bool {
		select {
		case at := <-ch:
			return at.Equal(c.Now())
		default:
			return false
		}
	}
	if !never.Stop() || never.Stop() {
		t.Error("a timer is stopped once")
	}
	c.WaitTimers(t, 2)
	c.Advance(time.Minute - 1)
	if fired(soon) {
		t.Error("fired too early")
	}
	c.Advance(1)
	if !fired(soon) || fired(late) || fired(never.C) {
		t.Error("after a minute only the minute's timer is due")
	}
	c.Advance(-time.Hour)
	if fired(late) || !c.Now().Equal(start.Add(-59*time.Minute)) {
		t.Error("setting back the clock fired a timer, or did not set it")
	}
	c.Advance(3 * time.Hour)
	if !fired(late) || !fired(c.After(0)) {
		t.Error("what is due did not fire")
	}
}
