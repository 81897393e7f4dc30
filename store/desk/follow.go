package desk

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
	Records  Act = "records"   // an agent opens what he wrote to a customer by himself
	Replaces Act = "replaces"  // a reply to a closed ticket opens another one
	Doubts   Act = "doubts"    // an agent's words, that prove too little to be handed on
	Refused  Act = "refused"   // a reply to a closed ticket, where that changes nothing any more
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
)

// Follows is what follows from an item of a type, as its row of the catalogue says.
type Follows struct {
	Item     ItemType `json:"item,omitempty" toml:"item"`                     // the type that the item bears; "": its own
	Agent    Class    `json:"agent_class,omitempty" toml:"agent_class"`       // when an agent writes it
	Customer Class    `json:"customer_class,omitempty" toml:"customer_class"` // when a customer does
	From     []Class  `json:"from,omitempty" toml:"from"`                     // from which a customer moves the ticket; none: from all
	Assignee Side     `json:"assignee,omitempty" toml:"assignee"`             // who owes the next action
	Takes    bool     `json:"takes,omitempty" toml:"takes"`                   // an agent who writes it becomes the ticket's
}

// follows is the table of what follows from an item, by what was done and which side did it.
var follows = map[Act]struct{ agent, customer Change }{
	Opens:    {},
	Writes:   {Change{Answer, Waiting, TheRequester, true}, Change{MoreInformation, Open, TheAgent, false}},
	AsksInfo: {Change{InfoRequest, Waiting, TheRequester, true}, Change{}},
	Notes:    {Change{Type: Note}, Change{}},
	Takes:    {Change{Note, InProgress, TheAuthor, true}, Change{}},
	Resolves: {Change{Answer, Resolved, TheControl, true}, Change{}},
	Closes:   {Change{Answer, Closed, Nobody, false}, Change{TestingOK, Closed, Nobody, false}},
	Reopens:  {Change{Answer, Open, TheAuthor, true}, Change{MoreInformation, Open, TheAgent, false}},
	Thanks:   {Change{Type: Answer}, Change{Type: MoreInformation}},
	Machine:  {Change{Type: Automatic}, Change{Type: Automatic}},
	Waits:    {Change{Type: MoreInformation}, Change{Type: MoreInformation}},
}

// Follow says what follows when the author does act on the ticket. A customer's further words move the status only
// from waiting and resolved, and reopen only what was at an end: a queue or work in progress stays what it is.
func Follow(t Ticket, author Person, act Act) Change {
	row := follows[act]
	if author.Agent() {
		return row.agent
	}
	c := row.customer
	stays := act == Writes && t.Class == Closed || (act == Writes || act == Reopens) && (t.Class == Open || t.Class == Queued || t.Class == InProgress)
	if stays {
		c.Class, c.Assignee = Unmoved, Unchanged
	}
	return c
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
