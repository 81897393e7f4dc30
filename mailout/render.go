package mailout

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// Renderer makes the bytes of a mail that is owed.
type Renderer struct {
	Store     *store.Store
	Signer    *threading.Signer
	Templates *templates.Set
	Mailboxes desk.Mailboxes
	Language  string         // of people whose own is not known
	Location  *time.Location // of the times that people read
}

// attachmentsLimit is how many bytes of attachments one mail carries; past it the largest stay behind, listed by name.
// Relays refuse what is more than 25 MB after base64.
const attachmentsLimit = 17 << 20

// Rendered says how a rendered mail goes out.
type Rendered struct {
	MessageID    string // without angle brackets
	EnvelopeFrom string // "" for the null sender
}

// Render writes the mail of an outbox row to w.
func (r *Renderer) Render(ctx context.Context, o store.Outgoing, w io.Writer) (Rendered, error) {
	s, err := r.subject(ctx, o)
	if err != nil {
		return Rendered{}, fmt.Errorf("gather what the mail says: %w", err)
	}
	words, err := r.Templates.Render(templates.Kind(o.Kind), s.to.Language, s.view(r))
	if err != nil {
		return Rendered{}, fmt.Errorf("render %s: %w", o.Kind, err)
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP))
	m.Subject(words.Subject)
	m.SetBodyString(mail.TypeTextPlain, words.Text)
	m.AddAlternativeString(mail.TypeTextHTML, words.HTML)
	out, err := r.address(ctx, m, s)
	if err != nil {
		return Rendered{}, fmt.Errorf("address the mail: %w", err)
	}
	closeAll := r.attach(ctx, m, s)
	defer closeAll()
	if _, err := m.WriteTo(w); err != nil {
		return Rendered{}, fmt.Errorf("write the mail: %w", err)
	}
	return out, nil
}

// address writes the header: who, the signed ways back, and what keeps machines from answering.
func (r *Renderer) address(ctx context.Context, m *mail.Msg, s *subject) (Rendered, error) {
	box := s.box
	kind := threading.Customer
	if s.to.Agent() {
		kind = threading.Agent
	}
	token := threading.Token{Mailbox: box.Address, Ticket: s.o.Ticket, Item: s.o.Item, Person: s.o.Person, Kind: kind}
	if token.Ticket == 0 {
		token.Item = s.o.ID // mail about no ticket is told apart by its row
	}
	out := Rendered{MessageID: r.Signer.MessageID(box.Domain(), token)}
	if err := m.FromFormat(s.fromName(), box.Address); err != nil {
		return out, err
	}
	if err := m.AddToFormat(s.to.Name, s.o.Address); err != nil {
		return out, err
	}
	m.SetMessageIDWithValue(out.MessageID)
	m.SetDateWithValue(r.Store.Now().In(r.Location))
	if box.Plus && s.o.Ticket != 0 {
		if err := m.ReplyToFormat(s.fromName(), r.Signer.ReplyAddress(box.Address, token)); err != nil {
			return out, err
		}
	}
	if s.o.Ticket != 0 {
		if err := r.references(ctx, m, s); err != nil {
			return out, err
		}
		m.SetGenHeader("X-Buzon-Caso", strconv.FormatInt(s.o.Ticket, 10))
		m.SetGenHeader("X-Buzon-Estado", string(s.ticket.Class))
		m.SetGenHeader("X-Buzon-Severidad", strconv.Itoa(s.ticket.Severity))
	}
	m.SetGenHeader("X-Buzon-Loop", r.Signer.LoopMark(s.o.ID))
	if !s.human() {
		auto := "auto-generated" // RFC 3834 section 5
		if s.o.Kind.Acknowledges() {
			auto = "auto-replied"
			m.SetGenHeader("Precedence", "bulk")
		}
		m.SetGenHeader("Auto-Submitted", auto)
		m.SetGenHeader("X-Auto-Response-Suppress", "All") // MS-OXCMAIL 2.1.3.2.20
	}
	switch {
	case box.Plus:
		out.EnvelopeFrom = r.Signer.BounceAddress(box.Address, s.o.ID)
	case s.human():
		out.EnvelopeFrom = box.Address
	}
	return out, nil
}

// referencesKept is how many earlier mails of a ticket a mail names beside the root.
const referencesKept = 12

// references lead to the ticket whichever of them survives: its root first, then the mails that this recipient has or
// has written, the newest last.
func (r *Renderer) references(ctx context.Context, m *mail.Msg, s *subject) error {
	ids := []string{r.Signer.RootID(s.box.Domain(), s.box.Address, s.o.Ticket)}
	before, err := r.Store.CorrespondenceIDs(ctx, s.o.Ticket, s.o.Person, s.o.ID, referencesKept)
	if err != nil {
		return err
	}
	for _, id := range before {
		if len(id) <= 250 && !strings.ContainsFunc(id, notInID) {
			ids = append(ids, id)
		}
	}
	for i, id := range ids {
		ids[i] = "<" + id + ">"
	}
	m.SetGenHeader("In-Reply-To", ids[len(ids)-1])
	m.SetGenHeader("References", strings.Join(ids, " "))
	return nil
}

// notInID tells what others write into Message-IDs and no header of ours may hold.
func notInID(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' }

// attach adds the item's attachments, each read from the store while the mail is written. The function that it returns
// closes them.
func (r *Renderer) attach(ctx context.Context, m *mail.Msg, s *subject) (closeAll func()) {
	var open []*store.Blob
	var size int64
	for _, a := range s.carried() {
		if size += a.Size; size > attachmentsLimit {
			size -= a.Size
			continue
		}
		m.SetAttachments(append(m.GetAttachments(), &mail.File{
			Name: a.Filename, ContentType: mail.ContentType(a.ContentType), Header: map[string][]string{},
			Writer: func(w io.Writer) (int64, error) {
				b, err := r.Store.OpenAttachment(ctx, a.SHA256)
				if err != nil {
					return 0, err
				}
				open = append(open, b)
				return io.Copy(w, b.Reader())
			},
		}))
	}
	return func() {
		for _, b := range open {
			b.Close()
		}
	}
}
