package mailout

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

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
	DKIM      []DKIMKey      // that sign what goes out
}

// Rendered says how a rendered mail goes out.
type Rendered struct {
	MessageID    string // without angle brackets
	EnvelopeFrom string // "" for the null sender
}

// Render writes the mail of an outbox row to w. It streams: attachments are read while they are
// written.
func (r *Renderer) Render(ctx context.Context, o store.Outgoing, w io.Writer) (Rendered, error) {
	return r.renderIn(ctx, r.newBatch(), o, w, 0)
}

// renderIn is Render of a mail of a batch that shall have at most limit bytes, 0 for the usual:
// files that do not fit stay behind, and the mail names them.
func (r *Renderer) renderIn(ctx context.Context, b *batch, o store.Outgoing, w io.Writer,
	limit int64) (Rendered, error) {
	m, err := r.matter(ctx, o, limit, b)
	if err != nil {
		return Rendered{}, fmt.Errorf("gather what the mail says: %w", err)
	}
	out, err := r.write(ctx, m, w)
	if err != nil {
		return Rendered{}, fmt.Errorf("render %s: %w", o.Kind, err)
	}
	return out, nil
}

func (r *Renderer) write(ctx context.Context, m *matter, w io.Writer) (Rendered, error) {
	if err := r.writtenTo(ctx, m); err != nil {
		return Rendered{}, err
	}
	m.whole = true
	words, err := r.Templates.Render(templates.Kind(m.o.Kind), m.to.Language, m.view(r))
	if err != nil {
		return Rendered{}, err
	}
	h, out := r.address(m)
	_, domain, _ := strings.Cut(m.from(), "@")
	h.add("Subject", headerText(words.Subject))
	files := standing(r.files(ctx, m), words.HTML)
	if !slices.ContainsFunc(r.DKIM, func(k DKIMKey) bool { return k.signs(domain) }) {
		return out, compose(w, h, words, files)
	}
	raw := r.Store.NewSpool()
	defer raw.Close()
	if err := compose(raw, h, words, files); err != nil {
		return out, err
	}
	return out, r.sign(w, raw, h, domain)
}

// writtenTo finds the alias of the mailbox that the reader, a customer, wrote to: he hears from it.
func (r *Renderer) writtenTo(ctx context.Context, m *matter) (err error) {
	if len(m.box.Aliases) == 0 || m.to.Agent() {
		return nil
	}
	alias := m.mail.Alias
	if m.o.Ticket != 0 {
		if alias, err = r.Store.WrittenTo(ctx, m.o.Ticket, m.to.ID); err != nil {
			return err
		}
	}
	if slices.Contains(m.box.Aliases, alias) {
		m.alias = alias
	}
	return nil
}

// from is the address that the mail comes from.
func (m *matter) from() string { return cmp.Or(m.alias, m.box.Address) }

// address says who, the signed ways back, and what keeps machines from answering:
//
//	                      Auto-Submitted   Precedence   envelope sender
//	acknowledgement       auto-replied     bulk         signed, or <>
//	other notice          auto-generated                signed, or <>
//	an agent's own words                                signed, or the mailbox
func (r *Renderer) address(m *matter) (h header, out Rendered) {
	box, token := m.box, m.token()
	if m.further {
		token.Notice = m.o.ID
	}
	out.MessageID = r.Signer.MessageID(box.Domain(), token)
	h.add("Date", r.Store.Now().In(r.Location).Format(time.RFC1123Z))
	h.add("From", headerAddress(m.fromName(), m.from()))
	h.add("To", headerAddress(m.toName(), m.o.Address))
	h.add("Message-ID", "<"+out.MessageID+">")
	if m.number() != 0 {
		if box.Plus {
			h.add("Reply-To", headerAddress(m.fromName(), r.replyAddress(box, token)))
		}
		ids := r.references(m)
		h.add("In-Reply-To", ids[len(ids)-1])
		h.add("References", strings.Join(ids, " "))
		m.marks(&h)
	}
	if m.invites() {
		h.add("Reply-To", headerAddress(m.fromName(),
			r.answerAddress(m)))
	}
	if id := m.mail.MessageID; m.row().Query && m.number() == 0 && goodID(id) {
		h.add("In-Reply-To", "<"+id+">")
		h.add("References", "<"+id+">")
	}
	h.add("X-MS-Reactions", "disallow") // a thumb in Outlook would be no answer to anybody
	h.add("X-Buzon-Loop", r.Signer.LoopMark(m.o.ID))
	if !m.human() {
		m.automatic(&h)
	}
	switch {
	case box.Plus:
		out.EnvelopeFrom = box.AtReplies(r.Signer.BounceAddress(box.Address, m.o.ID))
	case m.human():
		out.EnvelopeFrom = box.Address
	}
	return h, out
}

