package mailout

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"buzon/store/desk"
	"buzon/templates"
)

// Mbox writes mails into one file that mail programs take in, in the form mboxrd: RFC 4155, with
// every "From " at the beginning of a line quoted, so that each mail is had back to the byte.
type Mbox struct{ w *bufio.Writer }

// NewMbox returns an Mbox on w. Flush must be called.
func NewMbox(w io.Writer) *Mbox { return &Mbox{bufio.NewWriter(w)} }

// Add writes a mail that is of a time.
func (b *Mbox) Add(at time.Time, mail io.Reader) error {
	fmt.Fprintf(b.w, "From MAILER-DAEMON %s\n", at.UTC().Format(time.ANSIC))
	for lines := bufio.NewReader(mail); ; {
		line, err := lines.ReadString('\n')
		if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
			b.w.WriteByte('>')
		}
		b.w.WriteString(strings.TrimRight(line, "\r\n"))
		if line != "" {
			b.w.WriteByte('\n')
		}
		if err == io.EOF {
			_, err = b.w.WriteString("\n")
			return err
		}
		if err != nil {
			return err
		}
	}
}

// Flush ends the file.
func (b *Mbox) Flush() error { return b.w.Flush() }

// ItemMail writes an item as the mail that it could have been. Whoever does not see all reads
// people's names without their addresses, but for his own.
func (r *Renderer) ItemMail(ctx context.Context, w io.Writer, t desk.Ticket, it desk.Item,
	reader desk.Person) error {
	box := r.Mailboxes.Named(t.Mailbox)
	from, to := box.Address, t.Requester.Address()
	if reader.Agent() && it.Author.ID != 0 || it.Author.ID == reader.ID {
		from = it.Author.Address()
	}
	if it.Author.ID == t.Requester.ID || !reader.Agent() && reader.ID != t.Requester.ID {
		to = box.Address
	}
	subject := t.Subject
	if it.Subject != "" {
		subject = it.Subject
	}
	var h header
	h.add("Date", it.CreatedAt.In(r.Location).Format(time.RFC1123Z))
	h.add("From", headerAddress(it.Author.Name, from))
	h.add("To", headerAddress("", to))
	h.add("Subject", headerText(r.subject(box, reader, t.Number, subject)))
	h.add("Message-ID", fmt.Sprintf("<case.%d.%d@%s>", t.Number, it.Number, box.Domain()))
	if it.Number > 1 {
		h.add("In-Reply-To", fmt.Sprintf("<case.%d.1@%s>", t.Number, box.Domain()))
	}
	outside := box.Address
	if reader.Agent() {
		outside = ""
	}
	all := map[int]bool{}
	for i := range it.Attachments {
		all[i] = true
	}
	return compose(w, h, templates.Mail{Text: it.Text + "\n"}, r.opened(ctx, it, all, outside))
}
