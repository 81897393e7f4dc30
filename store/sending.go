package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"buzon/store/desk"
)

// waiting is a mail that may be sent when its time has come, in one lane.
func waiting(l Lane) string {
	return fmt.Sprintf("o.turn > 0 AND o.state IN ('due', 'uncertain', 'held') AND o.lane = %d", l)
}

// DueMails returns mail to be sent now, lane by lane: for each ticket and address the oldest that
// is not settled, if its time has come, so that nobody reads the second before the first. What a
// cap holds back is among it when it may go: see Release. Left out is the mail of mailboxes that can
// send no more for now; it is not looked for behind dueSeen mails of a lane.
func (r Reader) DueMails(ctx context.Context, now time.Time, limit int, but ...string) (
	list []Outgoing, err error) {
	for l := Urgent; l <= Bulk && len(list) < limit && err == nil; l++ {
		where := "WHERE " + waiting(l) + " AND o.next_at <= $1"
		const first = " ORDER BY o.next_at, o.id LIMIT +"
		a := args(now.UnixMilli(), limit-len(list))
		if len(but) > 0 {
			where += fmt.Sprintf(" AND o.mailbox NOT IN (%s) AND o.id IN "+
				"(SELECT o.id FROM outbox o %s%s%d)", placeholders(3, len(but)), where, first, dueSeen)
			for _, mailbox := range but {
				a = append(a, mailbox)
			}
		}
		var more []Outgoing
		more, err = r.outgoing(ctx, where+first+"$2", a...)
		list = append(list, more...)
	}
	return list, err
}

const dueSeen = 4096

// NextDue is when DueMails will have something to return; the zero time when nothing waits. Mail
// behind other mail to the same address does not count: who slept until its time would never sleep.
func (r Reader) NextDue(ctx context.Context) (time.Time, error) {
	var lanes []string
	for l := Urgent; l <= Bulk; l++ {
		lanes = append(lanes, "SELECT min(o.next_at) AS next_at FROM outbox o WHERE "+waiting(l))
	}
	var next sql.NullInt64
	_, err := r.row(ctx, "SELECT min(next_at) FROM ("+strings.Join(lanes, " UNION ALL ")+
		") AS lanes", nil, &next)
	return when(next), err
}

