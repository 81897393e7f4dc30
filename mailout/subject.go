package mailout

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// subject is everything that one mail is about.
type subject struct {
	o      store.Outgoing
	box    desk.Mailbox
	to     desk.Person
	ticket desk.Ticket
	item   desk.Item
	author desk.Person // who wrote, took, closed
	mail   store.Mail  // for mail that became no ticket
	quoted []desk.Item
	links  []templates.Link
}

// subject gathers what an outbox row is about.
func (r *Renderer) subject(ctx context.Context, o store.Outgoing) (*subject, error) {
	s := &subject{o: o, box: r.Mailboxes.Named(o.Mailbox)}
	var err error
	if s.to, err = r.Store.Person(ctx, o.Person); err != nil {
		return nil, err
	}
	if s.to.Language == "" {
		s.to.Language = r.Language
	}
	if o.Ticket == 0 {
		s.mail, _, err = r.Store.Mail(ctx, o.Mail)
		return s, err
	}
	var found bool
	if s.ticket, found, err = r.Store.Ticket(ctx, o.Ticket); err != nil || !found {
		return nil, fmt.Errorf("ticket %d is not there: %w", o.Ticket, err)
	}
	if s.item, err = r.Store.Item(ctx, o.Ticket, o.Item); err != nil {
		return nil, err
	}
	if s.author = s.item.Author; o.Details.Author != 0 && o.Details.Author != s.author.ID {
		if s.author, err = r.Store.Person(ctx, o.Details.Author); err != nil {
			return nil, err
		}
	}
	s.links = r.links(s)
	s.quoted, err = r.history(ctx, s)
	return s, err
}

// human tells mail that carries an agent's own words: it is marked as no machine's.
func (s *subject) human() bool {
	return s.author.Agent() && !s.to.Agent() && s.carriesWords()
}

// carriesWords tells the kinds that bring the item itself.
func (s *subject) carriesWords() bool {
	switch s.o.Kind {
	case desk.ItemNotice, desk.InfoRequestNotice, desk.NoteNotice, desk.NewTicket, desk.ProductionDown, desk.ResolvedNotice, desk.ClosedNotice,
		desk.PendingNotice, desk.OpenedForYou, desk.Undelivered, desk.ConfirmAgent:
		return true
	}
	return false
}

// carried are the attachments that go with the mail.
func (s *subject) carried() []desk.Attachment {
	if !s.carriesWords() || s.o.Kind == desk.Undelivered || s.o.Kind == desk.ConfirmAgent || s.o.Kind == desk.OpenedForYou {
		return nil
	}
	return s.item.Attachments
}

// fromName is what the reader sees as the sender: an agent's words bear his name.
func (s *subject) fromName() string {
	if s.human() && s.author.Name != "" {
		return s.author.Name + ", " + s.box.Name
	}
	return s.box.Name
}

// quotedItems is how much history a mail to an agent carries.
const quotedItems = 3

// history are the items before this one that the reader has written or been sent, the newest first; agents may read all.
func (r *Renderer) history(ctx context.Context, s *subject) (list []desk.Item, err error) {
	if s.o.Kind != desk.ItemNotice && s.o.Kind != desk.InfoRequestNotice && s.o.Kind != desk.NoteNotice {
		return nil, nil
	}
	items, err := r.Store.Items(ctx, s.o.Ticket)
	if err != nil {
		return nil, err
	}
	for i := len(items) - 1; i >= 0 && len(list) < quotedItems; i-- {
		it := items[i]
		if it.Number >= s.o.Item || it.Text == "" || it.State == desk.Pending || it.Type == desk.Automatic {
			continue
		}
		seen := s.to.Agent() || it.Author.ID == s.to.ID
		if !seen && it.Visibility == desk.Public {
			if seen, err = r.Store.WasSent(ctx, s.o.Ticket, it.Number, s.to.ID); err != nil {
				return nil, err
			}
		}
		if seen {
			list = append(list, it)
		}
		if len(list) == 1 && !s.to.Agent() { // a customer has the rest in his own mailbox
			break
		}
	}
	return list, nil
}

