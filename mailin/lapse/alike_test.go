package lapse

import "testing"

func TestAlike(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b Case
		want bool
	}{
		{"the same subject", Case{"No imprime la factura", "x"},
			Case{"no imprime factura", "y"}, true},
		{"most of the subject", Case{"No imprime la factura electrónica", ""},
			Case{"Factura electrónica no imprime", ""}, true},
		{"another subject, the same words",
			Case{"Ayuda", "La impresora de la caja dos dejó de imprimir facturas"},
			Case{"Impresora", "La impresora de la caja dos dejó de imprimir facturas hoy"}, true},
		{"one word, other matters", Case{"Factura", "No sale el logo en el papel"},
			Case{"Factura", "El cliente pide otra copia del mes pasado"}, false},
		{"one word, the same matter", Case{"Factura", "No sale el logo en el papel"},
			Case{"Factura", "No sale el logo"}, true},
		{"nothing in common", Case{"No imprime", "La impresora"}, Case{"No abre", "El correo"},
			false},
		{"only idle words", Case{"Ayuda por favor", "Hola, gracias"},
			Case{"Ayuda por favor", "Buenas tardes"}, false},
		{"empty", Case{}, Case{}, false},
	} {
		if got := Alike(c.a, c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
