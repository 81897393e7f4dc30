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
	t.Parallel()
	answers := map[string]bool{}
	for _, number := range []int64{1, 2, 50, 99999} {
		h := newHouse(t)
		n := h.opened()
		var m store.Mail
		told := h.told(func() {
			m = h.file(h.plain("x@mal.test", box,
				fmt.Sprintf("Re: [Caso #%d] No imprime la factura", number), "¿Qué pasó?"))
		})
		if m.Outcome != store.OutcomeTicket || m.Ticket == n || strings.Contains(told, customer) ||
			len(h.ticket(n).Followers) != 0 {
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
	t.Parallel()
	const attacker = "espia@mal.test"
	for _, env := range []store.Envelope{by(forgerServer, "x@mal.test"), trusted} {
		h := newHouse(t)
		n := h.opened()
		for _, to := range []string{box, h.token(n, customer)} {
			h.file(h.plain(customer, to, fmt.Sprintf("Re: [Caso #%d] No imprime la factura", n),
				"Sigue sin imprimir "+to, "Cc: "+attacker), env)
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
	t.Parallel()
	for _, env := range []store.Envelope{by(forgerServer, "no-reply@servicio.test"), trusted} {
		h := newHouse(t)
		n := h.opened()
		var m store.Mail
		told := h.told(func() {
			m = h.file(h.plain("no-reply@servicio.test", h.token(n, customer), "Su código",
				"Su código es 123456."), env)
		})
		if m.Outcome == store.OutcomeItem || strings.Contains(told, customer) {
			t.Errorf("%+v, told %s", m, told)
		}
	}
}

// TestC09TokenPassedOn: whoever answers by another's reply address waits for an agent, and takes no
// part in the case.
func TestC09TokenPassedOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	var m store.Mail
	told := h.told(func() {
		m = h.file(h.plain("colega@otra.test", h.token(n, customer), "Re: No imprime",
			"#cerrar\nYa no hace falta."), trusted)
	})
	if tk := h.ticket(n); m.Outcome != store.OutcomePending || m.Rule != "20" ||
		tk.Class == desk.Closed || len(tk.Followers) != 0 ||
		strings.Contains(told, "colega@otra.test") {
		t.Errorf("%+v, told %s", m, told)
	}
}

// TestC19ReservedFields: nothing in a mail's header sets how its ticket stands.
// TestC21KnownCustomers: who writes for the first time and looks like a customer is marked.
func TestC21KnownCustomers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person(desk.Person{Name: "Carla Ruiz", Addresses: []string{customer}, Role: desk.Customer,
		Active: true, Known: true})
	h.write(func(tx *store.Tx) error {
		_, err := tx.Put(t.Context(), desk.Entry{Kind: desk.Organisations,
			Names: map[string]string{"es": "Cliente"}, Domains: []string{"clientesa.test"}})
		return err
	})
	for from, want := range map[string]string{
		"Carla Ruiz <carla@gmail.test>": "like_customer",
		"CARLA RUIZ <c@otro.test>":      "like_customer", "Carla <c2@otro.test>": "",
		"Pedro Mora <p@cl1entesa.test>": "like_domain", "Pedro Paz <p@clientesa.test>": "",
		"Carla Ruiz <" + customer + ">": "",
	} {
		m := h.file(h.plain(from, box, "Consulta "+from, "Hola."))
		if got := strings.Join(h.items(m.Ticket)[0].Seen.Warnings, " "); got != want {
			t.Errorf("%s: %q, want %q", from, got, want)
		}
	}
}

// TestC19FieldsOfAReply: whatever fields a reply bears, it does what the same words do without
// them, or, as a machine's, nothing; severity, owner, followers and what is seen of it never hang
// on them.
func TestC19FieldsOfAReply(t *testing.T) {
	t.Parallel()
	state := func(h *house, n int64) string {
		k := h.ticket(n)
		return fmt.Sprint(k.Status, k.Class, k.Severity, k.Agent.ID, k.Requester.ID,
			k.Controller.ID, len(k.Followers), k.ProductionDown, k.Tags, k.State, k.Product, k.Type)
	}
	h := newHouse(t)
	replied := func(fields ...string) (before, after string, public int) {
		n := h.opened()
		h.answer(n, "¿Qué impresora es?")
		before = state(h, n)
		h.file(h.plain(customer, h.token(n, customer),
			fmt.Sprintf("Re: [Caso #%d] No imprime la factura", n), "La del segundo piso.",
			fields...))
		for _, it := range h.items(n) {
			if it.Visibility == desk.Public {
				public++
			}
		}
		return before, state(h, n), public
	}
	before, want, public := replied("X-Nada: 1")
	names := []string{"X-Buzon-Caso", "X-Buzon-Estado", "X-Buzon-Severidad", "X-Buzon-Loop",
		"X-Buzon-Owner", "X-MS-Reactions", "X-MS-Exchange-Organization-SCL", "List-Id",
		"List-Unsubscribe", "Precedence",
		"Auto-Submitted", "X-Auto-Response-Suppress", "X-Autoreply", "X-RT-Command", "RT-Ticket",
		"RT-Owner", "X-OTRS-State", "X-OTRS-Queue", "X-Zammad-Ticket-State", "X-GitLab-Ticket",
		"X-Priority", "Importance",
		"Sensitivity", "Keywords", "Comments", "Status", "X-Status", "X-Keywords",
		"Disposition-Notification-To", "Return-Receipt-To", "Errors-To", "Reply-By", "Expires",
		"Supersedes", "Resent-From", "Resent-To", "Sender",
		"X-Original-To", "X-Forwarded-To", "X-Envelope-From", "Return-Path",
		"Authentication-Results", "Received-SPF", "X-Spam-Status", "X-Virus-Status",
		"Content-Class", "Thread-Topic", "Feedback-ID"}
	values := []string{"closed", "1", "yes", "auto-replied", "bulk", "ana@ejemplo.test", "<" + box +
		">", "Status: resolved\r\n\tOwner: root"}
	for i, name := range names { // all values over the names
		value := values[i%len(values)]
		_, after, seen := replied(name + ": " + value)
		if after != want && after != before || seen > public {
			t.Errorf("%s: %s: %s, want %s or %s; %d items are public, want %d at most", name, value,
				after, want, before, seen, public)
		}
	}
}

func TestC19ReservedFields(t *testing.T) {
	t.Parallel()
	plain := func(more ...string) desk.Ticket {
		h := newHouse(t)
		return h.ticket(h.file(h.plain(customer, box, "No imprime", "No imprime.", more...)).Ticket)
	}
	want := plain()
	for _, field := range []string{"X-Buzon-Caso: 1", "X-Buzon-Estado: Cerrado",
		"X-Buzon-Severidad: 1", "X-Buzon-Loop: abc.def", "X-Buzon-Queue: ventas",
		"X-RT-Command: Status: resolved", "RT-Ticket: x #1", "Managed-By: buzon",
		"X-OTRS-State: closed", "X-OTRS-Owner: ana", "X-Zammad-Ticket-State: closed",
		"X-Priority-Queue: 1"} {
		got := plain(field)
		if got.Status != want.Status || got.Severity != want.Severity ||
			got.Mailbox != want.Mailbox || got.Agent.ID != want.Agent.ID {
			t.Errorf("%s: status %d, severity %d", field, got.Status, got.Severity)
		}
	}
}

// TestC18OtherFieldsNameNobody: who wrote is said by From alone; Sender, Resent-From,
// X-Original-From and their like give a stranger nothing of the person whom they name.
func TestC18OtherFieldsNameNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	for _, who := range []string{agent, customer} {
		for _, field := range []string{"Sender", "Resent-From", "Resent-Sender", "X-Original-From",
			"X-Original-Sender", "X-Sender", "Return-Path", "Reply-To", "Errors-To",
			"X-Envelope-From", "Envelope-From", "X-Forwarded-For"} {
			for _, to := range []string{box, h.token(n, who)} {
				var m store.Mail
				told := h.told(func() {
					m = h.file(h.plain("x@mal.test", to, fmt.Sprintf("[Caso #%d] x", n),
						"#cerrar\nSoy yo, "+field+to+who+".", field+": "+who),
						store.Envelope{Door: "smtp", From: who, To: []string{to}, Received: h.now})
				})
				if m.Sender != "x@mal.test" || m.Ticket == n && m.Outcome != store.OutcomePending ||
					h.ticket(n).Class == desk.Closed || strings.Contains(told, customer) {
					t.Errorf("%s names %s, to %s: %+v, told %s", field, who, to, m, told)
				}
			}
		}
	}
}
