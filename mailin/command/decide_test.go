package command

import "testing"

func TestDecides(t *testing.T) {
	for _, c := range []struct {
		text       string
		yes, clear bool
	}{
		{"apruebo", true, true}, {"Apruebo.", true, true}, {"I approve", true, true},
		{"Sí, apruebo", true, true}, {"De acuerdo", true, true}, {"dale, gracias", true, true},
		{"Sí, no hay problema", true, true}, {"Por supuesto, adelante", true, true},
		{"No, gracias", false, true}, {"No lo conozco, rechazo", false, true},
		{"No estoy de acuerdo", false, true}, {"No. Apruebo otro día", false, true},
		{"Sí, pero solo hasta mayo", false, false}, {"apruebo, aunque no lo conozco", false, false},
		{"no, apruebo", false, false}, {"Sí y no", false, false}, {"claro que no", false, true},
		{"sí", true, true}, {"Yes, it is mine", true, true},
		{"Hola:\nAprobado, gracias\nEva", true, true},
		{"rechazo", false, true}, {"I reject", false, true}, {"no", false, true},
		{"No apruebo", false, true},
		{"I do not approve", false, true}, {"Rechazado. Ya no trabaja aquí.", false, true},
		{"", false, false}, {"¿Quién es?", false, false}, {"no sé quién es", false, false},
		{"no lo rechazo", false, false}, {"Si no es de ventas, sí", false, false},
		{"Se lo pregunto a mi jefe y les aviso si lo apruebo", false, false},
		{"apruebo?", false, false}, {"gracias", false, false},
	} {
		if yes, clear := Decides(c.text); yes != c.yes || clear != c.clear {
			t.Errorf("%q: %v %v", c.text, yes, clear)
		}
	}
}
