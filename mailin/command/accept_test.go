package command

import (
	"testing"

	"buzon/store/desk"
)

func TestAccepts(t *testing.T) {
	for _, text := range []string{
		"acepto", "Acepto.", "ACEPTO", "Acepto, gracias", "Sí, acepto",
		"Hola Ana,\n\nacepto.\n\nSaludos,\nCarla Ruiz", "«acepto»", "Acepto la tarifa",
		"Aceptamos el costo, gracias",
		"De acuerdo, acepto", "aceptado", "lo acepto", "Acepto\nCarla", "I accept", "accept",
		"I accept the rate, thanks", "Yes, I accept.", "Accepted", "We accept\n\nBest regards\nEva",
		"Aceito, obrigado",
	} {
		if !Accepts(text) {
			t.Errorf("%q does not accept", text)
		}
	}
	for _, text := range []string{
		"", "no acepto", "No, acepto", "Acepto si me hacen un descuento", "Acepto, pero mañana",
		"¿acepto?", "Acepto?", "si acepto, ¿cuándo empiezan?", "Todavía no acepto",
		"Acepto a medias",
		"Acepto hasta 2 horas", "No aceptamos esa tarifa", "de acuerdo", "ok", "sí", "gracias", "👍",
		"Acepto que está mal, pero no pago", "Si acepto, cuánto sería", "I don't accept",
		"I do not accept", "I accept if you start today",
		"I cannot accept", "accept?", "I would accept 40", "Acepto. Además la impresora falla",
		"Acepto y no acepto", "> acepto", "Aceptaría", "Acepte", "acepto 👎",
	} {
		if Accepts(text) {
			t.Errorf("%q accepts", text)
		}
	}
}

func TestConsents(t *testing.T) {
	for text, want := range map[string]desk.Consent{
		"acepto": desk.Accepted, "De acuerdo, acepto la tarifa": desk.Accepted,
		"Acepto la tarifa de USD 60 por hora":               desk.Accepted,
		"Acepto la tarifa de usd 60 por hora, gracias\nEva": desk.Accepted,
		"I accept the rate: USD 60 por hora":                desk.Accepted,
		"no acepto":                                         desk.Declined, "No, gracias": desk.Declined, "No aceptamos": desk.Declined,
		"No.": desk.Declined, "I do not accept": desk.Declined, "No thanks": desk.Declined,
		"Rechazo la tarifa": desk.Declined, "Hola:\n\nNo autorizo.\nEva": desk.Declined,
		"Por ahora no": desk.Declined, "We decline": desk.Declined,
		"No acepto la tarifa de USD 60 por hora": desk.Declined,
		"sí":                                     desk.Unsettled, "OK": desk.Unsettled, "De acuerdo": desk.Unsettled,
		"Sí, por favor empiecen cuanto antes": desk.Unsettled, "Autorizado": desk.Unsettled,
		"Acepto si me hacen un descuento": desk.Unsettled, "Adelante": desk.Unsettled, "👍": desk.Unsettled,
		"Acepto USD 40 por hora": desk.Unsettled, "Go ahead": desk.Unsettled,
		"¿Cuánto sería en total?": "", "Si no pueden hoy, mañana": "", "Agrego la captura.": "",
		"No imprime desde las nueve de la mañana": "", "gracias": "", "": "", "acepto?": "",
	} {
		if got := Consents(text, "USD 60 por hora"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
