package mailin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"buzon/mailin/command"
	"buzon/mailin/message"
	"buzon/mailin/reply"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// agentItem is an agent's answer by his own reply address: commands run, the rest goes to the customer.
func (f *filing) agentItem(ctx context.Context) error {
	if f.toSender() && f.resolution.Kind == threading.Customer && !f.approved() { // his token as a customer orders nothing
		return f.agentNote(ctx)
	}
	written := command.Agent(f.rd.orders())
	mine, err := f.ownsUp(ctx)
	if err != nil {
		return err
	}
	if mine {
		written = command.Orders{Commands: []desk.Order{{Verb: desk.VerbApprove, Line: cmp.Or(strings.TrimSpace(f.rd.Reply.New()), "#aprobar")}}}
	}
	o := &orders{filing: f, words: written.Text != "" || f.files()}
	if err := o.keepInside(ctx, &written); err != nil {
		return err
	}
	o.inside, o.act = written.Internal, o.decided(written)
	o.changed = f.ticket.Apply(desk.Follow(f.ticket, f.person, o.act), f.person)
	if err := o.run(ctx, written); err != nil {
		return err
	}
	it := desk.Item{Type: desk.Follow(f.ticket, f.person, o.act).Type, Author: f.person, Text: written.Text}
	if written.Internal || o.act == desk.Notes || o.act == desk.Takes || o.act == desk.Reopens && !o.words {
		it.Visibility = desk.Internal
	}
	if it.Text == "" && it.Visibility == desk.Internal {
		it.Text, it.Orders = o.lines(written), !f.files() // so that the ticket shows what was ordered
	}
	if o.held() {
		it.State = desk.Held
	}
	f.verdict.Outcome = store.OutcomeItem
	return o.settle(ctx, it)
}

// keepInside decides whether the words stay among agents: they are marked as a note, or answer what agents said among
// themselves, or it is not certain what should become of them.
func (o *orders) keepInside(ctx context.Context, written *command.Orders) error {
	open := written.Has(desk.VerbPublic)
	switch {
	case written.Internal:
		return nil
	case written.Held():
		o.reason = heldUnknown
	case !o.words:
		return nil
	case o.resolution.Inside && !open:
		o.reason = keptInside
	default:
		repeats, err := o.repeats(ctx, written.Text, open)
		if err != nil || !repeats {
			return err
		}
		o.reason = heldRepeats
	}
	written.Internal = true
	return nil
}

// Why words stayed inside that were not marked as a note: codes of the templates' reasons.
const (
	heldUnknown = "held_unknown" // something was meant as a command and is none
	heldRepeats = "held_repeats" // they repeat what agents said among themselves
	keptInside  = "kept_inside"  // they answer a notice whose replies stay inside
	nobodyHears = "nobody_hears" // the case has nobody on the customer's side
)

// agentEvents are what the desk hears of an agent's act.
var agentEvents = map[desk.Act]desk.EventKind{
	desk.Writes: desk.ItemWritten, desk.Reopens: desk.ItemWritten, desk.AsksInfo: desk.InfoAsked, desk.Notes: desk.NoteWritten,
	desk.Takes: desk.TicketTaken, desk.Resolves: desk.TicketResolved, desk.Closes: desk.TicketClosed,
}

// acts are the commands that decide what an item is, the strongest first, and their keys of the templates' results.
var acts = []struct {
	desk.Verb
	desk.Act
	result string
}{
	{desk.VerbClose, desk.Closes, "closed"}, {desk.VerbResolve, desk.Resolves, "resolved"},
	{desk.VerbAskInfo, desk.AsksInfo, "info_requested"}, {desk.VerbReopen, desk.Reopens, "reopened"},
}

