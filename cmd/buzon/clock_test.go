package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
)

// A clock that is set forward or back by days loses nothing, sends nothing twice, and makes nobody
// wait; what a mail says of its own date is no time of ours. ACCEPTANCE A25.
func TestA25ClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{24 * time.Hour, -24 * time.Hour, -400 * 24 * time.Hour,
		400 * 24 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test")
			d.write("carla@cliente.test", "soporte@uno.test", "Antes",
				"No imprime la factura de hoy.")
			// its number is held for a minute
			d.write("carla@cliente.test", "soporte@uno.test", "Enseguida",
				"Y tampoco abre el programa.")
			d.settle()
			d.clock.Advance(jump)
			for i, date := range []string{"Thu, 1 Jan 1970 00:00:00 +0000",
				"Wed, 1 Jan 2099 00:00:00 +0000"} {
				d.write(fmt.Sprintf("p%d@otra%d.test", i, i), "soporte@uno.test", "Después",
					"Se fue la luz en la sucursal.", "Date: "+date)
			}
			items := 2
			if jump > 30*24*time.Hour { // an older notice's reply address orders nothing
				d.write("carla@cliente.test", d.to("carla@cliente.test")[0].replyTo(), "Re: Antes",
					"¿Hay novedades?")
				d.settle()
				items++
			}
			notices := d.to("ana@uno.test")
			slices.Reverse(notices)
			first := notices[slices.IndexFunc(notices,
				func(m takenMail) bool { return strings.Contains(m.subject, "#1") })]
			d.write("ana@uno.test", first.replyTo(), "Re: Antes", "Ya lo miro.")
			d.settle()
			d.pass(2*time.Minute, time.Minute)
			for who, n := range map[string]int{"carla@cliente.test": 3, "p0@otra0.test": 1,
				"p1@otra1.test": 1} {
				if got := len(d.to(who)); got != n {
					t.Errorf("%s has %d mails, want %d", who, got, n)
				}
			}
			d.nothingLost(4)
			for n := range int64(4) {
				k, err := d.store.Ticket(t.Context(), n+1)
				if age := d.clock.Now().Sub(k.CreatedAt); err != nil || n > 1 &&
					(age < 0 || age > time.Hour) {
					t.Errorf("case %d is %v old, %v", n+1, age, err)
				}
			}
			list := must(d.store.Items(t.Context(), 1))(t)
			if len(list) != items || list[items-1].Text != "Ya lo miro." {
				t.Errorf("%+v", list)
			}
			if n := len(must(d.store.Outbox(t.Context(),
				store.OutboxFilter{State: store.Failed}))(t)); n > 0 {
				t.Errorf("%d mails have failed", n)
			}
		})
	}
}
