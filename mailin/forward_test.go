package mailin

import (
	"strings"
	"testing"

	"buzon/store/desk"
)

const forwarded = "\n\n---------- Forwarded message ---------\nDe: Dora Paz <dora@otra.test>\n" +
	"Date: mar, 3 mar 2026 a las 9:00\nSubject: Factura\nTo: <" + agent +
	">\n\nNo puedo emitir facturas."

// TestAgentOpens: what an agent writes above a forward is told to his colleagues and to nobody
// else, and what he orders is done to the case that opens; so it is with what he opens in
// somebody's name.
func TestAgentOpens(t *testing.T) {
	t.Parallel()
	const opened = "opened_for_you dora@otra.test, new_ticket ana@ejemplo.test, new_ticket " +
		"luis@ejemplo.test, new_ticket admin@ejemplo.test"
	const toZoe = "opened_for_you zoe@otra.test, new_ticket ana@ejemplo.test, new_ticket " +
		"luis@ejemplo.test, new_ticket admin@ejemplo.test"
	const noted = ", note luis@ejemplo.test, note admin@ejemplo.test"
	for _, c := range []struct {
		name, text, requester string
		told, receipt         string
		items                 string // by visibility
		check                 func(desk.Ticket) bool
	}{
		{"a forward alone", forwarded, "dora@otra.test", opened, "",
			"public No puedo emitir facturas.", nil},
		{"words above a forward", "Es clienta nueva, ojo." + forwarded, "dora@otra.test",
			opened + noted, "",
			"public No puedo emitir facturas.; internal Es clienta nueva, ojo.", nil},
		{"orders above a forward", "#severidad 1\n#tomar" + forwarded, "dora@otra.test",
			"opened_for_you dora@otra.test, new_ticket ana@ejemplo.test, receipt ana@ejemplo.test",
			"#severidad 1: severity 1; #tomar: taken",
			"public No puedo emitir facturas.", func(t desk.Ticket) bool {
				return t.Severity == 1 &&
					t.Agent.Address() == agent
			}},
		{"an order that tells above a forward", "#resuelto\nYa la llamé." + forwarded,
			"dora@otra.test", opened + noted +
				", resolved dora@otra.test, receipt ana@ejemplo.test", "#resuelto: resolved",
			"public No puedo emitir facturas.; internal Ya la llamé.; public ",
			func(t desk.Ticket) bool { return t.Class == desk.Resolved }},
		{"a note above a forward", "#nota\nNo paga." + forwarded, "dora@otra.test", opened + noted +
			", receipt ana@ejemplo.test", "#nota: noted",
			"public No puedo emitir facturas.; internal No paga.", nil},
		{"a field's line above a forward", "Severidad: 1" + forwarded, "dora@otra.test",
			opened + ", receipt ana@ejemplo.test", "Severidad: 1: severity 1",
			"public No puedo emitir facturas.",
			func(t desk.Ticket) bool { return t.Severity == 1 }},
		{"another customer above a forward", "#cliente zoe@otra.test" + forwarded, "zoe@otra.test",
			toZoe + ", receipt ana@ejemplo.test", "#cliente zoe@otra.test: requester zoe@otra.test",
			"public No puedo emitir facturas.", nil},
		{"in somebody's name, with a note", "#nuevo zoe@otra.test\n#nota\nNo paga.",
			"zoe@otra.test", toZoe + noted + ", receipt ana@ejemplo.test",
			"#nuevo zoe@otra.test: opened; #nota: noted",
			"public ; internal No paga.", nil},
		{"in somebody's name, and closed", "#nuevo zoe@otra.test\n#cerrar\nLo vimos por teléfono.",
			"zoe@otra.test",
			toZoe + ", closed zoe@otra.test, receipt ana@ejemplo.test",
			"#nuevo zoe@otra.test: opened; #cerrar: closed",
			"public Lo vimos por teléfono.; public ",
			func(t desk.Ticket) bool { return t.Class == desk.Closed }},
		{"in somebody's name, mistyped", "#nuevo zoe@otra.test\n#resulto\nNo le digan.",
			"zoe@otra.test", toZoe + noted + ", receipt ana@ejemplo.test",
			`#nuevo zoe@otra.test: opened; command "#resulto"? #resuelto`,
			"public ; internal No le digan.", nil},
		{"in an agent's name", "#nuevo luis@ejemplo.test\nLlamó.", agent,
			"new_ticket luis@ejemplo.test, new_ticket admin@ejemplo.test, receipt ana@ejemplo.test",
			"#nuevo luis@ejemplo.test: new_refused", "public Llamó.", nil},
		{"in the name of no address", "#nuevo zoe\nLlamó.", agent,
			"new_ticket luis@ejemplo.test, new_ticket admin@ejemplo.test, receipt ana@ejemplo.test",
			"#nuevo zoe: new_refused", "public Llamó.", nil},
		{"in our own name", "#nuevo ayuda@ejemplo.test\nLlamó.", agent,
			"new_ticket luis@ejemplo.test, new_ticket admin@ejemplo.test, receipt ana@ejemplo.test",
			"#nuevo ayuda@ejemplo.test: new_refused", "public Llamó.", nil},
		{"his own, with orders", "#tomar\nCambiar el tóner.", agent, "receipt ana@ejemplo.test",
			"#tomar: taken", "public Cambiar el tóner.",
			func(t desk.Ticket) bool { return t.Agent.Address() == agent }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			var n int64
			told := h.told(func() {
				n = h.file(h.plain(agent, box, "Fwd: Factura", c.text),
					trusted).Ticket
			})
			var items []string
			for _, it := range h.items(n) {
				items = append(items, string(it.Visibility)+" "+it.Text)
			}
			tk := h.ticket(n)
			if told = strings.TrimPrefix(strings.ReplaceAll(told, "ack ana@ejemplo.test, ", ""),
				"ack ana@ejemplo.test"); told != c.told || h.receipt() != c.receipt {
				t.Errorf("told\n%s, want\n%s\nreceipt %q, want %q", told, c.told, h.receipt(),
					c.receipt)
			}
			if got := strings.Join(items, "; "); got != c.items ||
				tk.Requester.Address() != c.requester || c.check != nil && !c.check(tk) {
				t.Errorf("%s's: %s; %+v", tk.Requester.Address(), got, tk)
			}
		})
	}
}

