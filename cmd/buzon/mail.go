package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"buzon/mailin"
	"buzon/store"
)

func (a *app) mail() *cobra.Command {
	c := &cobra.Command{Use: "mail", Short: "The journal: every mail and what became of it"}
	list := a.mailList()
	c.AddCommand(list,
		a.mailCommand("show ID", "Show the journal row of a mail", a.showMail),
		a.mailCommand("explain ID", "Say what became of a mail, and by which rule", a.explainMail),
		a.mailCommand("raw ID", "Print the mail as it came, byte for byte", a.rawMail))
	return c
}

// outcomes are what a mail can have become.
var outcomes = []store.Outcome{store.OutcomeTicket, store.OutcomeItem, store.OutcomePending, store.OutcomeQuery, store.OutcomeAutomatic, store.OutcomeDuplicate,
	store.OutcomeOwn, store.OutcomeBlocked, store.OutcomeQuarantine, store.OutcomeRefused, store.OutcomeDropped}

func (a *app) mailList() *cobra.Command {
	var outcome string
	var limit int
	c := &cobra.Command{Use: "list", Short: "List mails, the newest first", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		if err := among("outcome", store.Outcome(outcome), outcomes...); err != nil {
			return err
		}
		return a.listMails(c.Context(), store.Outcome(outcome), limit)
	}}
	c.Flags().StringVar(&outcome, "outcome", "", "only those that became ticket, item, pending, automatic, duplicate, own, quarantine …")
	c.Flags().IntVar(&limit, "limit", 1000, "how many")
	return c
}

