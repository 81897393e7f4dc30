package desk

import (
	"slices"
	"strings"
	"testing"
)

// TestGraveOrdersAreRead: those that are asked about first, and whom they are about.
func TestGraveOrdersAreRead(t *testing.T) {
	for text, want := range map[string]string{
		"#bloquear":               "#bloquear | ",
		"#bloquear spam.test":     "#bloquear spam.test | spam.test",
		"#bloquear <M@Spam.test>": "#bloquear <M@Spam.test> | m@spam.test",
		"#bloquear co.uk":         " | ", // a domain that nobody has
		"#bloquear hoy":           " | ",
		"!#bloquear spam.test":    " | ",
		"#tomar":                  " | ",
		"#persona carla@cliente.test Agregar dirección: c@otra.test": "#persona " +
			"carla@cliente.test Agregar dirección: c@otra.test | carla@cliente.test c@otra.test",
		"#persona carla@cliente.test":      " | carla@cliente.test",
		"#persona carla Nombre: Carla":     " | ",
		"!#persona carla@cliente.test x:y": " | ",
	} {
		list := orders(t, text)
		senders, blocks := Senders(list)
		if got := strings.Join(Grave(list), ",") + " | " + strings.Join(senders, " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if want := strings.HasPrefix(text, "#bloquear"); blocks != want {
			t.Errorf("%s: blocks %t", text, blocks)
		}
	}
}

func TestBlockAndAmend(t *testing.T) {
	for order, want := range map[string]string{
		"#bloquear":                   "blocked carla@cliente.test",
		"#bloquear @Spam.test":        "blocked spam.test",
		"#bloquear beto@ejemplo.test": "block_spared beto@ejemplo.test",
		"#bloquear a b":               "?person a b",
		"#persona carla@cliente.test Nombre: Carla Ruiz":                   "data_changed",
		"#persona carla@cliente.test Nombre: x@y.test":                     "data_refused",
		"#persona carla@cliente.test Idioma: English":                      "data_changed",
		"#persona carla@cliente.test Idioma: klingon":                      "data_refused",
		"#persona carla@cliente.test Silencio: 22-7":                       "data_changed",
		"#persona carla@cliente.test Silencio: nunca más":                  "data_refused",
		"#persona carla@cliente.test Zona horaria: Marte":                  "data_refused",
		"#persona carla@cliente.test Otra dirección: c@y.test":             "address_added",
		"#persona carla@cliente.test Otra dirección: fidel@otra.test":      "address_taken",
		"#persona carla@cliente.test Otra dirección: beto@ejemplo.test":    "data_refused",
		"#persona carla@cliente.test Otra dirección: carla@cliente.test":   "data_same",
		"#persona carla@cliente.test Quitar dirección: carla@cliente.test": "address_last",
		"#persona carla@cliente.test Quitar dirección: nadie@y.test":       "data_same",
		"#persona fidel@otra.test Quitar dirección: f@otra.test":           "address_removed",
		"#persona carla@cliente.test Apellido: Ruiz":                       "?edit Apellido: Ruiz",
		"#persona x@y.test Nombre: X":                                      "?person x@y.test",
		"#persona beto@ejemplo.test Nombre: X":                             "not_allowed",
	} {
		f := facts()
		two := fidel
		two.Addresses = []string{"fidel@otra.test", "f@otra.test"}
		f.People["fidel@otra.test"], f.People["f@otra.test"] = two, two
		f.Writer, f.Spared = carla, map[string]bool{"beto@ejemplo.test": true}
		out := Carry(ticket(Open), Deed{By: ana, Orders: orders(t, order)}, f)
		if got := show(out); !strings.HasSuffix(got, " | "+want) {
			t.Errorf("%s: %s, want %s", order, got, want)
		}
		changed := slices.Contains([]string{"data_changed", "address_added",
			"address_removed"}, want)
		if changed != (len(out.Amended) == 1) ||
			strings.HasPrefix(want, "blocked") != (len(out.Blocked) == 1) {
			t.Errorf("%s: %v %v", order, out.Amended, out.Blocked)
		}
	}
}
