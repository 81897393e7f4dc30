package main

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestPreview: #vista shows an agent what his customers would get of his mail, sends them nothing
// and changes nothing.
func TestPreview(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, view, canned, resolved, note, title, would, gets, nothing, asks, open,
		inside string
	}{
		{"es", "#vista", "#plantilla saludo", "#resuelto", "#nota", "Es una vista previa",
			"«#resuelto»: quedó resuelto", "Esto recibiría el cliente:",
			"El cliente no recibiría nada.", "Si es así, responda", "abrió en su nombre el caso",
			"porque hay una orden que no entendimos"},
		{"en", "#view", "#canned saludo", "#resolved", "#note", "This is a preview",
			"“#resolved”: resolved", "This is what the customer would get:",
			"The customer would get nothing.", "If it is, reply", "opened case",
			"a command that we did not understand"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.language })
			d.speaks(c.language, vCarla, vAna)
			d.put(desk.Entry{Kind: desk.Canned, Names: map[string]string{"es": "saludo"},
				Text: map[string]string{"es": "Buen día, {nombre}: caso {numero}.",
					"en": "Good day, {name}: case {number}."}})
			n := d.opened(vCarla, "Sin red", "No hay red.")
			before, items := d.caseOf(n), len(must(d.store.Items(t.Context(), n))(t))
			sent := len(d.to(vCarla))
			d.replies(vAna, n, c.view+"\r\n"+c.canned+"\r\n"+c.resolved+"\r\nCambie el cable.")
			m := d.last(vAna)
			m.says(t, c.title, c.would, c.gets, "Cambie el cable.", c.asks,
				fmt.Sprintf(vCarla+": cas%s %d.",
					map[string]string{"es": "o", "en": "e"}[c.language], n))
			m.silent(t, c.view+"\r\n", "{nombre}", "mailto:")
			d.replies(vAna, n, c.note+"\r\n"+c.view+"\r\nNo paga.")
			d.last(vAna).says(t, c.nothing)
			d.replies(vAna, n, "Hola.\r\n"+c.view+"\r\nChau.") // in the midst of the words too
			d.last(vAna).says(t, c.gets, "Hola.", "Chau.")
			d.replies(vAna, n, "#qwerty\r\n"+c.view+"\r\nHola.")
			d.last(vAna).says(t, c.inside, c.nothing)
			d.replies(vAna, n, c.view+" saludo")
			d.last(vAna).says(t, vCarla+": cas")
			d.proven(vAna, "soporte@ejemplo.test", "Llamada",
				map[string]string{"es": "#nuevo", "en": "#new"}[c.language]+" zoe@nueva.test\r\n"+
					c.view+"\r\nLlamó Zoe.")
			d.last(vAna).says(t, "zoe@nueva.test", "Llamó Zoe.", c.open)
			if p := must(d.store.PersonByAddress(t.Context(), "zoe@nueva.test"))(t); p.ID != 0 {
				t.Errorf("%+v was made", p)
			}
			after := d.caseOf(n)
			if after.Class != before.Class || after.Agent.ID != 0 ||
				len(must(d.store.Items(t.Context(), n))(t)) != items || len(d.to(vCarla)) != sent {
				t.Errorf("it changed: %+v", after)
			}
			if page, _, _ := d.store.Find(t.Context(), everything,
				store.Query{Status: "all"}); len(page) != 1 {
				t.Errorf("%d cases", len(page))
			}
			// a reply to the preview goes to the customer
			d.answer(d.about(vAna, n), "Cambie el cable.")
			if d.last(vCarla).says(t, "Cambie el cable."); strings.Contains(
				string(d.last(vCarla).raw), "vista") {
				t.Error("she is told of it")
			}
		})
	}
}
