package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
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

// TestLegalDays: over holidays and the ends of years, by hand from the laws' calendars; in the zone
// of the calendar, wherever the desk is.
func TestLegalDays(t *testing.T) {
	t.Parallel()
	none := naming{desk.NewCatalogue(nil), "es"}
	for _, c := range []struct{ law, kind, opened, due string }{
		{"es-ley10-2025", "", "2026-12-10 12:00", "2027-01-04"}, // Christmas, New Year
		{"es-ley10-2025", "", "2026-12-18 12:00", "2027-01-13"}, // and the Magi
		{"es-ley10-2025", "", "2026-03-28 12:00", "2026-04-20"}, // a Saturday
		{"es-ley10-2025", "", "2026-03-12 00:10", "2026-04-02"},
		{"es-ley10-2025", "Mejora", "2026-04-30 12:00", "2026-05-04"}, // one day
		{"co-ley1755", "", "2026-12-10 12:00", "2027-01-04"},
		{"co-ley1755", "", "2026-12-24 12:00", "2027-01-19"},         // Reyes on the 11th
		{"co-ley1755", "", "2026-03-03 23:30", "2026-03-25"},         // by Bogotá's clock
		{"co-ley1755", "Problema", "2026-03-31 12:00", "2026-04-16"}, // 10 days
		{"co-ley1755", "Consulta", "2026-06-01 12:00", "2026-07-16"}, // 30 days
	} {
		f := config{Plazos: c.law, Timezone: "Pacific/Auckland", Legal: legalConfig{"ley", 0,
			map[string]int{"Problema": 10, "Consulta": 30, "Mejora": 1}}}
		zone, country := "Europe/Madrid", c.law[:2]
		if country == "co" {
			zone = "America/Bogota"
		}
		f.Calendar = []calendarConfig{{Name: "ley", Timezone: zone, Holidays: country,
			Hours: []string{"mon-fri 09:00-17:00"}}}
		law := must(f.law(must(f.location())(t)))(t)
		in := must(time.LoadLocation(zone))(t)
		began := must(time.ParseInLocation("2006-01-02 15:04", c.opened, in))(t)
		due := law.Due(desk.Entry{Names: map[string]string{"es": c.kind}}, began)
		if got := due.In(in).Format("2006-01-02 15:04"); got != c.due+" 23:59" {
			t.Errorf("%s, %s of %s: due %s, want %s", c.law, c.kind, c.opened, got, c.due)
		}
		row := legalRowOf(none, *law, desk.Ticket{}, desk.Clock{Began: began, Ended: due}, due)
		if c.kind == "" && (row.Due != c.due || row.Opened != c.opened[:10] || row.Late ||
			row.WorkingDays != 15) {
			t.Errorf("%s of %s: the report says %+v", c.law, c.opened, row)
		}
		row = legalRowOf(none, *law, desk.Ticket{},
			desk.Clock{Began: began, Ended: due.Add(time.Minute)}, due)
		if c.kind == "" && !row.Late {
			t.Errorf("%s of %s: a minute later is not late", c.law, c.opened)
		}
	}
}

// TestLegalDayOfTheCalendar: the acknowledgement names the calendar's day, not that of the zone in
// which it is over.
func TestLegalDayOfTheCalendar(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test", func(f *config) {
		f.Plazos, f.Legal = "co-ley1755", legalConfig{Calendar: "ley"}
		f.Calendar = []calendarConfig{{Name: "ley", Timezone: "America/Bogota", Holidays: "co",
			Hours: []string{"mon-fri 08:00-17:00"}}}
	})
	n := d.opened(carlaRuiz, "Factura 12", "Me cobraron dos veces.")
	if m := decoded(d.about(carlaRuiz, n)); !strings.Contains(m, "miércoles 25 de marzo") {
		t.Errorf("the acknowledgement says\n%s", m)
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
