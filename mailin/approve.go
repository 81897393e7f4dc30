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

// approved reports whether an agent has let the mail in that was pending.
func (f *filing) approved() bool { return f.mail.Override.Decision == store.Approve }

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
		if v == threading.Valid && t.Ticket == f.ticket.Number {
			return t.Item
		}
	}
	return 0
}
