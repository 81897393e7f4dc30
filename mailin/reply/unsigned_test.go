package reply

import (
	"strings"
	"testing"
)

// TestUnsigned: below his name, or with his address, what tells only how to reach an agent is cut
// off; words are not, whatever stands there.
func TestUnsigned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ below, left string }{
		{"Ana Gómez\nana@ejemplo.test", "Ana Gómez"},
		{"*Ana Gómez*\nTel: 555-4471\n<mailto:ana@ejemplo.test>", "*Ana Gómez*"},
		{"ANA GÓMEZ RUIZ\nSoporte Nivel 2\nT: +57 1 555 4471", "ANA GÓMEZ RUIZ"},
		{"Ing. Ana Gómez\nInterno 4471", "Ing. Ana Gómez"},
		{"Ana\next 4471", "Ana"},
		{"Ana Gómez | Soporte | Ext. 4471 | ana@ejemplo.test", ""},
		{"Ana Gómez | Soporte\n+57 300 555 4471", "Ana Gómez | Soporte"},
		{"Kind regards,\nAna\nDirect: +1 555 4471", "Kind regards,\nAna"},
		{"Mesa de ayuda\nAna Gómez\nsoporte de primer nivel", // nowhere to reach her
			"Mesa de ayuda\nAna Gómez\nsoporte de primer nivel"},
		{"Centro de soporte\nEjemplo S.A.\nana@ejemplo.test", "Centro de soporte"},
		{"Luis Pérez\nTel. 555 0147", "Luis Pérez\nTel. 555 0147"}, // another's
		{"Escríbame a:\n\nana@ejemplo.test", "Escríbame a:\n\nana@ejemplo.test"},
		{"Ana Gómez\nLlame al 555 4471 si vuelve a fallar",
			"Ana Gómez\nLlame al 555 4471 si vuelve a fallar"},
		{"Paso 1: ana@ejemplo.test", "Paso 1: ana@ejemplo.test"},
	} {
		text := "Reinicie la caja.\n\n" + c.below + "\n"
		p := Split(Input{Plain: text, From: "ana@ejemplo.test"}).
			Unsigned([]string{"Ana Gómez Ruiz", ""}, []string{"ana@ejemplo.test"})
		want := strings.TrimSpace("Reinicie la caja.\n\n" + c.left)
		if got := p.Reply(); got != want {
			t.Errorf("%q\n got %q\nwant %q", c.below, got, want)
		}
		at := 0
		for _, r := range p.Ranges {
			if r.Start != at {
				t.Errorf("%q: a gap before %+v", c.below, r)
			}
			at = r.End
		}
		if at != len(text) {
			t.Errorf("%q: the ranges end at %d of %d", c.below, at, len(text))
		}
	}
	alone := "Ana Gómez\n555 4471\n"
	if got := Split(Input{Plain: alone}).Unsigned([]string{"Ana Gómez"}, nil).Reply(); got !=
		strings.TrimSpace(alone) {
		t.Errorf("nothing else: %q", got)
	}
}

// TestWithout: what is left covers the text as before.
func TestWithout(t *testing.T) {
	t.Parallel()
	text := "Nos vemos · ana@ejemplo.test\n\n> Sigue igual.\n"
	whole := Split(Input{Plain: text})
	p := whole.Without(" · ana@ejemplo.test")
	if got := p.Reply(); got != "Nos vemos" || p.Quoted() != "> Sigue igual." ||
		p.Ranges[len(p.Ranges)-1].End != len(p.Base) || whole.Base != text {
		t.Errorf("%q, quoted %q, %+v", got, p.Quoted(), p.Ranges)
	}
	if p.Without("nada").Base != p.Base {
		t.Error("what is not there was taken out")
	}
}
