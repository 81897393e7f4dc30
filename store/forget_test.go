package store

import (
	"strings"
	"testing"

	"buzon/store/desk"
)

func TestNamesOf(t *testing.T) {
	p := desk.Person{Name: "Carla Ruiz Ñáñez", Addresses: []string{"carla@cliente.test"}}
	all, first := namesOf(p), firstNames(p)
	for _, c := range []struct{ text, want, inHis string }{
		{"Habló carla ruiz ñáñez ayer", "Habló … ayer", "Habló … … … ayer"},
		{"Carla\nRuiz  Ñáñez", "…", "…\n…  …"},
		{"Ruiz Ñáñez, Carla", "…", "… …, …"},
		{"<CARLA@cliente.test>", "<…>", "<…@cliente.test>"},
		{"Hola Carla, Carlana no", "Hola Carla, Carlana no", "Hola …, Carlana no"},
		{"xcarla@cliente.test", "x…", "xcarla@cliente.test"},
	} {
		if got := all.ReplaceAllLiteralString(c.text, Nameless); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		if got := withoutWords(first, c.text); got != c.inHis {
			t.Errorf("%q in his ticket: %q, want %q", c.text, got, c.inHis)
		}
	}
	if got := namesOf(desk.Person{}).ReplaceAllLiteralString("nada", Nameless); got != "nada" {
		t.Errorf("nobody's name: %q", got)
	}
}

func TestUnquoted(t *testing.T) {
	if got := unquoted(
		"Hola:\n> no imprime\n > desde ayer\nReinicie > luego."); got != "Hola:\nReinicie > luego." {
		t.Errorf("%q", got)
	}
}

func TestPhonesOf(t *testing.T) {
	got := phonesOf([]string{"Tel. 555-1234, cel +57 (310) 555 12 34.\nFactura 1234-5, error 0x80",
		"555-1234 otra vez; 3/12/2026 a las 10:30, 192.168.1.10"})
	const want = `192\.168\.1\.10 555-1234 \+57 \(310\) 555 12 34`
	if strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}
