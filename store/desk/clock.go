package desk

import (
	"cmp"
	"slices"
	"time"
)

// The desk measures how long it takes to answer and to solve:
//
//	opened ──► first_answer ──► the desk has answered
//	the customer speaks ──► next_answer ──► the desk has answered
//	opened ──► solution ──► resolved (and on, where it is reopened)
//	opened ──► legal ──► resolved: working days, which no waiting stops
//
// The first three run in the hours of a calendar, and stand still while the customer's side has to
// act. Each tells whoever has the ticket when three quarters of its time are gone, and when all is.
const (
	FirstAnswer TimerKind = "first_answer"
	NextAnswer  TimerKind = "next_answer"
	Solution    TimerKind = "solution"
	Legal       TimerKind = "legal"
)

var clockKinds = []TimerKind{FirstAnswer, NextAnswer, Solution, Legal}

// Clock is how far one of them has run.
type Clock struct {
	Kind  TimerKind
	Began time.Time
	Since time.Time     // it runs since then; zero: it stands still
	Used  time.Duration // before that
	Step  int           // what is told next: see the steps below
	Due   time.Time     // when its time is over, if it runs; zero: never
	Ended time.Time     // zero: it has not
}

// same reports whether two say the same: a database keeps no zones, and milliseconds.
func (c Clock) same(o Clock) bool {
	at := func(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() }
	return at(c.Began, o.Began) && at(c.Since, o.Since) && at(c.Due, o.Due) &&
		at(c.Ended, o.Ended) &&
		c.Used.Milliseconds() == o.Used.Milliseconds() && c.Step == o.Step
}

// The steps of a clock's timer.
const (
	nearly = 1 + iota // three quarters are gone
	over
	spent // and nothing is left to tell
)

// Late reports whether its time was over before it ended, or now.
func (c Clock) Late(now time.Time) bool {
	end := now
	if !c.Ended.IsZero() {
		end = c.Ended
	}
	return c.Step == spent || !c.Due.IsZero() && end.After(c.Due)
}

// Targets are the times within which tickets of each severity are answered and solved. Where one
// is missing, nothing is promised.
type Targets struct {
	Calendar *Calendar // nil: always
	Within   map[TimerKind]map[int]time.Duration
}

// SLA is what the desk has promised, to all and to those with a service.
type SLA struct {
	Targets
	Services map[string]Targets // by their folded names
}

// Measures reports whether there is anything to measure.
func (c Times) Measures() bool {
	return len(c.SLA.Within) > 0 || len(c.SLA.Services) > 0 || c.Law != nil
}

// target is by when a clock must have ended: after so much work, or after so many working days.
type target struct {
	calendar *Calendar
	within   time.Duration
	days     int
}

func (t target) none() bool { return t.within == 0 && t.days == 0 }

// target is a clock's for a ticket; that of its service goes before that of all.
func (w *draft) target(k TimerKind, t Ticket) target {
	if k == Legal {
		if w.Times.Law == nil {
			return target{}
		}
		return target{w.Times.Law.Calendar, 0, w.Times.Law.daysOf(w.Catalogue.Entry(t.Type))}
	}
	for _, name := range w.Catalogue.Entry(t.Service).Names {
		if s, ok := w.Times.SLA.Services[Fold(name)]; ok && s.Within[k][t.Severity] > 0 {
			return target{calendar: s.Calendar, within: s.Within[k][t.Severity]}
		}
	}
	return target{calendar: w.Times.SLA.Calendar, within: w.Times.SLA.Within[k][t.Severity]}
}

// marks are when a clock's time is nearly and wholly over. What is gone already has no mark: the
// zero time.
func (t target) marks(c Clock) (near, due time.Time) {
	if t.days > 0 {
		near = t.calendar.AddDays(c.Began, max(1, t.days*3/4))
		y, m, d := near.Date()
		near = time.Date(y, m, d, morning, 0, 0, 0, near.Location())
		return near, t.calendar.AddDays(c.Began, t.days)
	}
	at := func(part time.Duration) (mark time.Time) {
		if part > c.Used {
			mark = t.calendar.Add(c.Since, part-c.Used).Truncate(time.Millisecond)
		}
		return mark
	}
	return at(t.within * 3 / 4), at(t.within)
}

// wind sets what is told next, and when; the timer has no time where nothing is. A mark that has
// been told is told again only where the target has moved: never since a clock was set back.
func (t target) wind(c *Clock, now time.Time, moved bool) Timer {
	c.Due = time.Time{}
	running := *c
	if c.Since.IsZero() { // at rest its target may move, too
		running.Since = now
	}
	near, due := t.marks(running)
	switch moved = moved && c.Ended.IsZero(); {
	case moved && now.Before(near):
		c.Step = nearly
	case moved && now.Before(due):
		c.Step = min(c.Step, over)
	}
	if c.Since.IsZero() || t.none() {
		return Timer{Kind: c.Kind}
	}
	c.Due = cmp.Or(due, now)
	switch c.Step {
	case nearly:
		return Timer{c.Kind, nearly, later(near, now)}
	case over:
		return Timer{c.Kind, over, later(due, now)}
	}
	return Timer{Kind: c.Kind}
}

