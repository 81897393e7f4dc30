package mailin

import (
	"context"
	"slices"
	"strings"
	"time"

	"buzon/mailin/lapse"
	"buzon/store"
	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Codes of what is told of a mail beside its words: agents' are in the phrases' [warning], the
// sender's in [hint].
const (
	noAttachment = "no_attachment"
	secretFound  = "secret"
	infectedCode = "infected"   // its files go to nobody
	importance   = "importance" // by which the severity was chosen
)

// hints notes in an item of a customer's what he forgot or did not mean to say.
func (f *filing) hints(t desk.Ticket, it *desk.Item) {
	if it.Author.Agent() || f.machine() {
		return
	}
	s := &it.Seen
	if f.speaksOfFile && !f.files() {
		s.Warnings = append(s.Warnings, noAttachment)
	}
	if f.secret {
		s.Warnings = append(s.Warnings, secretFound)
	}
	if f.important && t.Number == 0 {
		s.Warnings = append(s.Warnings, importance)
	}
	if t.Number == 0 {
		s.Duplicate = f.duplicate
	}
	read := f.hinted
	if it.Text != f.text {
		read = lapse.Read(it.Text, store.Words(it.Text, nil))
	}
	s.Errors, s.Traces = read.Codes, read.Traces
}

// heard are those of the warnings that the sender hears too.
func heard(warnings []string) (list []string) {
	for _, code := range warnings {
		if code == noAttachment || code == secretFound || code == infectedCode {
			list = append(list, code)
		}
	}
	return list
}

// asks is what the answer to a new ticket asks for: keys of the phrases' [form]. What its reader
// may not set is left out when it is written.
func (f *filing) asks(d desk.Deed) []string {
	list := f.hinted.Lacks(f.files())
	set := func(key string) bool {
		return slices.ContainsFunc(d.Orders, func(o desk.Order) bool {
			return strings.HasPrefix(o.Arg, key+"=")
		})
	}
	list = append(list, "product")
	if !set("severity") && !d.Opens.ProductionDown {
		list = append(list, "severity")
	}
	return list
}

// urgency is what the header says of how important a mail is to its sender.
func (f *filing) urgency() int {
	h := f.rd.Message.Header
	for _, field := range []string{"X-Priority", "Importance", "X-MSMail-Priority", "Priority"} {
		switch value := strings.ToLower(strings.TrimSpace(h.Get(field))); {
		case urgent.MatchString(value):
			return 1
		case idle.MatchString(value):
			return -1
		}
	}
	return 0
}

var (
	urgent = lazy.Compile(`^(?:[12]\b|high|highest|urgent)`)
	idle   = lazy.Compile(`^(?:[45]\b|low|lowest|non-urgent)`)
)

// rate chooses the severity by the importance that the sender gave his mail, where he may choose it
// and says nothing of it in his words.
func (f *filing) rate(ctx context.Context, t *desk.Ticket, lines []desk.Order) error {
	how := f.urgency()
	said := slices.ContainsFunc(lines, func(o desk.Order) bool {
		return strings.HasPrefix(o.Arg, "severity=")
	})
	f.important = false
	if how == 0 || said || t.ProductionDown || f.proof == Disproof || f.rd.Origin.Spam != "" ||
		f.machine() {
		return nil
	}
	rows, err := f.tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	sight, err := f.tx.Sight(ctx, t.Requester)
	list := rows.All(desk.Severities)
	if err != nil || len(list) == 0 || !sight.Edits(rows, *t, "severity") {
		return err
	}
	if t.Severity, f.important = list[0].Position, true; how < 0 {
		t.Severity = list[len(list)-1].Position
	}
	return nil
}

// duplicateWithin is how long ago a ticket was opened of which a new one may be a duplicate.
const duplicateWithin = 30 * 24 * time.Hour

// findDuplicate finds the open ticket of the same person that a new one may say again.
func (f *filing) findDuplicate(ctx context.Context, t desk.Ticket) error {
	f.duplicate = 0
	if !f.met || f.machine() || f.mail.Envelope.Archive {
		return nil
	}
	list, err := f.tx.OpenOf(ctx, t.Requester.ID, f.tx.Now().Add(-duplicateWithin))
	this := lapse.Case{Subject: t.Subject, Text: lapse.Head(f.text)}
	for _, c := range list {
		if lapse.Alike(this, lapse.Case{Subject: c.Subject, Text: lapse.Head(c.Text)}) {
			f.duplicate = c.Number
			break
		}
	}
	return err
}
