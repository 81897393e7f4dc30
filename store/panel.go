package store

import (
	"context"
	"time"
)

// onceWithin is how far back a mail is looked for that goes once.
const onceWithin = 4 * 24 * time.Hour

// AnswerOnce owes a person the answer to a query that the desk asks in his place, unless he has
// been owed one with its topic: whoever asks again, after a restart or by a clock that was set
// back, owes nothing more.
func (tx *Tx) AnswerOnce(ctx context.Context, o Outgoing) (owed bool, err error) {
	there, err := tx.row(ctx, `
		SELECT 1 FROM outbox WHERE address = $1 AND created_at > $2 AND topic = $3 LIMIT 1`,
		args(o.Address, tx.Now().Add(-onceWithin).UnixMilli(), o.Topic), new(int))
	if err != nil || there {
		return false, err
	}
	_, err = tx.Owe(ctx, o)
	return err == nil, err
}

// HasTickets reports whether there is any.
func (r Reader) HasTickets(ctx context.Context) (bool, error) {
	return r.row(ctx, "SELECT 1 FROM ticket LIMIT 1", nil, new(int))
}

// Undelivered lists the mails that were given up since then, the newest first; not the forgone.
func (r Reader) Undelivered(ctx context.Context, since time.Time, most int) ([]Outgoing, error) {
	return r.outgoing(ctx, `
		WHERE o.state = 'failed' AND o.settled_at >= $1 AND o.last_reply NOT IN ($3, $4)
		ORDER BY o.id DESC LIMIT +$2`, since.UnixMilli(), most, Unseen, Arrived)
}
