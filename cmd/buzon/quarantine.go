package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"buzon/store"
)

func (a *app) quarantine() *cobra.Command {
	c := &cobra.Command{Use: "quarantine", Short: "Mail that could not be filed, kept whole"}
	f := mailFlags{MailFilter: store.MailFilter{Outcome: store.OutcomeQuarantine}}
	list := &cobra.Command{Use: "list", Short: "List it, the newest first", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.listMails(c.Context(), &f)
		}}
	f.register(list)
	c.AddCommand(list,
		a.mailCommand(a.look, "show ID", "Say why a mail is here", a.explainMail),
		a.quarantineCommand("retry ID", "Try to file a mail again, as after an upgrade",
			"mail %d will be filed again", func(ctx context.Context, h *house, m store.Mail) (bool,
				error) {
				return h.requeue(ctx, m, store.Override{})
			}),
		a.quarantineRelease(),
		a.quarantineCommand("drop ID", "Give a mail up; its bytes stay in the journal",
			"mail %d is dropped", func(ctx context.Context, h *house, m store.Mail) (bool, error) {
				return h.store.DropMail(ctx, m.ID)
			}))
	return c
}

func (a *app) quarantineCommand(use, short, yes string,
	f func(context.Context, *house, store.Mail) (bool, error)) *cobra.Command {
	return a.mailCommand(a.existing, use, short,
		func(ctx context.Context, h *house, m store.Mail) error {
			done, err := f(ctx, h, m)
			return a.done(done, err, yes, "mail %d is not in quarantine", m.ID)
		})
}

// releases are what a mail can be released as, and whether into a ticket.
var releases = map[string]struct {
	store.Decision
	into bool
}{
	"":       {store.Release, false},
	"ticket": {store.ReleaseTicket, false},
	"item":   {store.ReleaseItem, true},
	"note":   {store.ReleaseNote, true},
}

func (a *app) quarantineRelease() *cobra.Command {
	var as, by string
	c := &cobra.Command{Use: "release ID [--as ticket|item N|note N]", Args: cobra.RangeArgs(1, 2),
		Short: "File a mail, whatever the rules say of its sender: as a new ticket, or into one",
		Long: "Files a mail as a new ticket, whatever the rules say of its sender. --as says " +
			"what it becomes instead: an item of ticket N does what its sender meant, his " +
			"notices included, and an agent's orders are " +
			"run unless his address is held to be forged; a note only agents see, and nothing of " +
			"it is run.",
		Example: "  buzon quarantine release 7\n  buzon quarantine release 7 --as item 12",
		RunE: func(c *cobra.Command, args []string) error {
			what, ok := releases[as]
			if !ok || what.into != (len(args) == 2) {
				return exitError{exitUsage, fmt.Errorf(
					"--as %q: it is ticket, item N or note N, where N is the ticket's number", as)}
			}
			o := store.Override{Decision: what.Decision}
			if what.into {
				var err error
				if o.Ticket, err = number(args[1], "ticket"); err != nil {
					return err
				}
			}
			return a.releaseMail(c.Context(), args[0], o, by)
		}}
	c.Flags().StringVar(&as, "as", "", "what it becomes: ticket, item N, note N")
	c.Flags().StringVar(&by, "by", "", "the agent who decides it; empty: the administrator")
	return c
}

// releaseMail lets a mail out of the quarantine, in the name of who decides it.
func (a *app) releaseMail(ctx context.Context, id string, o store.Override, by string) error {
	n, err := number(id, "mail")
	if err != nil {
		return err
	}
	return in(ctx, a.existing, func(h *house) error {
		p, err := h.worker(ctx, by)
		if err != nil && !errors.Is(err, errNoAdmin) {
			return failed(err)
		}
		o.By = p.ID
		if o.Ticket != 0 {
			if _, err := h.store.Ticket(ctx, o.Ticket); err != nil {
				return failed(fmt.Errorf("ticket %d: %w: see buzon ticket list", o.Ticket, err))
			}
		}
		m, err := h.store.Mail(ctx, n)
		if err != nil {
			return failed(fmt.Errorf("mail %d: %w: see buzon quarantine list", n, err))
		}
		done, err := h.requeue(ctx, m, o)
		return a.done(done, err, "mail %d will be filed", "mail %d is not in quarantine", n)
	})
}

// requeue lets a mail go its way again, at once when no daemon runs.
func (h *house) requeue(ctx context.Context, m store.Mail, o store.Override) (bool, error) {
	if m.Envelope.Incomplete != "" {
		return false, fmt.Errorf("of mail %d only the header is here (%s); the mail is in the "+
			"folder %s: buzon mailbox reconcile --aside tries to take it whole",
			m.ID, m.Envelope.Incomplete, m.Envelope.Folder)
	}
	done, err := h.store.Requeue(ctx, m.ID, o)
	if err != nil || !done {
		return done, err
	}
	return true, h.fileNow(ctx, m.ID)
}
