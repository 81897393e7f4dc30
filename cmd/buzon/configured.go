package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

// configured are the people of [agents], [on_call] and [escalation] by their address. Who is called
// only has no name yet.
func (c config) configured() map[string]desk.Person {
	list := map[string]desk.Person{}
	for address, name := range c.Agents {
		list[desk.Canonical(address)] = desk.Person{Name: name, Team: true}
	}
	for _, address := range c.OnCall.Addresses {
		p := list[desk.Canonical(address)]
		p.OnCall = true
		list[desk.Canonical(address)] = p
	}
	for _, s := range c.Escalation.Steps { // who is called may answer
		for _, address := range s.To {
			if address = desk.Canonical(address); list[address].Name == "" {
				p := list[address]
				list[address] = p
			}
		}
	}
	return list
}

// people has the desk agree with the configuration: whoever stands there is an agent, and where it
// says who is on call, nobody else is.
func (h *house) people(ctx context.Context) error {
	wanted := h.config.configured()
	for _, address := range slices.Sorted(maps.Keys(wanted)) {
		if err := h.person(ctx, address, wanted[address]); err != nil {
			return fmt.Errorf("make %s an agent: %w", address, err)
		}
	}
	return h.offCall(ctx, wanted)
}

// person makes the person, or changes what he is otherwise than the configuration says.
func (h *house) person(ctx context.Context, address string, want desk.Person) error {
	agree := func(p *desk.Person) { configure(p, want) }
	known, err := h.store.PersonByAddress(ctx, address)
	if err != nil {
		return err
	}
	p := known
	agree(&p)
	if known.ID != 0 && p.Role == known.Role && p.Name == known.Name &&
		p.Active == known.Active && p.OnCall == known.OnCall {
		return nil
	}
	return h.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PersonByAddress(ctx, address)
		joins := want.Team && !p.Agent()
		switch {
		case err != nil:
			return err
		case p.ID != 0:
			err = tx.ChangePerson(ctx, p.ID, agree)
		default:
			p = desk.Person{Name: address, Addresses: []string{address}}
			agree(&p)
			p, err = tx.AddPerson(ctx, p)
		}
		if err != nil || !joins {
			return err
		}
		return h.joins(ctx, tx, p.ID)
	})
}

// joins welcomes an agent whom the configuration of a desk at work has got. Who stands there when
// it begins has set it up.
func (h *house) joins(ctx context.Context, tx *store.Tx, id int64) error {
	before, err := tx.Mails(ctx, store.MailFilter{Limit: 1})
	if err != nil || len(before) == 0 {
		return err
	}
	return h.welcome(ctx, tx, id)
}

// onCallKey marks, among the facts of a desk, that its configuration said who is on call: who was
// is not when the words are taken out.
const onCallKey = "on_call"

// configure has a person be as the configuration says.
func configure(p *desk.Person, want desk.Person) {
	if !p.Agent() {
		p.Role, p.Team = desk.Agent, want.Team
	}
	if want.Name != "" {
		p.Name = want.Name
	}
	p.Active, p.OnCall = true, p.OnCall || want.OnCall
}

// offCall ends the duty of whoever the configuration does not name, where it names anybody.
func (h *house) offCall(ctx context.Context, wanted map[string]desk.Person) error {
	now := ""
	if h.config.OnCall.Addresses != nil {
		now = "configured"
	}
	before, err := h.store.Fact(ctx, onCallKey)
	if err != nil || now == "" && before == "" {
		return err
	}
	off, err := h.onCallBut(ctx, wanted)
	if err != nil || len(off) == 0 && now == before {
		return err
	}
	return h.store.Write(ctx, func(tx *store.Tx) error {
		for _, id := range off {
			err := tx.ChangePerson(ctx, id, func(p *desk.Person) { p.OnCall = false })
			if err != nil {
				return err
			}
		}
		return tx.SetFact(ctx, onCallKey, now)
	})
}

// onCallBut are those on duty whom the configuration does not name.
func (h *house) onCallBut(ctx context.Context, wanted map[string]desk.Person) (
	off []int64, err error) {
	agents, err := h.store.Agents(ctx)
	for _, p := range agents {
		if p.OnCall && !slices.ContainsFunc(p.Addresses,
			func(a string) bool { return wanted[a].OnCall }) {
			off = append(off, p.ID)
		}
	}
	return off, err
}

// removable refuses to end the part of somebody who stands in the configuration: the next start
// would undo it.
func (c config) removable(p desk.Person) error {
	if err := c.settable(p); err != nil {
		return err
	}
	return c.bound(p, "on_call", c.OnCall.Addresses)
}

// settable refuses to change somebody who stands in [agents].
func (c config) settable(p desk.Person) error {
	return c.bound(p, "agents", slices.Collect(maps.Keys(c.Agents)))
}

// onCallSettable refuses to change who is on call where the configuration says it.
func (c config) onCallSettable(cmd *cobra.Command, p desk.Person) error {
	if cmd.Flags().Changed("active") {
		if err := c.bound(p, "on_call", c.OnCall.Addresses); err != nil {
			return err
		}
	}
	if c.OnCall.Addresses == nil || !cmd.Flags().Changed("on-call") {
		return nil
	}
	return fmt.Errorf("%s says who is on call: change it there, and restart buzon serve",
		c.place("on_call", "addresses"))
}

func (c config) bound(p desk.Person, table string, addresses []string) error {
	for _, address := range addresses {
		if slices.Contains(p.Addresses, desk.Canonical(address)) {
			return fmt.Errorf("%s stands in the configuration: change %s, "+
				"and restart buzon serve; who does not stand there is changed by buzon agent",
				p.Address(), c.place(table, address))
		}
	}
	return nil
}

// place names the file, and the line where it is found, of a word in a table.
func (c config) place(table, word string) string {
	in := ""
	for i, line := range strings.Split(c.text, "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "[") {
			in = strings.TrimSpace(strings.Trim(strings.SplitN(line, "#", 2)[0], "[] \t"))
		}
		if in == table && !strings.HasPrefix(line, "#") &&
			strings.Contains(strings.ToLower(line), strings.ToLower(word)) {
			return fmt.Sprintf("%s:%d ([%s])", c.file, i+1, table)
		}
	}
	return fmt.Sprintf("[%s] in %s", table, c.file)
}
