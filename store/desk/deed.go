package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Deed is what somebody does to a ticket, whichever way he says it.
//
//	mail, command line, clock ──► Deed ──► Carry ──► Outcome ──► the store writes it, and tells
type Deed struct {
	By       Person   // zero: nobody, as the clock or a machine
	Act      Act      // what it comes to; "": what the orders and the words say
	Orders   []Order  // in the order in which they are written
	Item     Item     // the words; what is given of its type, author, visibility and state stays
	Opens    Ticket   // what is opened, where a ticket is
	Links    []Link   // of what is opened
	Kept     Kept     // why the words stay inside, where they are not marked as a note
	Answers  int64    // the item whose notice is answered
	Read     Notified // the notice that he has read when he wrote, as far as is known
	Again    bool     // he says what was held: nothing holds it once more
	Down     bool     // the subject says that production is down
	Severity int      // that a monitoring system gives an open problem, where it is worse; 0: none
	Solved   bool     // the words say that it is solved, and nothing else
	Idle     bool     // the words say nothing new: thanks, a reaction, a quote alone
	Wordless bool     // there are no words at all
	Unproven bool     // nothing shows that the address is his who wrote
	Demand   string   // what support costs where what is opened has no contract; "": nothing
	Consent  Consent  // what the words say to what is offered, where it is proven whose they are
	Proof    string   // by what, for the record
	Human    bool     // he asks for a person
	Quiet    bool     // nobody hears of it
	Struck   Timer    // what the clock owes, where it is the clock that acts: there is no item then
	After    Link     // how it hangs on a ticket that was closed, where that acts: likewise
}

// Kept says why words stay inside, or did not reach anybody: a code of the phrases' reasons.
type Kept string

const (
	HeldUnknown Kept = "held_unknown" // something was meant as a command and is none
	// a colleague has answered, or taken the ticket, since the notice that they answer
	HeldAnswered Kept = "held_answered"
	HeldRepeats  Kept = "held_repeats" // they repeat what agents said among themselves
	KeptInside   Kept = "kept_inside"  // they answer a notice whose replies stay inside
	NobodyHears  Kept = "nobody_hears" // the ticket has nobody on the customer's side
)

// Held reports whether the whole deed waits until its author says it again: what it would tell the
// customer is not done either.
func (k Kept) Held() bool {
	return k == HeldUnknown || k == HeldRepeats || k == HeldAnswered
}

// Notified is a notice as the rules know it.
type Notified struct {
	Item int64     // that it is about; 0 for none
	At   time.Time // when it was written; zero: nobody knows what was read
}

// Facts are what a deed is held against. The store reads them in the transaction that writes the
// outcome.
type Facts struct {
	Catalogue   *Catalogue
	Agents      []Person          // the active ones
	People      map[string]Person // whom the orders name, by canonical address: see Named
	Pending     []Item            // of the ticket, that wait for an agent
	Others      []Other           // tickets that the orders name and that are there
	Sights      map[int64]Sight   // of who takes part in tickets that are to be merged
	Guest       *Guest            // the ticket that would be parted from this one
	Items       []Item            // of the ticket, in order, where some are to be split off
	Spent       map[int64]int     // the minutes that an item's time sheet has, by its number
	Hangs       bool              // it waits until a day, or for another ticket to be closed
	Sight       Sight             // of a customer who sets fields
	Held        []HeldItem        // of the ticket, where an order is about them
	First       Item              // of the ticket, where an order names another requester
	Said        bool              // who writes has said something to the customer in the ticket
	Meanwhile   Meanwhile         // what a colleague did since the notice that is answered
	Hold        time.Duration     // how long the mailbox lets an agent's words wait
	Recent      []int64           // the products of his last tickets, of whoever opens one
	Spared      map[string]bool   // senders that orders name, which are the desk's or agents'
	Writer      Person            // who wrote what is answered, where an order blocks
	Responsible Person            // the agent of the product of what is opened
	Raised      bool              // the alarm was raised in the ticket's life
	Clocks      []Clock           // of the ticket
	Owed        []Timer           // of one whose production is down: what the clock owes it
	Answered    bool              // likewise: an agent has said something to the customer
	Times       Times
	Now         time.Time
}

