package mailin

import (
	"bytes"
	"context"
	"strings"

	"buzon/mailin/imappoll"
	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// WantsSent tells from the header of a mail in the folder of sent mail of a mailbox whether it is
// an agent's answer on a ticket: a person wrote it, in answer to a mail that the desk knows or with
// the case's number in its subject, and it reaches the desk by no other way.
func (in *Intake) WantsSent(ctx context.Context, mailbox string, header []byte) (
	imappoll.Want, error) {
	m, err := message.Read(ctx, bytes.NewReader(header), int64(len(header)), in.o.Limits)
	if err != nil {
		return imappoll.Unwanted, err
	}
	if in.ownMessageID(m.MessageID) || automatic(m) {
		return imappoll.Unwanted, nil // the desk's own mail, which the relay has put there
	}
	for _, a := range append(m.To, m.Cc...) {
		if in.ours(a.Address) {
			return imappoll.Unwanted, nil // it comes in by itself
		}
	}
	index := newIndex(in.o.Store.Reader)
	r := threading.Resolver{Signer: in.o.Signer, Mailboxes: in.boxes, Index: index}
	res, err := r.Resolve(ctx, threading.Mail{InReplyTo: m.InReplyTo, References: m.References,
		Subject: m.Subject, Tag: in.o.Mailboxes.Named(mailbox).Tag})
	switch {
	case err != nil:
		return imappoll.Unwanted, err
	case res.Ticket != 0:
		return imappoll.Wanted, nil
	case len(m.InReplyTo)+len(m.References) > 0:
		return imappoll.Unknown, nil
	}
	return imappoll.Unwanted, nil
}

func automatic(m *message.Message) bool {
	for _, v := range m.Header.Values("Auto-Submitted") {
		if !strings.EqualFold(strings.TrimSpace(v), "no") {
			return true
		}
	}
	return len(m.Header.Values("X-Buzon-Loop")) > 0
}

// sent tells a mail that an agent sent outside of the desk.
func (f *filing) sent() bool { return strings.HasPrefix(f.mail.Envelope.Door, sentDoor) }

// fileSent adds an answer that has been sent already to its ticket. The customer has it, so nobody
// is told. That the mail lies in the mailbox's own folder of sent mail is proof enough of who wrote
// it.
func (f *filing) fileSent(ctx context.Context) error {
	f.verdict.Rule, f.verdict.Reason = "sent", "found in the folder of sent mail"
	if err := f.findTwin(ctx); err != nil {
		return err
	}
	if f.twin.ID != 0 || f.ticket.Number == 0 {
		f.verdict.Ticket, f.verdict.Item = f.twin.Ticket, f.twin.Item
		f.verdict.Outcome = store.OutcomeDuplicate
		if f.twin.ID == 0 {
			f.verdict.Outcome = store.OutcomeOwn
		}
		return nil
	}
	author, act := f.sentBy(), desk.Writes
	toCustomer, err := f.toCustomer(ctx)
	if err != nil {
		return err
	}
	if !toCustomer {
		act = desk.Notes
	}
	f.verdict.Outcome = store.OutcomeItem
	_, err = f.do(ctx, f.ticket, desk.Deed{By: author, Act: act, Quiet: true,
		Item: desk.Item{Text: f.rd.Reply.New(), Via: f.from}})
	return err
}

// sentBy is the agent who wrote: by his own address or, from the mailbox's, whoever has the ticket.
func (f *filing) sentBy() desk.Person {
	switch {
	case f.person.Agent():
		return f.person
	case f.ticket.Agent.ID != 0:
		return f.ticket.Agent
	}
	return desk.Person{Role: desk.Agent}
}

// toCustomer reports whether the mail went to the customer's side. What agents wrote to one
// another, or to a supplier, is not for the customer to read.
func (f *filing) toCustomer(ctx context.Context) (bool, error) {
	for _, a := range append(f.rd.Message.To, f.rd.Message.Cc...) {
		p, err := f.tx.PersonByAddress(ctx, desk.Canonical(a.Address))
		if err != nil {
			return false, err
		}
		if p.ID != 0 && !p.Agent() && f.ticket.Participant(p.ID) {
			return true, nil
		}
	}
	return false, nil
}
