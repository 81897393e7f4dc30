package desk

import (
	"slices"
	"strings"
	"testing"
)

// desked is the shipped catalogue with ids, a product with an agent, an organisation and a service.
func desked() *Catalogue {
	list := slices.Concat(Shipped(), []Entry{
		{Kind: Products, Names: map[string]string{"es": "CRM"}, Agent: ana.ID},
		{Kind: Organisations, Names: map[string]string{"es": "Cliente"},
			Domains: []string{"cliente.test"}}})
	for i := range list {
		list[i].ID = int64(i) + 1
	}
	return NewCatalogue(list)
}

func TestCheckEntry(t *testing.T) {
	c := desked()
	open, _ := c.Keyed(Statuses, "open")
	open.Class = Closed
	called := func(k Kind, name string) Entry {
		return Entry{Kind: k,
			Names: map[string]string{"es": name}}
	}
	with := func(e Entry, change func(*Entry)) Entry { change(&e); return e }
	for _, row := range []struct {
		name string
		e    Entry
		want string // part of what is wrong; "": nothing
	}{
		{"a product", called(Products, "ERP"), ""},
		{"no name", Entry{Kind: Products}, "no name"},
		{"an empty name", called(Products, " "), "a name is missing"},
		{"a long name", called(Products, strings.Repeat("x", 121)), "longer than"},
		{"a name that can't be shown", called(Products, "a\nb"), "can't be shown"},
		{"a name that is taken, but for case", called(Products, "crm"), "already"},
		{"a status", with(called(Statuses, "Pausa"), func(e *Entry) { e.Class = Waiting }), ""},
		{"a status of no class", called(Statuses, "Pausa"), "want one of open"},
		{"the only status of its class in another", open, "only status of the class open"},
		{"a severity", with(called(Severities, "nula"), func(e *Entry) { e.Position = 4 }), ""},
		{"a severity without a number", called(Severities, "nula"), "is the worst"},
		{"a severity whose number is taken",
			with(called(Severities, "nula"), func(e *Entry) { e.Position = 1 }),
			"severity 1 already"},
		{"an item type", with(called(ItemTypes, "Visita"),
			func(e *Entry) { e.Follows.Agent = Waiting }), ""},
		{"an item type of no class", with(called(ItemTypes, "Visita"),
			func(e *Entry) { e.Follows.Agent = "x" }), "the class"},
		{"an item type of no side", with(called(ItemTypes, "Visita"),
			func(e *Entry) { e.Follows.Assignee = "x" }), "the assignee"},
		{"a module of nothing", called(Modules, "Ventas"), "belongs to a product"},
		{"a service", with(called(Services, "Oro"),
			func(e *Entry) { e.Since, e.Until = "2026-01-01", "2026-12-31" }), ""},
		{"a service that ends before",
			with(called(Services, "Oro"), func(e *Entry) {
				e.Since, e.Until = "2026-02-01",
					"2026-01-01"
			}), "before"},
		{"a service since no day", with(called(Services, "Oro"),
			func(e *Entry) { e.Since = "ayer" }), "want a day"},
		{"an organisation", with(called(Organisations, "Otra"),
			func(e *Entry) { e.Domains = []string{"otra.test"} }), ""},
		{"an organisation of no domain",
			with(called(Organisations, "Otra"), func(e *Entry) { e.Domains = []string{"a b"} }),
			"no domain"},
		{"an organisation of everybody's domain", with(called(Organisations, "Otra"),
			func(e *Entry) { e.Domains = []string{"hotmail.com.ar"} }), "anybody"},
		{"an organisation of a whole country", with(called(Organisations, "Otra"),
			func(e *Entry) { e.Domains = []string{"com.co"} }), "anybody"},
		{"an organisation of a network of its own", with(called(Organisations, "Otra"),
			func(e *Entry) { e.Domains = []string{"intranet"} }), ""},
		{"an organisation below a provider's", with(called(Organisations, "Otra"),
			func(e *Entry) { e.Domains = []string{"otra.gmail.com"} }), ""},
		{"an organisation of another's domain",
			with(called(Organisations, "Otra"),
				func(e *Entry) { e.Domains = []string{"cliente.test"} }), "that of Cliente"},
		{"a field", with(called(CustomFields, "Sede"), func(e *Entry) { e.Value = TextValue }), ""},
		{"a field of no type", called(CustomFields, "Sede"), "the type"},
		{"a choice without choices", with(called(CustomFields, "Sede"),
			func(e *Entry) { e.Value = ChoiceValue }), "needs choices"},
		{"a text with choices", with(called(CustomFields, "Sede"),
			func(e *Entry) { e.Value, e.Choices = TextValue, []string{"a"} }), "only a field"},
		{"a field that there is", with(called(CustomFields, "Severidad"),
			func(e *Entry) { e.Value = TextValue }), "every ticket"},
	} {
		err := c.Check(row.e)
		if (err == nil) != (row.want == "") || err != nil &&
			!strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

func TestSpare(t *testing.T) {
	c := desked()
	note, _ := c.Keyed(ItemTypes, string(Note))
	kind, _ := c.Keyed(Types, "incident")
	worst, _ := c.Keyed(Severities, "1")
	if c.Spare(note) == nil || c.Spare(kind) != nil || c.Spare(worst) == nil ||
		NewCatalogue([]Entry{kind}).Spare(kind) == nil {
		t.Error("what rules speak of can go, or what they don't can't")
	}
}

func TestComplete(t *testing.T) {
	c := desked()
	for _, row := range []struct {
		e        Entry
		key      string
		position int
	}{
		{Entry{Kind: Products, Names: map[string]string{"es": "Ventas – Web"}}, "ventas_web", 1},
		{Entry{Kind: Types, Names: map[string]string{"es": "Note"}}, "note_2", 7},
		{Entry{Kind: Severities, Names: map[string]string{"es": "x"}}, "4", 4},
		{Entry{Kind: Services, Key: "k", Position: 9}, "k", 9},
	} {
		if e := c.Complete(row.e); e.Key != row.key || e.Position != row.position {
			t.Errorf("%v: key %q, place %d; want %q, %d", row.e.Names, e.Key, e.Position, row.key,
				row.position)
		}
	}
}

func TestProductsAgent(t *testing.T) {
	c := desked()
	crm, _ := c.Find(Products, "CRM")
	if e := ProductOf(c, Ticket{}, orders(t, "#producto crm")); e.ID != crm.ID {
		t.Errorf("%+v", e)
	}
	if e := ProductOf(c, Ticket{Product: crm.ID},
		orders(t, "#campo producto=x,#tomar")); e.ID != crm.ID {
		t.Errorf("%+v", e)
	}
	f := facts()
	f.Catalogue, f.Responsible = c, ana
	opened := Ticket{Requester: carla, Product: crm.ID}
	if out := Carry(opened, Deed{By: carla, Act: Opens, Opens: opened},
		f); out.Ticket.Agent.ID != ana.ID || out.Ticket.Assignee.ID != ana.ID {
		t.Errorf("opened for %s", out.Ticket.Agent.Name)
	}
	if o := c.OrganisationOf("x@cliente.test"); o.Name("es") != "Cliente" ||
		c.Shown("product", "x", "es") != "x" {
		t.Errorf("%+v", o)
	}
	if s := (Entry{Since: "2026-01-01"}); !s.InForce("2026-01-01") || s.InForce("2025-12-31") {
		t.Error("in force")
	}
}

// TestModuleBeforeItsProduct: a module is one of the product that the same mail names, in whichever
// order, and of two projects of one name an agent means that of the ticket's customer.
func TestModuleBeforeItsProduct(t *testing.T) {
	t.Parallel()
	es := func(name string) map[string]string { return map[string]string{"es": name} }
	f := facts()
	f.Catalogue = NewCatalogue([]Entry{
		{ID: 101, Kind: Products, Key: "crm", Names: es("CRM")},
		{ID: 102, Kind: Products, Key: "erp", Names: es("ERP")},
		{ID: 103, Kind: Modules, Key: "ventas", Names: es("Ventas"), Parent: 101},
		{ID: 104, Kind: Modules, Key: "ventas_2", Names: es("Ventas"), Parent: 102},
		{ID: 105, Kind: Projects, Key: "a", Names: es("Migracion"), Parent: 201},
		{ID: 106, Kind: Projects, Key: "b", Names: es("Migración"), Parent: 202}})
	given := ticket(Open)
	given.Requester.Organisation = 202
	got := Carry(given, Deed{By: ana, Orders: orders(t,
		"#modulo ventas,#producto ERP,#proyecto Migracion")}, f).Ticket
	if got.Module != 104 || got.Product != 102 || got.Project != 106 {
		t.Errorf("module %d of product %d, project %d", got.Module, got.Product, got.Project)
	}
}
