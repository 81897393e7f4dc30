package mailin

import (
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// trusted is an envelope from a network that vouches for its senders.
var trusted = store.Envelope{Door: "smtp", From: "x@cliente.test", To: []string{box}, Trusted: true}

func TestTrustedNetworkProvesTheSender(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if m := h.file(h.plain(customer, box, "No imprime", "No imprime."), trusted); m.Proof != "A2" ||
		m.Outcome != store.OutcomeTicket {
		t.Errorf("%+v", m)
	}
	if m := h.file(h.plain(customer, box, "x", "x", "From: "+agent), trusted); m.Proof != "A0" {
		t.Errorf("two From: %+v", m)
	}
}

// TestKnown: whose address it is, is shown by a token, a proof, or an agent; only then his subject
// is repeated to him.
func TestKnown(t *testing.T) {
	t.Parallel()
	echoes := func(h *house) (echo bool) {
		for _, o := range must(h.store.Outbox(t.Context(), store.OutboxFilter{Limit: 4})) {
			echo = echo || o.Kind == desk.Ack && o.Details.EchoSender
		}
		return echo
	}
	for _, c := range []struct {
		name        string
		before      func(h *house)
		env         []store.Envelope
		echo, known bool // the subject is repeated; he is known from here on
	}{
		{"a first mail", func(*house) {}, nil, false, false},
		{"a second mail", func(h *house) { h.opened() }, nil, false, false},
		{"after an answer by the number alone", func(h *house) {
			h.opened()
			h.file(h.plain(customer, box, "Re: [Caso #1] x", "Sigue."))
		}, nil, false, false},
		{"after an answer by token", func(h *house) { h.reply(h.opened(), customer, "Sigue.") },
			nil, true, true},
		{"after an absence notice by token", func(h *house) {
			n := h.opened()
			h.file(h.plain(customer, h.token(n, customer), "x", "Vuelvo.",
				"Auto-Submitted: auto-replied"))
		}, nil, false, false},
		{"proven", func(*house) {}, []store.Envelope{trusted}, true, true},
		{"once proven", func(h *house) { h.file(h.plain(customer, box, "x", "x"), trusted) }, nil,
			true, true},
		{"entered by an agent", func(h *house) {
			h.person(desk.Person{Addresses: []string{customer}, Role: desk.Customer, Active: true,
				Known: true})
		}, nil, true, true},
		{"made a follower by an agent", func(h *house) {
			m := h.file(h.plain("dora@otra.test", box, "x", "x"))
			h.answer(m.Ticket, "#seguidor "+customer+"\nHola.")
		}, nil, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			c.before(h)
			h.now = h.now.Add(20 * 60e9)
			h.file(h.plain(customer, box, "Mire http://mal.test", "Hola."), c.env...)
			if echo, known := echoes(h), h.by(customer).Known; echo != c.echo || known != c.known {
				t.Errorf("echo %v, known %v; want %v, %v", echo, known, c.echo, c.known)
			}
		})
	}
}
