package store

import (
	"context"
	"fmt"
	"time"

	"buzon/store/desk"
)

// Balance is how much of its hours a contract has spent in the period in which a moment lies, in
// the zone of that. It is false where it has none then.
func (r Reader) Balance(ctx context.Context, e desk.Entry, at time.Time) (b desk.Balance, ok bool,
	err error) {
	b.Contract, b.Bought = e, e.Bought
	if b.From, b.To, ok = e.Span(at); !ok {
		return b, false, nil
	}
	to := b.To.UnixMilli()
	if b.To.IsZero() {
		to = endless
	}
	_, err = r.row(ctx, `
		SELECT coalesce(sum(w.minutes), 0)
		FROM ticket t JOIN item i ON i.ticket = t.number JOIN work w ON w.item = i.id
		WHERE t.service > 0 AND t.service = $1 AND i.created_at >= $2 AND i.created_at < $3`,
		args(e.ID, began(b.From), to), &b.Spent)
	if err != nil {
		err = fmt.Errorf("balance of %s: %w", e.Key, err)
	}
	return b, true, err
}

// began is when a period began, 0 for one that had no beginning.
func began(from time.Time) int64 {
	if from.IsZero() {
		return 0
	}
	return from.UnixMilli()
}

// endless is later than anything.
const endless = 1 << 62

// Hours is what a notice says of a contract as it was then.
type Hours struct {
	Contract      int64
	Bought, Spent int
	Renews        bool // another period follows
}

// spent tells how the time sheet that a deed has changed leaves the contract's hours: the author in
// his receipt, and once a period those who must hear that they are nearly gone, or gone.
func (tx *Tx) spent(ctx context.Context, before desk.Ticket, done *Done, out desk.Outcome,
	o Origin) error {
	t := done.Ticket
	moved := out.Merging != nil || out.Parting != nil || out.Splitting != nil
	if t.Service == 0 || len(out.Time) == 0 && t.Service == before.Service && !moved {
		return nil
	}
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	b, ok, err := tx.Balance(ctx, c.Entry(t.Service), tx.Now().In(tx.store.opt.Times.Clock()))
	if err != nil || !ok {
		return err
	}
	for i := range done.Results {
		if r := &done.Results[i]; r.Key == "time" {
			r.Value += fmt.Sprintf(" · %s: %s / %s", b.Contract.Name(""), desk.Spent(b.Spent),
				desk.Spent(b.Bought))
		}
	}
	return tx.tellHours(ctx, t, b, o)
}

// tellHours tells of a balance what was not told in its period. What is bought besides is told of
// anew; who has heard that all is gone does not hear that it nearly is.
func (tx *Tx) tellHours(ctx context.Context, t desk.Ticket, b desk.Balance, o Origin) error {
	mark := b.Mark()
	if mark == desk.Ample {
		return nil
	}
	n, err := tx.exec(ctx, `
		INSERT INTO hours_told (contract, from_at, bought, mark)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT)
		WHERE NOT EXISTS (SELECT 1 FROM hours_told WHERE contract = $1 AND from_at = $2
			AND bought = $3 AND mark IN ($4, $5))`,
		b.Contract.ID, began(b.From), b.Bought, string(mark), string(desk.HoursGone))
	if err != nil || n == 0 {
		return err
	}
	e := desk.Event{Kind: desk.HoursSpent, Old: t.Number, Ends: b.To,
		Ticket: desk.Ticket{Mailbox: t.Mailbox, Agent: t.Agent}}
	if e.Sponsor, err = tx.Sponsor(ctx, b.Contract.Parent); err != nil {
		return err
	}
	renews := b.Contract.Period != "" && !b.To.IsZero() &&
		b.Contract.InForce(b.To.Format(time.DateOnly))
	return tx.Tell(ctx, Telling{Event: e, Mail: o.Mail, Caps: o.Caps, Details: Details{
		Reason: string(mark), Failed: b.Contract.Name(""), Ends: b.To,
		Hours: &Hours{b.Contract.ID, b.Bought, b.Spent, renews}}})
}
