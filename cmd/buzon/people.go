package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

// people is `buzon agent` and `buzon person`: the same people, seen as who works for the desk or as
// everybody.
func (a *app) people(noun string) *cobra.Command {
	c := &cobra.Command{Use: noun, Short: map[string]string{
		"agent": "Agents", "person": "Everybody who writes to the desk or for it"}[noun]}
	c.AddCommand(a.peopleAdd(noun), a.peopleList(noun), a.peopleShow(), a.peopleSet(noun),
		a.peopleRemove(noun))
	if noun == "person" {
		c.AddCommand(a.personExport(), a.personForget())
	}
	if noun == "agent" {
		c.AddCommand(a.agentPassword())
	}
	return c
}

// personFlags are the fields that add and set take.
type personFlags struct {
	name, language string
	addresses      []string
	admin, onCall  bool
	team, blocked  bool
	admitted       bool
	active         bool
	organisation   string
	of             int64 // its row
	awayUntil      string
	substitute     string
	away           desk.Person // what these two say
	peace          [3]string   // quiet, digest, timezone, as written
}

func (p *personFlags) register(c *cobra.Command, noun string) {
	f := c.Flags()
	f.StringVar(&p.name, "name", "", "name")
	f.StringVar(&p.language, "language", "", "es or en; empty: the desk's")
	f.StringArrayVar(&p.addresses, "address", nil,
		"another address of the same person (repeatable)")
	if noun == "agent" {
		f.BoolVar(&p.admin, "admin", false, "hears what goes wrong")
		f.BoolVar(&p.onCall, "on-call", false, "is alerted when production is down")
		f.StringVar(&p.awayUntil, "away-until", "",
			"away until this day is over, 2026-12-20, with --substitute; empty: no longer")
		f.StringVar(&p.substitute, "substitute", "",
			"the agent who gets notices and cases meanwhile")
		f.BoolVar(&p.team, "team", true, "hears of new tickets")
	} else {
		f.BoolVar(&p.admitted, "admitted", true,
			"sees what the organisation sees, without asking its CSM")
		f.BoolVar(&p.blocked, "blocked", false, "mail is recorded and nothing else")
	}
	for i, k := range peaceFlags {
		f.StringVar(&p.peace[i], string(k.edit), "", k.about)
	}
	f.StringVar(&p.organisation, "organisation", "", "whose person it is; empty: none")
	f.BoolVar(&p.active, "active", true, "counts as a person of the desk")
}

// apply sets those fields that the command line names.
func (p *personFlags) apply(c *cobra.Command, q *desk.Person) {
	for flag, set := range map[string]func(){
		"name":     func() { q.Name = p.name },
		"language": func() { q.Language = p.language },
		"admin": func() {
			q.Role = map[bool]desk.Role{true: desk.Admin, false: desk.Agent}[p.admin]
		},
		"on-call":    func() { q.OnCall = p.onCall },
		"team":       func() { q.Team = p.team },
		"away-until": func() { q.AwayUntil, q.Substitute = p.away.AwayUntil, p.away.Substitute },
		"admitted": func() {
			q.Admission = map[bool]desk.Admission{true: desk.Admitted, false: desk.Denied}[p.admitted]
		},
		"blocked":      func() { q.Blocked = p.blocked },
		"active":       func() { q.Active = p.active },
		"organisation": func() { q.Organisation = p.of },
	} {
		if c.Flags().Changed(flag) {
			set()
		}
	}
	for i, k := range peaceFlags {
		if c.Flags().Changed(string(k.edit)) {
			q.SetPeace(k.edit, p.peace[i])
		}
	}
}

func (a *app) peopleAdd(noun string) *cobra.Command {
	var f personFlags
	c := &cobra.Command{Use: "add ADDRESS", Short: "Add " + noun, Args: cobra.ExactArgs(1)}
	c.RunE = func(c *cobra.Command, args []string) error {
		p := desk.Person{Role: desk.Customer, Active: true}
		if noun == "agent" {
			p.Role, p.Team = desk.Agent, true
		}
		var err error
		if p.Addresses, err = canonical(append(args, f.addresses...)); err != nil {
			return err
		}
		return in(c.Context(), a.made, func(h *house) error {
			if err := h.readPerson(c, &f, &p); err != nil {
				return err
			}
			return failed(h.addPerson(c.Context(), p, noun))
		})
	}
	f.register(c, noun)
	return c
}

