package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"buzon/store"
)

// outboxHold and outboxRelease have all outgoing mail wait, and let it go.
func (a *app) outboxHold() *cobra.Command {
	var why string
	c := &cobra.Command{Use: "hold", Args: cobra.NoArgs,
		Short: "Send nothing until buzon outbox release: before a copy of the desk is started",
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.existing(c.Context())
			if err != nil {
				return err
			}
			defer h.close()
			if err := h.store.HoldOutbox(c.Context(), why); err != nil {
				return failed(err)
			}
			fmt.Fprintln(a.stdout, "nothing is sent until buzon outbox release")
			return nil
		}}
	c.Flags().StringVar(&why, "why", "an administrator holds it", "what the others are told")
	return c
}

func (a *app) outboxRelease() *cobra.Command {
	return &cobra.Command{Use: "release", Args: cobra.NoArgs,
		Short: "Send again what was held; drop what has been sent already before: buzon outbox drop",
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.existing(c.Context())
			if err != nil {
				return err
			}
			defer h.close()
			held, err := h.store.ReleaseOutbox(c.Context())
			if err != nil {
				return failed(err)
			}
			said := "mail is sent again"
			if !held {
				said = "the outbox was not held"
			}
			fmt.Fprintln(a.stdout, said)
			return nil
		}}
}

// heldOutbox says that nothing is sent, and what to do; nil while mail is sent.
func heldOutbox(ctx context.Context, s *store.Store) error {
	hold, err := s.OutboxHold(ctx)
	if err != nil || hold.Since.IsZero() {
		return err
	}
	counts, err := s.CountOutbox(ctx)
	if err != nil {
		return err
	}
	waiting := counts[store.Due] + counts[store.Uncertain] + counts[store.Held]
	return fmt.Errorf("nothing is sent, and %d mails wait: %s: see buzon outbox list, "+
		"drop what has been sent already (buzon outbox drop), then buzon outbox release",
		waiting, hold.Why)
}

// watchOutbox tells the agents whose words are late, and marks how far the outbox has come.
func (h *house) watchOutbox(ctx context.Context) (string, error) {
	var done []string
	held, err := h.store.MarkOutbox(ctx)
	if held {
		done = append(done, "the outbox is held: "+store.Restored)
		h.log.Warn("nothing is sent until buzon outbox release", "why", store.Restored)
	}
	n, late := h.store.TellLate(ctx, h.config.Caps.caps(), 100)
	if n > 0 {
		done = append(done, fmt.Sprintf("%d mails are late", n))
	}
	return strings.Join(done, "; "), errors.Join(err, late)
}
