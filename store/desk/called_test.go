package desk

import "testing"

// TestFieldsAreCalled: the labels that portals and people have for each, in both languages.
func TestFieldsAreCalled(t *testing.T) {
	for name, want := range map[string]string{
		"Tipo de ticket": "type", "TIPO": "type", "Tipo de caso": "type", "Ticket type": "type",
		"Nivel de severidad": "severity", "Criticidad": "severity", "PRIORIDAD": "severity",
		"Severity level": "severity", "Tema": "subject", "Asunto": "subject",
		"Debe controlar": "controller", "Must check": "controller", "Controller": "controller",
		"Solicitante": "requester", "Cliente": "requester", "Módulo": "module", "Para": "product",
		"Servicio": "service", "Proyecto": "project", "% completado": "progress",
		"% complete": "progress", "Vence": "due",
		"Tipo de letra": "", "Nivel": "", "Control": "",
	} {
		got := ""
		if f := FieldNamed(name); f != nil {
			got = f.Key
		}
		if got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
