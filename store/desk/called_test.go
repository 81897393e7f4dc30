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
		"Completado": "progress", "Progreso": "progress",
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

// TestLanguageNames: what is offered can be answered.
func TestLanguageNames(t *testing.T) {
	known := []string{"en", "es", "pt"}
	for i, name := range LanguageNames(known) {
		got, code := LanguageNamed(name, known), name == known[i]
		if got != known[i] || code != (got == "pt") {
			t.Errorf("%q is %q, want %q", name, got, known[i])
		}
	}
}
