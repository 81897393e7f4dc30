package mailout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// subject is everything that one mail is about.
type subject struct {
	o       store.Outgoing
	box     desk.Mailbox
	to      desk.Person
	ticket  desk.Ticket
	item    desk.Item   // as far as the reader may see it
	author  desk.Person // who wrote, took, closed
	mail    store.Mail  // for mail that became no ticket
	staff   desk.Staff
	quoted  []desk.Item
	links   []templates.Link
	numbers []string        // of the reader's own desk, by which it knows the ticket
	before  []string        // Message-IDs of the ticket that the reader has, the newest last
	carries []store.Carried // the other notices that go with it
	held    []store.Mail    // of which an agent is asked whether they are his
	// further tells a mail that is not the first about its item to its reader: two mails must not have one Message-ID, the
	// reader's server would drop the second.
	further bool
}

// carriedShown is how many other notices one mail tells of by name.
const carriedShown = 1000

// referencesKept is how many earlier mails of a ticket a mail names beside the root.
const referencesKept = 12

// subject gathers what an outbox row is about.
func (r *Renderer) subject(ctx context.Context, o store.Outgoing) (*subject, error) {
	s := &subject{o: o, box: r.Mailboxes.Named(o.Mailbox)}
	var err error
	if s.to, err = r.Store.Person(ctx, o.Person); err != nil {
		return nil, err
	}
	s.to.Language = cmp.Or(s.to.Language, r.Language)
	if s.staff, err = r.staff(ctx); err != nil {
		return nil, err
	}
	if s.carries, err = r.Store.Carries(ctx, o.ID, carriedShown); err != nil {
		return nil, err
	}
	if o.Ticket == 0 {
		if s.mail, err = store.Optional(r.Store.Mail(ctx, o.Mail)); err != nil {
			return nil, err
		}
		s.held, err = r.held(ctx, o.Details.Held)
		return s, err
	}
	if s.ticket, err = r.Store.Ticket(ctx, o.Ticket); err != nil {
		return nil, fmt.Errorf("ticket %d: %w", o.Ticket, err)
	}
	item, err := store.Optional(r.Store.Item(ctx, o.Ticket, o.Item))
	if err != nil {
		return nil, err
	}
	if s.author = item.Author; o.Details.Author != 0 && o.Details.Author != s.author.ID {
		if s.author, err = r.Store.Person(ctx, o.Details.Author); err != nil {
			return nil, err
		}
	}
	sight, err := r.Store.Sight(ctx, s.to)
	if err != nil {
		return nil, err
	}
	if s.item = item; !sight.Item(s.ticket, item) {
		s.item = desk.Item{Author: item.Author}
	}
	if !s.to.Agent() {
		retitled, err := r.Store.LastSubject(ctx, o.Ticket, o.Person)
		if err != nil {
			return nil, err
		}
		s.numbers = threading.ForeignNumbers(retitled, s.box.Tag)
	}
	s.links = r.links(s)
	if s.further, err = r.Store.ToldBefore(ctx, o); err != nil {
		return nil, err
	}
	if s.before, err = r.Store.CorrespondenceIDs(ctx, o.Ticket, o.Person, o.ID, referencesKept); err != nil {
		return nil, err
	}
	s.quoted, err = r.history(ctx, s, sight)
	return s, err
}

// staff is what nobody else may look like.
func (r *Renderer) staff(ctx context.Context) (s desk.Staff, err error) {
	agents, err := r.Store.Agents(ctx)
	for _, a := range agents {
		s.Names = append(s.Names, a.Name)
		s.Addresses = append(s.Addresses, a.Addresses...)
	}
	for _, m := range r.Mailboxes {
		s.Desks = append(s.Desks, m.Name)
	}
	s.Addresses = append(s.Addresses, r.Mailboxes.Addresses()...)
	return s, err
}