// decided is what the commands come to. Words that are meant for colleagues are asked of no customer; commands without
// words, that say nothing to the customer, are a note too, and so is a mail that waits.
func (o *orders) decided(written command.Orders) desk.Act {
	for _, a := range acts {
		if o.held() || a.Act == desk.AsksInfo && written.Internal {
			continue
		}
		if written.Has(a.Verb) {
			return a.Act
		}
	}
	switch {
	case o.words && !written.Internal:
		return desk.Writes
	case written.Has(desk.VerbTake):
		return desk.Takes
	}
	return desk.Notes
}

// agentNote keeps an agent's mail inside: its way proves too little for the customer to read it.
func (f *filing) agentNote(ctx context.Context) error {
	it := desk.Item{Type: desk.Note, Author: f.person, Text: f.text, Visibility: desk.Internal}
	f.verdict.Outcome = store.OutcomeItem
	return f.addAndTell(ctx, f.ticket, it, desk.AgentUnconfirmed)
}

// agentOpens makes a ticket of an agent's mail: in the name of the customer whose mail he forwards, else in his own. What
// he wrote above the forward is for his colleagues.
func (f *filing) agentOpens(ctx context.Context) error {
	customer, body, err := f.forwarded(ctx)
	if err != nil {
		return err
	}
	if customer.ID == 0 {
		if customer, err = f.writtenTo(ctx); err != nil {
			return err
		}
		if customer.ID != 0 {
			return f.recordFor(ctx, customer)
		}
		return f.open(ctx, true)
	}
	t := f.newTicket(customer)
	if err := f.openWith(ctx, desk.Event{Kind: desk.TicketOpenedFor, Ticket: t, Author: f.person}, body); err != nil {
		return err
	}
	comment := f.rd.Reply.New()
	if comment == "" || strings.Contains(body, comment) {
		return nil
	}
	_, err = f.tx.AddItem(ctx, t.Subject, store.NewItem{Item: desk.Item{Ticket: f.verdict.Ticket, Type: desk.Note, Author: f.person,
		Visibility: desk.Internal, State: desk.Filed, Text: comment, Mail: f.mail.ID}})
	return err
}

// writtenTo finds the customer to whom an agent writes by himself, with the desk in Cc or Bcc: he stands first in To.
func (f *filing) writtenTo(ctx context.Context) (customer desk.Person, err error) {
	to := f.rd.Message.To
	if len(to) == 0 || slices.ContainsFunc(to, func(a message.Address) bool { return f.passes(a.Address) }) {
		return customer, nil
	}
	address := desk.Canonical(to[0].Address)
	if customer, err = f.tx.PersonByAddress(ctx, address); err != nil || address == "" || customer.Agent() {
		return desk.Person{}, err
	}
	if customer.ID == 0 {
		customer, err = f.newPerson(ctx, address, to[0].Name, true)
	}
	return customer, err
}

// recordFor opens the case of a customer with an agent's words, which he has already: he is sent nothing.
func (f *filing) recordFor(ctx context.Context, customer desk.Person) error {
	t := f.newTicket(customer)
	change := desk.Follow(t, f.person, desk.Writes)
	t = t.Apply(change, f.person)
	return f.openItem(ctx, desk.Event{Kind: desk.TicketRecorded, Ticket: t, Author: f.person},
		desk.Item{Type: change.Type, Author: f.person, Text: f.text})
}

// forwarded finds who wrote the mail that an agent forwards, and his words. Ourselves and agents are no customers.
func (f *filing) forwarded(ctx context.Context) (customer desk.Person, body string, err error) {
	forward, ok := reply.ParseForward(f.rd.Reply.Forwarded())
	address := desk.Canonical(forward.From.Address)
	if !ok || address == "" || f.ours(address) {
		return customer, "", nil
	}
	customer, err = f.tx.PersonByAddress(ctx, address)
	if err != nil || customer.Agent() {
		return desk.Person{}, "", err
	}
	if customer.ID == 0 {
		customer, err = f.newPerson(ctx, address, forward.From.Name, true)
	}
	return customer, forward.Body, err
}
