package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

// The year of a desk: its own store, ticked as the daemon does, with nobody who renders mail. What
// it owes is held against a plain calculation, which counts minutes one by one and knows nothing of
// the desk's timers.

// tickEvery is how often the year's desk looks at its clock.
const tickEvery = 15 * time.Minute

// yearSpan is a stretch of the year that is lived through.
type yearSpan struct {
	from       string
	days       int
	perDay     int
	restarts   []int // before which of its ticks the store is closed and opened
	back       int   // before which the clock is set back an hour; 0: never
	away, till int   // on which days Ana is away, from its first
	law        string
	legal      [2]int // working days that it gives, and those for a Consulta
	calendar   string // of the law; "": its country's
}

// TestYear: on the real Tick tickets are opened, answered, put off and resolved, in two zones, over
// both changes of the clock and holidays, over restarts and a clock that is set back. All that time
// brings comes once, when it must, to whom it must. BUZON_TEST_YEAR=365 lives through so many
// days of twenty tickets each.
func TestYear(t *testing.T) {
	t.Parallel()
	spans := []yearSpan{
		{"2026-03-26", 7, 4, []int{90, 200, 201}, 300, 4, 5, // Easter, and the hour that is not
			"co-ley1755", [2]int{2, 3}, "bogota"},
		{"2026-10-22", 7, 4, []int{10, 330, 400}, 310, 1, 2, // and the one that comes twice
			"es-ley10-2025", [2]int{2, 1}, ""},
	}
	if n, _ := strconv.Atoi(os.Getenv("BUZON_TEST_YEAR")); n > 0 {
		spans = []yearSpan{
			{"2026-01-01", n, 20, []int{5000, 12345, 30001}, 20000, 70, 84,
				"co-ley1755", [2]int{15, 30}, "bogota"},
			{"2025-12-01", min(n, 60), 20, []int{700, 3000}, 2990, 20, 30, // over the year's end
				"es-ley10-2025", [2]int{15, 8}, ""},
		}
	}
	for _, s := range spans {
		t.Run(s.from, func(t *testing.T) {
			t.Parallel()
			newYear(t, s).live()
		})
	}
}

// year is a desk that lives through a span.
type year struct {
	yearSpan
	*house
	t      *testing.T
	dir    string
	opt    store.Options
	now    time.Time
	begin  time.Time
	ticks  []time.Time // what the clock shows at each, in the order of life
	at     int         // the tick that it is
	events []yearEvent
	cases  []*yearCase
	people map[string]desk.Person
	gold   int64
	random *rand.Rand
	office [2]workMinutes
	kinds  [2]desk.Entry    // an Incidente, a Consulta
	owed   []store.Outgoing // all of it, as it was when it was new
	absent [2]time.Time
}

// yearEvent is something that somebody does to a case.
type yearEvent struct {
	at time.Time
	of *yearCase
	do desk.Deed
}

// yearCase is a ticket as the plain calculation knows it.
type yearCase struct {
	number   int64
	office   int // 0: Bogotá; 1: Madrid, by its contract
	kind     int // 0: an Incidente; 1: a Consulta
	severity int
	agent    string
	requests string
	down     bool
	day      time.Time // that #vence names
	wake     time.Time // that #espera names
	did      []did
}

// did is what somebody did, and in which state the case was from then on.
type did struct {
	tick  int // before which it was done
	at    time.Time
	what  string // opens, asks, back, answers, waits, resolves, becomes
	class desk.Class
}

const yearDomain = "ejemplo.test"

func newYear(t *testing.T, s yearSpan) *year {
	y := &year{yearSpan: s, t: t, dir: t.TempDir(), people: map[string]desk.Person{},
		random: rand.New(rand.NewPCG(2026, 14))}
	madrid := must(time.LoadLocation("Europe/Madrid"))(t)
	y.begin = must(time.ParseInLocation(time.DateOnly, s.from, madrid))(t).UTC()
	for n := range s.days * 24 * 4 {
		at := y.begin.Add(time.Duration(n) * tickEvery)
		if s.back > 0 && n >= s.back {
			at = at.Add(-time.Hour)
		}
		y.ticks = append(y.ticks, at)
	}
	y.now = y.begin
	c := yearConfig()
	c.Plazos, c.Legal = s.law, legalConfig{s.calendar, s.legal[0],
		map[string]int{"Consulta": s.legal[1]}}
	y.house = &house{config: c, log: slog.New(slog.DiscardHandler), location: madrid}
	y.boxes, y.templates = must(c.mailboxes())(t), must(templates.Load(""))(t)
	y.opt = store.Options{Now: func() time.Time { return y.now }, MinFree: 1,
		Times: must(c.times())(t), Mailboxes: y.boxes}
	desktest.Copy(t, y.dir, newStore)
	y.reopen()
	t.Cleanup(func() { y.store.Close() })
	y.people = y.hire()
	y.office = [2]workMinutes{
		bogotaOffice.minutes(t, y.begin, s.days+1), madridOffice.minutes(t, y.begin, s.days+1)}
	y.plan()
	return y
}

