package desk

import (
	"cmp"
	"testing"
)

var profiles = Profiles{
	Named: map[string]Profile{
		"own": {Own: true},
		"all": {Own: true, Followed: true, Organisation: true, Projects: true,
			Types: []string{"Incidente"}},
		"projects": {Projects: true},
		"none":     {},
	},
	Mailboxes: map[string]string{"web@e.test": "own", "old@e.test": "gone"},
}

func TestSightOfTickets(t *testing.T) {
	controls, stranger, gone := Person{ID: 7, Active: true},
		Person{ID: 4, Role: Customer, Active: true}, ana
	gone.Active = false
	const query, incident, work, other = 21, 22, 31, 32
	at := func(mailbox string, kind, project int64) Ticket {
		return Ticket{Mailbox: mailbox, Type: kind, Project: project, Requester: carla,
			Controller: controls, Followers: []Person{fidel}}
	}
	usual, web := at("a@e.test", query, 0), at("web@e.test", incident, 0)
	for name, c := range map[string]struct {
		who      Person
		profile  string // of his organisation
		projects []int64
		k        Ticket
		want     bool
	}{
		"the requester":                  {carla, "", nil, usual, true},
		"who controls":                   {controls, "", nil, usual, true},
		"a follower":                     {fidel, "", nil, usual, true},
		"a colleague":                    {celia, "", nil, usual, true},
		"an agent":                       {ana, "", nil, usual, true},
		"an agent, whatever the profile": {ana, "none", nil, web, true},
		"without an organisation":        {stranger, "", nil, usual, false},
		"an agent who left":              {gone, "", nil, usual, false},
		"nobody":                         {Person{Active: true}, "", nil, usual, false},
		"of his project": {stranger, "", []int64{work},
			at("a@e.test", query, work), true},
		"of another project": {stranger, "", []int64{work},
			at("a@e.test", query, other), false},
		"of no project":                    {stranger, "", []int64{0}, usual, false},
		"his own, where others' are not":   {carla, "own", nil, usual, true},
		"a colleague's, where own only":    {celia, "own", nil, usual, false},
		"followed, where own only":         {fidel, "own", nil, usual, false},
		"his own, where projects only":     {carla, "projects", nil, usual, false},
		"a colleague's of a type not seen": {celia, "all", nil, usual, false},
		"a colleague's of a type seen":     {celia, "all", nil, web, true},
		"a project's of a type not seen": {stranger, "all", []int64{work},
			at("a@e.test", query, work), false},
		"his own, of a type not seen":      {carla, "all", nil, usual, true},
		"followed, of a type not seen":     {fidel, "all", nil, usual, true},
		"his own, where nothing is":        {carla, "none", nil, usual, false},
		"the mailbox's profile":            {celia, "", nil, web, false},
		"his own at that mailbox":          {carla, "", nil, web, true},
		"the organisation's goes before":   {celia, "all", nil, web, true},
		"a colleague's, profile not known": {celia, "lost", nil, usual, false},
		"his own, profile not known":       {carla, "lost", nil, usual, true},
		"followed, profile not known":      {fidel, "", nil, at("old@e.test", query, 0), true},
	} {
		if c.profile != "" {
			c.who.Organisation = cmp.Or(c.who.Organisation, 9)
		}
		rows := NewCatalogue([]Entry{
			{ID: c.who.Organisation, Kind: Organisations, Profile: c.profile},
			{ID: query, Kind: Types, Key: "query"},
			{ID: incident, Kind: Types, Names: map[string]string{"es": "Incidente"}},
		})
		if got := profiles.Sight(c.who, rows, c.projects).Ticket(c.k); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (Sight{}).Ticket(usual) {
		t.Error("the zero Sight sees something")
	}
}

func TestSightOfAnOrganisationsProjects(t *testing.T) {
	rows := NewCatalogue([]Entry{{ID: 31, Kind: Projects, Parent: carla.Organisation},
		{ID: 32, Kind: Projects}})
	k := Ticket{Requester: fidel, Controller: fidel, Project: 31}
	if !(Profiles{}).Sight(carla, rows, nil).Ticket(k) ||
		(Profiles{}).Sight(Person{ID: 4, Active: true}, rows, nil).Ticket(k) {
		t.Error("a project is seen by its organisation, and by nobody else")
	}
}

func TestSightOfItems(t *testing.T) {
	k := Ticket{Requester: carla}
	for _, v := range []Visibility{Public, Internal} {
		for _, s := range []State{Filed, Pending, Rejected, Held} {
			it := Item{Visibility: v, State: s, Author: carla}
			open := v == Public && s == Filed
			for _, c := range []struct {
				who  Person
				want bool
			}{{ana, true}, {carla, open}, {celia, open}, {fidel, false}, {Person{}, false}} {
				if got := (Profiles{}).Sight(c.who, NewCatalogue(nil), nil).Item(k,
					it); got != c.want {
					t.Errorf("%s %s item, %s: %v", v, s, c.who.Name, got)
				}
			}
		}
	}
}

func TestParticipant(t *testing.T) {
	k := Ticket{Requester: carla, Controller: celia, Followers: []Person{fidel}}
	for _, c := range []struct {
		person int64
		want   bool
	}{{carla.ID, true}, {celia.ID, true}, {fidel.ID, true}, {ana.ID, false}, {0, false}} {
		if got := k.Participant(c.person); got != c.want {
			t.Errorf("%d: %v", c.person, got)
		}
	}
	if (Ticket{}).Participant(0) {
		t.Error("nobody takes part in a ticket of nobody's")
	}
}

func TestSightShows(t *testing.T) {
	narrowed := Profile{Own: true, Shown: []string{"status", "severity"}}
	here, there := Ticket{Mailbox: "soporte@ejemplo.test"}, Ticket{Mailbox: "ventas@ejemplo.test"}
	s := Sight{Person: 1, Profile: UsualProfile,
		Mailboxes: map[string]Profile{here.Mailbox: narrowed}}
	agent := Sight{All: true, Mailboxes: s.Mailboxes}
	for _, c := range []struct {
		name  string
		sight Sight
		t     Ticket
		key   string
		want  bool
	}{
		{"listed", s, here, "severity", true},
		{"not listed", s, here, "product", false},
		{"no list", s, there, "product", true},
		{"agent", agent, here, "product", true},
	} {
		if got := c.sight.Shows(c.t, c.key); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
