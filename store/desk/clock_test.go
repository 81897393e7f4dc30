package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// clockTimes are those of an office that answers within two hours of work, again within four, and
// solves within ten.
func clockTimes(t *testing.T) Times {
	c := testCalendar(t, "UTC", "co", office...)
	hours := func(n time.Duration) map[int]time.Duration {
		return map[int]time.Duration{2: n * time.Hour, 1: n * time.Hour / 2}
	}
	return Times{SLA: SLA{Targets: Targets{c, map[TimerKind]map[int]time.Duration{
		FirstAnswer: hours(2), NextAnswer: hours(4), Solution: hours(10)}},
		Services: map[string]Targets{"oro": {nil, map[TimerKind]map[int]time.Duration{
			FirstAnswer: {2: 30 * time.Minute}}}}}}
}

// ticking is a ticket with its clocks, as a store would keep them.
type ticking struct {
	t      *testing.T
	f      Facts
	ticket Ticket
	timers map[TimerKind]Timer
	told   []string
}

func newTicking(t *testing.T) *ticking {
	f := facts()
	f.Times = clockTimes(t)
	return &ticking{t: t, f: f, timers: map[TimerKind]Timer{}}
}

func (k *ticking) do(at string, d Deed) {
	k.t.Helper()
	now, err := time.Parse("2006-01-02 15:04", at)
	if err != nil {
		k.t.Fatal(err)
	}
	k.doAt(now, d)
}

func (k *ticking) doAt(now time.Time, d Deed) {
	k.f.Now = now
	before := k.ticket
	if before.Number == 0 {
		before = d.Opens
	}
	out := Carry(before, d, k.f)
	k.ticket = out.Ticket
	k.ticket.Number = 1
	for _, c := range out.Clocks {
		k.f.Clocks = slices.DeleteFunc(k.f.Clocks, func(o Clock) bool { return o.Kind == c.Kind })
		k.f.Clocks = append(k.f.Clocks, c)
	}
	for _, timer := range out.Timers {
		if k.timers[timer.Kind] = timer; timer.At.IsZero() {
			delete(k.timers, timer.Kind)
		}
	}
	for _, e := range out.Events {
		if e.Clock != "" {
			k.told = append(k.told, fmt.Sprintf("%s %s %s", now.Format("2006-01-02 15:04"), e.Clock,
				e.Kind))
		}
	}
}

// strike does what is due until a moment, at its time.
func (k *ticking) strike(until string) {
	end, _ := time.Parse("2006-01-02 15:04", until)
	for range 100 {
		var next Timer
		for _, timer := range k.timers {
			if !timer.At.After(end) && (next.Kind == "" || timer.At.Before(next.At)) {
				next = timer
			}
		}
		if next.Kind == "" {
			return
		}
		delete(k.timers, next.Kind)
		k.doAt(next.At.UTC(), Deed{Struck: next})
	}
}

func (k *ticking) want(list ...string) {
	k.t.Helper()
	if got, want := strings.Join(k.told, "\n"), strings.Join(list, "\n"); got != want {
		k.t.Errorf("told:\n%s\nwant:\n%s", got, want)
	}
	k.told = nil
}

func opening(at string) Deed {
	return Deed{By: carla, Act: Opens, Item: Item{Text: "No imprime."},
		Opens: Ticket{Requester: carla, Severity: 2}}
}

func says(p Person, text string) Deed { return Deed{By: p, Item: Item{Text: text}} }

func TestClocksRunAndRest(t *testing.T) {
	k := newTicking(t)
	k.do("2026-03-06 16:00", opening("")) // a Friday, an hour before the office shuts
	k.strike("2026-03-09 12:00")
	k.want("2026-03-09 08:30 first_answer clock_near", "2026-03-09 09:00 first_answer clock_over")

	k.do("2026-03-09 10:00", says(ana, "¿Qué dice la pantalla?")) // three hours of ten are gone
	k.strike("2026-03-16 12:00")
	k.want() // it waits for the customer

	k.do("2026-03-16 13:00", says(carla, "Dice papel."))
	k.strike("2026-03-16 16:30")
	k.want("2026-03-16 16:00 next_answer clock_near")
	k.do("2026-03-16 16:45", Deed{By: ana, Item: Item{Text: "Lo miro."},
		Orders: []Order{{Verb: "status", Arg: "En proceso", Line: "#estado En proceso"}}})
	k.strike("2026-03-17 12:00") // seven of ten
	k.want("2026-03-17 08:30 solution clock_near", "2026-03-17 11:00 solution clock_over")

	k.do("2026-03-17 13:00", Deed{By: ana, Item: Item{Text: "Listo."},
		Orders: []Order{{Verb: VerbResolve, Line: "#resuelto"}}})
	k.strike("2026-04-17 12:00")
	k.want()
}