// yearConfig is a desk in Madrid with an office in Bogotá.
func yearConfig() config {
	within := func(minutes int) map[string]days {
		each := days(time.Duration(minutes) * time.Minute)
		return map[string]days{"1": each / 4, "2": each, "3": each * 2}
	}
	return config{Language: "es", Timezone: "Europe/Madrid",
		Mailbox: []mailboxConfig{{Address: "soporte@" + yearDomain, Name: "Soporte"}},
		Agents: map[string]string{"ana@" + yearDomain: "Ana Gómez",
			"luis@" + yearDomain: "Luis Pérez"},
		OnCall: onCallConfig{Addresses: []string{"luis@" + yearDomain}},
		Calendar: []calendarConfig{{Name: "bogota", Timezone: "America/Bogota",
			Hours: []string{"mon-fri 08:00-12:00", "mon-fri 13:00-17:00"}, Holidays: "co"},
			{Name: "madrid", Timezone: "Europe/Madrid",
				Hours: []string{"mon-fri 09:00-18:00", "sun 00:00-06:00"}, Holidays: "es"}},
		Panel: panelConfig{To: panelAgents, Calendar: "madrid"},
		SLA: slaConfig{
			promises: promises{"bogota", within(120), within(60), within(480)},
			Service: []serviceSLA{{"Oro", promises{"madrid", within(40), within(20),
				within(240)}}},
			RemindWaiting: []days{days(2 * 24 * time.Hour), days(3 * 24 * time.Hour)},
			CloseWaiting:  days(4 * 24 * time.Hour), CloseResolved: days(2 * 24 * time.Hour)},
		Escalation: escalationConfig{TakeExpires: days(time.Hour), Steps: []escalationStep{
			{After: duration(20 * time.Minute), To: []string{"jefe@fuera.test"}},
			{After: duration(50 * time.Minute), To: []string{"jefe@fuera.test"}}}}}
}

// reopen is a restart.
func (y *year) reopen() {
	y.t.Helper()
	if y.store != nil {
		if err := y.store.Close(); err != nil {
			y.t.Fatal(err)
		}
	}
	y.store = must(store.Open(y.t.Context(), y.dir, y.opt))(y.t)
}

func (y *year) write(f func(tx *store.Tx) error) {
	y.t.Helper()
	if err := y.store.Write(y.t.Context(), f); err != nil {
		y.t.Fatal(err)
	}
}

// hire makes the desk's people, customers, and the contract.
func (y *year) hire() map[string]desk.Person {
	ctx := y.t.Context()
	if err := y.house.people(ctx); err != nil {
		y.t.Fatal(err)
	}
	of := map[string]desk.Person{}
	y.write(func(tx *store.Tx) error {
		jefa := desk.Person{Name: "Jefa", Addresses: []string{"jefa@" + yearDomain},
			Role: desk.Admin, Active: true}
		if _, err := tx.AddPerson(ctx, jefa); err != nil {
			return err
		}
		for n := range 40 {
			if _, err := tx.Customer(ctx, fmt.Sprintf("c%d@cliente.test", n), "Cliente"); err != nil {
				return err
			}
		}
		gold, err := tx.Put(ctx, entry(desk.Services, "Oro", func(e *desk.Entry) {
			e.Until = "2020-01-01" // nobody gets it by himself
		}))
		y.gold = gold.ID
		return err
	})
	for _, name := range []string{"ana", "luis", "jefa", "jefe"} {
		domain := yearDomain
		if name == "jefe" { // who stands on the ladder
			domain = "fuera.test"
		}
		p := must(y.store.PersonByAddress(ctx, name+"@"+domain))(y.t)
		if name == "luis" {
			y.write(func(tx *store.Tx) error {
				return tx.ChangePerson(ctx, p.ID, func(p *desk.Person) {
					p.Digest, p.Timezone = "18:00", "America/Bogota"
				})
			})
			p = must(y.store.PersonByAddress(ctx, p.Address()))(y.t)
		}
		of[name] = p
	}
	rows := must(y.store.Catalogue(ctx))(y.t)
	for i, key := range []string{"incident", "query"} {
		y.kinds[i], _ = rows.Keyed(desk.Types, key)
	}
	for n := range 40 {
		name := fmt.Sprintf("c%d", n)
		of[name] = must(y.store.PersonByAddress(ctx, name+"@cliente.test"))(y.t)
	}
	return of
}

