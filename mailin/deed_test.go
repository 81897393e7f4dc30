package mailin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestFollowsProven: a colleague follows a case when his mail shows that the address is his. A
// forged From begins to follow nothing, though it may write to the case by its number.
func TestFollowsProven(t *testing.T) {
	t.Parallel()
	for _, proven := range []bool{false, true} {
		h := newHouse(t)
		n := h.opened()
		celia := h.person(desk.Person{Name: "Celia", Addresses: []string{"celia@cliente.test"},
			Role: desk.Customer, Active: true, Organisation: 5})
		h.write(func(tx *store.Tx) error {
			return tx.ChangePerson(t.Context(), h.by(customer).ID,
				func(p *desk.Person) { p.Organisation = 5 })
		})
		m := h.file(h.plain("celia@cliente.test", box, fmt.Sprintf("[Caso #%d] No imprime", n),
			"seguir"),
			store.Envelope{Door: "smtp", From: "celia@cliente.test", To: []string{box},
				Received: h.now, Trusted: proven})
		if got := h.ticket(n).Participant(celia.ID); m.Rule != "18" || got != proven {
			t.Errorf("proven %v: rule %s, follows %v", proven, m.Rule, got)
		}
	}
}

// TestReplyCost bounds what a customer's reply costs: that the ticket is open again is written and
// told in 14 statements.
func TestReplyCost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "Pruebe.")
	h.reply(n, customer, "Sigue igual.")
	h.answer(n, "Pruebe otra vez.")
	id := h.receive(h.plain(customer, h.token(n, customer), "Re: No imprime",
		"Sigue igual, no anda."))
	if cost := len(h.statements(id)); cost > 14 || h.ticket(n).Class != desk.Open {
		t.Errorf("%d statements, %s", cost, h.ticket(n).Class)
	}
}

// TestReplacingTicket: what a reply to a closed case opens has its agent and whoever controls it.
func TestReplacingTicket(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "#tomar\n#campo controller=celia@cliente.test\n#producto CRM\n#cerrar\nListo.")
	h.now = h.now.Add(time.Hour)
	m := h.reply(n, customer, "Otra vez no imprime, y ahora tampoco escanea.")
	if tk := h.ticket(m.Ticket); m.Ticket == n || tk.Controller.Address() != "celia@cliente.test" ||
		tk.Agent.Address() != agent || tk.Product != h.ticket(n).Product {
		t.Errorf("ticket %d: controlled by %s, of %s, %v", m.Ticket, tk.Controller.Address(),
			tk.Agent.Address(), tk.Product)
	}
}

// TestLinksByMail: an agent's order ties his case to another that is there.
func TestLinksByMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.opened(), h.opened()
	h.answer(second, fmt.Sprintf("#enlazar depends %d\n#enlazar 99", first))
	links := must(h.store.Links(t.Context(), second))
	if len(links) != 1 || links[0] != (store.Link{Ticket: first, Kind: "depends"}) ||
		!strings.Contains(h.receipt(), "depends 1") ||
		!strings.Contains(h.receipt(), `number "99"?`) {
		t.Errorf("%+v, receipt %s", links, h.receipt())
	}
}

// TestNewInACustomersName: «#nuevo» opens a case of the words below it, and carries out the rest.
func TestNewInACustomersName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.file(h.plain(agent, box, "Llamada",
		"#nuevo zoe@otra.test El módem no enciende\n#severidad 1\n\nLlamó a las nueve."),
		store.Envelope{Door: "smtp", From: agent, To: []string{box}, Received: h.now,
			Trusted: true})
	tk := h.ticket(m.Ticket)
	items := must(h.store.Items(t.Context(), m.Ticket))
	if tk.Requester.Address() != "zoe@otra.test" || tk.Subject != "El módem no enciende" ||
		tk.Severity != 1 || len(items) != 1 || items[0].Text != "Llamó a las nueve." {
		t.Errorf("%+v %+v", tk, items)
	}
}
