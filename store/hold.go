package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"buzon/store/desk"
)

// withdrawn is what the outbox says of mail whose words were withdrawn before anybody was sent it.
const withdrawn = "withdrawn before it was sent"

// holding are what waits for a while.
type holding struct {
	ticket, item int64
	until        time.Time
	undo         desk.Undo
}

var holdings = newTable("hold", "h", "", []column[holding]{
	{"ticket", func(h *holding) any { return &h.ticket }, once, nil},
	{"item", func(h *holding) any { return &h.item }, once, nil},
	{"until_at", func(h *holding) any { return moment{&h.until} }, once, nil},
	{"undo", func(h *holding) any { return encoded{&h.undo} }, once, nil},
})

var insertHolding = holdings.insertion(1)

// hold writes down how a ticket was before and behind an item that waits.
func (tx *Tx) hold(ctx context.Context, before desk.Ticket, done Done, out desk.Outcome) error {
	if out.Until.IsZero() {
		return nil
	}
	timers, err := tx.Timers(ctx, before.Number)
	if err != nil {
		return err
	}
	undo := desk.Undo{Before: before.Stand(), After: done.Ticket.Stand(), Timers: timers,
		Was: before, Became: done.Ticket, Links: out.Links}
	follows := func(p desk.Person) bool {
		return slices.ContainsFunc(before.Followers,
			func(f desk.Person) bool { return f.ID == p.ID })
	}
	undo.Followed = slices.DeleteFunc(slices.Clone(out.Follow), follows)
	for _, p := range out.Unfollow {
		if follows(p) {
			undo.Unfollowed = append(undo.Unfollowed, p)
		}
	}
	h := holding{before.Number, done.Item.Number, out.Until, undo}
	return tx.write(ctx, insertHolding, holdings.values(once, &h)...)
}

// HeldItems lists the items of a ticket that are held, in order.
func (r Reader) HeldItems(ctx context.Context, ticket int64) (list []desk.HeldItem, err error) {
	items, err := r.items(ctx, "WHERE i.ticket = $1 AND i.state = 'held' ORDER BY i.number", ticket)
	for _, it := range items {
		held := desk.HeldItem{Item: it}
		h, err := holdings.one(ctx, r, "WHERE h.ticket = $1 AND h.item = $2", ticket, it.Number)
		switch {
		case err == nil:
			held.Until, held.Undo = h.until, h.undo
			err = r.undone(ctx, &held)
		case errors.Is(err, ErrNotFound):
			err = nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, held)
	}
	return list, err
}

// undone completes what is needed to undo what an item has changed.
func (r Reader) undone(ctx context.Context, h *desk.HeldItem) error {
	h.Agent.ID, h.Assignee.ID = h.Undo.Before.Agent, h.Undo.Before.Assignee
	err := r.fillIn(ctx, persons, []*desk.Person{&h.Agent, &h.Assignee})
	if err != nil {
		return err
	}
	h.Followed, err = r.row(ctx, `
		SELECT 1 FROM item
		WHERE ticket = $1 AND number > $2 AND visibility = 'public' AND state IN ('filed', 'held')
		LIMIT 1`, args(h.Ticket, h.Number), new(int))
	return err
}

// said reports whether a person has said something to the other side of a ticket.
func (r Reader) said(ctx context.Context, ticket, person int64) (bool, error) {
	return r.row(ctx, `
		SELECT 1 FROM item
		WHERE ticket = $1 AND author = $2 AND visibility = 'public' AND state = 'filed' LIMIT 1`,
		args(ticket, person), new(int))
}

// Withdraw has an item that is held go to nobody, and reports whether it did: an item is held until
// the first mail that carries it is claimed, and filed from then on.
func (tx *Tx) Withdraw(ctx context.Context, ticket, item int64) (bool, error) {
	n, err := tx.exec(ctx, `
		UPDATE item SET state = 'cancelled', visibility = 'internal'
		WHERE ticket = $1 AND number = $2 AND state = 'held'`, ticket, item)
	if err != nil || n == 0 {
		return false, err
	}
	list, err := tx.outgoing(ctx, "WHERE "+ofHeld+" AND o.settled_at IS NULL ORDER BY o.id",
		ticket, item)
	for _, o := range list {
		if err == nil {
			err = tx.withdrawMail(ctx, o)
		}
	}
	if err != nil {
		return false, fmt.Errorf("withdraw: %w", err)
	}
	return true, tx.forgetHold(ctx, ticket, item)
}

func (tx *Tx) withdrawMail(ctx context.Context, o Outgoing) error {
	err := tx.Forgo(ctx, o, withdrawn)
	if err == nil && o.Details.Rate { // who was not asked is asked another time
		err = tx.write(ctx, "DELETE FROM satisfaction WHERE ticket = $1 AND score = 0", o.Ticket)
	}
	return err
}

// undo takes back what an item that is withdrawn has written beside its ticket.
func (tx *Tx) undo(ctx context.Context, h desk.HeldItem) error {
	for _, l := range h.Undo.Links {
		if err := tx.write(ctx, `
			DELETE FROM ticket_link WHERE ticket = $1 AND other = $2 AND kind = $3`,
			h.Ticket, l.Other, l.Kind); err != nil {
			return err
		}
	}
	return tx.write(ctx, "DELETE FROM work WHERE item = $1", h.ID)
}

// cancel is Withdraw, with a line of the history.
func (tx *Tx) cancel(ctx context.Context, it desk.Item, by Override) error {
	done, err := tx.Withdraw(ctx, it.Ticket, it.Number)
	if err != nil || !done {
		return err
	}
	return tx.Note(ctx, Activity{Ticket: it.Ticket, Person: by.By, Mail: by.Mail,
		What: "cancelled", New: strconv.FormatInt(it.Number, 10)})
}

