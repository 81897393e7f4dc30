package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

func asking(c *config) { c.Mailbox[0].Satisfaction = true }

// TestSatisfaction: whoever asked is asked once, when his case is closed; what he answers by a
// number or a word is kept, opens nothing and counts once; agents hear of it when there is more to
// read.
func TestSatisfaction(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, close, question, first, low, heard, news, panel string
		scale                                                     string
	}{
		{"es", "#cerrar", "¿Cómo fue nuestra atención?", "Excelente, gracias\r\n\r\nCarla Ruiz",
			"2\r\nTardaron-XYZZY una semana.", "calificó la atención del caso #2 con 2 de 5",
			"Mal, sigue sin red.", "Satisfacción este mes: 3,5 de 5; respondieron 2 de 2",
			"La nota va del 1 (muy mal) al 5 (excelente)"},
		{"en", "#close", "How did we do?", "5\r\n\r\nRegards,\r\nCarla",
			"bad\r\nIt took you-XYZZY a week.", "rated how we handled case #2: 2 out of 5",
			"Bad, there is still no network.",
			"Satisfaction this month: 3.5 out of 5; 2 of 2 answered",
			"Scores go from 1 (very bad) to 5 (excellent)"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", asking,
				func(k *config) { k.Language = c.language })
			d.speaks(c.language, vCarla, vAna, vLuis)
			d.opened(vCarla, "Sin red", "No hay red.")
			d.replies(vAna, 1, c.close)
			asked := d.about(vCarla, 1)
			asked.says(t, c.question)
			if !strings.Contains(string(asked.raw), "body=3D4") {
				t.Errorf("no button for a 4:\n%s", asked.raw)
			}
			told := len(d.relay.mails)
			d.answer(asked, c.first)
			d.answer(asked, "1") // it counts once
			if now := len(d.relay.mails); now != told {
				t.Errorf("somebody was told: %s", d.relay.mails[now-1].raw)
			}
			d.clock.Advance(time.Minute)
			d.opened(vCarla, "Sin papel", "No hay papel.")
			d.replies(vAna, 2, c.close)
			told = len(d.to(vAna))
			d.answer(d.about(vCarla, 2), "7") // the scale has no such number
			d.last(vCarla).says(t, c.scale)
			if len(d.to(vAna)) != told {
				t.Error("agents hear of a mark that is none")
			}
			d.answer(d.last(vCarla), c.low)
			d.about(vAna, 2).says(t, c.heard, "XYZZY")
			d.never("XYZZY")
			if got := fmt.Sprint(d.stand(1, 2),
				d.states(2)); got != "closed, closedpublic filed, public filed, internal "+
				"filed, internal filed" {
				t.Error(got)
			}
			if s := must(d.store.SatisfactionByMonth(t.Context(), d.clock.Now(), time.UTC,
				1))(t)[0].Satisfaction; s != (store.Satisfaction{Asked: 2, Count: 2, Mean: 3.5}) {
				t.Errorf("%+v", s)
			}
			d.proven(vAna, "soporte@ejemplo.test", "#panel", "")
			d.last(vAna).says(t, c.panel)
			d.answer(asked, c.news) // no answer, but a new case
			if k := d.caseOf(3); k.Class != desk.Open {
				t.Errorf("it is %s", k.Class)
			}
			d.replies(vAna, 3, c.close)
			d.about(vCarla, 3).says(t, c.question)
			d.answer(d.about(vCarla, 3), "#reabrir")
			d.replies(vAna, 3, c.close)
			d.about(vCarla, 3).silent(t, c.question) // once a case
		})
	}
}

// TestWhoMayRate: nobody but the requester by his own address, and only where it was asked.
func TestWhoMayRate(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test", asking)
	d.opened(vCarla, "Sin red", "No hay red.")
	d.replies(vAna, 1, "#seguidor pedro@otra.test")
	d.replies(vAna, 1, "#cerrar")
	asked := d.about(vCarla, 1)
	d.answer(d.about(vPedro, 1), "1")
	d.write(vPedro, asked.replyTo(), "Re: "+asked.subject, "1", "In-Reply-To: "+
		asked.header.Get("Message-ID"))
	d.write(vCarla, "soporte@ejemplo.test", asked.subject, "1") // the number alone
	d.settle()
	d.about(vPedro, 1).silent(t, "¿Cómo fue nuestra atención?")
	if s := must(d.store.Score(t.Context(), 1))(t); s.Score != 0 {
		t.Errorf("it was rated %d", s.Score)
	}
	if _, err := d.store.Score(t.Context(), 2); err != store.ErrNotFound {
		t.Errorf("who was not asked: %v", err)
	}
}

// TestCancelledClosingAsksNothing: who withdraws the closing asks another time.
func TestCancelledClosingAsksNothing(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test", asking, holding30s)
	d.opened(vCarla, "Sin red", "No hay red.")
	d.replies(vAna, 1, "#cerrar")
	d.answer(d.about(vAna, 1), "#cancelar") // before the half minute is over
	d.pass(time.Minute, 30*time.Second)
	d.replies(vAna, 1, "#cerrar")
	d.pass(time.Minute, 30*time.Second)
	d.about(vCarla, 1).says(t, "¿Cómo fue nuestra atención?")
}
