package mailin

import (
	"context"
	"strconv"

	"buzon/mailin/command"
	"buzon/mailin/reply"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// agentItem is an agent's answer by his own reply address: commands run, the rest goes to the customer.
func (f *filing) agentItem(ctx context.Context) error {
	if f.resolution.Kind != threading.Agent { // his token as a customer orders nothing
		return f.agentNote(ctx)
	}
	commands, text := command.Agent(f.rd.Reply.New())
	act := agentAct(commands, text != "" || len(f.attachments) > 0)
	change := desk.Follow(f.ticket, f.person, act)
	t := orders(f.ticket, commands).Apply(change, f.person)
	it := desk.Item{Type: change.Type, Author: f.person, Text: text}
	if act == desk.Notes || act == desk.Takes {
		it.Visibility = desk.Internal
	}
	f.verdict.Outcome = store.OutcomeItem
	return f.addAndTell(ctx, t, it, agentEvents[act])
}

// agentEvents are what the desk hears of an agent's act.
var agentEvents = map[desk.Act]desk.EventKind{
	desk.Writes: desk.ItemWritten, desk.Reopens: desk.ItemWritten, desk.AsksInfo: desk.InfoAsked, desk.Notes: desk.NoteWritten,
	desk.Takes: desk.TicketTaken, desk.Resolves: desk.TicketResolved, desk.Closes: desk.TicketClosed,
}

// agentAct is what the commands come to. A note wins over everything: what is meant for colleagues never leaves. Commands
// without words, that say nothing to the customer, are a note too.
func agentAct(commands []command.Command, words bool) desk.Act {
	acts := map[command.Verb]desk.Act{command.Note: desk.Notes, command.Close: desk.Closes, command.Resolve: desk.Resolves,
		command.AskInfo: desk.AsksInfo, command.Reopen: desk.Reopens}
	for _, verb := range []command.Verb{command.Note, command.Close, command.Resolve, command.AskInfo, command.Reopen} {
		for _, c := range commands {
			if c.Verb == verb {
				return acts[verb]
			}
		}
	}
	switch {
	case words:
		return desk.Writes
	case len(commands) > 0 && commands[0].Verb == command.Take:
		return desk.Takes
	}
	return desk.Notes
}

// orders sets the fields that commands name.
func orders(t desk.Ticket, commands []command.Command) desk.Ticket {
	for _, c := range commands {
		switch c.Verb {
		case command.Severity:
			if n, err := strconv.Atoi(c.Arg); err == nil && n >= 1 && n <= 3 {
				t.Severity, t.ProductionDown = n, t.ProductionDown && n == 1
			}
		case command.Release:
			t.Agent, t.Assignee = desk.Person{}, desk.Person{}
		}
	}
	return t
}

// agentNote keeps an agent's mail inside: its way proves too little for the customer to read it.
func (f *filing) agentNote(ctx context.Context) error {
	it := desk.Item{Type: desk.Note, Author: f.person, Text: f.words(), Visibility: desk.Internal}
	f.verdict.Outcome = store.OutcomeItem
	return f.addAndTell(ctx, f.ticket, it, desk.AgentUnconfirmed)
}

// agentOpens makes a ticket of an agent's mail: in the name of the customer whose mail he forwards, else in his own.
func (f *filing) agentOpens(ctx context.Context) error {
	customer, body, err := f.forwarded(ctx)
	if err != nil {
		return err
	}
	if customer.ID == 0 {
		return f.open(ctx, true)
	}
	t := f.newTicket(customer)
	return f.openWith(ctx, desk.Event{Kind: desk.TicketOpenedFor, Ticket: t, Author: f.person}, body)
}

// forwarded finds who wrote the mail that an agent forwards, and his words. Ourselves and agents are no customers.
func (f *filing) forwarded(ctx context.Context) (customer desk.Person, body string, err error) {
	forward, ok := reply.ParseForward(f.rd.Text)
	address := desk.Canonical(forward.From.Address)
	if !ok || address == "" || f.ours(address) {
		return customer, "", nil
	}
	customer, err = f.tx.PersonByAddress(ctx, address)
	if err != nil || customer.Agent() {
		return desk.Person{}, "", err
	}
	if customer.ID == 0 {
		customer, err = f.newPerson(ctx, address, forward.From.Name)
	}
	return customer, forward.Body, err
}
