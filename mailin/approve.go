package mailin

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// A pending item waits in its ticket until an agent approves or rejects it. Approved, its mail goes the whole way again:
// what the rules say of its sender no longer counts, and what follows from it is what would have followed at first.

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

// fill writes the item in the place where it was pending, and who let it in.
func (f *filing) fill(ctx context.Context, n store.NewItem) (desk.Item, error) {
	n.Number = f.mail.Item
	it, err := f.tx.FillItem(ctx, n)
	if err != nil {
		return it, err
	}
	o := f.mail.Override
	return it, f.tx.Note(ctx, store.Activity{Ticket: it.Ticket, Person: o.By, Mail: o.Mail, What: "approved", New: strconv.FormatInt(it.Number, 10)})
}

// approve lets in the pending item that the agent's mail is about.
func (o *orders) approve(ctx context.Context, arg string) (string, string, error) {
	return o.judge(ctx, arg, desk.VerbApprove, "approved", o.tx.ApprovePending)
}

// reject leaves it out.
func (o *orders) reject(ctx context.Context, arg string) (string, string, error) {
	return o.judge(ctx, arg, desk.VerbReject, "rejected", o.tx.RejectPending)
}

func (o *orders) judge(ctx context.Context, arg string, v desk.Verb, result string,
	settle func(context.Context, int64, store.Override) (bool, error)) (string, string, error) {
	list, err := o.tx.PendingItems(ctx, o.ticket.Number)
	if err != nil {
		return "", "", err
	}
	asked := o.pendingNumber(arg)
	i := slices.IndexFunc(list, func(it desk.Item) bool { return it.Number == asked })
	switch {
	case i < 0 && asked != 0 && asked == o.answeredItem():
		return "unchanged", "", nil // somebody was faster
	case len(list) == 0 || i < 0 && asked != 0:
		return "nothing_pending", "", nil
	case i < 0 && len(list) == 1:
		i = 0
	case i < 0:
		var choices []string
		for _, it := range list {
			choices = append(choices, fmt.Sprintf("%s %d (%s)", desk.Word(v, o.person.Language), it.Number, it.Author.Address()))
		}
		return "which_pending", strings.Join(choices, " · "), nil
	}
	done, err := settle(ctx, list[i].Mail, store.Override{By: o.person.ID, Mail: o.mail.ID})
	if err != nil || !done {
		return "unchanged", "", err
	}
	return result, "", nil
}

// ownsUp reports whether an agent says of a mail that waits under his name that it is his: «sí», or nothing at all, in
// reply to the question. His next words are no answer to the customer then.
func (f *filing) ownsUp(ctx context.Context) (bool, error) {
	number, text := f.answeredItem(), f.rd.Reply.New()
	if number == 0 || f.approved() || !f.saysNothing() && !command.Confirms(text) && !command.Mine(text) {
		return false, nil
	}
	it, err := store.Optional(f.tx.Item(ctx, f.ticket.Number, number))
	return it.State == desk.Pending && it.Author.ID == f.person.ID, err
}

// pendingNumber is the item that an order means: by its number, or as the one whose notice is answered.
func (o *orders) pendingNumber(arg string) int64 {
	if n, err := strconv.ParseInt(strings.Trim(arg, "# .,"), 10, 64); err == nil {
		return n
	}
	return o.answeredItem()
}

// answeredItem is the item of the case whose notice the mail answers, 0 where that can't be told.
func (f *filing) answeredItem() int64 {
	for _, id := range threading.References(f.rd.Message.InReplyTo, nil) {
		if t, v := f.o.Signer.VerifyMessageID(id, f.boxes); v == threading.Valid && t.Ticket == f.ticket.Number {
			return t.Item
		}
	}
	return 0
}
