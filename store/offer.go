package store

import (
	"context"
	"fmt"

	"buzon/store/desk"
)

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
		free := t
		if box = t.Mailbox; t.Agent.ID == p.ID {
			free.Agent = desk.Person{}
		}
		if t.Assignee.ID == p.ID {
			free.Assignee = desk.Person{}
		}
		if _, err := tx.Change(ctx, t, free, 0, 0); err != nil {
			return fmt.Errorf("offer ticket %d: %w", n, err)
		}
	}
	left := desk.Event{Kind: desk.AgentLeft, Author: p, Ticket: desk.Ticket{Mailbox: box}}
	return tx.Tell(ctx, Telling{Event: left, Details: Details{
		Author: p.ID, Failed: p.Address(), Tickets: numbers}})
}
