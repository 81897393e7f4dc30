package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// inside is the reply address of a notice whose replies stay among agents.
func (h *house) inside(ticket int64, to string) string {
	return h.o.Signer.ReplyAddress(box, threading.Token{Mailbox: box, Ticket: ticket,
		Person: h.by(to).ID, Kind: threading.Inside})
}

// TestReplyToWhatIsInside: by default it stays there, whatever stands below it.
func TestReplyToWhatIsInside(t *testing.T) {
	t.Parallel()
	const note, relayed = "note luis@ejemplo.test", "item carla@cliente.test"
	receipt := "receipt ana@ejemplo.test"
	for _, c := range []struct {
		name, text, told string
		visible          desk.Visibility
		class            desk.Class
		receipt          string
	}{
		{"words", "¿Seguro? Yo le cobro el martes.", note, desk.Internal, desk.Open, ""},
		{"English", "Are you sure? Let's not tell her.", note, desk.Internal, desk.Open, ""},
		{"an unmarked quote",
			"De acuerdo.\n\nNota de Luis Pérez. El cliente no la ve.\n\nNo paga desde marzo.", note,
			desk.Internal, desk.Open, ""},
		{"sent on", "#publico\nYa lo revisamos.", relayed + ", " + receipt, desk.Public,
			desk.Waiting, "#publico: public"},
		{"sent on, with an accent and at the end", "Ya lo revisamos.\n\n#Público", relayed + ", " +
			receipt, desk.Public, desk.Waiting, "#Público: public"},
		{"sent on in English", "#public\nWe looked into it.", relayed + ", " + receipt, desk.Public,
			desk.Waiting, "#public: public"},
		{"sent on with the note below",
			"#publico\nYa lo revisamos.\n\nNota de Luis Pérez. El cliente no la ve.\n\nEste " +
				"cliente no paga desde marzo.", receipt, desk.Internal, desk.Open,
			"#publico: held"},
		{"note and public", "#nota\n#publico\nx y z", note + ", " + receipt, desk.Internal,
			desk.Open, "#nota: noted; #publico: held"},
		{"resolved", "#resuelto\nPor teléfono.", "resolved carla@cliente.test, " + receipt,
			desk.Internal, desk.Resolved, "#resuelto: resolved"},
		{"asked for information", "#pedir-info\n¿Qué versión?", note + ", " + receipt,
			desk.Internal, desk.Open, "#pedir-info: held"},
		{"assigned", "#tomar", receipt, desk.Internal, desk.InProgress, "#tomar: taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			h.reply(n, "luis@ejemplo.test", "#nota\nEste cliente no paga desde marzo.")
			var m store.Mail
			told := h.told(func() {
				m = h.file(h.plain(agent, h.inside(n, agent), "Re: x",
					c.text))
			})
			it := h.last(n)
			if m.Rule != "8" || told != c.told || it.Visibility != c.visible ||
				h.ticket(n).Class != c.class {
				t.Errorf("rule %s, told %q, item %s, %s; want %q, %s, %s", m.Rule, told,
					it.Visibility, h.ticket(n).Class, c.told, c.visible, c.class)
			}
			if got := h.receiptOf(agent); got != c.receipt {
				t.Errorf("receipt %q, want %q", got, c.receipt)
			}
		})
	}
}

// TestAnswersANoteByAnotherAddress: the address may come out of an address book, the id that is
// answered does not.
func TestAnswersANoteByAnotherAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	id := h.o.Signer.MessageID("ejemplo.test", threading.Token{Mailbox: box, Ticket: n, Item: 1,
		Person: h.by(agent).ID, Kind: threading.Inside})
	for _, header := range []string{"In-Reply-To: <" + id + ">", "References: <x@y.test> <" +
		id + ">"} {
		h.file(h.plain(agent, h.token(n, agent), "Re: x", "No le digas.", header))
		if it := h.last(n); it.Visibility != desk.Internal {
			t.Errorf("%s: %s", header, it.Visibility)
		}
	}
	h.file(h.plain(agent, h.token(n, agent), "Re: x", "Pruebe.", "In-Reply-To: <x@y.test>",
		"References: <"+id+"> <x@y.test>"))
	if it := h.last(n); it.Visibility != desk.Public {
		t.Error("a note that came earlier in the thread keeps an answer inside")
	}
}