func (a *app) listMails(ctx context.Context, outcome store.Outcome, limit int) error {
	h, err := a.existing(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	list, err := h.store.Mails(ctx, outcome, limit)
	if err != nil {
		return failed(err)
	}
	var rows [][]string
	for _, m := range list {
		if a.json {
			if err := a.object(mailJSON(m)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{fmt.Sprint(m.ID), clock(m.Received), m.Sender, cut(m.Subject, 50), m.Rule, string(m.Outcome), place(m.Ticket, m.Item)})
	}
	return a.table([]string{"MAIL", "RECEIVED", "FROM", "SUBJECT", "RULE", "OUTCOME", "TICKET"}, rows)
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
	ID           int64   `json:"id"`
	ReceivedAt   *string `json:"received_at"`
	Door         string  `json:"door"`
	Mailbox      string  `json:"mailbox"`
	EnvelopeFrom string  `json:"envelope_from"`
	MessageID    string  `json:"message_id"`
	SHA256       string  `json:"sha256"`
	From         string  `json:"from"`
	Subject      string  `json:"subject"`
	Proof        string  `json:"proof"`
	Evidence     string  `json:"evidence"`
	Rule         string  `json:"rule"`
	Outcome      string  `json:"outcome"`
	Ticket       *int64  `json:"ticket"`
	Item         *int64  `json:"item"`
	Attempts     int     `json:"attempts"`
	Error        string  `json:"error"`
	Reason       string  `json:"reason"`
	Size         int64   `json:"size"`
	Folder       string  `json:"folder,omitempty"` // of mail from an IMAP account, with its place there
	UIDValidity  uint32  `json:"uidvalidity,omitempty"`
	UID          uint32  `json:"uid,omitempty"`
}

func mailJSON(m store.Mail) mailRow {
	return mailRow{m.ID, stamp(m.Received), m.Envelope.Door, m.Mailbox, m.Envelope.From, m.MessageID, m.SHA256, m.Sender, m.Subject,
		m.Proof, m.Evidence, m.Rule, string(m.Outcome), orNull(m.Ticket), orNull(m.Item), m.Attempts, m.Error, m.Reason, m.Size,
		m.Envelope.Folder, m.Envelope.UIDValidity, m.Envelope.UID}
}

func orNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// mailCommand is a subcommand about one mail.
func (a *app) mailCommand(use, short string, f func(context.Context, *house, store.Mail) error) *cobra.Command {
	return about(a, use, short, "mail", "buzon mail list", func(ctx context.Context, h *house, id int64) (store.Mail, bool, error) {
		return h.store.Mail(ctx, id)
	}, f)
}

func (a *app) showMail(_ context.Context, _ *house, m store.Mail) error {
	if a.json {
		return a.object(mailJSON(m))
	}
	facts(a.stdout, "Mail", fmt.Sprint(m.ID), "Received", clock(m.Received), "Door", m.Envelope.Door, "Mailbox", m.Mailbox,
		"Envelope from", m.Envelope.From, "From", m.Sender, "Subject", m.Subject, "Message-ID", m.MessageID, "SHA-256", m.SHA256, "Size", fmt.Sprint(m.Size),
		"Proof", m.Proof, "Evidence", m.Evidence, "Rule", m.Rule, "Reason", m.Reason, "Outcome", string(m.Outcome),
		"Ticket", place(m.Ticket, m.Item), "Attempts", fmt.Sprint(m.Attempts), "Error", m.Error)
	return nil
}

// explainMail says in sentences what became of a mail.
func (a *app) explainMail(ctx context.Context, h *house, m store.Mail) error {
	if a.json {
		return a.object(mailJSON(m))
	}
	fmt.Fprintf(a.stdout, "Mail %d came in by %s on %s, %d bytes", m.ID, m.Envelope.Door, clock(m.Received), m.Size)
	if from := m.Envelope.From; from != "" && from != m.Sender {
		fmt.Fprintf(a.stdout, ", handed over in the name of %s", safe(from))
	}
	fmt.Fprintln(a.stdout, ".")
	if e := m.Envelope; e.UID != 0 {
		fmt.Fprintf(a.stdout, "It was number %d in the folder %s (UIDVALIDITY %d).\n", e.UID, safe(e.Folder), e.UIDValidity)
	}
	if m.Outcome == "" {
		fmt.Fprintf(a.stdout, "It waits to be filed; attempts so far: %d. %s\n", m.Attempts, safe(m.Error))
		return nil
	}
	fmt.Fprintf(a.stdout, "From %s, %s.\n", safe(cmp.Or(m.Sender, "nobody that can be used")), quotedSubject(m.Subject))
	fmt.Fprintf(a.stdout, "Proof of the sender: %s.\n", mailin.Proof(m.Proof).Explain())
	fmt.Fprintf(a.stdout, "Evidence of the ticket: %s.\n", mailin.ExplainEvidence(m.Evidence))
	if m.Reason != "" {
		fmt.Fprintf(a.stdout, "Because of: %s.\n", safe(m.Reason))
	}
	fmt.Fprintf(a.stdout, "Rule %s: %s", m.Rule, m.Outcome)
	if m.Ticket != 0 {
		fmt.Fprintf(a.stdout, ", case %s", place(m.Ticket, m.Item))
	}
	fmt.Fprintln(a.stdout, ".")
	if words := outcomeWords[m.Outcome]; m.Outcome == store.OutcomeQuarantine && m.Envelope.Incomplete != "" {
		fmt.Fprintln(a.stdout, "Only its header is here; the mail is on the server. To take it whole: buzon mailbox reconcile --aside.")
	} else if words != "" {
		fmt.Fprintln(a.stdout, strings.ReplaceAll(words, "ID", fmt.Sprint(m.ID)))
	}
	if m.Error != "" {
		fmt.Fprintf(a.stdout, "What went wrong: %s\n", safeText(m.Error))
	}
	return a.explainSent(ctx, h, m)
}

func quotedSubject(subject string) string {
	if subject == "" {
		return "without a subject"
	}
	return "«" + safe(subject) + "»"
}

// outcomeWords say what an outcome means, and what can be done about it.
var outcomeWords = map[store.Outcome]string{
	store.OutcomeTicket:     "It opened a case.",
	store.OutcomeItem:       "It was added to the case.",
	store.OutcomePending:    "It was set aside with the case until an agent approves or rejects it.",
	store.OutcomeAutomatic:  "A machine wrote it: it is kept with the case, which stays as it was, and is not answered.",
	store.OutcomeDuplicate:  "It had come in before, and nothing was done again.",
	store.OutcomeOwn:        "The desk sent it itself: nothing was done.",
	store.OutcomeBlocked:    "Its sender is blocked: nothing was done.",
	store.OutcomeQuarantine: "It is kept whole and opened no case. To file it as a new one: buzon quarantine release ID. To give it up: buzon quarantine drop ID.",
	store.OutcomeDropped:    "It was in quarantine, and an administrator gave it up. Its bytes: buzon mail raw ID.",
}

// explainSent says which mails the desk owed because of a mail, the first it owed first.
func (a *app) explainSent(ctx context.Context, h *house, m store.Mail) error {
	if m.Ticket == 0 {
		return nil
	}
	list, err := h.store.Outbox(ctx, store.OutboxFilter{Ticket: m.Ticket})
	if err != nil {
		return err
	}
	for _, o := range slices.Backward(list) {
		if o.Mail == m.ID {
			fmt.Fprintf(a.stdout, "Notice: %s to %s, %s (buzon outbox show %d).\n", o.Kind, safe(o.Address), o.State, o.ID)
		}
	}
	return nil
}

func (a *app) rawMail(ctx context.Context, h *house, m store.Mail) error {
	b, err := h.store.OpenMail(ctx, m)
	if err != nil {
		return err
	}
	defer b.Close()
	return printMail(a.stdout, b.Reader())
}
