package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"buzon/store/desk"
)

// OutgoingByMessageID returns the newest outbox row whose mail had the Message-ID, without angle
// brackets, when it left us or as the relay sent it.
func (r Reader) OutgoingByMessageID(ctx context.Context, id string) (Outgoing, error) {
	o, err := outbox.one(ctx, r, `
		WHERE o.message_id = $1 AND o.message_id <> ''
		ORDER BY o.id DESC LIMIT 1`, id)
	if !errors.Is(err, ErrNotFound) {
		return o, err
	}
	return outbox.one(ctx, r, `
		WHERE o.relay_id = $1 AND o.relay_id <> ''
		ORDER BY o.id DESC LIMIT 1`, id)
}

// Renamed notes the Message-ID under which the relay has sent a mail: replies cite it.
func (tx *Tx) Renamed(ctx context.Context, id int64, messageID string) error {
	return tx.write(ctx, "UPDATE outbox SET relay_id = $2 WHERE id = $1", id, messageID)
}

// Undelivered gives a mail up and says so in its ticket. When it carried an agent's words to a
// customer, the agents are told, once; when it was to an agent, the admins are. The failure of an
// automatic mail to a customer makes no further mail. report is what a bounce said, the zero Item
// when the relay refused; it becomes an internal item, which is returned.
func (tx *Tx) Undelivered(ctx context.Context, o Outgoing, why Details, caps Caps,
	report desk.Item) (desk.Item, error) {
	err := tx.Fail(ctx, o, why.Diagnostic)
	if err == nil {
		err = tx.agentMissed(ctx, o, why)
	}
	if err != nil || o.Ticket == 0 {
		return desk.Item{}, err
	}
	ticket, err := Optional(tx.Ticket(ctx, o.Ticket))
	if err != nil || ticket.Number == 0 {
		return desk.Item{}, err
	}
	lost, err := Optional(tx.Item(ctx, o.Ticket, o.Item))
	if err != nil {
		return lost, err
	}
	err = tx.Note(ctx, Activity{
		Ticket: o.Ticket, Person: o.Person, Mail: report.Mail,
		What: "not_delivered", Old: o.Address, New: why.Diagnostic,
	})
	if err != nil {
		return lost, err
	}
	writer, tell, err := tx.missedWords(ctx, o, lost)
	if err != nil || !tell && report.Mail == 0 {
		return desk.Item{}, err
	}
	if tell { // the agents are reminded of what they wrote
		report.Text, report.Quoted = lost.Text, cmp.Or(report.Text, why.Diagnostic)
	}
	done, err := tx.Do(ctx, ticket.Number,
		desk.Deed{By: writer, Act: desk.Returns, Item: report, Quiet: !tell},
		Origin{Telling: Telling{Mail: report.Mail, Details: why, Caps: caps}, Before: &ticket})
	return done.Item, err
}

// missedWords is who wrote what a mail says, and whether it was an agent's words to a customer.
func (r Reader) missedWords(ctx context.Context, o Outgoing, lost desk.Item) (
	writer desk.Person, missed bool, err error) {
	reader, err := r.Person(ctx, o.Person)
	if err != nil {
		return writer, false, err
	}
	// of what was passed on, who did
	writer, err = r.Person(ctx, cmp.Or(o.Details.Author, lost.Author.ID))
	return writer, writer.Agent() && !reader.Agent() && !o.Kind.Trait().Answers, err
}

// missedEvery is how often the admins hear that an agent gets no mail.
const missedEvery = 24 * time.Hour

// agentMissed tells the admins, but for the agent himself, that a notice to an agent failed. The
// failure of such an alarm makes none.
func (tx *Tx) agentMissed(ctx context.Context, o Outgoing, why Details) error {
	reader, err := tx.Person(ctx, o.Person)
	if err != nil || !reader.Agent() || !reader.Active || o.Kind == desk.AlarmNotice {
		return err
	}
	why.Old, why.Cause, why.Reason = o.Ticket, why.Reason, "agent_missed"
	return tx.alarmOnce(ctx, "missed "+o.Address, missedEvery, o.Mailbox, why, reader)
}

// MarkUndeliverable notes that mail to a person comes back; the first time counts, and only the
// address to which his mail goes now.
func (tx *Tx) MarkUndeliverable(ctx context.Context, person int64, address string) error {
	err := tx.write(ctx, `
		UPDATE person AS p SET undeliverable_since = $2
		WHERE p.id = $1 AND p.undeliverable_since IS NULL AND $3 = (
			SELECT address FROM address WHERE person = p.id ORDER BY position, address LIMIT 1)`,
		person, tx.store.Now().UnixMilli(), address)
	if err != nil {
		return fmt.Errorf("mark person undeliverable: %w", err)
	}
	return nil
}

// MarkReached takes it back: mail comes from the address that is proven to be the person's, or his
// mail goes to another from now on.
func (tx *Tx) MarkReached(ctx context.Context, person int64) error {
	err := tx.write(ctx, `
		UPDATE person SET undeliverable_since = NULL
		WHERE id = $1 AND undeliverable_since IS NOT NULL`, person)
	if err != nil {
		return fmt.Errorf("mark person reached: %w", err)
	}
	return nil
}
