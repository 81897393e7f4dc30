package main

import (
	"strings"
	"testing"
	"time"
)

// TestAwayByMail: who is away says so by a reply; his notices and what he is given go to his
// substitute, until the day is over.
func TestAwayByMail(t *testing.T) {
	t.Parallel()
	for order, back := range map[string]string{"#ausente hasta 5/3 suplente luis@": "",
		"#away until 5/3 substitute luis@uno.test":   "#present",
		"#ausente hasta el 5/3, suplente Luis Pérez": "#presente"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test")
			n := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
			d.replies("ana@uno.test", n, "#tomar")
			d.replies("ana@uno.test", n, order)
			if m := decoded(d.last("ana@uno.test")); !strings.Contains(m,
				"hasta el 5 de marzo, ese día incluido; lo suple Luis Pérez") {
				t.Fatalf("the receipt says:\n%s", m)
			}
			d.next()
			d.replies(carlaRuiz, n, "Sigue sin imprimir la factura.")
			ana, luis := len(d.to("ana@uno.test")), d.last("luis@uno.test")
			if !strings.Contains(decoded(luis), "Sigue sin imprimir") {
				t.Errorf("the substitute has:\n%s", decoded(luis))
			}
			d.replies("luis@uno.test", n, "#asignar Ana Gómez")
			if got := d.caseOf(n).Agent.Address(); got != "luis@uno.test" ||
				len(d.to("ana@uno.test")) != ana {
				t.Errorf("assigned to %s, ana has %d mails, had %d", got,
					len(d.to("ana@uno.test")), ana)
			}
			if back == "" {
				d.clock.Advance(3 * 24 * time.Hour)
			} else {
				d.replies("ana@uno.test", n, back)
			}
			d.replies("luis@uno.test", n, "#asignar Ana Gómez")
			if got := d.caseOf(n).Agent.Address(); got != "ana@uno.test" {
				t.Errorf("back, and the case goes to %s", got)
			}
		})
	}
}

// TestAwayByCommand: `agent set` says until when somebody is away and who stands in, and `person
// show` tells it; what can't be is refused with what would be right.
func TestAwayByCommand(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	for _, c := range []struct{ line, want string }{
		{"agent add ana@ejemplo.test --name Ana", ""},
		{"agent add luis@ejemplo.test --name Luis", ""},
		{"person add carla@cliente.test", ""},
		{"agent set ana@ejemplo.test --away-until 2099-12-20",
			"--away-until and --substitute go together"},
		{"agent set ana@ejemplo.test --substitute luis@ejemplo.test",
			"--away-until and --substitute go together"},
		{"agent set ana@ejemplo.test --away-until 20/12 --substitute luis@ejemplo.test",
			"want a day like 2026-01-31"},
		{"agent set ana@ejemplo.test --away-until 2001-12-20 --substitute luis@ejemplo.test",
			"that day is over"},
		{"agent set ana@ejemplo.test --away-until 2099-12-20 --substitute nadie@ejemplo.test",
			"nobody has the address"},
		{"agent set ana@ejemplo.test --away-until 2099-12-20 --substitute carla@cliente.test",
			"name another agent"},
		{"agent set ana@ejemplo.test --away-until 2099-12-20 --substitute ana@ejemplo.test",
			"name another agent"},
		{"person show ana@ejemplo.test --json", `"away_until":null,"substitute":null`},
		{"agent set ana@ejemplo.test --away-until 2099-12-20 --substitute luis@ejemplo.test", ""},
		{"person show ana@ejemplo.test --json",
			`"away_until":"2099-12-20","substitute":"luis@ejemplo.test"`},
		{"agent show ana@ejemplo.test", "away until 2099-12-20\nSubstitute:    luis@ejemplo.test"},
		{"agent list", "away until 2099-12-20"},
		{"ticket open --requester carla@cliente.test --subject x --text y --as luis@ejemplo.test",
			""},
		{"ticket assign 1 Ana --as luis@ejemplo.test", ""},
		{"ticket show 1 --json", `"agent":"luis@ejemplo.test"`},
		{"agent set ana@ejemplo.test --away-until ''", ""},
		{"person show ana@ejemplo.test --json", `"away_until":null`},
		{"agent add eva@ejemplo.test --away-until 2099-12-20 --substitute luis@ejemplo.test", ""},
		{"person show eva@ejemplo.test --json", `"away_until":"2099-12-20"`},
	} {
		if got := do(c.line); !strings.Contains(got, c.want) || c.want == "" && got != "" &&
			!strings.HasPrefix(c.line, "ticket") {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
}
