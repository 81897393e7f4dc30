package desk

import "slices"

// eventOf is what the desk hears of an act.
var eventOf = map[Act]EventKind{
	Opens: TicketOpened, OpensFor: TicketOpenedFor, Records: TicketRecorded,
	Replaces: TicketReplaced,
	Writes:   ItemWritten, Reopens: ItemWritten, Thanks: ItemWritten, Refused: ReplyRejected,
	Explains: TicketExplained,
	Waits:    ItemPending, AsksInfo: InfoAsked, Notes: NoteWritten, Takes: TicketTaken,
	Resolves: TicketResolved, Closes: TicketClosed,
	Rates: TicketRated, Doubts: AgentUnconfirmed, Machine: MachineWrote, Returns: DeliveryFailed,
	Recovers: AlertRecovered, Relapses: AlertReturned, Worsens: AlertWorsened, Sways: AlertFlapped,
}

// tell lists what happened, for those whom it concerns.
func (w *draft) tell() {
	e := w.event()
	agent := w.deed.By.Agent()
	if w.deed.Human && !agent && !w.deed.Quiet {
		w.Events = append(w.Events, Event{Kind: PersonWanted, Ticket: w.Ticket, Author: w.deed.By})
	}
	answer := w.confirmed(e)
	if w.deed.Quiet || w.silent() {
		w.Events = append(w.Events, answer...)
		return
	}
	if agent && (w.act == Closes || w.act == Resolves) { // told even when the words are kept back
		if e.Item.Visibility == Internal {
			e.Item.Text = ""
		}
		e.Item.Visibility = Public
	}
	if agent && w.Ticket.Number != 0 && w.Ticket.Agent.ID != w.before.Agent.ID {
		e.Told = []Person{w.Ticket.Agent}
		assigned := Event{Kind: TicketAssigned, Ticket: w.Ticket, Item: w.Item, Author: w.deed.By}
		w.Events = append(w.Events, assigned)
	}
	says := agent && (w.words() || w.act == AsksInfo) && w.Item.Visibility == Public
	given := w.before.Number != 0 && w.Ticket.Requester.ID != w.before.Requester.ID
	if given && !says { // whom the words reach has the ticket by them
		w.Events = append(w.Events, w.given())
	}
	beside := Event{Ticket: w.Ticket, Item: w.Item, Author: w.deed.By}
	if p := w.before.Agent; w.ordered(VerbTake) && w.takenFrom(p) {
		taken := beside
		taken.Kind, taken.From = TicketTakenOver, p
		w.Events = append(w.Events, taken)
	}
	if !w.orderedOnly() {
		w.Events = append(w.Events, e)
	}
	if w.Item.Seen.Accepted != "" {
		beside.Kind = RateAccepted
		w.Events = append(w.Events, beside)
	}
	w.Events = append(w.Events, answer...)
	if says && len(w.Ticket.Audience(w.deed.By)) == 0 {
		w.Outcome.Kept = NobodyHears
	}
}

// confirmed tells a customer what became of his orders and lines, where that is nothing that he
// hears otherwise.
func (w *draft) confirmed(e Event) []Event {
	told := func(r Result) bool { return r.Tell }
	switch {
	case w.deed.By.Agent() || w.before.Number == 0 || w.deed.Quiet:
		return nil
	case HasUnknown(w.Done):
		e.Kind = LinesMissed
	case slices.ContainsFunc(w.Done, told):
		e.Kind = OrdersDone
	default:
		return nil
	}
	return []Event{e}
}

// event is what the deed itself is told as.
func (w *draft) event() Event {
	e := Event{Kind: eventOf[w.act], Ticket: w.Ticket, Item: w.Item, Author: w.deed.By,
		LegalDay: w.legalDay()}
	if w.Ticket.ProductionDown {
		e.Next = w.Times.firstRung()
	}
	if first, ok := w.Times.first(ConfirmTimer, w.Now); ok && w.act == Resolves {
		e.Ends = first.At
	}
	for _, l := range w.Links {
		if l.Kind == Cites {
			e.Old = l.Other
		}
	}
	if w.Ticket.ProductionDown && !w.before.ProductionDown && w.act != Closes {
		e.Kind = ProductionFell
	}
	return e
}

// given tells another requester of the ticket that is his from now on.
func (w *draft) given() Event {
	e := Event{Kind: TicketGiven, Ticket: w.Ticket, Item: w.First, Author: w.deed.By}
	if w.Wrote.ID != 0 {
		e.Item.Author = w.Wrote
	}
	if e.Item.Visibility != Public {
		e.Item = Item{}
	}
	return e
}

// silent reports whether what a customer wrote is nobody's news: it says nothing, only that he
// follows, or a mark without a word.
func (w *draft) silent() bool {
	return !w.deed.By.Agent() && (w.act == Thanks && w.deed.Wordless || w.act == Notes ||
		w.act == Rates && w.deed.Idle)
}

// orderedOnly reports whether an agent's deed says nothing to anybody but himself.
func (w *draft) orderedOnly() bool {
	if !w.deed.By.Agent() {
		return false
	}
	return w.Kept.Held() || !w.words() && (w.act == Notes || w.act == Reopens)
}

// Audience are the people on the customer's side who can be written to, but for the author.
func (t Ticket) Audience(author Person) []Person {
	return slices.DeleteFunc(t.Customers(), func(p Person) bool {
		return p.ID == author.ID || !p.Reachable()
	})
}
