package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestSubstituteIsAwayToo: the receipt says who stands in then, a row of substitutes is followed to
// its end, and in a ring each gets his own.
func TestSubstituteIsAwayToo(t *testing.T) {
	t.Parallel()
	const ana, luis, jefa = "ana@uno.test", "luis@uno.test", "jefa@uno.test"
	for language, say := range map[string]struct{ away, too, alone string }{
		"es": {"#ausente hasta 6/3 suplente ",
			"Luis Pérez también está ausente: por ahora lo suple Jefa",
			"Luis Pérez también está ausente y nadie más suple: sus avisos le siguen llegando"},
		"en": {"#away until 6/3 substitute ", "Luis Pérez is away too: Jefa stands in for now",
			"Luis Pérez is away too and nobody else stands in: your notices still come to you"},
	} {
		for whose, ring := range map[string]bool{"jefa@": false, "ana@": true} {
			t.Run(language+" "+whose, func(t *testing.T) {
				t.Parallel()
				d := newVirtualDesk(t, "uno.test", func(c *config) { c.Language = language })
				n := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
				d.replies(ana, n, "#tomar")
				d.replies(luis, n, say.away+whose)
				d.replies(ana, n, say.away+"luis@")
				want, reads := say.too, jefa
				if ring {
					want, reads = say.alone, ana
				}
				if m := decoded(d.last(ana)); !strings.Contains(m, want) {
					t.Errorf("the receipt has no %q:\n%s", want, m)
				}
				d.next()
				d.replies(carlaRuiz, n, "Sigue sin imprimir la factura.")
				var read []string
				for _, m := range d.next() {
					if strings.Contains(decoded(m), "Sigue sin imprimir") {
						read = append(read, m.to)
					}
				}
				if !slices.Equal(read, []string{reads}) {
					t.Errorf("%v read it, want %s", read, reads)
				}
			})
		}
	}
}

// TestTimersOfWhatIsOver: what waits for its customer, and meanwhile becomes another's, ends or is
// forgotten, reminds nobody.
func TestTimersOfWhatIsOver(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]func(*virtualDesk){
		"merged": func(d *virtualDesk) {
			d.opened(carlaRuiz, "No abre", "No abre el programa.")
			d.replies("ana@uno.test", 2, "#tomar\r\n#nota\r\nYa.")
			d.replies("ana@uno.test", 1, "#unir 2")
		},
		"closed":   func(d *virtualDesk) { d.replies("ana@uno.test", 1, "#cerrar") },
		"resolved": func(d *virtualDesk) { d.replies("ana@uno.test", 1, "#resuelto") },
		"answered": func(d *virtualDesk) { d.replies(carlaRuiz, 1, "Dice papel.") },
		"forgotten": func(d *virtualDesk) {
			_, err := d.store.Forget(d.t.Context(), d.person("carla@cliente.test"))
			if err != nil {
				d.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test", func(c *config) {
				c.SLA = slaConfig{RemindWaiting: []days{days(24 * time.Hour)},
					CloseWaiting: days(48 * time.Hour)}
			})
			d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
			d.replies("ana@uno.test", 1, "¿Qué dice la pantalla?")
			d.clock.Advance(time.Hour)
			over(d)
			d.next()
			for range 4 {
				d.clock.Advance(24 * time.Hour)
				must(d.tick(t.Context()))(t)
				d.settle()
			}
			for _, m := range d.next() {
				if name == "forgotten" && strings.HasSuffix(m.to, "@uno.test") {
					continue // her case is still there, and its agent hears that it is closed
				}
				if s := decoded(m); strings.Contains(s, "espera su respuesta") ||
					strings.Contains(s, "No recibimos respuesta") {
					t.Errorf("%s is told:\n%s", m.to, s)
				}
			}
		})
	}
}

// TestMachinesWakeNothing: an absence notice while the customer is waited for neither ends nor puts
// off the reminder and the closing, however it is marked.
func TestMachinesWakeNothing(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test", func(c *config) {
		c.SLA = slaConfig{RemindWaiting: []days{days(24 * time.Hour)},
			CloseWaiting: days(48 * time.Hour)}
	})
	n := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
	d.replies("ana@uno.test", n, "¿Qué dice la pantalla?")
	marks := []string{"Auto-Submitted: auto-replied", "X-Autoreply: yes"}
	for day, want := range []string{"espera su respuesta", "No recibimos respuesta"} {
		d.clock.Advance(23 * time.Hour)
		m := d.last("carla@cliente.test")
		d.write(carlaRuiz, m.replyTo(), "Respuesta automática: "+m.subject, "Estoy de vacaciones.",
			marks[day])
		d.settle()
		if class := d.caseOf(n).Class; class != desk.Waiting {
			t.Fatalf("day %d: it is %s", day, class)
		}
		d.next()
		d.clock.Advance(time.Hour)
		must(d.tick(t.Context()))(t)
		d.settle()
		if got := decoded(d.last("carla@cliente.test")); !strings.Contains(got, want) {
			t.Errorf("day %d: no %q:\n%s", day, want, got)
		}
	}
	if class := d.caseOf(n).Class; class != desk.Closed {
		t.Errorf("at last it is %s", class)
	}
}

