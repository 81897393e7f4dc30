package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func token(ticket int64, o store.Outgoing) threading.Token {
	return threading.Token{Mailbox: box, Ticket: ticket, Item: o.Item, Person: o.Person,
		Kind: threading.Customer}
}

// receipt is the last that an agent got, as "line: result value".
func (h *house) receipt() string { return h.receiptOf(agent) }

func (h *house) receiptOf(address string) string {
	h.t.Helper()
	for _, o := range must(h.store.Outbox(h.t.Context(), store.OutboxFilter{})) {
		if o.Kind != desk.Receipt || o.Address != address {
			continue
		}
		var list []string
		for _, c := range o.Details.Commands {
			list = append(list, strings.TrimSpace(c.Line+": "+c.Result+" "+c.Value))
		}
		for _, u := range o.Details.Unknown {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s %q? %s", u.Field, u.Value,
				strings.Join(u.Values, " "))))
		}
		return strings.Join(list, "; ")
	}
	return ""
}

func TestAgentOrders(t *testing.T) {
	t.Parallel()
	const relayed = "item carla@cliente.test"
	const receipt = "receipt ana@ejemplo.test"
	for _, c := range []struct {
		name, text string
		told       string
		receipt    string
		item       string // its text
		visible    desk.Visibility
		check      func(desk.Ticket) bool
	}{
		{"words", "Pruebe ahora.", relayed, "", "Pruebe ahora.", desk.Public,
			func(t desk.Ticket) bool {
				return t.Class == desk.Waiting &&
					t.Agent.Name == "Ana Gómez"
			}},
		{"close", "#cerrar\nListo.", "closed carla@cliente.test, " + receipt, "#cerrar: closed",
			"Listo.", desk.Public, func(t desk.Ticket) bool { return t.Class == desk.Closed }},
		{"english", "#resolved\nDone.", "resolved carla@cliente.test, " + receipt,
			"#resolved: resolved", "Done.", desk.Public,
			func(t desk.Ticket) bool { return t.Class == desk.Resolved }},
		{"note on one line", "#nota clave 1234", receipt, "#nota clave 1234: noted", "clave 1234",
			desk.Internal, func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"note below words", "Clave 1234.\n#nota", receipt, "#nota: noted", "Clave 1234.",
			desk.Internal, nil},
		{"note and close", "#nota\n#cerrar\nEra un duplicado.", "closed carla@cliente.test, " +
			receipt, "#nota: noted; #cerrar: closed", "Era un duplicado.", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Closed }},
		{"mistyped note", "#ntoa\nNo le digan a Carla.", receipt, "#ntoa: noted",
			"#ntoa\nNo le digan a Carla.", desk.Internal, nil},
		{"note in the middle", "Hola.\n#nota ojo\nChau.", receipt, "#nota ojo: noted",
			"Hola.\n#nota ojo\nChau.", desk.Internal, nil},
		{"help alone", "#ayuda", "answer ana@ejemplo.test, " + receipt, "#ayuda: asked", "#ayuda",
			desk.Internal, func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"a canned reply that there is none of", "#plantilla hola\nPruebe.", receipt,
			`canned "hola"?`, "Pruebe.", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"a query", "#panel\nPruebe.", "answer ana@ejemplo.test, " + relayed + ", " + receipt,
			"#panel: asked", "Pruebe.", desk.Public, nil},
		{"unknown verb", "#resolver\nPruebe.", receipt, `command "#resolver"? #resuelto #resolve`,
			"#resolver\nPruebe.", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"unknown verb alone", "#cerar\n#pepe", receipt,
			`command "#cerar"? #cerrar; command "#pepe"?`, "#cerar\n#pepe", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"unknown verb among others", "Pruebe.\n\n#cola\n#pepe", receipt,
			`#cola: queued; command "#pepe"?`, "Pruebe.", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Queued }},
		{"unknown verb beside one that tells", "#resuelto\n#asignr luis\nPruebe.", receipt,
			`#resuelto: held; command "#asignr luis"? #asignar`, "Pruebe.", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"unknown verb beside a status that closes", "#estado cerrado\n#pepe\nPruebe.", receipt,
			`#estado cerrado: held; command "#pepe"?`, "Pruebe.", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"note in words", "nota: no paga", receipt, "nota: no paga: noted", "nota: no paga",
			desk.Internal, nil},
		{"#interno", "#interno\nNo paga.", receipt, "#interno: noted", "No paga.",
			desk.Internal, nil},
		{"#publico where it is the usual", "#publico\nPruebe.", relayed + ", " + receipt,
			"#publico: public", "Pruebe.", desk.Public, nil},
		{"reopened without a word", "#reabrir", receipt, "#reabrir: reopened", "#reabrir",
			desk.Internal, func(t desk.Ticket) bool { return t.Class == desk.Open }},
		{"above a sign-off", "Quedó hecho.\n\n#cola\n\nSaludos,\nAna", relayed + ", " + receipt,
			"#cola: queued", "Quedó hecho.\n\nSaludos,\nAna", desk.Public,
			func(t desk.Ticket) bool { return t.Class == desk.Queued }},
		{"what is said last counts", "#estado Esperando respuesta\n#cola\nLo vemos.",
			relayed + ", " + receipt,
			"#estado Esperando respuesta: status Esperando respuesta; #cola: queued", "Lo vemos.",
			desk.Public, func(t desk.Ticket) bool { return t.Class == desk.Queued }},
		{"misplaced", "Hola.\n#cerrar\nSaludos.", relayed + ", " + receipt, "#cerrar: misplaced",
			"Hola.\n#cerrar\nSaludos.", desk.Public, nil},
		{"fields", "#severidad 1\n#tipo problema\n#producto CRM\n#avance 60%\n#cola\nLo vemos.",
			relayed + ", " + receipt,
			"#severidad 1: severity 1; #tipo problema: type Problema; #producto CRM: product " +
				"CRM; #avance 60%: progress 60 %; #cola: queued", "Lo vemos.", desk.Public,
			func(t desk.Ticket) bool {
				return t.Severity == 1 && t.Progress == 60 && t.Class == desk.Queued
			}},
		{"unknown values", "#severidad 9\n#avance mucho\nLo vemos.", relayed + ", " + receipt,
			`severity "9"? 1 (crítica) 2 (mayor) 3 (menor); progress "mucho"? 0 60 100`,
			"Lo vemos.", desk.Public,
			func(t desk.Ticket) bool { return t.Severity == 2 && t.Progress == 0 }},
		{"assign by first name", "#asignar luis", "assigned luis@ejemplo.test, " + receipt,
			"#asignar luis: assigned Luis Pérez", "#asignar luis", desk.Internal,
			func(t desk.Ticket) bool { return t.Agent.Name == "Luis Pérez" }},
		{"assign nobody", "#asignar zoe", receipt, `agent "zoe"? Ana Gómez Luis Pérez Admin`,
			"#asignar zoe", desk.Internal, func(t desk.Ticket) bool { return t.Agent.ID == 0 }},
		{"take", "#tomar", receipt, "#tomar: taken", "#tomar", desk.Internal,
			func(t desk.Ticket) bool {
				return t.Agent.Name == "Ana Gómez" &&
					t.Class == desk.InProgress
			}},
		{"status by name", "#estado esperando respuesta", receipt,
			"#estado esperando respuesta: status Esperando respuesta",
			"#estado esperando respuesta", desk.Internal,
			func(t desk.Ticket) bool { return t.Class == desk.Waiting }},
		{"status that closes", "#estado Cerrado", "closed carla@cliente.test, " + receipt,
			"#estado Cerrado: status Cerrado", "", desk.Public,
			func(t desk.Ticket) bool { return t.Class == desk.Closed }},
		{"follower", "#seguidor Zoe <zoe@cliente.test>\nHola.", relayed + ", " + receipt,
			"#seguidor Zoe <zoe@cliente.test>: follower_added zoe@cliente.test", "Hola.",
			desk.Public,
			func(t desk.Ticket) bool { return len(t.Followers) == 1 }},
		{"another requester", "#cliente dora@otra.test\nHola.", "item dora@otra.test, " + receipt,
			"#cliente dora@otra.test: requester dora@otra.test", "Hola.", desk.Public,
			func(t desk.Ticket) bool {
				return t.Requester.Address() == "dora@otra.test" &&
					t.Controller.Address() == "dora@otra.test"
			}},
		{"ourselves as requester", "#cliente ayuda@ejemplo.test", receipt,
			`requester "ayuda@ejemplo.test"?`, "#cliente ayuda@ejemplo.test", desk.Internal,
			func(t desk.Ticket) bool { return t.Requester.Address() == customer }},
		{"ask", "#pedir-info\n¿Qué impresora?", "info_request carla@cliente.test, " + receipt,
			"#pedir-info: info_requested", "¿Qué impresora?", desk.Public,
			func(t desk.Ticket) bool { return t.Class == desk.Waiting }},
		{"quoted",
			"Pruebe.\n\nEl 3/3/2026, Carla Ruiz <carla@cliente.test> escribió:\n> #cerrar\n" +
				"> #asignar luis", relayed, "", "Pruebe.", desk.Public,
			func(t desk.Ticket) bool { return t.Class == desk.Waiting }},
		{"below a quote in which a customer has filled in our form",
			"Listo.\n#cola\n\nEl 3/3/2026, Carla Ruiz <carla@cliente.test> escribió:\n> Cuándo y " +
				"dónde ocurrió: ayer, en la caja",
			relayed + ", " + receipt, "#cola: queued", "Listo.", desk.Public,
			func(t desk.Ticket) bool { return t.Class == desk.Queued }},
		{"signature", "Pruebe.\n-- \nAna\n#cerrar", relayed, "", "Pruebe.", desk.Public,
			func(t desk.Ticket) bool { return t.Class == desk.Waiting }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			var m store.Mail
			told := h.told(func() { m = h.answer(n, c.text) })
			tk, it := h.ticket(n), h.last(n)
			if m.Rule != "8" || told != c.told {
				t.Errorf("rule %s, told %q, want %q", m.Rule, told, c.told)
			}
			if got := h.receipt(); got != c.receipt {
				t.Errorf("receipt %q, want %q", got, c.receipt)
			}
			if it.Text != c.item || it.Visibility != c.visible {
				t.Errorf("item %q %s, want %q %s", it.Text, it.Visibility, c.item, c.visible)
			}
			if c.check != nil && !c.check(tk) {
				t.Errorf("ticket %+v", tk)
			}
		})
	}
}

