package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// TestAgentsWordsInBothLanguages: tags, the current state, the time sheet, progress and the day on
// which it is due are set by the words of either language, in capitals and with other signs around
// them.
func TestAgentsWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, orders, more, undo, query string
		said, shown, undone                 []string
	}{
		{"es", "#ETIQUETA +Urgente facturación\r\n#estado-actual: Espera el repuesto\r\n#tiempo " +
			"1h30 llamada larga\r\n#avance 40%\r\n#vence el 12 de marzo",
			"#etiquetas -urgente, +vip\r\n#tiempo 45 min",
			"#etiqueta -facturacion -vip\r\n#estado-actual -\r\n#vence nunca", "caso 1",
			[]string{"las etiquetas son ahora facturacion urgente",
				"el estado actual es ahora Espera el repuesto", "se anotaron 1 h 30 min",
				"el avance es ahora 40 %", "vence el 12 de marzo"},
			[]string{"Estado actual: Espera el repuesto", "Etiquetas: facturacion vip",
				"Avance: 40 %", "Tiempo dedicado: 2 h 15 min", "Vence: 12 de marzo"},
			[]string{"ya no tiene etiquetas", "ya no tiene estado actual", "ya no vence"}},
		{"en", "#TAG +Urgent billing\r\n#current-state: Waits for the spare part\r\n#time 1h30 " +
			"long call\r\n#progress 40%\r\n#due March 12th",
			"#tags -urgent, +vip\r\n#time 45 min",
			"#tag -billing -vip\r\n#current-state -\r\n#due never", "case 1",
			[]string{"tags are now billing urgent", "current state is now Waits for the spare part",
				"time noted: 1 h 30 min", "progress is now 40 %", "due on 12 March"},
			[]string{"Current state: Waits for the spare part", "Tags: billing vip",
				"Progress: 40 %", "Time spent: 2 h 15 min", "Due: 12 March"},
			[]string{"it has no tags now", "it has no current state now",
				"it is not due any more"}},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.language })
			d.speaks(c.language, vCarla, vAna)
			n := d.opened(vCarla, "No imprime", "La caja no imprime.")
			customers := len(d.to(vCarla))
			d.replies(vAna, n, c.orders)
			d.about(vAna, n).says(t, c.said...)
			d.replies(vAna, n, c.more)
			if k := d.caseOf(n); k.Minutes != 135 || k.Progress != 40 ||
				desk.Day(k.DueAt) != "2026-03-12" || len(k.Tags) != 2 {
				t.Errorf("it is %+v", k)
			}
			d.ask(vAna, c.query, "").has(t, c.shown...)
			d.replies(vAna, n, c.undo)
			d.about(vAna, n).says(t, c.undone...)
			if k := d.caseOf(n); len(k.Tags) > 0 || k.State != "" || !k.DueAt.IsZero() {
				t.Errorf("then it is %+v", k)
			}
			if got := len(d.to(vCarla)); got != customers {
				t.Errorf("the customer got %d mails:\n%s", got-customers, d.last(vCarla).text(t))
			}
		})
	}
}

// TestCannedAndNewInBothLanguages: a canned reply is in the customer's language, whichever the
// agent's is, and a case that is opened in a customer's name is told to her in hers.
func TestCannedAndNewInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		agent, customer, canned, open, reads, name, listed string
	}{
		{"es", "en", "#plantilla REINICIO", "#nuevo Zoe <zoe@nueva.test> No imprime",
			"Restart it, please.", "opened case", "«reinicio»"},
		{"en", "es", "#canned reinicio", "#new zoe@nueva.test No imprime", "Reinícielo, por favor.",
			"abrió en su nombre el caso", "“reinicio”"},
	} {
		t.Run(c.agent, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.agent })
			d.speaks(c.customer, vCarla, "zoe@nueva.test")
			d.speaks(c.agent, vAna)
			d.put(desk.Entry{Kind: desk.Canned, Names: map[string]string{"es": "reinicio"},
				Text: map[string]string{"es": "Reinícielo, por favor. Caso {numero}, {asunto}.",
					"en": "Restart it, please. Case {number}, {subject}."}})
			n := d.opened(vCarla, "Sin red", "No hay red.")
			d.replies(vAna, n, c.canned+"\r\nAna")
			d.last(vCarla).says(t, c.reads, fmt.Sprint(n)+", Sin red.", "Ana")
			d.last(vCarla).silent(t, "{", "Asunto:", "Subject:", strings.Fields(c.canned)[0])
			d.about(vAna, n).says(t, "reinicio")
			d.proven(vAna, d.box(), "Llamada", c.open+"\r\n\r\nLlamó Zoe: no imprime.")
			m := d.last("zoe@nueva.test")
			m.says(t, c.name, "No imprime", "Llamó Zoe: no imprime.")
			m.silent(t, strings.Fields(c.open)[0])
			if k := d.caseOf(2); k.Requester.Name != "" && k.Requester.Name != "Zoe" ||
				k.Requester.Address() != "zoe@nueva.test" || k.Subject != "No imprime" {
				t.Errorf("it is of %s, %q", k.Requester.Address(), k.Subject)
			}
		})
	}
}