func TestClocksFollowTheTicket(t *testing.T) {
	k := newTicking(t)
	k.do("2026-03-09 08:00", opening(""))
	k.do("2026-03-09 08:10", Deed{By: ana,
		Orders: []Order{{Verb: "severity", Arg: "1", Line: "#severidad 1"}},
		Item:   Item{Orders: true}})
	k.strike("2026-03-09 08:50")
	k.want("2026-03-09 08:45 first_answer clock_near") // of one hour now
	k.do("2026-03-09 08:50", Deed{By: ana,
		Orders: []Order{{Verb: "severity", Arg: "2", Line: "#severidad 2"}},
		Item:   Item{Orders: true}})
	k.strike("2026-03-09 09:40")
	k.want("2026-03-09 09:30 first_answer clock_near") // and of two again
	k.do("2026-03-09 09:45", Deed{By: ana,
		Orders: []Order{{Verb: "severity", Arg: "3", Line: "#severidad 3"}},
		Item:   Item{Orders: true}})
	k.strike("2026-03-19 09:40")
	k.want() // nothing is promised
}

// TestClocksFollowTheTicketAtRest: a target that moves while the customer has to act is told of anew
// once the clock runs again, also where all of the former was gone.
func TestClocksFollowTheTicketAtRest(t *testing.T) {
	to := func(severity string) Deed {
		return Deed{By: ana, Item: Item{Orders: true},
			Orders: []Order{{Verb: "severity", Arg: severity, Line: "#severidad " + severity}}}
	}
	for _, together := range []bool{false, true} {
		k := newTicking(t)
		k.do("2026-03-09 08:00", opening(""))
		k.do("2026-03-09 08:00", to("1")) // to be solved in five hours
		k.do("2026-03-09 08:10", Deed{By: ana, Item: Item{Text: "Lo miro."},
			Orders: []Order{{Verb: "status", Arg: "En proceso", Line: "#estado En proceso"}}})
		k.strike("2026-03-09 14:30")
		k.want("2026-03-09 11:45 solution clock_near", "2026-03-09 14:00 solution clock_over")
		asks := says(ana, "¿Qué dice la pantalla?")
		if together {
			asks.Orders = to("2").Orders
		}
		k.do("2026-03-09 15:00", asks) // six hours are gone
		if !together {
			k.do("2026-03-09 15:00", to("2"))
		}
		k.do("2026-03-10 08:00", says(carla, "Dice papel."))
		k.do("2026-03-10 08:00", Deed{By: ana, Item: Item{Text: "Lo miro."},
			Orders: []Order{{Verb: "status", Arg: "En proceso", Line: "#estado En proceso"}}})
		k.strike("2026-03-12 12:00")
		k.want("2026-03-10 09:30 solution clock_near", "2026-03-10 12:00 solution clock_over")
	}
}

// TestClocksSurvive: what has been told is not told again, whatever the clock says then, and who
// slept over both hears of the end alone.
func TestClocksSurvive(t *testing.T) {
	k := newTicking(t)
	k.do("2026-03-09 08:00", opening(""))
	near := k.timers[FirstAnswer]
	k.strike("2026-03-09 09:40")
	k.want("2026-03-09 09:30 first_answer clock_near")
	k.do("2026-03-09 08:40", Deed{Struck: near}) // the clock was set back by an hour
	k.strike("2026-03-09 09:59")
	k.want()
	k.strike("2026-03-09 10:00")
	k.want("2026-03-09 10:00 first_answer clock_over")
	k.do("2026-03-09 10:00", Deed{Struck: near})
	k.want()

	k = newTicking(t)
	k.do("2026-03-09 08:00", opening(""))
	timer := k.timers[FirstAnswer]
	k.do("2026-03-12 08:00", Deed{Struck: timer})
	k.want("2026-03-12 08:00 first_answer clock_over")
}

