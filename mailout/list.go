package mailout

import (
	"strconv"

	"buzon/store"
	"buzon/templates"
	"buzon/threading"
)

// How much of a list is named: the rest is counted.
const (
	listSenders = 50
	listOfOne   = 5
)

// accompany adds what the mail carries beside its own: other numbers, or the notices of a list.
func (m *matter) accompany(r *Renderer, v *templates.View) {
	switch {
	case len(m.o.Details.Tickets) > 0:
		v.Groups, v.More = m.groups(r)
		v.More += len(m.o.Details.Tickets) - len(m.carries)
	case m.row().Lists:
		v.Count = int(m.o.Details.Number)
		v.Groups, v.More = m.groups(r)
		v.More += v.Count - len(m.carries)
	case m.row().Answers:
		for _, c := range m.carries {
			v.Others = append(v.Others, templates.Ticket{Number: c.Ticket, Subject: c.Subject})
		}
	}
}

// groups are the notices of a list by their senders, in the order in which these wrote; more is how
// many are of senders that are not named.
func (m *matter) groups(r *Renderer) (list []templates.Group, more int) {
	place := map[string]int{}
	for _, c := range m.carries {
		at, known := place[c.From.Address()]
		switch {
		case !known && len(list) == listSenders:
			more++
			continue
		case !known:
			at = len(list)
			place[c.From.Address()] = at
			list = append(list, templates.Group{From: m.person(c.From)})
		}
		if g := &list[at]; len(g.Entries) < listOfOne {
			g.Entries = append(g.Entries, m.entry(r, c))
		} else {
			g.More++
		}
	}
	return list, more
}

// entry is one notice of a list. What is said among agents has no address that would send a reply
// to the customer.
func (m *matter) entry(r *Renderer, c store.Carried) templates.Entry {
	e := templates.Entry{Number: c.Ticket, Subject: c.Subject, Kind: string(c.Kind)}
	if c.Ticket == 0 {
		e.MailID = strconv.FormatInt(c.Mail, 10)
		return e
	}
	if row := c.Kind.Trait(); m.box.Plus && !row.Inside && !row.Asks {
		e.ReplyTo = r.replyAddress(m.box,
			threading.Token{Mailbox: m.box.Address, Ticket: c.Ticket, Item: c.Item,
				Person: m.o.Person,
				Kind:   threading.Agent})
	}
	return e
}
