package desk

import "slices"

// Profile is which tickets the customers of a mailbox or of an organisation see.
type Profile struct {
	Own          bool     // that he requested or controls
	Followed     bool     // that he follows
	Organisation bool     // that somebody of his organisation requested
	Projects     bool     // of projects that he or his organisation follows
	Types        []string // of those that he sees by his organisation or a project; none: all
}

// UsualProfile is that of whoever has no other.
var UsualProfile = Profile{Own: true, Followed: true, Organisation: true, Projects: true}

// narrow is the profile of whoever has one that the configuration does not know (any more).
var narrow = Profile{Own: true, Followed: true}

// Profiles are those that a desk has configured, by name, and which of them the mailboxes have, by canonical address.
type Profiles struct {
	Named     map[string]Profile
	Mailboxes map[string]string
}

func (c Profiles) named(name string) Profile {
	if name == "" {
		return UsualProfile
	}
	if p, ok := c.Named[name]; ok {
		return p
	}
	return narrow
}

// Sight is what one person may see. Every list, search, history and notice goes through it: by Ticket and Item, or by the
// condition that the store makes of it. The zero Sight sees nothing.
type Sight struct {
	All          bool // agents
	Person       int64
	Organisation int64
	Projects     []string           // that he or his organisation follows
	Profile      Profile            // of his organisation, else the usual one
	Mailboxes    map[string]Profile // of those mailboxes whose profile goes before it
}

// Sight is what a person may see whose organisation has the profile and who follows the projects. An organisation's own
// profile goes before a mailbox's.
func (c Profiles) Sight(p Person, profile string, projects []string) Sight {
	switch {
	case p.ID == 0 || !p.Active:
		return Sight{}
	case p.Agent():
		return Sight{All: true, Person: p.ID}
	}
	s := Sight{Person: p.ID, Organisation: p.Organisation, Projects: projects, Profile: c.named(profile)}
	if profile == "" && len(c.Mailboxes) > 0 {
		s.Mailboxes = map[string]Profile{}
		for address, name := range c.Mailboxes {
			s.Mailboxes[address] = c.named(name)
		}
	}
	return s
}

// Ticket reports whether the person may see the ticket.
func (s Sight) Ticket(t Ticket) bool {
	if s.All || s.Person == 0 {
		return s.All
	}
	p, ok := s.Mailboxes[t.Mailbox]
	if !ok {
		p = s.Profile
	}
	own := s.Person == t.Requester.ID || s.Person == t.Controller.ID
	follows := slices.ContainsFunc(t.Followers, func(f Person) bool { return f.ID == s.Person })
	if p.Own && own || p.Followed && follows {
		return true
	}
	colleague := s.Organisation != 0 && s.Organisation == t.Requester.Organisation
	project := t.Project != "" && slices.Contains(s.Projects, t.Project)
	return (p.Organisation && colleague || p.Projects && project) && (len(p.Types) == 0 || slices.Contains(p.Types, t.Type))
}

// Item reports whether the person may read an item of a ticket: agents all, customers what is public and waits for nobody.
func (s Sight) Item(t Ticket, it Item) bool {
	return s.All || s.Ticket(t) && it.Visibility == Public && it.State == Filed
}