// Outcome is what comes of a deed. The store writes it down, and nothing else.
type Outcome struct {
	Ticket    Ticket
	Item      Item
	Events    []Event // without the numbers that only the store knows
	Follow    []Person
	Unfollow  []Person
	Projects  struct{ Follow, Unfollow []ProjectFollower }
	Links     []Link
	Judged    []Judgement
	Time      []TimeEntry
	Asked     []Query    // that its author is answered apart
	Withdrawn []Item     // that were held, and nobody gets
	Undone    *HeldItem  // of it the time and the links go too; nil: none
	Sent      []HeldItem // that were held, and go now
	Wrote     Person     // who is the author of the first item from now on; zero: who was
	Blocked   []string   // senders, from now on
	Absent    *Person    // its author, as he is away or back from now on; nil: no change
	Amended   []Amended  // people of whom the desk knows something else
	Until     time.Time  // the item waits, with all that is told of it; zero: it does not

	Merging   *Merging   // nil: none
	Parting   *Parting   // likewise
	Splitting *Splitting // likewise
	Timers    []Timer    // that are owed from now on, and those that are no more
	Clocks    []Clock    // that have changed
	Chronicle bool       // an item tells what happened since the alarm
	Done      []Result   // what became of each order
	Kept      Kept
}

// ProjectFollower is somebody who hears of a project's tickets, both by their ids.
type ProjectFollower struct{ Project, Person int64 }

// Judgement lets a pending item in, or leaves it out.
type Judgement struct {
	Item    Item
	Approve bool
}

// Result is what became of an order: Key is one of the phrases' [result], and Value completes it.
// Where a value was not understood, Key is one of [unknown], and Known is what there is.
type Result struct {
	Line, Key, Value string
	Unknown          bool
	Known            []string
	Tell             bool // its author is told that it is done, where he is a customer
}

// draft is an outcome in the making.
type draft struct {
	Outcome
	Facts
	deed   Deed
	before Ticket
	wake   time.Time // the day until which it waits
	timers []Timer   // of what is withdrawn, as they were
	act    Act

	depends bool   // it waits until another ticket is closed
	wrong   Dating // what is wrong with the day that an order names

	entrusts bool     // what is opened goes to the agent of its product
	itemType ItemType // that an order gives the item; "": what the act makes of it
	guessed  bool     // the product is what he has asked about before, or has a contract for
	bears    ItemType // the type that a customer's item bears, from which nothing else follows
}

// Carry works out what comes of a deed on a ticket; of one that opens it, before is what it opens.
func Carry(before Ticket, d Deed, f Facts) Outcome {
	w := &draft{Facts: f, deed: d, before: before,
		Outcome: Outcome{Ticket: before, Item: d.Item, Links: d.Links, Kept: d.Kept}}
	switch {
	case d.Struck.Kind != "":
		w.strike(d.Struck)
		w.measure()
		return w.Outcome
	case d.After.Kind != "":
		w.after(d.After)
		w.measure()
		return w.Outcome
	}
	if d.By.Agent() && d.Act == "" {
		w.write()
	}
	if w.collides() {
		w.Kept = HeldAnswered
	}
	if w.act = d.Act; w.act == "" {
		w.act = w.decide()
		w.takeType()
	}
	if before.Number == 0 {
		w.open()
	}
	w.apply()
	w.obey(d.Orders)
	w.awaitAcceptance()
	w.engage()
	w.entrust()
	w.owe()
	w.raise()
	w.finish()
	asked := d.By.Agent() && w.words() && w.Item.Visibility == Public
	w.Timers = w.Times.Timers(before, w.Ticket, asked, w.wake, w.Now)
	if w.depends && w.Ticket.Class == Waiting { // for nothing that the customer could do
		w.Timers = []Timer{{Kind: WakeTimer}, {Kind: RemindTimer}}
	}
	if w.timers != nil {
		w.Timers = w.timers
	}
	w.climb()
	w.remember()
	w.runClocks()
	w.tell()
	w.hold()
	return w.Outcome
}

