package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// event is what the table's rows start from: Carla's ticket, controlled by Celia, followed by Fidel
// and Ana's own.
func event(kind EventKind, author Person) Event {
	return Event{
		Kind: kind, Author: author, Item: Item{Number: 2, Text: "x", Author: author,
			Visibility: Public},
		Ticket: Ticket{Number: 1, Requester: carla, Controller: celia,
			Followers: []Person{carla, fidel}, Agent: ana},
		Team: []Person{ana, beto, julia}, OnCall: []Person{olga, beto}, Admins: []Person{julia},
		Witness: []Person{ana, beto},
	}
}

func fresh(e *Event) {
	e.Ticket.Agent, e.Ticket.Controller, e.Ticket.Followers = Person{}, carla, []Person{carla}
}
func down(e *Event)     { e.Ticket.ProductionDown = true }
func internal(e *Event) { e.Item.Visibility = Internal }
func wordless(e *Event) { e.Item.Text = "" }

func both(f ...func(*Event)) func(*Event) {
	return func(e *Event) {
		for _, g := range f {
			g(e)
		}
	}
}

func TestDue(t *testing.T) {
	for _, c := range []struct {
		name   string
		kind   EventKind
		author Person
		with   func(*Event)
		want   string
	}{
		{"new ticket", TicketOpened, carla, fresh,
			"ack Carla, new_ticket Ana, new_ticket Beto, new_ticket Julia"},
		{"new ticket of a product that has an agent", TicketOpened, carla, nil,
			"ack Carla, new_ticket Ana"},
		{"new ticket whose agent has left", TicketOpened, carla,
			func(e *Event) { e.Ticket.Agent.Active = false },
			"ack Carla, new_ticket Ana, new_ticket Beto, new_ticket Julia"},
		{"new ticket of an agent", TicketOpened, ana,
			both(fresh, func(e *Event) { e.Ticket.Requester, e.Ticket.Controller = ana, ana }),
			"ack Ana, new_ticket Beto, new_ticket Julia"},
		{"new ticket, Producción Caída", TicketOpened, carla, both(fresh, down),
			"ack_production_down Carla, production_down Olga, production_down Beto, " +
				"production_down Julia, new_ticket Ana"},
		{"ticket opened by an agent for a customer", TicketOpenedFor, beto, fresh,
			"opened_for_you Carla, new_ticket Beto, new_ticket Ana, new_ticket Julia"},
		{"customer replies", ItemWritten, carla, nil, "item Celia, item Fidel, item Ana"},
		{"customer replies to nobody's ticket", ItemWritten, carla, fresh,
			"item Ana, item Beto, item Julia"},
		{"follower replies", ItemWritten, fidel, nil, "item Carla, item Celia, item Ana"},
		{"agent answers", ItemWritten, ana, nil, "item Carla, item Celia, item Fidel"},
		{"agent answers to himself alone", ItemWritten, ana, internal, ""},
		{"agent asks for information", InfoAsked, ana, nil,
			"info_request Carla, info_request Celia, item Fidel"},
		{"note", NoteWritten, beto, internal, "note Ana"},
		{"what an agent says of what he has passed on", TicketExplained, ana, both(internal, fresh),
			"note Beto, note Julia"},
		{"given to another requester", TicketGiven, ana, nil, "opened_for_you Carla"},
		{"note, of whose ticket the agent has written nothing yet", NoteWritten, beto,
			both(internal, func(e *Event) { e.Witness = nil }), "note Ana"},
		{"note that was not marked as one", NoteWritten, beto,
			func(e *Event) { e.Witness = append(e.Witness, carla) }, "note Ana"},
		{"assigned", TicketAssigned, beto, nil, "assigned Ana"},
		{"assigned to himself", TicketAssigned, ana, nil, ""},
		{"taken", TicketTaken, ana, nil, ""},
		{"taken, Producción Caída", TicketTaken, ana, both(down, internal),
			"taken Carla, taken Celia, taken Olga, taken Beto, taken Julia"},
		{"resolved", TicketResolved, ana, nil, "resolved Celia, item Carla, item Fidel"},
		{"resolved without a word", TicketResolved, ana, wordless, "resolved Celia"},
		{"closed by the customer", TicketClosed, carla, nil,
			"closed Carla, closed Celia, closed Fidel, closed Ana"},
		{"closed by the customer, nobody's ticket", TicketClosed, carla, fresh,
			"closed Carla, closed Ana, closed Beto, closed Julia"},
		{"closed by an agent", TicketClosed, ana, nil, "closed Carla, closed Celia, closed Fidel"},
		{"the customer has not answered", TicketWaits, Person{}, nil,
			"reminder Carla, reminder Celia, reminder Ana"},
		{"the day has come", TicketWoke, Person{}, nil, "reminder Ana"},
		{"closed since nobody has answered", TicketLapsed, Person{}, nil,
			"closed Carla, closed Celia, closed Fidel, closed Ana"},
		{"reply to a closed ticket", TicketReplaced, carla, nil,
			"new_number Carla, new_ticket Ana"},
		{"reply to a closed ticket, Producción Caída", TicketReplaced, carla, down,
			"new_number Carla, production_down Olga, production_down Beto, production_down " +
				"Julia, new_ticket Ana"},
		{"reply to a closed ticket of a mailbox that takes none", ReplyRejected, carla, nil,
			"closed Carla"},
		{"pending item", ItemPending, carla, internal, "pending Ana"},
		{"pending item of nobody's ticket", ItemPending, Person{}, both(fresh, internal),
			"pending Ana, pending Beto, pending Julia"},
		{"an agent wrote to a customer by himself", TicketRecorded, ana, nil, "new_ticket Ana"},
		{"a machine wrote", MachineWrote, carla, internal, "item Ana"},
		{"agent who proved too little", AgentUnconfirmed, ana, internal, "confirm_agent Ana"},
		{"delivery failed", DeliveryFailed, beto, internal, "undelivered Beto, undelivered Ana"},
		{"delivery late", DeliveryLate, beto, internal, "undelivered Beto"},
		{"delivery failed of nobody's words", DeliveryFailed, Person{},
			func(e *Event) { e.Ticket.Agent = Person{} },
			"undelivered Ana, undelivered Beto, undelivered Julia"},
		{"mail in quarantine", MailQuarantined, Person{}, nil, "unfiled Julia"},
		{"mail in quarantine without an admin", MailQuarantined, Person{},
			func(e *Event) { e.Admins = nil }, "unfiled Ana, unfiled Beto, unfiled Julia"},
		{"Producción Caída added by a reply", ProductionFell, carla, nil,
			"production_down Olga, production_down Beto, production_down Julia, item Celia, item " +
				"Fidel, item Ana"},
		{"mailbox down", MailboxDown, Person{}, nil, "mailbox_down Julia"},
		{"mailbox down at a desk without administrators", MailboxDown, Person{},
			func(e *Event) { e.Admins = nil },
			"mailbox_down Ana, mailbox_down Beto, mailbox_down Julia"},
		{"mailbox up", MailboxUp, Person{}, nil, "mailbox_up Julia"},
		{"new agent", AgentJoined, Person{}, nil, "agent_welcome Ana"},
		{"secret ends", SecretEnds, Person{}, nil, "secret_ends Julia"},
		{"who hears of it by another notice", ItemWritten, ana,
			func(e *Event) { e.Told = []Person{carla} }, "item Celia, item Fidel"},
		{"nobody to write to", ItemWritten, ana, func(e *Event) {
			e.Ticket.Requester.Addresses,
				e.Ticket.Controller.Active = nil, false
		}, "item Carla, item Fidel"},
	} {
		e := event(c.kind, c.author)
		if c.with != nil {
			c.with(&e)
		}
		var got []string
		for _, n := range Due(e) {
			got = append(got, string(n.Notice)+" "+n.To.Name)
		}
		if g := strings.Join(got, ", "); g != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, g, c.want)
		}
	}
}

