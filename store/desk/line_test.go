package desk

import (
	"strings"
	"testing"
)

// TestCustomersLines: a line of a customer's sets what his profile lets him set, and names nobody
// but those of his organisation and who takes part in the ticket.
func TestCustomersLines(t *testing.T) {
	leaves := Person{ID: 90, Name: "Lia", Role: Customer, Organisation: carla.Organisation,
		Addresses: []string{"lia@cliente.test"}}
	list := []Person{celia, fidel, leaves, ana,
		{ID: 91, Name: "Otra", Role: Customer, Active: true, Addresses: []string{"otra@otra.test"}}}
	for line, want := range map[string]string{
		"cliente=Celia":              "requester celia@cliente.test",
		"cliente=celia@cliente.test": "requester celia@cliente.test",
		"cliente=Cliente SA":         "unchanged",                 // as the portals' form has it
		"cliente=fidel@otra.test":    "requester fidel@otra.test", // he follows it
		"cliente=otra@otra.test":     "?requester_of_yours otra@otra.test",
		"cliente=ana@ejemplo.test":   "?requester_of_yours ana@ejemplo.test",
		"cliente=Lia":                "?requester_of_yours Lia",
		"cliente=nadie@cliente.test": "?requester_of_yours nadie@cliente.test",
		"debe controlar=Celia":       "controller celia@cliente.test",
		"severidad=1":                "severity 1",
		"severidad=3 (menor)":        "severity 3",
		"severidad=enorme":           "?severity enorme",
		"estado=cerrado":             "not_allowed",
		"avance=60":                  "not_allowed",
	} {
		f := facts()
		rows := testEntries(rowsWith())
		f.Catalogue = NewCatalogue(append(rows, Entry{ID: carla.Organisation + 900,
			Kind: Organisations, Names: map[string]string{"es": "Cliente SA"}}))
		by := carla
		by.Organisation += 900
		for i := range list {
			if list[i].Organisation == carla.Organisation {
				list[i].Organisation = by.Organisation
			}
		}
		f.Sight = Profiles{}.Sight(by, f.Catalogue, nil)
		field, value, _ := strings.Cut(line, "=")
		o := FieldOrder(field, value, field+": "+value)
		f.People = map[string]Person{}
		Known(f.People, list, Colleagues([]Order{o}))
		k := ticket(Open)
		k.Requester, k.Controller = by, by
		out := Carry(k, Deed{By: by, Item: Item{Text: "x"}, Orders: []Order{o}}, f)
		if got := show(out); !strings.HasSuffix(got, " | "+want) {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
		told, unknown := strings.Contains(show(out), "lines_missed"), strings.HasPrefix(want, "?")
		if kept := len(unset(out.Done)) == 1; told != unknown ||
			kept != (unknown || want == "not_allowed") {
			t.Errorf("%s: he hears of it: %t, agents see it: %t", line, told, kept)
		}
		if strings.HasPrefix(want, "requester") && len(out.Follow) != 1 {
			t.Errorf("%s: %s no longer follows", line, by.Name)
		}
	}
}