// plainOffice is when people work, as a child would write it down.
type plainOffice struct {
	zone  string
	hours func(day time.Weekday, hour int) bool
	off   string
}

var bogotaOffice = plainOffice{"America/Bogota", func(day time.Weekday, hour int) bool {
	return day != time.Saturday && day != time.Sunday && hour >= 8 && hour < 17 && hour != 12
}, "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-20 08-07 08-17 10-12 11-02 " +
	"11-16 12-08 12-25"}

var madridOffice = plainOffice{"Europe/Madrid", func(day time.Weekday, hour int) bool {
	if day == time.Sunday {
		return hour < 6
	}
	return day != time.Saturday && hour >= 9 && hour < 18
}, "01-01 01-06 04-03 05-01 08-15 10-12 11-01 12-06 12-08 12-25"}

// opens reports whether anybody works on a day.
func (p plainOffice) opens(day time.Time) bool {
	return !strings.Contains(p.off, day.Format("01-02")) &&
		(p.hours(day.Weekday(), 3) || p.hours(day.Weekday(), 10))
}

// lawOffice has the days that a law counts which names no calendar.
var lawOffice = plainOffice{"Europe/Madrid", func(day time.Weekday, _ int) bool {
	return day != time.Saturday && day != time.Sunday
}, madridOffice.off}

// legal is when the morning of one working day after a moment comes, and when another is over.
func (p plainOffice) legal(t *testing.T, from time.Time, near, due int) (at [2]time.Time) {
	day := from.In(must(time.LoadLocation(p.zone))(t))
	for n := 0; n < due; {
		if day = day.AddDate(0, 0, 1); !p.opens(day) {
			continue
		}
		if n++; n == near {
			at[0] = time.Date(day.Year(), day.Month(), day.Day(), 8, 0, 0, 0, day.Location())
		}
	}
	at[1] = time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 0, 0, day.Location())
	return at
}

// workMinutes counts, for each minute from a beginning, how many of those before it are of work.
type workMinutes struct {
	begin time.Time
	until []int32
}

func (p plainOffice) minutes(t *testing.T, begin time.Time, days int) (w workMinutes) {
	zone := must(time.LoadLocation(p.zone))(t)
	w.begin, w.until = begin, make([]int32, 1, days*24*60)
	for n := range days*24*60 - 1 {
		at := begin.Add(time.Duration(n) * time.Minute).In(zone)
		worked := int32(0)
		if p.hours(at.Weekday(), at.Hour()) && !strings.Contains(p.off, at.Format("01-02")) {
			worked = 1
		}
		w.until = append(w.until, w.until[n]+worked)
	}
	return w
}

func (w workMinutes) between(from, to time.Time) int {
	if !to.After(from) {
		return 0
	}
	at := func(t time.Time) int32 { return w.until[int(t.Sub(w.begin)/time.Minute)] }
	return int(at(to) - at(from))
}

// minutesOf is a number of minutes of chance, at least one.
func (y *year) minutesOf(most int) time.Duration {
	return time.Duration(1+y.random.IntN(most)) * time.Minute
}

// plan makes up the cases of the span.
func (y *year) plan() {
	n := 0
	for d := range y.days {
		day := y.begin.AddDate(0, 0, d)
		if !madridOffice.opens(day.In(y.location)) {
			continue
		}
		for range y.perDay {
			y.planCase(n, day.Add(6*time.Hour).Add(y.minutesOf(14*60)))
			n++
		}
	}
	if y.away > 0 {
		y.absent[0] = y.begin.AddDate(0, 0, y.away).Add(5 * time.Hour)
		last := y.begin.AddDate(0, 0, y.till).In(y.location)
		y.absent[1] = time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, y.location)
	}
	slices.SortStableFunc(y.events, func(a, b yearEvent) int { return a.at.Compare(b.at) })
}

