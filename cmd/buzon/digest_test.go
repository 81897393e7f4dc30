package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
)

// setsPeace has somebody say by mail when he wants to be written to.
func (d *virtualDesk) setsPeace(from, ask, lines string) string {
	d.t.Helper()
	d.write(from, d.boxes[0].Address, ask, "")
	d.settle()
	m := d.last(bareAddress(from))
	d.write(from, m.replyTo(), "Re: "+m.subject, lines, "In-Reply-To: "+m.header.Get("Message-ID"))
	d.settle()
	return wordsOf(d.t, d.last(bareAddress(from)))
}

// at moves the clock to a time of the day, today's or the next one's.
func (d *virtualDesk) at(clock string) {
	d.t.Helper()
	hour, err := time.Parse("15:04", clock)
	if err != nil {
		d.t.Fatal(err)
	}
	now := d.clock.Now()
	next := time.Date(now.Year(), now.Month(), now.Day(), hour.Hour(), hour.Minute(), 0, 0,
		time.UTC)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	d.pass(next.Sub(now), next.Sub(now))
}

// TestDigestByMail: whoever asks for it gets all that is new in his cases as one mail, at his hour,
// with words and a way to answer; severity 1 at once; and nothing of it twice.
func TestDigestByMail(t *testing.T) {
	t.Parallel()
	for lang, say := range map[string]struct{ ask, lines, confirms, title, intro, how string }{
		"es": {"mis datos", "Resumen: a las 18", "Resumen: a las 18 · quedó así",
			"Su resumen del martes 3 de marzo", "2 avisos", "Silencio: 22:00-07:00"},
		"en": {"my data", "Digest: 18:00", "Digest: 18:00 · is now so", "Your digest of Tuesday",
			"2 notices", "Quiet: 22:00-07:00"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test")
			if lang == "en" {
				english(d, "ana@uno.test")
			}
			one := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
			d.replies("ana@uno.test", one, "#tomar")
			if told := d.setsPeace("ana@uno.test", say.ask, say.lines); lang == "es" &&
				!strings.Contains(told, say.confirms) {
				t.Errorf("told: %s", told)
			}
			d.next()
			d.replies(carlaRuiz, one, "Sigue sin imprimir la factura.")
			two := d.opened(carlaRuiz, "No abre", "El programa no abre.")
			if n := len(d.sentTo("ana@uno.test")); n != 0 {
				t.Fatalf("%d mails before the hour", n)
			}
			d.opened(carlaRuiz, "Producción Caída", "Nada anda.")
			if list := d.sentTo("ana@uno.test"); len(list) == 0 ||
				!strings.Contains(list[0].subject, "#3]") {
				t.Fatalf("of severity 1: %v", list)
			}
			d.at("17:59")
			d.sentTo("ana@uno.test")
			d.at("18:00")
			list := d.sentTo("ana@uno.test")
			if len(list) != 1 {
				t.Fatalf("%d mails at the hour", len(list))
			}
			a := list[0].read(t)
			for _, want := range []string{say.title, say.intro, "Sigue sin imprimir la factura.",
				"El programa no abre.", say.how} {
				if !strings.Contains(a.subject+"\n"+oneLineOf(a.text), want) {
					t.Errorf("no %q in\n%s\n%s", want, a.subject, a.text)
				}
			}
			if strings.Contains(a.text, "Nada anda") ||
				strings.Count(a.html, "mailto:soporte%2Bc") != 2 {
				t.Errorf("the mail:\n%s", a.html)
			}
			d.clock.Advance(-time.Hour) // set back: the hour comes once more
			d.at("18:00")
			d.at("18:00")
			if list := d.sentTo("ana@uno.test"); len(list) != 0 {
				t.Errorf("%d mails again", len(list))
			}
			d.replies(carlaRuiz, two, "Ya abrió, pero tarda.")
			d.at("18:00")
			if list := d.sentTo("ana@uno.test"); len(list) != 1 ||
				!strings.Contains(decoded(list[0]), "Ya abrió") ||
				!strings.Contains(list[0].subject, "#2]") {
				t.Errorf("one alone speaks for itself: %v", list)
			}
			d.nothingKept()
		})
	}
}

func oneLineOf(s string) string { return strings.Join(strings.Fields(s), " ") }

// sentTo are the mails to an address since next was last called.
func (d *virtualDesk) sentTo(address string) []takenMail {
	return slices.DeleteFunc(slices.Clone(d.next()),
		func(m takenMail) bool { return m.to != address })
}

// nothingKept reports what is still kept for somebody.
func (d *virtualDesk) nothingKept() {
	d.t.Helper()
	for _, o := range must(d.store.Outbox(d.t.Context(), store.OutboxFilter{}))(d.t) {
		if o.Settled.IsZero() {
			d.t.Errorf("%s to %s waits until %s: %s", o.Kind, o.Address, o.Next, o.LastReply)
		}
	}
}

