package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"buzon/store/desk"
)

// split opens a ticket that has items of another one.
func (tx *Tx) split(ctx context.Context, done *Done, s desk.Splitting, how Activity) (
	t desk.Ticket, err error) {
	from := done.Ticket.Number
	if t, _, err = tx.OpenTicket(ctx, s.Opens, nil); err != nil {
		return t, err
	}
	all, err := tx.spots(ctx, `
		SELECT id, ticket, number FROM item WHERE ticket = $1 ORDER BY number`, from)
	if err != nil {
		return t, err
	}
	for _, p := range all {
		if !slices.Contains(s.Items, p.number) {
			continue
		}
		n, err := tx.count(ctx, t.Number, 1)
		if err == nil {
			err = tx.write(ctx, "INSERT INTO moved (item, ticket, number) VALUES ($1, $2, $3)",
				p.item, p.ticket, p.number)
		}
		if err == nil {
			err = tx.moveTo(ctx, spot{p.item, t.Number, n})
		}
		if err != nil {
			return t, fmt.Errorf("split off item %d: %w", p.number, err)
		}
	}
	for i := range done.Results {
		if r := &done.Results[i]; r.Key == "split" && r.Value == "" {
			r.Value = fmt.Sprint(t.Number)
		}
	}
	return t, tx.born(ctx, from, t, s, how)
}

// born writes what a ticket that was made of items is, beside these.
func (tx *Tx) born(ctx context.Context, from int64, t desk.Ticket, s desk.Splitting,
	how Activity) error {
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	typeID, err := tx.itemType(ctx, c.Opening(t.Type))
	if err != nil {
		return err
	}
	err = tx.write(ctx, "UPDATE item SET type = $1 WHERE ticket = $2 AND number = 1", typeID,
		t.Number)
	if err != nil {
		return err
	}
	follow := desk.Outcome{Follow: s.Opens.Followers}
	if err := tx.followers(ctx, desk.Ticket{}, t.Number, follow, how); err != nil {
		return err
	}
	if err := tx.Link(ctx, t.Number, from, desk.SplitLink); err != nil {
		return err
	}
	opened, lost := how, how
	opened.Ticket, opened.What, opened.New = t.Number, "opened", desk.SplitLink
	lost.Ticket, lost.What, lost.New = from, desk.SplitLink, fmt.Sprint(t.Number)
	lost.Old = strings.Trim(fmt.Sprint(s.Items), "[]")
	return tx.Note(ctx, opened, lost)
}

// parts are the items of a ticket that an order may split off, and the minutes of each.
func (tx *Tx) parts(ctx context.Context, ticket int64) (list []desk.Item, spent map[int64]int,
	err error) {
	const of = "WHERE i.ticket = $1 AND i.number > $2 ORDER BY i.number"
	if list, err = tx.itemRows(ctx, excerpts, of, ticket, 0, 1); err != nil {
		return nil, nil, err
	}
	spent, err = pairs[int64, int](ctx, tx.statements, `
		SELECT i.number, sum(w.minutes) FROM work w JOIN item i ON i.id = w.item
		WHERE i.ticket = $1 GROUP BY i.number`, ticket)
	return list, spent, err
}
