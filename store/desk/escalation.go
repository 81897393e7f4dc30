package desk

import (
	"slices"
	"time"
)

// Producción Caída that nobody answers climbs a ladder:
//
//	raised ──► on call ──5m──► first rung ──10m──► second rung …
//	              └── #tomar ──take_expires──► goes on, unless an agent has answered meanwhile
//	an agent answers, or resolves or closes it ──► it ends, and an item tells what happened when
const (
	LadderTimer   TimerKind = "escalate"
	TimelineTimer TimerKind = "timeline"
	DueTimer      TimerKind = "due" // the day that #vence names
)

// Rung is who is told when nobody has answered for so long since the alarm.
type Rung struct {
	After time.Duration
	To    []string // canonical addresses
}

// climb sets the ladder going, lets it rest, and takes it away.
func (w *draft) climb() {
	is, was := w.Ticket.ProductionDown, w.before.ProductionDown && w.before.Number != 0
	over := w.answers() || w.Ticket.Class == Resolved || w.Ticket.Class == Closed
	switch {
	case w.deed.Quiet || !is && !was:
	case is && !was && !over:
		if len(w.Times.Ladder) > 0 {
			w.Timers = append(w.Timers, Timer{LadderTimer, 1, w.Now.Add(w.Times.Ladder[0].After)})
		}
	case !is || over:
		w.Timers = append(w.Timers, Timer{Kind: LadderTimer})
		if is && !w.Answered {
			w.Timers = append(w.Timers, Timer{TimelineTimer, 1, w.Now})
		}
	case w.deed.By.Agent() && w.ordered(VerbTake) && w.Ticket.Agent.ID == w.deed.By.ID:
		w.rest()
	}
}

// rest gives who has taken the ticket the time to answer.
func (w *draft) rest() {
	i := slices.IndexFunc(w.Owed, func(t Timer) bool { return t.Kind == LadderTimer })
	if i < 0 {
		return
	}
	t := Timer{Kind: LadderTimer}
	if w.Times.TakeExpires > 0 {
		t.Step, t.At = w.Owed[i].Step, w.Now.Add(w.Times.TakeExpires)
	}
	w.Timers = append(w.Timers, t)
}

// strikeLadder calls who stands on the next rung.
func (w *draft) strikeLadder(t Timer) {
	ladder := w.Times.Ladder
	over := w.Ticket.Class == Resolved || w.Ticket.Class == Closed || w.Answered
	if !w.Ticket.ProductionDown || over || t.Step > len(ladder) {
		return
	}
	rung := ladder[t.Step-1]
	e := Event{Kind: LadderClimbed, Ticket: w.Ticket, Calls: rung.To}
	if t.Step < len(ladder) {
		e.Next = Rung{ladder[t.Step].After - rung.After, ladder[t.Step].To}
		next := Timer{LadderTimer, t.Step + 1, w.Now.Add(e.Next.After)}
		w.Timers = append(w.Timers, next)
	}
	w.Events = append(w.Events, e)
}

// LongestRest is the longest that the ladder rests before it goes on.
func (c Times) LongestRest() time.Duration {
	rest, last := c.TakeExpires, time.Duration(0)
	for _, r := range c.Ladder {
		rest, last = max(rest, r.After-last), r.After
	}
	return rest
}

// first is who is told next when the alarm has just been raised.
func (c Times) firstRung() Rung {
	if len(c.Ladder) == 0 {
		return Rung{}
	}
	return c.Ladder[0]
}

// remember sets the timer of the day on which the ticket is due: who has it hears of it in that
// day's morning, and in that of the next.
func (w *draft) remember() {
	day := w.Ticket.DueAt
	switch {
	case day.Equal(w.before.DueAt) && w.before.Number != 0, day.IsZero() && w.before.Number == 0:
	case day.IsZero():
		w.Timers = append(w.Timers, Timer{Kind: DueTimer})
	default:
		w.Timers = append(w.Timers, w.Times.dueTimer(day, 1, w.Now))
	}
}

// dueTimer is the next morning on which a day is spoken of.
func (c Times) dueTimer(day time.Time, step int, now time.Time) Timer {
	y, m, d := day.Date()
	at := time.Date(y, m, d+step-1, morning, 0, 0, 0, c.zone())
	if step == 1 && !at.After(now) { // whoever says «vence hoy» knows it
		return c.dueTimer(day, 2, now)
	}
	return Timer{DueTimer, step, at}
}

// strikeDue says that the day has come, or is over.
func (w *draft) strikeDue(t Timer) {
	if w.Ticket.DueAt.IsZero() || w.Ticket.Class == Resolved || w.Ticket.Class == Closed {
		return
	}
	e := Event{Kind: TicketDue, Ticket: w.Ticket, Ends: w.Ticket.DueAt}
	if today := w.Now.In(w.Times.zone()).Format(time.DateOnly); Day(w.Ticket.DueAt) < today {
		e.Kind = TicketOverdue
	} else {
		w.Timers = append(w.Timers, w.Times.dueTimer(w.Ticket.DueAt, 2, w.Now))
	}
	w.Events = append(w.Events, e)
}
