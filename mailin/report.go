package mailin

import (
	"cmp"
	"context"
	"strings"

	"buzon/mailin/origin"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// reported finds the mail of ours that a machine's mail proves to be about: by the signed bounce
// address that it came to, or by our signed Message-ID in what it returns. Without such a proof
// anybody could declare anybody unreachable.
func (f *filing) reported(ctx context.Context) (o store.Outgoing, err error) {
	if id := f.bounceTo(); id != 0 {
		return store.Optional(f.tx.OutgoingMail(ctx, id))
	}
	for _, id := range f.returnedIDs() {
		if !f.ownMessageID(id) {
			continue
		}
		if o, err := store.Optional(f.tx.OutgoingByMessageID(ctx, id)); err != nil || o.ID != 0 {
			return o, err
		}
	}
	return o, nil
}

// bounceTo is the outgoing mail whose signed bounce address the mail was sent to; 0: none.
func (f *filing) bounceTo() int64 {
	m := f.rd.Message
	for _, list := range [][]string{f.mail.Envelope.To, addresses(m.DeliveredTo), addresses(m.To)} {
		for _, address := range list {
			if id, v := f.o.Signer.VerifyBounce(address, f.boxes); v == threading.Valid {
				return id
			}
		}
	}
	return 0
}

// judgeRecipient knows a responder that marks nothing by where it writes: people answer From or
// Reply-To, and only programs the sender of the envelope.
func (f *filing) judgeRecipient() {
	o := &f.rd.Origin
	if o.Class.Machine() || f.bounceTo() == 0 {
		return
	}
	o.Class, o.Person, o.Suppress = origin.AutoReply, false, true
	o.Reason = "bounce-address"
	if origin.Absent(f.rd.Message.Subject, f.rd.Reply.New()) {
		o.Reason += " (auto-reply)"
	}
}

// returnedIDs are the Message-IDs of the mails that a report says it is about, without angle
// brackets.
func (f *filing) returnedIDs() (ids []string) {
	v := f.rd.Origin
	for _, r := range v.Recipients {
		ids = append(ids, strings.Trim(r.OriginalMessageID, "<> "))
	}
	if v.Bounce != nil {
		ids = append(ids, strings.Trim(v.Bounce.OriginalMessageID, "<> "))
	}
	return ids
}

// report lets a proven report take effect: a failure settles the mail and is told, a delay is
// noted, a receipt or a complaint is kept in the ticket. What it says of other recipients than the
// mail's own counts for nothing.
func (f *filing) report(ctx context.Context) error {
	f.verdict.Outcome, f.verdict.Ticket, f.verdict.Item = store.OutcomeAutomatic, f.about.Ticket, 0
	switch class := f.rd.Origin.Class; {
	case class == origin.Bounced:
		return f.bounced(ctx)
	case class == origin.Delay && f.about.Ticket != 0:
		return f.tx.Note(ctx, store.Activity{
			Ticket: f.about.Ticket, Person: f.about.Person, Mail: f.mail.ID,
			What: "delayed", Old: f.about.Address, New: f.diagnostic(),
		})
	case class == origin.Delay, f.about.Ticket == 0:
		return nil
	}
	t, err := f.tx.Ticket(ctx, f.about.Ticket)
	if err != nil {
		return err
	}
	d := desk.Deed{By: f.person, Act: desk.Machine, Quiet: true, Item: desk.Item{Text: f.text}}
	_, err = f.do(ctx, t, d)
	return err
}

// bounced gives up the mail that came back, once: what bounces again changes nothing.
func (f *filing) bounced(ctx context.Context) error {
	if f.about.State == store.Failed {
		return nil
	}
	reason, lasting := f.failure()
	if lasting {
		err := f.tx.MarkUndeliverable(ctx, f.about.Person, f.about.Address)
		if err != nil {
			return err
		}
	}
	why := store.Details{Reason: reason, Failed: f.about.Address, Diagnostic: f.diagnostic()}
	report := desk.Item{Text: f.text, Mail: f.mail.ID, MessageID: f.rd.Message.MessageID}
	it, err := f.tx.Undelivered(ctx, f.about, why, f.o.Caps, report)
	f.verdict.Item = it.Number
	return err
}

// failure is the code of the sentence that says why the mail came back, and whether the next one
// will too.
func (f *filing) failure() (reason string, lasting bool) {
	b := f.rd.Origin.Bounce
	if b == nil {
		return "bounced", false
	}
	why, lasting := desk.Failed(b.Status, b.Diagnostic)
	return cmp.Or(string(why), "bounced"), lasting
}

// diagnostic is what the other server said.
func (f *filing) diagnostic() string {
	b := f.rd.Origin.Bounce
	switch {
	case b == nil:
		return f.rd.Origin.Reason
	case b.Diagnostic != "":
		return b.Diagnostic
	}
	return strings.TrimSpace(b.Status + " " + b.Action)
}
