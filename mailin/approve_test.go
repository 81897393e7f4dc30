package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// waits files what Zoe, whom nobody knows, writes to an address that was given to Carla.
func (h *house) waits(n int64, text string) store.Mail {
	h.t.Helper()
	m := h.file(h.plain("zoe@otra.test", h.token(n, customer), "Re: x", text))
	if it := h.last(n); m.Outcome != store.OutcomePending || it.State != desk.Pending ||
		it.Number != m.Item {
		h.t.Fatalf("%+v, %+v", m, it)
	}
	return m
}

// judges is an agent's reply to the notice of a pending item.
func (h *house) judges(n, item int64, text string) store.Mail {
	h.t.Helper()
	id := h.o.Signer.MessageID("ejemplo.test", threading.Token{Mailbox: box, Ticket: n, Item: item,
		Person: h.by(agent).ID, Kind: threading.Inside})
	return h.file(h.plain(agent, h.inside(n, agent), "Re: x", text, "In-Reply-To: <"+id+">"))
}

// did is what a ticket's history says of pending items: "what item by".
func (h *house) did(n int64) string {
	h.t.Helper()
	var list []string
	for _, a := range must(h.store.Activities(h.t.Context(), n)) {
		if a.What == "approved" || a.What == "rejected" {
			list = append(list, fmt.Sprintf("%s %s by %s", a.What, a.New,
				must(h.store.Person(h.t.Context(), a.Person)).Name))
		}
	}
	return strings.Join(list, ", ")
}

func TestApproveByMail(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"#aprobar", "#Aprobar.\n\nGracias.", "#approve", "#aprobar 2"} {
		h := newHouse(t)
		n := h.opened()
		h.answer(n, "¿Qué impresora?")
		m := h.waits(n, "La de la caja.")
		told := h.told(func() { h.judges(n, m.Item, order) })
		if order == "#aprobar 2" { // there is no such item waiting
			if told != "receipt ana@ejemplo.test" || h.receipt() != "#aprobar 2: nothing_pending" {
				t.Errorf("told %s, receipt %s", told, h.receipt())
			}
			continue
		}
		it := h.items(n)[m.Item-1]
		if it.State != desk.Filed || it.Visibility != desk.Public || it.Text != "La de la caja." ||
			h.ticket(n).Class != desk.Open {
			t.Errorf("%s: %+v, %s", order, it, h.ticket(n).Class)
		}
		if !strings.Contains(told, "item carla@cliente.test, item ana@ejemplo.test") ||
			strings.Contains(told, "zoe") {
			t.Errorf("%s: told %s", order, told)
		}
		if m = h.mail(m.ID); m.Outcome != store.OutcomeItem || m.Item != it.Number ||
			m.Ticket != n || h.did(n) != fmt.Sprintf("approved %d by Ana Gómez", it.Number) {
			t.Errorf("%s: %+v, history %s", order, m, h.did(n))
		}
		if h.judges(n, it.Number, "#aprobar"); h.receipt() != "#aprobar: unchanged" {
			t.Errorf("approved twice: %s", h.receipt())
		}
		if told := h.told(func() {
			h.judges(n, it.Number,
				"#rechazar")
		}); told != "receipt ana@ejemplo.test" || h.items(n)[m.Item-1].State != desk.Filed {
			t.Errorf("rejected after it was approved: %s", told)
		}
	}
}

func TestRejectByMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "¿Qué impresora?")
	m := h.waits(n, "La de la caja.")
	told := h.told(func() { h.judges(n, m.Item, "#rechazar") })
	it := h.items(n)[m.Item-1]
	if told != "receipt ana@ejemplo.test" || it.State != desk.Rejected ||
		it.Visibility != desk.Internal || h.ticket(n).Class != desk.Waiting {
		t.Errorf("told %s, %+v, %s", told, it, h.ticket(n).Class)
	}
	if h.mail(m.ID).Outcome != store.OutcomeRejected ||
		h.did(n) != fmt.Sprintf("rejected %d by Ana Gómez", it.Number) {
		t.Errorf("%+v, history %s", h.mail(m.ID), h.did(n))
	}
	if h.judges(n, m.Item, "#aprobar"); h.items(n)[m.Item-1].State != desk.Rejected {
		t.Error("what was rejected can be approved")
	}
}

