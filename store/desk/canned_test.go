package desk

import (
	"strings"
	"testing"
)

// TestCanned: in the customer's language, filled in, above the agent's words; what stands for
// nothing is never sent.
func TestCanned(t *testing.T) {
	f := facts()
	f.Catalogue = rowsWith(
		Entry{Kind: Canned, Key: "restart", Names: map[string]string{"es": "Reinicio",
			"en": "Restart"},
			Text: map[string]string{
				"es": "Hola, {Nombre}: reinicie. Caso {número}, {asunto}. {agente}",
				"en": "Hello {name}: restart. Case {number}."}},
		Entry{Kind: Canned, Key: "broken", Names: map[string]string{"es": "Roto"},
			Text: map[string]string{"es": "Hola {x}"}})
	english := ticket(Open)
	english.Requester.Language = "en"
	for _, c := range []struct {
		name, orders, text string
		before             Ticket
		want               string
		visibility         Visibility
		class              Class
	}{
		{"alone", "#plantilla reinicio", "", ticket(Open),
			"Hola, Carla: reinicie. Caso 7, No imprime. Ana", Public, Waiting},
		{"in English", "#canned restart", "Bye.", english, "Hello Carla: restart. Case 7.\n\nBye.",
			Public, Waiting},
		{"in a note", "#nota,#plantilla reinicio", "", ticket(Open),
			"Hola, Carla: reinicie. Caso 7, No imprime. Ana", Internal, Open},
		{"unknown", "#plantilla nada,#severidad 1", "Hola.", ticket(Open), "Hola.", Internal, Open},
		{"a placeholder that stands for nothing", "#plantilla roto", "Hola.", ticket(Open), "Hola.",
			Internal, Open},
	} {
		d := Deed{By: ana, Orders: orders(t, c.orders), Item: Item{Text: c.text}}
		if strings.HasPrefix(c.orders, "#nota") {
			d.Item.Visibility = Internal
		}
		out := Carry(c.before, d, f)
		if out.Item.Text != c.want || out.Item.Visibility != c.visibility ||
			out.Ticket.Class != c.class {
			t.Errorf("%s: %q, %s, %s, %+v", c.name, out.Item.Text, out.Item.Visibility,
				out.Ticket.Class, out.Done)
		}
	}
	if err := f.Catalogue.Check(Entry{Kind: Canned, Names: map[string]string{"es": "Otro"},
		Text: map[string]string{"es": "{foo}"}}); err == nil {
		t.Error("a placeholder that stands for nothing is taken")
	}
}
