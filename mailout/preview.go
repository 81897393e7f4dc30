package mailout

import (
	"context"

	"buzon/store"
	"buzon/templates"
)

// previews are the mails that customers would have got, as they would have read them. What would
// have been theirs alone is left out: nothing in it leads a reply back, or says something by a
// click.
func (r *Renderer) previews(ctx context.Context, m *matter, b *batch) (list []templates.Preview,
	err error) {
	for _, p := range m.o.Details.Previews {
		shown, err := r.preview(ctx, p, b)
		if err != nil {
			return nil, err
		}
		list = append(list, shown)
	}
	return list, nil
}

// Preview is one of them.
func (r *Renderer) Preview(ctx context.Context, p store.Preview) (templates.Preview, error) {
	return r.preview(ctx, p, r.newBatch())
}

func (r *Renderer) preview(ctx context.Context, p store.Preview, b *batch) (
	shown templates.Preview, err error) {
	inner := &matter{box: r.Mailboxes.Named(p.Ticket.Mailbox), to: p.To[0], ticket: p.Ticket,
		item: p.Item, author: p.Item.Author, o: store.Outgoing{Kind: p.Kind,
			Ticket: p.Ticket.Number, Item: p.Item.Number, Details: p.Details,
			Created: r.Store.Now()}}
	if inner.staff, err = b.staff(ctx); err != nil {
		return shown, err
	}
	if inner.to.Language == "" {
		inner.to.Language = r.Language
	}
	if inner.catalogue, err = b.catalogue(ctx); err != nil {
		return shown, err
	}
	if inner.sight, err = b.sight(ctx, inner.to); err != nil {
		return shown, err
	}
	if by := p.Details.Author; by != 0 && by != inner.author.ID {
		if inner.author, err = b.person(ctx, by); err != nil {
			return shown, err
		}
	}
	view := inner.view(r)
	view.Links, view.Scores = nil, nil
	mail, err := r.Templates.Render(templates.Kind(p.Kind), inner.to.Language, view)
	if err != nil {
		return shown, err
	}
	shown.Mail = &mail
	for _, to := range p.To {
		shown.To = append(shown.To, inner.person(to))
	}
	return shown, nil
}
