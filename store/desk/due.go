package desk

import (
	"slices"
	"strings"
	"time"
)

// EventKind is what happened; DESIGN calls the rows of the notification table by it.
type EventKind string

const (
	TicketOpened    EventKind = "ticket_opened"
	TicketOpenedFor EventKind = "ticket_opened_for" // by an agent, in a customer's name
	TicketRecorded  EventKind = "ticket_recorded"   // an agent wrote to a customer by himself
	TicketReplaced  EventKind = "ticket_replaced"   // a reply to a closed ticket opened this one
	ItemWritten     EventKind = "item_written"      // by the customer's side, or an agent's answer
	MachineWrote    EventKind = "machine_wrote"     // what is no mere absence or receipt
	InfoAsked       EventKind = "info_asked"
	NoteWritten     EventKind = "note_written"
	TicketExplained EventKind = "ticket_explained" // what he has passed on, by an agent
	TicketGiven     EventKind = "ticket_given"     // to another requester
	TicketTaken     EventKind = "ticket_taken"
	TicketResolved  EventKind = "ticket_resolved"
	TicketClosed    EventKind = "ticket_closed"
	ItemPending     EventKind = "item_pending"
	// an agent's mail that proved too little to be relayed
	AgentUnconfirmed EventKind = "agent_unconfirmed"
	DeliveryFailed   EventKind = "delivery_failed"
	DeliveryLate     EventKind = "delivery_late"
	MailQuarantined  EventKind = "mail_quarantined"
	TicketAssigned   EventKind = "ticket_assigned"
	TicketRated      EventKind = "ticket_rated"      // by its requester, once it is closed
	TicketTakenOver  EventKind = "ticket_taken_over" // by an agent, from another
	TicketWaits      EventKind = "ticket_waits"      // the customer has not answered for a while
	TicketWoke       EventKind = "ticket_woke"       // the day until which it was to wait has come
	TicketLapsed     EventKind = "ticket_lapsed"     // closed, since nobody has answered
	// a customer's lines have values that are not known
	LinesMissed  EventKind = "lines_missed"
	OrdersDone   EventKind = "orders_done"   // a customer's, that nothing else tells him of
	TicketMerged EventKind = "ticket_merged" // another one lives on in it
	TicketParted EventKind = "ticket_parted" // two that were merged are two again
	TicketSplit  EventKind = "ticket_split"  // items of another one have become this one
	// the ticket on which it depended was closed
	TicketFreed EventKind = "ticket_freed"
	// its customer accepts what support costs
	RateAccepted EventKind = "rate_accepted"
	// the ticket was closed of which it is a duplicate, and it too
	DuplicateClosed EventKind = "duplicate_closed"
	AlertRecovered  EventKind = "alert_recovered" // what a monitoring system told is over
	AlertReturned   EventKind = "alert_returned"
	AlertWorsened   EventKind = "alert_worsened"
	AlertFlapped    EventKind = "alert_flapped" // it comes and goes
	ClockNear       EventKind = "clock_near"    // three quarters of a promised time are gone
	ClockOver       EventKind = "clock_over"
	TicketDue       EventKind = "ticket_due" // the day that #vence names has come
	TicketOverdue   EventKind = "ticket_overdue"
	LadderClimbed   EventKind = "ladder_climbed" // nobody has answered Producción Caída
	// to a closed ticket, where the mailbox takes none
	ReplyRejected  EventKind = "reply_rejected"
	ProductionFell EventKind = "production_fell" // «Producción Caída» added by a reply
	// no mail could be looked for in a mailbox for a while
	MailboxDown  EventKind = "mailbox_down"
	MailboxUp    EventKind = "mailbox_up"
	SecretEnds   EventKind = "secret_ends"   // that by which mail is fetched from a mailbox, soon
	AgentJoined  EventKind = "agent_joined"  // the ticket's agent, though there is no ticket
	AgentLeft    EventKind = "agent_left"    // the author, who had open tickets
	DeskTroubled EventKind = "desk_troubled" // something keeps mail from going out as usual
	PersonWanted EventKind = "person_wanted" // the customer asks to speak to a person
	HoursSpent   EventKind = "hours_spent"   // much of what a contract has bought, or all
)