// TestWaitsUntilDaysInBothLanguages: it wakes in the morning of the day that was named, thanks or
// not, and not before.
func TestWaitsUntilDaysInBothLanguages(t *testing.T) {
	t.Parallel()
	// today is Tuesday 3 March, 9:00
	for _, c := range []struct{ language, order, said, thanks, until string }{
		{"en", "#wait tomorrow", "until 4 March", "Thanks!", "2026-03-04 08:00"},
		{"en", "#wait on Friday", "until 6 March", "Thank you, Ana", "2026-03-06 08:00"},
		{"en", "#wait until the 12/3", "until 12 March", "Great, thanks.", "2026-03-12 08:00"},
		{"en", "#wait in 2 days", "until 5 March", "", "2026-03-05 08:00"},
		{"en", "#wait next Monday at 3pm", "until 9 March, 15:00", "", "2026-03-09 15:00"},
		{"es", "#espera hasta mañana", "hasta el 4 de marzo", "Gracias", "2026-03-04 08:00"},
		{"es", "#Esperar hasta el viernes", "hasta el 6 de marzo", "Muchas gracias, Ana.",
			"2026-03-06 08:00"},
		{"es", "#espera al 12/3 a las 15:00", "hasta el 12 de marzo, 15:00", "",
			"2026-03-12 15:00"},
	} {
		t.Run(c.order, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.language })
			d.speaks(c.language, vCarla, vAna)
			n := d.opened(vCarla, "Pedido", "¿Cuándo llega?")
			d.replies(vAna, n, c.order)
			d.about(vAna, n).says(t, c.said)
			if c.thanks != "" {
				d.replies(vCarla, n, c.thanks)
			}
			at := must(time.Parse("2006-01-02 15:04", c.until))(t)
			for _, step := range []struct {
				at   time.Time
				want desk.Class
			}{{at.Add(-time.Minute), desk.Waiting}, {at.Add(time.Minute), desk.Open}} {
				d.clock.Advance(step.at.Sub(d.clock.Now()))
				must(d.tick(t.Context()))(t)
				d.settle()
				if k := d.caseOf(n); k.Class != step.want {
					t.Errorf("at %s it is %s, want %s", step.at, k.Class, step.want)
				}
			}
			d.last(vAna).says(t, "#1")
		})
	}
}

// TestMergeWhileAnAnswerWaits: what waits to be sent goes out once, of the case that lives on, or
// is withdrawn.
func TestMergeWhileAnAnswerWaits(t *testing.T) {
	words := map[string]string{"#cancelar": "#unir 2", "#cancel": "#merge 2"}
	inBoth(t, holding30s, func(d *virtualDesk, say phrasebook) {
		d.opened(vCarla, "Otra vez sin red", "Sigue.")
		d.answer(d.about(vAna, 1), "Ana-XYZZY: cambie el cable.")
		d.answer(d.about(vAna, 1), words[say["cancel"]])
		d.never("XYZZY")
		d.pass(time.Minute, 30*time.Second)
		got := slices.DeleteFunc(slices.Clone(d.to(vCarla)),
			func(m takenMail) bool { return !strings.Contains(string(m.raw), "XYZZY") })
		if len(got) != 1 {
			d.t.Fatalf("she got it %d times", len(got))
		}
		got[0].says(d.t, "Ana-XYZZY: cambie el cable.", "#2]")
		d.answer(got[0], "Listo, ahora sí.") // and her answer is the host's
		d.about(vAna, 2).says(d.t, "Listo, ahora sí.")

		d.opened(vCarla, "Tercera", "Sin red.")
		d.opened(vCarla, "Cuarta", "Sin red.")
		d.answer(d.about(vAna, 3), "Ana-PLUGH: cambie el cable.")
		d.answer(d.about(vAna, 3), strings.Replace(words[say["cancel"]], "2", "4", 1))
		d.answer(d.about(vAna, 4), say["cancel"])
		d.pass(time.Hour, 30*time.Minute)
		d.never("PLUGH")
	})
}
