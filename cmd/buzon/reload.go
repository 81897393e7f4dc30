package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"buzon/mailout"
	"buzon/templates"
)

// rereadTexts takes in, at each SIGHUP, what people read, the templates and the names of mailboxes,
// and the keys that sign it. One that is wrong refuses all, and what was there stays.
func (h *house) rereadTexts(ctx context.Context, d *mailout.Dispatcher) error {
	if h.reread == nil {
		<-ctx.Done()
		return nil
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-hangup:
			if err := h.takeTexts(d); err != nil {
				h.log.Error("texts and DKIM keys were not read anew, and the old ones stay",
					"error", err)
				continue
			}
			h.log.Info("texts, names of mailboxes and DKIM keys were read anew; " +
				"the rest of the configuration counts after a restart")
		case <-ctx.Done():
			return nil
		}
	}
}

// takeTexts reads the configuration and the templates again, as a start would.
func (h *house) takeTexts(d *mailout.Dispatcher) error {
	c, err := h.reread()
	if err != nil {
		return err
	}
	fresh, err := c.house(h.log, templates.Load)
	if err != nil {
		return err
	}
	keys, err := c.dkimKeys()
	if err != nil {
		return err
	}
	boxes := slices.Clone(h.boxes)
	for i := range boxes {
		for _, b := range fresh.boxes {
			if b.Address == boxes[i].Address {
				boxes[i].Name = b.Name
			}
		}
	}
	h.templates.Replace(fresh.templates)
	renderer := *d.Renderer // nobody else changes it
	renderer.Mailboxes, renderer.DKIM = boxes, keys
	d.Render(&renderer)
	return nil
}
