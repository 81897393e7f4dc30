package mailout

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// The answer to a query is gathered when its mail is rendered, outside of any transaction, by what
// its reader may see then:
//
//	outbox row ──► desk.Query ──► store.Find, with his Sight ──► templates.Answer, and files
//
// What he may not see, what is somebody else's and what is not there have one answer.

// answering is an answer in the making.
type answering struct {
	*Renderer
	m     *matter
	q     desk.Query
	to    templates.Answer
	links []templates.Link
	files []file
	// leaves reports whether a case that was found is left out; nil: none is
	leaves func(desk.Ticket) bool
}

// topics is how each query is answered.
var topics = map[desk.Topic]func(*answering, context.Context) error{
	desk.MyCases: (*answering).mine, desk.CompanyCases: (*answering).company,
	desk.ProjectCases: (*answering).project, desk.AllCases: (*answering).all,
	desk.Search: (*answering).search, desk.Case: (*answering).aCase,
	desk.History: (*answering).history, desk.Original: (*answering).original,
	desk.File: (*answering).file, desk.MyData: (*answering).data,
	desk.Access: (*answering).access, desk.Help: (*answering).help,
	desk.Panel: (*answering).panel, desk.Card: (*answering).card,
	desk.CannedList: (*answering).canned, desk.PendingItems: (*answering).pending,
	desk.Overdue: (*answering).overdue, desk.Digest: (*answering).digest,
}

// agentsOnly are asked by agents alone, whatever the row says.
var agentsOnly = []desk.Topic{desk.Panel, desk.Card, desk.CannedList, desk.PendingItems,
	desk.Overdue}

// query is what its reader may ask, help where he may not.
func (m *matter) query() desk.Query {
	q := m.o.Details.Query
	if q == nil || slices.Contains(agentsOnly, q.About) && !m.to.Agent() {
		return desk.Query{About: desk.Help}
	}
	return *q
}

// answer gathers what a query asks for.
func (r *Renderer) answer(ctx context.Context, m *matter) (err error) {
	if m.catalogue, err = r.Store.Catalogue(ctx); err != nil {
		return err
	}
	if m.sight, err = r.Store.Sight(ctx, m.to); err != nil {
		return err
	}
	w := &answering{Renderer: r, m: m, q: m.query()}
	w.to.Title = string(w.q.About)
	do := topics[w.q.About]
	if do == nil {
		return fmt.Errorf("nobody knows how to answer %q", w.q.About)
	}
	if err := do(w, ctx); err != nil {
		return fmt.Errorf("answer %s: %w", w.q.About, err)
	}
	if n := len(m.carries); n > 0 && w.q.About != desk.Digest {
		w.last("asked_often", n, "")
	}
	if m.further = m.about != 0; !m.further && !m.to.Agent() && m.o.Mail != 0 {
		w.last("no_case", 0, "")
	}
	m.answer = w
	return nil
}

func (w *answering) say(key string, n int, of string) {
	w.to.Lines = append(w.to.Lines, templates.Remark{Key: key, N: n, Of: of})
}

func (w *answering) last(key string, n int, of string) {
	w.to.Last = append(w.to.Last, templates.Remark{Key: key, N: n, Of: of})
}

// echoed is what he wrote, where that may be repeated to him.
func (w *answering) echoed(text string) string {
	if !w.m.o.Details.EchoSender {
		return ""
	}
	return headerLine(text, longestName)
}

// lacks says that something was not found among what he may see.
func (w *answering) lacks(what, name string) {
	w.to.Title = "lacks"
	w.say("lacks_"+what, 0, name)
}

// mailto is a link that writes a mail (RFC 6068). Some programs read a plus sign as a blank, though
// section 5 forbids it.
func mailto(address, subject, body string) string {
	q := url.Values{"subject": {subject}}
	if body != "" {
		q.Set("body", body)
	}
	to := strings.ReplaceAll(url.PathEscape(address), "+", "%2B")
	return "mailto:" + to + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// asks is the link that asks something else.
func (w *answering) asks(q desk.Query) string {
	return w.m.ask(q)
}

// offer is the same with its words.
func (w *answering) offer(key string, q desk.Query) templates.Offer {
	return templates.Offer{Words: q.Written(w.m.catalogue, w.m.to.Language), Key: key,
		Href: w.asks(q)}
}

func (w *answering) button(key string, q desk.Query) {
	w.links = append(w.links, templates.Link{Key: key, Href: w.asks(q)})
}

// token is his in a case.
func (w *answering) token(t desk.Ticket) threading.Token {
	kind := threading.Customer
	if w.m.to.Agent() {
		kind = threading.Agent
	}
	return threading.Token{Mailbox: t.Mailbox, Ticket: t.Number, Person: w.m.to.ID, Kind: kind}
}

// replyLink writes to a case.
func (w *answering) replyLink(t desk.Ticket, body string) string {
	box := w.Mailboxes.Named(t.Mailbox)
	if !box.Plus {
		return ""
	}
	subject := w.subject(box, w.m.to, t.Number, t.Subject)
	return mailto(w.replyAddress(box, w.token(t)), subject, body)
}

// people are the requester and the others as he may see them: a customer sees names, and of an
// agent never the address.
func (w *answering) called(p desk.Person) string {
	shown := w.m.person(p)
	switch {
	case p.ID == 0:
		return ""
	case w.m.to.Agent() && shown.Name != "" && shown.Name != shown.Address:
		return shown.Name + " (" + shown.Address + ")"
	case shown.Agent && (shown.Name == "" || shown.Name == shown.Address):
		return w.m.box.Name
	}
	return cmp.Or(shown.Name, shown.Address)
}

// find is a case that he may see, by its number; a merged one is the one in which it lives on.
func (w *answering) find(ctx context.Context, number int64) (row store.Row, ok bool, err error) {
	page, _, err := w.Store.Find(ctx, w.m.sight, store.Query{Numbers: []int64{number}})
	if err != nil || len(page) == 0 || !w.m.sight.Ticket(page[0].Ticket) {
		return row, false, err
	}
	return page[0], true, nil
}
