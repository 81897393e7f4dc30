package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
)

// outboxLate is how long tried mail may wait before buzon status warns of it.
const outboxLate = 15 * time.Minute

// status says how the desk is, from what the database knows: a daemon may run, or be dead.
func (a *app) status(c *cobra.Command, _ []string) error {
	return in(c.Context(), a.look, func(h *house) error {
		f := &findings{app: a}
		f.checkDaemon(c.Context(), h.store)
		f.standing(c.Context(), h)
		for _, account := range h.config.accounts() {
			f.report("imap "+account.Name, pollFails(c.Context(), h.store, account.Name), "")
		}
		if f.wrong > 0 {
			return failed(errors.New("the desk is in trouble"))
		}
		return nil
	})
}

// standing says what waits, and what was put away.
func (f *findings) standing(ctx context.Context, h *house) {
	waiting, err := filedLate(ctx, h.store)
	f.report("intake", err, fmt.Sprintf("%d mails wait to be filed", waiting))
	counts, err := h.store.CountOutbox(ctx)
	text := fmt.Sprintf("%d mails wait, %d failed", counts[store.Due]+counts[store.Sending]+
		counts[store.Uncertain]+counts[store.Held], counts[store.Failed])
	f.report("outbox", cmp.Or(err, heldOutbox(ctx, h.store)), text)
	late, err := h.store.Tried(ctx, h.store.Now().Add(-outboxLate))
	switch {
	case err != nil:
		f.report("delivery", err, "")
	case late.Refused:
		f.report("delivery", fmt.Errorf("a relay refuses our mail: %s: see buzon check",
			late.Reply), "")
	case late.Mails > 0:
		f.say("delivery", "warning", fmt.Sprintf("%d mails were tried in vain, the first is "+
			"owed for %v: %s", late.Mails, h.store.Now().Sub(late.Since).Round(time.Minute),
			late.Reply))
	default:
		f.say("delivery", "ok", "nothing is late")
	}
	mails, err := h.store.CountMails(ctx)
	f.report("quarantine", err, fmt.Sprintf("%d mails", mails[store.OutcomeQuarantine]))
}
