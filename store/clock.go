package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"buzon/store/desk"
)

// span carries a stretch of time as milliseconds.
type span struct{ of *time.Duration }

func (s span) Scan(from any) error {
	n, _ := from.(int64)
	*s.of = time.Duration(n) * time.Millisecond
	return nil
}

func (s span) Value() (driver.Value, error) { return s.of.Milliseconds(), nil }

// TicketClock is a clock with the number of its ticket.
type TicketClock struct {
	Ticket int64
	desk.Clock
}

var clocks = newTable("clock", "k", "", []column[TicketClock]{
	{"ticket", func(c *TicketClock) any { return &c.Ticket }, once, nil},
	{"kind", func(c *TicketClock) any { return &c.Kind }, once, nil},
	{"began_at", func(c *TicketClock) any { return moment{&c.Began} }, always, nil},
	{"since_at", func(c *TicketClock) any { return moment{&c.Since} }, always, nil},
	{"used", func(c *TicketClock) any { return span{&c.Used} }, always, nil},
	{"step", func(c *TicketClock) any { return &c.Step }, always, nil},
	{"due_at", func(c *TicketClock) any { return moment{&c.Due} }, always, nil},
	{"ended_at", func(c *TicketClock) any { return moment{&c.Ended} }, always, nil},
})

var putClock = clocks.insertion(1) + `
	ON CONFLICT (ticket, kind) DO UPDATE SET began_at = excluded.began_at,
		since_at = excluded.since_at, used = excluded.used, step = excluded.step,
		due_at = excluded.due_at, ended_at = excluded.ended_at`

func (tx *Tx) setClocks(ctx context.Context, ticket int64, list []desk.Clock) error {
	for _, c := range list {
		k := TicketClock{ticket, c}
		if err := tx.write(ctx, putClock, clocks.values(once, &k)...); err != nil {
			return fmt.Errorf("set clock: %w", err)
		}
	}
	return nil
}

// Clocks lists those of a ticket.
func (r Reader) Clocks(ctx context.Context, ticket int64) (list []desk.Clock, err error) {
	err = clocks.each(ctx, r, "WHERE k.ticket = $1 ORDER BY k.kind", args(ticket),
		func(c TicketClock) error {
			list = append(list, c.Clock)
			return nil
		})
	return list, err
}

// LegalClocks lists those that a law sets and that began in a stretch of time, without its end, by
// their tickets.
func (r Reader) LegalClocks(ctx context.Context, from, to time.Time) ([]TicketClock, error) {
	return clocks.list(ctx, r, `
		WHERE k.kind = $1 AND k.began_at >= $2 AND k.began_at < $3 ORDER BY k.ticket`,
		desk.Legal, from.UnixMilli(), to.UnixMilli())
}

// clockFacts are what a deed's clocks and ladder are held against.
func (tx *Tx) clockFacts(ctx context.Context, f *desk.Facts, t desk.Ticket) (err error) {
	if t.Number == 0 {
		return nil
	}
	if f.Times.Measures() {
		if f.Clocks, err = tx.Clocks(ctx, t.Number); err != nil {
			return err
		}
	}
	if t.ProductionDown {
		if f.Owed, err = tx.Timers(ctx, t.Number); err != nil {
			return err
		}
		f.Answered, err = tx.answered(ctx, t.Number)
	}
	return err
}

// answersAlarm is what agents have said to the customer of a ticket since its alarm was raised.
// What opens it is no answer.
const answersAlarm = `
	FROM item i JOIN person p ON p.id = i.author
	WHERE i.ticket = $1 AND i.number > 1 AND i.visibility = 'public' AND i.state = 'filed'
		AND p.role <> 'customer' AND i.created_at >= (
			SELECT coalesce(max(a.at), 0) FROM activity a
			WHERE a.ticket = $1 AND a.what = $2 AND a.new = 'true')`

// answered reports whether there is any.
func (r Reader) answered(ctx context.Context, ticket int64) (bool, error) {
	return r.row(ctx, "SELECT 1"+answersAlarm+" LIMIT 1", args(ticket, productionDown), new(int))
}

// inherit writes what the clock owes a ticket that another one has made what it is; others are the
// timers of that one, of which it takes that of an alarm.
func (tx *Tx) inherit(ctx context.Context, before, after desk.Ticket, others []desk.Timer) error {
	f := desk.Facts{Times: tx.store.opt.Times, Now: tx.Now()}
	var err error
	if f.Catalogue, err = tx.Catalogue(ctx); err != nil {
		return err
	}
	if err = tx.clockFacts(ctx, &f, before); err != nil {
		return err
	}
	return tx.schedule(ctx, after, desk.Inherit(before, after, others, f), Origin{})
}
