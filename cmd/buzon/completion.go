package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

// candidates lists what an argument or a flag may be, each with a word about it. The desk is only
// read.
type candidates func(context.Context, *house) ([]cobra.Completion, error)

// arguments are what the commands take; flags what the flags do, by name.
var (
	arguments = map[string]candidates{
		"ticket show":   tickets,
		"mail show":     mails(""),
		"mail explain":  mails(""),
		"mail raw":      mails(""),
		"outbox show":   outgoing(outboxStates),
		"outbox retry":  outgoing(changeable),
		"outbox drop":   outgoing(changeable),
		"agent show":    people(desk.Person.Agent),
		"agent set":     people(desk.Person.Agent),
		"agent remove":  people(desk.Person.Agent),
		"agent add":     people(func(p desk.Person) bool { return !p.Agent() }),
		"person show":   people(anybody),
		"person set":    people(anybody),
		"person remove": people(anybody),
		"person export": people(anybody),
		"person forget": people(func(p desk.Person) bool { return !p.Agent() }),
		"block add":     people(func(p desk.Person) bool { return !p.Agent() }),
		"block remove":  blocked,
		"ticket export": tickets,
		"mailbox show":  accounts,
		"mailbox poll":  accounts,
		"oauth login":   accounts,

		"mailbox reconcile":  accounts,
		"quarantine show":    mails(store.OutcomeQuarantine),
		"quarantine retry":   mails(store.OutcomeQuarantine),
		"quarantine release": mails(store.OutcomeQuarantine),
		"quarantine drop":    mails(store.OutcomeQuarantine),
	}
	flags = map[string]candidates{
		"requester": people(anybody),
		"assignee":  people(desk.Person.Agent),
		"ticket":    tickets,
		"outcome":   fixed(outcomes...),
		"status":    statuses,
		"severity":  severities,
		"type":      entries(desk.Types),
		"product":   entries(desk.Products),
		"mailbox": func(_ context.Context, h *house) ([]string, error) {
			return h.boxes.Addresses(), nil
		},
		"language": func(_ context.Context, h *house) ([]string, error) {
			return h.templates.Languages(), nil
		},
	}
	stateFlags = map[string][]store.OutboxState{
		"list": outboxStates, "retry": changeable, "drop": changeable,
	}
)

// most is how many numbers are offered, the newest.
const most = 100

// complete has every command offer what it takes.
func (a *app) complete(c *cobra.Command) {
	name := strings.TrimPrefix(c.CommandPath(), "buzon ")
	if list := arguments[name]; list != nil && c.ValidArgsFunction == nil {
		a.completeArguments(c, list)
	}
	for _, k := range desk.Kinds {
		a.completeEntries(c, k)
	}
	for flag, list := range flags { // where the catalogue has none of its own
		a.completeFlag(c, flag, list)
	}
	if states := stateFlags[c.Name()]; strings.HasPrefix(name, "outbox ") {
		a.completeFlag(c, "state", fixed(states...))
	}
	for _, sub := range c.Commands() {
		a.complete(sub)
	}
}

// completeEntries has the commands of a catalogue offer its rows.
func (a *app) completeEntries(c *cobra.Command, k desk.Kind) {
	if c.Parent() == nil || c.Parent().Name() != string(k) || c.ValidArgsFunction != nil {
		return
	}
	if slices.Contains([]string{"show", "set", "remove"}, c.Name()) {
		a.completeArguments(c, entries(k))
	}
	a.completeFlag(c, "replace-by", entries(k))
	a.completeFlag(c, "class", fixed(desk.Classes...))
	if k == desk.CustomFields {
		a.completeFlag(c, "type", fixed(desk.ValueTypes...))
	}
}

