package store

import (
	"cmp"
	"context"
	"errors"

	"buzon/store/desk"
)

// Preview is a mail that customers would have got, with all that it would be about: the deed that
// owed it was taken back.
type Preview struct {
	Kind    desk.Notice   `json:"kind"`
	To      []desk.Person `json:"to"`
	Details Details       `json:"details"`
	Ticket  desk.Ticket   `json:"ticket"`
	Item    desk.Item     `json:"item"`
}

// errShown takes back what was done to be shown.
var errShown = errors.New("done to be shown")

// Show does something, gathers the mails to customers that are owed for it, each once with all who
// get it, and what is owed to its author, and takes it back.
func (tx *Tx) Show(ctx context.Context, do func() error) (list []Preview, receipt Details,
	err error) {
	var last int64
	_, err = tx.row(ctx, "SELECT coalesce(max(id), 0) FROM outbox", nil, &last)
	if err != nil {
		return nil, receipt, err
	}
	err = tx.Try(ctx, func() error {
		err := do()
		if err == nil {
			list, receipt, err = tx.previews(ctx, last)
		}
		return cmp.Or(err, errShown)
	})
	if errors.Is(err, errShown) {
		err = nil
	}
	return list, receipt, err
}

func (tx *Tx) previews(ctx context.Context, last int64) (list []Preview, receipt Details,
	err error) {
	owed, err := tx.outgoing(ctx, "WHERE o.id > $1 ORDER BY o.id", last)
	for _, o := range owed {
		if err != nil {
			return nil, receipt, err
		}
		switch {
		case o.Kind == desk.Receipt:
			receipt = o.Details
		case o.Ticket != 0 && !o.Kind.Trait().Agents:
			list, err = tx.preview(ctx, list, o)
		}
	}
	return list, receipt, err
}

// preview adds what a customer would get.
func (tx *Tx) preview(ctx context.Context, list []Preview, o Outgoing) ([]Preview, error) {
	p, err := tx.Person(ctx, o.Person)
	if err != nil || p.Agent() {
		return list, err
	}
	for i, other := range list {
		same := other.Kind == o.Kind && other.Ticket.Number == o.Ticket &&
			other.Item.Number == o.Item && other.To[0].Language == p.Language
		if same {
			list[i].To = append(other.To, p)
			return list, nil
		}
	}
	v := Preview{Kind: o.Kind, To: []desk.Person{p}, Details: o.Details}
	if v.Ticket, err = tx.Ticket(ctx, o.Ticket); err != nil {
		return list, err
	}
	v.Item, err = Optional(tx.Item(ctx, o.Ticket, o.Item))
	return append(list, v), err
}
