package mailin

import (
	"context"
	"slices"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// index lets the resolver ask the store: within the transaction that files a mail, what that has
// written too. It keeps the tickets that it has seen.
type index struct {
	store.Reader
	tickets map[int64]desk.Ticket
	citer   int64 // whose earlier mails may have named the same ids; 0: nobody's
	retells func(desk.Ticket) bool
	// of which items have been moved: they are looked for when one of them is answered
	moved map[int64]bool
}

var _ threading.Index = &index{}

func newIndex(r store.Reader) *index {
	return &index{Reader: r, tickets: map[int64]desk.Ticket{}, moved: map[int64]bool{}}
}

func (x *index) ByMessageID(ctx context.Context, ids []string) (map[string]threading.Ref, error) {
	found, cited, err := x.Reader.References(ctx, x.citer, ids)
	refs := map[string]threading.Ref{}
	for id, f := range found {
		refs[id] = threading.Ref{Ticket: f.Ticket, Item: f.Item}
	}
	for _, c := range cited {
		if _, better := refs[c.ID]; better || err != nil {
			continue
		}
		var t desk.Ticket
		t, err = store.Optional(x.ticket(ctx, c.Ticket))
		if t.Participant(x.citer) && x.retells(t) {
			refs[c.ID] = threading.Ref{Ticket: c.Ticket, Cited: true}
		}
	}
	return refs, err
}

func (x *index) HasTicket(ctx context.Context, number int64) (bool, error) {
	t, err := store.Optional(x.ticket(ctx, number))
	return t.Number != 0, err
}

func (x *index) ticket(ctx context.Context, number int64) (t desk.Ticket, err error) {
	t, ok := x.tickets[number]
	if ok {
		return t, nil
	}
	row, err := x.Reader.TicketRow(ctx, number)
	if err == nil {
		x.tickets[number] = row.Ticket
		x.moved[number] = row.Number != number || slices.ContainsFunc(row.Links, ties)
	}
	return row.Ticket, err
}

// ties reports whether a link says that items have come to the ticket, or gone from it.
func ties(l store.Link) bool {
	return l.Kind == desk.MergedLink+"_by" || l.Kind == desk.SplitLink+"_by"
}
