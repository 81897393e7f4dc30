package mailout

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

// about gathers what a mail about a person, and no ticket, says: of whom, whose he is, and which
// tickets he leaves behind.
func (r *Renderer) about(ctx context.Context, m *matter) (err error) {
	d := m.o.Details
	if d.Author != 0 || len(m.row().Buttons) > 0 {
		if m.catalogue, err = r.Store.Catalogue(ctx); err != nil {
			return err
		}
	}
	if m.row().Asks {
		m.links = r.answers(m)
	} else {
		m.links = m.questions()
	}
	if d.Author == 0 {
		return nil
	}
	if m.author, err = r.Store.Person(ctx, d.Author); err != nil || len(d.Tickets) == 0 {
		return err
	}
	m.carries, err = r.offered(ctx, d)
	return err
}

// offered are tickets that somebody leaves behind.
func (r *Renderer) offered(ctx context.Context, d store.Details) (list []store.Carried, err error) {
	numbers := d.Tickets[:min(len(d.Tickets), carriedShown)]
	page, _, err := r.Store.Find(ctx, desk.Sight{All: true},
		store.Query{Numbers: numbers, Status: "all", Limit: len(numbers)})
	for _, t := range page {
		list = append(list, store.Carried{Kind: desk.OfferedNotice, Ticket: t.Number,
			Subject: t.Subject, From: t.Requester})
	}
	return list, err
}

// questions are the buttons that ask for something, as links.
func (m *matter) questions() (list []templates.Link) {
	for _, b := range m.row().Buttons {
		if q, asks := m.asks(b); asks {
			list = append(list, templates.Link{Key: string(b), Href: m.ask(q)})
		}
	}
	return list
}

// ask is the link that asks for something, in the reader's language.
func (m *matter) ask(q desk.Query) string {
	return mailto(m.box.Address, q.Written(m.catalogue, m.to.Language), "")
}

// answers are the buttons of a question, as links that answer it (RFC 6068).
func (r *Renderer) answers(m *matter) (list []templates.Link) {
	if !m.box.Plus {
		return nil
	}
	address := r.answerAddress(m)
	to := strings.ReplaceAll(url.PathEscape(address), "+", "%2B")
	for _, b := range m.row().Buttons {
		body := m.writes(b)
		list = append(list, templates.Link{Key: string(b),
			Href: fmt.Sprintf("mailto:%s?body=%s", to, url.PathEscape(body))})
	}
	return list
}
