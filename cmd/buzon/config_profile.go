package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"buzon/store/desk"
)

// profileConfig is which tickets the customers of a mailbox, or of an organisation, see, and what
// of them.
type profileConfig struct {
	Name  string   `toml:"name"`
	Sees  []string `toml:"sees"`
	Types []string `toml:"types"` // of what others have requested; none: all
	// of a ticket; without the key the usual ones, with an empty list none
	Shown    []string `toml:"shown"`
	Editable []string `toml:"editable"`
}

// profiles are those of the configuration, and which of them the mailboxes have.
func (c config) profiles() (list desk.Profiles, err error) {
	list = desk.Profiles{Named: map[string]desk.Profile{}, Mailboxes: map[string]string{}}
	for _, p := range c.Profile {
		if p.Name == "" {
			return list, errors.New(`profile.name: name the profile: ` +
				`mailboxes and organisations have it by its name`)
		}
		if _, twice := list.Named[p.Name]; twice {
			return list, fmt.Errorf("profile.name: %q is there twice", p.Name)
		}
		if list.Named[p.Name], err = p.profile(); err != nil {
			return list, err
		}
	}
	for _, m := range c.Mailbox {
		if m.Profile == "" {
			continue
		}
		if _, ok := list.Named[m.Profile]; !ok {
			return list, fmt.Errorf("mailbox.profile: %q: want the name of a [[profile]]%s",
				m.Profile, c.profileNames())
		}
		list.Mailboxes[desk.Canonical(m.Address)] = m.Profile
	}
	return list, nil
}

func (p profileConfig) profile() (is desk.Profile, err error) {
	is = desk.Profile{Types: p.Types, Shown: p.Shown, Editable: p.Editable}
	kinds := map[string]*bool{"own": &is.Own, "followed": &is.Followed,
		"organisation": &is.Organisation, "projects": &is.Projects}
	for _, s := range p.Sees {
		if kinds[s] == nil {
			return is, fmt.Errorf(`profile.sees: %q: want "own", "followed", `+
				`"organisation" or "projects"`, s)
		}
		*kinds[s] = true
	}
	if slices.ContainsFunc(p.Editable, desk.FieldNamed("status").Called) {
		err = errors.New(`profile.editable: "status": a customer closes by «cerrar» ` +
			`and opens again by «reabrir»: take it out`)
	}
	return is, err
}

func (c config) profileNames() string {
	var names []string
	for _, p := range c.Profile {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return ", of which there is none"
	}
	return ": " + strings.Join(names, ", ")
}