// Event is something that happened to a ticket, with everybody whom it may concern.
type Event struct {
	Kind    EventKind
	Ticket  Ticket
	Item    Item
	Author  Person // who never hears of his own doing
	Team    []Person
	OnCall  []Person
	Admins  []Person
	Witness []Person  // agents who wrote on the ticket before
	Told    []Person  // who hears of it by another notice
	Project []Person  // who follows the project of what is opened, and may see it
	From    Person    // the agent who had the ticket that another has taken
	Old     int64     // the closed ticket that this one cites
	Ends    time.Time // when the ticket is closed if nobody answers, or a clock's time is over
	Clock   TimerKind // whose time that is
	Calls   []string  // addresses of whom the ladder calls
	Called  []Person  // who they are
	Sponsor Person    // who answers for the organisation whose contract it is about
	// who stands in for agents who are away
	StandIns map[int64]Person
	Next     Rung // who is called next if nobody answers, counted from now
	// by which a law has what is opened answered; zero: none does
	LegalDay time.Time
}

// Notification is one mail that is owed to one person.
type Notification struct {
	Notice Notice
	To     Person
}

// Due says who must hear of an event, each person once and never the author of his own words. What
// he set going he does hear of: that a ticket was opened, that his «cerrar» closed it.
func Due(e Event) []Notification {
	d := due{internal: e.Item.Visibility == Internal, standIns: e.StandIns, author: e.Author.ID}
	for _, p := range e.Told {
		d.except(p)
	}
	t := e.Ticket
	switch e.Kind {
	case TicketAssigned:
		d.except(e.Author).add(Assigned, t.Agent)
	case TicketRated:
		d.except(e.Author).add(RatedNotice, agents(responsible(e)...)...)
	case TicketTakenOver:
		d.except(e.Author).add(TakenOver, e.From)
	case ItemPending:
		d.except(e.Author).add(PendingNotice, responsible(e)...)
	case AgentUnconfirmed:
		d.add(ConfirmAgent, e.Author)
	case DeliveryFailed:
		d.add(Undelivered, agents(e.Author, t.Agent)...)
		if len(d.list) == 0 {
			d.add(Undelivered, e.Team...)
		}
	case DeliveryLate:
		d.add(Undelivered, agents(e.Author)...)
	case RateAccepted:
		d.add(AcceptedNotice, e.Author)
	case LinesMissed:
		d.add(NotUnderstood, e.Author)
	case OrdersDone:
		d.add(DoneNotice, e.Author)
	case AgentJoined:
		d.add(AgentWelcome, t.Agent)
	case AgentLeft:
		d.except(e.Author).add(OfferedNotice, responsible(e)...)
	default:
		d.begun(e)
		d.written(e)
		d.settled(e)
		d.clock(e)
		d.trouble(e)
	}
	return d.list
}

// written adds who is told of an item.
func (d *due) written(e Event) {
	t := e.Ticket
	switch e.Kind {
	case ItemWritten:
		d.except(e.Author).copied(e).add(ItemNotice, t.Customers()...)
		if !e.Author.Agent() {
			d.add(ItemNotice, responsible(e)...)
		}
	case MachineWrote:
		d.except(e.Author).add(ItemNotice, agents(responsible(e)...)...)
	case AlertRecovered, AlertReturned, AlertWorsened, AlertFlapped:
		d.except(e.Author).add(AlertNotice, agents(responsible(e)...)...)
	case InfoAsked:
		d.except(e.Author).add(InfoRequestNotice, t.Requester, t.Controller)
		d.add(ItemNotice, t.Followers...)
	case NoteWritten:
		d.except(e.Author).add(NoteNotice, append([]Person{t.Agent}, e.Witness...)...)
	case TicketExplained:
		d.except(e.Author).add(NoteNotice, agents(responsible(e)...)...)
	case TicketGiven:
		d.except(e.Author).add(OpenedForYou, t.Requester)
	}
}

