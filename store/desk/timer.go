package desk

import (
	"slices"
	"time"
)

// TimerKind is something that the clock owes a ticket. What it was owed for may be over when the
// time comes: then nothing happens.
type TimerKind string

const (
	WakeTimer    TimerKind = "wake"    // the day until which an agent lets the ticket wait
	RemindTimer  TimerKind = "remind"  // the customer is asked again; at last it is closed
	ConfirmTimer TimerKind = "confirm" // nobody says that what is resolved is not: it is closed
)

// Timer is the next step of a kind.
type Timer struct {
	Kind TimerKind
	Step int       // from 1
	At   time.Time // zero: it is owed no more
}

// Times say how long the desk waits for people.
type Times struct {
	Zone          *time.Location  // of the days that people name; nil is UTC
	RemindWaiting []time.Duration // since the customer was asked
	CloseWaiting  time.Duration   // likewise; 0: never
	CloseResolved time.Duration   // since it was resolved; 0: never
	SLA           SLA
	Law           *Law          // nil: none
	Ladder        []Rung        // of Producción Caída, in order
	TakeExpires   time.Duration // how long a take without an answer lets it rest; 0: for good
}

// steps are the times of a kind's steps since its beginning, and whether the last of them closes
// the ticket.
func (c Times) steps(k TimerKind) (list []time.Duration, closes bool) {
	switch k {
	case WakeTimer:
		return []time.Duration{0}, false
	case RemindTimer:
		if list = c.RemindWaiting; c.CloseWaiting > 0 {
			list, closes = append(slices.Clone(list), c.CloseWaiting), true
		}
	case ConfirmTimer:
		if c.CloseResolved > 0 {
			list, closes = []time.Duration{c.CloseResolved}, true
		}
	}
	return list, closes
}

// first is the first step of a kind, false where there is none.
func (c Times) first(k TimerKind, now time.Time) (Timer, bool) {
	list, _ := c.steps(k)
	if len(list) == 0 {
		return Timer{}, false
	}
	return Timer{k, 1, now.Add(list[0])}, true
}

// next is what follows a step that is done now. It counts from now: who was not there for a week
// does not do a week's steps at once.
func (c Times) next(t Timer, now time.Time) (Timer, bool) {
	list, _ := c.steps(t.Kind)
	if t.Step >= len(list) {
		return Timer{}, false
	}
	return Timer{t.Kind, t.Step + 1, now.Add(list[t.Step] - list[t.Step-1])}, true
}

// closing is when silence closes a ticket whose step is done now, zero for never.
func (c Times) closing(t Timer, now time.Time) time.Time {
	list, closes := c.steps(t.Kind)
	if !closes || t.Step > len(list) {
		return time.Time{}
	}
	return now.Add(list[len(list)-1] - list[t.Step-1])
}

// Timers are what a ticket is newly owed, or no more, since it became another one. asked says that
// the customer's side was written to; wake is the day until which it waits, if one was named. What
// ends because the other side acts is left to run out: a customer's mail shall not pay for it.
func (c Times) Timers(before, after Ticket, asked bool, wake, now time.Time) (list []Timer) {
	became := func(class Class) bool { return after.Class == class && before.Class != class }
	add := func(k TimerKind) {
		if t, ok := c.first(k, now); ok {
			list = append(list, t)
		}
	}
	switch {
	case !wake.IsZero() && after.Class == Waiting: // nobody is reminded before that day
		list = append(list, Timer{WakeTimer, 1, wake}, Timer{Kind: RemindTimer})
	case became(Waiting), after.Class == Waiting && asked:
		list = append(list, Timer{Kind: WakeTimer})
		add(RemindTimer)
	case became(Resolved):
		add(ConfirmTimer)
	}
	return list
}

// strike does what the clock owes.
func (w *draft) strike(t Timer) {
	switch t.Kind {
	case FirstAnswer, NextAnswer, Solution, Legal:
		w.strikeClock(t.Kind)
	case LadderTimer:
		w.strikeLadder(t)
	case DueTimer:
		w.strikeDue(t)
	case TimelineTimer:
		w.Chronicle = w.Ticket.ProductionDown
	default:
		w.strikeWait(t)
	}
}

// strikeWait does what is owed to a ticket that waits for its customer's side.
func (w *draft) strikeWait(t Timer) {
	e := Event{Ticket: w.Ticket}
	list, closes := w.Times.steps(t.Kind)
	class := Waiting
	if t.Kind == ConfirmTimer {
		class = Resolved
	}
	switch {
	case w.before.Class != class, t.Step > len(list): // it is over, or is not done here any more
		return
	case t.Kind == WakeTimer:
		e.Kind, w.Ticket.Class, w.Ticket.Assignee = TicketWoke, Open, w.Ticket.Agent
	case closes && t.Step == len(list):
		e.Kind, w.Ticket.Class, w.Ticket.Assignee = TicketLapsed, Closed, Person{}
	default:
		e.Kind, e.Ends = TicketWaits, w.Times.closing(t, w.Now)
	}
	if next, ok := w.Times.next(t, w.Now); ok {
		w.Timers = append(w.Timers, next)
	}
	e.Ticket = w.Ticket
	w.Events = append(w.Events, e)
}
