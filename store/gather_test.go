package store

import (
	"fmt"
	"testing"

	"buzon/store/desk"
)

// Rows that a server is sent many at once are numbered and read as if each had been written alone,
// and a mail still waits for one that is gathered before it.
func TestGathered(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	const tickets = 21
	write(t, s, func(tx *Tx) (err error) {
		for i := range tickets {
			k, _, err := tx.OpenTicket(ctx, desk.Ticket{Mailbox: "s@e.test", Class: desk.Open,
				Subject: fmt.Sprint("Caso ", i+1), Requester: by, Controller: by},
				&NewItem{Item: desk.Item{Type: desk.Note, Author: by, Text: "No imprime."}})
			same(t, "the number", k.Number, i+1)
			if err == nil {
				_, err = tx.Owe(ctx, Outgoing{Kind: desk.NewTicket, Ticket: k.Number,
					Address: "a@e.test"})
			}
			if err != nil {
				return err
			}
		}
		for i := range tickets {
			_, err := tx.Owe(ctx, Outgoing{Kind: desk.ItemNotice, Ticket: int64(i + 1),
				Address: "a@e.test"})
			if err != nil {
				return err
			}
		}
		return nil
	})
	due := must(s.DueMails(ctx, c.now(), 100))(t)
	same(t, "due", len(due), tickets)
	for i, o := range due {
		same(t, "which goes first", fmt.Sprint(o.ID, o.Kind), fmt.Sprint(i+1, desk.NewTicket))
		k := must(s.Ticket(ctx, o.Ticket))(t)
		same(t, "its subject", k.Subject, fmt.Sprint("Caso ", o.ID))
	}
	same(t, "found", len(numbers(t, s, everything, Query{Words: "imprime"})), tickets)
}
