package mailout

import (
	"net/mail"
	"strings"
	"testing"

	"buzon/store/desk"
	"buzon/templates"
)

// Whoever presents himself as one of the desk's people is shown by his address, to customers and to
// agents: ACCEPTANCE C21.
func TestC21DisplaySafety(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, address, shown, warning string }{
		{"Diego Salas", "diego@otro.test", "Diego Salas (diego@otro.test)", ""},
		{"Ana Gómez, Soporte Ejemplo", "diego@otro.test", "diego@otro.test", "mire la dirección"},
		{"ana gomez", "diego@otro.test", "diego@otro.test", "mire la dirección"},
		{"Аna Gómez", "diego@otro.test", "diego@otro.test", "mire la dirección"},
		{"\u202eAna\u200b Gómez", "diego@otro.test", "diego@otro.test", "mire la dirección"},
		{"Soporte  Ejemplo", "diego@otro.test", "diego@otro.test", "mire la dirección"},
		{"Diеgo Salas", "diego@otro.test", "diego@otro.test", "varios alfabetos"},
		{"ana@ejemplo.test", "diego@otro.test", "diego@otro.test", ""},
		{"Diego", "аna@ejemplo.test", "xn--na-6kc@ejemplo.test", "letra por letra"},
		{"Diego", "ana@ejernplo.test", "ana@ejernplo.test", "letra por letra"},
	} {
		h := newHouse(t)
		diego := h.person(desk.Person{Name: c.name, Addresses: []string{c.address},
			Role: desk.Customer, Active: true})
		ticket := h.ticket()
		it := h.item(desk.Item{Ticket: ticket.Number, Author: diego, Text: "Envíe su clave.",
			Seen: desk.Seen{First: true}})
		answer := h.item(desk.Item{Ticket: ticket.Number, Author: h.carla, Text: "¿Cuál?"})
		for _, to := range []desk.Person{h.carla, h.luis} {
			text, from := h.said(desk.ItemNotice, it, to)
			if !strings.HasPrefix(text, "De "+c.shown) || strings.Contains(text, "Ana G") {
				t.Errorf("%q <%s> is shown to %s as\n%s", c.name, c.address, to.Name, text)
			}
			if strings.Contains(from, "Ana G") || to.Agent() && c.warning != "" &&
				strings.Contains(from, "Diego") {
				t.Errorf("%q <%s> is From %q to %s", c.name, c.address, from, to.Name)
			}
			if got := strings.Contains(text, c.warning) &&
				strings.Contains(text, "primer mensaje desde esta dirección"); got != to.Agent() {
				t.Errorf("%q <%s>: warned %s %v in\n%s", c.name, c.address, to.Name, got, text)
			}
		}
		if text, _ := h.said(desk.ItemNotice, answer, h.luis); !strings.Contains(text, ", "+c.shown+
			" escribió:") {
			t.Errorf("%q <%s> is quoted as\n%s", c.name, c.address, text)
		}
	}
}

// said is the text of a mail, and who its From says that it is from.
func (h *house) said(kind desk.Notice, it desk.Item, to desk.Person) (text, from string) {
	h.t.Helper()
	o := h.owe(kind, it, to)
	s, err := h.renderer.matter(h.t.Context(), o, 0, h.renderer.newBatch())
	h.must(err)
	m, err := h.renderer.Templates.Render(templates.Kind(kind), "es", s.view(h.renderer))
	h.must(err)
	raw, _ := h.render(o)
	got, _ := fields(h.t, raw)
	a, err := mail.ParseAddress(got.Get("From"))
	h.must(err)
	return m.Text, a.Name
}
