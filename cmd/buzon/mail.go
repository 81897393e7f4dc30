package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
)

func (a *app) mail() *cobra.Command {
	c := &cobra.Command{Use: "mail", Short: "The journal: every mail and what became of it"}
	list := a.mailList()
	c.AddCommand(list,
		a.mailCommand(a.look, "show ID", "Show the journal row of a mail", a.showMail),
		a.mailCommand(a.look, "explain ID",
			"Say what became of a mail, by which rule, and who was or was not told", a.explainMail),
		a.mailCommand(a.look, "raw ID", "Print the mail as it came, byte for byte", a.rawMail))
	return c
}

// outcomes are what a mail can have become.
var outcomes = []store.Outcome{store.OutcomeTicket, store.OutcomeItem, store.OutcomePending,
	store.OutcomeQuery, store.OutcomeAutomatic,
	store.OutcomeDuplicate, store.OutcomeOwn, store.OutcomeBlocked, store.OutcomeQuarantine,
	store.OutcomeRefused, store.OutcomeDropped,
	store.OutcomeRejected, store.Waiting}

// mailFlags are the flags by which mail is chosen.
type mailFlags struct {
	store.MailFilter
	since, until string
}

func (f *mailFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.From, "from", "",
		"only from this address, or a part of it such as @cliente.test")
	flags.StringVar(&f.To, "to", "", "only to this address, or a part of it")
	flags.StringVar(&f.Subject, "subject", "",
		"only with these words in the subject, accents and case aside")
	flags.StringVar(&f.MessageID, "message-id", "", "only with this Message-ID")
	flags.StringVar(&f.since, "since", "",
		"only from then on: 2026-01-31, \"2026-01-31 14:05\", or 2h for the last two hours")
	flags.StringVar(&f.until, "until", "", "only before then; a day counts whole")
	flags.IntVar(&f.Limit, "limit", 1000, "how many")
}

// filter reads what the flags say; times are in the desk's zone.
func (f *mailFlags) filter(zone *time.Location) (_ store.MailFilter, err error) {
	if f.Since, err = moment("since", f.since, zone, false); err != nil {
		return f.MailFilter, err
	}
	f.Until, err = moment("until", f.until, zone, true)
	return f.MailFilter, err
}

// moment reads a time as people write it: a day, a minute, or how long ago. Of a day it is the
// beginning, or the end.
func moment(flag, text string, zone *time.Location, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return time.Now().Add(-d), nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		if end {
			t = t.AddDate(0, 0, 1)
		}
		return t, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.DateTime,
		time.RFC3339, "2006-01-02 15:04:05 -0700"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf(
		"--%s: %q: want a day (2026-01-31), a time (\"2026-01-31 14:05\") or how long ago (2h)",
		flag, text)
}

func (a *app) mailList() *cobra.Command {
	var f mailFlags
	c := &cobra.Command{Use: "list", Short: "List mails, the newest first", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := among("outcome", f.Outcome, outcomes...); err != nil {
				return err
			}
			return a.listMails(c.Context(), &f)
		}}
	f.register(c)
	c.Flags().StringVar((*string)(&f.Outcome), "outcome", "",
		"only those that became ticket, item, pending, automatic, duplicate, own, quarantine …; "+
			"waiting: not filed yet")
	return c
}

func (a *app) listMails(ctx context.Context, flags *mailFlags,
	more ...func(*app, context.Context, *house, int) ([]store.Mail, error)) error {
	return in(ctx, a.look, func(h *house) error {
		f, err := flags.filter(h.location)
		if err != nil {
			return err
		}
		list, err := h.store.Mails(ctx, f)
		if err != nil {
			return failed(err)
		}
		for _, also := range more {
			others, err := also(a, ctx, h, f.Limit)
			if err != nil {
				return failed(err)
			}
			list = append(list, others...)
		}
		return a.printMails(list)
	})
}

func (a *app) printMails(list []store.Mail) error {
	head := []string{"MAIL", "RECEIVED", "FROM", "SUBJECT", "RULE", "OUTCOME", "TICKET"}
	return printAll(a, list, mailJSON, head, func(m store.Mail) []string {
		return []string{fmt.Sprint(m.ID), a.clock(m.Received),
			cmp.Or(m.Sender, m.Envelope.From), cut(m.Subject, 50), m.Rule,
			string(cmp.Or(m.Outcome, store.Waiting)), place(m.Ticket, m.Item)}
	})
}