// open fills in what a new ticket says nothing of.
func (w *draft) open() {
	t := &w.Ticket
	t.Class = cmp.Or(t.Class, Open)
	t.Severity = cmp.Or(t.Severity, w.Catalogue.DefaultSeverity())
	if t.ProductionDown {
		t.Severity = w.Catalogue.TopSeverity()
	}
	t.Type = cmp.Or(t.Type, w.Catalogue.DefaultType())
	if t.Controller.ID == 0 {
		t.Controller = t.Requester
	}
	w.complete()
	w.before = *t
}

// decide is what the orders and the words come to.
func (w *draft) decide() Act {
	if w.deed.By.Agent() {
		return w.agentAct()
	}
	mayClose := w.deed.By.ID == w.before.Requester.ID || w.deed.By.ID == w.before.Controller.ID
	switch {
	case mayClose && (w.ordered(VerbClose) || w.typed() == TestingOK ||
		w.before.Class == Resolved && w.deed.Solved):
		return Closes
	case w.ordered(VerbReopen):
		return Reopens
	case w.deed.Idle && (w.before.Class == Resolved || w.before.Class == Waiting && w.Hangs):
		return Thanks
	case w.deed.Item.Orders: // «seguir», and no other word
		return Notes
	}
	return Writes
}

// agentAct is the strongest of his orders, or his words alone. Words that are meant for colleagues
// ask the customer for nothing; commands without words, that say nothing to the customer, are a
// note too, and so is what waits.
func (w *draft) agentAct() Act {
	for _, v := range verbs {
		misfit := v.act == AsksInfo && w.inside() || w.already(v.Verb) != ""
		if v.act != "" && !w.Kept.Held() && !misfit && w.ordered(v.Verb) {
			return v.act
		}
	}
	switch {
	case w.words() && !w.inside():
		return Writes
	case w.ordered(VerbTake) && w.Kept != HeldAnswered && w.already(VerbTake) == "":
		return Takes
	}
	return Notes
}

// already is why an agent's order without words does nothing, a key of the phrases' results: the
// ticket is so, or was closed.
func (w *draft) already(v Verb) string {
	switch class := w.before.Class; {
	case !w.deed.By.Agent() || w.words() || w.before.Number == 0:
	case v == VerbClose && class == Closed:
		return "unchanged"
	case (v == VerbResolve || v == VerbTake) && class == Closed:
		return "is_closed"
	}
	return ""
}

func (w *draft) ordered(v Verb) bool {
	is := func(o Order) bool { return o.Verb == v && !o.Misplaced }
	return slices.ContainsFunc(w.deed.Orders, is)
}

// words reports whether there is something to hand on beside the orders.
func (w *draft) words() bool {
	return w.deed.Item.Text != "" || w.files()
}

func (w *draft) files() bool {
	return slices.ContainsFunc(w.deed.Item.Attachments, func(a Attachment) bool {
		return !a.Ornament
	})
}

// inside reports whether the words stay among agents.
func (w *draft) inside() bool { return w.deed.Item.Visibility == Internal || w.Kept != "" }

// asOf are acts from which the same follows as from another.
var asOf = map[Act]Act{
	OpensFor: Opens, Replaces: Opens,
	Records: Writes, Doubts: Notes, Rates: Notes, Explains: Notes, Refused: Waits, Returns: Machine,
}

// apply lets follow what follows from the act.
func (w *draft) apply() {
	act := w.act
	if other, ok := asOf[act]; ok {
		act = other
	}
	change := w.Catalogue.Follow(w.before, w.deed.By, act)
	if w.itemType != "" {
		change = w.Catalogue.FollowItem(w.before, w.deed.By, w.itemType)
	}
	w.Item.Type = change.Type
	w.entrusts = change.Assignee == TheProducts
	w.Ticket = w.Ticket.Apply(change, w.deed.By)
}

