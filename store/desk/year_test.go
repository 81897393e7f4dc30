package desk

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// countedOut is when a clock's time is nearly and wholly over by counting minutes, one by one, in
// which somebody works and the desk has to act: [from, to) by twos.
func countedOut(c *Calendar, k TimerKind, within int, acts []time.Time) (told []string) {
	counted := 0
	for i := 0; i < len(acts); i += 2 {
		for at := acts[i]; at.Before(acts[i+1]); at = at.Add(time.Minute) {
			if c != nil && !plainlyWorks(c, at) {
				continue
			}
			end := at.Add(time.Minute).UTC().Format("2006-01-02 15:04")
			switch counted++; counted {
			case within * 3 / 4:
				told = append(told, fmt.Sprintf("%s %s clock_near", end, k))
			case within:
				told = append(told, fmt.Sprintf("%s %s clock_over", end, k))
			}
		}
	}
	return told
}

// TestAYearOfClocks: two tickets a day for a year, of offices in two zones of which one changes
// its clocks, with their holidays. Each is answered, waits, goes on and is resolved at times of
// chance; what is kept is written down and read again; and an hour that comes twice tells nothing
// twice. Every firing is where a plain calculation has it, and no other.
func TestAYearOfClocks(t *testing.T) {
	days := 365
	if testing.Short() {
		days = 60
	}
	random := rand.New(rand.NewPCG(7, 11))
	bogota := testCalendar(t, "America/Bogota", "co", office...)
	madrid := testCalendar(t, "Europe/Madrid", "es", "mon-sat 00:00-06:00", "mon-fri 09:00-18:00")
	within := func(first, solution time.Duration) map[TimerKind]map[int]time.Duration {
		return map[TimerKind]map[int]time.Duration{FirstAnswer: {2: first}, Solution: {2: solution}}
	}
	times := Times{SLA: SLA{Targets: Targets{bogota, within(4*time.Hour, 16*time.Hour)},
		Services: map[string]Targets{"oro": {madrid, within(time.Hour, 8*time.Hour)}}}}
	// of nobody here, so that nobody gets it by himself
	gold := Entry{Kind: Services, ID: 990, Parent: 77, Names: map[string]string{"es": "Oro"}}
	catalogue := NewCatalogue(append(testEntries(facts().Catalogue), gold))
	minutes := func(most int) time.Duration {
		return time.Duration(1+random.IntN(most)) * time.Minute
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	fired := 0
	for n := range days * 2 {
		k := newTicking(t)
		k.f.Times, k.f.Catalogue = times, catalogue
		calendar, first, solution, d := bogota, 240, 960, opening("")
		if n%2 == 1 {
			calendar, first, solution, d.Opens.Service = madrid, 60, 480, gold.ID
		}
		opened := begin.AddDate(0, 0, n/2).Add(minutes(24 * 60))
		asked := opened.Add(minutes(2 * 24 * 60))
		back := asked.Add(minutes(3 * 24 * 60))
		resolved := back.Add(minutes(3 * 24 * 60))
		until := func(at time.Time) { k.strike(at.Format("2006-01-02 15:04")) }
		k.doAt(opened, d)
		until(asked)
		if n%50 == 0 { // the process ends, and another begins with what was written down
			text, err := json.Marshal(k.f.Clocks)
			if err != nil || json.Unmarshal(text, &k.f.Clocks) != nil {
				t.Fatal(err)
			}
		}
		if n%10 == 0 { // the clock is set back, and a timer comes again
			said := len(k.told)
			timer := k.timers[FirstAnswer]
			k.doAt(asked.Add(-time.Hour), Deed{Struck: Timer{FirstAnswer, nearly, asked}})
			if len(k.told) > said && k.f.Now.Before(timer.At) {
				t.Fatalf("told twice: %v", k.told)
			}
		}
		k.doAt(asked, says(ana, "¿Qué dice la pantalla?"))
		until(back)
		k.doAt(back, says(carla, "Dice papel."))
		until(resolved)
		k.doAt(resolved, Deed{By: ana, Item: Item{Text: "Listo."},
			Orders: []Order{{Verb: VerbResolve, Line: "#resuelto"}}})
		until(resolved.AddDate(0, 1, 0))
		want := slices.Concat(countedOut(calendar, FirstAnswer, first, []time.Time{opened, asked}),
			countedOut(calendar, Solution, solution, []time.Time{opened, asked, back, resolved}))
		slices.Sort(want)
		slices.Sort(k.told)
		if got, want := strings.Join(k.told, "\n"), strings.Join(want, "\n"); got != want {
			t.Fatalf("opened %s, asked %s, back %s, resolved %s:\ntold:\n%s\nwant:\n%s", opened,
				asked, back, resolved, got, want)
		}
		fired += len(want)
	}
	if fired < days {
		t.Errorf("%d firings in %d days", fired, days)
	}
}
