package main

import (
	"context"

	"github.com/spf13/cobra"

	"buzon/store"
)

func (a *app) pending() *cobra.Command {
	c := &cobra.Command{Use: "pending", Short: "Mail in a ticket that waits for somebody to approve or reject it"}
	f := mailFlags{MailFilter: store.MailFilter{Outcome: store.OutcomePending}}
	list := &cobra.Command{Use: "list", Short: "List it, the newest first", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return a.listMails(c.Context(), &f)
	}}
	f.register(list)
	c.AddCommand(list,
		a.pendingCommand("approve ID", "Let a mail in: it does what it was meant to do", "mail %d is approved", (*store.Tx).ApprovePending),
		a.pendingCommand("reject ID", "Leave a mail out: agents see it as rejected", "mail %d is rejected", (*store.Tx).RejectPending))
	return c
}

func (a *app) pendingCommand(use, short, yes string, settle func(*store.Tx, context.Context, int64, store.Override) (bool, error)) *cobra.Command {
	return a.mailCommand(a.existing, use, short, func(ctx context.Context, h *house, m store.Mail) (err error) {
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
