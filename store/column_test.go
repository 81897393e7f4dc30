package store

import (
	"errors"
	"testing"
	"time"

	"buzon/store/desk"
)

// TestOneListOfColumns: what is written is read, and told in the history, whichever column it is.
func TestOneListOfColumns(t *testing.T) {
	s, c := newStore(t)
	carla := addPerson(t, s, desk.Customer, "carla@cliente.test")
	ana := addPerson(t, s, desk.Agent, "ana@ejemplo.test")
	k := openTicket(t, s, carla, "Factura")
	next := k
	next.Subject, next.Severity, next.ProductionDown, next.Unverified = "Remito", 1, true, true
	next.Assignee, next.Agent, next.Controller = ana, ana, ana
	next.Class = desk.Closed
	c.move(time.Second)
	write(t, s, func(tx *Tx) (err error) {
		next, err = tx.Change(ctx, k, next, ana.ID, 0)
		return err
	})
	same(t, "read again", must(s.Ticket(ctx, k.Number))(t), next)
	said := map[string]string{}
	for _, a := range must(s.Activities(ctx, k.Number))(t) {
		said[a.What] = a.Old + " > " + a.New
	}
	same(t, "assignee", said["assignee"], " > ana@ejemplo.test")
	same(t, "unverified", said["unverified"], "false > true")
	same(t, "said of what nobody chose", said["updated_at"]+said["closed_at"], "")
}

func TestNotFound(t *testing.T) {
	s, _ := newStore(t)
	for name, f := range map[string]func() error{
		"ticket":        func() error { _, err := s.Ticket(ctx, 9); return err },
		"item":          func() error { _, err := s.Item(ctx, 9, 1); return err },
		"mail":          func() error { _, err := s.Mail(ctx, 9); return err },
		"outgoing mail": func() error { _, err := s.OutgoingMail(ctx, 9); return err },
		"folder":        func() error { _, err := s.IMAPPosition(ctx, "a", "INBOX"); return err },
	} {
		if err := f(); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Optional(s.Ticket(ctx, 9)); err != nil {
		t.Errorf("a ticket that need not be: %v", err)
	}
}
