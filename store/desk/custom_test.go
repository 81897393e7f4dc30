package desk

import (
	"slices"
	"strings"
	"testing"
)

func TestOwnFields(t *testing.T) {
	named := func(name string) map[string]string { return map[string]string{"es": name} }
	f := facts()
	f.Catalogue = NewCatalogue(append(f.Catalogue.All(Types),
		Entry{ID: 101, Kind: CustomFields, Key: "piso",
			Names: map[string]string{"es": "Piso", "en": "Floor"}, Value: ChoiceValue,
			Choices: []string{"Primero", "Segundo"}},
		Entry{ID: 102, Kind: CustomFields, Key: "visita", Names: named("Visita"), Value: DateValue,
			Of: []int64{6}},
		Entry{ID: 103, Kind: CustomFields, Key: "costo", Names: named("Costo"), Value: NumberValue,
			Of: []int64{4, 31}},
		Entry{ID: 104, Kind: CustomFields, Key: "orden", Names: named("Orden de compra"),
			Value: TextValue}))
	for _, c := range []struct {
		kind, product int64
		order, want   string
		custom        string
	}{
		{6, 0, "#campo piso=segundo", "field Piso: Segundo", "101 Segundo"},
		{6, 0, "#campo FLOOR=primero", "field Piso: Primero", "101 Primero"},
		{6, 0, "#campo piso=tercero", "?value Piso tercero", ""},
		{6, 0, "#campo visita=2026-03-02", "field Visita: 2026-03-02", "102 2026-03-02"},
		{6, 0, "#campo visita=2026-02-30", "?value Visita 2026-02-30", ""},
		// tickets of this type do not have it
		{4, 0, "#campo visita=2026-03-02", "?field visita", ""},
		{6, 0, "#campo costo=5", "?field costo", ""},
		{6, 31, "#campo costo=5", "field Costo: 5", "103 5"}, // those of the product do
		{4, 0, "#campo costo=12,50", "field Costo: 12.5", "103 12.5"},
		{4, 0, "#campo costo=NaN", "?value Costo NaN", ""},
		{4, 0, "#campo costo=caro", "?value Costo caro", ""},
		{6, 0, "#campo orden de compra=OC  7", "field Orden de compra: OC 7", "104 OC 7"},
		{6, 0, "#campo orden de compra=", "field Orden de compra: –", ""},
	} {
		tk := ticket(Open)
		tk.Type, tk.Product = c.kind, c.product
		line, arg, _ := strings.Cut(c.order, " ")
		out := Carry(tk, Deed{By: ana, Orders: []Order{{Verb: "field", Arg: arg, Line: line}}}, f)
		var said, custom string
		for _, r := range out.Done {
			if said = strings.TrimSpace(r.Key + " " + r.Value); r.Unknown {
				said = "?" + said
			}
		}
		for id, value := range out.Ticket.Custom {
			custom = strings.TrimSpace(string(rune('0'+id/100)) + string(rune('0'+id/10%10)) +
				string(rune('0'+id%10)) + " " + value)
		}
		if said != c.want || custom != c.custom {
			t.Errorf("%s: %s, %s; want %s, %s", c.order, said, custom, c.want, c.custom)
		}
	}
	full := ticket(Open)
	full.Custom = map[int64]string{101: "Primero"}
	out := Carry(full, Deed{By: ana, Orders: []Order{{Verb: "field", Arg: "piso="}}}, f)
	if full.Custom[101] != "Primero" || len(out.Ticket.Custom) != 0 {
		t.Errorf("emptied: %v, and before it %v", out.Ticket.Custom, full.Custom)
	}
	out = Carry(ticket(Open), Deed{By: ana, Orders: []Order{{Verb: "field", Arg: "piso=x"},
		{Verb: "field", Arg: "x=1"}}}, f)
	if known := out.Done[0].Known; !slices.Equal(known, []string{"Primero", "Segundo"}) {
		t.Errorf("the choices are offered: %q", known)
	}
	if known := out.Done[1].Known; !slices.Contains(known, "Orden de compra") ||
		slices.Contains(known, "Costo") {
		t.Errorf("the fields are offered: %q", known)
	}
}

func TestItemTypesOfOnesOwn(t *testing.T) {
	f := facts()
	f.Catalogue = rowsWith(
		Entry{Kind: ItemTypes, Key: "visita", Names: map[string]string{"es": "Visita técnica"},
			Follows: Follows{Agent: Queued, Assignee: Nobody}},
		Entry{Kind: ItemTypes, Key: "entrega", Names: map[string]string{"es": "Entrega"},
			Follows: Follows{Agent: Resolved, Assignee: TheControl, Takes: true}},
		Entry{Kind: ItemTypes, Key: "aviso", Names: map[string]string{"es": "Aviso"}})
	for _, c := range []struct {
		name   string
		orders string
		deed   Deed
		want   string
	}{
		{"what follows is the row's", "#item visita tecnica", words("x"),
			"queued Julia> | visita public filed | item_written | item Visita técnica"},
		{"nothing follows", "#item aviso", words("x"),
			"open Julia>Julia | aviso public filed | item_written | item Aviso"},
		{"what resolves is told as such", "#item entrega", words("x"),
			"resolved Ana>Carla | entrega public filed | ticket_assigned | ticket_resolved | " +
				"item Entrega"},
		{"no such type", "#item visitas", Deed{},
			"open Julia>Julia | note internal filed | ?item visitas"},
		{"without words, by name", "#item visita técnica", Deed{},
			"queued Julia> | visita internal filed | item Visita técnica"},
		{"an order that decides goes before", "#item aviso,#cerrar", words("x"),
			"closed Julia> | answer public filed | ticket_closed | not_allowed | closed"},
		{"a status goes before", "#item aviso,#estado cerrado", words("x"),
			"closed Julia> | answer public filed | ticket_closed | item Aviso | status Cerrado"},
		{"held", "#item entrega", Deed{Kept: HeldUnknown, Item: Item{Text: "x"}},
			"open Julia>Julia | note internal held | held"},
		{"what has an order of its own", "#item nota", words("x"),
			"waiting Ana>Carla | answer public filed | ticket_assigned | item_written | ?item nota"},
	} {
		d := c.deed
		d.By, d.Orders = ana, orders(t, c.orders)
		if got := show(Carry(ticket(Open), d, f)); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}
