package desk

import (
	"cmp"
	"slices"
)

// Act is what an author did to a ticket by one item.
type Act string

const (
	Opens    Act = "opens"     // the ticket's first item
	Writes   Act = "writes"    // words to the other side
	AsksInfo Act = "asks_info" // #pedir-info
	Notes    Act = "notes"     // #nota
	Takes    Act = "takes"     // #tomar
	Resolves Act = "resolves"  // #resuelto
	Closes   Act = "closes"    // #cerrar; «cerrar», «testing ok»
	Reopens  Act = "reopens"   // #reabrir; «reabrir»
	Thanks   Act = "thanks"    // mere thanks to a resolved ticket
	Machine  Act = "machine"   // an automatic mail
	Waits    Act = "waits"     // filed as pending: changes nothing

	OpensFor Act = "opens_for" // an agent, in a customer's name
	Explains Act = "explains"  // an agent, to his colleagues, what he has passed on
	Records  Act = "records"   // an agent opens what he wrote to a customer by himself
	Replaces Act = "replaces"  // a reply to a closed ticket opens another one
	Doubts   Act = "doubts"    // an agent's words, that prove too little to be handed on
	Rates    Act = "rates"     // the requester of a closed ticket says how he was treated
	Refused  Act = "refused"   // a reply to a closed ticket, where that changes nothing any more
	Returns  Act = "returns"   // what an agent wrote comes back, since it could not be delivered

	// What a monitoring system says of a problem: it is over, back, worse, or comes and goes.
	Recovers Act = "recovers"
	Relapses Act = "relapses"
	Worsens  Act = "worsens"
	Sways    Act = "sways"
)

// Change is what follows from an item. Zero fields leave the ticket as it is.
type Change struct {
	Type     ItemType // of the item
	Class    Class
	Assignee Side // who owes the next action
	TakesIt  bool // the author becomes the ticket's agent
}

// Side names who owes the next action.
type Side string

const (
	Unchanged    Side = ""
	Nobody       Side = "nobody"
	TheAuthor    Side = "author"
	TheAgent     Side = "agent" // who answered last
	TheRequester Side = "requester"
	TheControl   Side = "controller"
	TheProducts  Side = "product" // the agent of the ticket's product
)

// Follows is what follows from an item of a type, as its row of the catalogue says.
type Follows struct {
	// Item is the type that the item bears; "": its own.
	Item ItemType `json:"item,omitempty" toml:"item"`
	// Agent and Customer are the classes that the ticket gets when one of them writes it; "": it
	// stays.
	Agent    Class `json:"agent_class,omitempty" toml:"agent_class"`
	Customer Class `json:"customer_class,omitempty" toml:"customer_class"`
	// From are the classes from which a customer moves the ticket; none: from all.
	From []Class `json:"from,omitempty" toml:"from"`
	// Assignee owes the next action.
	Assignee Side `json:"assignee,omitempty" toml:"assignee"`
	// Takes has an agent who writes it become the ticket's.
	Takes bool `json:"takes,omitempty" toml:"takes"`
}

// rows names the row of the catalogue that says what follows from an act of each side.
var rows = map[Act]struct{ agent, customer ItemType }{
	Opens:    {"opening", "opening"},
	Writes:   {Answer, MoreInformation},
	AsksInfo: {InfoRequest, ""},
	Notes:    {Note, ""},
	Takes:    {"taking", ""},
	Resolves: {"resolution", ""},
	Closes:   {"closing", TestingOK},
	Reopens:  {"reopening", "customer_reopening"},
	Thanks:   {"thanks", "thanks"},
	Machine:  {Automatic, Automatic},
	Waits:    {"pending", "pending"},
}

// ofAlerts is what follows from what a monitoring system says, which nobody is asked about.
var ofAlerts = map[Act]Change{
	Recovers: {Type: Automatic, Class: Resolved, Assignee: Nobody},
	Relapses: {Type: Automatic, Class: Open, Assignee: TheAgent},
	Worsens:  {Type: Automatic},
	Sways:    {Type: Automatic},
}

// Follow says what follows when the author does act on the ticket.
func (c *Catalogue) Follow(t Ticket, author Person, act Act) Change {
	if act == Sways && t.Class == Resolved {
		act = Relapses
	}
	if change, ok := ofAlerts[act]; ok {
		return change
	}
	row := rows[act].customer
	if author.Agent() {
		row = rows[act].agent
	}
	return c.FollowItem(t, author, row)
}

// FollowItem says what follows from an item of a type.
func (c *Catalogue) FollowItem(t Ticket, author Person, it ItemType) Change {
	e, _ := c.Keyed(ItemTypes, string(it))
	f := e.Follows
	change := Change{Type: cmp.Or(f.Item, it)}
	if it == "opening" {
		change.Type = c.Opening(t.Type)
	}
	switch {
	case author.Agent():
		change.Class, change.Assignee, change.TakesIt = f.Agent, f.Assignee, f.Takes
	case len(f.From) == 0 || slices.Contains(f.From, t.Class):
		change.Class, change.Assignee = f.Customer, f.Assignee
	}
	return change
}

// Unmoved is the class of a change that leaves the status alone.
const Unmoved Class = ""

// Apply returns the ticket as the change leaves it; the caller names the status of the class.
func (t Ticket) Apply(c Change, author Person) Ticket {
	if c.Class != Unmoved {
		t.Class = c.Class
	}
	if c.TakesIt {
		t.Agent = author
	}
	switch c.Assignee {
	case Nobody:
		t.Assignee = Person{}
	case TheAuthor:
		t.Assignee = author
	case TheAgent:
		t.Assignee = t.Agent
	case TheRequester:
		t.Assignee = t.Requester
	case TheControl:
		t.Assignee = t.Controller
	}
	return t
}
