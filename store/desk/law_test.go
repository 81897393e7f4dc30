package desk

import (
	"strings"
	"testing"
)

// TestAsksForPersonHowever: which lines are read is judged by their ends, however they are written.
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
	for _, words := range askForPerson {
		for _, text := range []string{words, strings.ToUpper(words), wide(words), "«" + words + "».",
			words + "！", words + "\u200b", words + "\u0301", words + " *\r\n", "Hola,\n# " + words} {
			if !AsksForPerson(text) {
				t.Errorf("%q asks for no person", text)
			}
		}
	}
	if AsksForPerson("hablar con una persona mañana") {
		t.Error("whoever says more asks for a person")
	}
}