// begun owes what comes of a new ticket, or of an alarm.
func (d *due) begun(e Event) {
	t := e.Ticket
	switch e.Kind {
	case TicketOpened:
		d.opened(e, Ack)
	case TicketReplaced:
		d.opened(e, NewNumber)
	case TicketOpenedFor:
		d.add(OpenedForYou, t.Requester)
		// his copy has the number, and an address that answers the customer
		d.add(NewTicket, e.Author)
		d.add(NewTicket, responsible(e)...)
		d.ofProject(e)
	case TicketRecorded:
		d.add(NewTicket, e.Author)
	case ProductionFell:
		d.except(e.Author).copied(e)
		d.add(ProductionDown, slices.Concat(e.OnCall, e.Admins)...)
		d.add(ItemNotice, append(t.Customers(), responsible(e)...)...)
	}
}

// settled owes what comes of a ticket's being taken, solved or closed.
func (d *due) settled(e Event) {
	t := e.Ticket
	switch e.Kind {
	case TicketTaken:
		if t.ProductionDown { // somebody waits by the telephone for this
			d.except(e.Author).add(Taken, t.Requester, t.Controller)
			d.add(Taken, slices.Concat(e.OnCall, e.Admins)...)
		}
	case TicketResolved:
		d.except(e.Author).add(ResolvedNotice, t.Controller)
		if e.Item.Text != "" || len(e.Item.Attachments) > 0 {
			d.add(ItemNotice, t.Customers()...)
		}
	case TicketMerged:
		d.except(e.Author).add(MergedNotice, t.Customers()...)
		d.add(MergedNotice, slices.Concat(responsible(e), e.Witness)...)
	case TicketParted:
		d.except(e.Author).add(PartedNotice, append(t.Customers(), t.Agent)...)
	case TicketSplit:
		d.except(e.Author).add(SplitNotice, append(t.Customers(), responsible(e)...)...)
	case ReplyRejected:
		d.add(ClosedNotice, e.Author)
	case TicketClosed:
		if e.Author.Agent() {
			d.except(e.Author).add(ClosedNotice, append(t.Customers(), t.Agent)...)
		} else { // who is told, too, that it was done
			d.add(ClosedNotice, append(t.Customers(), responsible(e)...)...)
		}
	}
}

// clock owes what time brings.
func (d *due) clock(e Event) {
	t := e.Ticket
	switch e.Kind {
	case TicketWaits:
		d.except(e.Author).add(Reminder, append([]Person{t.Requester, t.Controller},
			responsible(e)...)...)
	case TicketWoke:
		d.except(e.Author).add(Reminder, responsible(e)...)
	case TicketLapsed:
		d.add(ClosedNotice, append(t.Customers(), t.Agent)...)
	case ClockNear, ClockOver, TicketDue, TicketOverdue:
		d.add(Deadline, responsible(e)...)
		if t.Severity == 1 {
			d.add(Deadline, e.OnCall...)
		}
		if e.Clock == Legal && e.Kind == ClockOver {
			d.add(Deadline, e.Admins...)
		}
	case PersonWanted: // who is told of the words may not look at them soon
		d.add(Deadline, agents(t.Agent)...)
		d.add(Deadline, slices.Concat(e.Team, e.Admins)...)
	case LadderClimbed:
		d.add(ProductionDown, e.Called...)
		d.add(ProductionDown, e.Admins...)
		d.add(StillWaiting, t.Requester, t.Controller)
	case HoursSpent:
		d.add(HoursNotice, append(agents(responsible(e)...), e.Sponsor)...)
	case TicketFreed:
		d.add(Reminder, agents(responsible(e)...)...)
	case DuplicateClosed:
		d.except(e.Author).add(ClosedNotice, append(t.Customers(), t.Agent)...)
	}
}

