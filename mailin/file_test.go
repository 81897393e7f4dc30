package mailin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

func TestFirstMailOpensATicketAndIsAcknowledged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var m store.Mail
	told := h.told(func() {
		m = h.file(h.plain("Carla Ruiz <Carla@Cliente.TEST>", box,
			"RV: No imprime", "No imprime."))
	})
	if m.Rule != "23" || m.Outcome != store.OutcomeTicket || m.Proof != "A1" || m.Evidence != "N" ||
		m.Sender != customer {
		t.Errorf("%+v", m)
	}
	if tk := h.ticket(m.Ticket); tk.Subject != "No imprime" || tk.Requester.Name != "Carla Ruiz" ||
		tk.Class != desk.Open || tk.Severity != 2 {
		t.Errorf("%+v", tk)
	}
	want := "ack carla@cliente.test, new_ticket ana@ejemplo.test, new_ticket luis@ejemplo.test, " +
		"new_ticket admin@ejemplo.test"
	if told != want {
		t.Errorf("told %s\nwant %s", told, want)
	}
}

// TestC14NoFormNamesTheAgent: only an addr-spec that all readers take alike is the agent. The rest
// waits, and the admins hear.
func TestC14NoFormNamesTheAgent(t *testing.T) {
	t.Parallel()
	for _, from := range []string{
		agent + ".", "<<" + agent + ">>", "Ana <" + agent, agent + ", x@mal.test", "x@mal.test <" +
			agent + ">", `"ana"@ejemplo.test`,
		"grupo: " + agent + ";", "<@mal.test:" + agent + ">", "ana(x)@ejemplo.test",
		"ana @ ejemplo . test", "a@mal.test@ejemplo.test",
		"=?utf-8?q?Ana_<ana=40ejemplo.test>?=", "<ana@\uff45jemplo.test>", "ana@ejem\u00adplo.test",
		"x@mal.test\r\nFrom: " + agent,
	} {
		h := newHouse(t)
		n := h.opened()
		m := h.file(h.plain(from, h.token(n, agent), "x", "#cerrar\nListo."))
		if m.Rule != "25" || m.Outcome != store.OutcomeQuarantine || m.Sender != "" ||
			m.Proof != "A0" {
			t.Errorf("From: %s: rule %s, %s, sender %q, %s", from, m.Rule, m.Outcome, m.Sender,
				m.Proof)
		}
		if h.ticket(n).Class == desk.Closed {
			t.Errorf("From: %s has closed the ticket", from)
		}
	}
	h := newHouse(t)
	if m := h.file(h.plain("Carla <carla@CLIENTE.test.>", box, "x",
		"Hola.")); m.Outcome != store.OutcomeTicket || m.Sender != customer {
		t.Errorf("the DNS's own dot: %s of %q (%s)", m.Outcome, m.Sender, m.Reason)
	}
}

// TestC11TwoTickets: of tokens for two tickets the envelope's counts before To, To before Cc, and
// Cc before ids. What the mail orders is done once, and what spoke for the other ticket is written
// down.
func TestC11TwoTickets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.opened(), h.opened()
	a, b := h.token(first, agent), h.token(second, agent)
	for _, c := range []struct {
		name, raw string
		envelope  []string
		why       string
	}{
		{"envelope before To", h.plain(agent, b, "x", "#resuelto"), []string{a}, "To"},
		{"To before Cc", h.plain(agent, a, "x", "#resuelto", "Cc: "+b), nil, "Cc"},
		{"the first in To", h.plain(agent, a+", "+b, "x", "#resuelto"), nil, "To"},
		{"token before the subject", h.plain(agent, a, fmt.Sprintf("Re: [Caso #%d] x", second),
			"#resuelto"), nil, "number"},
	} {
		before := len(h.items(second))
		m := h.file(c.raw, store.Envelope{From: agent, To: c.envelope})
		if m.Ticket != first || m.Outcome != store.OutcomeItem {
			t.Errorf("%s: ticket %d, %s (%s), want %d", c.name, m.Ticket, m.Outcome,
				m.Reason, first)
		}
		if !strings.Contains(m.Reason, c.why) || !strings.Contains(m.Reason, fmt.Sprint(second)) {
			t.Errorf("%s: the reason %q does not say what spoke for %d", c.name, m.Reason, second)
		}
		if len(h.items(second)) != before || h.ticket(second).Class == desk.Resolved {
			t.Errorf("%s: ticket %d has changed too", c.name, second)
		}
	}
}

