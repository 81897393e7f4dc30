package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// hoursTold counts the mails to somebody that tell of a contract's hours.
func (d *virtualDesk) hoursTold(to, subject string) (n int) {
	for _, m := range d.to(to) {
		if strings.HasPrefix(m.subject, "Soporte oro: ") && strings.Contains(m.subject, subject) {
			n++
		}
	}
	return n
}

// TestContractHours: what agents enter is taken from the hours that the contract has bought; who
// must know hears once that they are nearly gone, and once that they are; what is taken back comes
// back; who may sees the balance; and another month begins with all of them.
func TestContractHours(t *testing.T) {
	t.Parallel()
	const csm = "sol@cliente.test"
	for _, c := range []struct {
		language, time, near, gone, mine, card, balance, over, nearText string
	}{
		{"es", "#tiempo", "quedan 30 min de 2 h", "se agotaron las horas contratadas",
			"mis datos", "ficha Cliente SA",
			"Soporte oro: 1 h 30 min de 2 h; quedan 30 min, hasta el 31 de marzo",
			"Soporte oro: 2 h 15 min de 2 h; 15 min de más, hasta el 31 de marzo",
			"El período termina el 31 de marzo; al día siguiente empieza otro, con 2 h."},
		{"en", "#time", "30 min of 2 h left", "the hours bought are used up", "my data",
			"card Cliente SA", "Soporte oro: 1 h 30 min of 2 h; 30 min left, until 31 March",
			"Soporte oro: 2 h 15 min of 2 h; 15 min over, until 31 March",
			"The period ends on 31 March; the day after, another begins with 2 h."},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language)
			d.speaks(c.language, csm)
			sol := must(d.store.PersonByAddress(t.Context(), csm))(t)
			ids := d.put(entry(desk.Organisations, "Cliente SA", func(e *desk.Entry) {
				e.Domains, e.Agent = []string{"cliente.test"}, sol.ID
			}))
			err := d.store.Write(t.Context(), func(tx *store.Tx) error {
				return tx.Join(t.Context(), ids["Cliente SA"], []string{"cliente.test"})
			})
			if err != nil {
				t.Fatal(err)
			}
			ids = d.put(entry(desk.Services, "Soporte oro", func(e *desk.Entry) {
				e.Parent, e.Bought, e.Period = ids["Cliente SA"], 120, desk.Monthly
			}))
			n := d.opened(vCarla, "No imprime", "No imprime la caja.")
			told := func(when string, near, gone int) {
				t.Helper()
				for _, who := range []string{vAna, csm} {
					if a, b := d.hoursTold(who, c.near), d.hoursTold(who,
						c.gone); a != near || b != gone {
						t.Errorf("%s: %s was told %d and %d times, want %d and %d", when, who, a, b,
							near, gone)
					}
				}
			}
			asks := func(who, what string) string {
				t.Helper()
				d.clock.Advance(2 * time.Minute)
				d.write(who, d.boxes[0].Address, what, "")
				d.settle()
				return d.last(who).text(t)
			}
			d.replies(vAna, n, "#tomar\r\n"+c.time+" 1h caja")
			d.about(vAna, n).says(t, "Soporte oro: 1 h / 2 h")
			told("1 h", 0, 0)
			d.replies(vAna, n, c.time+" 30m")
			told("1 h 30 min", 1, 0)
			if m := d.last(csm).text(t); !strings.Contains(m, c.nearText) ||
				strings.Contains(m, "#1") || strings.Contains(m, "imprime") {
				t.Errorf("the CSM reads\n%s", m)
			}
			for who, what := range map[string]string{vCarla: c.mine, vAna: c.card} {
				if m := asks(who, what); !strings.Contains(m, c.balance) {
					t.Errorf("%s of %s has no balance:\n%s", what, who, m)
				}
			}
			if m := asks(vPedro, c.mine); strings.Contains(m, "oro") {
				t.Errorf("who is of no organisation sees\n%s", m)
			}
			d.replies(vAna, n, c.time+" -30m de mas")
			d.about(vAna, n).says(t, "Soporte oro: 1 h / 2 h")
			d.replies(vAna, n, c.time+" 30m")
			told("taken back and worked again", 1, 0)
			d.replies(vAna, n, c.time+" 45m")
			told("2 h 15 min", 1, 1)
			if m := asks(vAna, "caso 1"); !strings.Contains(m, c.over) {
				t.Errorf("the case says\n%s", m)
			}
			if m := asks(vPedro, "caso 1"); strings.Contains(m, "oro") {
				t.Errorf("a stranger reads\n%s", m)
			}
			d.clock.Advance(30 * 24 * time.Hour) // in April
			e := must(d.store.Catalogue(t.Context()))(t).Entry(ids["Soporte oro"])
			if b := must(d.balance(t.Context(), e))(t); b.Spent != 0 || b.From != "2026-04-01" {
				t.Errorf("in April: %s", b)
			}
			agent := must(d.store.PersonByAddress(t.Context(), vAna))(t)
			err = d.store.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Do(t.Context(), n, ordered(agent, desk.VerbTime, "3h"), store.Origin{})
				return err
			})
			if d.settle(); err != nil {
				t.Fatal(err)
			}
			told("in April", 1, 2)
		})
	}
}

