package main

import (
	"context"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

func (a *app) pending() *cobra.Command {
	c := &cobra.Command{Use: "pending",
		Short: "Mail in a ticket that waits for somebody to approve or reject it"}
	f := mailFlags{MailFilter: store.MailFilter{Outcome: store.OutcomePending}}
	list := &cobra.Command{Use: "list",
		Short: "List it, the newest first, and behind it what agents wrote that is held",
		Args:  cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
			return a.listMails(c.Context(), &f, (*app).heldMails)
		}}
	f.register(list)
	c.AddCommand(list,
		a.pendingCommand("approve ID", "Let a mail in: it does what it was meant to do",
			"mail %d is approved", (*store.Tx).ApprovePending),
		a.pendingCommand("reject ID", "Leave a mail out: agents see it as rejected",
			"mail %d is rejected", (*store.Tx).RejectPending))
	return c
}

func (a *app) pendingCommand(use, short, yes string, settle func(*store.Tx, context.Context, int64,
	store.Override) (bool, error)) *cobra.Command {
	return a.mailCommand(a.existing, use, short,
		func(ctx context.Context, h *house, m store.Mail) (err error) {
			var done bool
			if err = h.store.Write(ctx, func(tx *store.Tx) error {
				done, err = settle(tx, ctx, m.ID, store.Override{})
				return err
			}); err == nil && done {
				err = h.fileNow(ctx, m.ID)
			}
			if err == nil && done && a.json {
				m, err = h.store.Mail(ctx, m.ID)
				return a.showMail(ctx, h, m)
			}
			return a.done(done, err, yes, "mail %d is not pending", m.ID)
		})
}

// heldMails are what agents wrote and nobody was sent: ticket send and cancel decide about it.
func (a *app) heldMails(ctx context.Context, h *house, most int) (list []store.Mail, err error) {
	items, err := h.store.AllHeld(ctx, most)
	for _, it := range items {
		if err != nil {
			return nil, err
		}
		m := store.Mail{Received: it.CreatedAt}
		if it.Mail != 0 {
			m, err = store.Optional(h.store.Mail(ctx, it.Mail))
		}
		m.Sender, m.Outcome = it.Author.Address(), store.Outcome(desk.Held)
		m.Ticket, m.Item = it.Ticket, it.Number
		list = append(list, m)
	}
	return list, err
}
