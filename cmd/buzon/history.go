package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

// historyRow is the JSON of a line of a ticket's history.
type historyRow struct {
	At   *string `json:"at"`
	By   *string `json:"by"`   // null: nobody, as the clock
	Mail *int64  `json:"mail"` // by which it was done; null: a command line
	What string  `json:"what"`
	Old  string  `json:"old"`
	New  string  `json:"new"`
}

func (a *app) ticketHistory() *cobra.Command {
	return about(a.look, "history N", "What was changed in a ticket: when, by whom, by which mail",
		"ticket", "buzon ticket list --status all",
		func(ctx context.Context, h *house, n int64) (desk.Ticket, error) {
			return h.store.Ticket(ctx, n)
		},
		func(ctx context.Context, h *house, t desk.Ticket) error {
			list, err := h.past(ctx, t.Number)
			if err != nil {
				return err
			}
			return a.printHistory(ctx, h, list)
		})
}

// past is the history of a ticket, and of those that were merged into it, in the order of time.
func (h *house) past(ctx context.Context, ticket int64) ([]store.Activity, error) {
	guests, err := h.store.Guests(ctx, ticket)
	if err != nil {
		return nil, err
	}
	var list []store.Activity
	for _, n := range append([]int64{ticket}, guests...) {
		more, err := h.store.Activities(ctx, n)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	slices.SortStableFunc(list, func(a, b store.Activity) int { return a.At.Compare(b.At) })
	return list, nil
}

func (a *app) printHistory(ctx context.Context, h *house, list []store.Activity) error {
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	history, err := h.history(ctx, n, list)
	if err != nil {
		return err
	}
	rows := [][]string{}
	for i, c := range history {
		if a.json {
			if err := a.object(c); err != nil {
				return err
			}
			continue
		}
		by := ""
		if c.Mail != nil {
			by = fmt.Sprintf("mail %d", *c.Mail)
		}
		rows = append(rows, []string{a.clock(list[i].At), deref(c.By), by, c.What, c.Old, c.New})
	}
	return a.table([]string{"AT", "BY", "MAIL", "WHAT", "WAS", "IS"}, rows)
}

// history is what was changed as people read it.
func (h *house) history(ctx context.Context, n naming, list []store.Activity) ([]historyRow,
	error) {
	people, rows := map[int64]desk.Person{}, []historyRow{}
	for _, c := range list {
		p, known := people[c.Person]
		if !known {
			var err error
			if p, err = h.store.Person(ctx, c.Person); err != nil {
				return nil, err
			}
			people[c.Person] = p
		}
		rows = append(rows, historyRow{stamp(c.At), address(p), orNull(c.Mail), c.What,
			n.Shown(c.What, c.Old, n.language), n.Shown(c.What, c.New, n.language)})
	}
	return rows, nil
}
