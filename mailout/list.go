package mailout

import (
	"strconv"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// How much of a list is named: the rest is counted.
const (
	listSenders = 50
	listOfOne   = 5
)

// accompany adds what the mail carries beside its own: other numbers, or the notices of a list.
func (s *subject) accompany(r *Renderer, v *templates.View) {
	switch {
	case s.o.Kind == desk.ListNotice:
		v.Count = int(s.o.Details.Number)
		v.Groups, v.More = s.groups(r)
		v.More += v.Count - len(s.carries)
	case s.o.Kind.Acknowledges():
		for _, c := range s.carries {
			v.Others = append(v.Others, templates.Ticket{Number: c.Ticket, Subject: c.Subject})
		}
	}
}

// groups are the notices of a list by their senders, in the order in which these wrote; more is how many are of senders that
// are not named.
func (s *subject) groups(r *Renderer) (list []templates.Group, more int) {
	place := map[string]int{}
	for _, c := range s.carries {
		at, known := place[c.From.Address()]
		switch {
		case !known && len(list) == listSenders:
			more++
			continue
		case !known:
			at = len(list)
			place[c.From.Address()] = at
			list = append(list, templates.Group{From: s.person(c.From)})
		}
		if g := &list[at]; len(g.Entries) < listOfOne {
			g.Entries = append(g.Entries, s.entry(r, c))
		} else {
			g.More++
		}
	}
	return list, more
}

// entry is one notice of a list. What is said among agents has no address that would send a reply to the customer.
func (s *subject) entry(r *Renderer, c store.Carried) templates.Entry {
	e := templates.Entry{Number: c.Ticket, Subject: c.Subject, Kind: string(c.Kind)}
	if c.Ticket == 0 {
		e.MailID = strconv.FormatInt(c.Mail, 10)
		return e
	}
	if s.box.Plus && c.Kind != desk.NoteNotice && c.Kind != desk.PendingNotice && c.Kind != desk.ConfirmAgent {
		e.ReplyTo = r.Signer.ReplyAddress(s.box.Address,
			threading.Token{Mailbox: s.box.Address, Ticket: c.Ticket, Item: c.Item, Person: s.o.Person, Kind: threading.Agent})
	}
	return e
}
