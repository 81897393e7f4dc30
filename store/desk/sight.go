package desk

import "slices"

// Profile is which tickets the customers of a mailbox or of an organisation see, and what of them.
type Profile struct {
	Own          bool // that he requested or controls
	Followed     bool // that he follows
	Organisation bool // that somebody of his organisation requested
	Projects     bool // of projects that he or his organisation follows
	// of those that he sees by his organisation or a project, by name; none: all
	Types   []string
	TypeIDs []int64 // their rows, as Sight finds them
	// The fields that they see of a ticket, and those that they may set, by any of their names,
	// those of one's own included; nil: the usual ones.
	Shown    []string
	Editable []string
}

// UsualProfile is that of whoever has no other.
var UsualProfile = Profile{Own: true, Followed: true, Organisation: true, Projects: true}

// narrow is the profile of whoever has one that the configuration does not know (any more).
var narrow = Profile{Own: true, Followed: true}

// Profiles are those that a desk has configured, by name, and which of them the mailboxes have, by
// canonical address.
type Profiles struct {
	Named     map[string]Profile
	Mailboxes map[string]string
}

func (c Profiles) named(name string, rows *Catalogue) Profile {
	if name == "" {
		return UsualProfile
	}
	p, ok := c.Named[name]
	if !ok {
		return narrow
	}
	for _, t := range p.Types {
		p.TypeIDs = append(p.TypeIDs, rows.Called(Types, t)...)
	}
	return p
}

// Sight is what one person may see. Every list, search, history and notice goes through it: by
// Ticket and Item, or by the condition that the store makes of it. The zero Sight sees nothing.
type Sight struct {
	All          bool // agents
	Person       int64
	Organisation int64
	Projects     []int64            // that he or his organisation follows
	Profile      Profile            // of his organisation, else the usual one
	Mailboxes    map[string]Profile // of those mailboxes whose profile goes before it
}

// Sight is what a person may see who follows the projects, beside those of his organisation. Its
// own profile goes before a mailbox's.
func (c Profiles) Sight(p Person, rows *Catalogue, followed []int64) Sight {
	switch {
	case p.ID == 0 || !p.Active:
		return Sight{}
	case p.Agent():
		return Sight{All: true, Person: p.ID}
	case p.Admission != Admitted:
		own := c.named(rows.Entry(p.Organisation).Profile, rows)
		own.Own, own.Followed, own.Organisation, own.Projects = true, false, false, false
		return Sight{Person: p.ID, Profile: own}
	}
	profile := rows.Entry(p.Organisation).Profile
	s := Sight{Person: p.ID, Organisation: p.Organisation, Projects: followed,
		Profile: c.named(profile, rows)}
	for _, e := range rows.All(Projects) {
		if p.Organisation != 0 && e.Parent == p.Organisation {
			s.Projects = append(s.Projects, e.ID)
		}
	}
	if profile == "" && len(c.Mailboxes) > 0 {
		s.Mailboxes = map[string]Profile{}
		for address, name := range c.Mailboxes {
			s.Mailboxes[address] = c.named(name, rows)
		}
	}
	return s
}

// Ticket reports whether the person may see the ticket.
func (s Sight) Ticket(t Ticket) bool {
	if s.All || s.Person == 0 {
		return s.All
	}
	p := s.profile(&t)
	own := s.Person == t.Requester.ID || s.Person == t.Controller.ID
	follows := slices.ContainsFunc(t.Followers, func(f Person) bool { return f.ID == s.Person })
	if p.Own && own || p.Followed && follows {
		return true
	}
	colleague := s.Organisation != 0 && s.Organisation == t.Requester.Organisation
	project := t.Project != 0 && slices.Contains(s.Projects, t.Project)
	typed := len(p.Types) == 0 || slices.Contains(p.TypeIDs, t.Type)
	return typed && (p.Organisation && colleague || p.Projects && project)
}

// Mine is what of it is his own: what he requested, controls or follows.
func (s Sight) Mine() Sight {
	if s.All {
		s = Sight{Person: s.Person, Profile: UsualProfile}
	}
	s.Profile.Organisation, s.Profile.Projects = false, false
	boxes := map[string]Profile{}
	for address, p := range s.Mailboxes {
		p.Organisation, p.Projects = false, false
		boxes[address] = p
	}
	s.Mailboxes = boxes
	return s
}

// profile is that by which the person sees a ticket.
func (s Sight) profile(t *Ticket) Profile {
	if p, ok := s.Mailboxes[t.Mailbox]; ok {
		return p
	}
	return s.Profile
}

// Item reports whether the person may read an item of a ticket: agents all, customers what is
// public and waits for nobody.
func (s Sight) Item(t Ticket, it Item) bool {
	return s.All || s.Ticket(t) && it.Visibility == Public && it.State == Filed
}
