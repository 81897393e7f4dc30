package desk

import (
	"strings"
	"testing"
)

// TestGuards: a limit that names something that there is not says what there is.
func TestGuards(t *testing.T) {
	c := askable()
	for guard, want := range map[string]string{
		"producto=CRM": "", "producto=CMR": "product CMR: CRM", "estado=abierto": "",
		"severidad=2": "", "severity=2 (mayor)": "", "severity=8": "severity 8: 1 (crítica), 2",
		"color=rojo": "field color: product, organisation", "empresa=X": "organisation X:",
		"cliente=Nadie": "organisation Nadie:", "cliente=carla@cliente.test": "", "asunto=x": "",
	} {
		name, value, _ := strings.Cut(guard, "=")
		r, ok := Guard{Field: name, Value: value}.Known(c, "es")
		got := ""
		if !ok {
			got = r.Key + " " + r.Value + ": " + strings.Join(r.Known, ", ")
		}
		if !strings.HasPrefix(got, want) || ok != (want == "") {
			t.Errorf("%s: %q, want %q", guard, got, want)
		}
	}
}

// TestNearly: a name with letters amiss is a field's where its value is one of its own.
func TestNearly(t *testing.T) {
	c := askable()
	for line, want := range map[string]string{
		"Severty: 2": "severity", "severidda: 1": "severity", "Prodcto: CRM": "product",
		"Tpo: Problema": "type", "Tipo de tiket: Problema": "type",
		"Prodcto: CMR": "", "Modelo: X200": "", "Severidad: 2": "", "Color: 2": "",
		"Asutno: No imprime": "", "Versión: 2": "",
	} {
		name, value, _ := strings.Cut(line, ": ")
		if got, _ := c.Nearly(name, value); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