// entrust gives what nobody has to the agent of its product.
func (w *draft) entrust() {
	p, product := w.Responsible, w.Catalogue.Entry(w.Ticket.Product)
	free := w.entrusts && w.Ticket.Agent.ID == 0
	if free && p.ID != 0 && p.Active && product.Agent == p.ID {
		p = w.instead(p)
		w.Ticket.Agent = p
		if w.Ticket.Offer == "" {
			w.Ticket.Assignee = p
		}
	}
}

// owe has somebody owe the next action wherever the status says so, whatever orders say of it: the
// controller what is resolved, nobody what is closed, and the customer's side what waits for no day
// and no other ticket.
func (w *draft) owe() {
	t, before := &w.Ticket, w.before
	if t.Class == before.Class && t.Assignee.ID == before.Assignee.ID &&
		t.Controller.ID == before.Controller.ID && !w.ordered(VerbWait) {
		return
	}
	switch hangs := w.depends || !w.wake.IsZero(); {
	case t.Class == Closed:
		t.Assignee = Person{}
	case t.Class == Resolved:
		if t.Assignee = t.Controller; t.Controller.Machine {
			t.Assignee = Person{}
		}
	case t.Class == Waiting && t.Assignee.ID == 0 && !hangs:
		t.Assignee = t.Requester
	}
}

// ProductOf is the product that a ticket has when it is opened with these orders.
func ProductOf(c *Catalogue, t Ticket, orders []Order) Entry {
	for _, o := range orders {
		if f, value := o.field(); f != nil && f.Key == string(Products) {
			if e, ok := c.Find(Products, value); ok {
				t.Product = e.ID
			}
		}
	}
	return c.Entry(t.Product)
}

// raise sets the alarm, once in a ticket's life: «Re: Producción Caída» of a mail that an agent has
// since lowered is no new alarm.
func (w *draft) raise() {
	if w.deed.Down && !w.Raised && !w.before.ProductionDown && !w.silent() {
		w.Ticket.ProductionDown, w.Ticket.Severity = true, w.Catalogue.TopSeverity()
	}
	if s := w.deed.Severity; s != 0 && s < w.Ticket.Severity {
		w.Ticket.Severity = s
	}
}

// finish makes the item.
func (w *draft) finish() {
	it, given := &w.Item, w.deed.Item
	if it.Author.ID == 0 {
		it.Author = w.deed.By
	}
	if !w.deed.By.Agent() {
		it.Seen.Unset = unset(w.Done)
	}
	if given.Type != "" {
		it.Type = given.Type
	} else {
		it.Type = w.itsType()
	}
	internal := w.inside() || slices.Contains(amongAgents, w.act) ||
		w.act == Reopens && w.deed.By.Agent() && !w.words()
	if it.Visibility = Public; internal {
		it.Visibility = Internal
	}
	if it.Text == "" && internal && len(w.deed.Orders) > 0 {
		// so that the ticket shows what was ordered
		it.Text, it.Orders = lines(w.deed.Orders), !w.files()
	}
	switch {
	case w.Kept.Held():
		it.State = Held
	case w.act == Waits:
		it.State = Pending
	default:
		it.State = Filed
	}
}

func (w *draft) itsType() ItemType {
	switch {
	case w.act == Opens, w.act == OpensFor, w.act == Replaces:
		return w.Catalogue.Opening(w.Ticket.Type)
	case w.bears != "":
		return w.bears
	}
	return cmp.Or(w.Item.Type, Note) // what a customer does without a word
}

// amongAgents are the acts whose items customers don't see.
var amongAgents = []Act{Notes, Takes, Machine, Waits, Doubts, Returns, Rates, Explains,
	Recovers, Relapses, Worsens, Sways}

// lines are the orders as written.
func lines(orders []Order) string {
	var list []string
	for _, o := range orders {
		list = append(list, o.Line)
	}
	return strings.Join(list, "\n")
}
