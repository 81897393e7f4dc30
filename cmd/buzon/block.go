package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

func (a *app) block() *cobra.Command {
	c := &cobra.Command{Use: "block", Short: "Senders whose mail is recorded and nothing else"}
	c.AddCommand(a.blockCommand("add ADDRESS-OR-DOMAIN",
		"Block an address, or a domain with all below it",
		"%s is blocked already", (*store.Tx).Block), a.blockList(),
		a.blockCommand("remove ADDRESS-OR-DOMAIN", "Block it no more", "%s is not blocked",
			(*store.Tx).Unblock))
	return c
}

func (a *app) blockCommand(use, short, otherwise string,
	change func(*store.Tx, context.Context, string) (bool, error)) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			sender, err := blockable(args[0])
			if err != nil {
				return err
			}
			return in(c.Context(), a.existing, func(h *house) error {
				if strings.HasPrefix(use, "add") {
					if err := h.mayBlock(c.Context(), sender); err != nil {
						return failed(err)
					}
				}
				var done bool
				err = h.store.Write(c.Context(), func(tx *store.Tx) error {
					done, err = change(tx, c.Context(), sender)
					return err
				})
				if err == nil && !done {
					err = fmt.Errorf(otherwise, sender)
				}
				return failed(err)
			})
		}}
}

// blockable is an address or a domain as it is compared.
func blockable(text string) (string, error) {
	if sender := desk.Blockable(text); sender != "" {
		return sender, nil
	}
	return "", fmt.Errorf("%q is no mail address, and no domain that somebody has", text)
}

// mayBlock refuses to block who works here, and the desk itself.
func (h *house) mayBlock(ctx context.Context, sender string) error {
	spared, err := h.store.Spared(ctx, sender)
	if err == nil && spared {
		err = fmt.Errorf("%s is an agent's or the desk's own: is an agent to go, "+
			"end that first, with buzon agent remove", sender)
	}
	return err
}

// blockRow is the JSON of a blocked sender. Since is null for a person who was blocked by buzon
// person set.
type blockRow struct {
	Sender string  `json:"sender"`
	Since  *string `json:"since"`
}

func (a *app) blockList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "List them", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.look(c.Context())
			if err != nil {
				return err
			}
			defer h.close()
			list, err := h.store.Blocks(c.Context())
			if err != nil {
				return failed(err)
			}
			people, err := h.store.BlockedPeople(c.Context())
			if err != nil {
				return failed(err)
			}
			for _, p := range people {
				list = append(list, store.Block{Sender: p.Address()})
			}
			return failed(a.printBlocks(list))
		}}
}

func (a *app) printBlocks(list []store.Block) error {
	return printAll(a, list,
		func(b store.Block) blockRow { return blockRow{b.Sender, stamp(blockedSince(b))} },
		[]string{"SENDER", "SINCE"},
		func(b store.Block) []string { return []string{b.Sender, a.clock(blockedSince(b))} })
}

func blockedSince(b store.Block) (t time.Time) {
	if b.Since != 0 {
		t = time.UnixMilli(b.Since)
	}
	return t
}
