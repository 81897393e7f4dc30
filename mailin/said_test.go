package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestRepliesToResolved: what confirms closes, what only thanks changes nothing, all else opens it
// again.
func TestRepliesToResolved(t *testing.T) {
	t.Parallel()
	const image = "Content-Type: multipart/alternative; boundary=R\r\n\r\n--R\r\nContent-Type: " +
		"text/plain; charset=utf-8\r\n\r\n%s\r\n\r\nCarla reaccionó mediante Gmail\r\n--R\r\n" +
		"Content-Type: text/vnd.google.email-reaction+json; charset=utf-8\r\n\r\n" +
		"{\"emoji\":%q,\"version\":1}\r\n--R--\r\n"
	reaction := func(sign string) func(h *house, n int64) string {
		return func(h *house, n int64) string {
			raw := h.plain(customer, h.token(n, customer), "Re: No imprime la factura", "x")
			head, _, _ := strings.Cut(raw, "Content-Type:")
			return head + fmt.Sprintf(image, sign, sign)
		}
	}
	says := func(text string) func(h *house, n int64) string {
		return func(h *house, n int64) string {
			return h.plain(customer, h.token(n, customer), "Re: No imprime la factura", text)
		}
	}
	const closed = "closed carla@cliente.test, closed ana@ejemplo.test"
	for _, c := range []struct {
		name string
		raw  func(h *house, n int64) string
		want desk.Class
		told string
	}{
		{"testing ok, thanks", says("Testing ok, gracias."), desk.Closed, closed},
		{"yes", says("Sí"), desk.Closed, closed},
		{"it works", says("Ya funciona, gracias"), desk.Closed, closed},
		{"close it", says("cierren el caso por favor"), desk.Closed, closed},
		{"English", says("It works now, thank you!"), desk.Closed, closed},
		{"Portuguese", says("Resolvido, obrigado"), desk.Closed, closed},
		{"a thumb", says("👍"), desk.Closed, closed},
		{"a thumb by one tap", reaction("👍"), desk.Closed, closed},
		{"a heart by one tap", reaction("❤️"), desk.Resolved, ""},
		{"thanks", says("Muchas gracias, Ana"), desk.Resolved, "item ana@ejemplo.test"},
		{"nothing", says(""), desk.Resolved, ""},
		{"a quote alone", says("> Pruebe ahora.\n"), desk.Resolved, ""},
		{"but", says("Ya funciona, pero va lento"), desk.Open, "item ana@ejemplo.test"},
		{"a question", says("¿Ya funciona?"), desk.Open, "item ana@ejemplo.test"},
		{"no", says("No"), desk.Open, "item ana@ejemplo.test"},
		{"a thumb that is down", says("👎"), desk.Resolved, ""},
		{"thanks below a new subject", func(h *house, n int64) string {
			return h.plain(customer, h.token(n, customer), "Ahora falla la otra impresora",
				"Gracias")
		}, desk.Open, "item ana@ejemplo.test"},
		{"a number alone, and it works", func(h *house, n int64) string {
			return h.plain(customer, box, fmt.Sprintf("Re: [Caso #%d] No imprime la factura", n),
				"Ya funciona")
		}, desk.Closed, closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			h.answer(n, "#resuelto\nPruebe ahora.")
			var m store.Mail
			told := h.told(func() { m = h.file(c.raw(h, n)) })
			if got := h.ticket(n).Class; got != c.want || told != c.told ||
				m.Outcome != store.OutcomeItem {
				t.Errorf("%s, told %q, %+v; want %s, %q", got, told, m, c.want, c.told)
			}
			if c.want == desk.Closed && h.last(n).Type != desk.TestingOK {
				t.Errorf("item %s", h.last(n).Type)
			}
		})
	}
}

// TestConfirmedByWhom: it is for the requester and whoever controls to say.
func TestConfirmedByWhom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	fidel := h.person(desk.Person{Addresses: []string{"fidel@cliente.test"}, Role: desk.Customer,
		Active: true})
	h.write(func(tx *store.Tx) error { return tx.Follow(t.Context(), n, fidel.ID) })
	h.answer(n, "#resuelto\nPruebe ahora.")
	if h.reply(n, "fidel@cliente.test", "Ya funciona"); h.ticket(n).Class != desk.Open {
		t.Errorf("a follower's word: %s", h.ticket(n).Class)
	}
	h.answer(n, "#resuelto")
	if h.reply(n, customer, "Ya funciona"); h.ticket(n).Class != desk.Closed {
		t.Errorf("the requester's word: %s", h.ticket(n).Class)
	}
}

