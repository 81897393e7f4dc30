package desk

import "testing"

func TestFold(t *testing.T) {
	for given, want := range map[string]string{
		"Módulo": "modulo", "MO\u0301DULO": "modulo", "módulo": "modulo", "Ｐroducto": "producto", "pro\u200bducto": "producto",
		"ñandú": "nandu", "№ 5": "no 5", "ß": "ß", "Crm-2": "crm-2", "": "",
	} {
		if got := Fold(given); got != want {
			t.Errorf("Fold(%q) = %q, want %q", given, got, want)
		}
	}
	if !Same(" En  cola", "en\u00a0COLA") || Same("en cola", "encola") {
		t.Error("names are the same that are not, or the other way round")
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "LocalHost": true, "127.0.0.9": true, "::1": true, "10.0.0.1": false,
		"localhost.ejemplo.test": false, "": false} {
		if got := Loopback(host); got != want {
			t.Errorf("Loopback(%q) = %v", host, got)
		}
	}
}
