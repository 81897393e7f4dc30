package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"buzon/store/desk"
)

// OutboxState is how far an outgoing mail has come.
type OutboxState string

const (
	Due       OutboxState = "due"
	Sending   OutboxState = "sending"
	Sent      OutboxState = "sent"
	Uncertain OutboxState = "uncertain" // cut off after the final dot: perhaps taken; sent again with the same Message-ID
	Failed    OutboxState = "failed"
	Held      OutboxState = "held" // the relay refuses us, or an administrator does
)

// Details are what a notice says beside its ticket and item. Kept as JSON.
type Details struct {
	Welcome    bool   `json:"welcome,omitempty"`
	Old        int64  `json:"old,omitempty"`        // the closed ticket that this one cites
	EchoSender bool   `json:"echo,omitempty"`       // text chosen by the sender may be repeated
	Reason     string `json:"reason,omitempty"`     // code: why a mail was not filed, not delivered, not relayed
	Failed     string `json:"failed,omitempty"`     // the address that could not be reached
	Diagnostic string `json:"diagnostic,omitempty"` // what the other server said
	Author     int64  `json:"author,omitempty"`     // who took, closed or resolved
	Inside     bool   `json:"inside,omitempty"`     // of a receipt: a reply to it stays inside when its item does
	Claimed    int64  `json:"claimed,omitempty"`    // the ticket that a mail names without a right to it; for agents

	Ends     time.Time       `json:"ends,omitzero"`      // the last day of a secret
	Commands []CommandResult `json:"commands,omitempty"` // of a receipt
	Unknown  []Unknown       `json:"unknown,omitempty"`  // what was not understood
}

// CommandResult is a command as written and what it did, in the words of templates.Command.
type CommandResult struct {
	Line   string `json:"line"`
	Result string `json:"result"`
	Value  string `json:"value,omitempty"`
}

// Unknown is a value that the desk does not have, in the words of templates.Unknown.
type Unknown struct {
	Field  string   `json:"field"`
	Value  string   `json:"value"`
	Values []string `json:"values,omitempty"`
}

// Outgoing is one mail owed to one person.
type Outgoing struct {
	ID           int64
	Kind         desk.Notice
	Ticket, Item int64
	Mail         int64 // the journal row it answers, if any
	Person       int64
	Address      string
	Stranger     bool // an acknowledgement to somebody who was not known before: these have caps of their own
	Mailbox      string
	Details      Details
	State        OutboxState
	Attempts     int
	Created      time.Time
	Next         time.Time
	Settled      time.Time
	LastReply    string
	MessageID    string
	EnvelopeFrom string
	Raw          int64 // blob of the rendered mail, 0 before the first attempt and after the last
}

// Owe writes a mail that is due now.
func (tx *Tx) Owe(ctx context.Context, o Outgoing) (id int64, err error) {
	details, err := json.Marshal(o.Details)
	if err != nil {
		return 0, err
	}
	now := tx.store.Now().UnixMilli()
	id, err = tx.insert(ctx, `INSERT INTO outbox (kind, ticket, item, mail, person, address, stranger, mailbox, details, state, created_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'due', $10, $10)`,
		o.Kind, o.Ticket, o.Item, o.Mail, o.Person, o.Address, o.Stranger, o.Mailbox, string(details), now)
	if err != nil {
		return 0, fmt.Errorf("owe %s: %w", o.Kind, err)
	}
	return id, nil
}

const outboxColumns = `o.id, o.kind, o.ticket, o.item, o.mail, o.person, o.address, o.stranger, o.mailbox, o.details, o.state, o.attempts, o.created_at, o.next_at, o.settled_at,
	o.last_reply, o.message_id, o.envelope_from, coalesce(o.raw, 0) FROM outbox o`

func (r Reader) outgoing(ctx context.Context, where string, a ...any) (list []Outgoing, err error) {
	err = r.rows(ctx, "SELECT "+outboxColumns+" "+where, a, func(rows *sql.Rows) error {
		var o Outgoing
		var details string
		var created, next, settled sql.NullInt64
		if err := rows.Scan(&o.ID, &o.Kind, &o.Ticket, &o.Item, &o.Mail, &o.Person, &o.Address, &o.Stranger, &o.Mailbox, &details, &o.State, &o.Attempts, &created, &next, &settled,
			&o.LastReply, &o.MessageID, &o.EnvelopeFrom, &o.Raw); err != nil {
			return err
		}
		o.Created, o.Next, o.Settled = when(created), when(next), when(settled)
		err := json.Unmarshal([]byte(details), &o.Details)
		list = append(list, o)
		return err
	})
	return list, err
}

