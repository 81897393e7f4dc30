package desk

import (
	"fmt"
	"strings"
	"testing"
)

const (
	crmID   = 51
	plantID = 61
)

func detailed() (*Catalogue, Ticket) {
	names := func(es, en string) map[string]string { return map[string]string{"es": es, "en": en} }
	c := NewCatalogue(append(Shipped(),
		Entry{ID: carla.Organisation, Kind: Organisations, Names: names("Cliente SA", "")},
		Entry{ID: crmID, Kind: Products, Names: names("CRM", "")},
		Entry{ID: plantID, Kind: CustomFields, Key: "planta", Value: TextValue,
			Names: names("Planta", "Plant")}))
	t := Ticket{Subject: "No imprime", Severity: 2, Product: crmID, Requester: carla,
		Controller: carla, Assignee: Person{Role: Agent, Name: "Ana"},
		Progress: 60, Custom: map[int64]string{plantID: "Norte"}, Mailbox: "a@e.test"}
	return c, t
}

func TestDetails(t *testing.T) {
	c, k := detailed()
	for _, row := range []struct {
		name     string
		who      Person
		shown    []string
		language string
		want     string
	}{
		{"the usual", carla, nil, "es",
			"organisation=Cliente SA subject=No imprime severity=2 requester=carla@cliente.test " +
				"controller=carla@cliente.test product=CRM progress=60 % assignee=Ana"},
		{"an agent", ana, []string{}, "en",
			"organisation=Cliente SA subject=No imprime severity=2 requester=carla@cliente.test " +
				"controller=carla@cliente.test product=CRM progress=60 % assignee=Ana Plant=Norte"},
		{"none", carla, []string{}, "es", "subject=No imprime"},
		{"by names of any language", carla, []string{"Criticidad", "plant"}, "es",
			"subject=No imprime severity=2 Planta=Norte"},
		{"who does not see the ticket", fidel, nil, "es", ""},
	} {
		s := Profiles{Named: map[string]Profile{"p": {Own: true, Shown: row.shown}},
			Mailboxes: map[string]string{k.Mailbox: "p"}}.Sight(row.who, c, nil)
		var list []string
		for _, d := range s.Details(c, k, row.language) {
			key := d.Key
			if d.Name != "" {
				key = d.Name
			}
			list = append(list, fmt.Sprint(key, "=", d.Value))
		}
		if got := strings.Join(list, " "); got != row.want {
			t.Errorf("%s:\ngot  %s\nwant %s", row.name, got, row.want)
		}
	}
}

func TestEdits(t *testing.T) {
	c, k := detailed()
	for _, row := range []struct {
		who      Person
		editable []string
		field    string
		want     bool
	}{
		{carla, nil, "Producto", true}, {carla, nil, "Planta", true}, {carla, nil, "Estado", false},
		{carla, nil, "Avance", false}, {carla, nil, "Vence", false}, {carla, nil, "nada", false},
		{carla, []string{}, "Producto", false}, {carla, []string{}, "Planta", false},
		{carla, []string{"planta", "avance"}, "Plant", true},
		{carla, []string{"planta", "avance"}, "Progress", true},
		{carla, []string{"planta"}, "Producto", false},
		{carla, []string{"status"}, "Estado", false},
		{ana, []string{}, "Estado", true}, {carla, nil, "Asignado a", false},
	} {
		s := Profiles{Named: map[string]Profile{"p": {Own: true, Editable: row.editable}},
			Mailboxes: map[string]string{k.Mailbox: "p"}}.Sight(row.who, c, nil)
		if got := s.Edits(c, k, row.field); got != row.want {
			t.Errorf("%s, %q, %s: %v", row.who.Name, row.editable, row.field, got)
		}
	}
}
