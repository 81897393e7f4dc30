package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"buzon/store/desk"
)

// maxNeeds bounds how far links are followed.
const maxNeeds = 10000

// others are the tickets that orders name, with what they hang on.
func (tx *Tx) others(ctx context.Context, numbers []int64) (list []desk.Other, err error) {
	for _, n := range numbers {
		t, err := tx.Ticket(ctx, n)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		o := desk.Other{Ticket: t, Asked: n}
		if err == nil {
			o.Needs, err = tx.needs(ctx, t.Number)
		}
		if err != nil {
			return nil, fmt.Errorf("ticket %d: %w", n, err)
		}
		list = append(list, o)
	}
	return list, nil
}

// hanging are the kinds of links by which a ticket hangs on another.
const hanging = "kind IN ('depends', 'duplicates')"

// needs are the tickets on which one hangs, directly or by others.
func (r Reader) needs(ctx context.Context, ticket int64) (list []int64, err error) {
	seen := []int64{ticket}
	for i := 0; i < len(seen) && len(seen) < maxNeeds; i++ {
		next, err := singles[int64](ctx, r,
			"SELECT other FROM ticket_link WHERE ticket = $1 AND "+hanging, seen[i])
		if err != nil {
			return nil, err
		}
		for _, n := range next {
			if !slices.Contains(seen, n) {
				seen = append(seen, n)
			}
		}
	}
	return seen[1:], nil
}

// hangs reports whether a ticket waits until a day or for another one, where the deed asks for it:
// thanks do not end that, nor does the closing of one of several.
func (r Reader) hangs(ctx context.Context, t desk.Ticket, d desk.Deed) (bool, error) {
	waits := t.Class == desk.Waiting && d.Idle
	if !waits && d.After.Kind != desk.Depends {
		return false, nil
	}
	wait, err := r.Wait(ctx, t.Number)
	return wait.Hangs || waits && !wait.Until.IsZero(), err
}

// release does to the tickets that hang on one that was closed what follows from that.
func (tx *Tx) release(ctx context.Context, before, t desk.Ticket, o Origin) error {
	if before.Class == desk.Closed || t.Class != desk.Closed {
		return nil
	}
	hang, err := several(ctx, tx.statements, `
		SELECT ticket, kind FROM ticket_link WHERE other = $1 AND `+hanging+`
		ORDER BY ticket, kind DESC`, args(t.Number),
		func(l *desk.Tie) []any { return []any{&l.Ticket, &l.Kind} })
	if err != nil {
		return fmt.Errorf("find what hangs on ticket %d: %w", t.Number, err)
	}
	// a duplicate is closed, whatever else it is
	hang = slices.CompactFunc(hang, func(a, b desk.Tie) bool { return a.Ticket == b.Ticket })
	next := Origin{Telling: Telling{Mail: o.Mail, Caps: o.Caps}, Ours: o.Ours}
	for _, l := range hang {
		after := desk.Link{Other: t.Number, Kind: l.Kind}
		if _, err := tx.Do(ctx, l.Ticket, desk.Deed{After: after}, next); err != nil {
			return fmt.Errorf("let ticket %d go: %w", l.Ticket, err)
		}
	}
	return nil
}