// canonical spells addresses in one way.
func canonical(addresses []string) (list []string, err error) {
	for _, address := range addresses {
		if desk.Canonical(address) == "" {
			return nil, fmt.Errorf("%q is no mail address", address)
		}
		list = append(list, desk.Canonical(address))
	}
	return list, nil
}

// readPerson gives somebody new what the command line says.
func (h *house) readPerson(c *cobra.Command, f *personFlags, p *desk.Person) error {
	if err := errors.Join(h.place(c.Context(), f), h.readAway(c, f, *p)); err != nil {
		return failed(err)
	}
	if err := f.readPeace(); err != nil {
		return err
	}
	f.apply(c, p)
	if _, own := findMailbox(h.boxes, p.Address()); own {
		return failed(fmt.Errorf("%s is a mailbox of the desk: its notices would come back "+
			"to it; name the person's own address", p.Address()))
	}
	return errors.Join(h.checkLanguage(f.language), failed(h.config.onCallSettable(c, *p)))
}

// checkLanguage refuses a language that no template is in; empty is the desk's.
func (h *house) checkLanguage(language string) error {
	return among("language", language, h.templates.Languages()...)
}

// place finds the organisation that the flags name.
func (h *house) place(ctx context.Context, f *personFlags) error {
	if f.organisation == "" {
		return nil
	}
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	e, err := n.find(desk.Organisations, f.organisation)
	f.of = e.ID
	return err
}

// addPerson adds a person, or makes an agent of the customer who has the address. A new agent is
// told how to work by mail.
func (h *house) addPerson(ctx context.Context, p desk.Person, noun string) error {
	return h.store.Write(ctx, func(tx *store.Tx) error {
		known, err := tx.PersonByAddress(ctx, p.Address())
		switch {
		case err != nil:
			return err
		case known.ID == 0:
			p.Known = true
			known, err = tx.AddPerson(ctx, p)
		case noun != "agent" || known.Agent():
			return fmt.Errorf("%s is there already: use buzon %s set", p.Address(), noun)
		default:
			err = tx.ChangePerson(ctx, known.ID, func(q *desk.Person) {
				q.Role, q.Team, q.OnCall, q.Active = p.Role, p.Team, p.OnCall, true
				q.Name = cmp.Or(p.Name, q.Name)
			})
		}
		if err != nil || noun != "agent" {
			return err
		}
		return h.welcome(ctx, tx, known.ID)
	})
}

// welcome tells a new agent how to work by mail.
func (h *house) welcome(ctx context.Context, tx *store.Tx, id int64) error {
	p, err := tx.Person(ctx, id)
	if err != nil {
		return err
	}
	return tx.Tell(ctx, store.Telling{Event: desk.Event{Kind: desk.AgentJoined,
		Ticket: desk.Ticket{Mailbox: h.boxes[0].Address, Agent: p}}})
}

// named finds a person by address.
func named(ctx context.Context, r store.Reader, address string) (desk.Person, error) {
	p, err := r.PersonByAddress(ctx, desk.Canonical(address))
	if err == nil && p.ID == 0 {
		err = fmt.Errorf("nobody has the address %s: see buzon person list", address)
	}
	return p, err
}

// withPerson is a subcommand about one person by address.
func (a *app) withPerson(
	open opener, use, short string, f func(*cobra.Command, *house, desk.Person) error,
) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := open(c.Context())
			if err != nil {
				return err
			}
			defer h.close()
			p, err := named(c.Context(), h.store.Reader, args[0])
			if err != nil {
				return failed(err)
			}
			return failed(f(c, h, p))
		}}
}

