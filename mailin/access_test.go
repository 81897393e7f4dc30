package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestC03NumberIsNoKey: a stranger with the number of a case gets one of his own, and the same
// answer whether or not it exists; nobody of that case hears of it.
func TestC03NumberIsNoKey(t *testing.T) {
	answers := map[string]bool{}
	for _, number := range []int64{1, 2, 50, 99999} {
		h := newHouse(t)
		n := h.opened()
		var m store.Mail
		told := h.told(func() {
			m = h.file(h.plain("x@mal.test", box, fmt.Sprintf("Re: [Caso #%d] No imprime la factura", number), "¿Qué pasó?"))
		})
		if m.Outcome != store.OutcomeTicket || m.Ticket == n || strings.Contains(told, customer) || len(h.ticket(n).Followers) != 0 {
			t.Errorf("#%d: %+v, told %s", number, m, told)
		}
		answers[told] = true
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
}

// TestC04CcGivesNoView: whom an inbound mail names in To and Cc is sent nothing, whoever wrote it.
func TestC04CcGivesNoView(t *testing.T) {
	const attacker = "espia@mal.test"
	for _, env := range []store.Envelope{by(forgerServer, "x@mal.test"), trusted} {
		h := newHouse(t)
		n := h.opened()
		for _, to := range []string{box, h.token(n, customer)} {
			h.file(h.plain(customer, to, fmt.Sprintf("Re: [Caso #%d] No imprime la factura", n), "Sigue sin imprimir "+to, "Cc: "+attacker), env)
		}
		h.answer(n, "Ya está en camino.")
		if all := strings.Join(h.outbox(), ", "); strings.Contains(all, attacker) {
			t.Errorf("trusted %v: sent %s", env.Trusted, all)
		}
	}
}

// TestC05TicketTrick: what another service mails to a customer's reply address waits for an agent,
// and the customer never reads it.
func TestC05TicketTrick(t *testing.T) {
	for _, env := range []store.Envelope{by(forgerServer, "no-reply@servicio.test"), trusted} {
		h := newHouse(t)
		n := h.opened()
		var m store.Mail
		told := h.told(func() {
			m = h.file(h.plain("no-reply@servicio.test", h.token(n, customer), "Su código", "Su código es 123456."), env)
		})
		if m.Outcome == store.OutcomeItem || strings.Contains(told, customer) {
			t.Errorf("%+v, told %s", m, told)
		}
	}
}

// TestC09TokenPassedOn: whoever answers by another's reply address waits for an agent, and takes no
// part in the case.
func TestC09TokenPassedOn(t *testing.T) {
	h := newHouse(t)
	n := h.opened()
	var m store.Mail
	told := h.told(func() {
		m = h.file(h.plain("colega@otra.test", h.token(n, customer), "Re: No imprime", "#cerrar\nYa no hace falta."), trusted)
	})
	if tk := h.ticket(n); m.Outcome != store.OutcomePending || m.Rule != "20" || tk.Class == desk.Closed || len(tk.Followers) != 0 || strings.Contains(told, "colega@otra.test") {
		t.Errorf("%+v, told %s", m, told)
	}
}

// TestC19ReservedFields: nothing in a mail's header sets how its ticket stands.
func TestC19ReservedFields(t *testing.T) {
	plain := func(more ...string) desk.Ticket {
		h := newHouse(t)
		return h.ticket(h.file(h.plain(customer, box, "No imprime", "No imprime.", more...)).Ticket)
	}
	want := plain()
	for _, field := range []string{"X-Buzon-Caso: 1", "X-Buzon-Estado: Cerrado", "X-Buzon-Severidad: 1", "X-Buzon-Loop: abc.def", "X-Buzon-Queue: ventas",
		"X-RT-Command: Status: resolved", "RT-Ticket: x #1", "Managed-By: buzon", "X-OTRS-State: closed", "X-OTRS-Owner: ana", "X-Zammad-Ticket-State: closed", "X-Priority-Queue: 1"} {
		got := plain(field)
		if got.Status != want.Status || got.Severity != want.Severity || got.Mailbox != want.Mailbox || got.Agent.ID != want.Agent.ID {
			t.Errorf("%s: status %d, severity %d", field, got.Status, got.Severity)
		}
	}
}
