package store

import (
	"context"
	"time"

	"buzon/store/desk"
)

// Why a mail is kept for its reader, as administrators read it.
const (
	heldQuiet  = "quiet hours"
	heldDigest = "goes with the digest"
)

// keptFor is a mail that its reader wants later.
const keptFor = "(last_reply IN ('" + heldQuiet + "', '" + heldDigest + "'))"

// keptLongest is how long anything is kept: a day, by whichever clock.
const keptLongest = 26 * time.Hour

// kept is until when a notice is kept for its reader; the zero delay lets it go.
func (tx *Tx) kept(e Telling, n desk.Notification) delay {
	until, digest := n.To.Waits(tx.Now(), tx.store.opt.Times.Zone)
	switch {
	case until.IsZero() || !n.CanWait(e.Ticket):
		return delay{}
	case digest:
		return delay{heldDigest, latest(until, e.until)}
	}
	return delay{heldQuiet, latest(until, e.until)}
}

// releaseDigest puts what was kept for a reader into one mail. It is read and written when it goes,
// and holds what he may see then.
func (tx *Tx) releaseDigest(ctx context.Context, o Outgoing) error {
	list, err := tx.outgoing(ctx, `
		WHERE o.address = $1 AND o.next_at <= $2 AND `+capped+" AND "+keptFor+" ORDER BY o.id",
		o.Address, tx.Now().UnixMilli())
	if err != nil {
		return err
	}
	for _, one := range list {
		if err := tx.fileWaiting(ctx, one); err != nil {
			return err
		}
	}
	if len(list) == 1 { // it speaks for itself
		return tx.carries(ctx, o, "id < 0")
	}
	id, err := tx.Owe(ctx, Outgoing{Kind: desk.AnswerNotice, Person: o.Person, Address: o.Address,
		Mailbox: o.Mailbox, Lane: Bulk, Topic: string(desk.Digest),
		Details: Details{Query: &desk.Query{About: desk.Digest}, EchoSender: true}})
	if err != nil {
		return err
	}
	return tx.write(ctx, `
		UPDATE outbox SET carrier = $3, turn = 0
		WHERE address = $1 AND next_at <= $2 AND `+capped+" AND "+keptFor,
		o.Address, tx.Now().UnixMilli(), id)
}

// fileWaiting has the item be filed that waited for a mail to go: with the digest it goes.
func (tx *Tx) fileWaiting(ctx context.Context, o Outgoing) error {
	if !o.Details.Waits {
		return nil
	}
	err := tx.write(ctx, `
		UPDATE item SET state = 'filed' WHERE ticket = $1 AND number = $2 AND state = 'held'`,
		o.Ticket, o.Item)
	if err != nil {
		return err
	}
	return tx.forgetHold(ctx, o.Ticket, o.Item)
}

// letGo has what was kept for a person go now: he wants it at another time from here on.
func (tx *Tx) letGo(ctx context.Context, p desk.Person) error {
	now := tx.Now().UnixMilli()
	return tx.write(ctx, `
		UPDATE outbox SET next_at = $2, set_at = $2
		WHERE address = $1 AND next_at > $2 AND `+capped+" AND "+keptFor, p.Address(), now)
}

// setBackKept lets go what would be kept for longer than a day, since the clock was set back.
func (tx *Tx) setBackKept(ctx context.Context) error {
	now := tx.Now()
	return tx.write(ctx, `
		UPDATE outbox SET next_at = $1, set_at = $1
		WHERE next_at > $2 AND `+capped+" AND "+keptFor,
		now.UnixMilli(), now.Add(keptLongest).UnixMilli())
}
