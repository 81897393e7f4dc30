package mailin

import (
	"cmp"
	"context"
	"strings"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// agentItem is an agent's answer by his own reply address: commands run, the rest goes to the
// customer.
func (f *filing) agentItem(ctx context.Context) error {
	if f.toSender() && f.resolution.Kind == threading.Customer && !f.approved() {
		return f.agentNote(ctx) // his token as a customer orders nothing
	}
	written, _, err := f.written(ctx)
	if err != nil {
		return err
	}
	mine, err := f.ownsUp(ctx)
	if err != nil {
		return err
	}
	if mine {
		yes := desk.NewOrder(desk.VerbApprove, "", f.person.Language)
		yes.Line = cmp.Or(strings.TrimSpace(f.rd.Reply.New()), yes.Line)
		written = command.Orders{Commands: []desk.Order{yes}}
	}
	d := desk.Deed{By: f.person, Orders: ordered(written), Item: desk.Item{Text: written.Text},
		Answers: f.answeredItem(), Again: f.approved()}
	if d.Read, err = f.notified(ctx); err != nil {
		return err
	}
	if d.Kept, err = f.kept(ctx, written); err != nil {
		return err
	}
	if written.Internal {
		d.Item.Visibility = desk.Internal
	}
	f.verdict.Outcome = store.OutcomeItem
	done, err := f.do(ctx, f.ticket, d)
	if err != nil {
		return err
	}
	return f.receipt(ctx, done)
}

// ordered are the orders of a text, with what stands in the wrong place and what was meant as one.
func ordered(written command.Orders) []desk.Order {
	list := written.Commands
	for _, o := range written.Misplaced {
		o.Misplaced = true
		list = append(list, o)
	}
	for _, m := range written.Unknown {
		list = append(list, desk.Order{Arg: m.Nearest, Line: m.Line})
	}
	return list
}

// kept decides whether the words stay among agents that are not marked as a note: they answer what
// agents said among themselves, or it is not certain what should become of them.
func (f *filing) kept(ctx context.Context, written command.Orders) (desk.Kept, error) {
	open := written.Has(desk.VerbPublic)
	switch {
	case written.Internal:
		return "", nil
	case written.Held():
		return desk.HeldUnknown, nil
	case written.Text == "" && !f.files() && !written.Has("canned"):
		return "", nil
	case f.resolution.Inside && !open:
		return desk.KeptInside, nil
	}
	repeats, err := f.repeats(ctx, written.Text, open)
	if err != nil || !repeats {
		return "", err
	}
	return desk.HeldRepeats, nil
}

// notified is the notice that the agent has read when he wrote: the one that he answers, else the
// last.
func (f *filing) notified(ctx context.Context) (desk.Notified, error) {
	ids := threading.References(f.rd.Message.InReplyTo, nil)
	return f.tx.ReadNotice(ctx, f.ticket.Number, f.person.ID, ids, f.mail.Received)
}

// receipt tells the agent what his commands did. It is owed to him alone, and only when he wrote
// some, or his words went elsewhere than the notice said.
func (f *filing) receipt(ctx context.Context, done store.Done) error {
	usual := done.Kept == "" || done.Kept == desk.KeptInside
	if len(done.Results) == 0 && usual && done.Until.IsZero() {
		return nil
	}
	d := store.Details{Reason: string(done.Kept), Until: done.Until, Unknown: done.Unknown(),
		Inside: f.resolution.Inside || !done.Kept.Held()}
	if m := done.Meanwhile; done.Kept == desk.HeldAnswered {
		d.Author, d.Acted, d.Took = m.By.ID, m.At, m.Took
	}
	for _, r := range done.Results {
		if !r.Unknown {
			result := store.CommandResult{Line: r.Line, Result: r.Key, Value: r.Value}
			d.Commands = append(d.Commands, result)
		}
	}
	return f.tx.OweReply(ctx, f.o.Caps, store.Outgoing{
		Kind: desk.Receipt, Ticket: done.Ticket.Number, Item: done.Item.Number, Mail: f.mail.ID,
		Person: f.person.ID, Address: f.person.Address(), Mailbox: done.Ticket.Mailbox, Details: d,
	})
}

// agentNote keeps an agent's mail inside: its way proves too little for the customer to read it.
func (f *filing) agentNote(ctx context.Context) error {
	f.verdict.Outcome = store.OutcomeItem
	d := desk.Deed{By: f.person, Act: desk.Doubts, Item: desk.Item{Text: f.text}}
	_, err := f.do(ctx, f.ticket, d)
	return err
}