// place writes ticket and item as "12-3".
func place(ticket, item int64) string {
	switch {
	case ticket == 0:
		return ""
	case item == 0:
		return fmt.Sprint(ticket)
	}
	return fmt.Sprintf("%d-%d", ticket, item)
}

// mailRow is the JSON of a journal row; a fixed interface.
type mailRow struct {
	ID           int64             `json:"id"`
	ReceivedAt   *string           `json:"received_at"`
	Door         string            `json:"door"`
	Mailbox      string            `json:"mailbox"`
	EnvelopeFrom string            `json:"envelope_from"`
	MessageID    string            `json:"message_id"`
	SHA256       string            `json:"sha256"`
	From         string            `json:"from"`
	Subject      string            `json:"subject"`
	Proof        string            `json:"proof"`
	ProofParts   []store.ProofPart `json:"proof_parts"`
	Evidence     string            `json:"evidence"`
	Rule         string            `json:"rule"`
	Outcome      string            `json:"outcome"`
	Ticket       *int64            `json:"ticket"`
	Item         *int64            `json:"item"`
	Attempts     int               `json:"attempts"`
	Error        string            `json:"error"`
	Reason       string            `json:"reason"`
	Size         int64             `json:"size"`
	// of mail from an IMAP account, with its place there
	Folder      *string `json:"folder"`
	UIDValidity *int64  `json:"uidvalidity"`
	UID         *int64  `json:"uid"`
	SettledAt   *string `json:"settled_at"`

	EnvelopeTo []string `json:"envelope_to"`
	Remote     *string  `json:"remote"` // address of the server that handed it over
}

func mailJSON(m store.Mail) mailRow {
	return mailRow{m.ID, stamp(m.Received), m.Envelope.Door, m.Mailbox, m.Envelope.From,
		m.MessageID, m.SHA256, m.Sender, m.Subject,
		m.Proof, nonNil(m.ProofParts), m.Evidence, m.Rule, string(m.Outcome), orNull(m.Ticket),
		orNull(m.Item), m.Attempts, m.Error, m.Reason, m.Size,
		orNone(m.Envelope.Folder), orNull(int64(m.Envelope.UIDValidity)),
		orNull(int64(m.Envelope.UID)), stamp(m.Settled),
		nonNil(m.Envelope.To), orNone(m.Envelope.Remote)}
}

// orNone is null for what is not there.
func orNone(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// mailCommand is a subcommand about one mail.
func (a *app) mailCommand(open opener, use, short string,
	f func(context.Context, *house, store.Mail) error) *cobra.Command {
	return about(open, use, short, "mail", "buzon mail list",
		func(ctx context.Context, h *house, id int64) (store.Mail, error) {
			return h.store.Mail(ctx, id)
		}, f)
}

func (a *app) showMail(_ context.Context, _ *house, m store.Mail) error {
	if a.json {
		return a.object(mailJSON(m))
	}
	facts(a.stdout, "Mail", fmt.Sprint(m.ID), "Received", a.clock(m.Received), "Door",
		m.Envelope.Door, "Mailbox", m.Mailbox,
		"Envelope from", envelopeFrom(m), "Envelope to", strings.Join(m.Envelope.To, ", "),
		"Remote", m.Envelope.Remote, "From", m.Sender, "Subject", m.Subject, "Message-ID",
		m.MessageID, "SHA-256", m.SHA256, "Size", fmt.Sprint(m.Size),
		"Proof", m.Proof, "Evidence", m.Evidence, "Rule", m.Rule, "Reason", m.Reason, "Outcome",
		string(cmp.Or(m.Outcome, store.Waiting)),
		"Ticket", place(m.Ticket, m.Item), "Attempts", fmt.Sprint(m.Attempts), "Error", m.Error)
	return nil
}

// envelopeFrom is the envelope's sender as SMTP writes it; "" where the door knows none.
func envelopeFrom(m store.Mail) string {
	if m.Envelope.NullSender {
		return "<>"
	}
	return m.Envelope.From
}

func (a *app) rawMail(ctx context.Context, h *house, m store.Mail) error {
	b, err := h.store.OpenMail(ctx, m)
	if err != nil {
		return err
	}
	defer b.Close()
	return printMail(a.stdout, b.Reader())
}