// TestWhichIsPending: the notice that is answered tells it, or that it is the only one, or its
// number.
func TestWhichIsPending(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	if h.answer(n, "#aprobar"); h.receipt() != "#aprobar: nothing_pending" {
		t.Errorf("none: %s", h.receipt())
	}
	one, two, three := h.waits(n, "Uno."), h.waits(n, "Dos."), h.waits(n, "Tres.")
	if h.answer(n, "#aprobar"); h.receipt() != fmt.Sprintf("#aprobar: which_pending #aprobar %d "+
		"(zoe@otra.test) · #aprobar %d (zoe@otra.test) · #aprobar %d (zoe@otra.test)", one.Item,
		two.Item, three.Item) {
		t.Errorf("three: %s", h.receipt())
	}
	h.judges(n, two.Item, "#aprobar")
	h.answer(n, fmt.Sprintf("#rechazar %d", three.Item))
	h.answer(n, "#aprobar") // the last one
	for _, c := range []struct {
		mail store.Mail
		want desk.State
	}{{one, desk.Filed}, {two, desk.Filed}, {three, desk.Rejected}} {
		if it := h.items(n)[c.mail.Item-1]; it.State != c.want {
			t.Errorf("item %d is %s, want %s", it.Number, it.State, c.want)
		}
	}
}

// TestApprovedDoesWhatItWasMeantTo: an order, a reply to a closed case, an agent's own words.
func TestApprovedDoesWhatItWasMeantTo(t *testing.T) {
	t.Parallel()
	t.Run("closes", func(t *testing.T) {
		h := newHouse(t, func(o *Options) { o.Mailboxes[0].NumberIsEnough = false })
		n := h.opened()
		m := h.file(h.plain(customer, box, fmt.Sprintf("[Caso #%d] x", n), "cerrar"))
		told := h.told(func() { h.judges(n, m.Item, "#aprobar") })
		if h.ticket(n).Class != desk.Closed ||
			!strings.Contains(told, "closed carla@cliente.test") {
			t.Errorf("%s, told %s", h.ticket(n).Class, told)
		}
	})
	t.Run("of a closed case", func(t *testing.T) {
		h := newHouse(t)
		n := h.opened()
		m := h.waits(n, "Sigue igual.")
		h.answer(n, "#cerrar")
		h.judges(n, m.Item, "#aprobar")
		if h.ticket(n).Class != desk.Open || h.items(n)[m.Item-1].State != desk.Filed {
			t.Errorf("%s, %+v", h.ticket(n).Class, h.items(n)[m.Item-1])
		}
	})
	for _, order := range []string{"#aprobar", "Sí", "Soy yo.", "It was me", ""} {
		t.Run("an agent's "+order, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			m := h.file(h.plain(agent, box, fmt.Sprintf("[Caso #%d] x", n),
				"#resuelto\nYa quedó arreglada."))
			if m.Outcome != store.OutcomePending {
				t.Fatalf("%+v", m)
			}
			id := h.o.Signer.MessageID("ejemplo.test",
				threading.Token{Mailbox: box, Ticket: n, Item: m.Item, Person: h.by(agent).ID,
					Kind: threading.Agent})
			told := h.told(func() {
				h.file(h.plain(agent, h.token(n, agent), "Re: x", order,
					"In-Reply-To: <"+id+">"))
			})
			it := h.items(n)[m.Item-1]
			if h.ticket(n).Class != desk.Resolved || it.Text != "Ya quedó arreglada." ||
				it.Visibility != desk.Public ||
				!strings.Contains(told, "resolved carla@cliente.test") {
				t.Errorf("%s, %+v, told %s", h.ticket(n).Class, it, told)
			}
		})
	}
}