func TestClocksOfAService(t *testing.T) {
	k := newTicking(t)
	gold := Entry{Kind: Services, ID: 990, Names: map[string]string{"es": "Oro", "en": "Gold"}}
	k.f.Catalogue = NewCatalogue(append(append([]Entry{}, testEntries(k.f.Catalogue)...), gold))
	d := opening("")
	d.Opens.Service = gold.ID
	k.do("2026-03-07 23:00", d) // a Saturday night: theirs never rests
	k.strike("2026-03-07 23:59")
	k.want("2026-03-07 23:22 first_answer clock_near", "2026-03-07 23:30 first_answer clock_over")
}

func testEntries(c *Catalogue) (list []Entry) {
	for _, k := range Kinds {
		list = append(list, c.All(k)...)
	}
	return list
}

func TestLegalClock(t *testing.T) {
	for _, name := range LawNames() {
		law, ok := LawNamed(name)
		if !ok || law.Title == "" || law.Days == 0 || law.Country == "" || law.Doubt == "" {
			t.Fatalf("%s: %+v", name, law)
		}
		if _, ok := Holidays(law.Country); !ok {
			t.Errorf("%s: no holidays of %q", name, law.Country)
		}
	}
	k := newTicking(t)
	law, _ := LawNamed("co-ley1755")
	law.Calendar = testCalendar(t, "America/Bogota", law.Country, "mon-fri 00:00-24:00")
	law.Types = map[string]int{"consulta": 30}
	k.f.Times = Times{Law: &law}
	k.do("2026-03-02 15:00", opening(""))
	k.do("2026-03-03 15:00", says(ana, "¿De qué año?"))
	k.do("2026-03-10 15:00", says(carla, "De este."))
	k.strike("2026-04-30 12:00")
	k.want("2026-03-17 13:00 legal clock_near",
		"2026-03-25 04:59 legal clock_over") // 8:00 and 23:59 there
}

func ladderFacts() Facts {
	f := facts()
	f.Times.Ladder = []Rung{{5 * time.Minute, []string{"jefe@ejemplo.test"}},
		{15 * time.Minute, []string{"gerente@ejemplo.test"}}}
	return f
}

