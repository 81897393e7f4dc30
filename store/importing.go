package store

import (
	"context"
	"fmt"
	"time"

	"buzon/store/desk"
)

// Import writes a ticket that another desk has had, with its items and their times. Nobody hears of
// it, and the clock owes it nothing. A number that is given stays, and new tickets are numbered
// behind it.
func (tx *Tx) Import(ctx context.Context, t desk.Ticket, list []NewItem) (desk.Ticket, error) {
	a := append(tickets.values(once, &t), len(list))
	var err error
	if given := t.Number; given == 0 {
		t.Number, err = tx.insertRow(ctx, insertTicket, a...)
	} else {
		if tx.last != nil {
			tx.last["ticket"] = max(tx.last["ticket"], given)
		}
		err = tx.write(ctx, insertTicket.given(1), append(a, given)...)
	}
	if err != nil {
		return t, fmt.Errorf("import ticket: %w", err)
	}
	for i, n := range list {
		n.Ticket, n.Number = t.Number, int64(i+1)
		if _, err := tx.writeItem(ctx, t.Subject, n); err != nil {
			return t, err
		}
	}
	opened := Activity{Ticket: t.Number, At: t.CreatedAt, Person: t.Requester.ID,
		What: "opened", New: "import"}
	return t, tx.write(ctx, activities.insertion(1), activities.values(once, &opened)...)
}

// TicketOf finds the ticket that somebody opened at a time with a subject, 0 for none.
func (r Reader) TicketOf(ctx context.Context, requester int64, subject string,
	created time.Time) (number int64, err error) {
	_, err = r.row(ctx, `
		SELECT number FROM ticket WHERE requester = $1 AND subject = $2 AND created_at = $3`,
		args(requester, subject, created.UnixMilli()), &number)
	return number, err
}