// TestDigestOfWhatIsHeld: an answer that waits goes with its reader's digest, and can be cancelled
// until that goes; what is sent at once still goes with it.
func TestDigestOfWhatIsHeld(t *testing.T) {
	t.Parallel()
	for order, goes := range map[string]bool{"": true, "#enviar": true, "#cancelar": false} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test",
				func(c *config) { c.Mailbox[0].Hold = duration(10 * time.Minute) })
			one := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
			two := d.opened(carlaRuiz, "No abre", "El programa no abre.")
			d.setsPeace(carlaRuiz, "mis datos", "Resumen: a las 18")
			d.replies("ana@uno.test", one, "Cambie el XYZZY.")
			d.replies("luis@uno.test", two, "Reinicie el equipo.")
			if order != "" {
				d.replies("ana@uno.test", one, order)
			}
			d.next()
			d.pass(time.Hour, 10*time.Minute)
			if list := d.sentTo("carla@cliente.test"); len(list) != 0 {
				t.Errorf("%d mails before the hour", len(list))
			}
			d.at("18:00")
			d.pass(time.Hour, 20*time.Minute)
			text := ""
			for _, m := range d.sentTo("carla@cliente.test") {
				text += wordsOf(t, m)
			}
			if n := strings.Count(text, "Cambie el XYZZY."); (n == 1) != goes || n > 1 ||
				strings.Count(text, "Reinicie el equipo.") != 1 {
				t.Errorf("at the hour she reads\n%s", text)
			}
			if !goes {
				return
			}
			if got := d.states(one); strings.Contains(got, "held") {
				t.Errorf("sent, and it is %s", got)
			}
			d.nothingKept()
		})
	}
}

// TestJobsTwice: each job of the catalogue, on a desk on which every timer of the catalogue is due,
// is run twice, and once more behind a restart; the first time does all, and nothing comes twice.
func TestJobsTwice(t *testing.T) {
	t.Parallel()
	y := newYear(t, yearSpan{from: "2026-03-02", days: 40, law: "co-ley1755",
		legal: [2]int{2, 2}, calendar: "bogota"})
	ctx, ana := t.Context(), y.people["ana"]
	y.now = time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	does := func(number int64, d desk.Deed) (of desk.Ticket) {
		t.Helper()
		y.write(func(tx *store.Tx) error {
			done, err := tx.Do(ctx, number, d, store.Origin{})
			of = done.Ticket
			return err
		})
		return of
	}
	opens := func(who string, down bool) int64 {
		by := y.people[who]
		return does(0, desk.Deed{By: by, Act: desk.Opens, Item: desk.Item{Text: "No imprime."},
			Opens: desk.Ticket{Subject: "Caso", Mailbox: y.boxes[0].Address, Requester: by,
				Severity: 2, ProductionDown: down}}).Number
	}
	says := func(number int64, who string) {
		does(number, desk.Deed{By: y.people[who], Item: desk.Item{Text: "Eso."}})
	}
	opens("c1", true)               // the ladder, the first answer, the solution, the law
	says(opens("c2", false), "ana") // a reminder
	n := opens("c3", false)
	says(n, "ana")
	says(n, "c3") // the next answer
	does(opens("c4", false), ordered(ana, desk.VerbResolve, ""))
	does(opens("c5", false), ordered(ana, desk.VerbWait, "2026-03-04"))
	does(opens("c6", false), ordered(ana, "due", "2026-03-04"))
	down := opens("c7", true)
	y.now = y.now.Add(time.Minute)
	says(down, "ana") // a timeline

	seen := map[string]bool{}
	for y.now.Before(time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)) {
		y.now = y.now.Add(8 * time.Hour)
		for _, j := range y.jobs() {
			due := y.struck()
			must(y.runJob(ctx, j))(t)
			for _, k := range due {
				seen[k] = seen[k] || j.name == "timers"
			}
			after := y.everything()
			for _, again := range []string{"again", "behind a restart"} {
				if again == "behind a restart" && y.now.Hour() == 14 {
					y.reopen()
				}
				must(y.runJob(ctx, j))(t)
				if got := y.everything(); got != after {
					t.Fatalf("%s: %s, %s: %s, was %s", y.now, j.name, again, got, after)
				}
			}
		}
	}
	kinds := []desk.TimerKind{desk.WakeTimer, desk.RemindTimer, desk.ConfirmTimer, desk.FirstAnswer,
		desk.NextAnswer, desk.Solution, desk.Legal, desk.LadderTimer, desk.TimelineTimer,
		desk.DueTimer}
	for _, k := range kinds {
		if !seen[string(k)] {
			t.Errorf("no %s was due: %v", k, seen)
		}
	}
	if got := y.everything(); strings.HasPrefix(got, "0 ") {
		t.Error("nothing was owed")
	}
}

// struck are the kinds of timers that are due now.
func (y *year) struck() (list []string) {
	for n := int64(1); n <= 7; n++ {
		for _, m := range must(y.store.Timers(y.t.Context(), n))(y.t) {
			if !m.At.After(y.now) {
				list = append(list, string(m.Kind))
			}
		}
	}
	return list
}

// everything counts what is owed and what was done, and says how the cases are.
func (y *year) everything() string {
	ctx := y.t.Context()
	all := must(y.store.Outbox(ctx, store.OutboxFilter{Limit: 100_000}))(y.t)
	said := fmt.Sprintf("%d mails", len(all))
	for n := int64(1); n <= 7; n++ {
		k := must(y.store.Ticket(ctx, n))(y.t)
		said += fmt.Sprintf(", %s %d %d", k.Class, len(must(y.store.Items(ctx, n))(y.t)),
			len(must(y.store.Activities(ctx, n))(y.t)))
	}
	return said
}