// ClaimAll takes mails for sending together, and returns those that it has taken: the attempt is
// counted before anything is done for a mail. Left out are those that somebody else has or had
// since they were read, and those that are settled.
func (s *Store) ClaimAll(ctx context.Context, list []Outgoing) (claimed []Outgoing, err error) {
	touched := make([]int64, len(list))
	err = s.Write(ctx, func(tx *Tx) error {
		for i, o := range list {
			err := tx.writeCounting(ctx, &touched[i], `
				UPDATE outbox SET state = 'sending', attempts = attempts + 1
				WHERE id = $1 AND attempts = $2
					AND carrier < 1 AND state IN ('due', 'uncertain', 'held')`, o.ID, o.Attempts)
			if err == nil {
				err = tx.unhold(ctx, o)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fault(err)
	}
	for i, o := range list {
		if touched[i] == 1 {
			o.Attempts++
			claimed = append(claimed, o)
		}
	}
	return claimed, nil
}

// GiveBack takes the claim of a mail back that was not tried: as it was read, the attempt
// uncounted.
func (s *Store) GiveBack(ctx context.Context, o Outgoing) error {
	state := Due
	if o.State == Uncertain {
		state = Uncertain
	}
	return fault(s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			UPDATE outbox SET state = $2, attempts = attempts - 1, next_at = $3, set_at = $3
			WHERE id = $1 AND state = 'sending'`, o.ID, state, tx.store.Now().UnixMilli())
	}))
}

// Fix keeps the rendered bytes of a claimed mail before the world hears of it: every attempt sends
// the same. What was rendered before goes: the relay has said that it will not have it.
func (s *Store) Fix(ctx context.Context, o *Outgoing, raw *Spool) error {
	if err := raw.settle(); err != nil {
		return fault(err)
	}
	return fault(s.Write(ctx, func(tx *Tx) (err error) {
		before := o.Raw
		if o.Raw, err = tx.keep(ctx, raw); err != nil {
			return err
		}
		err = tx.write(ctx, `
			UPDATE outbox SET raw = $2, message_id = $3, envelope_from = $4 WHERE id = $1
			AND settled_at IS NULL`,
			o.ID, o.Raw, o.MessageID, o.EnvelopeFrom)
		if err != nil {
			return err
		}
		return tx.dropBlob(ctx, before)
	}))
}

// OpenOutgoing opens the rendered bytes of a claimed mail.
func (s *Store) OpenOutgoing(ctx context.Context, id int64) (*Blob, error) {
	o, err := s.OutgoingMail(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("outgoing mail %d: %w", id, err)
	}
	return s.openBlob(ctx, o.Raw)
}

// Sent settles a mail that the relay has taken. What has failed meanwhile stays so: the bounce may
// be faster than we.
func (tx *Tx) Sent(ctx context.Context, o Outgoing, reply string) error {
	return tx.settleOutgoing(ctx, o, Sent, reply)
}

// Fail settles a mail that was not delivered, even one that was Sent: a bounce came back.
func (tx *Tx) Fail(ctx context.Context, o Outgoing, reply string) error {
	return tx.settleOutgoing(ctx, o, Failed, reply)
}

// Why a mail is forgone: nobody misses it, and no list of what was not delivered has it.
const (
	Unseen  = "its reader may not see the case"
	Arrived = "what it says of a mail that is late is no longer so"
)

// Forgo settles a mail that is not to go. What it was to say too goes by itself.
func (tx *Tx) Forgo(ctx context.Context, o Outgoing, why string) error {
	err := tx.write(ctx, "UPDATE outbox SET carrier = 0, turn = 1 WHERE carrier = $1", o.ID)
	if err == nil {
		err = tx.Fail(ctx, o, why)
	}
	return err
}

// settleOutgoing settles a mail with those that it carries, drops its bytes, and lets the next of
// its conversation go. It reads nothing: a server is sent all of it with the commit.
func (tx *Tx) settleOutgoing(ctx context.Context, o Outgoing, state OutboxState,
	reply string) error {
	err := tx.write(ctx, `
		UPDATE outbox SET state = $2, last_reply = $3, settled_at = $4, raw = NULL
		WHERE (id = $1 OR carrier = $1 AND carrier > 0) AND ($2 = 'failed' OR EXISTS (
			SELECT 1 FROM outbox WHERE id = $1 AND settled_at IS NULL))`,
		o.ID, state, reply, tx.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("settle outgoing mail: %w", err)
	}
	err = tx.write(ctx, `
		UPDATE outbox SET turn = 1 WHERE turn < 1 AND id = (
			SELECT id FROM outbox WHERE ticket = $1 AND address = $2 AND topic = $3 AND `+inLine+`
			ORDER BY id LIMIT 1)`, o.Ticket, o.Address, o.Topic)
	if err != nil {
		return fmt.Errorf("let the next mail go: %w", err)
	}
	return tx.dropBlob(ctx, o.Raw)
}

// lineUp gives the turn in a conversation to its oldest mail, when one has come back to it.
func (tx *Tx) lineUp(ctx context.Context, o Outgoing) error {
	const conversation = "ticket = $1 AND address = $2 AND topic = $3 AND " + inLine
	return tx.write(ctx, `
		UPDATE outbox
		SET turn = CASE WHEN id = (
			SELECT min(id) FROM outbox WHERE `+conversation+`
		) THEN 1 ELSE 0 END
		WHERE `+conversation,
		o.Ticket, o.Address, o.Topic)
}

// Defer puts a mail back until next, as Due, Uncertain or Held.
func (tx *Tx) Defer(ctx context.Context, id int64, state OutboxState, reply string,
	next time.Time) error {
	return tx.write(ctx, `
		UPDATE outbox SET state = $2, last_reply = $3, next_at = $4, set_at = $5 WHERE id = $1
		AND settled_at IS NULL`,
		id, state, reply, next.UnixMilli(), tx.store.Now().UnixMilli())
}

// deathsOutgoing is how often a mail may end the process while it is rendered: the first time in
// company, the second alone.
const deathsOutgoing = 2

// RecoverOutbox makes what was being sent when the process died due again; it may have been taken.
// What was being rendered is suspect: the second time it is set aside, and the admins are told.
func (s *Store) RecoverOutbox(ctx context.Context) (n int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		err := tx.write(
			ctx, "UPDATE outbox SET deaths = deaths + 1 WHERE state = 'sending' AND raw IS NULL "+
				"AND "+inLine)
		if err != nil {
			return err
		}
		now := tx.store.Now().UnixMilli()
		n, err = tx.exec(ctx, `
			UPDATE outbox SET state = 'uncertain', next_at = $1, set_at = $1
			WHERE state = 'sending' AND `+inLine, now)
		if err != nil {
			return err
		}
		if err := tx.setBack(ctx); err != nil {
			return err
		}
		return tx.setAside(ctx)
	})
	return n, fault(err)
}

// Suspects returns the mails that were being rendered when a process died. They are rendered one at
// a time, before others.
func (r Reader) Suspects(ctx context.Context) ([]Outgoing, error) {
	return r.outgoing(ctx, "WHERE o.deaths > 0 AND o.raw IS NULL AND "+inLine+" ORDER BY +o.id")
}

// setAside gives up what ended the process whenever it was rendered. Its words are quoted nowhere:
// they may be the cause.
func (tx *Tx) setAside(ctx context.Context) error {
	list, err := tx.Suspects(ctx)
	for _, o := range list {
		if err != nil || o.Deaths < deathsOutgoing {
			continue
		}
		const why = "the process ended twice while the mail was being rendered"
		if err = tx.Fail(ctx, o, why); err == nil && o.Ticket != 0 {
			err = tx.Note(ctx, Activity{Ticket: o.Ticket, Person: o.Person, What: "not_delivered",
				Old: o.Address, New: why})
		}
		if err == nil {
			err = tx.Alarm(ctx, o.Mailbox, Details{Reason: "set_aside", Failed: o.Address,
				Number: o.ID, Old: o.Ticket})
		}
	}
	return err
}

// SetBack is called when the clock has been set back: no mail waits for longer than it was to wait.
func (s *Store) SetBack(ctx context.Context) error {
	return fault(s.Write(ctx, func(tx *Tx) error { return tx.setBack(ctx) }))
}

// setBack begins anew the wait of what was put off at a time that has not come yet. What is no
// cap's is due. What is kept for its reader goes by the hour that he has named.
func (tx *Tx) setBack(ctx context.Context) error {
	now := tx.store.Now().UnixMilli()
	err := tx.write(ctx, `
		UPDATE outbox SET next_at = $1, set_at = $1 WHERE set_at > $1 AND `+inLine, now)
	if err != nil {
		return err
	}
	err = tx.write(ctx, `
		UPDATE outbox SET next_at = next_at - set_at + $1, set_at = $1
		WHERE set_at > $1 AND `+capped+" AND NOT "+keptFor, now)
	if err != nil {
		return err
	}
	if err := tx.setBackLadder(ctx); err != nil {
		return err
	}
	return tx.setBackKept(ctx)
}

// setBackLadder has nobody wait for an hour whom an alarm calls in ten minutes.
func (tx *Tx) setBackLadder(ctx context.Context) error {
	last := tx.Now().Add(tx.store.opt.Times.LongestRest()).UnixMilli()
	return tx.write(ctx, "UPDATE timer SET at = $1 WHERE kind = $2 AND at > $1", last,
		desk.LadderTimer)
}

// RetryOutgoing makes mails due now that wait or failed, and returns which of them.
func (s *Store) RetryOutgoing(ctx context.Context, ids ...int64) (done []int64, err error) {
	return s.eachOutgoing(ctx, ids, func(tx *Tx, id int64) (bool, error) {
		n, err := tx.exec(
			ctx,
			`UPDATE outbox SET state = 'due', next_at = $2, set_at = $2, settled_at = NULL, carrier = 0, deaths = 0 WHERE id = $1
			AND (state IN ('due', 'uncertain', 'failed') OR state IN ('held') AND carrier < 1)
			AND last_reply <> $3`, id, tx.Now().UnixMilli(), withdrawn)
		if err != nil || n == 0 {
			return false, err
		}
		o, err := tx.OutgoingMail(ctx, id)
		if err != nil {
			return false, err
		}
		return true, tx.lineUp(ctx, o)
	})
}

// DropOutgoing gives up mails by hand, and returns which of them.
func (s *Store) DropOutgoing(ctx context.Context, ids ...int64) (done []int64, err error) {
	return s.eachOutgoing(ctx, ids, func(tx *Tx, id int64) (bool, error) {
		o, err := Optional(tx.OutgoingMail(ctx, id))
		if err != nil || o.ID == 0 || !o.Settled.IsZero() || o.State == Sending {
			return false, err
		}
		return true, tx.Fail(ctx, o, "dropped by an administrator")
	})
}

// eachOutgoing does something with mails in one transaction, and returns those with which it was
// done.
func (s *Store) eachOutgoing(ctx context.Context, ids []int64,
	do func(*Tx, int64) (bool, error)) (done []int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		done = nil
		for _, id := range ids {
			ok, err := do(tx, id)
			if err != nil {
				return err
			}
			if ok {
				done = append(done, id)
			}
		}
		return nil
	})
	return done, err
}