// TestRepliesToClosed: what says nothing new is kept where it belongs and tells nobody; all else is
// a new case.
func TestRepliesToClosed(t *testing.T) {
	t.Parallel()
	for text, opens := range map[string]bool{
		"Muchas gracias!!": false, "Listo, gracias": false, "Perfecto": false,
		"Quedó solucionado, gracias": false, "Recibido, quedo atenta.": false, "👍": false,
		"Sí": false, "Testing ok": false, "": false, "> Listo.\n": false, "Thank you!": false,
		"Muito obrigada": false, "Entendido, gracias": false,
		"Gracias, pero sigue igual.": true, "¿Y la otra?": true, "Ya no funciona": true,
		"Sigue": true,
	} {
		h := newHouse(t)
		n := h.opened()
		h.answer(n, "#cerrar\nListo.")
		var m store.Mail
		told := h.told(func() { m = h.reply(n, customer, text) })
		if (m.Outcome == store.OutcomeTicket) != opens || !opens &&
			(told != "" || m.Ticket != n || h.ticket(n).Class != desk.Closed) {
			t.Errorf("%q: %s of ticket %d, told %q", text, m.Outcome, m.Ticket, told)
		}
	}
}

// TestReplacingTicketKeepsItsController: who confirms the fix of the old one does so for the new
// one.
func TestReplacingTicketKeepsItsController(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	celia := h.person(desk.Person{Addresses: []string{"celia@cliente.test"}, Role: desk.Customer,
		Active: true})
	h.write(func(tx *store.Tx) error {
		old := h.ticket(n)
		changed := old
		changed.Controller = celia
		_, err := tx.Change(t.Context(), old, changed, 0, 0)
		return err
	})
	h.answer(n, "#cerrar")
	m := h.reply(n, customer, "Volvió a fallar.")
	if tk := h.ticket(m.Ticket); m.Ticket == n || tk.Controller.ID != celia.ID ||
		tk.Agent.ID != h.ticket(n).Agent.ID {
		t.Errorf("%+v", tk)
	}
}

// TestAssignedIsToldOnce: who is assigned by a mail that he would hear of anyhow gets one notice.
func TestAssignedIsToldOnce(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"#asignar luis\n#cerrar\nListo.", "#asignar luis\n#nota\nOjo.",
		"#asignar luis"} {
		h := newHouse(t)
		n := h.opened()
		h.reply(n, "luis@ejemplo.test", "#nota\nLo vi.")
		if told := h.told(func() { h.answer(n, text) }); strings.Count(told,
			"luis@ejemplo.test") != 1 || !strings.Contains(told, "assigned luis@ejemplo.test") {
			t.Errorf("%q: told %s", text, told)
		}
	}
}

// TestSubjectOfAReply is kept where it says something new, once.
func TestSubjectOfAReply(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	for _, c := range [][2]string{
		{"Re: [Caso #1] No imprime la factura", ""}, {"Re: [Caso #1] Recibimos su mensaje", ""},
		{"YA NO HACE FALTA", "YA NO HACE FALTA"}, {"Re: YA NO HACE FALTA", ""},
		{"RE: [Caso #1] No imprime la factura [INC0012345]", "No imprime la factura [INC0012345]"},
		{"Re: [EXTERNO] No imprime la factura", ""},
	} {
		h.file(h.plain(customer, h.token(n, customer), c[0], "Ver asunto."))
		if it := h.last(n); it.Subject != c[1] {
			t.Errorf("%q: kept %q, want %q", c[0], it.Subject, c[1])
		}
	}
	found, _, err := h.store.Find(t.Context(), desk.Sight{All: true},
		store.Query{Words: "hace falta"})
	if err != nil || len(found) == 0 {
		t.Errorf("the subject of a reply is not found: %v", err)
	}
}
