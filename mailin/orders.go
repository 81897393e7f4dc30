package mailin

import (
	"context"
	"strings"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
)

// orders are an agent's commands on their way into the ticket: what they make of it, and the receipt.
type orders struct {
	*filing
	changed desk.Ticket
	act     desk.Act
	words   bool   // there are words beside the commands
	inside  bool   // they are for agents only
	reason  string // why the words did not go out as they might have, for the receipt
	done    []store.CommandResult
	unknown []store.Unknown
	follows []desk.Person // who follows from the next item on
}

// run carries out the commands in the order in which they stand.
func (o *orders) run(ctx context.Context, written command.Orders) error {
	for _, c := range written.Commands {
		result, value, err := o.carryOut(ctx, c)
		if err != nil {
			return err
		}
		if result != "" {
			o.did(c.Line, result, value)
		}
	}
	for _, c := range written.Misplaced {
		o.did(c.Line, kept(c.Verb, "misplaced"), "")
	}
	for _, m := range written.Unknown {
		if m.Verb == desk.VerbNote {
			o.did(m.Line, "noted", "")
			continue
		}
		u := store.Unknown{Field: "command", Value: m.Line}
		if m.Nearest != "" {
			u.Values = []string{"#" + m.Nearest}
			if word := desk.Word(m.Verb, o.person.Language); word != "" && word != u.Values[0] { // of his own language first
				u.Values = []string{word, u.Values[0]}
			}
		}
		o.unknown = append(o.unknown, u)
	}
	return nil
}

// held reports whether the whole mail waits inside: what it would tell the customer is not done either.
func (o *orders) held() bool { return o.reason == heldUnknown || o.reason == heldRepeats }

func (o *orders) did(line, result, value string) {
	o.done = append(o.done, store.CommandResult{Line: line, Result: result, Value: value})
}

// kept is the result of a line that was not obeyed, but for a note: what may be meant for colleagues stays among them.
func kept(v desk.Verb, otherwise string) string {
	if v == desk.VerbNote {
		return "noted"
	}
	return otherwise
}

func (o *orders) carryOut(ctx context.Context, c desk.Order) (result, value string, err error) {
	if field := fields[c.Verb]; field != nil {
		return field(o, ctx, c.Arg)
	}
	return o.acted(c.Verb), "", nil
}

// acted says what became of a command that decides what the item is.
func (o *orders) acted(v desk.Verb) string {
	switch {
	case desk.Word(v, o.person.Language) == "":
		return "unavailable"
	case v == desk.VerbNote:
		return "noted"
	case v == desk.VerbPublic && !o.inside:
		return "public"
	case v == desk.VerbPublic, o.held(), v == desk.VerbAskInfo && o.reason == keptInside:
		return "held"
	}
	for _, a := range acts {
		if a.Verb == v && a.Act == o.act {
			return a.result
		}
	}
	return "not_allowed"
}

// settle writes the item and the ticket as the commands leave it, tells who must hear, and gives the agent his receipt.
func (o *orders) settle(ctx context.Context, it desk.Item) error {
	it, err := o.write(ctx, o.changed, it)
	if err != nil {
		return err
	}
	t, err := o.tx.Change(ctx, o.ticket, o.changed, o.person.ID, o.mail.ID)
	if err != nil {
		return err
	}
	e := desk.Event{Kind: agentEvents[o.act], Ticket: t, Item: it, Author: o.person}
	if o.act == desk.Closes || o.act == desk.Resolves { // that is told even when the words are kept back, which mailout does
		e.Item.Visibility, e.Item.Text = desk.Public, o.spoken(it)
	}
	if t.Agent.ID != o.ticket.Agent.ID {
		e.Told = []desk.Person{t.Agent}
		err = o.tell(ctx, desk.Event{Kind: desk.TicketAssigned, Ticket: t, Item: it, Author: o.person})
	}
	if err == nil && !o.held() && (o.words || o.act != desk.Notes && o.act != desk.Reopens) { // commands alone say nothing to anybody
		err = o.tell(ctx, e)
	}
	if (o.words || o.act == desk.AsksInfo) && it.Visibility == desk.Public && len(audience(t, o.person)) == 0 {
		o.reason = nobodyHears
	}
	for _, p := range o.follows { // only now: a new follower gets what comes later
		if err == nil {
			err = o.tx.Follow(ctx, t.Number, p.ID)
		}
	}
	if err != nil {
		return err
	}
	return o.receipt(ctx, t, it)
}

// spoken are the words of an item that customers may hear.
func (o *orders) spoken(it desk.Item) string {
	if it.Visibility == desk.Internal {
		return ""
	}
	return it.Text
}

// receipt tells the agent what his commands did. It is owed to him alone, and only when he wrote some.
func (o *orders) receipt(ctx context.Context, t desk.Ticket, it desk.Item) error {
	if len(o.done) == 0 && len(o.unknown) == 0 && (o.reason == "" || o.reason == keptInside) { // the notice said so
		return nil
	}
	_, err := o.tx.Owe(ctx, store.Outgoing{Kind: desk.Receipt, Ticket: t.Number, Item: it.Number, Mail: o.mail.ID, Person: o.person.ID,
		Address: o.person.Address(), Mailbox: t.Mailbox, Details: store.Details{Reason: o.reason, Inside: o.resolution.Inside || !o.held(), Commands: o.done, Unknown: o.unknown}})
	return err
}

// lines are the commands as written, and what was meant as one.
func (o *orders) lines(written command.Orders) string {
	var list []string
	for _, c := range written.Commands {
		list = append(list, c.Line)
	}
	for _, m := range written.Unknown {
		list = append(list, m.Line)
	}
	return strings.Join(list, "\n")
}
