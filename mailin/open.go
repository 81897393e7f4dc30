package mailin

import (
	"context"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

func (f *filing) openVerified(ctx context.Context) error   { return f.open(ctx, true) }
func (f *filing) openUnverified(ctx context.Context) error { return f.open(ctx, false) }

// machineOpens makes a ticket of a machine's mail where the mailbox takes alerts.
func (f *filing) machineOpens(ctx context.Context) error {
	if !f.box.Alerts {
		return f.keepApart(ctx)
	}
	return f.open(ctx, false)
}

// open makes a new ticket of the mail.
func (f *filing) open(ctx context.Context, verified bool) error {
	return f.openWith(ctx, verified, opening{text: f.text})
}

// openWith is open, with the words and the orders of an agent where one wrote.
func (f *filing) openWith(ctx context.Context, verified bool, o opening) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	lines, err := f.fields(ctx)
	if err != nil {
		return err
	}
	t := f.newTicket(author)
	spam := f.rd.Origin.Spam != ""
	t.Unverified = !verified || spam
	if acts[f.row.Action].calm || spam { // neither wakes anybody
		t.ProductionDown = false
	}
	if err := f.rate(ctx, &t, lines); err != nil {
		return err
	}
	if f.step != "" {
		if t.Severity, err = f.alarming(ctx, t); err != nil {
			return err
		}
	}
	if err := f.findDuplicate(ctx, t); err != nil {
		return err
	}
	d := desk.Deed{By: author, Act: desk.Opens, Opens: t, Orders: lines, Demand: f.box.Demand,
		Item: desk.Item{Author: author, Text: o.text}}
	if !author.Agent() {
		if meant, ok := desk.MeantQuery(t.Subject); ok && o.text == "" && !f.files() {
			d.Orders = append(d.Orders, meant)
		}
		_, err = f.opens(ctx, d)
		return err
	}
	d.Orders = nil
	return f.opensOrdered(ctx, o, d)
}

// newTicket is what a mail of the requester opens.
func (f *filing) newTicket(requester desk.Person) desk.Ticket {
	return desk.Ticket{
		Mailbox: f.box.Address, Requester: requester,
		Subject:        threading.CleanSubject(f.rd.Message.Subject, f.box.Tag),
		ProductionDown: (f.rd.ProductionDown || f.fell) && !f.mail.Envelope.Archive,
	}
}

// opens carries out a deed that opens a ticket, and ties this to what the mail claims.
func (f *filing) opens(ctx context.Context, d desk.Deed) (store.Done, error) {
	if d.Item.Via = f.form; d.By.ID != d.Item.Author.ID { // who passed the words on
		d.Item.Via = f.from
	}
	if claimed := f.claimed(); claimed != 0 && d.Links == nil {
		d.Links = []desk.Link{{Other: claimed, Kind: "claims"}}
	}
	if f.old != 0 {
		d.Links = []desk.Link{{Other: f.old, Kind: desk.Cites}}
	}
	if d.Opens.Product == 0 {
		product, err := f.tx.Product(ctx, f.box.Product)
		if err != nil {
			return store.Done{}, err
		}
		d.Opens.Product = product.ID
	}
	f.verdict.Outcome = store.OutcomeTicket
	return f.do(ctx, desk.Ticket{}, d)
}

// claimed is the number of an existing ticket that a stranger's mail points at. He is not told of
// it.
func (f *filing) claimed() int64 {
	if !acts[f.row.Action].claims {
		return 0
	}
	return f.resolution.Ticket
}

// replace opens a ticket in place of the closed one.
func (f *filing) replace(ctx context.Context, author desk.Person) error {
	lines, err := f.fields(ctx)
	if err != nil {
		return err
	}
	t := f.newTicket(author)
	t.Controller, t.Agent, t.Product = f.ticket.Controller, f.ticket.Agent, f.ticket.Product
	if t.ProductionDown && !f.ticket.ProductionDown { // it may be an alarm that is over
		raised, err := f.tx.Raised(ctx, f.ticket.Number)
		if err != nil {
			return err
		}
		if raised {
			t.ProductionDown = false
		}
	}
	_, err = f.opens(ctx, desk.Deed{By: author, Act: desk.Replaces, Opens: t, Orders: lines,
		Demand: f.box.Demand,
		Item:   desk.Item{Author: author, Text: f.text},
		Links:  []desk.Link{{Other: f.ticket.Number, Kind: desk.Cites}}})
	return err
}
