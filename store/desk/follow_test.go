package desk

import "testing"

var (
	carla = Person{ID: 1, Name: "Carla", Role: Customer, Active: true,
		Addresses: []string{"carla@cliente.test"}, Organisation: 7}
	celia = Person{ID: 2, Name: "Celia", Role: Customer, Active: true,
		Addresses: []string{"celia@cliente.test"}, Organisation: 7}
	fidel = Person{ID: 3, Name: "Fidel", Role: Customer, Active: true,
		Addresses: []string{"fidel@otra.test"}}
	ana = Person{ID: 11, Name: "Ana", Role: Agent, Active: true, Team: true,
		Addresses: []string{"ana@ejemplo.test"}}
	beto = Person{ID: 12, Name: "Beto", Role: Agent, Active: true, Team: true,
		Addresses: []string{"beto@ejemplo.test"}}
	olga = Person{ID: 13, Name: "Olga", Role: Agent, Active: true, OnCall: true,
		Addresses: []string{"guardia@ejemplo.test"}}
	julia = Person{ID: 14, Name: "Julia", Role: Admin, Active: true, Team: true,
		Addresses: []string{"julia@ejemplo.test"}}
)

// after names what a change does: type, class, assignee, whether the author takes the ticket.
func after(c Change) [4]string {
	takes := ""
	if c.TakesIt {
		takes = "takes"
	}
	return [4]string{string(c.Type), string(c.Class), string(c.Assignee), takes}
}

func TestFollow(t *testing.T) {
	classes := []Class{Open, Queued, InProgress, Waiting, Resolved, Closed}
	more, note, auto := string(MoreInformation), string(Note), string(Automatic)
	stays := [4]string{more, "", "", ""}
	opens := [4]string{more, "open", "agent", ""}
	shipped := NewCatalogue(append(Shipped(), Entry{ID: 107, Kind: Types, Key: "incident"}))
	always := func(c [4]string) map[Class][4]string {
		m := map[Class][4]string{}
		for _, class := range classes {
			m[class] = c
		}
		return m
	}
	for _, c := range []struct {
		act    Act
		author Person
		want   map[Class][4]string
	}{
		{Opens, carla, always([4]string{"incident", "open", "product", ""})},
		{Opens, ana, always([4]string{"incident", "open", "product", ""})},
		{Writes, ana, always([4]string{"answer", "waiting", "requester", "takes"})},
		{Writes, carla, map[Class][4]string{Open: stays, Queued: stays, InProgress: stays,
			Waiting: opens, Resolved: opens, Closed: stays}},
		{AsksInfo, ana, always([4]string{"info_request", "waiting", "requester", "takes"})},
		{AsksInfo, carla, always([4]string{})},
		{Notes, ana, always([4]string{note, "", "", ""})},
		{Notes, carla, always([4]string{})},
		{Takes, ana, always([4]string{note, "in_progress", "author", "takes"})},
		{Takes, carla, always([4]string{})},
		{Resolves, ana, always([4]string{"answer", "resolved", "controller", "takes"})},
		{Resolves, carla, always([4]string{})},
		{Closes, ana, always([4]string{"answer", "closed", "nobody", ""})},
		{Closes, carla, always([4]string{"testing_ok", "closed", "nobody", ""})},
		{Reopens, ana, always([4]string{"answer", "open", "agent", "takes"})},
		{Reopens, carla, map[Class][4]string{Open: stays, Queued: stays, InProgress: stays,
			Waiting: opens, Resolved: opens, Closed: opens}},
		{Thanks, carla, always(stays)},
		{Thanks, ana, always(stays)},
		{Machine, carla, always([4]string{auto, "", "", ""})},
		{Machine, ana, always([4]string{auto, "", "", ""})},
		{Waits, carla, always(stays)},
		{Waits, ana, always(stays)},
	} {
		for _, class := range classes {
			if got := after(shipped.Follow(Ticket{Class: class, Type: 107}, c.author,
				c.act)); got != c.want[class] {
				t.Errorf("%s %s a ticket that is %s: got %q, want %q", c.author.Role, c.act, class,
					got, c.want[class])
			}
		}
	}
}

func TestApply(t *testing.T) {
	k := Ticket{Class: Waiting, Requester: carla, Controller: celia, Agent: ana, Assignee: carla}
	for side, want := range map[Side]int64{Unchanged: carla.ID, Nobody: 0, TheAuthor: beto.ID,
		TheAgent: ana.ID, TheRequester: carla.ID, TheControl: celia.ID} {
		if got := k.Apply(Change{Assignee: side}, beto); got.Assignee.ID != want ||
			got.Class != Waiting || got.Agent.ID != ana.ID {
			t.Errorf("assignee %q: got %d, want %d", side, got.Assignee.ID, want)
		}
	}
	if got := k.Apply(Change{Class: Open, Assignee: TheAgent, TakesIt: true},
		beto); got.Class != Open || got.Agent.ID != beto.ID || got.Assignee.ID != beto.ID {
		t.Errorf("who takes it owes the next action: %+v", got)
	}
}