// DueMails returns mail to be sent now: for each ticket and address the oldest that is not settled, if its time has come,
// so that nobody reads the second before the first. What would wait for more than a day was put off by a clock that was
// wrong, and is due.
func (r Reader) DueMails(ctx context.Context, now time.Time, limit int) ([]Outgoing, error) {
	return r.outgoing(ctx, `WHERE o.state IN ('due', 'uncertain', 'held') AND (o.next_at <= $1 OR o.next_at > $2) AND NOT EXISTS
		(SELECT 1 FROM outbox p WHERE p.ticket = o.ticket AND p.address = o.address AND p.id < o.id AND p.settled_at IS NULL)
		ORDER BY o.next_at, o.id LIMIT +$3`, now.UnixMilli(), now.Add(24*time.Hour).UnixMilli(), limit)
}

// NextDue is when DueMails will have something to return; the zero time when nothing waits. Mail behind other mail to the
// same address does not count: who slept until its time would never sleep.
func (r Reader) NextDue(ctx context.Context) (time.Time, error) {
	var next sql.NullInt64
	_, err := r.row(ctx, `SELECT o.next_at FROM outbox o WHERE o.state IN ('due', 'uncertain', 'held') AND NOT EXISTS
		(SELECT 1 FROM outbox p WHERE p.ticket = o.ticket AND p.address = o.address AND p.id < o.id AND p.settled_at IS NULL)
		ORDER BY o.next_at LIMIT 1`, nil, &next)
	return when(next), err
}

// OutboxFilter chooses outgoing mail; zero fields choose all.
type OutboxFilter struct {
	State  OutboxState
	Ticket int64
	Mail   int64 // the journal row that they answer
	Limit  int
}

// Outbox lists outgoing mail, the newest first.
func (r Reader) Outbox(ctx context.Context, f OutboxFilter) ([]Outgoing, error) {
	return r.outgoing(ctx, `WHERE ($1 = '' OR o.state = $1) AND ($2 = 0 OR o.ticket = $2) AND ($3 = 0 OR o.mail = $3)
		ORDER BY o.id DESC LIMIT +$4`, f.State, f.Ticket, f.Mail, cmp.Or(f.Limit, 1000))
}

// OutgoingMail returns the row with the id.
func (r Reader) OutgoingMail(ctx context.Context, id int64) (o Outgoing, ok bool, err error) {
	list, err := r.outgoing(ctx, "WHERE o.id = $1", id)
	if err != nil || len(list) == 0 {
		return o, false, err
	}
	return list[0], true, nil
}

// Deliveries lists the mail that carried an item of a ticket to somebody.
func (r Reader) Deliveries(ctx context.Context, ticket, item int64) ([]Outgoing, error) {
	return r.outgoing(ctx, "WHERE o.item = $2 AND o.ticket = $1 ORDER BY o.id", ticket, item)
}

// Claim takes a mail for sending: the attempt is counted and, at the first, the rendered bytes are fixed, before the world
// hears of it. It tells false when somebody else has it or had it since o was read, or it is settled.
func (s *Store) Claim(ctx context.Context, o Outgoing, raw *Spool) (claimed bool, err error) {
	if raw != nil {
		if err := raw.settle(); err != nil {
			return false, fault(err)
		}
	}
	err = s.Write(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, `UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = $1 AND attempts = $2
			AND state IN ('due', 'uncertain', 'held')`, o.ID, o.Attempts)
		if claimed = n == 1; err != nil || !claimed || raw == nil {
			return err
		}
		blob, err := tx.keep(ctx, raw)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, "UPDATE outbox SET raw = $2, message_id = $3, envelope_from = $4 WHERE id = $1", o.ID, blob, o.MessageID, o.EnvelopeFrom)
		return err
	})
	return claimed, fault(err)
}

// OpenOutgoing opens the rendered bytes of a claimed mail.
func (s *Store) OpenOutgoing(ctx context.Context, id int64) (*Blob, error) {
	o, ok, err := s.OutgoingMail(ctx, id)
	if err != nil || !ok {
		return nil, fmt.Errorf("outgoing mail %d: %w", id, cmp.Or(err, sql.ErrNoRows))
	}
	return s.openBlob(ctx, o.Raw)
}

// Sent settles a mail that the relay has taken. What has failed meanwhile stays so: the bounce may be faster than we.
func (tx *Tx) Sent(ctx context.Context, id int64, reply string) error {
	return tx.settleOutgoing(ctx, id, Sent, reply)
}

// Fail settles a mail that was not delivered, even one that was Sent: a bounce came back.
func (tx *Tx) Fail(ctx context.Context, id int64, reply string) error {
	return tx.settleOutgoing(ctx, id, Failed, reply)
}

