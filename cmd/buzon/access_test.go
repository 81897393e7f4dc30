package main

import (
	"strings"
	"testing"
)

// TestPasswordRecovery: whoever looks for a password learns at his registered address that it is
// the key; who tells of something else has opened a case.
func TestPasswordRecovery(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	const carla, desk = "carla@cliente.test", "soporte@ejemplo.test"
	d.says(carla, desk, "No imprime", "La caja no imprime.")
	d.says(carla, desk, "Recuperar contraseña", "")
	d.lastTo(carla, "su dirección es la llave", carla,
		"Para usar otra, agregue la línea «Agregar dirección: m@x».")
	d.says("ana@ejemplo.test", desk, "Consulta", "No puedo entrar.")
	d.lastTo("ana@ejemplo.test", "su dirección es la llave", "ana@ejemplo.test")
	d.says(carla, desk, "No puedo entrar", "Desde ayer el CRM responde con un error 500.")
	if k := must(d.store.Ticket(t.Context(), 2))(t); !strings.Contains(k.Subject,
		"No puedo entrar") {
		t.Errorf("the case is %q", k.Subject)
	}
	n := len(d.to("otro@desconocido.test"))
	d.says("otro@desconocido.test", desk, "Forgot password", "")
	for _, m := range d.to("otro@desconocido.test")[n:] {
		if strings.Contains(wordsOf(t, m), carla) {
			t.Errorf("a stranger reads:\n%s", wordsOf(t, m))
		}
	}
}
