package mailin

import (
	"strings"
	"testing"

	"buzon/store/desk"
)

// TestStatements counts what a mail costs the one writer: everybody waits for it.
func TestStatements(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person(desk.Person{Name: "Eva", Addresses: []string{"eva@ejemplo.test"}, Role: desk.Agent,
		Active: true, Team: true})
	h.opened()
	// with which he is known
	h.file(h.plain(customer, h.token(1, customer), "Re: No imprime", "¿Hay novedades?"))
	for _, c := range []struct {
		what string
		mail int64
		most int
	}{
		{"a customer's reply", h.receive(h.plain(customer, h.token(1, customer), "Re: No imprime",
			"Sigue igual.")), 14},
		{"a known customer's new ticket",
			h.receive(h.plain(customer, box, "Otra cosa", "Hola.")), 14},
		{"a stranger's new ticket", h.receive(h.plain("otro@cliente.test", box, "Nada", "Hola.")),
			17},
	} {
		if list := h.statements(c.mail); len(list) > c.most {
			t.Errorf("%s takes %d statements, more than %d:\n%s", c.what, len(list), c.most,
				strings.Join(list, "\n"))
		} else {
			t.Logf("%s takes %d statements", c.what, len(list))
		}
	}
}

// statements are those of the transactions that file a mail.
func (h *house) statements(mail int64) (list []string) {
	h.t.Helper()
	h.trace = func(statement string) { list = append(list, statement) }
	defer func() { h.trace = nil }()
	if err := h.FileOne(h.t.Context(), mail); err != nil {
		h.t.Fatal(err)
	}
	return list
}