// TestForwardIsCorrected: «#cliente» has a case that was opened in the wrong name be another's from
// its first words on, who is told.
func TestForwardIsCorrected(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.file(h.plain(agent, box, "Fwd: Factura", forwarded), trusted).Ticket
	told := h.told(func() { h.answer(n, "#cliente zoe@otra.test") })
	if first := h.items(n)[0]; told != "opened_for_you zoe@otra.test, receipt ana@ejemplo.test" ||
		first.Author.Address() != "zoe@otra.test" || first.Text != "No puedo emitir facturas." {
		t.Errorf("told %s, %+v", told, first)
	}
	// what somebody wrote himself stays his
	n = h.opened()
	if h.answer(n, "#cliente zoe@otra.test"); h.items(n)[0].Author.Address() != customer ||
		h.ticket(n).Requester.Address() != "zoe@otra.test" {
		t.Errorf("%+v", h.items(n)[0])
	}
}

// TestAgentsFieldLines: lines of an agent that name fields set them, and customers don't read them.
func TestAgentsFieldLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, receipt, item string }{
		{"Severidad: 1\nEtiquetas: moroso\n\nLo vemos.",
			"Severidad: 1: severity 1; Etiquetas: moroso: tags moroso", "Lo vemos."},
		{"Lo vemos.\n\nTipo: Problema\n#cola", "Tipo: Problema: type Problema; #cola: queued",
			"Lo vemos."},
		{"#cola\nSeveridad: 1\nLo vemos.", "#cola: queued; Severidad: 1: severity 1", "Lo vemos."},
		{"Severidad: 9\nLo vemos.", `severity "9"? 1 (crítica) 2 (mayor) 3 (menor)`,
			"Severidad: 9\nLo vemos."},
		{"Lo vemos.\nSeveridad: 1", "", "Lo vemos.\nSeveridad: 1"},
		{"Hola:\nSeveridad: 1\n\nTipo: Problema\n\nEso dice.", "",
			"Hola:\nSeveridad: 1\n\nTipo: Problema\n\nEso dice."},
		{"De: Dora\nPara: Ana\nSeveridad: 1\n\nMire.", "",
			"De: Dora\nPara: Ana\nSeveridad: 1\n\nMire."},
		{"Lo vemos.\n\nSaludos,\n\nTipo: Problema", "", "Lo vemos.\n\nSaludos,\n\nTipo: Problema"},
	} {
		h := newHouse(t)
		n := h.opened()
		if h.answer(n, c.text); h.receipt() != c.receipt || h.last(n).Text != c.item {
			t.Errorf("%q: receipt %q, item %q", c.text, h.receipt(), h.last(n).Text)
		}
	}
}
