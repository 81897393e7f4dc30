package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"buzon/store/desk"
)

// owed is a timer with the ticket that it is owed to.
type owed struct {
	ticket int64
	desk.Timer
}

var timers = newTable("timer", "m", "", []column[owed]{
	{"ticket", func(o *owed) any { return &o.ticket }, once, nil},
	{"kind", func(o *owed) any { return &o.Kind }, once, nil},
	{"step", func(o *owed) any { return &o.Step }, always, nil},
	{"at", func(o *owed) any { return moment{&o.At} }, always, nil},
})

var putTimer = timers.insertion(1) + `
	ON CONFLICT (ticket, kind) DO UPDATE SET step = excluded.step, at = excluded.at`

// setTimers writes what a ticket is newly owed, and forgets what it is owed no more.
func (tx *Tx) setTimers(ctx context.Context, ticket int64, list []desk.Timer) error {
	var over []desk.TimerKind
	for _, t := range list {
		if t.At.IsZero() {
			over = append(over, t.Kind)
			continue
		}
		o := owed{ticket, t}
		if err := tx.write(ctx, putTimer, timers.values(once, &o)...); err != nil {
			return fmt.Errorf("set timer: %w", err)
		}
	}
	if len(over) == 0 {
		return nil
	}
	w := &where{dialect: tx.dialect}
	w.add("ticket = %s AND kind IN (%s)", w.bind(ticket), w.list("TEXT", over))
	return tx.write(ctx, "DELETE FROM timer "+w.String(), w.args...)
}

// Timers lists what the clock owes a ticket.
func (r Reader) Timers(ctx context.Context, ticket int64) (list []desk.Timer, err error) {
	const of = "WHERE m.ticket = $1 ORDER BY m.at, m.kind"
	err = timers.each(ctx, r, of, args(ticket), func(o owed) error {
		list = append(list, o.Timer)
		return nil
	})
	return list, err
}

// TimerDue reports whether the clock owes something now.
func (s *Store) TimerDue(ctx context.Context) (bool, error) {
	now := s.Now().UnixMilli()
	return s.row(ctx, "SELECT 1 FROM timer WHERE at <= $1 LIMIT 1", args(now), new(int))
}

// Tick does what the clock owes, no more than limit steps, and returns how many it has done. Each
// timer is settled in the transaction that does it, so that a crash repeats nothing, whatever the
// clock says then.
func (s *Store) Tick(ctx context.Context, limit int, o Origin) (done int, err error) {
	for ; done < limit; done++ {
		t, err := s.strike(ctx, o)
		switch {
		case err == nil:
			continue
		case errors.Is(err, ErrNotFound) && t.ticket == 0:
			return done, nil
		case Temporary(err), ctx.Err() != nil, t.ticket == 0:
			return done, err
		}
		s.opt.Log.Error("what the clock owes a ticket can't be done: it is tried again in an hour",
			"ticket", t.ticket, "timer", t.Kind, "error", err)
		if err := s.putOff(ctx, t); err != nil {
			return done, err
		}
	}
	return done, nil
}

// strike does the oldest step that is due, ErrNotFound for none.
func (s *Store) strike(ctx context.Context, o Origin) (t owed, err error) {
	err = s.Write(ctx, func(tx *Tx) error { return tx.strike(ctx, &t, o) })
	return t, err
}

// strike writes which step it is before it does it: what panics must be known too.
func (tx *Tx) strike(ctx context.Context, t *owed, o Origin) (err error) {
	const oldest = "WHERE m.at <= $1 ORDER BY m.at, m.ticket LIMIT 1"
	if *t, err = timers.one(ctx, tx.Reader, oldest, tx.Now().UnixMilli()); err != nil {
		return err
	}
	if err = tx.setTimers(ctx, t.ticket, []desk.Timer{{Kind: t.Kind}}); err == nil {
		_, err = tx.Do(ctx, t.ticket, desk.Deed{Struck: t.Timer}, o)
	}
	return err
}

// putOff keeps what fails from holding up the rest.
func (s *Store) putOff(ctx context.Context, t owed) error {
	t.At = s.Now().Add(time.Hour)
	return s.Write(ctx, func(tx *Tx) error {
		return tx.setTimers(ctx, t.ticket, []desk.Timer{t.Timer})
	})
}

// struck writes what the clock, or the closing of another ticket, has done to a ticket: no item,
// but a line of its history.
func (tx *Tx) struck(ctx context.Context, before desk.Ticket, d desk.Deed, out desk.Outcome) (
	desk.Ticket, error,
) {
	if len(out.Events) == 0 {
		return before, nil
	}
	t, err := tx.Change(ctx, before, out.Ticket, 0, 0)
	if err != nil {
		return t, err
	}
	a := Activity{Ticket: t.Number, What: "timer"}
	if a.New = fmt.Sprintf("%s %d", d.Struck.Kind, d.Struck.Step); d.After.Kind != "" {
		a.What, a.New = d.After.Kind+"_closed", fmt.Sprint(d.After.Other)
	}
	return t, tx.Note(ctx, a)
}