// TestHoursByCommand: bought, shown, entered, taken back and moved to another contract by the
// command line; and what is wrong is refused.
func TestHoursByCommand(t *testing.T) {
	t.Parallel()
	d := catalogued(t, "es")
	ctx := t.Context()
	ids := d.put(entry(desk.Organisations, "Cliente SA"))
	ids = d.put(entry(desk.Services, "Oro", func(e *desk.Entry) {
		e.Parent, e.Bought, e.Period, e.Since = ids["Cliente SA"], 1200, desk.Yearly, "2026-01-15"
	}), entry(desk.Services, "Plata", func(e *desk.Entry) {
		e.Parent, e.Bought = ids["Cliente SA"], 60
	}))
	n := d.opened(vCarla, "No imprime", "No imprime la caja.")
	c := must(d.store.Catalogue(ctx))(t)
	spent := func(name string) int {
		t.Helper()
		return must(d.balance(ctx, c.Entry(ids[name])))(t).Spent
	}
	does := func(orders ...desk.Order) {
		t.Helper()
		ana := must(d.store.PersonByAddress(ctx, vAna))(t)
		err := d.store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Do(ctx, n, desk.Deed{By: ana, Orders: orders}, store.Origin{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []struct {
		order     desk.Order
		oro, gold int
	}{
		{desk.Order{Verb: desk.VerbTime, Arg: "45m"}, 0, 0},
		{desk.FieldOrder("service", "Oro", ""), 45, 0},
		{desk.Order{Verb: desk.VerbTime, Arg: "1h"}, 105, 0},
		{desk.Order{Verb: desk.VerbTime, Arg: "-15m"}, 90, 0},
		{desk.FieldOrder("service", "Plata", ""), 0, 90},
		{desk.FieldOrder("service", "Oro", ""), 90, 0},
	} {
		does(s.order)
		if a, b := spent("Oro"), spent("Plata"); a != s.oro || b != s.gold {
			t.Errorf("after %s %s: Oro %d, Plata %d; want %d, %d", s.order.Verb, s.order.Arg, a, b,
				s.oro, s.gold)
		}
	}
	var out bytes.Buffer
	a := &app{stdout: &out}
	if err := a.printEntry(ctx, d.house, naming{c, "es"}, c.Entry(ids["Oro"])); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"20", "year",
		"1 h 30 min of 20 h, 18 h 30 min left, from 2026-01-15, until 2027-01-14"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// TestTimeTakenBackByCommand: what begins with a minus is a time, behind the two dashes that end the
// flags.
func TestTimeTakenBackByCommand(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	const as = " --as ana@ejemplo.test"
	for _, c := range []struct{ line, want string }{
		{"agent add ana@ejemplo.test --name Ana", ""},
		{"person add carla@cliente.test", ""},
		{"ticket open --requester carla@cliente.test --subject x --text y" + as, "1"},
		{"ticket time 1 1h caja" + as, ""},
		{"ticket time 1" + as + " -- -15m de más", ""},
		{"ticket show 1 --json", `"time_minutes":45`},
		{"ticket show 1 --json", `"minutes":-15`},
		{"ticket time 1" + as + " -- -2h", "want −45 min or less"},
		{"ticket time 1" + as + " -- -0m", ""},
		{"ticket show 1 --json", `"time_minutes":45`},
		{"ticket time 1" + as + " -- -45m", ""},
		{"ticket show 1 --json", `"time_minutes":0`},
	} {
		if got := do(c.line); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
}
