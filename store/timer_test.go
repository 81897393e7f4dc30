package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

const oneDay = 24 * time.Hour

// waitingDesk has a ticket on which Ana has asked Carla something.
func waitingDesk(t *testing.T) (s *Store, c *clock, carla, ana desk.Person, n int64) {
	c = newClock()
	s = open(t, t.TempDir(), Options{Now: c.now, Times: desk.Times{
		RemindWaiting: []time.Duration{3 * oneDay, 7 * oneDay}, CloseWaiting: 10 * oneDay,
		CloseResolved: 5 * oneDay}})
	carla, ana = addPerson(t, s, desk.Customer, "carla@cliente.test"),
		addPerson(t, s, desk.Agent, "ana@ejemplo.test", team)
	n = openTicket(t, s, carla, "Factura").Number
	doDeed(t, s, n, desk.Deed{By: ana, Item: desk.Item{Text: "¿Cuál factura?"}})
	return s, c, carla, ana, n
}

func doDeed(t *testing.T, s *Store, n int64, d desk.Deed) {
	t.Helper()
	write(t, s, func(tx *Tx) error {
		_, err := tx.Do(ctx, n, d, Origin{})
		return err
	})
}

// hears are the notices that are owed, by kind, and what was owed before is forgotten.
func hears(t *testing.T, s *Store) string {
	t.Helper()
	var said []string
	for {
		list := must(s.DueMails(ctx, s.Now(), 99))(t)
		if len(list) == 0 {
			break
		}
		for _, o := range list {
			said = append(said, fmt.Sprintf("%s %s", o.Kind, strings.Split(o.Address, "@")[0]))
			write(t, s, func(tx *Tx) error { return tx.Sent(ctx, o, "250") })
		}
	}
	return strings.Join(said, ", ")
}

func tick(t *testing.T, s *Store) int {
	t.Helper()
	return must(s.Tick(ctx, 99, Origin{}))(t)
}

// TestReminders: each once, the last with the day on which the ticket closes, and then it is
// closed.
func TestReminders(t *testing.T) {
	s, c, _, _, n := waitingDesk(t)
	hears(t, s)
	same(t, "nothing is due", []any{tick(t, s), must(s.TimerDue(ctx))(t)}, []any{0, false})
	c.move(3*oneDay - time.Minute)
	same(t, "a minute before", tick(t, s), 0)
	c.move(time.Minute)
	same(t, "due", must(s.TimerDue(ctx))(t), true)
	same(t, "the first", []any{tick(t, s), tick(t, s)}, []any{1, 0})
	ends := must(s.DueMails(ctx, s.Now(), 9))(t)[0].Details.Ends
	same(t, "when it closes", ends.Equal(c.now().Add(7*oneDay)), true)
	same(t, "told", hears(t, s), "reminder carla, reminder ana")
	c.move(-10 * oneDay) // somebody sets the clock
	same(t, "the clock was set back", tick(t, s), 0)
	c.move(14 * oneDay)
	same(t, "the second", []any{tick(t, s), hears(t, s)}, []any{1, "reminder carla, reminder ana"})
	c.move(30 * oneDay) // nobody was there
	same(t, "closed", []any{tick(t, s), hears(t, s), ticket(t, s, n).Class},
		[]any{1, "closed carla, closed ana", desk.Closed})
	same(t, "nothing more", []any{tick(t, s), len(must(s.Timers(ctx, n))(t))}, []any{0, 0})
	same(t, "items", len(must(s.Items(ctx, n))(t)), 1)
	var said []string
	for _, a := range must(s.Activities(ctx, n))(t) {
		if a.What == "timer" {
			said = append(said, a.New)
		}
	}
	same(t, "history", strings.Join(said, ", "), "remind 1, remind 2, remind 3")
}

func TestReminderEndsWithAnAnswer(t *testing.T) {
	s, c, carla, ana, n := waitingDesk(t)
	doDeed(t, s, n, desk.Deed{By: carla, Item: desk.Item{Text: "La de marzo."}})
	hears(t, s)
	c.move(3 * oneDay)
	same(t, "she has answered", []any{tick(t, s), hears(t, s), ticket(t, s, n).Class},
		[]any{1, "", desk.Open})
	doDeed(t, s, n, desk.Deed{By: ana, Item: desk.Item{Text: "¿Y el número?"}})
	c.move(2 * oneDay)
	doDeed(t, s, n, desk.Deed{By: ana, Item: desk.Item{Text: "¿O una copia?"}})
	hears(t, s)
	c.move(2 * oneDay)
	same(t, "asked again, it counts anew", tick(t, s), 0)
	c.move(oneDay)
	same(t, "then", []any{tick(t, s), hears(t, s)}, []any{1, "reminder carla, reminder ana"})
}

func TestWaitUntil(t *testing.T) {
	s, c, _, ana, n := waitingDesk(t)
	doDeed(t, s, n, desk.Deed{By: ana, Orders: []desk.Order{{Verb: "wait", Arg: "2026-03-20"}}})
	hears(t, s)
	list := must(s.Timers(ctx, n))(t)
	same(t, "one timer", []any{len(list), list[0].Kind, list[0].At.UTC()},
		[]any{1, desk.WakeTimer, time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC)})
	c.move(17 * oneDay)
	same(t, "the eve", tick(t, s), 0)
	c.move(oneDay)
	k := func() desk.Ticket { return ticket(t, s, n) }
	same(t, "the day", []any{tick(t, s), hears(t, s), k().Class, k().Assignee.ID},
		[]any{1, "reminder ana", desk.Open, ana.ID})
}