// trouble tells the admins of what is about no ticket.
func (d *due) trouble(e Event) {
	switch e.Kind {
	case MailboxDown:
		d.admins(e, MailboxDownNotice)
	case MailboxUp:
		d.admins(e, MailboxUpNotice)
	case SecretEnds:
		d.admins(e, SecretEndsNotice)
	case DeskTroubled:
		d.admins(e, AlarmNotice)
	case MailQuarantined:
		d.admins(e, Unfiled)
	}
}

// admins tells them, or the team of a desk that has none: somebody must hear what went wrong.
func (d *due) admins(e Event, n Notice) {
	if d.add(n, e.Admins...); len(d.list) == 0 {
		d.add(n, e.Team...)
	}
}

// opened tells the customer by the given acknowledgement, the on call and the admins when
// production is down, and the agents.
func (d *due) opened(e Event, ack Notice) {
	if e.Ticket.ProductionDown && ack == Ack {
		ack = AckProductionDown
	}
	to := e.Ticket.Requester
	if by := e.Author; by.ID != 0 && by.ID != to.ID && !by.Agent() { // he named a colleague
		d.add(OpenedForYou, to)
		to = by
	}
	d.add(ack, to)
	d.except(e.Author)
	if e.Ticket.ProductionDown {
		d.add(ProductionDown, slices.Concat(e.OnCall, e.Admins)...)
	}
	d.add(NewTicket, responsible(e)...)
	d.copied(e).ofProject(e)
}

// ofProject tells those who follow the project of a new ticket. Whoever may not be who he says he
// is writes to nobody.
func (d *due) ofProject(e Event) {
	if e.Ticket.Unverified {
		return
	}
	for _, p := range e.Project {
		if p.Agent() {
			d.add(NewTicket, p)
		} else {
			d.add(ItemNotice, p)
		}
	}
}

// responsible is the ticket's agent, else the team, which the admins are part of.
func responsible(e Event) []Person {
	if e.Ticket.Agent.ID != 0 && e.Ticket.Agent.Active {
		return []Person{e.Ticket.Agent}
	}
	return slices.Concat(e.Team, e.Admins)
}

func agents(of ...Person) (list []Person) {
	for _, p := range of {
		if p.Agent() {
			list = append(list, p)
		}
	}
	return list
}

// due gathers notifications and keeps everybody to one.
type due struct {
	internal bool // the item's words are for agents only
	list     []Notification
	told     map[int64]bool
	standIns map[int64]Person
	author   int64
}

// except leaves a person out from here on.
func (d *due) except(p Person) *due {
	if d.told == nil {
		d.told = map[int64]bool{}
	}
	d.told[p.ID] = true
	return d
}

// copied leaves out the customers who have the words already: another one sent them his mail, at
// an address of theirs or a subaddress of it (RFC 5233). Agents need what only our notice brings:
// the facts, and an address at which to answer.
func (d *due) copied(e Event) *due {
	if e.Author.Agent() {
		return d
	}
	for _, p := range append(e.Ticket.Customers(), e.Project...) {
		if !p.Agent() && slices.ContainsFunc(p.Addresses, func(address string) bool {
			return slices.ContainsFunc(e.Item.Seen.Copied, func(copied string) bool {
				return withoutDetail(copied) == withoutDetail(address)
			})
		}) {
			d.except(p)
		}
	}
	return d
}

// withoutDetail is the address of which another is a subaddress.
func withoutDetail(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// add owes the notice to everybody who can be written to and was not told yet.
func (d *due) add(n Notice, to ...Person) *due {
	for _, p := range to {
		s, away := d.standIns[p.ID]
		if away && p.ID != d.author && !d.told[p.ID] && !slices.Contains(itsOwn, n) {
			p = s
		}
		if !p.Reachable() || d.told[p.ID] || !d.mayRead(p, n) {
			continue
		}
		d.except(p)
		d.list = append(d.list, Notification{n, p})
	}
	return d
}

// mayRead reports whether a notice may go to a person: customers get neither what is for agents nor
// internal words.
func (d *due) mayRead(p Person, n Notice) bool {
	t := n.Trait()
	return p.Agent() || !t.Agents && !(d.internal && t.Words)
}