// completeArguments has a command offer its first argument, or all of them where it takes several.
func (a *app) completeArguments(c *cobra.Command, list candidates) {
	several := strings.Contains(c.Use, "…")
	c.ValidArgsFunction = func(c *cobra.Command, args []string, begun string) (
		[]cobra.Completion, cobra.ShellCompDirective,
	) {
		if len(args) > 0 && !several {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.offer(c.Context(), list, args, begun)
	}
}

func (a *app) completeFlag(c *cobra.Command, flag string, list candidates) {
	if c.Flags().Lookup(flag) == nil {
		return
	}
	_ = c.RegisterFlagCompletionFunc(flag, func(c *cobra.Command, _ []string, begun string) (
		[]cobra.Completion, cobra.ShellCompDirective,
	) {
		return a.offer(c.Context(), list, nil, begun)
	})
}

// offer returns the candidates that begin like that, but for those that are given already. Where
// there is no desk, or none that can be read, nothing is offered: the command itself says why.
func (a *app) offer(
	ctx context.Context, list candidates, given []string, begun string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	h, err := a.look(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer h.close()
	all, _ := list(ctx, h)
	var fit []cobra.Completion
	for _, candidate := range all {
		value, about, _ := strings.Cut(candidate, "\t")
		if strings.HasPrefix(value, begun) && !slices.Contains(given, value) &&
			value == safe(value) {
			fit = append(fit, cobra.CompletionWithDesc(value, safe(about)))
		}
	}
	return fit, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

func tickets(ctx context.Context, h *house) (list []cobra.Completion, err error) {
	all, _, err := h.store.Find(ctx, everything, store.Query{Limit: most})
	if err != nil {
		return nil, err
	}
	n, err := h.naming(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		list = append(list, fmt.Sprintf("%d\t%s: %s", t.Number, n.of(t.Status), t.Subject))
	}
	return list, err
}

func mails(outcome store.Outcome) candidates {
	return func(ctx context.Context, h *house) (list []cobra.Completion, err error) {
		all, err := h.store.Mails(ctx, store.MailFilter{Outcome: outcome, Limit: most})
		for _, m := range all {
			list = append(list, fmt.Sprintf("%d\t%s: %s", m.ID, m.Sender, m.Subject))
		}
		return list, err
	}
}

func outgoing(states []store.OutboxState) candidates {
	return func(ctx context.Context, h *house) (list []cobra.Completion, err error) {
		all, err := h.store.Outbox(ctx, store.OutboxFilter{Limit: most})
		for _, o := range all {
			if slices.Contains(states, o.State) {
				list = append(list,
					fmt.Sprintf("%d\t%s to %s, %s", o.ID, o.Kind, o.Address, o.State))
			}
		}
		return list, err
	}
}

func anybody(desk.Person) bool { return true }

func people(wanted func(desk.Person) bool) candidates {
	return func(ctx context.Context, h *house) (list []cobra.Completion, err error) {
		all, err := h.store.Persons(ctx, "")
		for _, p := range all {
			for _, address := range p.Addresses {
				if wanted(p) {
					list = append(list, address+"\t"+p.Name)
				}
			}
		}
		return list, err
	}
}

func blocked(ctx context.Context, h *house) (list []cobra.Completion, err error) {
	all, err := h.store.Blocks(ctx)
	for _, b := range all {
		list = append(list, b.Sender)
	}
	return list, err
}

func accounts(_ context.Context, h *house) (list []cobra.Completion, err error) {
	for _, c := range h.config.accounts() {
		list = append(list, c.Name)
	}
	return list, nil
}

func statuses(ctx context.Context, h *house) ([]cobra.Completion, error) {
	c, err := h.store.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	list := []cobra.Completion{"all"}
	for _, s := range c.All(desk.Statuses) {
		list = append(list, string(s.Class), s.Name(h.config.Language))
	}
	return slices.Compact(list), nil
}

func severities(ctx context.Context, h *house) (list []cobra.Completion, err error) {
	c, err := h.store.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range c.All(desk.Severities) {
		list = append(list, fmt.Sprintf("%d\t%s", s.Position, s.Name(h.config.Language)))
	}
	return list, nil
}

// entries are the rows of a catalogue.
func entries(k desk.Kind) candidates {
	return func(ctx context.Context, h *house) ([]cobra.Completion, error) {
		c, err := h.store.Catalogue(ctx)
		if err != nil {
			return nil, err
		}
		return c.Names(k, h.config.Language), nil
	}
}

// fixed are values that no desk adds to.
func fixed[T ~string](values ...T) candidates {
	return func(context.Context, *house) (list []cobra.Completion, err error) {
		for _, v := range values {
			list = append(list, string(v))
		}
		return list, nil
	}
}