// planCase makes up one, by its number: what becomes of it is what its number says.
func (y *year) planCase(n int, opened time.Time) {
	k := &yearCase{office: n % 2, kind: n / 7 % 2, severity: 2 + n/2%2, agent: []string{"ana", "luis"}[n/3%2],
		requests: fmt.Sprintf("c%d", n%40), down: n%11 == 7}
	y.cases = append(y.cases, k)
	by, agent := y.people[k.requests], y.people[k.agent]
	does := func(at time.Time, what string, d desk.Deed) time.Time {
		d.Proof = what // for the case's own record; the desk keeps it only where a rate is accepted
		y.events = append(y.events, yearEvent{at, k, d})
		return at
	}
	opens := desk.Deed{By: by, Act: desk.Opens, Item: desk.Item{Text: "No imprime."},
		Opens: desk.Ticket{Subject: "Caso", Mailbox: y.boxes[0].Address, Requester: by,
			Severity: k.severity, ProductionDown: k.down, Type: y.kinds[k.kind].ID}}
	if k.office == 1 {
		opens.Opens.Service = y.gold
	}
	if k.down {
		k.severity = 1
	}
	does(opened, "opens", opens)
	does(opened, "takes", ordered(agent, desk.VerbTake, ""))
	says := func(p desk.Person) desk.Deed { return desk.Deed{By: p, Item: desk.Item{Text: "Eso."}} }
	asked := does(opened.Add(y.minutesOf(30*60)), "asks", says(agent))
	switch n % 5 {
	case 0: // nobody answers any more
		return
	case 1: // it waits for a day
		local := asked.In(y.location)
		k.wake = time.Date(local.Year(), local.Month(), local.Day()+2, 8, 0, 0, 0, y.location)
		does(asked.Add(time.Minute), "waits", ordered(agent, desk.VerbWait,
			k.wake.Format(time.DateOnly)))
		return
	case 2: // it must be done by a day
		local := asked.In(y.location)
		k.day = time.Date(local.Year(), local.Month(), local.Day()+1, 8, 0, 0, 0, y.location)
		does(asked.Add(time.Minute), "due", ordered(agent, "due", k.day.Format(time.DateOnly)))
	}
	back := does(asked.Add(y.minutesOf(3*24*60)), "back", says(by))
	answered := does(back.Add(y.minutesOf(10*60)), "answers", says(agent))
	if n%5 == 4 {
		again := does(answered.Add(y.minutesOf(24*60)), "back", says(by))
		solved := does(again.Add(y.minutesOf(24*60)), "resolves",
			ordered(agent, desk.VerbResolve, ""))
		if n%2 == 1 { // it is not, and nobody does anything for weeks
			back := does(solved.Add(y.minutesOf(47*60)), "back", says(by))
			became := does(back.Add(y.minutesOf(y.legal[0]*24*60)), "becomes",
				ordered(agent, "type", y.kinds[1-k.kind].Names["es"]))
			does(became.Add(y.minutesOf(2*y.legal[1]*24*60)), "resolves",
				ordered(agent, desk.VerbResolve, ""))
		}
	}
}

func ordered(by desk.Person, v desk.Verb, arg string) desk.Deed {
	o := desk.NewOrder(v, arg, "es")
	return desk.Deed{By: by, Orders: []desk.Order{o}}
}

// live lets the time pass, and compares.
func (y *year) live() {
	ctx := y.t.Context()
	next, gone := 0, false
	for y.at = range y.ticks {
		if slices.Contains(y.restarts, y.at) {
			y.reopen()
		}
		for ; next < len(y.events) && !y.events[next].at.After(y.ticks[y.at]); next++ {
			y.happens(y.events[next])
		}
		y.now = y.ticks[y.at]
		if y.away > 0 && !gone && !y.now.Before(y.absent[0]) {
			gone = true
			y.leaves()
		}
		must(y.tick(ctx))(y.t)
		if y.at%4 == 0 {
			must(y.panel(ctx))(y.t)
		}
		y.note()
		y.send()
		y.note()
	}
	y.compare()
}