// TestAnswerThatRepeatsANote waits inside, by whatever way the note got into it, and the agent is
// asked.
func TestAnswerThatRepeatsANote(t *testing.T) {
	t.Parallel()
	notes := map[string]string{"long": "Este cliente no paga desde marzo y no hay que avisarle.",
		"short": "Debe mucho dinero.", "with a number": "Clave 1234.", "one word": "Moroso."}
	for name, note := range notes {
		for style, text := range map[string]string{
			"below":         "Ya lo vemos.\n\n" + note,
			"quoted anew":   "Ya lo vemos.\n\n| " + note,
			"upper case":    "Ya lo vemos.\n\n" + strings.ToUpper(note),
			"wrapped":       "Ya lo vemos.\n\n" + strings.Replace(note, " no ", "\nno ", 1),
			"between words": note + "\nEso es todo.",
		} {
			h := newHouse(t)
			n := h.opened()
			h.reply(n, "luis@ejemplo.test", "#nota\n"+note)
			told := h.told(func() { h.answer(n, text) })
			if it := h.last(n); it.Visibility != desk.Internal ||
				told != "receipt ana@ejemplo.test" {
				t.Errorf("%s note, %s: %s, told %s", name, style, it.Visibility, told)
			}
		}
	}
}

// TestAnswerThatRepeatsNoNote goes out: what the customer knows, what is everybody's, what the
// agent sends on by himself.
func TestAnswerThatRepeatsNoNote(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ by, note, answer string }{
		"the customer's own words": {"luis@ejemplo.test", "Dice: No imprime desde ayer la factura.",
			"¿Qué ve cuando no imprime desde ayer?"},
		"thanks":       {"luis@ejemplo.test", "Listo, gracias.", "Listo, gracias."},
		"a word of it": {"luis@ejemplo.test", "Moroso.", "El proceso moroso terminó."},
		"some words of it": {"luis@ejemplo.test",
			"El servidor de correo se cayó por la memoria.", "El servidor de correo funciona."},
		"his own note, sent on": {agent, "Reinicie la impresora de la caja y pruebe.",
			"#publico\nReinicie la impresora de la caja y pruebe."},
		"nothing of it": {"luis@ejemplo.test", "No paga.", "Pruebe ahora."},
	} {
		h := newHouse(t)
		n := h.opened()
		h.reply(n, c.by, "#nota\n"+c.note)
		told := h.told(func() { h.answer(n, c.answer) })
		if it := h.last(n); it.Visibility != desk.Public ||
			!strings.HasPrefix(told, "item carla@cliente.test") {
			t.Errorf("%s: %s, told %s", name, it.Visibility, told)
		}
	}
}

// TestOrdersAreNoWords: what is nothing but commands is known as that, and a note that only looks
// like it is not.
func TestOrdersAreNoWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	for text, want := range map[string]bool{
		"#tomar": true, "#tomar\n\n#asignar luis": true, "#nota": true, "#reabrir": true,
		"#nota\n#1 no anda": false, "#nota\n#12\n#14": false, "#tomar\nEs la del lunes.": false,
		"#resolver": true, "Pruebe.": false,
	} {
		h.answer(n, text)
		if it := h.last(n); it.Orders != want {
			t.Errorf("%q: orders %v, want %v", text, it.Orders, want)
		}
	}
}

// TestHeldIsSaidAgain: what waited inside since it was not understood goes out when it is put
// right.
func TestHeldIsSaidAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "#resolver\nYa quedó arreglada la impresora de la caja.")
	if it := h.last(n); it.State != desk.Held || it.Visibility != desk.Internal ||
		h.lastOutgoing().Details.Reason != string(desk.HeldUnknown) {
		t.Errorf("%+v, %+v", it, h.lastOutgoing())
	}
	told := h.told(func() { h.answer(n, "#resuelto\nYa quedó arreglada la impresora de la caja.") })
	if it := h.last(n); it.Visibility != desk.Public ||
		told != "resolved carla@cliente.test, receipt ana@ejemplo.test" {
		t.Errorf("%+v, told %s", it, told)
	}
}

