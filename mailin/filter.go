package mailin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"buzon/mailin/milter"
	"buzon/mailin/origin"
	"buzon/mailin/smtpd"
	"buzon/store"
	"buzon/store/desk/lazy"
)

// Treatment is what becomes of mail that a filter calls spam, or infected.
type Treatment string

const (
	MarkIt   Treatment = "mark"       // filed, marked, and not acknowledged if it is spam
	ApartIt  Treatment = "quarantine" // kept whole for an administrator
	RefuseIt Treatment = "refuse"     // in the SMTP session; what has come already is kept apart
)

// Filtering is what becomes of such mail, whoever has marked it.
type Filtering struct{ Spam, Infected Treatment }

// DoorFilter asks a milter about mail at the SMTP door.
type DoorFilter struct {
	Milter   milter.Filter
	Hostname string
	Filtering
	Lenient bool // mail is taken where the filter does not answer
	Log     *slog.Logger
}

// refused is mail that the filter does not want.
type refused struct {
	code int
	text string
}

func (r refused) Error() string {
	return fmt.Sprintf("the filter refuses it: %d %s", r.code,
		r.text)
}

func (r refused) SMTP() (int, [3]int, string) { return r.code, [3]int{5, 7, 1}, r.text }

// enhanced is the status code before a reply's text (RFC 3463).
var enhanced = lazy.Compile(`^\d\.\d+\.\d+ `)

var errFilterWaits = errors.New("the filter asks to try again later")

// Inspect asks about a mail that has come whole.
func (d DoorFilter) Inspect(ctx context.Context, env smtpd.Envelope, s smtpd.Spool) (
	found smtpd.Found, err error) {
	spool := s.(*store.Spool)
	f, err := d.Milter.Check(ctx, milter.Mail{Hostname: d.Hostname, Helo: env.Helo,
		Remote: env.Remote, User: env.AuthUser, From: env.From, To: env.To, QueueID: env.QueueID,
		Raw: io.NewSectionReader(spool.ReaderAt(), 0, spool.Size())})
	switch {
	case err != nil && d.Lenient:
		d.Log.Warn("the filter does not answer: mail is taken unseen", "error", err)
		return found, nil
	case err != nil:
		return found, err
	case f.Code >= 500:
		return found, refused{f.Code, enhanced.ReplaceAllString(f.Text, "")}
	case f.Code != 0:
		return found, errFilterWaits
	}
	found.Apart = f.Apart
	for _, field := range f.Added {
		spam, infected := origin.Flagged(field.Name, field.Value)
		if text := field.Name + ": " + field.Value; spam {
			found.Spam = text
		} else if infected {
			found.Infected = text
		}
	}
	if found.Spam != "" && d.Spam == RefuseIt || found.Infected != "" && d.Infected == RefuseIt {
		return found, refused{550, "Refused by the filter"}
	}
	return found, nil
}

// found adds what a filter found at the door.
func (rd *Reading) found(f store.Found) {
	if f.Spam != "" {
		rd.Origin.Spam = f.Spam
	}
	if f.Infected != "" {
		rd.Origin.Infected = f.Infected
	}
}

// filter keeps mail apart that a filter calls infected, or spam unless it answers us; somebody is
// told of it.
func (f *filing) filter() {
	o, reason := f.rd.Origin, ""
	switch {
	case f.row.Action == Record:
		return
	case f.mail.Envelope.Found.Apart != "":
		reason = "filtered"
	case o.Infected != "" && apart(f.o.Filter.Infected):
		reason = "infected"
	case o.Spam != "" && apart(f.o.Filter.Spam) && !f.answered() && !f.person.Agent():
		reason = "spam"
	default:
		return
	}
	f.row.Action, f.row.Reason, f.row.Alert = Quarantine, reason, true
}

func apart(t Treatment) bool { return t == ApartIt || t == RefuseIt }
