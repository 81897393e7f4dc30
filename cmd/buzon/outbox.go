package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"buzon/store"
)

// outboxStates are those of outgoing mail; changeable those in which it can be sent now or given
// up.
var (
	outboxStates = []store.OutboxState{store.Due, store.Sending, store.Sent, store.Uncertain,
		store.Failed, store.Held}
	changeable = []store.OutboxState{store.Due, store.Uncertain, store.Failed, store.Held}
)

func (a *app) outbox() *cobra.Command {
	c := &cobra.Command{Use: "outbox", Short: "Outgoing mail"}
	var f store.OutboxFilter
	list := &cobra.Command{Use: "list", Short: "List outgoing mail, the newest first",
		Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
			if err := among("state", f.State, outboxStates...); err != nil {
				return err
			}
			return a.listOutbox(c.Context(), f)
		}}
	list.Flags().StringVar((*string)(&f.State), "state", "",
		"only due, sending, sent, uncertain, failed or held")
	list.Flags().Int64Var(&f.Ticket, "ticket", 0, "only about this ticket")
	list.Flags().IntVar(&f.Limit, "limit", 1000, "how many")
	c.AddCommand(list, a.outboxHold(), a.outboxRelease(),
		a.outboxCommand(a.look, "show ID", "Show an outgoing mail, and its bytes while it is kept",
			a.showOutgoing),
		a.outboxChange("retry [ID]…", "Send mails now: those that wait, or that failed", "due now",
			"has been sent, or is being sent",
			(*store.Store).RetryOutgoing),
		a.outboxChange("drop [ID]…", "Give mails up", "given up", "is settled, or is being sent",
			(*store.Store).DropOutgoing))
	return c
}

// outboxChange is a subcommand that changes the mails with the given ids, or all in a state.
func (a *app) outboxChange(use, short, yes, no string,
	change func(*store.Store, context.Context, ...int64) ([]int64, error)) *cobra.Command {
	var state store.OutboxState
	c := &cobra.Command{Use: use, Short: short, RunE: func(c *cobra.Command, args []string) error {
		if (len(args) > 0) == (state != "") {
			return fmt.Errorf(
				"name the mails by their ids, or all in a state by --state: see buzon outbox list")
		}
		if err := among("state", state, changeable...); err != nil {
			return err
		}
		return a.changeOutbox(c.Context(), args, state, yes, no, change)
	}}
	c.Flags().StringVar((*string)(&state), "state", "",
		"all that are due, uncertain, failed or held")
	return c
}

func (a *app) changeOutbox(ctx context.Context, args []string, state store.OutboxState, yes,
	no string,
	change func(*store.Store, context.Context, ...int64) ([]int64, error)) error {
	var ids []int64
	for _, arg := range args {
		id, err := number(arg, "outgoing mail")
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	return in(ctx, a.existing, func(h *house) error {
		if state == "" {
			done, err := change(h.store, ctx, ids...)
			for _, id := range ids {
				err = errors.Join(err, a.done(slices.Contains(done, id), nil, "mail %d is "+yes,
					"mail %d "+no+", or is not there", id))
			}
			return failed(err)
		}
		ids, err := h.owedIn(ctx, state)
		if err != nil {
			return failed(err)
		}
		done, err := change(h.store, ctx, ids...)
		if err == nil {
			fmt.Fprintf(a.stdout, "%d mails are %s\n", len(done), yes)
		}
		return failed(err)
	})
}

// owedIn are the mails in a state.
func (h *house) owedIn(ctx context.Context, state store.OutboxState) (ids []int64, err error) {
	list, err := h.store.Outbox(ctx, store.OutboxFilter{State: state, Limit: math.MaxInt32})
	for _, o := range list {
		ids = append(ids, o.ID)
	}
	return ids, err
}

// done says what was done, or that it could not be.
func (a *app) done(done bool, err error, yes, no string, id int64) error {
	if err != nil {
		return err
	}
	if !done {
		return fmt.Errorf(no+": nothing was changed", id)
	}
	fmt.Fprintf(a.stdout, yes+"\n", id)
	return nil
}

func (a *app) listOutbox(ctx context.Context, f store.OutboxFilter) error {
	return in(ctx, a.look, func(h *house) error {
		list, err := h.store.Outbox(ctx, f)
		if err != nil {
			return failed(err)
		}
		head := []string{"ID", "KIND", "TICKET", "TO", "STATE", "ATTEMPTS", "NEXT", "LAST REPLY"}
		return printAll(a, list, outgoingJSON, head, func(o store.Outgoing) []string {
			return []string{fmt.Sprint(o.ID), string(o.Kind), place(o.Ticket, o.Item), o.Address,
				string(o.State), fmt.Sprint(o.Attempts), a.nextTry(o), cut(o.LastReply, 60)}
		})
	})
}

func (a *app) nextTry(o store.Outgoing) string {
	if !o.Settled.IsZero() {
		return ""
	}
	return a.clock(o.Next)
}

// outgoingRow is the JSON of an outgoing mail; a fixed interface.
type outgoingRow struct {
	ID        int64   `json:"id"`
	Kind      string  `json:"kind"`
	Ticket    *int64  `json:"ticket"`
	Item      *int64  `json:"item"`
	To        string  `json:"to"`
	State     string  `json:"state"`
	Attempts  int     `json:"attempts"`
	NextAt    *string `json:"next_at"`
	LastReply string  `json:"last_reply"`
	MessageID string  `json:"message_id"`
	CreatedAt *string `json:"created_at"`
	SettledAt *string `json:"settled_at"`
}

func outgoingJSON(o store.Outgoing) outgoingRow {
	row := outgoingRow{o.ID, string(o.Kind), orNull(o.Ticket), orNull(o.Item), o.Address,
		string(o.State), o.Attempts, stamp(o.Next), o.LastReply, o.MessageID,
		stamp(o.Created), stamp(o.Settled)}
	if row.SettledAt != nil {
		row.NextAt = nil
	}
	return row
}

// outboxCommand is a subcommand about one outgoing mail.
func (a *app) outboxCommand(open opener, use, short string,
	f func(context.Context, *house, store.Outgoing) error) *cobra.Command {
	return about(open, use, short, "outgoing mail", "buzon outbox list",
		func(ctx context.Context, h *house, id int64) (store.Outgoing, error) {
			return h.store.OutgoingMail(ctx, id)
		}, f)
}

func (a *app) showOutgoing(ctx context.Context, h *house, o store.Outgoing) error {
	if a.json {
		return a.object(outgoingJSON(o))
	}
	facts(a.stdout, "ID", fmt.Sprint(o.ID), "Kind", string(o.Kind), "Ticket",
		place(o.Ticket, o.Item), "To", o.Address, "State", string(o.State),
		"Attempts", fmt.Sprint(o.Attempts), "Created", a.clock(o.Created), "Next", a.nextTry(o),
		"Settled", a.clock(o.Settled), "Last reply", o.LastReply, "Message-ID", o.MessageID)
	if o.Raw == 0 {
		return nil
	}
	b, err := h.store.OpenOutgoing(ctx, o.ID)
	if err != nil {
		return err
	}
	defer b.Close()
	fmt.Fprintln(a.stdout)
	return printMail(a.stdout, b.Reader())
}
