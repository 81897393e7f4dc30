package desk

import "time"

// AlertState is what a monitoring system says of the thing that it watches.
type AlertState string

const (
	AlertProblem  AlertState = "problem"
	AlertRecovery AlertState = "recovery"
	AlertFlaps    AlertState = "flapping" // it says so itself
	AlertNews     AlertState = "news"     // an acknowledgement, a downtime: nothing changes
)

// Alert is one thing that a monitoring system watches, as far as the desk has heard of it.
type Alert struct {
	Mailbox string
	Source  string // the canonical address that writes of it
	Key     string // what it is
	Ticket  int64
	State   AlertState
	Level   int    // how bad it is: 1 the worst; 0: nobody said
	Proof   string // of the mail that told the problem
	Count   int    // how often the problem was told since it began
	Turns   int    // how often it came back since Turned
	Turned  time.Time
	// it comes and goes: nobody hears of each change
	Flapping bool
	First    time.Time // when the problem began
	Last     time.Time // when it was last heard of
}

// AlertStep is what comes of a mail about an alert.
type AlertStep string

const (
	AlertOpens    AlertStep = "opens"    // a ticket
	AlertRepeats  AlertStep = "repeats"  // it is counted, and nobody hears of it
	AlertWorsens  AlertStep = "worsens"  // agents hear of it
	AlertReturns  AlertStep = "returns"  // the ticket, which was resolved, is open again
	AlertRecovers AlertStep = "recovers" // the ticket is resolved, and agents hear of it once
	AlertSways    AlertStep = "sways"    // that it comes and goes is said once
	AlertTells    AlertStep = "tells"    // an item that changes nothing
	AlertNothing  AlertStep = "nothing"  // there is no ticket that it could be about
)

// What comes back so often within this time flaps, until nothing is heard of it for as long.
const (
	flapTurns  = 3
	flapWithin = time.Hour
)

// Hear returns the alert as it is after a mail, and what comes of that. The ticket is the one that
// it has, the zero one for none; believed says that the mail is as well proven as the one that told
// the problem: no other resolves anything.
func (a Alert) Hear(s AlertState, level int, t Ticket, believed bool, now time.Time) (Alert,
	AlertStep) {
	open := t.Number != 0 && t.Class != Closed
	if a.Flapping && now.Sub(a.Last) > flapWithin {
		a.Flapping, a.Turns = false, 0
	}
	a.Last = now
	switch {
	case s == AlertNews, s == AlertFlaps && a.Flapping:
		return a, told(open)
	case s == AlertFlaps:
		if !open {
			return a, AlertNothing
		}
		a.Flapping = true
		return a, AlertSways
	case s == AlertRecovery:
		return a.recovers(t, open, believed)
	}
	return a.worse(level, t, open, now)
}

func told(open bool) AlertStep {
	if open {
		return AlertTells
	}
	return AlertNothing
}

// recovers is of a mail that says that the problem is over.
func (a Alert) recovers(t Ticket, open, believed bool) (Alert, AlertStep) {
	if !open || t.Class == Resolved {
		if believed {
			a.State = AlertRecovery
		}
		return a, AlertNothing
	}
	if !believed {
		return a, AlertTells
	}
	a.State = AlertRecovery
	if a.Flapping {
		return a, AlertRepeats
	}
	return a, AlertRecovers
}

// worse is of a mail that tells the problem.
func (a Alert) worse(level int, t Ticket, open bool, now time.Time) (Alert, AlertStep) {
	was := a
	a.State, a.Level = AlertProblem, level
	if !open {
		a.Count, a.First, a.Turns, a.Flapping = 1, now, 0, false
		return a, AlertOpens
	}
	a.Count++
	if was.State == AlertRecovery {
		if a.Turns == 0 || now.Sub(a.Turned) > flapWithin {
			a.Turns, a.Turned = 0, now
		}
		a.Turns++
	}
	switch {
	case a.Flapping:
		return a, AlertRepeats
	case a.Turns >= flapTurns && was.State == AlertRecovery:
		a.Flapping = true
		return a, AlertSways
	case t.Class == Resolved:
		a.First, a.Count = now, 1
		return a, AlertReturns
	case level != 0 && was.Level != 0 && level < was.Level:
		return a, AlertWorsens
	}
	return a, AlertRepeats
}