func TestLadder(t *testing.T) {
	down := ticket(Open)
	down.ProductionDown, down.Severity = true, 1
	now := noon
	f := ladderFacts()
	f.Now = now
	f.Times.TakeExpires = 10 * time.Minute
	timer := func(step int) Timer { return Timer{LadderTimer, step, now} }
	f.Owed = []Timer{timer(1)}
	take := []Order{{Verb: VerbTake, Line: "#tomar"}}
	forGood := f
	forGood.Times.TakeExpires = 0
	answered := f
	answered.Answered = true
	closed := down
	closed.Class = Closed
	for name, c := range map[string]struct {
		ticket Ticket
		d      Deed
		f      Facts
		want   string
	}{
		"the first rung": {down, Deed{Struck: timer(1)}, f,
			"calls jefe@ejemplo.test next 10m0s; escalate 2 +10m0s"},
		"the last": {down, Deed{Struck: timer(2)}, f,
			"calls gerente@ejemplo.test next 0s"},
		"a rung that is no more": {down, Deed{Struck: timer(3)}, f, ""},
		"it was answered":        {down, Deed{Struck: timer(1)}, answered, ""},
		"it is closed":           {closed, Deed{Struck: timer(1)}, f, ""},
		"taken": {down, Deed{By: ana, Orders: take, Item: Item{Orders: true}}, f,
			"escalate 1 +10m0s"},
		"taken for good": {down, Deed{By: ana, Orders: take, Item: Item{Orders: true}},
			forGood, "no escalate"},
		"answered":       {down, says(ana, "Lo miro."), f, "no escalate; timeline 1 +0s"},
		"answered again": {down, says(ana, "Ya está."), answered, "no escalate"},
		"a note": {down,
			Deed{By: ana, Item: Item{Text: "¿Quién?", Visibility: Internal}}, f, ""},
		"the customer insists": {down, says(carla, "¿Y?"), f, ""},
		"raised by a reply": {ticket(Open),
			Deed{By: carla, Down: true, Item: Item{Text: "Se cayó."}}, f, "escalate 1 +5m0s"},
		"somebody reads": {ticket(Open), says(carla, "¿Y?"), f, ""},
	} {
		out := Carry(c.ticket, c.d, c.f)
		var got []string
		for _, e := range out.Events {
			if e.Kind == LadderClimbed {
				got = append(got, fmt.Sprintf("calls %s next %s", strings.Join(e.Calls, " "),
					e.Next.After))
			}
		}
		for _, timer := range out.Timers {
			switch {
			case timer.Kind != LadderTimer && timer.Kind != TimelineTimer:
			case timer.At.IsZero():
				got = append(got, "no "+string(timer.Kind))
			default:
				got = append(got, fmt.Sprintf("%s %d +%s", timer.Kind, timer.Step,
					timer.At.Sub(now)))
			}
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDueDay(t *testing.T) {
	k := newTicking(t)
	k.do("2026-03-09 10:00", opening(""))
	set := func(at, day string) {
		t.Helper()
		k.do(at, Deed{By: ana, Orders: []Order{{Verb: "due", Arg: day, Line: "#vence " + day}},
			Item: Item{Orders: true}})
	}
	due := func(want string) {
		t.Helper()
		timer, ok := k.timers[DueTimer]
		if got := fmt.Sprintf("%d %s", timer.Step,
			timer.At.Format("01-02 15:04")); ok != (want != "") || ok && got != want {
			t.Errorf("the timer is %s, want %s", got, want)
		}
	}
	set("2026-03-09 10:00", "2026-03-12")
	due("1 03-12 08:00")
	set("2026-03-09 10:01", "hoy")
	due("2 03-10 08:00")
	set("2026-03-09 10:02", "nunca")
	due("")
	set("2026-03-09 10:03", "2026-03-12")
	for _, c := range []struct {
		at, want string
	}{{"2026-03-12 08:00", string(TicketDue)}, {"2026-03-13 08:00", string(TicketOverdue)}} {
		timer := k.timers[DueTimer]
		delete(k.timers, DueTimer)
		k.f.Now, _ = time.Parse("2006-01-02 15:04", c.at)
		out := Carry(k.ticket, Deed{Struck: timer}, k.f)
		if len(out.Events) != 1 || string(out.Events[0].Kind) != c.want {
			t.Fatalf("%s: %v", c.at, out.Events)
		}
		for _, timer := range out.Timers {
			k.timers[timer.Kind] = timer
		}
	}
	if len(k.timers) > 0 && k.timers[DueTimer].Step != 0 {
		t.Errorf("it goes on: %v", k.timers)
	}
}

// TestClocksFollowTime: a day that comes has the clock of the solution run again, and silence that
// closes a case ends what no waiting stops.
func TestClocksFollowTime(t *testing.T) {
	k := newTicking(t)
	k.f.Times.Law = &Law{Calendar: k.f.Times.SLA.Calendar, Days: 15}
	k.f.Times.RemindWaiting, k.f.Times.CloseWaiting = []time.Duration{day}, 2*day
	k.do("2026-03-02 09:00", opening(""))
	k.do("2026-03-02 10:00", Deed{By: ana, Orders: []Order{{Verb: VerbWait, Arg: "2026-03-04",
		Line: "#espera 2026-03-04"}}})
	k.strike("2026-03-04 16:59") // one hour of ten is gone, and from eight o'clock on eight more
	k.want("2026-03-04 08:30 first_answer clock_near", "2026-03-04 09:00 first_answer clock_over",
		"2026-03-04 15:30 solution clock_near")
	k.do("2026-03-04 16:59", says(ana, "¿Qué dice la pantalla?"))
	k.strike("2026-05-01 12:00")
	k.want()
	for _, c := range k.f.Clocks {
		if c.Ended.IsZero() {
			t.Errorf("the case is %s, and %s has not ended", k.ticket.Class, c.Kind)
		}
	}
}
