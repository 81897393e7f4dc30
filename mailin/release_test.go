package mailin

import (
	"strings"
	"testing"

	"buzon/store"
)

// TestReleasedMailIsNotAcknowledged: an administrator makes a ticket of what lay in quarantine.
// That says nothing of whose the address is, so nothing is sent to it; the agents hear.
func TestReleasedMailIsNotAcknowledged(t *testing.T) {
	h := newHouse(t)
	id := h.receive(strings.Repeat("Received: from a by b; Tue, 3 Mar 2026 09:00:00 +0000\r\n", 101) +
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