// leaves has Ana be away, with Luis in her place, by an order of hers.
func (y *year) leaves() {
	ana := y.people["ana"]
	until := y.absent[1].AddDate(0, 0, -1).In(y.location).Format(time.DateOnly)
	y.write(func(tx *store.Tx) error {
		_, err := tx.Do(y.t.Context(), y.cases[0].number, ordered(ana, "away", "hasta "+until+
			" suplente luis@"), store.Origin{})
		return err
	})
	y.absent[0] = y.now
}

// happens does what somebody does, unless the case is closed already.
func (y *year) happens(e yearEvent) {
	y.now = e.at
	k, what := e.of, e.do.Proof
	if k.number != 0 {
		t := must(y.store.Ticket(y.t.Context(), k.number))(y.t)
		over := t.Class == desk.Closed || t.Class == desk.Resolved
		if t.Class == desk.Closed || over && (what == "due" || what == "becomes") {
			return
		}
	}
	y.write(func(tx *store.Tx) error {
		done, err := tx.Do(y.t.Context(), k.number, e.do, store.Origin{})
		if err != nil {
			err = fmt.Errorf("%s in case %d: %w", what, k.number, err)
		}
		if err == nil {
			k.number = done.Ticket.Number
		}
		return err
	})
	class := map[string]desk.Class{"opens": desk.Open, "asks": desk.Waiting, "back": desk.Open,
		"answers": desk.Waiting, "waits": desk.Waiting, "resolves": desk.Resolved}[what]
	if class != "" || what == "due" || what == "becomes" {
		k.did = append(k.did, did{y.at, e.at, what, class})
	}
}