// TestFileOfANote: what came by a note goes to no customer by an answer, nor does a notice that an
// agent attaches.
func TestFileOfANote(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	with := func(text, kind, name, content string) string {
		body := fmt.Sprintf("--b\nContent-Type: text/plain\n\n%s\n--b\nContent-Type: %s\n"+
			"Content-Disposition: attachment; filename=%s\n\n%s\n--b--", text, kind, name, content)
		return strings.Replace(h.plain(agent, h.token(n, agent), "x", body),
			"text/plain; charset=utf-8", "multipart/mixed; boundary=b", 1)
	}
	id := h.o.Signer.MessageID("ejemplo.test", threading.Token{Mailbox: box, Ticket: n, Item: 1,
		Person: h.by(agent).ID, Kind: threading.Agent})
	for _, c := range []struct {
		name, raw string
		visible   desk.Visibility
	}{
		{"with a note", with("#nota", "image/png", "a.png", "secreto"), desk.Internal},
		{"again with an answer", with("Mire.", "image/png", "b.png", "secreto"), desk.Internal},
		{"another file", with("Mire.", "image/png", "c.png", "otro"), desk.Public},
		{"that file again", with("Mire.", "image/png", "c.png", "otro"), desk.Public},
		{"a notice", with("Mire.", "message/rfc822", "aviso.eml", "Message-ID: <"+id+
			">\nSubject: x\n\ny"), desk.Internal},
		{"a mail of somebody", with("Mire.", "message/rfc822", "correo.eml",
			"Message-ID: <x@y.test>\nSubject: x\n\ny"), desk.Public},
	} {
		h.file(c.raw)
		if it := h.last(n); it.Visibility != c.visible {
			t.Errorf("%s: %s, want %s", c.name, it.Visibility, c.visible)
		}
	}
}

// TestCustomersTokenOrdersNothing: who has become an agent since writes by an address that he got
// as a customer.
func TestCustomersTokenOrdersNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	old := h.o.Signer.ReplyAddress(box,
		threading.Token{Mailbox: box, Ticket: n, Person: h.by(agent).ID, Kind: threading.Customer})
	told := h.told(func() { h.file(h.plain(agent, old, "Re: x", "#cerrar\nListo.")) })
	if it := h.last(n); h.ticket(n).Class != desk.Open || it.Visibility != desk.Internal ||
		told != "confirm_agent ana@ejemplo.test" {
		t.Errorf("%s, item %s, told %s", h.ticket(n).Class, it.Visibility, told)
	}
}

// TestCaseWithoutCustomer answers an agent with a sentence: his words would go nowhere.
func TestCaseWithoutCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.file(h.plain("undisclosed-recipients:;", box, "Disco lleno", "Queda 1 %."))
	h.requeueAll(t, m.ID)
	n := h.mail(m.ID).Ticket
	if n == 0 {
		t.Fatalf("%+v", h.mail(m.ID))
	}
	if told := h.told(func() { h.answer(n, "Lo reviso.") }); told != "receipt ana@ejemplo.test" {
		t.Errorf("told %q", told)
	}
	if o := h.lastOutgoing(); o.Details.Reason != string(desk.NobodyHears) {
		t.Errorf("%+v", o)
	}
	if told := h.told(func() {
		h.answer(n,
			"#cliente carla@cliente.test\nLo reviso.")
	}); told != "item carla@cliente.test, receipt ana@ejemplo.test" ||
		h.lastOutgoing().Details.Reason != "" {
		t.Errorf("told %q, %+v", told, h.lastOutgoing())
	}
}

func (h *house) requeueAll(t *testing.T, id int64) {
	t.Helper()
	if done, err := h.store.Requeue(t.Context(), id,
		store.Override{Decision: store.Release}); err != nil || !done {
		t.Fatal(done, err)
	}
	if err := h.FileOne(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func (h *house) lastOutgoing() store.Outgoing {
	h.t.Helper()
	return must(h.store.Outbox(h.t.Context(), store.OutboxFilter{}))[0]
}