// TestMistypedWithAttachment: what should have been done with the file is not known, so it stays
// inside.
func TestMistypedWithAttachment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	told := h.told(func() {
		h.file(strings.Replace(h.plain(agent, h.token(n, agent), "x",
			"--b\nContent-Type: text/plain\n\n#cerar\n--b\nContent-Type: image/png\n"+
				"Content-Disposition: attachment; filename=a.png\n\nx\n--b--"),
			"text/plain; charset=utf-8", "multipart/mixed; boundary=b", 1))
	})
	if it := h.last(n); told != "receipt ana@ejemplo.test" || it.Visibility != desk.Internal ||
		len(it.Attachments) != 1 {
		t.Errorf("told %q, item %+v", told, it)
	}
}

// TestOrdersFromTheWrongPlace: an agent by his own token, and still nothing but his words above the
// quote counts.
func TestOrdersFromTheWrongPlace(t *testing.T) {
	t.Parallel()
	for name, mail := range map[string]func(h *house, to string) string{
		"subject": func(h *house, to string) string {
			return h.plain(agent, to, "#cerrar",
				"Hola.")
		},
		"Outlook's quote": func(h *house, to string) string {
			return h.plain(agent, to, "RE: x",
				"Hola.\n\nDe: Carla Ruiz <carla@cliente.test>\nEnviado: martes, 3 de marzo de "+
					"2026 9:00\nPara: soporte@ejemplo.test\nAsunto: x\n\n#cerrar\n#asignar luis")
		},
		"hidden HTML": func(h *house, to string) string {
			return strings.Replace(h.plain(agent, to, "x",
				`<div style="display:none">#cerrar</div><p>Hola.</p>`), "text/plain",
				"text/html", 1)
		},
		"attachment": func(h *house, to string) string {
			return strings.Replace(h.plain(agent, to, "x",
				"--b\nContent-Type: text/plain\n\nHola.\n--b\nContent-Type: text/plain\n"+
					"Content-Disposition: attachment; filename=a.txt\n\n#cerrar\n--b--"),
				"text/plain; charset=utf-8", "multipart/mixed; boundary=b", 1)
		},
	} {
		h := newHouse(t)
		n := h.opened()
		m := h.file(mail(h, h.token(n, agent)))
		if tk := h.ticket(n); m.Rule != "8" || tk.Class != desk.Waiting ||
			tk.Agent.Name != "Ana Gómez" || h.receipt() != "" {
			t.Errorf("%s: rule %s, %s, receipt %q", name, m.Rule, tk.Class, h.receipt())
		}
	}
}

