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
	for order, back := range map[string]string{"#ausente hasta 5/3 suplente luis@": "", "#away until 5/3 substitute luis@uno.test": "#present", "#ausente hasta el 5/3, suplente Luis Pérez": "#presente"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test")
			n := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
			d.replies("ana@uno.test", n, "#tomar")
			d.replies("ana@uno.test", n, order)
			if m := decoded(d.last("ana@uno.test")); !strings.Contains(m, "2026-03-05 · Luis Pérez") {
				t.Fatalf("the receipt says:\n%s", m)
			}
			d.next()
			d.replies(carlaRuiz, n, "Sigue sin imprimir la factura.")
			ana, luis := len(d.to("ana@uno.test")), d.last("luis@uno.test")
			if !strings.Contains(decoded(luis), "Sigue sin imprimir") {
				t.Errorf("the substitute has:\n%s", decoded(luis))
			}
			d.replies("luis@uno.test", n, "#asignar Ana Gómez")
			if got := d.caseOf(n).Agent.Address(); got != "luis@uno.test" || len(d.to("ana@uno.test")) != ana {
				t.Errorf("assigned to %s, ana has %d mails, had %d", got, len(d.to("ana@uno.test")), ana)
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
