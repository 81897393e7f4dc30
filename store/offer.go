package store

import (
	"context"
	"fmt"

	"buzon/store/desk"
)

// without is a ticket that somebody has no more.
func without(t desk.Ticket, agent int64) desk.Ticket {
	if t.Agent.ID == agent {
		t.Agent = desk.Person{}
	}
	if t.Assignee.ID == agent {
		t.Assignee = desk.Person{}
	}
	return t
}

// offer gives what an agent had who works here no more to nobody, and tells the team, once, which
// open tickets those are.
func (tx *Tx) offer(ctx context.Context, p desk.Person) error {
	numbers, err := singles[int64](ctx, tx.Reader, `
		SELECT t.number FROM ticket t JOIN entry s ON s.id = t.status
		WHERE (t.agent = $1 OR t.assignee = $1) AND s.class <> 'closed'
		ORDER BY t.severity, t.number`, p.ID)
	if err != nil || len(numbers) == 0 {
		return err
	}
	var box string
	for _, n := range numbers {
		t, err := tx.Ticket(ctx, n)
		if err != nil {
			return err
		}
		box = t.Mailbox
		if _, err := tx.Change(ctx, t, without(t, p.ID), 0, 0); err != nil {
			return fmt.Errorf("offer ticket %d: %w", n, err)
		}
	}
	left := desk.Event{Kind: desk.AgentLeft, Author: p, Ticket: desk.Ticket{Mailbox: box}}
	return tx.Tell(ctx, Telling{Event: left, Details: Details{
		Author: p.ID, Failed: p.Address(), Tickets: numbers}})
}