// marks tell filters of the case.
func (m *matter) marks(h *header) {
	h.add("X-Buzon-Caso", strconv.FormatInt(m.number(), 10))
	if m.sight.Shows(m.ticket, "status") {
		h.add("X-Buzon-Estado", string(m.ticket.Class))
	}
	if m.sight.Shows(m.ticket, "severity") {
		h.add("X-Buzon-Severidad", strconv.Itoa(m.ticket.Severity))
		if m.ticket.Severity == 1 {
			h.add("Importance", "high") // RFC 4021 section 2.1.54
		}
	}
}

// automatic says that nobody wrote the mail, so that no machine answers it.
func (m *matter) automatic(h *header) {
	auto := "auto-generated" // RFC 3834 section 5
	if m.row().Answers || m.row().Query && m.o.Mail != 0 {
		auto = "auto-replied"
		h.add("Precedence", "bulk")
	}
	h.add("Auto-Submitted", auto)
	h.add("List-Id", "<"+strings.Replace(m.box.Address, "@", ".", 1)+">") // RFC 2919, for filters
	h.add("X-Auto-Response-Suppress", "All")                              // MS-OXCMAIL 2.1.3.2.20
}

// invites reports whether a reply to the mail, about no ticket, tells us something by the address
// that it alone gives its reader: what we ask, or want to know of his data.
func (m *matter) invites() bool {
	q := m.o.Details.Query
	return m.o.Ticket == 0 && m.box.Plus &&
		(m.row().Asks || m.row().Query && q != nil &&
			(q.About == desk.MyData || q.About == desk.Access))
}

// replyAddress is where the person of a token replies to.
func (r *Renderer) replyAddress(box desk.Mailbox, t threading.Token) string {
	return box.AtReplies(r.Signer.ReplyAddress(box.Address, t))
}

// answerAddress is where a mail about no ticket is answered.
func (r *Renderer) answerAddress(m *matter) string {
	return m.box.AtReplies(r.Signer.AnswerAddress(m.box.Address, m.o.ID, m.o.Person))
}

// tag is the word in the subject's [Caso #123]: the mailbox's own, or the reader's language's,
// where a reply is known by it.
func (r *Renderer) tag(box desk.Mailbox, language string) string {
	if box.Tag != "" {
		return box.Tag
	}
	word := r.Templates.Phrase(language, "label", "tag")
	if _, known := threading.Case("["+word+" #1]", ""); known {
		return word
	}
	return ""
}

// subject is that of a mail about a ticket.
func (r *Renderer) subject(box desk.Mailbox, reader desk.Person, number int64,
	topic string) string {
	tag := cmp.Or(r.tag(box, reader.Language), threading.DefaultTag)
	return strings.TrimSpace(fmt.Sprintf("[%s #%d] %s", tag, number,
		headerLine(topic, longestName)))
}

// references lead to the ticket whichever of them survives: its root first, then the mails that
// this recipient has or has written, the newest last.
func (r *Renderer) references(m *matter) []string {
	ids := []string{"<" + r.Signer.RootID(m.box.Domain(), m.box.Address, m.number()) + ">"}
	for _, id := range m.before {
		if goodID(id) {
			ids = append(ids, "<"+id+">")
		}
	}
	return ids
}

// goodID tells a Message-ID that may stand in a header of ours (RFC 5322 section 3.6.4) from the
// other things that mailers write.
func goodID(id string) bool {
	left, right, found := strings.Cut(id, "@")
	return found && left != "" && right != "" && len(id) <= 250 && !strings.Contains(id, "=?") &&
		!strings.ContainsFunc(left+right, func(r rune) bool {
			return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>@\`, r)
		})
}

// headerAddress is a mailbox of a header field, RFC 5322 section 3.4. A name that looks like an
// address would be taken for one, and is left out.
func headerAddress(name, address string) string {
	name = headerLine(name, longestName)
	if strings.ContainsAny(name, "@＠") {
		name = ""
	}
	// net/mail leaves a backslash as it is in a "Q" word
	if strings.Contains(name, "=?") || strings.Contains(name, `\`) {
		return encodedWords(name) + " " + (&mail.Address{Address: address}).String()
	}
	return (&mail.Address{Name: name, Address: address}).String()
}
