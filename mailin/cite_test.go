package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestUnknownReferences: who writes twice within a conversation that the desk doesn't know has one
// ticket. Each mail is "from|subject|id|the ids that it names|further fields", and ends in the
// ticket of the number.
func TestUnknownReferences(t *testing.T) {
	t.Parallel()
	const carla, marta, pedro = customer, "marta@cliente.test", "pedro@cliente.test"
	type sent struct {
		mail string
		want int64
	}
	for _, c := range []struct {
		name  string
		mails []sent
	}{
		{"two answers to one mail", []sent{{carla + "|RE: Migración|a@x|raiz@otra", 1},
			{carla + "|Re: Migración|b@x|raiz@otra", 1}}},
		{"further down", []sent{{carla + "|RE: Migración|a@x|raiz@otra", 1},
			{carla + "|RV: RE: Migración|b@x|raiz@otra dos@otra", 1},
			{carla + "|AW: Migración|c@x|dos@otra", 1}}},
		{"without a subject", []sent{{carla + "|RE: Migración|a@x|raiz@otra", 1},
			{carla + "||b@x|raiz@otra", 1}}},
		{"the mail itself comes late", []sent{{carla + "|RE: Migración|b@x|a@x", 1},
			{carla + "|Migración|a@x|", 1}, {carla + "|RE: Migración|c@x|a@x", 1}}},
		{"the mail itself, with ids of its own",
			[]sent{{carla + "|RE: Migración|b@x|raiz@otra a@x", 1},
				{carla + "|Migración|a@x|raiz@otra", 1}}},
		{"an id of a mail within the ticket",
			[]sent{{carla + "|Migración|a@x|", 1}, {carla + "|RE: Migración|b@x|a@x q@otra", 1},
				{carla + "|RE: Migración|c@x|q@otra", 1}}},
		{"several tickets in one conversation", []sent{{carla + "|RE: Migración|a@x|raiz@otra", 1},
			{carla + "|Impresora|b@x|raiz@otra", 2},
			{carla + "|RE: Migración|c@x|raiz@otra", 1},
			{carla + "|RE: Impresora|d@x|raiz@otra", 2}}},

		{"another person", []sent{{carla + "|RE: Migración|a@x|raiz@otra", 1},
			{marta + "|RE: Migración|b@x|raiz@otra", 2},
			{carla + "|RE: Migración|c@x|raiz@otra", 1},
			{marta + "|RE: Migración|d@x|raiz@otra", 2}}},
		{"another's mail that she named", []sent{{carla + "|RE: Migración|b@x|a@x", 1},
			{marta + "|Migración|a@x|", 2}}},
		{"something new in answer to an old mail",
			[]sent{{carla + "|RE: Aviso de mantenimiento|a@x|aviso@otra", 1},
				{carla + "|No me llega la factura|b@x|aviso@otra", 2}}},
		{"a mail to all the company", []sent{{carla + "|RE: Aviso|a@x|aviso@otra", 1},
			{marta + "|RE: Aviso|b@x|aviso@otra", 2}, {pedro + "|RE: Aviso|c@x|aviso@otra", 3},
			{carla + "|RE: Aviso|d@x|aviso@otra", 4}}},
		{"no ids", []sent{{carla + "|Hola|a@x|", 1}, {carla + "|Hola|b@x|", 2}}},
		{"an address in the place of an id",
			[]sent{{carla + "|Hola|a@x|" + box, 1}, {carla + "|Hola|b@x|" + box, 2},
				{carla + "|Hola|c@x|" + carla, 3}, {carla + "|Hola|d@x|" + carla, 4}}},
		{"alarms of one machine", []sent{{carla + "|Disco lleno|a@x|raiz@otra", 1},
			{"monitor@x.test|Disco lleno|b@x|raiz@otra|Auto-Submitted: auto-generated", 0},
			{carla + "|Disco lleno|c@x|raiz@otra|Auto-Submitted: auto-generated", 0}}},
		{"spam brings no number", []sent{{carla + "|RE: Migración|a@x|raiz@otra|X-Spam-Flag: YES",
			1}, {carla + "|RE: Migración|b@x|raiz@otra", 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			for _, s := range c.mails {
				f := append(strings.Split(s.mail, "|"), "")
				fields := []string{"References: <" + strings.ReplaceAll(f[3], " ", "> <") + ">"}
				if f[4] != "" {
					fields = append(fields, f[4])
				}
				raw := h.plain(f[0], box, f[1], "Sigue igual: "+f[2], fields...)
				m := h.file(strings.Replace(raw, fmt.Sprintf("<m%d@cliente.test>", h.sent),
					"<"+f[2]+">", 1))
				if m.MessageID != f[2] || m.Ticket != s.want {
					t.Errorf("%s: ticket %d by rule %s, %s (%s), want %d", s.mail, m.Ticket, m.Rule,
						m.Outcome, m.Reason, s.want)
				}
			}
		})
	}
}

// What a customer named brings him in where he takes part, and as a reply does: not beside a forged
// sender, nor into a ticket that is another's by now.
func TestUnknownReferencesProveNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	named := func(from, id string) store.Mail {
		return h.file(h.plain(from, box, "RE: Migración", id, "In-Reply-To: <raiz@otra.test>"))
	}
	first := named(customer, "1")
	if m := named(agent, "2"); m.Ticket != 0 || m.Rule != "11" {
		t.Errorf("the agent's: ticket %d by rule %s", m.Ticket, m.Rule)
	}
	h.answer(first.Ticket, "#cerrar")
	again := named(customer, "3")
	if m := named(customer, "4"); again.Ticket == first.Ticket || m.Ticket != again.Ticket {
		t.Errorf("after closing: tickets %d and %d", again.Ticket, m.Ticket)
	}
	marta := h.person(desk.Person{Name: "Marta", Addresses: []string{"marta@cliente.test"},
		Role: desk.Customer, Active: true})
	h.write(func(tx *store.Tx) error {
		before := h.ticket(again.Ticket)
		after := before
		after.Requester, after.Controller = marta, marta
		_, err := tx.Change(h.t.Context(), before, after, 0, 0)
		return err
	})
	if m := named(customer, "5"); m.Outcome != store.OutcomeTicket || m.Ticket <= again.Ticket {
		t.Errorf("in a ticket that is another's: %s %d by rule %s", m.Outcome, m.Ticket, m.Rule)
	}
}
