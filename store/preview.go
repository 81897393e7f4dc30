package store

import (
	"context"

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

// Previews are the mails to customers that a mail owes in this transaction, each once with all who
// get it, and what it owes its author.
func (tx *Tx) Previews(ctx context.Context, mail int64) (list []Preview, receipt Details,
	err error) {
	owed, err := tx.outgoing(ctx, "WHERE o.mail = $1 AND o.settled_at IS NULL ORDER BY o.id", mail)
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
