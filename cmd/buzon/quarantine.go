package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"buzon/store"
)

func (a *app) quarantine() *cobra.Command {
	c := &cobra.Command{Use: "quarantine", Short: "Mail that could not be filed, kept whole"}
	f := mailFlags{MailFilter: store.MailFilter{Outcome: store.OutcomeQuarantine}}
	list := &cobra.Command{Use: "list", Short: "List it, the newest first", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return a.listMails(c.Context(), &f)
	}}
	f.register(list)
	c.AddCommand(list,
		a.mailCommand(a.look, "show ID", "Say why a mail is here", a.explainMail),
		a.quarantineCommand("retry ID", "Try to file a mail again, as after an upgrade", "mail %d will be filed again", func(ctx context.Context, h *house, m store.Mail) (bool, error) {
			return h.requeue(ctx, m, false)
		}),
		a.quarantineCommand("release ID", "File a mail as a new ticket, whatever the rules say of its sender", "mail %d will be filed as a ticket", func(ctx context.Context, h *house, m store.Mail) (bool, error) {
			return h.requeue(ctx, m, true)
		}),
		a.quarantineCommand("drop ID", "Give a mail up; its bytes stay in the journal", "mail %d is dropped", func(ctx context.Context, h *house, m store.Mail) (bool, error) {
			return h.store.DropMail(ctx, m.ID)
		}))
	return c
}

func (a *app) quarantineCommand(use, short, yes string, f func(context.Context, *house, store.Mail) (bool, error)) *cobra.Command {
	return a.mailCommand(a.existing, use, short, func(ctx context.Context, h *house, m store.Mail) error {
		done, err := f(ctx, h, m)
		return a.done(done, err, yes, "mail %d is not in quarantine", m.ID)
	})
}

// requeue lets a mail go its way again, at once when no daemon runs.
func (h *house) requeue(ctx context.Context, m store.Mail, release bool) (bool, error) {
	if m.Envelope.Incomplete != "" {
		return false, fmt.Errorf("of mail %d only the header is here (%s); the mail is in the folder %s: buzon mailbox reconcile --aside tries to take it whole",
			m.ID, m.Envelope.Incomplete, m.Envelope.Folder)
	}
	done, err := h.store.Requeue(ctx, m.ID, release)
	if err != nil || !done {
		return done, err
	}
	return true, h.fileNow(ctx, m.ID)
}
