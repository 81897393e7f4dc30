package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
)

// TestLegalByMail: the acknowledgement names the day, who asks for a person wakes the team while
// the case goes on, and the year's report and the case's JSON tell what became of it.
func TestLegalByMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, words, day, ask, close, want string }{
		{"es", "Me cobraron dos veces.", "a más tardar el miércoles 25 de marzo",
			"Hablar con una persona.", "cerrar", "El cliente pide hablar con una persona."},
		{"en", "You have charged me twice for this.", "25 March", "Speak to a person", "close",
			"The customer asks to speak to a person."},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test", func(f *config) {
				f.Language, f.Plazos = c.language,
					"co-ley1755"
			})
			n := d.opened(carlaRuiz, "Factura 12", c.words)
			if m := decoded(d.about(carlaRuiz, n)); !strings.Contains(m, c.day) {
				t.Errorf("the acknowledgement names no day:\n%s", m)
			}
			if m := decoded(d.last("luis@uno.test")); strings.Contains(m, c.day) {
				t.Errorf("an agent is told of the law in:\n%s", m)
			}
			d.replies("ana@uno.test", n, "#tomar")
			d.next()
			d.replies(carlaRuiz, n, c.words+"\n"+c.ask)
			for _, agent := range []string{"ana@uno.test", "luis@uno.test", "jefa@uno.test"} {
				said := 0
				for _, m := range d.to(agent) {
					said += strings.Count(decoded(m), c.want)
				}
				if said == 0 {
					t.Errorf("%s does not hear that a person is wanted", agent)
				}
			}
			mails := len(d.to("luis@uno.test"))
			d.replies(carlaRuiz, n, "Hablar con una persona que sabe no ayudó, gracias por nada.")
			if len(d.to("luis@uno.test")) != mails {
				t.Error("a sentence is taken for the wish")
			}
			d.clock.Advance(30 * 24 * time.Hour)
			must(d.tick(t.Context()))(t)
			d.settle()
			d.replies(carlaRuiz, n, c.close)
			var out bytes.Buffer
			if err := (&app{stdout: &out}).legalReport(t.Context(), d.house, 2026); err != nil ||
				!strings.Contains(out.String(), ",2026-03-03,2026-03-25,2026-04-02,") ||
				!strings.HasSuffix(out.String(), ",true\n") {
				t.Errorf("the report, %v:\n%s", err, &out)
			}
			row := ticketRow{Number: n}
			err := d.addItems(t.Context(), must(d.naming(t.Context()))(t), &row)
			i := slices.IndexFunc(row.Clocks, func(c clockRow) bool { return c.Kind == "legal" })
			if err != nil || i < 0 || !row.Clocks[i].Late || row.Clocks[i].Running ||
				row.Clocks[i].EndedAt == nil {
				t.Errorf("clocks: %+v, %v", row.Clocks, err)
			}
		})
	}
}

// A wish for a person stands in the subject too; without a law no day is named, and no report made.
func TestPersonWantedBySubject(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test")
	n := d.opened(carlaRuiz, "¿Hablar con una persona?", "Mi caso es urgente.")
	if m := decoded(d.about(carlaRuiz, n)); strings.Contains(m, "Por ley") {
		t.Errorf("a law is named:\n%s", m)
	}
	said := 0
	for _, m := range d.to("luis@uno.test") {
		said += strings.Count(decoded(m), "pide hablar con una persona")
	}
	if said == 0 {
		t.Error("nobody hears of it")
	}
	if err := (&app{}).legalReport(t.Context(), d.house, 2026); err == nil ||
		!strings.Contains(err.Error(), "plazos =") {
		t.Errorf("the report: %v", err)
	}
	list, err := d.store.Outbox(t.Context(), store.OutboxFilter{State: store.Failed})
	if err != nil || len(list) > 0 {
		t.Errorf("%d failed, %v", len(list), err)
	}
}
