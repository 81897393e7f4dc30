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
	"buzon/store/desk/lazy"
)

// agentOpens makes a ticket of an agent's mail: in the name of whom he names, or of the customer
// whose mail he forwards or to whom he wrote, else in his own. What he orders is done to it.
func (f *filing) agentOpens(ctx context.Context) error {
	written, _, err := f.written(ctx)
	if err != nil {
		return err
	}
	customer, body, err := f.forwarded(ctx)
	if err != nil {
		return err
	}
	named, subject, err := f.namedIn(ctx, written)
	if err != nil {
		return err
	}
	switch {
	case customer.ID == 0 && named.ID == 0:
		return f.agentWrites(ctx, written)
	case named.ID != 0:
		customer = named
	}
	o := opening{written: written, text: body, comment: written.Text}
	if body == "" && !written.Internal && !written.Held() {
		o.text, o.comment = written.Text, ""
	}
	t := f.newTicket(customer)
	t.Subject = cmp.Or(subject, t.Subject)
	return f.opensOrdered(ctx, o, desk.Deed{By: f.person, Act: desk.OpensFor, Opens: t,
		Item: desk.Item{Author: customer, Seen: desk.Seen{InName: body == ""}}})
}

// opening is what an agent's mail says that opens a ticket.
type opening struct {
	written command.Orders
	text    string // of the first item
	comment string // for his colleagues
}

// opensOrdered opens a ticket with an agent's orders: what tells of the ticket is done when it is
// there, behind his comment.
func (f *filing) opensOrdered(ctx context.Context, o opening, d desk.Deed) error {
	if strings.Contains(o.text, o.comment) {
		o.comment = ""
	}
	var later []desk.Order
	for _, order := range ordered(o.written) {
		if order.Decides() {
			later = append(later, order)
		} else {
			d.Orders = append(d.Orders, order)
		}
	}
	d.Item.Text = o.text
	done, err := f.opens(ctx, d)
	if err != nil {
		return err
	}
	if o.written.Held() {
		done.Kept = desk.HeldUnknown
	}
	if o.comment != "" {
		note := desk.Deed{By: f.person, Act: desk.Explains, Item: desk.Item{Text: o.comment}}
		if err := f.further(ctx, &done, note); err != nil {
			return err
		}
	}
	if len(later) > 0 {
		if err := f.further(ctx, &done, desk.Deed{By: f.person, Orders: later}); err != nil {
			return err
		}
	}
	return f.receipt(ctx, done)
}

// further does another deed of the mail to the ticket that it has opened.
func (f *filing) further(ctx context.Context, done *store.Done, d desk.Deed) error {
	d.Item.Author, d.Item.Mail = f.person, f.mail.ID
	d.Quiet = f.mail.Envelope.Archive
	o := store.Origin{Before: &done.Ticket, Ours: f.ours,
		Telling: store.Telling{Mail: f.mail.ID, Caps: f.o.Caps}}
	next, err := f.tx.Do(ctx, done.Ticket.Number, d, o)
	if err != nil {
		return err
	}
	done.Ticket, done.Results = next.Ticket, append(done.Results, next.Results...)
	return nil
}

// newFor is «Zoe Paz <zoe@x.test> No imprime»: a name, an address, a subject.
var newFor = lazy.Compile(
	`^"?([^"<>@]*?)"?\s*(<?[^\s<>,;]+@[^\s<>,;]+>?(?:<mailto:[^>]*>)?)(.*)$`)

// namedIn is the customer whom «#nuevo» or «#cliente» names, and what follows on the line of the
// first as the subject; nobody where that is no customer.
func (f *filing) namedIn(ctx context.Context, written command.Orders) (p desk.Person,
	subject string, err error) {
	for _, o := range written.Commands {
		if o.Verb != desk.VerbNew && o.Verb != desk.VerbRequester {
			continue
		}
		name, who := "", o.Arg
		if m := newFor.FindStringSubmatch(o.Arg); m != nil && o.Verb == desk.VerbNew {
			name, who, subject = m[1], m[2], strings.TrimLeft(m[3], " ,;:")
		}
		if a := desk.AddressIn(who); a != "" && !f.ours(a) {
			p, err = f.customer(ctx, a, strings.TrimSpace(name))
		}
		return p, desk.OneLine(subject), err
	}
	return p, "", nil
}

// agentWrites opens a case of an agent's own words. Where they are to a customer, it is that
// customer's, who has them already and is sent nothing.
func (f *filing) agentWrites(ctx context.Context, written command.Orders) error {
	customer, err := f.writtenTo(ctx)
	if err != nil {
		return err
	}
	text := f.text
	if len(written.Commands) > 0 {
		text = strings.TrimSpace(written.Text + "\n\n" + f.passedOn)
	}
	if customer.ID == 0 {
		return f.openWith(ctx, true, opening{written: written, text: text})
	}
	d := desk.Deed{By: f.person, Act: desk.Records, Opens: f.newTicket(customer),
		Item: desk.Item{Author: f.person}}
	if written.Internal {
		d.Item.Visibility = desk.Internal
	}
	return f.opensOrdered(ctx, opening{written: written, text: text}, d)
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
