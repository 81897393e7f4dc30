package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"buzon/store/desk"
)

// Waiting stands for mail without an outcome where mail is chosen by it; it is never written.
const Waiting Outcome = "waiting"

// MailFilter chooses mail; zero fields choose all.
type MailFilter struct {
	Outcome      Outcome
	From         string // part of the address in From or of the envelope's sender
	To           string // part of an address of the envelope, or of the mailbox
	Subject      string // part of it, accents and case aside
	MessageID    string // whole, with or without brackets
	Since, Until time.Time
	Limit        int
}

var errEnough = errors.New("as many as were asked for")

// Mails lists the journal, the newest first.
func (r Reader) Mails(ctx context.Context, f MailFilter) (list []Mail, err error) {
	f.MessageID = strings.Trim(f.MessageID, "<> ")
	f.From, f.To, f.Subject = strings.ToLower(f.From), strings.ToLower(f.To), desk.Fold(f.Subject)
	where, a := f.where()
	err = journal.each(ctx, r, where+" ORDER BY j.id DESC", a, func(m Mail) error {
		if f.chooses(m) {
			list = append(list, m)
		}
		if len(list) >= cmp.Or(f.Limit, 1000) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return list, err
}

// where is what an index or a comparison of numbers can choose by.
func (f MailFilter) where() (string, []any) {
	var conditions []string
	var a []any
	if f.MessageID != "" {
		conditions = append(conditions, "j.message_id = $1 AND j.message_id <> ''")
		a = append(a, f.MessageID)
	}
	switch f.Outcome {
	case "":
	case Waiting:
		conditions = append(conditions, "j.settled_at IS NULL")
	default:
		conditions = append(conditions, "j.outcome = $1 AND j.outcome <> ''")
		a = append(a, f.Outcome)
	}
	if !f.Since.IsZero() {
		conditions, a = append(conditions, "j.received_at >= $1"), append(a, f.Since.UnixMilli())
	}
	if !f.Until.IsZero() {
		conditions, a = append(conditions, "j.received_at < $1"), append(a, f.Until.UnixMilli())
	}
	return numbered(conditions), a
}

// numbered joins conditions, each of which calls its argument $1 if it has one.
func numbered(conditions []string) string {
	n := 0
	for i, c := range conditions {
		if strings.Contains(c, "$1") {
			n++
			conditions[i] = strings.ReplaceAll(c, "$1", "$"+string(rune('0'+n)))
		}
	}
	if len(conditions) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(conditions, " AND ")
}

func (f MailFilter) chooses(m Mail) bool {
	has := func(part string, of ...string) bool {
		return part == "" || slices.ContainsFunc(of, func(s string) bool {
			return strings.Contains(strings.ToLower(s), part)
		})
	}
	return has(f.From, m.Sender, m.Envelope.From) &&
		has(f.To, append(m.Envelope.To, m.Mailbox)...) &&
		(f.Subject == "" || strings.Contains(desk.Fold(m.Subject), f.Subject))
}
