package command

import "testing"

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