var kinds = []EventKind{TicketOpened, TicketOpenedFor, TicketRecorded, TicketReplaced, MachineWrote,
	ItemWritten, InfoAsked, NoteWritten, TicketTaken, TicketAssigned, TicketResolved, TicketClosed,
	TicketWaits, TicketWoke, TicketLapsed,
	ItemPending, AgentUnconfirmed, DeliveryFailed, DeliveryLate, MailQuarantined, ReplyRejected,
	ProductionFell, MailboxDown, MailboxUp, SecretEnds,
	AgentJoined}

func TestDueKeepsItsPromises(t *testing.T) {
	everybody := []Person{{}, carla, celia, fidel, ana, beto, olga, julia}
	answers := map[Notice]bool{Ack: true, AckProductionDown: true, NewNumber: true,
		OpenedForYou: true, ConfirmAgent: true, Undelivered: true}
	rapid.Check(t, func(r *rapid.T) {
		anyone := func(name string) Person {
			p := rapid.SampledFrom(everybody).Draw(r, name)
			p.Active = rapid.IntRange(0, 4).Draw(r, name+" active") > 0
			return p
		}
		some := func(name string) (list []Person) {
			for i := range rapid.IntRange(0, 4).Draw(r, name) {
				list = append(list, anyone(fmt.Sprint(name, i)))
			}
			return list
		}
		agent := func(p Person) bool { return !p.Agent() }
		desk := func(name string) []Person { return slices.DeleteFunc(some(name), agent) }
		e := Event{Kind: rapid.SampledFrom(kinds).Draw(r, "kind"), Author: anyone("author"),
			Team: desk("team"), OnCall: desk("on call"), Admins: desk("admins"),
			Witness: some("witness"),
			Item: Item{Text: "x", Visibility: rapid.SampledFrom([]Visibility{Public,
				Internal}).Draw(r, "visibility")},
			Ticket: Ticket{Requester: anyone("requester"), Controller: anyone("controller"),
				Followers: some("followers"), Agent: anyone("agent"),
				ProductionDown: rapid.Bool().Draw(r, "down")}}
		switch e.Kind {
		case MailQuarantined, MailboxDown, MailboxUp, SecretEnds, TicketWaits, TicketWoke,
			TicketLapsed:
			e.Author = Person{} // it is nobody's doing
		}
		told := map[int64]bool{}
		for _, n := range Due(e) {
			switch {
			case told[n.To.ID]:
				r.Fatalf("%s is told twice", n.To.Name)
			case n.To.ID == 0 || !n.To.Active:
				r.Fatalf("%s goes to nobody", n.Notice)
			case n.To.ID == e.Author.ID && !answers[n.Notice] && !setGoing(e):
				r.Fatalf("the author hears his own %s", n.Notice)
			case e.Item.Visibility == Internal && n.Notice.Trait().Words && !n.To.Agent():
				r.Fatalf("a customer gets internal words by %s", n.Notice)
			case n.Notice.Trait().Agents && !n.To.Agent():
				r.Fatalf("a customer gets %s", n.Notice)
			}
			told[n.To.ID] = true
		}
	})
}

// setGoing tells the events of which the author hears what he set going.
func setGoing(e Event) bool {
	switch e.Kind {
	case ReplyRejected, TicketOpenedFor, TicketRecorded, AgentJoined:
		return true
	}
	return e.Kind == TicketClosed && !e.Author.Agent()
}