// TestSenders: who writes, how, and what becomes of it, on a ticket of Carla's that Ana has
// answered.
func TestSenders(t *testing.T) {
	t.Parallel()
	number := func(h *house, n int64) string { return "Re: [Caso #1] No imprime" }
	for _, c := range []struct {
		name    string
		mail    func(h *house, n int64) string
		rule    string
		outcome store.Outcome
		told    string // those who hear of it, "" for nobody
	}{
		{"requester by token", func(h *house,
			n int64) string {
			return h.plain(customer, h.token(n, customer), "Re: x", "Sigue.")
		}, "14", store.OutcomeItem, "item ana@ejemplo.test"},
		{"requester by Message-ID", func(h *house, n int64) string {
			return h.plain(customer, box, "x", "Sigue.", "In-Reply-To: <m1@cliente.test>")
		}, "14", store.OutcomeItem, "item ana@ejemplo.test"},
		{"requester by number", func(h *house, n int64) string {
			return h.plain(customer, box,
				number(h, n), "Sigue.")
		}, "15", store.OutcomeItem, "item ana@ejemplo.test"},
		{"requester with the agent's token",
			func(h *house, n int64) string {
				return h.plain(customer, h.token(n, agent), "x",
					"#cerrar")
			}, "15", store.OutcomeItem, "item ana@ejemplo.test"},
		{"requester with the agent's token, and a forged one", func(h *house, n int64) string {
			forged := strings.Replace(h.token(n, customer), "+c1.", "+c2.", 1)
			return h.plain(customer, h.token(n, agent), "x", "x", "Cc: "+forged)
		}, "15", store.OutcomePending, "pending ana@ejemplo.test"},
		{"a machine's words by token", func(h *house, n int64) string {
			return h.plain(customer, h.token(n, customer), "x", "El pedido 7 cambió.",
				"Auto-Submitted: auto-generated")
		}, "6", store.OutcomeAutomatic, "item ana@ejemplo.test"},
		{"a machine's words, twice", func(h *house, n int64) string {
			words := "El pedido 7 cambió otra vez."
			machine := "Auto-Submitted: auto-generated"
			h.file(h.plain(customer, h.token(n, customer), "x", "El pedido 7 cambió.", machine))
			return h.plain(customer, h.token(n, customer), "x", words, machine)
		}, "6", store.OutcomeAutomatic, "item ana@ejemplo.test"},
		{"requester, two From", func(h *house, n int64) string {
			return h.plain(customer, box,
				number(h, n), "x", "From: "+agent)
		}, "25", store.OutcomeQuarantine, "unfiled admin@ejemplo.test"},
		{"stranger by number", func(h *house, n int64) string {
			return h.plain("otro@mal.test", box,
				number(h, n), "Hola.")
		}, "21", store.OutcomeTicket,
			"ack otro@mal.test, new_ticket ana@ejemplo.test, new_ticket luis@ejemplo.test, " +
				"new_ticket admin@ejemplo.test"},
		{"stranger by a number that is nobody's",
			func(h *house, n int64) string {
				return h.plain("otro@mal.test", box,
					"Re: [Caso #999] x", "Hola.")
			}, "23", store.OutcomeTicket,
			"ack otro@mal.test, new_ticket ana@ejemplo.test, new_ticket luis@ejemplo.test, " +
				"new_ticket admin@ejemplo.test"},
		{"stranger with a leaked token", func(h *house, n int64) string {
			return h.plain("otro@mal.test", h.token(n, customer), "Re: x", "cerrar")
		}, "20", store.OutcomePending, "pending ana@ejemplo.test"},
		{"stranger with a forged token", func(h *house, n int64) string {
			return h.plain("otro@mal.test", strings.Replace(h.token(n, customer), "+c1.", "+c2.",
				1), number(h, n), "Hola.")
		}, "23", store.OutcomeTicket, "ack otro@mal.test, new_ticket ana@ejemplo.test, " +
			"new_ticket luis@ejemplo.test, new_ticket admin@ejemplo.test"},
		{"agent by number", func(h *house, n int64) string {
			return h.plain(agent, box,
				number(h, n), "#cerrar\nListo.")
		}, "11", store.OutcomePending, "confirm_agent ana@ejemplo.test"},
		{"agent with the customer's token",
			func(h *house, n int64) string {
				return h.plain(agent, h.token(n, customer), "x",
					"#cerrar\nListo.")
			}, "11", store.OutcomePending, "confirm_agent ana@ejemplo.test"},
		{"agent with another agent's token",
			func(h *house, n int64) string {
				return h.plain(agent, h.token(n, "luis@ejemplo.test"),
					"x", "#cerrar")
			}, "11", store.OutcomePending, "confirm_agent ana@ejemplo.test"},
		{"agent by the Message-ID of a notice to him", func(h *house, n int64) string {
			return h.plain(agent, box, "x", "#cerrar\nListo.", "In-Reply-To: <"+
				h.noticeID(n, agent)+">")
		}, "11", store.OutcomePending, "confirm_agent ana@ejemplo.test"},
		{"agent by the Message-ID of the customer's mail", func(h *house, n int64) string {
			return h.plain(agent, box, "x", "#cerrar\nListo.", "References: <m1@cliente.test>")
		}, "11", store.OutcomePending, "confirm_agent ana@ejemplo.test"},
		{"agent by his token", func(h *house,
			n int64) string {
			return h.plain(agent, h.token(n, agent), "x", "Listo.")
		}, "8", store.OutcomeItem, "item carla@cliente.test"},
		{"agent's name before a stranger", func(h *house, n int64) string {
			return h.plain(`"`+agent+`" <x@mal.test>`, h.token(n, agent), "x", "#cerrar")
		}, "20", store.OutcomePending, "pending ana@ejemplo.test"},
		{"out of office by token", func(h *house, n int64) string {
			return h.plain(customer, h.token(n, customer), "x", "Vuelvo el lunes.",
				"Auto-Submitted: auto-replied")
		}, "6", store.OutcomeAutomatic, ""},
		{"out of office of an agent", func(h *house, n int64) string {
			return h.plain(agent, h.token(n, agent), "x", "#cerrar\nVuelvo.",
				"Auto-Submitted: auto-replied")
		}, "6", store.OutcomeAutomatic, ""},
		{"bulk of a stranger", func(h *house, n int64) string {
			return h.plain("otro@mal.test", box, "Oferta", "Compre.", "Precedence: bulk",
				"List-Id: <x.mal.test>")
		}, "7", store.OutcomeQuarantine, ""},
		{"our own address", func(h *house, n int64) string {
			return h.plain("AYUDA@ejemplo.test",
				box, "x", "x")
		}, "25", store.OutcomeQuarantine, "unfiled admin@ejemplo.test"},
		{"our own mark", func(h *house, n int64) string {
			return h.plain(box, box, "x", "x", "X-Buzon-Loop: "+h.o.Signer.LoopMark(1))
		}, "4", store.OutcomeOwn, ""},
		{"our own Message-ID", func(h *house, n int64) string {
			id := h.noticeID(n, customer)
			return strings.Replace(h.plain("otro@mal.test", box, "x", "x"), "Message-ID: <",
				"Message-ID: <"+id+">\r\nX-Message-ID: <", 1)
		}, "4", store.OutcomeOwn, ""},
		{"a copied mark", func(h *house, n int64) string {
			return h.plain(customer, box, "x", "x", "X-Buzon-Loop: "+h.o.Signer.LoopMark(1))
		}, "4", store.OutcomeQuarantine, "unfiled admin@ejemplo.test"},
		{"a copied mark in an answer", func(h *house, n int64) string {
			return h.plain(customer, h.token(n, customer), "x", "Sigue.", "X-Buzon-Loop: "+
				h.o.Signer.LoopMark(1))
		}, "4", store.OutcomeAutomatic, "item ana@ejemplo.test"},
		{"a forged mark", func(h *house, n int64) string {
			return h.plain(customer, h.token(n, customer), "x", "x", "X-Buzon-Loop: "+
				h.o.Signer.LoopMark(1)+"x")
		}, "14", store.OutcomeItem, "item ana@ejemplo.test"},
		{"reserved header", func(h *house, n int64) string {
			return h.plain(customer, h.token(n, customer), "x", "x", "X-Buzon-Estado: closed",
				"X-Buzon-Caso: 7")
		}, "14", store.OutcomeItem, "item ana@ejemplo.test"},
		{"101 hops", func(h *house, n int64) string {
			return strings.Repeat("Received: x\r\n", 101) + h.plain(customer, box, "x", "x")
		}, "1", store.OutcomeQuarantine, "unfiled admin@ejemplo.test"},
		{"99 hops", func(h *house, n int64) string {
			return strings.Repeat("Received: x\r\n", 99) + h.plain(customer, h.token(n, customer),
				"x", "x")
		}, "14", store.OutcomeItem, "item ana@ejemplo.test"},
		{"wants no answer", func(h *house, n int64) string {
			return h.plain("nuevo@cliente.test", box, "x", "x", "X-Auto-Response-Suppress: All")
		}, "23", store.OutcomeTicket,
			"new_ticket ana@ejemplo.test, new_ticket luis@ejemplo.test, new_ticket " +
				"admin@ejemplo.test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			h.answer(n, "¿Sigue sin imprimir?")
			before := h.ticket(n)
			var m store.Mail
			told := h.told(func() { m = h.file(c.mail(h, n)) })
			if m.Rule != c.rule || m.Outcome != c.outcome || told != c.told {
				t.Errorf("rule %s, %s, told %q\nwant %s, %s, %q (%s)", m.Rule, m.Outcome, told,
					c.rule, c.outcome, c.told, m.Reason)
			}
			after := h.ticket(n)
			if m.Outcome != store.OutcomeItem && after.Class != before.Class {
				t.Errorf("the ticket went from %s to %s", before.Class, after.Class)
			}
			if after.Class == desk.Closed || len(after.Followers) > 0 {
				t.Errorf("ticket %+v", after)
			}
		})
	}
}

func TestClaimIsForAgentsOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	m := h.file(h.plain("otro@mal.test", box, "Re: [Caso #1] x", "Hola."))
	links, err := h.store.Links(t.Context(), m.Ticket)
	if err != nil || len(links) != 1 || links[0] != (store.Link{Ticket: n, Kind: "claims"}) {
		t.Errorf("links %v, %v", links, err)
	}
	all, _ := h.store.Outbox(t.Context(), store.OutboxFilter{Ticket: m.Ticket})
	for _, o := range all {
		if o.Kind == desk.NewTicket && o.Details.Claimed != n {
			t.Errorf("%s: claimed %d, want %d", o.Address, o.Details.Claimed, n)
		}
	}
}

func TestReasonsForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason string
		mail         func(h *house, n int64) string
	}{
		{"leaked token of a stranger", "stranger",
			func(h *house, n int64) string {
				return h.plain("otro@mal.test", h.token(n, customer),
					"x", "x")
			}},
		{"known, not of the ticket", "not_visible", func(h *house, n int64) string {
			h.file(h.plain("beto@otra.test", box, "Otro", "x"))
			return h.plain("beto@otra.test", h.token(n, customer), "x", "x")
		}},
		{"agent by number", "kept_pending",
			func(h *house, n int64) string { return h.plain(agent, box, "[Caso #1]", "x") }},
		{"no From", "no_sender", func(h *house, n int64) string {
			return strings.Replace(h.plain(customer, box, "x", "x"), "From:", "X-From:", 1)
		}},
		{"hops", "limits", func(h *house, n int64) string {
			return strings.Repeat("Received: x\r\n", 101) + h.plain(customer, box, "x", "x")
		}},
	} {
		h := newHouse(t)
		n := h.opened()
		m := h.file(c.mail(h, n))
		all, _ := h.store.Outbox(t.Context(), store.OutboxFilter{})
		var got string
		for _, o := range all {
			if o.Mail == m.ID {
				got = o.Details.Reason
			}
		}
		if got != c.reason {
			t.Errorf("%s: reason %q, want %q (rule %s)", c.name, got, c.reason, m.Rule)
		}
	}
}

func TestProductionDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	down := "Re: [Caso #1] PRODUCCION CAIDA no imprime"
	told := h.told(func() {
		h.file(h.plain(customer, h.token(n, customer), down,
			"Nadie puede facturar."))
	})
	if tk := h.ticket(n); !tk.ProductionDown || tk.Severity != 1 {
		t.Errorf("not raised: %+v", tk)
	}
	if !strings.Contains(told, "production_down luis@ejemplo.test") {
		t.Errorf("on call was not told: %s", told)
	}
	h.answer(n, "#severidad 3")
	told = h.told(func() {
		h.file(h.plain(customer, h.token(n, customer), down,
			"Sigo esperando."))
	})
	if tk := h.ticket(n); tk.ProductionDown || tk.Severity != 3 ||
		strings.Contains(told, "production_down") {
		t.Errorf("raised again by an old subject: %+v, told %s", tk, told)
	}
	h.answer(n, "#cerrar")
	m := h.file(h.plain(customer, h.token(n, customer), down, "Otra pregunta: ¿y el tóner?"))
	if tk := h.ticket(m.Ticket); tk.Number == n || tk.ProductionDown {
		t.Errorf("after closing: %+v", tk)
	}
}

func TestC12ReplyToClosed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, box, text string
		wait            time.Duration
		opensNew        bool
		class           desk.Class
		told            string
	}{
		{"a new ticket", box, "Volvió a pasar con otra factura.", 0, true, desk.Closed,
			"new_number carla@cliente.test, new_ticket ana@ejemplo.test"},
		{"thanks", box, "Muchas gracias, Ana", 0, false, desk.Closed, ""},
		{"closed again", box, "cerrar", 0, false, desk.Closed, "closed carla@cliente.test"},
		{"asked to reopen", box, "reabrir", 0, false, desk.Open,
			"item ana@ejemplo.test, done carla@cliente.test"},
		{"asked too late", box, "reabrir", 721 * time.Hour, true, desk.Closed,
			"new_number carla@cliente.test, new_ticket ana@ejemplo.test"},
		{"reopens", "ventas@ejemplo.test", "Volvió a pasar.", time.Hour, false, desk.Open,
			"item ana@ejemplo.test"},
		{"thanks reopen nothing", "ventas@ejemplo.test", "¡Gracias!", time.Hour, false,
			desk.Closed, ""},
		{"past the grace", "ventas@ejemplo.test", "Volvió a pasar.", 721 * time.Hour, true,
			desk.Closed, "new_number carla@cliente.test, new_ticket ana@ejemplo.test"},
		{"rejected", "avisos@ejemplo.test", "Volvió a pasar.", 0, false, desk.Closed,
			"closed carla@cliente.test"},
		{"rejected, though asked", "avisos@ejemplo.test", "reabrir", 0, false, desk.Closed,
			"closed carla@cliente.test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			m := h.file(h.plain(customer, c.box, "No imprime", "No imprime."))
			n := m.Ticket
			h.answer(n, "Lo miro.")
			h.answer(n, "#cerrar\nListo.")
			h.now = h.now.Add(time.Hour + c.wait)
			told := h.told(func() {
				m = h.file(h.plain(customer, c.box, "Re: [Caso #1] No imprime", c.text,
					"In-Reply-To: <m1@cliente.test>"))
			})
			if (m.Ticket != n) != c.opensNew || h.ticket(n).Class != c.class || told != c.told {
				t.Errorf("ticket %d (%s), class %s, told %q; want new %v, %s, %q", m.Ticket,
					m.Outcome, h.ticket(n).Class, told, c.opensNew, c.class, c.told)
			}
			if links, _ := h.store.Links(t.Context(), m.Ticket); c.opensNew &&
				(len(links) != 1 || links[0].Kind != "cites") {
				t.Errorf("links %v", links)
			}
		})
	}
}