// send takes all that is due off the desk.
func (y *year) send() {
	ctx := y.t.Context()
	for range 20 {
		list := must(y.store.DueMails(ctx, y.now, 500))(y.t)
		if len(list) == 0 {
			return
		}
		for _, o := range list {
			if o.Capped() {
				if err := y.store.Release(ctx, o.ID); err != nil {
					y.t.Fatal(err)
				}
			}
		}
		y.write(func(tx *store.Tx) error {
			for _, o := range list {
				if fresh, err := tx.OutgoingMail(ctx, o.ID); err != nil || fresh.Capped() ||
					!fresh.Settled.IsZero() {
					continue
				}
				if err := tx.Sent(ctx, o, "250"); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// to is who gets what is for somebody at a tick.
func (y *year) to(name string, tick int) string {
	at := y.ticks[tick]
	if name == "ana" && y.away > 0 && !at.Before(y.absent[0]) && at.Before(y.absent[1]) {
		name = "luis"
	}
	return y.people[name].Address()
}

// firing is what is told, at a tick, to whom.
func (y *year) firing(k *yearCase, tick int, kind, reason string, names ...string) (list []string) {
	for _, name := range names {
		line := fmt.Sprintf("%s #%d %s %s to %s", y.ticks[tick].UTC().Format("01-02 15:04"),
			k.number, kind, reason, y.to(name, tick))
		if !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

// expected is all that time must bring to a case.
func (y *year) expected(k *yearCase) (list []string) {
	class, since := k.did[0].class, k.did[0]
	spent, told := map[string]int{}, map[string]int{}
	first, wakes := true, time.Time{}
	kind, law := k.kind, y.legalMarks(k, k.kind)
	counts := map[string]bool{"first_answer": true, "solution": true} // clocks that have not ended
	due, closed, rungs, rungAt := 0, false, 0, k.did[0].at.Add(time.Hour)
	reminds, remindAt := 0, time.Time{}
	overAt := time.Time{} // when silence closes what is resolved
	last := k.did[0].at
	runs := func() bool { return class == desk.Open }
	pass := func(until time.Time) {
		if runs() {
			for c := range counts {
				spent[c] += y.office[k.office].between(last, until)
			}
		}
		if until.After(last) {
			last = until
		}
	}
	agents := []string{k.agent}
	if k.severity == 1 {
		agents = append(agents, "luis")
	}
	next := 1
	for tick := since.tick; tick < len(y.ticks) && !closed; tick++ {
		for ; next < len(k.did) && k.did[next].tick == tick; next++ {
			d := k.did[next]
			pass(d.at)
			switch d.what {
			case "asks", "answers":
				delete(counts, "first_answer")
				delete(counts, "next_answer")
				first = false
				reminds, remindAt, wakes = 1, d.at.Add(48*time.Hour), time.Time{}
			case "back":
				counts["solution"] = true // also where it was resolved
				if !first && !counts["next_answer"] {
					counts["next_answer"] = true
					spent["next_answer"], told["next_answer"] = 0, 0
				}
			case "waits":
				reminds, wakes = 0, k.wake
			case "resolves":
				clear(counts)
				overAt = d.at.Add(48 * time.Hour)
			case "due":
				due = 1
			case "becomes":
				kind = 1 - kind
				law = y.legalMarks(k, kind)
				switch {
				case d.at.Before(law[0]):
					told["legal"] = 0
				case d.at.Before(law[1]):
					told["legal"] = min(told["legal"], 1)
				}
			}
			if d.class != "" {
				class = d.class
			}
		}
		now := y.ticks[tick]
		pass(now)
		add := func(kind, reason string, names ...string) {
			list = append(list, y.firing(k, tick, kind, reason, names...)...)
		}
		if class == desk.Waiting && !wakes.IsZero() && !now.Before(wakes) {
			class, wakes = desk.Open, time.Time{} // and its clocks run from now on
			add("reminder", "wake", k.agent)
		}
		targets := map[string]int{"first_answer": []int{120, 40}[k.office],
			"next_answer": []int{60, 20}[k.office], "solution": []int{480, 240}[k.office]}
		for _, c := range slices.Sorted(maps.Keys(counts)) {
			target := targets[c]
			switch k.severity {
			case 1:
				target /= 4
			case 3:
				target *= 2
			}
			switch {
			case !runs() || told[c] == 2:
			case spent[c] >= target:
				told[c] = 2
				add("deadline", c+"_over", agents...)
			case 4*spent[c] >= 3*target && told[c] == 0:
				told[c] = 1
				add("deadline", c+"_near", agents...)
			}
		}
		switch {
		case class == desk.Resolved || told["legal"] == 2:
		case !now.Before(law[1]):
			told["legal"] = 2
			add("deadline", "legal_over", append(agents, "jefa")...)
		case !now.Before(law[0]) && told["legal"] == 0:
			told["legal"] = 1
			add("deadline", "legal_near", agents...)
		}
		if k.down && first && rungs < 2 && !now.Before(rungAt) {
			rungs++
			rungAt = now.Add(30 * time.Minute)
			add("still_waiting", "ladder_climbed", k.requests)
			add("production_down", "ladder_climbed", "jefa")
		}
		if class == desk.Waiting && reminds > 0 && !now.Before(remindAt) {
			if reminds++; reminds > 3 {
				closed = true
				add("closed", "silence", k.requests, k.agent)
				continue
			}
			remindAt = now.Add(24 * time.Hour)
			add("reminder", "", k.requests, k.agent)
		}
		if class == desk.Resolved && !now.Before(overAt) {
			closed = true
			add("closed", "silence", k.requests, k.agent)
			continue
		}
		if due > 0 && due < 3 && class != desk.Resolved {
			today := now.In(y.location).Format(time.DateOnly)
			switch {
			case due == 1 && !now.Before(k.day) && today == k.day.Format(time.DateOnly):
				due = 2
				add("deadline", "ticket_due", agents...)
			case !now.Before(k.day.AddDate(0, 0, 1)):
				due = 3
				add("deadline", "ticket_overdue", agents...)
			}
		}
	}
	return list
}

// legalMarks are when the law's time for a case of a kind is nearly over, and wholly.
func (y *year) legalMarks(k *yearCase, kind int) [2]time.Time {
	office := bogotaOffice
	if y.calendar == "" {
		office = lawOffice
	}
	days := y.legal[kind]
	return office.legal(y.t, k.did[0].at, max(1, days*3/4), days)
}

// note keeps what is newly owed: what goes later is given the time at which it goes.
func (y *year) note() {
	for {
		o, err := store.Optional(y.store.OutgoingMail(y.t.Context(), int64(len(y.owed))+1))
		if err != nil {
			y.t.Fatal(err)
		}
		if o.ID == 0 {
			return
		}
		y.owed = append(y.owed, o)
	}
}

// compare holds what was owed against what must have been.
func (y *year) compare() {
	all := must(y.store.Outbox(y.t.Context(), store.OutboxFilter{Limit: 1_000_000}))(y.t)
	for i, o := range all {
		all[i].Created = y.owed[o.ID-1].Created
	}
	var want, got []string
	for _, k := range y.cases {
		if k.number != 0 {
			want = append(want, y.expected(k)...)
		}
	}
	for _, o := range all {
		timed := slices.Contains([]desk.Notice{desk.Deadline, desk.Reminder, desk.StillWaiting}, o.Kind)
		if timed || o.Details.Reason == "silence" || o.Kind == desk.ProductionDown &&
			o.Details.Reason == "ladder_climbed" && o.Address == y.people["jefa"].Address() {
			got = append(got, fmt.Sprintf("%s #%d %s %s to %s",
				o.Created.UTC().Format("01-02 15:04"), o.Ticket, o.Kind, o.Details.Reason, o.Address))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if n := len(want); n < len(y.cases) {
		y.t.Errorf("%d firings of %d cases", n, len(y.cases))
	}
	y.differ("told", got, want)
	y.comparePanels(all)
	y.compareDigests(all)
	y.t.Logf("%d cases, %d firings, %d mails", len(y.cases), len(want), len(all))
}

// differ says which lines are in one list and not in the other.
func (y *year) differ(what string, got, want []string) {
	y.t.Helper()
	count := map[string]int{}
	for _, line := range got {
		count[line]++
	}
	for _, line := range want {
		count[line]--
	}
	said := 0
	for _, line := range slices.Sorted(maps.Keys(count)) {
		if n := count[line]; n != 0 && said < 20 {
			said++
			y.t.Errorf("%s %+d: %s", what, n, line)
		}
	}
}

// hours are the ticks at which panels are owed.
func (y *year) hours() (list []time.Time) {
	for i := 0; i < len(y.ticks); i += 4 {
		list = append(list, y.ticks[i])
	}
	return list
}

// comparePanels holds the panels against the working days of each reader.
func (y *year) comparePanels(all []store.Outgoing) {
	var got, want []string
	first := y.events[0].at // there are none before there is a case
	for _, o := range all {
		if strings.HasPrefix(o.Topic, "panel ") {
			got = append(got, fmt.Sprintf("%s %s %s", o.Topic, o.Address,
				o.Next.UTC().Format("15:04")))
		}
	}
	for _, name := range []string{"ana", "luis", "jefa", "jefe"} {
		p := y.people[name]
		zone := p.Clock(y.location)
		for d := -1; d <= y.days; d++ {
			day := y.begin.AddDate(0, 0, d).Add(12 * time.Hour).In(zone)
			due := time.Date(day.Year(), day.Month(), day.Day(), 8, 0, 0, 0, zone)
			owed := slices.IndexFunc(y.hours(), func(now time.Time) bool {
				return !now.Before(due.Add(-time.Hour)) && now.Before(due.Add(4*time.Hour)) &&
					!now.Before(first)
			})
			if owed < 0 || !madridOffice.opens(due) {
				continue
			}
			goes := due
			if now := y.hours()[owed]; now.After(due) {
				goes = now
			}
			want = append(want, fmt.Sprintf("panel %s %s %s", due.Format(time.DateOnly),
				p.Address(), goes.UTC().Format("15:04")))
		}
	}
	y.differ("panel", got, want)
}

// compareDigests holds the digests of Luis against the notices that could wait for them.
func (y *year) compareDigests(all []store.Outgoing) {
	luis := y.people["luis"]
	zone := luis.Clock(nil)
	var got, want []string
	waits := map[string]int{}
	for _, o := range all {
		switch {
		case o.Address != luis.Address():
		case o.Topic == string(desk.Digest):
			got = append(got, o.Created.UTC().Format(time.DateTime))
		case o.Ticket != 0 && o.LastReply == "goes with the digest" || o.Carrier != 0:
			local := o.Created.In(zone)
			goes := time.Date(local.Year(), local.Month(), local.Day(), 18, 0, 0, 0, zone)
			if !goes.After(local) {
				goes = goes.AddDate(0, 0, 1)
			}
			waits[goes.UTC().Format(time.DateTime)]++
			if o.Settled.IsZero() && !goes.After(y.ticks[len(y.ticks)-1]) {
				y.t.Errorf("a notice of %s has not gone: %+v", local, o.State)
			}
		}
	}
	end := y.ticks[len(y.ticks)-1].UTC().Format(time.DateTime)
	for at, n := range waits {
		if n > 1 && cmp.Compare(at, end) <= 0 {
			want = append(want, at)
		}
	}
	y.differ("digest", got, want)
}