func (a *app) peopleSet(noun string) *cobra.Command {
	var f personFlags
	c := a.withPerson(a.existing, "set ADDRESS", "Change "+noun,
		func(c *cobra.Command, h *house, p desk.Person) error {
			if noun == "agent" && !p.Agent() {
				return fmt.Errorf("%s is no agent: use buzon agent add", p.Address())
			}
			if err := h.checkLanguage(f.language); err != nil {
				return exitError{exitUsage, err}
			}
			if err := h.place(c.Context(), &f); err != nil {
				return err
			}
			if err := errors.Join(h.readAway(c, &f, p), f.readPeace()); err != nil {
				return err
			}
			more, err := canonical(f.addresses)
			if err != nil {
				return exitError{exitUsage, err}
			}
			if err := errors.Join(h.config.settable(p), h.config.onCallSettable(c, p)); err != nil {
				return err
			}
			return h.setPerson(c.Context(), p.ID, more, func(p *desk.Person) { f.apply(c, p) })
		})
	f.register(c, noun)
	return c
}

// setPerson changes a person, and gives him more addresses.
func (h *house) setPerson(ctx context.Context, id int64, more []string,
	change func(*desk.Person)) error {
	return h.store.Write(ctx, func(tx *store.Tx) error {
		err := tx.ChangePerson(ctx, id, change)
		if err != nil || len(more) == 0 {
			return err
		}
		p, err := tx.Person(ctx, id)
		if err != nil {
			return err
		}
		p.Addresses = append(p.Addresses, more...)
		return tx.SetAddresses(ctx, p)
	})
}

// peopleRemove ends a person's part in the desk. What he wrote stays, and so does his name on it.
func (a *app) peopleRemove(noun string) *cobra.Command {
	remove := func(c *cobra.Command, h *house, p desk.Person) error {
		if noun == "agent" && !p.Agent() {
			return fmt.Errorf("%s is no agent", p.Address())
		}
		if err := h.config.removable(p); err != nil {
			return err
		}
		return h.store.Write(c.Context(), func(tx *store.Tx) error {
			if err := tx.SetPassword(c.Context(), p.ID, ""); err != nil {
				return err
			}
			return tx.ChangePerson(c.Context(), p.ID, func(p *desk.Person) {
				p.Active, p.OnCall, p.Team = false, false, false
				// his tokens and commands end with this; as a customer he may still write
				if noun == "agent" {
					p.Role, p.Active = desk.Customer, true
				}
			})
		})
	}
	return a.withPerson(a.existing, "remove ADDRESS",
		"End the part of "+noun+" in the desk; what was written stays", remove)
}

func (a *app) peopleList(noun string) *cobra.Command {
	p := peoplePage{}
	c := &cobra.Command{Use: "list", Short: "List them", Args: cobra.NoArgs}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if p.limit <= 0 {
			return fmt.Errorf("--limit: %d: want 1 or more", p.limit)
		}
		p.all = p.all || a.json && !c.Flags().Changed("limit")
		h, err := a.look(c.Context())
		if err != nil {
			return err
		}
		defer h.close()
		if noun == "agent" {
			list, err := h.store.Staff(c.Context())
			if err == nil {
				err = a.printPeople(c.Context(), h, list)
			}
			return failed(err)
		}
		return failed(a.listPeople(c.Context(), h, p))
	}
	if p.limit = math.MaxInt32; noun != "agent" {
		c.Short = "List them, the first who wrote first"
		c.Flags().IntVar(&p.limit, "limit", 100, "how many; with --json all, where it is not said")
		c.Flags().Int64Var(&p.after, "after", 0, "go on where the last list ended")
		c.Flags().BoolVar(&p.all, "all", false, "list everybody, however many there are")
	}
	return c
}

// peoplePage says which people are listed.
type peoplePage struct {
	limit int
	after int64
	all   bool
}

// listPeople prints some people, and says how to see the rest.
func (a *app) listPeople(ctx context.Context, h *house, p peoplePage) error {
	if p.all {
		p.limit = math.MaxInt32 - 1
	}
	list, err := h.store.PersonsAfter(ctx, p.after, p.limit+1)
	if err != nil {
		return err
	}
	more := len(list) > p.limit
	list = list[:min(len(list), p.limit)]
	if err := a.printPeople(ctx, h, list); err != nil || !more {
		return err
	}
	fmt.Fprintf(a.stderr, "there are more: --after %d goes on, --all lists everybody\n",
		list[len(list)-1].ID)
	return nil
}

