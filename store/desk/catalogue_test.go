package desk

import (
	"slices"
	"testing"
)

func TestFindsRowsAsPeopleWriteThem(t *testing.T) {
	c := NewCatalogue(append(Shipped(),
		Entry{ID: 101, Kind: Products, Key: "c", Names: map[string]string{"es": "C"}},
		Entry{ID: 102, Kind: Products, Key: "c-2", Names: map[string]string{"es": "C++"}},
		Entry{ID: 103, Kind: Modules, Key: "m", Parent: 101,
			Names: map[string]string{"en": "Billing"}}))
	for _, tt := range []struct {
		kind       Kind
		text, want string
	}{
		{Statuses, "abierto", "open"}, {Statuses, "  EN  PROCESO ", "in_progress"},
		{Statuses, "in_progress", "in_progress"},
		{Statuses, "waiting for an answer", "waiting"}, {Statuses, "", ""},
		{Statuses, "Incidente", ""},
		{Types, "pedido de version", "version_request"}, {Types, "SaaS - Infraestructura", "saas"},
		{Types, "saas", "saas"},
		{Severities, "1", "1"}, {Severities, "Crítica", "1"}, {Severities, "CRITICAL", "1"},
		{Severities, "4", ""},
		{ItemTypes, "ampliación de información", "more_information"},
		{Products, "c++", "c-2"}, {Products, "c", "c"}, {Products, "++", ""},
	} {
		e, ok := c.Find(tt.kind, tt.text)
		if e.Key != tt.want || ok != (tt.want != "") {
			t.Errorf("%s %q: got %q, want %q", tt.kind, tt.text, e.Key, tt.want)
		}
	}
	for _, tt := range []struct{ name, got, want string }{
		{"in the language", c.All(Statuses)[0].Name("en"), "Open"},
		{"without a name in it, the Spanish one", c.Name(102, "en"), "C++"},
		{"without that, the only one", c.Name(103, "es"), "Billing"},
		{"of nothing", c.Name(0, "es"), ""},
		{"of an item", c.ItemName("answer", "es"), "Respuesta"},
		{"of the first item", c.ItemName("incident", "en"), "Incident"},
		{"of an item of an unknown type", c.ItemName("odd", "en"), "odd"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if got := EntryNames(c.Within(Modules, 101), "en"); !slices.Equal(got, []string{"Billing"}) {
		t.Errorf("modules of a product: %q", got)
	}
	if s, _ := c.Status(Waiting); s.Key != "waiting" || c.TopSeverity() != 1 {
		t.Errorf("the first status of a class is %q, the top severity %d", s.Key, c.TopSeverity())
	}
}
