package mailin

import (
	"slices"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestReleasedMailIsNotAcknowledged: an administrator makes a ticket of what lay in quarantine.
// That says nothing of whose the address is, so nothing is sent to it; the agents hear.
func TestReleasedMailIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.receive(strings.Repeat("Received: from a by b; Tue, 3 Mar 2026 09:00:00 +0000\r\n",
		101) +
		h.plain(customer, box, "x", "Sigue."))
	if err := h.FileOne(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if m := h.mail(id); m.Outcome != store.OutcomeQuarantine {
		t.Fatalf("%+v", m)
	}
	told := h.told(func() { h.requeueAll(t, id) })
	if m := h.mail(id); m.Outcome != store.OutcomeTicket || !h.ticket(m.Ticket).Unverified {
		t.Errorf("released it is %+v", m)
	}
	if strings.Contains(told, customer) || !strings.Contains(told, "new_ticket "+agent) {
		t.Errorf("told: %s", told)
	}
}

// TestReleasedAsChosen: an administrator says what a mail becomes that lay in quarantine. Whoever
// is held to be forged orders nothing, a machine moves nothing, a note stays inside, and who
// decided it stands in the history.
func TestReleasedAsChosen(t *testing.T) {
	t.Parallel()
	forged, machine := []string{}, []string{"Auto-Submitted: auto-generated"}
	for _, c := range []struct {
		name, from string
		decision   store.Decision
		fields     []string
		typ        desk.ItemType // of the item; "": it opens a ticket
		closes     bool          // and the customer hears of it
	}{
		{"an agent, as an item", agent, store.ReleaseItem, forged, "closing", true},
		{"an agent, as a note", agent, store.ReleaseNote, forged, desk.Note, false},
		{"an agent, as a ticket", agent, store.ReleaseTicket, forged, "", false},
		{"a machine, as an item", "robot@otra.test", store.ReleaseItem, machine, desk.Automatic,
			false},
		{"a machine, as a note", "robot@otra.test", store.ReleaseNote, machine, desk.Note, false},
		{"a machine, as a ticket", "robot@otra.test", store.ReleaseTicket, machine, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			held := h.file(h.plain(c.from, box, "Algo", "#cerrar\nListo.", c.fields...))
			if held.Outcome != store.OutcomeQuarantine {
				t.Fatalf("%+v", held)
			}
			o := store.Override{Decision: c.decision, By: h.by(agent).ID}
			if c.typ != "" {
				o.Ticket = n
			}
			told := h.told(func() { h.release(held.ID, o) })
			m := h.mail(held.ID)
			if (m.Ticket == n) != (c.typ != "") || c.typ != "" && c.typ != "closing" &&
				h.last(n).Type != c.typ {
				t.Errorf("it is %s in %d, %s", m.Outcome, m.Ticket, h.last(n).Type)
			}
			if (h.ticket(n).Class == desk.Closed) != c.closes ||
				strings.Contains(told, customer) != c.closes {
				t.Errorf("the ticket is %s; told %s", h.ticket(n).Class, told)
			}
			noted := slices.ContainsFunc(must(h.store.Activities(t.Context(), m.Ticket)),
				func(a store.Activity) bool {
					return a.What == "released" && a.Person == o.By && a.Mail == m.ID
				})
			if !noted {
				t.Error("the history does not say who released it")
			}
			if c.typ == desk.Note && h.last(n).Visibility != desk.Internal {
				t.Error("the note is not internal")
			}
		})
	}
}

// TestForgedAgentIsReleasedAsANote: an administrator who files it as an item vouches for the words,
// not for the orders.
func TestForgedAgentIsReleasedAsANote(t *testing.T) {
	t.Parallel()
	h := provenHouse(t)
	n := h.opened()
	held := h.file(h.plain(agent, h.token(n, agent), "Re: x", "#cerrar\nPague en la cuenta 666."),
		by(forgerServer, agent))
	if held.Rule != "12" {
		t.Fatalf("%+v", held)
	}
	told := h.told(func() {
		h.release(held.ID, store.Override{Decision: store.ReleaseItem,
			Ticket: n})
	})
	if it := h.last(n); it.Visibility != desk.Internal || h.ticket(n).Class == desk.Closed ||
		strings.Contains(told, customer) {
		t.Errorf("%+v, told %s", it, told)
	}
}

// TestCustomersMailIsReleasedAsAnItem: it does what it was meant to do, in the ticket that was
// chosen.
func TestCustomersMailIsReleasedAsAnItem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	id := h.receive(strings.Repeat("Received: from a by b; Tue, 3 Mar 2026 09:00:00 +0000\r\n",
		101) +
		h.plain(customer, box, "x", "Sigue."))
	if err := h.FileOne(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	told := h.told(func() { h.release(id, store.Override{Decision: store.ReleaseItem, Ticket: n}) })
	it := h.last(n)
	if m := h.mail(id); m.Outcome != store.OutcomeItem || m.Ticket != n ||
		it.Visibility != desk.Public || it.Text != "Sigue." {
		t.Errorf("%+v, %+v", m, it)
	}
	if !strings.Contains(told, agent) || strings.Contains(told, customer) {
		t.Errorf("told %s", told)
	}
}

func (h *house) release(id int64, o store.Override) {
	h.t.Helper()
	if done, err := h.store.Requeue(h.t.Context(), id, o); err != nil || !done {
		h.t.Fatal(done, err)
	}
	if err := h.FileOne(h.t.Context(), id); err != nil {
		h.t.Fatal(err)
	}
}
