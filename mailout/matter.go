package mailout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// matter is everything that one mail is about.
type matter struct {
	o         store.Outgoing
	box       desk.Mailbox
	alias     string // of it, that the reader wrote to
	to        desk.Person
	ticket    desk.Ticket
	item      desk.Item   // as far as the reader may see it
	author    desk.Person // who wrote, took, closed
	mail      store.Mail  // for mail that became no ticket
	staff     *staff
	quoted    []desk.Item
	links     []templates.Link
	numbers   []string        // of the reader's own desk, by which it knows the ticket
	before    []string        // Message-IDs of the ticket that the reader has, the newest last
	carries   []store.Carried // the other notices that go with it
	held      []store.Mail    // of which an agent is asked whether they are his
	previews  []templates.Preview
	catalogue *desk.Catalogue
	sight     desk.Sight       // the reader's
	hours     templates.Detail // of the ticket's contract, for agents
	wait      store.Wait       // why it waits, where that is not for its customer
	// further tells a mail that is not the first about its item to its reader: two mails must not
	// have one Message-ID, the reader's server would drop the second.
	further bool
	room    int64          // for attachments, in bytes as they are
	zone    *time.Location // of the reader's clock, once asked for
	// whole: the mail carries its files, so that its pictures may stand among its words
	whole bool

	// Of the answer to a query: what it is, the case that it is about (0 for none), whether it
	// brings what agents said among themselves, and what of the query was not understood.
	answer      *answering
	about       int64
	amongAgents bool
	unknown     []templates.Unknown
}

// number is the case that the mail is about, 0 for none.
func (m *matter) number() int64 { return cmp.Or(m.o.Ticket, m.about) }

// clock is the zone in which the reader reads times: his own, else the desk's.
func (m *matter) clock(r *Renderer) *time.Location {
	if m.zone == nil {
		m.zone = m.to.Clock(r.Location)
	}
	return m.zone
}

// row is what the table of notices says of the mail's kind.
func (m *matter) row() desk.Trait { return m.o.Kind.Trait() }

// carriedShown is how many other notices one mail tells of by name.
const carriedShown = 1000

// referencesKept is how many earlier mails of a ticket a mail names beside the root.
const referencesKept = 12

// matter gathers what an outbox row is about, for a mail that shall have at most limit bytes, 0 for
// the usual. What it shares with the other mails of its batch is read once.
func (r *Renderer) matter(ctx context.Context, o store.Outgoing, limit int64, b *batch) (*matter,
	error) {
	m := &matter{o: o, box: r.Mailboxes.Named(o.Mailbox), room: roomFor(limit)}
	var err error
	if m.to, err = b.person(ctx, o.Person); err != nil {
		return nil, err
	}
	m.to.Language = cmp.Or(m.to.Language, r.Language)
	if m.staff, err = b.staff(ctx); err != nil {
		return nil, err
	}
	if m.previews, err = r.previews(ctx, m, b); err != nil {
		return nil, err
	}
	switch {
	case m.row().Query:
		return m, r.aboutQuery(ctx, m)
	case o.Ticket == 0:
		return m, r.aboutNone(ctx, m)
	}
	return m, r.aboutTicket(ctx, m, b)
}

// aboutQuery gathers what answers a query.
func (r *Renderer) aboutQuery(ctx context.Context, m *matter) (err error) {
	if m.carries, err = r.Store.Carries(ctx, m.o.ID, carriedShown); err != nil {
		return err
	}
	if m.mail, err = store.Optional(r.Store.Mail(ctx, m.o.Mail)); err != nil {
		return err
	}
	return r.answer(ctx, m)
}

// aboutNone gathers what a mail about no ticket says.
func (r *Renderer) aboutNone(ctx context.Context, m *matter) (err error) {
	if m.o.Details.Hours != nil {
		if m.catalogue, err = r.Store.Catalogue(ctx); err != nil {
			return err
		}
	}
	if m.carries, err = r.Store.Carries(ctx, m.o.ID, carriedShown); err != nil {
		return err
	}
	if err = r.about(ctx, m); err != nil {
		return err
	}
	if m.mail, err = store.Optional(r.Store.Mail(ctx, m.o.Mail)); err != nil {
		return err
	}
	m.held, err = r.held(ctx, m.o.Details.Held)
	return err
}

