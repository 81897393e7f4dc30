package mailin

import (
	"context"
	"slices"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
)

// What an agent's mail with «#vista» orders is done within a savepoint and taken back. He gets what
// his customers would have got, and they get nothing.

// written are an agent's words and orders, but for the one to see them first.
func (f *filing) written(ctx context.Context) (written command.Orders, first bool, err error) {
	rows, err := f.tx.Catalogue(ctx)
	if err != nil {
		return written, false, err
	}
	text, places := f.rd.orders()
	written = command.Agent(text, places, f.meaning(rows))
	var kept []desk.Order
	for _, o := range written.Commands {
		if o.Verb != desk.VerbView {
			kept = append(kept, o)
			continue
		}
		if first = true; o.Arg != "" {
			kept = append(kept, desk.NewOrder(desk.VerbCanned, o.Arg, f.person.Language))
		}
	}
	view := func(o desk.Order) bool { return o.Verb == desk.VerbView }
	first = first || slices.ContainsFunc(written.Misplaced, view)
	written.Commands, written.Misplaced = kept, slices.DeleteFunc(written.Misplaced, view)
	return written, first, nil
}

// shownFirst reports whether an agent's mail is to be shown to him, and not sent.
func (f *filing) shownFirst(ctx context.Context) (bool, error) {
	if f.row.Action != AgentItem && f.row.Action != AgentOpens || !f.person.Agent() {
		return false, nil
	}
	_, first, err := f.written(ctx)
	return first, err
}

// preview shows an agent what would become of his mail.
func (f *filing) preview(ctx context.Context) error {
	verdict, ticket := f.verdict, f.ticket
	shown, told, err := f.tx.Show(ctx, func() error { return acts[f.row.Action].do(f, ctx) })
	if err != nil {
		return err
	}
	d := store.Details{Previews: shown, Commands: told.Commands, Unknown: told.Unknown,
		Reason: told.Reason}
	f.verdict, f.ticket = verdict, ticket
	f.verdict.Outcome = store.OutcomeQuery
	if d.Reason != "" {
		d.Reason = "view_" + d.Reason
	}
	_, err = f.tx.Owe(ctx, store.Outgoing{Kind: desk.PreviewNotice, Ticket: ticket.Number,
		Mail: f.mail.ID, Person: f.person.ID, Address: f.person.Address(), Mailbox: f.box.Address,
		Details: d})
	return err
}