// held are the mails that a question is about.
func (r *Renderer) held(ctx context.Context, ids []int64) (list []store.Mail, err error) {
	for _, id := range ids {
		switch m, err := r.Store.Mail(ctx, id); {
		case err == nil:
			list = append(list, m)
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	return list, nil
}

// token is what the mail carries to lead a reply back.
func (s *subject) token() threading.Token {
	t := threading.Token{Mailbox: s.box.Address, Ticket: s.o.Ticket, Item: s.o.Item, Person: s.o.Person, Kind: threading.Customer}
	switch {
	case s.inside():
		t.Kind = threading.Inside
	case s.to.Agent():
		t.Kind = threading.Agent
	}
	if t.Ticket == 0 {
		t.Item = s.o.ID // mail about no ticket is told apart by its row
	}
	return t
}

// inside reports whether a reply to the mail stays among agents: it carries what they said among themselves, or what they
// have not let in yet. Not so the question whether a mail is his: the answer to it is what he wants to send.
func (s *subject) inside() bool {
	if !s.to.Agent() || s.o.Ticket == 0 || s.o.Kind == desk.ConfirmAgent {
		return false
	}
	words := s.item.Visibility == desk.Internal && !s.item.Orders
	switch s.o.Kind {
	case desk.NoteNotice, desk.PendingNotice:
		return true
	case desk.Receipt:
		return words && s.o.Details.Inside
	}
	return words && s.carriesWords()
}

// human tells mail in which an agent speaks to a customer in his own words: no machine sent it.
func (s *subject) human() bool {
	if !s.author.Agent() || s.to.Agent() {
		return false
	}
	switch s.o.Kind {
	case desk.ItemNotice, desk.InfoRequestNotice:
		return true
	case desk.ResolvedNotice, desk.ClosedNotice:
		return s.item.Text != ""
	}
	return false
}

// carriesWords tells the kinds that bring the item itself.
func (s *subject) carriesWords() bool {
	switch s.o.Kind {
	case desk.ItemNotice, desk.InfoRequestNotice, desk.NoteNotice, desk.NewTicket, desk.ProductionDown, desk.ResolvedNotice, desk.ClosedNotice,
		desk.PendingNotice, desk.OpenedForYou, desk.Undelivered, desk.ConfirmAgent, desk.Assigned:
		return true
	}
	return false
}

// fromName is what the reader sees as the sender: words bear the name of who wrote them. A customer's name, which he chose himself,
// comes with his domain and never with the desk's name, so that nobody passes for an agent.
func (s *subject) fromName() string {
	switch {
	case s.human() && s.author.Name != "" && s.author.Name != s.author.Address():
		return s.author.Name + ", " + s.box.Name
	case s.to.Agent() && s.o.Kind != desk.PendingNotice && s.carriesWords() && s.author.ID != 0 && !s.author.Agent():
		shown := s.person(s.author)
		local, domain, _ := strings.Cut(shown.Address, "@")
		return cmp.Or(shown.Name, local) + " · " + domain
	}
	return s.box.Name
}

// toName is the reader's name, unless it is the text of somebody who chose to whom we write.
func (s *subject) toName() string {
	if s.o.Kind.Acknowledges() && !s.o.Details.EchoSender {
		return ""
	}
	return s.to.Name
}

// attachmentsLimit is how many bytes of attachments one mail carries; past it the largest stay behind, and the mail says
// so. Relays refuse what is more than 25 MB after base64.
const attachmentsLimit = 17 << 20

// carried are the item's attachments that go with the mail, by their place in the item.
func (s *subject) carried() map[int]bool {
	if !s.carriesWords() || s.o.Kind == desk.Undelivered || s.o.Kind == desk.ConfirmAgent || s.o.Kind == desk.OpenedForYou {
		return nil
	}
	all, bySize := s.item.Attachments, []int{}
	for i := range all {
		if all[i].Ornament {
			continue
		}
		bySize = append(bySize, i)
	}
	slices.SortStableFunc(bySize, func(i, j int) int { return cmp.Compare(all[i].Size, all[j].Size) })
	chosen, room := map[int]bool{}, int64(attachmentsLimit)
	for _, i := range bySize {
		if room -= all[i].Size; room < 0 {
			break
		}
		chosen[i] = true
	}
	return chosen
}

// files opens the attachments that go with the mail.
func (r *Renderer) files(ctx context.Context, s *subject) (list []file) {
	carried := s.carried()
	for i, a := range s.item.Attachments {
		if !carried[i] {
			continue
		}
		list = append(list, file{name: a.Filename, kind: a.ContentType, open: func() (io.ReadCloser, error) {
			blob, err := r.Store.OpenAttachment(ctx, a.SHA256)
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{blob.Reader(), blob}, nil
		}})
	}
	return list
}

// quotedItems is how much history a mail to an agent carries, quotedLength how many characters of each.
const (
	quotedItems  = 3
	quotedLength = 4000
)

// history are the items before this one that the reader has written or been sent, the newest first; agents may read all. It
// costs memory for what is quoted, never for the ticket.
func (r *Renderer) history(ctx context.Context, s *subject, sight desk.Sight) (list []desk.Item, err error) {
	switch s.o.Kind {
	case desk.ItemNotice, desk.InfoRequestNotice, desk.NoteNotice, desk.Assigned:
	default:
		return nil, nil
	}
	most := quotedItems
	if !s.to.Agent() { // a customer has the rest in his own mailbox, but for what comes with this mail
		most = 1 + len(s.carries)
	}
	earlier, err := r.Store.Earlier(ctx, sight, s.o.Ticket, s.o.Item, s.inside(), most, quotedLength+1)
	for _, it := range earlier {
		if text := []rune(it.Text); len(text) > quotedLength {
			it.Text = string(text[:quotedLength]) + " …"
		}
		list = append(list, it)
	}
	return list, err
}