// ofHeld are the mails that wait with an item.
const ofHeld = "o.ticket = $1 AND o.item = $2 AND o.kind <> 'receipt'"

func (tx *Tx) forgetHold(ctx context.Context, ticket, item int64) error {
	return tx.write(ctx, "DELETE FROM hold WHERE ticket = $1 AND item = $2", ticket, item)
}

// sendHeld lets an item go that is held: at once what waits for its time; what its author says
// again goes the whole way of its mail.
func (tx *Tx) sendHeld(ctx context.Context, h desk.HeldItem, by Override) error {
	if h.Until.IsZero() {
		by.Decision = Send
		_, err := tx.requeue(ctx, h.Mail, OutcomeItem, by)
		return err
	}
	now := tx.Now().UnixMilli()
	return tx.write(ctx, `
		UPDATE outbox AS o SET next_at = $3, set_at = $3
		WHERE `+ofHeld+" AND o.state = 'due' AND o.attempts = 0 AND o.next_at > $3",
		h.Ticket, h.Number, now)
}

// unhold has the item be filed whose mail is claimed: from here on it can't be withdrawn.
func (tx *Tx) unhold(ctx context.Context, o Outgoing) error {
	if !o.Details.Waits {
		return nil
	}
	err := tx.write(ctx, `
		UPDATE item SET state = 'filed'
		WHERE ticket = $1 AND number = $2 AND state = 'held'
			AND EXISTS (SELECT 1 FROM outbox WHERE id = $3 AND state = 'sending')`,
		o.Ticket, o.Item, o.ID)
	if err != nil {
		return err
	}
	return tx.write(ctx, `
		DELETE FROM hold WHERE ticket = $1 AND item = $2
			AND EXISTS (SELECT 1 FROM outbox WHERE id = $3 AND state = 'sending')`,
		o.Ticket, o.Item, o.ID)
}

// meanwhile is what another agent did since the notice that a deed answers: he answered or, if not,
// has the ticket, by nobody's doing but his own or a third one's.
func (tx *Tx) meanwhile(ctx context.Context, t desk.Ticket, d desk.Deed) (
	m desk.Meanwhile, err error) {
	ok, err := tx.row(ctx, `
		SELECT i.author, i.created_at
		FROM item i JOIN person p ON p.id = i.author
		WHERE i.ticket = $1 AND i.number > $2 AND i.created_at >= $3
			AND i.author <> $4 AND p.role <> 'customer'
			AND i.visibility = 'public' AND i.state IN ('filed', 'held')
		ORDER BY i.number DESC LIMIT 1`,
		args(t.Number, d.Read.Item, d.Read.At.UnixMilli(), d.By.ID), &m.By.ID, moment{&m.At})
	if err == nil && !ok && t.Agent.ID != 0 && t.Agent.ID != d.By.ID {
		err = tx.tookSince(ctx, t, d, &m)
	}
	if err == nil && m.By.ID != 0 {
		m.By, err = tx.Person(ctx, m.By.ID)
	}
	return m, err
}

// tookSince notes that the ticket's agent has it since then, by another's doing than theirs.
func (tx *Tx) tookSince(ctx context.Context, t desk.Ticket, d desk.Deed, m *desk.Meanwhile) (
	err error) {
	if m.Took, err = tx.row(ctx, `
		SELECT a.at FROM activity a
		WHERE a.ticket = $1 AND a.what = 'agent' AND a.at >= $2 AND a.person <> $3
			AND NOT (a.mail > 0 AND a.mail = coalesce((
				SELECT mail FROM item WHERE ticket = $1 AND number = $4), 0))
		ORDER BY a.id DESC LIMIT 1`,
		args(t.Number, d.Read.At.UnixMilli(), d.By.ID, d.Read.Item), moment{&m.At}); m.Took {
		m.By = t.Agent
	}
	return err
}

// LastSent is when the last mail of the last hour, about a ticket or any, went to an address before
// a time; zero for never. What is just going counts as gone.
func (r Reader) LastSent(ctx context.Context, address string, ticket int64,
	before time.Time) (at time.Time, err error) {
	_, err = r.row(ctx, `
		SELECT max(coalesce(settled_at, $3)) FROM outbox
		WHERE address = $1 AND created_at > $2 AND (ticket = $4 OR $4 < 1)
			AND state IN ('sending', 'uncertain', 'sent') AND coalesce(settled_at, $3) <= $3`,
		args(address, before.Add(-time.Hour).UnixMilli(), before.UnixMilli(), ticket), moment{&at})
	return at, err
}

// ReadNotice is the notice about a ticket that a person has read: the one with the first of the
// Message-IDs that he was sent, else the last that he was sent before a time.
func (r Reader) ReadNotice(ctx context.Context, ticket, person int64, messageIDs []string,
	before time.Time) (n desk.Notified, err error) {
	for _, id := range messageIDs {
		ok, err := r.row(ctx, `
			SELECT item, created_at FROM outbox
			WHERE message_id = $1 AND message_id <> '' AND ticket = $2 AND person = $3`,
			args(id, ticket, person), &n.Item, moment{&n.At})
		if ok || err != nil {
			return n, err
		}
	}
	_, err = r.row(ctx, `
		SELECT item, created_at FROM outbox
		WHERE ticket = $1 AND person = $2 AND state = 'sent' AND settled_at <= $3
		ORDER BY id DESC LIMIT 1`,
		args(ticket, person, before.UnixMilli()), &n.Item, moment{&n.At})
	return n, err
}