func TestCustomerOrders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, text string
		class            desk.Class
		follows          bool
	}{
		{"close", customer, "cerrar", desk.Closed, false},
		{"close with a mark", customer, "#Cerrar.", desk.Closed, false},
		{"testing ok below words", customer, "Probamos todo.\n\nTesting OK", desk.Closed, false},
		{"close in a sentence", customer, "Para cerrar falta probar.", desk.Open, false},
		{"a colleague may not close", "beto@cliente.test", "cerrar", desk.Open, false},
		{"a colleague follows", "beto@cliente.test", "seguir", desk.Resolved, true},
		{"thanks reopen nothing", customer, "Perfecto, gracias", desk.Resolved, false},
		{"words reopen", customer, "Sigue fallando.", desk.Open, false},
		{"reopen", customer, "reabrir", desk.Open, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			h.person(desk.Person{Name: "Beto", Addresses: []string{"beto@cliente.test"},
				Role: desk.Customer, Organisation: 1, Active: true})
			h.person(desk.Person{Name: "Carla", Addresses: []string{customer}, Role: desk.Customer,
				Organisation: 1, Active: true})
			n := h.opened()
			h.answer(n, "#resuelto\nListo.")
			m := h.reply(n, c.from, c.text)
			tk := h.ticket(n)
			if tk.Class != c.class || (len(tk.Followers) > 0) != c.follows ||
				m.Outcome != store.OutcomeItem {
				t.Errorf("class %s, followers %v, %s; want %s, %v", tk.Class, tk.Followers,
					m.Outcome, c.class, c.follows)
			}
			if c.follows {
				if h.reply(n, c.from, "dejar de seguir"); len(h.ticket(n).Followers) != 0 {
					t.Error("still follows")
				}
			}
		})
	}
}