func TestResolvedCloses(t *testing.T) {
	s, c, _, ana, n := waitingDesk(t)
	hears(t, s)
	doDeed(t, s, n, desk.Deed{By: ana, Orders: []desk.Order{{Verb: desk.VerbResolve}}})
	same(t, "when it closes", must(s.DueMails(ctx, s.Now(),
		9))(t)[0].Details.Ends.Equal(c.now().Add(5*oneDay)), true)
	hears(t, s)
	c.move(5 * oneDay) // the reminder of when it waited runs out too
	same(t, "closed", []any{tick(t, s), hears(t, s), ticket(t, s, n).Class},
		[]any{2, "closed carla, closed ana", desk.Closed})
}

// TestTickDoesEachStepOnce: what is cut off in the middle is done again whole, and what always
// fails holds nothing up.
func TestTickDoesEachStepOnce(t *testing.T) {
	s, c, carla, ana, n := waitingDesk(t)
	other := openTicket(t, s, carla, "Otra").Number
	doDeed(t, s, other, desk.Deed{By: ana, Item: desk.Item{Text: "¿Cuál?"}})
	hears(t, s)
	c.move(3 * oneDay)
	err := s.Write(ctx, func(tx *Tx) error {
		if err := tx.strike(ctx, new(owed), Origin{}); err != nil {
			return err
		}
		return errors.New("the process has an odd day")
	})
	same(t, "cut off", err != nil, true)
	same(t, "nothing was done", hears(t, s), "")
	same(t, "both", []any{tick(t, s), hears(t, s)},
		[]any{2, "reminder carla, reminder carla, reminder ana, reminder ana"})
	c.move(4 * oneDay)
	write(t, s, func(tx *Tx) error {
		return tx.write(ctx, "UPDATE ticket SET severity = 3, status = 999 WHERE number = $1", n)
	})
	same(t, "one is broken", []any{tick(t, s), hears(t, s)},
		[]any{2, "reminder carla, reminder ana"})
	same(t, "and is tried again later",
		[]any{tick(t, s), must(s.Timers(ctx, n))(t)[0].At.Sub(c.now())}, []any{0, time.Hour})
}

// TestTimerThatPanics: what can't be done is put off by an hour, and keeps nothing else from being
// done.
func TestTimerThatPanics(t *testing.T) {
	s, c, carla, ana, _ := waitingDesk(t)
	var down int64
	write(t, s, func(tx *Tx) error {
		done, err := tx.Do(ctx, 0, desk.Deed{By: carla, Act: desk.Opens, Item: desk.Item{Text: "Nada anda."},
			Opens: desk.Ticket{Subject: "Producción Caída", Requester: carla, ProductionDown: true}},
			Origin{})
		down = done.Ticket.Number
		return err
	})
	c.move(3*oneDay - time.Minute)
	doDeed(t, s, down, desk.Deed{By: ana, Item: desk.Item{Text: "Lo veo."}})
	hears(t, s)
	c.move(time.Minute)
	panics := Origin{Chronicle: func([]Moment) string { panic("an odd day") }}
	done, err := s.Tick(ctx, 99, panics)
	same(t, "the others are done", fmt.Sprint(done, err, hears(t, s)),
		fmt.Sprint(2, error(nil), "reminder carla, reminder ana"))
	putOff := 0
	for _, m := range must(s.Timers(ctx, down))(t) {
		if m.Kind == desk.TimelineTimer && m.At.Equal(c.now().Add(time.Hour)) {
			putOff++
		}
	}
	same(t, "put off", putOff, 1)
}

// TestTimeline: what an alarm's rung brings, and what its timeline says, on a ticket that was
// answered before the alarm.
func TestTimeline(t *testing.T) {
	c := newClock()
	boss := desk.Rung{After: time.Minute, To: []string{"jefe@ejemplo.test"}}
	s := open(t, t.TempDir(), Options{Now: c.now, Times: desk.Times{Ladder: []desk.Rung{boss}}})
	carla, ana := addPerson(t, s, desk.Customer, "carla@cliente.test"),
		addPerson(t, s, desk.Agent, "ana@ejemplo.test", team)
	addPerson(t, s, desk.Agent, "jefe@ejemplo.test")
	n := openTicket(t, s, carla, "Factura").Number
	for _, d := range []desk.Deed{{By: ana, Item: desk.Item{Text: "¿Cuál?"}},
		{By: carla, Item: desk.Item{Text: "Nada anda."}, Down: true}} {
		c.move(time.Minute)
		doDeed(t, s, n, d)
	}
	raised := c.now()
	c.move(time.Minute)
	tick(t, s)
	for _, o := range must(s.DueMails(ctx, s.Now(), 99))(t) {
		if o.Address == "jefe@ejemplo.test" {
			item := must(s.Item(ctx, n, o.Item))(t)
			same(t, "the boss reads", []any{item.Text, o.Details.Raised.Equal(raised)},
				[]any{"Nada anda.", true})
		}
	}
	doDeed(t, s, n, desk.Deed{By: ana, Item: desk.Item{Text: "Ya."},
		Orders: []desk.Order{{Verb: desk.VerbResolve}}})
	var said []string
	tells := Origin{Chronicle: func(list []Moment) string {
		for _, m := range list {
			said = append(said, m.What+" "+strings.Split(m.Who, "@")[0])
		}
		return "Eso."
	}}
	same(t, "a timeline", must(s.Tick(ctx, 99, tells))(t), 1)
	same(t, "says", strings.Join(said, ", "),
		"raised carla, alerted jefe, told carla, answered ana, resolved ana")
}
