package threading

import (
	"slices"
	"testing"
)

func TestRetitled(t *testing.T) {
	const topic = "No imprime la factura del cliente"
	for subject, want := range map[string]bool{
		"Re: [Caso #1] No imprime la factura del cliente":            false,
		"RV: RE: No imprime la factura del cliente":                  false,
		"no imprime la FACTURA del cliente":                          false,
		"Re: [EXTERNAL] [Caso #1] No imprime la factura del cliente": false,
		"[EXTERNO] Re: No imprime la factura del cliente":            false, "": false,
		"Re:":                     false,
		"Re: No imprime la fact…": false, "Re: No imprime la factura...": false,
		"Re: [Caso #1] No imprime":                                     false,
		"Re: *** SPAM *** No imprime la factura del cliente":           false,
		"YA NO HACE FALTA":                                             true,
		"Urgente: el servidor ahora es 10.0.0.9":                       true,
		"Re: [Caso #1] No imprime la factura del cliente [INC0012345]": true,
		"Re: [Caso #1] URGENTE No imprime la factura del cliente":      true,
		"Re: [Caso #1] Otra cosa":                                      true, "It is solved": true,
		"RE: [Caso #1] No imprime la factura de otro": true,
	} {
		if got := Retitled(subject, topic, "Caso"); got != want {
			t.Errorf("%q: %v, want %v", subject, got, want)
		}
	}
}

func TestForeignNumbers(t *testing.T) {
	for subject, want := range map[string][]string{
		"RE: [Caso #1] Enlace caído [INC0012345]":  {"[INC0012345]"},
		"[PROV-4431] RE: [Caso #1] Enlace caído":   {"[PROV-4431]"},
		"RE: Enlace caído (REQ-77) ##7781##":       {"(REQ-77)", "##7781##"},
		"RE: Enlace caído [Ticket ID: 99]":         {"[Ticket ID: 99]"},
		"Re: [Caso #12] Enlace caído":              nil,
		"Enlace caído [urgente] (2 de 3) [a.test]": nil,
		"[https://example.test/1] mire":            nil,
		"[PROV-4431] [PROV-4431] x":                {"[PROV-4431]"},
	} {
		if got := ForeignNumbers(subject, "Caso"); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", subject, got, want)
		}
	}
}
