package desk

import (
	"strings"
	"testing"
)

// TestAsksForPersonHowever: which lines are read is judged by a word in them, however they are
// written; a sentence that says anything else is no wish.
func TestAsksForPersonHowever(t *testing.T) {
	t.Parallel()
	wide := func(s string) string {
		return strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' {
				return r - 'a' + 'ａ'
			}
			return r
		}, s)
	}
	for _, s := range []string{"hablar con una persona", "Quiero hablar con una persona",
		"quiero hablar con una persona, por favor", "Por favor, quiero hablar con una persona.",
		"Deseo hablar con una persona", "Necesito hablar con alguien",
		"quiero hablar con un humano", "quiero hablar con una persona real",
		"Quiero hablar con una persona de verdad", "Quiero que me atienda una persona",
		"páseme con una persona", "pásenme con un agente", "quiero ser atendido por una persona",
		"Me gustaría hablar con una persona", "¿Puedo hablar con una persona?",
		"¿Podría hablar con una persona física?", "quisiera comunicarme con un asesor",
		"agente humano", "Hola, exijo hablar con una persona ¡ya!", "Solicito atención personalizada",
		"Esto no me sirve. Quiero hablar con una persona. La factura está mal.",
		"Que me llame una persona", "necesitamos que nos contacte un representante",
		"speak to a person", "Please let me speak to a person", "I'd like to speak to a person",
		"I’d like to talk to a real person, please", "I want to talk to a human",
		"Can I speak to a person?", "speak to an agent", "I need to speak with someone",
		"Human agent please", "Hello, I would like to speak to a human being now. Thanks!",
		"Please connect me with an agent"} {
		for _, text := range []string{s, strings.ToUpper(s), wide(s), "Hola,\n# «" + s + "!!» *\r\nb",
			s + "！", s + "\u200b", s + "\u0301"} {
			if !AsksForPerson(text) {
				t.Errorf("not asked: %q", text)
			}
		}
	}
	for _, text := range []string{"hablar con una persona mañana", "personas", "No quiero un agente",
		"quiero hablar con una persona que sepa", "quiero hablar con ustedes", "una persona", "agente",
		"Ayer pude hablar con una persona", "No quiero hablar con una persona", "alguien",
		"hablar con alguien de ventas", "Quiero cambiar la persona de contacto", "an agent",
		"I spoke to a person", "speak to a person about the invoice", "El agente de Outlook falla",
		"talk to any", "speak to the some", "Atención: persona no registrada", "I want to speak to you",
	} {
		if AsksForPerson(text) {
			t.Errorf("asked: %q", text)
		}
	}
}