func TestForwardByAgent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := "Luis, mirá esto. #cerrar\n\n---------- Forwarded message ---------\nDe: Dora Paz " +
		"<dora@otra.test>\nDate: mar, 3 mar 2026 a las 9:00\nSubject: Factura\nTo: <" + agent +
		">\n\nNo puedo emitir facturas."
	var m store.Mail
	told := h.told(func() { m = h.file(h.plain(agent, box, "Fwd: Factura", body), trusted) })
	tk := h.ticket(m.Ticket)
	if m.Rule != "10" || tk.Requester.Address() != "dora@otra.test" ||
		!strings.Contains(told, "opened_for_you dora@otra.test") {
		t.Fatalf("%+v, told %s", tk, told)
	}
	items := h.items(tk.Number)
	if len(items) != 2 || items[0].Text != "No puedo emitir facturas." ||
		items[0].Author.Address() != "dora@otra.test" || items[0].Via != agent ||
		items[1].Author.Address() != agent || items[1].Visibility != desk.Internal ||
		!strings.Contains(items[1].Text, "mirá esto") {
		t.Errorf("items %+v", items)
	}
	returned := h.sentTo("dora@otra.test")
	told = h.told(func() {
		h.write(func(tx *store.Tx) error {
			_, err := tx.Undelivered(t.Context(), returned,
				store.Details{Reason: "refused", Diagnostic: "550"}, store.Caps{}, desk.Item{})
			return err
		})
	})
	if told != "undelivered "+agent {
		t.Errorf("what he passed on did not arrive, and told was %q", told)
	}
	m = h.file(h.plain(agent, box, "Una tarea mía", "Cambiar el tóner."), trusted)
	if h.ticket(m.Ticket).Requester.Address() != agent {
		t.Errorf("an agent's own: %+v", h.ticket(m.Ticket))
	}
}

// TestFollowingTakesMoreThanAForgedFrom: what is sent to followers must not be had by a number, or
// by an id that travels.
func TestFollowingTakesMoreThanAForgedFrom(t *testing.T) {
	t.Parallel()
	const colleague = "beto@cliente.test"
	for _, c := range []struct {
		name    string
		mail    func(h *house, n int64) string
		env     []store.Envelope
		follows int
	}{
		{"number", func(h *house, n int64) string {
			return h.plain(colleague, box,
				"Re: [Caso #1] x", "seguir")
		}, nil, 0},
		{"Message-ID", func(h *house, n int64) string {
			return h.plain(colleague, box, "x", "seguir", "In-Reply-To: <m1@cliente.test>")
		}, nil, 0},
		{"another's token", func(h *house, n int64) string {
			return h.plain(colleague,
				h.token(n, customer), "x", "seguir")
		}, nil, 0},
		{"his token", func(h *house, n int64) string {
			return h.plain(colleague,
				h.token(n, colleague), "x", "seguir")
		}, nil, 1},
		{"number, proven", func(h *house, n int64) string {
			return h.plain(colleague, box,
				"Re: [Caso #1] x", "seguir")
		},
			[]store.Envelope{trusted}, 1},
	} {
		h := newHouse(t)
		h.person(desk.Person{Name: "Beto", Addresses: []string{colleague}, Role: desk.Customer,
			Organisation: 1, Active: true})
		h.person(desk.Person{Name: "Carla", Addresses: []string{customer}, Role: desk.Customer,
			Organisation: 1, Active: true})
		n := h.opened()
		if m := h.file(c.mail(h, n), c.env...); len(h.ticket(n).Followers) != c.follows {
			t.Errorf("%s: %d followers, want %d (%+v)", c.name, len(h.ticket(n).Followers),
				c.follows, m)
		}
	}
}

func TestHostileDateOrdersNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	for _, date := range []string{"Thu, 1 Jan 1970 00:00:00 +0000",
		"Thu, 31 Dec 2099 23:59:59 +0000"} {
		raw := strings.Replace(h.plain(customer, h.token(n, customer), "x", date),
			"Tue, 3 Mar 2026 09:00:00 +0000", date, 1)
		h.file(raw)
		if it := h.last(n); it.Text != date || !it.CreatedAt.Equal(h.now) {
			t.Errorf("%s: item %q at %v, want %v", date, it.Text, it.CreatedAt, h.now)
		}
	}
}