func (a *app) printPeople(ctx context.Context, h *house, list []desk.Person) error {
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, p := range list {
		if a.json {
			row, err := h.personJSON(ctx, n, p)
			if err == nil {
				err = a.object(row)
			}
			if err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{strings.Join(p.Addresses, " "), p.Name, string(p.Role),
			p.Language, h.stateOf(p)})
	}
	return a.table([]string{"ADDRESS", "NAME", "ROLE", "LANGUAGE", "STATE"}, rows)
}

func (h *house) stateOf(p desk.Person) string {
	var words []string
	for _, w := range []struct {
		is   bool
		word string
	}{{!p.Active, "inactive"}, {p.Blocked, "blocked"}, {p.OnCall, "on call"},
		{!p.UndeliverableSince.IsZero(), "undeliverable"},
		{p.Admission == desk.Denied, "refused by the CSM"},
		{p.Admission == desk.Wanted || p.Admission == desk.AskedFor, "waits for the CSM"}} {
		if w.is {
			words = append(words, w.word)
		}
	}
	if p.Away(h.store.Now()) {
		words = append(words, "away until "+h.lastDay(p))
	}
	return strings.Join(words, ", ")
}

// personRow is the JSON of a person; a fixed interface.
type personRow struct {
	Name               string   `json:"name"`
	Addresses          []string `json:"addresses"`
	Role               string   `json:"role"`
	Organisation       *string  `json:"organisation"`
	Language           string   `json:"language"`
	Active             bool     `json:"active"`
	Blocked            bool     `json:"blocked"`
	OnCall             bool     `json:"on_call"`
	Admission          string   `json:"admission"` // "": sees what the organisation sees
	UndeliverableSince *string  `json:"undeliverable_since"`
	AwayUntil          *string  `json:"away_until"` // the last day
	Substitute         *string  `json:"substitute"`
	Tickets            []int64  `json:"tickets"`
	Quiet              string   `json:"quiet"`    // "22:00-07:00"
	Digest             string   `json:"digest"`   // "08:00"
	Timezone           string   `json:"timezone"` // "": the desk's
}

func (h *house) personJSON(ctx context.Context, n naming, p desk.Person) (personRow, error) {
	tickets, err := h.store.PersonTickets(ctx, p.ID, 1000)
	if err != nil {
		return personRow{}, err
	}
	until, substitute, err := h.absence(ctx, p)
	return personRow{AwayUntil: until, Substitute: substitute, Name: p.Name,
		Organisation: n.orNull(p.Organisation),
		Addresses:    nonNil(p.Addresses), Role: string(p.Role), Language: p.Language,
		Active: p.Active, Blocked: p.Blocked, OnCall: p.OnCall, Admission: string(p.Admission),
		UndeliverableSince: stamp(p.UndeliverableSince), Tickets: nonNil(tickets),
		Quiet: p.Quiet, Digest: p.Digest, Timezone: p.Timezone}, err
}

func (a *app) peopleShow() *cobra.Command {
	show := func(c *cobra.Command, h *house, p desk.Person) error {
		n, err := h.naming(c.Context())
		if err != nil {
			return err
		}
		row, err := h.personJSON(c.Context(), n, p)
		if err != nil {
			return err
		}
		if a.json {
			return a.object(row)
		}
		facts(a.stdout, "Name", row.Name, "Addresses", strings.Join(row.Addresses, ", "),
			"Role", row.Role, "Language", row.Language, "State", h.stateOf(p), "Substitute",
			deref(row.Substitute),
			"Quiet", row.Quiet, "Digest", row.Digest, "Time zone", row.Timezone,
			"Tickets", strings.Trim(fmt.Sprint(row.Tickets), "[]"))
		return nil
	}
	return a.withPerson(a.look, "show ADDRESS", "Show one", show)
}