// TestQuietHours: at night a customer is left in peace, and has in the morning what came meanwhile;
// an alarm wakes whoever is on call, and the ladder climbs.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test", func(c *config) {
		c.OnCall.Addresses = []string{"luis@uno.test"}
		c.Escalation.Steps = []escalationStep{{After: duration(5 * time.Minute),
			To: []string{"jefe@uno.test"}}}
	})
	one, two := d.opened(carlaRuiz, "No imprime", "La impresora no imprime."),
		d.opened(carlaRuiz, "No abre", "El programa no abre.")
	d.setsPeace(carlaRuiz, "mis datos", "Silencio: de 22 a 7")
	d.setsPeace("luis@uno.test", "mis datos", "Silencio: 20:00-09:00")
	d.setsPeace("jefe@uno.test", "mis datos", "Silencio: 20:00-09:00")
	d.at("21:00")
	d.next()
	d.replies("ana@uno.test", one, "Pruebe con otro papel.")
	if n := len(d.sentTo("carla@cliente.test")); n != 1 {
		t.Fatalf("%d mails before the quiet", n)
	}
	d.at("23:00")
	d.replies("ana@uno.test", one, "Y con otra bandeja.")
	d.replies("ana@uno.test", two, "Reinicie el equipo.")
	d.write("eva@otra.test", "soporte@uno.test", "Producción Caída", "Nada anda.")
	d.settle()
	list := d.next()
	to := func(address string) bool {
		return slices.ContainsFunc(list, func(m takenMail) bool { return m.to == address })
	}
	if to("carla@cliente.test") || !to("luis@uno.test") {
		t.Errorf("at night: carla %t, luis %t", to("carla@cliente.test"), to("luis@uno.test"))
	}
	d.clock.Advance(6 * time.Minute)
	must(d.tick(t.Context()))(t)
	d.settle()
	if list = d.next(); !to("jefe@uno.test") {
		t.Error("nobody climbs the ladder at night")
	}
	d.at("06:59")
	d.sentTo("carla@cliente.test")
	d.at("07:00")
	mails := d.sentTo("carla@cliente.test")
	if len(mails) != 1 {
		t.Fatalf("%d mails in the morning", len(mails))
	}
	text := oneLineOf(mails[0].read(t).text)
	for _, want := range []string{"Y con otra bandeja.", "Reinicie el equipo.", "2 avisos"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "otro papel") {
		t.Errorf("what she has already: %s", text)
	}
}

// TestDigestOverAChangeOfHours: at eight by her own clock, on the day that is an hour shorter too.
func TestDigestOverAChangeOfHours(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test")
	d.clock.Advance(24 * 24 * time.Hour) // to the 27th, two days before Madrid's clocks change
	n := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
	d.replies("ana@uno.test", n, "#tomar")
	d.setsPeace("ana@uno.test", "mis datos", "Resumen: 8:00\nZona horaria: Madrid")
	for _, hour := range []int{7, 6, 6} {
		d.replies(carlaRuiz, n, "Sigue sin imprimir.")
		d.replies(carlaRuiz, n, "Y hace ruido.")
		d.next()
		d.at("05:59")
		d.pass(time.Minute, time.Minute)
		d.pass(time.Hour, time.Hour)
		list := d.sentTo("ana@uno.test")
		if len(list) != 1 || list[0].at.Hour() != hour {
			t.Errorf("on %s: %d mails at the wrong hour", d.clock.Now().Format("2 Jan"), len(list))
		}
	}
}

// TestPeaceLetsGo: what was kept is not lost with the wish for which it was; and what nobody
// understands changes nothing.
func TestPeaceLetsGo(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test")
	n := d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
	d.replies("ana@uno.test", n, "#tomar")
	d.setsPeace("ana@uno.test", "mis datos", "Resumen: diario")
	d.next()
	d.replies(carlaRuiz, n, "Sigue sin imprimir.")
	if n := len(d.sentTo("ana@uno.test")); n != 0 {
		t.Fatalf("%d mails before the hour", n)
	}
	if told := d.setsPeace("ana@uno.test", "mis datos",
		"Resumen: cuando llueva"); !strings.Contains(told, "No entendimos la hora del resumen") {
		t.Errorf("told: %s", told)
	}
	d.next()
	d.setsPeace("ana@uno.test", "mis datos", "Resumen: no")
	if list := d.sentTo("ana@uno.test"); !slices.ContainsFunc(list,
		func(m takenMail) bool { return strings.Contains(decoded(m), "Sigue sin imprimir.") }) {
		t.Errorf("what was kept is lost: %v", list)
	}
	d.nothingKept()
}