// view is what the template may say.
func (s *subject) view(r *Renderer) templates.View {
	d := s.o.Details
	v := templates.View{
		Desk: templates.Desk{Name: s.box.Name, Address: s.box.Address, Language: r.Language},
		Tag:  s.box.Tag, To: person(s.to), ToAgent: s.to.Agent(), Author: person(s.author),
		Welcome: d.Welcome, EchoSubject: d.EchoSender, Reason: d.Reason, Detail: d.Diagnostic, Failed: d.Failed, Links: s.links,
		AlertedAt: s.o.Created.In(r.Location), At: s.o.Created.In(r.Location),
	}
	if s.o.Ticket == 0 {
		v.Ticket.Subject, v.MailID, v.Author, v.Detail = s.mail.Subject, strconv.FormatInt(s.mail.ID, 10), templates.Person{Address: s.mail.Sender}, s.mail.Error
		return v
	}
	t := s.ticket
	v.Ticket = templates.Ticket{
		Number: t.Number, Subject: t.Subject, Product: t.Product, Type: t.Type, Severity: t.Severity, StatusClass: string(t.Class),
		Requester: person(t.Requester), OldNumber: d.Old, ProductionDown: t.ProductionDown,
	}
	v.Unverified = t.Unverified
	if s.carriesWords() {
		v.Text = s.item.Text
	}
	for _, a := range s.item.Attachments {
		v.Attachments = append(v.Attachments, templates.Attachment{Name: a.Filename, Size: a.Size})
	}
	for _, it := range s.quoted {
		v.Quoted = append(v.Quoted, templates.Quote{Author: person(it.Author), At: it.CreatedAt.In(r.Location), Text: it.Text})
	}
	if s.o.Kind == desk.InfoRequestNotice {
		v.Form = []string{"when", "where", "expected"}
	}
	return v
}

func person(p desk.Person) templates.Person {
	return templates.Person{Name: p.Name, Address: p.Address(), Agent: p.Agent()}
}

// links are the buttons that fit the reader and the state, each a mail filled in.
func (r *Renderer) links(s *subject) (list []templates.Link) {
	if !s.box.Plus {
		return nil
	}
	kind, buttons := threading.Customer, [][2]string{}
	switch {
	case s.to.Agent():
		kind = threading.Agent
		if s.ticket.Agent.ID != s.to.ID {
			buttons = append(buttons, [2]string{"take", "#tomar"})
		}
		buttons = append(buttons, [2]string{"resolved", "#resuelto"}, [2]string{"note", "#nota\n\n"})
	case s.o.Kind == desk.ResolvedNotice:
		buttons = append(buttons, [2]string{"testing_ok", "testing ok"}, [2]string{"still_failing", ""})
	case s.ticket.Class != desk.Closed && s.o.Kind != desk.ClosedNotice:
		buttons = append(buttons, [2]string{"close", "cerrar"})
	}
	to := r.Signer.ReplyAddress(s.box.Address, threading.Token{Mailbox: s.box.Address, Ticket: s.o.Ticket, Person: s.o.Person, Kind: kind})
	for _, b := range buttons {
		q := url.Values{"subject": {fmt.Sprintf("[%s #%d] %s", s.box.Tag, s.o.Ticket, s.ticket.Subject)}}
		if b[1] != "" {
			q.Set("body", b[1])
		}
		// RFC 6068: blanks are %20; a plus sign would be one.
		list = append(list, templates.Link{Key: b[0], Href: "mailto:" + url.PathEscape(to) + "?" + percent(q.Encode())})
	}
	return list
}

func percent(query string) string {
	out := make([]byte, 0, len(query))
	for i := range len(query) {
		if query[i] == '+' {
			out = append(out, "%20"...)
		} else {
			out = append(out, query[i])
		}
	}
	return string(out)
}
