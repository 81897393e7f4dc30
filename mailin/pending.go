package mailin

import (
	"context"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// A pending item waits in its ticket until an agent approves or rejects it. Approved, its mail goes
// the whole way again: what the rules say of its sender no longer counts, and what follows from it
// is what would have followed at first.

// approved reports whether an agent has let the mail in that was pending, or sends his own that was
// held.
func (f *filing) approved() bool {
	d := f.mail.Override.Decision
	return d == store.Approve || d == store.Send
}

// letIn has the mail do what it was meant to do.
func (f *filing) letIn(ctx context.Context) (err error) {
	f.ticket, err = f.tx.Ticket(ctx, f.mail.Ticket)
	if f.row.Action = Item; f.person.Agent() {
		f.row.Action = AgentItem
	}
	return err
}

// ownsUp reports whether an agent says of a mail that waits under his name that it is his: «sí», or
// nothing at all, in reply to the question. His next words are no answer to the customer then.
func (f *filing) ownsUp(ctx context.Context) (bool, error) {
	number, text := f.answeredItem(), f.rd.Reply.New()
	yes := f.saysNothing() || command.Confirms(text) || command.Mine(text)
	if number == 0 || f.approved() || !yes {
		return false, nil
	}
	it, err := store.Optional(f.tx.Item(ctx, f.ticket.Number, number))
	return it.State == desk.Pending && it.Author.ID == f.person.ID, err
}

// answeredItem is the item of the case whose notice the mail answers, 0 where that can't be told.
func (f *filing) answeredItem() int64 {
	for _, id := range threading.References(f.rd.Message.InReplyTo, nil) {
		t, v := f.o.Signer.VerifyMessageID(id, f.boxes)
		switch {
		case v != threading.Valid:
		case t.Ticket == f.ticket.Number:
			return t.Item
		case t.Ticket == f.pointed.Ticket && t.Item == f.pointed.Item:
			return f.resolution.Item
		}
	}
	return 0
}

// pending keeps the mail in the ticket for an agent to approve or reject; nothing else follows.
func (f *filing) pending(ctx context.Context) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	d := desk.Deed{By: author, Act: desk.Waits, Item: desk.Item{Text: f.text}}
	if f.resolution.Person != 0 && f.resolution.Person != author.ID {
		if d.Item.Via, err = f.via(ctx); err != nil {
			return err
		}
	}
	f.verdict.Outcome = store.OutcomePending
	if acts[f.row.Action].asks {
		return f.askAgent(ctx, d)
	}
	_, err = f.do(ctx, f.ticket, d)
	return err
}

// askAgent lets a mail wait that bears an agent's address, and asks him whether it is his.
func (f *filing) askAgent(ctx context.Context, d desk.Deed) error {
	d.Quiet = true
	reason, done, err := "kept_pending", store.Done{}, error(nil)
	if f.ticket.Number == 0 { // there is none in which it could wait
		f.verdict.Outcome, reason = store.OutcomeQuarantine, "kept_in_quarantine"
	} else if done, err = f.do(ctx, f.ticket, d); err != nil {
		return err
	}
	if f.mail.Envelope.Archive {
		return nil
	}
	if !f.answerable() {
		reason += "_for_admin"
	}
	cause := f.row.Cause
	if f.responder {
		cause = "automatic"
	}
	return f.tx.AskAgent(ctx, store.Outgoing{Echo: f.responder,
		Ticket: f.ticket.Number, Item: done.Item.Number, Mail: f.mail.ID, Mailbox: f.box.Address,
		Person: d.By.ID, Address: d.By.Address(),
		Details: store.Details{Author: d.By.ID, Reason: reason, Cause: cause},
	})
}

// answerable reports whether an agent who proves nothing else can say by his answer to a question
// that a mail is his.
func (f *filing) answerable() bool {
	return f.o.AgentProof == ByID || f.box.Plus && f.o.AgentProof != Strict
}
