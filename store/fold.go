package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"buzon/store/desk"
)

// Release lets go a mail that a cap has held back and whose time has come, with what else waits for
// its reader:
//
//	acknowledgement               carries the other numbers
//	notice to an agent            goes with the others as a list, when there are others
//	notice to a customer          the last about the ticket carries those before it
//	answer to a query             the last, which says how many were asked before it
//	kept for its reader           goes with all that was, in whichever lane: his digest
//
// What is carried is settled with the mail that carries it.
func (s *Store) Release(ctx context.Context, id int64) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		o, err := Optional(tx.OutgoingMail(ctx, id))
		if err != nil || !o.Capped() || o.Carrier != 0 || o.Next.After(tx.Now()) {
			return err
		}
		switch {
		case o.LastReply == heldQuiet, o.LastReply == heldDigest:
			return tx.releaseDigest(ctx, o)
		case o.Kind.Trait().Answers:
			return tx.releaseAck(ctx, o)
		case o.LastReply == heldReplies: // each says what its own mail did
			return tx.carries(ctx, o, "id < 0")
		case o.Kind.Trait().Alert, o.Lane == Bulk:
			return tx.releaseList(ctx, o)
		}
		about := fmt.Sprintf("ticket = %d AND NOT %s", o.Ticket, acknowledgements)
		if o.Kind == desk.AnswerNotice {
			about = answers
		}
		if _, err := tx.row(ctx, "SELECT max(id) FROM outbox WHERE "+together+" AND "+about,
			args(o.Address, o.Lane), &o.ID); err != nil {
			return err
		}
		return tx.carries(ctx, o, about)
	}))
}

// releaseAck lets the first acknowledgement go, that of an alarm before the others.
func (tx *Tx) releaseAck(ctx context.Context, o Outgoing) error {
	_, err := tx.row(ctx, `
		SELECT id FROM outbox WHERE `+together+" AND "+acknowledgements+`
		ORDER BY kind <> '`+string(desk.AckProductionDown)+`', id LIMIT 1`,
		args(o.Address, o.Lane), &o.ID)
	if err != nil {
		return err
	}
	return tx.carries(ctx, o, acknowledgements)
}

// together is what caps hold back from one reader in one lane; what is kept for himself is apart.
const together = "address = $1 AND lane = $2 AND " + capped + " AND NOT " + keptFor

// carries makes a held mail due and has it carry the others of which the condition holds. It counts
// from now on for the caps, and for when it is given up.
func (tx *Tx) carries(ctx context.Context, o Outgoing, which string) error {
	now := tx.Now().UnixMilli()
	err := tx.write(ctx, `
		UPDATE outbox SET state = 'due', created_at = $2, next_at = $2, set_at = $2
		WHERE id = $1`, o.ID, now)
	if err == nil {
		err = tx.lineUp(ctx, o)
	}
	if err == nil {
		err = tx.write(ctx, `
			UPDATE outbox SET carrier = $3, turn = 0 WHERE `+together+" AND "+which,
			o.Address, o.Lane, o.ID)
	}
	return err
}

// releaseList puts what is held from an agent into one mail.
func (tx *Tx) releaseList(ctx context.Context, o Outgoing) error {
	var n int64
	if _, err := tx.row(ctx, "SELECT count(*) FROM outbox WHERE "+together, args(o.Address, o.Lane),
		&n); err != nil {
		return err
	}
	if n == 1 {
		return tx.carries(ctx, o, "id < 0") // none
	}
	d := Details{Number: n}
	if o.Kind.Trait().Alert {
		d.Reason = string(o.Kind)
	}
	id, err := tx.Owe(ctx, Outgoing{Kind: desk.ListNotice, Person: o.Person, Address: o.Address,
		Mailbox: o.Mailbox, Lane: o.Lane,
		Topic: string(desk.ListNotice), Details: d})
	if err == nil {
		err = tx.write(ctx, "UPDATE outbox SET carrier = $3, turn = 0 WHERE "+together,
			o.Address, o.Lane, id)
	}
	return err
}

// Carried is what a mail says beside its own: another case, or a notice of a list.
type Carried struct {
	Kind         desk.Notice
	Ticket, Item int64
	Mail         int64  // of the journal, where there is no case
	Subject      string // of the case, else of the mail
	From         desk.Person
	At           time.Time
}

// Carries lists what a mail carries, in the order in which it was owed.
func (r Reader) Carries(ctx context.Context, id int64, most int) (list []Carried, err error) {
	err = r.rows(ctx, `SELECT o.kind, o.ticket, o.item, o.mail, coalesce(t.subject, j.subject, ''),
			coalesce(p.id, 0), coalesce(p.name, ''), coalesce(p.role, ''),
			coalesce((SELECT address FROM address WHERE person = p.id ORDER BY position LIMIT 1),
				j.sender, ''), o.created_at
		FROM outbox o LEFT JOIN ticket t ON t.number = o.ticket
			LEFT JOIN item i ON i.ticket = o.ticket AND i.number = o.item
			LEFT JOIN journal j ON j.id = o.mail
			LEFT JOIN person p ON p.id = coalesce(i.author, t.requester)
		WHERE o.carrier = $1 AND o.carrier > 0
		ORDER BY o.id LIMIT +$2`, args(id, most), func(rows *sql.Rows) error {
		var c Carried
		var address string
		var at sql.NullInt64
		err := rows.Scan(&c.Kind, &c.Ticket, &c.Item, &c.Mail, &c.Subject, &c.From.ID, &c.From.Name,
			&c.From.Role, &address, &at)
		c.At = when(at)
		if address != "" {
			c.From.Addresses = []string{address}
		}
		list = append(list, c)
		return err
	})
	return list, err
}