func (tx *Tx) settleOutgoing(ctx context.Context, id int64, state OutboxState, reply string) error {
	var raw int64
	ok, err := tx.row(ctx, "SELECT coalesce(raw, 0) FROM outbox WHERE id = $1 AND (settled_at IS NULL OR $2 = 'failed')", args(id, state), &raw)
	if err != nil || !ok {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE outbox SET state = $2, last_reply = $3, settled_at = $4, raw = NULL WHERE id = $1", id, state, reply, tx.store.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("settle outgoing mail: %w", err)
	}
	return tx.dropBlob(ctx, raw)
}

// Defer puts a mail back until next, as Due, Uncertain or Held.
func (tx *Tx) Defer(ctx context.Context, id int64, state OutboxState, reply string, next time.Time) error {
	_, err := tx.exec(ctx, "UPDATE outbox SET state = $2, last_reply = $3, next_at = $4 WHERE id = $1 AND settled_at IS NULL", id, state, reply, next.UnixMilli())
	return err
}

// RecoverOutbox makes what was being sent when the process died due again; it may have been taken.
func (s *Store) RecoverOutbox(ctx context.Context) (n int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		n, err = tx.exec(ctx, "UPDATE outbox SET state = 'uncertain', next_at = $1 WHERE state = 'sending' AND settled_at IS NULL", tx.store.Now().UnixMilli())
		return err
	})
	return n, err
}

// RetryOutgoing makes a mail due now: one that waits, or one that failed.
func (s *Store) RetryOutgoing(ctx context.Context, id int64) (done bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "UPDATE outbox SET state = 'due', next_at = $2, settled_at = NULL WHERE id = $1 AND state IN ('due', 'uncertain', 'held', 'failed')",
			id, tx.store.Now().UnixMilli())
		done = n == 1
		return err
	})
	return done, err
}

// DropOutgoing gives up a mail by hand.
func (s *Store) DropOutgoing(ctx context.Context, id int64) (done bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		var one int
		if done, err = tx.row(ctx, "SELECT 1 FROM outbox WHERE id = $1 AND settled_at IS NULL AND state <> 'sending'", args(id), &one); err != nil || !done {
			return err
		}
		return tx.Fail(ctx, id, "dropped by an administrator")
	})
	return done, err
}

// CountOutbox counts outgoing mail by state. What was sent is what is left of all: these are the many, and no index of
// theirs is worth its upkeep.
func (r Reader) CountOutbox(ctx context.Context) (map[OutboxState]int, error) {
	count, sent := map[OutboxState]int{}, 0
	err := r.rows(ctx, `SELECT '', count(*) FROM outbox UNION ALL SELECT 'failed', count(*) FROM outbox WHERE state = 'failed'
		UNION ALL SELECT state, count(*) FROM outbox WHERE settled_at IS NULL GROUP BY state`, nil, func(rows *sql.Rows) error {
		var s OutboxState
		var n int
		err := rows.Scan(&s, &n)
		if s == "" {
			sent = n
		} else if n > 0 {
			sent, count[s] = sent-n, n
		}
		return err
	})
	if sent > 0 {
		count[Sent] = sent
	}
	return count, err
}

// CorrespondenceIDs are the Message-IDs of a ticket that a person has in his mailbox: what he wrote and what he was sent
// before the outbox row, the oldest first, the last n of them.
func (r Reader) CorrespondenceIDs(ctx context.Context, ticket, person, before int64, n int) (ids []string, err error) {
	err = r.rows(ctx, `SELECT message_id FROM (
			SELECT message_id, created_at AS at, 0 AS kind, id FROM item WHERE ticket = $1 AND author = $2 AND message_id <> ''
			UNION ALL SELECT message_id, created_at, 1, id FROM outbox WHERE ticket = $1 AND person = $2 AND id < $3 AND message_id <> '' AND state <> 'failed'
			ORDER BY at DESC, kind DESC, id DESC LIMIT +$4
		) ORDER BY at, kind, id`, args(ticket, person, before, n), func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// WasSent tells whether a person was sent an item, or will be.
func (r Reader) WasSent(ctx context.Context, ticket, item, person int64) (bool, error) {
	var one int
	return r.row(ctx, "SELECT 1 FROM outbox WHERE item = $2 AND ticket = $1 AND person = $3 AND state <> 'failed' LIMIT 1", args(ticket, item, person), &one)
}

// ToldBefore tells whether a person was owed another mail about an item before this one.
func (r Reader) ToldBefore(ctx context.Context, o Outgoing) (bool, error) {
	var one int
	return r.row(ctx, "SELECT 1 FROM outbox WHERE ticket = $1 AND item = $2 AND person = $3 AND id < $4 LIMIT 1", args(o.Ticket, o.Item, o.Person, o.ID), &one)
}
