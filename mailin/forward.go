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
)

// agentOpens makes a ticket of an agent's mail: in the name of the customer whose mail he forwards,
// else in his own. What he wrote above the forward is for his colleagues.
func (f *filing) agentOpens(ctx context.Context) error {
	if done, err := f.opensNamed(ctx); done || err != nil {
		return err
	}
	customer, body, err := f.forwarded(ctx)
	if err != nil {
		return err
	}
	if customer.ID == 0 {
		return f.agentWrites(ctx)
	}
	done, err := f.opens(ctx, desk.Deed{
		By: f.person, Act: desk.OpensFor, Opens: f.newTicket(customer),
		Item: desk.Item{Author: customer, Text: body},
	})
	comment := f.rd.Reply.New()
	if err != nil || comment == "" || strings.Contains(body, comment) {
		return err
	}
	note := desk.Deed{By: f.person, Act: desk.Notes, Quiet: true,
		Item: desk.Item{Text: comment, Mail: f.mail.ID}}
	_, err = f.tx.Do(ctx, done.Ticket.Number, note, store.Origin{Before: &done.Ticket})
	return err
}

// opensNamed opens a ticket in the name of whom «#nuevo» names, with what follows on its line as the
// subject. The other commands are the new ticket's, and it reports whether there was one.
func (f *filing) opensNamed(ctx context.Context) (bool, error) {
	written := command.Agent(f.rd.orders())
	i := slices.IndexFunc(written.Commands, func(o desk.Order) bool { return o.Verb == desk.VerbNew })
	if i < 0 {
		return false, nil
	}
	who, subject, _ := strings.Cut(written.Commands[i].Arg, " ")
	if f.ours(desk.Canonical(who)) {
		return false, nil
	}
	customer, err := f.customer(ctx, who, "")
	if err != nil || customer.ID == 0 {
		return false, err
	}
	t := f.newTicket(customer)
	t.Subject = cmp.Or(desk.OneLine(subject), t.Subject)
	done, err := f.opens(ctx, desk.Deed{By: f.person, Act: desk.OpensFor, Opens: t,
		Orders: ordered(written), Item: desk.Item{Author: customer, Text: written.Text}})
	if err != nil {
		return true, err
	}
	return true, f.receipt(ctx, done)
}

// agentWrites opens a case of an agent's own words. Where they are to a customer, it is that
// customer's, who has them already and is sent nothing.
func (f *filing) agentWrites(ctx context.Context) error {
	customer, err := f.writtenTo(ctx)
	if err != nil {
		return err
	}
	if customer.ID == 0 {
		return f.open(ctx, true)
	}
	_, err = f.opens(ctx, desk.Deed{By: f.person, Act: desk.Records, Opens: f.newTicket(customer),
		Item: desk.Item{Author: f.person, Text: f.text}})
	return err
}

// writtenTo finds the customer to whom an agent writes by himself, with the desk in Cc or Bcc: he
// stands first in To.
func (f *filing) writtenTo(ctx context.Context) (desk.Person, error) {
	to := f.rd.Message.To
	passes := func(a message.Address) bool { return f.passes(a.Address) }
	if len(to) == 0 || slices.ContainsFunc(to, passes) {
		return desk.Person{}, nil
	}
	return f.customer(ctx, to[0].Address, to[0].Name)
}

// forwarded finds who wrote the mail that an agent forwards, and his words. Ourselves and agents
// are no customers.
func (f *filing) forwarded(ctx context.Context) (customer desk.Person, body string, err error) {
	forward, ok := reply.ParseForward(f.rd.Reply.Forwarded())
	if !ok || f.ours(desk.Canonical(forward.From.Address)) {
		return customer, "", nil
	}
	customer, err = f.customer(ctx, forward.From.Address, forward.From.Name)
	return customer, forward.Body, err
}

// customer finds or makes the customer with an address; nobody where that is none, or an agent's.
func (f *filing) customer(ctx context.Context, address, name string) (desk.Person, error) {
	canonical := desk.Canonical(address)
	if canonical == "" {
		return desk.Person{}, nil
	}
	p, err := f.tx.PersonByAddress(ctx, canonical)
	switch {
	case err != nil || p.Agent():
		return desk.Person{}, err
	case p.ID == 0:
		return f.newPerson(ctx, canonical, name, true)
	}
	return p, nil
}