// aboutTicket gathers what a mail about a ticket says.
func (r *Renderer) aboutTicket(ctx context.Context, m *matter, b *batch) (err error) {
	o := m.o
	if m.catalogue, err = b.catalogue(ctx); err != nil {
		return err
	}
	if m.ticket, err = b.ticket(ctx, o.Ticket); err != nil {
		return fmt.Errorf("ticket %d: %w", o.Ticket, err)
	}
	item, err := store.Optional(b.item(ctx, o.Ticket, o.Item))
	if err != nil {
		return err
	}
	if m.author = item.Author; o.Details.Author != 0 && o.Details.Author != m.author.ID {
		if m.author, err = b.person(ctx, o.Details.Author); err != nil {
			return err
		}
	}
	if m.sight, err = b.sight(ctx, m.to); err != nil {
		return err
	}
	if m.unseen() {
		return errUnseen
	}
	if m.item = item; !m.sight.Item(m.ticket, item) {
		m.item = desk.Item{Author: item.Author}
	}
	return r.around(ctx, m, b)
}

// around gathers what a mail says beside its item.
func (r *Renderer) around(ctx context.Context, m *matter, b *batch) (err error) {
	o := m.o
	if err = r.background(ctx, m, b); err != nil {
		return err
	}
	if m.to.Agent() {
		if m.hours, _, err = r.hours(ctx, m, m.catalogue.Entry(m.ticket.Service)); err != nil {
			return err
		}
	}
	m.links = r.links(m)
	m.before, err = b.before.get(o.ID, func() ([]string, error) {
		return r.Store.CorrespondenceIDs(ctx, o.Ticket, o.Person, o.ID, referencesKept)
	})
	if err != nil {
		return err
	}
	m.quoted, err = m.history(ctx, b)
	return err
}

// errUnseen is a notice to somebody who may not see the ticket, or no longer: it goes to nobody.
var errUnseen = errors.New(store.Unseen)

// unseen reports whether the notice is of a ticket that its reader does not see. Whose the ticket
// is, and who did what he hears of, has a right to that.
func (m *matter) unseen() bool {
	t, p := m.ticket, m.to.ID
	own := p == t.Requester.ID || p == t.Controller.ID || p == m.author.ID
	return !m.to.Agent() && !own && !m.row().Agents && !m.row().Answers &&
		m.o.Kind != desk.HoursNotice && !m.sight.Ticket(t)
}