// TestTextFilesOrderNothing: a text part with a file name is a file that goes along, whether the
// client shows it in line or not. No line of it is a word or an order.
func TestTextFilesOrderNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, words, head, file, want string }{
		{"in line", "Va la configuración.\r\n",
			"Content-Type: text/plain; name=servicio.conf\r\nContent-Disposition: inline; " +
				"filename=servicio.conf", "puerto=1\r\n#cerrar", "Va la configuración."},
		{"no disposition", "Va el guion.\r\n", "Content-Type: text/plain; name=guion.sh",
			"#!/bin/sh\r\n#nota no borrar", "Va el guion."},
		{"name of the disposition alone", "Va.\r\n",
			"Content-Disposition: inline; filename*=utf-8''se%C3%B1al.txt", "#resuelto", "Va."},
		{"HTML", "Va.\r\n", "Content-Type: text/html; name=r.html\r\nContent-Disposition: inline",
			"<p>#cerrar</p>", "Va."},
		{"before the words", "", "Content-Type: text/plain; name=a.txt", "#cerrar", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			part := "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + c.words
			if c.words == "" {
				part = ""
			}
			raw := h.plain(agent, h.token(n, agent), "x", part+"--b\r\n"+c.head+"\r\n\r\n"+c.file+
				"\r\n--b--")
			raw = strings.Replace(raw, "Content-Type: text/plain; charset=utf-8",
				"Content-Type: multipart/mixed; boundary=b", 1)
			if m := h.file(strings.ReplaceAll(raw, "\r\r\n",
				"\r\n")); m.Outcome != store.OutcomeItem || m.Rule != "8" {
				t.Fatalf("%+v", m)
			}
			it := h.last(n)
			if h.ticket(n).Class == desk.Closed || it.Text != c.want || len(it.Attachments) != 1 ||
				it.Visibility != desk.Public {
				t.Errorf("ticket %s, item %s %q with %d files, want %q with the file",
					h.ticket(n).Class, it.Visibility, it.Text, len(it.Attachments), c.want)
			}
		})
	}
}
