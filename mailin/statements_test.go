package mailin

import (
	"strings"
	"testing"

	"buzon/store/desk"
)

// TestStatements counts what a mail costs the one writer: everybody waits for it.
func TestStatements(t *testing.T) {
	h := newHouse(t)
	h.person(desk.Person{Name: "Eva", Addresses: []string{"eva@ejemplo.test"}, Role: desk.Agent, Active: true, Team: true})
	h.opened()
	// with which he is known
	h.file(h.plain(customer, h.token(1, customer), "Re: No imprime", "¿Hay novedades?"))
	var list []string
	count := func(id int64) int {
		list = nil
		h.trace = func(statement string) { list = append(list, statement) }
		if err := h.FileOne(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.trace = nil
		return len(list)
	}
	for _, c := range []struct {
		what string
		mail int64
		most int
	}{
		{"a customer's reply", h.receive(h.plain(customer, h.token(1, customer), "Re: No imprime", "Sigue igual.")), 14},
		{"a known customer's new ticket", h.receive(h.plain(customer, box, "Otra cosa", "Hola.")), 14},
		{"a stranger's new ticket", h.receive(h.plain("otro@cliente.test", box, "Nada", "Hola.")), 17},
	} {
		if n := count(c.mail); n > c.most {
			t.Errorf("%s takes %d statements, more than %d:\n%s", c.what, n, c.most, strings.Join(list, "\n"))
		} else {
			t.Logf("%s takes %d statements", c.what, n)
		}
	}
}