// background gathers what hangs on what the reader wrote and was sent.
func (r *Renderer) background(ctx context.Context, m *matter, b *batch) error {
	was, err := b.backgrounds.get(m.o.ID, func() (store.Background, error) {
		return r.Store.Background(ctx, m.o, m.to.Role)
	})
	if err != nil {
		return err
	}
	m.further, m.wait = was.Told, was.Wait
	m.numbers = threading.ForeignNumbers(was.Subject, m.box.Tag)
	if was.Carries {
		m.carries, err = r.Store.Carries(ctx, m.o.ID, carriedShown)
	}
	return err
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
func (m *matter) token() threading.Token {
	t := threading.Token{Mailbox: m.box.Address, Ticket: m.number(), Item: m.o.Item,
		Person: m.o.Person, Kind: threading.Customer}
	switch {
	case m.inside():
		t.Kind = threading.Inside
	case m.to.Agent():
		t.Kind = threading.Agent
	}
	if t.Ticket == 0 {
		t.Item = m.o.ID // mail about no ticket is told apart by its row
	}
	return t
}

// inside reports whether a reply to the mail stays among agents: it carries what they said among
// themselves, or what they have not let in yet. Not so the question whether a mail is his: the
// answer to it is what he wants to send.
func (m *matter) inside() bool {
	if m.row().Query {
		return m.amongAgents
	}
	if !m.to.Agent() || m.o.Ticket == 0 || m.row().Asks {
		return false
	}
	internal := m.item.Visibility == desk.Internal && !m.item.Orders
	return m.row().Inside || internal && (m.row().Words || m.o.Details.Inside)
}

// human tells mail in which an agent speaks to a customer in his own words: no machine sent it.
func (m *matter) human() bool {
	if !m.author.Agent() || m.to.Agent() {
		return false
	}
	return m.row().Speaks == desk.InHisName || m.row().Speaks == desk.WithWords && m.item.Text != ""
}

// fromName is what the reader sees as the sender: words bear the name of who wrote them. A
// customer's name, which he chose himself, comes with his domain and never with the desk's name, so
// that nobody passes for an agent.
func (m *matter) fromName() string {
	switch {
	case m.human() && m.author.Name != "" && m.author.Name != m.author.Address():
		return m.author.Name + ", " + m.box.Name
	case m.to.Agent() && m.row().Words && !m.row().Inside && m.author.ID != 0 && !m.author.Agent():
		shown := m.person(m.author)
		local, domain, _ := strings.Cut(shown.Address, "@")
		return cmp.Or(shown.Name, local) + " · " + domain
	}
	return m.box.Name
}

// toName is the reader's name, unless it is the text of somebody who chose to whom we write.
func (m *matter) toName() string {
	if m.row().Answers && !m.o.Details.EchoSender {
		return ""
	}
	return m.to.Name
}

// attachmentsLimit is how many bytes of attachments one mail carries; past it the largest stay
// behind, and the mail says so. Relays refuse what is more than 25 MB after base64.
const attachmentsLimit = 17 << 20

// roomFor is how many bytes of attachments fit into a mail of at most limit bytes: base64 makes 78
// bytes of 57, and words, HTML and headers have their share.
func roomFor(limit int64) int64 {
	if limit == 0 {
		return attachmentsLimit
	}
	return min(max((limit-min(limit/8, 256<<10))*57/78, 0), attachmentsLimit)
}

// carried are the item's attachments that go with the mail, by their place in the item.
func (m *matter) carried() map[int]bool {
	if !m.row().Files {
		return nil
	}
	all, bySize := m.item.Attachments, []int{}
	for i := range all {
		if !all[i].Ornament {
			bySize = append(bySize, i)
		}
	}
	slices.SortStableFunc(bySize, func(i, j int) int { return cmp.Compare(all[i].Size, all[j].Size) })
	chosen, room := map[int]bool{}, m.room
	if m.item.Seen.Infected {
		return chosen
	}
	for _, i := range bySize {
		if room -= all[i].Size; room < 0 {
			break
		}
		chosen[i] = true
	}
	return chosen
}

// files opens the attachments that go with the mail.
func (r *Renderer) files(ctx context.Context, m *matter) []file {
	if m.answer != nil {
		return m.answer.files
	}
	return r.opened(ctx, m.item, m.carried(), m.outside())
}

// outside is the address of the desk that customers are shown; "" for an agent.
func (m *matter) outside() string {
	if m.to.Agent() {
		return ""
	}
	return m.from()
}

// opened opens those attachments of an item that are carried.
func (r *Renderer) opened(ctx context.Context, it desk.Item, carried map[int]bool,
	address string) (list []file) {
	for i, a := range it.Attachments {
		if carried[i] {
			list = append(list, r.attached(ctx, it, a, address))
		}
	}
	return list
}

// quotedLength is how many characters of an earlier item a mail carries.
const quotedLength = 4000

// history are the items before this one that the reader has written or been sent, the newest first;
// agents may read all. It costs memory for what is quoted, never for the ticket.
func (m *matter) history(ctx context.Context, b *batch) ([]desk.Item, error) {
	most := m.row().Quotes
	if most == 0 || m.o.Item < 2 {
		return nil, nil
	}
	// a customer has the rest in his own mailbox, but for what comes with this mail
	if !m.to.Agent() {
		most = 1 + len(m.carries)
	}
	return b.earlier(ctx, m.sight, quotesOf{ticket: m.o.Ticket, before: m.o.Item,
		internal: m.inside(), most: most})
}
