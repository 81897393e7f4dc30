package mailout

import (
	"context"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

// Specimen is what the mail of a kind about an item of a ticket would say to a person in a
// language. Nothing in it leads a reply back.
func (r *Renderer) Specimen(ctx context.Context, kind desk.Notice, it desk.Item, to desk.Person,
	language string) (templates.View, error) {
	to.Language = language
	m := &matter{o: store.Outgoing{Kind: kind, Ticket: it.Ticket, Item: it.Number, Person: to.ID,
		Details: store.Details{EchoSender: true}, Created: time.Now()}, to: to, item: it,
		author: it.Author}
	var err error
	if m.ticket, err = r.Store.Ticket(ctx, it.Ticket); err != nil {
		return templates.View{}, err
	}
	m.box = r.Mailboxes.Named(m.ticket.Mailbox)
	if m.catalogue, err = r.Store.Catalogue(ctx); err != nil {
		return templates.View{}, err
	}
	if m.staff, err = r.newBatch().staff(ctx); err != nil {
		return templates.View{}, err
	}
	if m.sight, err = r.Store.Sight(ctx, to); err != nil {
		return templates.View{}, err
	}
	if !m.sight.Item(m.ticket, it) {
		m.item = desk.Item{Author: it.Author}
	}
	v := m.view(r)
	v.Links, v.Scores = nil, nil
	return v, nil
}