// measure lets them follow what time, or another ticket, has made of this one.
func (w *draft) measure() {
	if w.Ticket.Class != w.before.Class {
		w.runClocks()
	}
}

// runClocks lets the clocks follow what the deed has made of the ticket.
func (w *draft) runClocks() {
	if w.deed.Quiet || !w.Times.Measures() {
		return
	}
	for _, k := range clockKinds {
		i := slices.IndexFunc(w.Facts.Clocks, func(c Clock) bool { return c.Kind == k })
		before := Clock{Kind: k}
		if i >= 0 {
			before = w.Facts.Clocks[i]
		}
		after := w.run(before)
		if after.Began.IsZero() {
			continue
		}
		is := w.target(k, w.Ticket)
		timer := is.wind(&after, w.Now, is != w.target(k, w.before))
		if !after.same(before) {
			w.Outcome.Clocks, w.Timers = append(w.Outcome.Clocks, after), append(w.Timers, timer)
		}
	}
}

// run is a clock as the deed leaves it.
func (w *draft) run(c Clock) Clock {
	switch {
	case w.starts(c):
		c = Clock{Kind: c.Kind, Began: w.Now, Since: w.Now, Step: nearly}
	case c.Began.IsZero():
		return c
	}
	done := w.settles(c.Kind)
	runs := !done && (w.ours() || c.Kind == Legal)
	if (c.Kind == Solution || c.Kind == Legal) && !done {
		c.Ended = time.Time{} // what is reopened is not solved
	}
	was, is := w.target(c.Kind, w.before).calendar, w.target(c.Kind, w.Ticket).calendar
	if !c.Since.IsZero() && (!runs || was != is) && c.Ended.IsZero() {
		c.Used, c.Since = c.Used+was.Between(c.Since, w.Now), time.Time{}
	}
	switch {
	case done && c.Ended.IsZero():
		c.Ended = w.Now
	case runs && c.Since.IsZero() && c.Ended.IsZero():
		c.Since = w.Now
	}
	return c
}

// ours reports whether it is for the desk to act.
func (w *draft) ours() bool {
	return !slices.Contains([]Class{Waiting, Resolved, Closed}, w.Ticket.Class)
}

// starts reports whether a clock begins, or begins anew.
func (w *draft) starts(c Clock) bool {
	opens := w.before.Number == 0 && w.act != Records
	if c.Kind != NextAnswer {
		return opens && c.Began.IsZero()
	}
	first := slices.ContainsFunc(w.Facts.Clocks, func(c Clock) bool {
		return c.Kind == FirstAnswer && c.Ended.IsZero()
	})
	speaks := !w.deed.By.Agent() && (w.act == Writes || w.act == Reopens)
	return speaks && !opens && !first && w.ours() && (c.Began.IsZero() || !c.Ended.IsZero())
}

// settles reports whether what a clock waits for is done.
func (w *draft) settles(k TimerKind) bool {
	done := w.Ticket.Class == Resolved || w.Ticket.Class == Closed
	if k == FirstAnswer || k == NextAnswer {
		return done || w.answers()
	}
	return done
}

// answers reports whether the deed says something to the customer in the desk's name.
func (w *draft) answers() bool {
	acts := []Act{Writes, AsksInfo, Resolves, Closes}
	return w.deed.By.Agent() && slices.Contains(acts, w.act) && !w.Kept.Held() &&
		(w.words() && w.Item.Visibility == Public || w.act == Resolves || w.act == Closes)
}

// strikeClock tells that a clock's time is nearly or wholly over. A clock that has ended meanwhile,
// or stands still, says nothing.
func (w *draft) strikeClock(k TimerKind) {
	i := slices.IndexFunc(w.Facts.Clocks, func(c Clock) bool { return c.Kind == k })
	if i < 0 {
		return
	}
	c, t := w.Facts.Clocks[i], w.target(k, w.Ticket)
	if c.Since.IsZero() || !c.Ended.IsZero() || t.none() || c.Step == spent {
		return
	}
	e := Event{Ticket: w.Ticket, Clock: k}
	near, due := t.marks(c)
	switch {
	case !w.Now.Before(due): // whoever slept over both hears of the end alone
		e.Kind, c.Step = ClockOver, spent
	case c.Step == nearly && !w.Now.Before(near):
		e.Kind, c.Step = ClockNear, over
	}
	timer := t.wind(&c, w.Now, false)
	e.Ends = c.Due
	w.Outcome.Clocks, w.Timers = append(w.Outcome.Clocks, c), append(w.Timers, timer)
	if e.Kind != "" {
		w.Events = append(w.Events, e)
	}
}
