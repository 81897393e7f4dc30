package store

import (
	"context"
	"slices"

	"buzon/store/desk"
)

// facts are what the deed is held against.
func (tx *Tx) facts(ctx context.Context, t desk.Ticket, d desk.Deed, o Origin) (
	f desk.Facts, err error) {
	f.Times, f.Now = tx.store.opt.Times, tx.Now()
	if f.Catalogue, err = tx.Catalogue(ctx); err != nil {
		return f, err
	}
	if err := tx.clockFacts(ctx, &f, t); err != nil {
		return f, err
	}
	if len(d.Orders) > 0 && !d.By.Agent() {
		if err := tx.factsOfLines(ctx, &f, t, d); err != nil {
			return f, err
		}
	}
	if t.Number == 0 {
		if err := tx.openingFacts(ctx, &f, t, d); err != nil {
			return f, err
		}
	}
	f.Hold = tx.store.mailbox(t.Mailbox).Hold
	if err := tx.past(ctx, &f, t, d); err != nil {
		return f, err
	}
	if f.Hangs, err = tx.hangs(ctx, t, d); err != nil {
		return f, err
	}
	if len(d.Orders) > 0 && d.By.Agent() {
		err = tx.orderFacts(ctx, &f, t, d, o)
	}
	return f, err
}

// past is what happened in the ticket that the deed must know.
func (tx *Tx) past(ctx context.Context, f *desk.Facts, t desk.Ticket, d desk.Deed) (err error) {
	if t.Number == 0 {
		return nil
	}
	if desk.Gives(d.Orders) {
		if f.First, err = Optional(tx.Item(ctx, t.Number, 1)); err != nil {
			return err
		}
	}
	if d.By.Agent() && !d.Read.At.IsZero() {
		if f.Meanwhile, err = tx.meanwhile(ctx, t, d); err != nil {
			return err
		}
	}
	if d.Down && !t.ProductionDown {
		f.Raised, err = tx.Raised(ctx, t.Number)
	}
	return err
}

// recentProducts are the products of somebody's last tickets.
func (tx *Tx) recentProducts(ctx context.Context, person int64) ([]int64, error) {
	return singles[int64](ctx, tx.Reader, `
		SELECT product FROM ticket WHERE requester = $1 AND product > 0
		ORDER BY number DESC LIMIT 3`, person)
}

// openingFacts are those of a new ticket.
func (tx *Tx) openingFacts(ctx context.Context, f *desk.Facts, t desk.Ticket,
	d desk.Deed) (err error) {
	orders := d.Orders
	if !d.By.Agent() && !f.Sight.Edits(f.Catalogue, t, "product") {
		orders = nil
	}
	if t.Product == 0 && len(f.Catalogue.All(desk.Products)) > 0 {
		if f.Recent, err = tx.recentProducts(ctx, t.Requester.ID); err != nil {
			return err
		}
	}
	product := desk.ProductOf(f.Catalogue, t, orders)
	f.Responsible, err = tx.Person(ctx, product.Agent)
	return err
}

// orderFacts are those that an agent's orders need.
func (tx *Tx) orderFacts(ctx context.Context, f *desk.Facts, t desk.Ticket, d desk.Deed,
	o Origin) (err error) {
	if f.Agents, err = tx.Agents(ctx); err != nil {
		return err
	}
	if err := tx.list(ctx, f, d.Orders); err != nil {
		return err
	}
	if err := tx.shape(ctx, t, d, f); err != nil {
		return err
	}
	if err := tx.waiting(ctx, f, t.Number, d); err != nil {
		return err
	}
	if err := tx.grave(ctx, t, d, o, f); err != nil {
		return err
	}
	if f.Others, err = tx.others(ctx, desk.Linked(d.Orders)); err != nil {
		return err
	}
	if f.People, err = tx.whom(ctx, d.Orders, o.Ours); err != nil {
		return err
	}
	if desk.Merges(d.Orders) {
		f.Sights, err = tx.sightsOf(ctx, t, *f)
	}
	return err
}

// list writes into the catalogue what the orders name and may add to it.
func (tx *Tx) list(ctx context.Context, f *desk.Facts, orders []desk.Order) (err error) {
	for _, e := range desk.Unlisted(f.Catalogue, orders) {
		if _, there := f.Catalogue.Find(e.Kind, e.Name("")); there { // by an order before it
			continue
		}
		if _, err := tx.Put(ctx, e); err != nil {
			return err
		}
		if f.Catalogue, err = tx.Catalogue(ctx); err != nil {
			return err
		}
	}
	return nil
}

// waiting are the items on which the orders decide.
func (tx *Tx) waiting(ctx context.Context, f *desk.Facts, ticket int64, d desk.Deed) (err error) {
	if desk.Judges(d.Orders) {
		if f.Pending, err = tx.PendingItems(ctx, ticket); err != nil {
			return err
		}
	}
	if desk.Recalls(d.Orders) {
		if f.Held, err = tx.HeldItems(ctx, ticket); err != nil {
			return err
		}
		f.Said, err = tx.said(ctx, ticket, d.By.ID)
	}
	return err
}

// factsOfLines are what a customer's orders and lines are held against: what he may set, and whom
// of his organisation he names.
func (tx *Tx) factsOfLines(ctx context.Context, f *desk.Facts, t desk.Ticket,
	d desk.Deed) (err error) {
	if f.Sight, err = tx.Sight(ctx, d.By); err != nil {
		return err
	}
	names := desk.Colleagues(d.Orders)
	if len(names) == 0 {
		return nil
	}
	list := append(t.Customers(), d.By)
	if d.By.Organisation != 0 {
		members, err := tx.Members(ctx, d.By.Organisation)
		if err != nil {
			return err
		}
		list = append(members, list...)
	}
	f.People = map[string]desk.Person{}
	desk.Known(f.People, list, names)
	return nil
}

// shape adds what is to be known of tickets that are to be parted or split.
func (tx *Tx) shape(ctx context.Context, t desk.Ticket, d desk.Deed, f *desk.Facts) (err error) {
	parts, splits := desk.Separates(d.Orders)
	if parts {
		if f.Guest, err = tx.guest(ctx, t.Number, d.Item.Meant); err != nil {
			return err
		}
	}
	if desk.Merges(d.Orders) {
		if f.Owed, err = tx.Timers(ctx, t.Number); err != nil {
			return err
		}
	}
	if splits {
		f.Items, f.Spent, err = tx.parts(ctx, t.Number)
	}
	return err
}

// whom finds the people whom orders name, and makes customers of those that are new.
func (tx *Tx) whom(ctx context.Context, orders []desk.Order, ours func(string) bool) (
	map[string]desk.Person, error) {
	people := map[string]desk.Person{}
	found, made := desk.Named(orders)
	for i, address := range slices.Concat(found, made) {
		if ours != nil && ours(address) {
			continue
		}
		find := tx.PersonByAddress
		if i >= len(found) {
			find = tx.known
		}
		p, err := find(ctx, address)
		if err != nil {
			return nil, err
		}
		people[address] = p
	}
	return people, nil
}

func (tx *Tx) known(ctx context.Context, address string) (desk.Person, error) {
	return tx.Customer(ctx, address, "")
}
