package desk

import "testing"

// TestContracts: what a customer opens has the contract in force of his organisation, or is offered
// support on demand; the contract for one product gives that product.
func TestContracts(t *testing.T) {
	row := func(id int64, k Kind, e Entry) Entry {
		e.ID, e.Kind = id, k
		return e
	}
	his := carla.Organisation
	named := func(name string) Entry { return Entry{Names: map[string]string{"es": name}} }
	crm, erp := row(301, Products, named("CRM")), row(302, Products, named("ERP"))
	for name, c := range map[string]struct {
		services         []Entry
		product          int64
		recent           []int64
		service, becomes int64
		offered          bool
	}{
		"none":        {offered: true},
		"everybody's": {services: []Entry{row(401, Services, Entry{})}, service: 401},
		"another's":   {services: []Entry{row(401, Services, Entry{Parent: 99})}, offered: true},
		"his own first": {services: []Entry{row(401, Services, Entry{}),
			row(402, Services, Entry{Parent: his})}, service: 402},
		"over": {services: []Entry{row(401, Services, Entry{Until: "2026-03-01"})}, offered: true},
		"of the last day": {services: []Entry{row(401, Services, Entry{Until: "2026-03-02"})},
			service: 401},
		"of tomorrow": {services: []Entry{row(401, Services, Entry{Since: "2026-03-03"})},
			offered: true},
		"for a product": {services: []Entry{row(401, Services, Entry{Of: []int64{301}})},
			service: 401, becomes: 301},
		"for another product": {services: []Entry{row(401, Services, Entry{Of: []int64{301}})},
			product: 302, becomes: 302, offered: true},
		"for two": {services: []Entry{row(401, Services, Entry{Of: []int64{301, 302}})},
			offered: true},
		"what he asked about":   {recent: []int64{302, 302}, becomes: 302, offered: true},
		"now this, now that":    {recent: []int64{302, 301}, offered: true},
		"what is there no more": {recent: []int64{305}, offered: true},
	} {
		f := facts()
		f.Catalogue = NewCatalogue(append(append(testEntries(rowsWith()), crm, erp), c.services...))
		f.Recent = c.recent
		opens := Ticket{Requester: carla, Product: c.product}
		k := Carry(opens, Deed{By: carla, Act: Opens, Opens: opens, Demand: "USD 60 por hora"},
			f).Ticket
		if k.Service != c.service || k.Product != c.becomes ||
			(k.Offer == "USD 60 por hora" && k.Class == Waiting) != c.offered {
			t.Errorf("%s: service %d, product %d, offered %q", name, k.Service, k.Product, k.Offer)
		}
	}
}

// TestOffers: what is offered waits until who asked accepts it, or an agent agrees on a contract.
func TestOffers(t *testing.T) {
	for name, c := range map[string]struct {
		deed  Deed
		class Class
		over  bool
	}{
		"accepted":         {Deed{By: carla, Consent: Accepted}, Open, true},
		"by somebody else": {Deed{By: fidel, Consent: Accepted}, Waiting, false},
		"by an agent":      {Deed{By: ana, Consent: Accepted}, Waiting, false},
		"declined":         {Deed{By: carla, Consent: Declined}, Waiting, false},
		"opened again":     {Deed{By: carla, Orders: orders(t, "reabrir")}, Waiting, false},
		"other words":      {Deed{By: carla, Item: Item{Text: "¿Cuánto?"}}, Waiting, false},
		"a contract": {Deed{By: ana, Orders: orders(t, "#campo servicio=Oro")}, Waiting,
			true},
		"what he closes ends": {Deed{By: carla, Orders: orders(t, "cerrar")}, Closed, false},
	} {
		f := facts()
		f.Catalogue = NewCatalogue(append(testEntries(rowsWith()), Entry{ID: 401, Kind: Services,
			Names: map[string]string{"es": "Oro"}}))
		k := ticket(Waiting)
		k.Offer = "USD 60 por hora"
		c.deed.Proof = "dmarc"
		out := Carry(k, c.deed, f)
		if out.Ticket.Class != c.class || (out.Ticket.Offer == "") != c.over {
			t.Errorf("%s: %s, offered %q", name, out.Ticket.Class, out.Ticket.Offer)
		}
		if kept := out.Item.Seen.Accepted == k.Offer && out.Item.Seen.Proof == "dmarc"; kept !=
			(name == "accepted") {
			t.Errorf("%s: kept with its proof: %t", name, kept)
		}
	}
}
