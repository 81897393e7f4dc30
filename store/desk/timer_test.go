package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	day   = 24 * time.Hour
	times = Times{RemindWaiting: []time.Duration{3 * day, 7 * day}, CloseWaiting: 10 * day,
		CloseResolved: 5 * day}
)

// spell writes timers as "remind 1 +3d", and those that are owed no more as "no remind".
func spell(list []Timer, now time.Time) string {
	var said []string
	for _, t := range list {
		if t.At.IsZero() {
			said = append(said, "no "+string(t.Kind))
			continue
		}
		said = append(said, fmt.Sprintf("%s %d +%gd", t.Kind, t.Step, t.At.Sub(now).Hours()/24))
	}
	slices.Sort(said)
	return strings.Join(said, ", ")
}

func TestTimersBegin(t *testing.T) {
	only := Times{CloseResolved: day}
	for name, c := range map[string]struct {
		times         Times
		before, after Class
		asked         bool
		wake          time.Time
		want          string
	}{
		"it begins to wait": {times, Open, Waiting, true, time.Time{},
			"no wake, remind 1 +3d"},
		"without words": {times, Open, Waiting, false, time.Time{},
			"no wake, remind 1 +3d"},
		"asked again": {times, Waiting, Waiting, true, time.Time{},
			"no wake, remind 1 +3d"},
		"a note while it waits": {times, Waiting, Waiting, false, time.Time{}, ""},
		"the customer answers":  {times, Waiting, Open, false, time.Time{}, ""},
		"until a day": {times, Open, Waiting, true, noon.Add(9 * day),
			"no remind, wake 1 +9d"},
		"another day": {times, Waiting, Waiting, false, noon.Add(9 * day),
			"no remind, wake 1 +9d"},
		"a day, and closed by the same": {times, Open, Closed, false, noon.Add(9 * day), ""},
		"it is resolved": {times, Waiting, Resolved, true, time.Time{},
			"confirm 1 +5d"},
		"written to while it is resolved": {times, Resolved, Resolved, true, time.Time{}, ""},
		"closed":                          {times, Resolved, Closed, true, time.Time{}, ""},
		"where nothing is to be asked":    {only, Open, Waiting, true, time.Time{}, "no wake"},
		"where nothing is to be closed":   {Times{}, Open, Resolved, true, time.Time{}, ""},
	} {
		got := spell(c.times.Timers(Ticket{Class: c.before}, Ticket{Class: c.after}, c.asked,
			c.wake, noon), noon)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestAfter: what hangs on a ticket follows when that is closed.
func TestAfter(t *testing.T) {
	for name, c := range map[string]struct {
		class Class
		link  Link
		hangs bool
		want  string
	}{
		"the last on which it depends": {Waiting, Link{9, Depends}, false,
			"open Ana ticket_freed 9"},
		"it depends on others too": {Waiting, Link{9, Depends}, true, "waiting Carla"},
		"it has been answered": {InProgress, Link{9, Depends}, false,
			"in_progress Carla ticket_freed 9"},
		"its original": {Waiting, Link{9, Duplicates}, true,
			"closed  duplicate_closed 9"},
		"the original of what is over":   {Closed, Link{9, Duplicates}, false, "closed Carla"},
		"what it needed, and it is over": {Closed, Link{9, Depends}, false, "closed Carla"},
	} {
		k := Ticket{Number: 1, Class: c.class, Requester: carla, Agent: ana, Assignee: carla}
		out := Carry(k, Deed{After: c.link}, Facts{Hangs: c.hangs})
		got := string(out.Ticket.Class) + " " + out.Ticket.Assignee.Name
		for _, e := range out.Events {
			got += fmt.Sprintf(" %s %d", e.Kind, e.Old)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestThanksEndNoWait: only where somebody lets the ticket wait for something else.
func TestThanksEndNoWait(t *testing.T) {
	for hangs, want := range map[bool]Class{true: Waiting, false: Open} {
		f := facts()
		f.Hangs = hangs
		d := Deed{By: carla, Idle: true, Item: Item{Text: "Gracias."}}
		if out := Carry(ticket(Waiting), d, f); out.Ticket.Class != want {
			t.Errorf("%v: %s, want %s", hangs, out.Ticket.Class, want)
		}
	}
}

func TestTimersStrike(t *testing.T) {
	remind := func(step int) Timer { return Timer{RemindTimer, step, noon} }
	never := times
	never.CloseWaiting = 0
	for name, c := range map[string]struct {
		times Times
		class Class
		t     Timer
		want  string // class, events, timers
	}{
		"the first reminder": {times, Waiting, remind(1),
			"waiting ticket_waits closes +7d | remind 2 +4d"},
		"the second": {times, Waiting, remind(2),
			"waiting ticket_waits closes +3d | remind 3 +3d"},
		"the end":                   {times, Waiting, remind(3), "closed ticket_lapsed | "},
		"the last, where none ends": {never, Waiting, remind(2), "waiting ticket_waits | "},
		"a step that is no more":    {never, Waiting, remind(3), "waiting | "},
		"nothing configured":        {Times{}, Waiting, remind(1), "waiting | "},
		"it has been answered":      {times, Open, remind(1), "open | "},
		"it has been closed":        {times, Closed, remind(3), "closed | "},
		"the day has come": {times, Waiting, Timer{WakeTimer, 1, noon},
			"open ticket_woke | "},
		"the day, and it is open": {times, InProgress, Timer{WakeTimer, 1, noon},
			"in_progress | "},
		"nobody says it fails": {times, Resolved, Timer{ConfirmTimer, 1, noon},
			"closed ticket_lapsed | "},
		"somebody said that it fails": {times, Open, Timer{ConfirmTimer, 1, noon}, "open | "},
	} {
		k := Ticket{Number: 1, Class: c.class, Requester: carla, Agent: ana, Assignee: carla}
		out := Carry(k, Deed{Struck: c.t}, Facts{Times: c.times, Now: noon})
		got := string(out.Ticket.Class)
		for _, e := range out.Events {
			got += " " + string(e.Kind)
			if !e.Ends.IsZero() {
				got += fmt.Sprintf(" closes +%gd", e.Ends.Sub(noon).Hours()/24)
			}
		}
		if got += " | " + spell(out.Timers, noon); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.class == Waiting && out.Ticket.Class == Open && out.Ticket.Assignee.ID != ana.ID {
			t.Errorf("%s: the next action is not the agent's", name)
		}
	}
}
