package store

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store/desk"
)

// Words that stand everywhere are found by their pairs, in phrases; unquoted they need not be
// neighbours.
func TestPairsOfCommonWords(t *testing.T) {
	for text, want := range map[string][]string{
		"Por favor, la factura": {joint + "por" + joint + "favor", joint + "favor" +
			joint + "la", joint + "la" + joint + "factura"},
		"factura de la impresora": {joint + "factura" + joint + "de",
			joint + "de" + joint + "la", joint + "la" + joint + "impresora"},
		"factura sin impresora": nil,
		"factura rechazada":     nil,
	} {
		var got []string
		for _, w := range strings.Fields(Words(text, nil)) {
			if isPair(w) {
				got = append(got, w)
			}
		}
		same(t, text, got, want)
	}
	same(t, "a phrase", parseWords(`caso "por favor"`).pairs,
		[]string{joint + "por" + joint + "favor"})
	same(t, "no phrase", len(parseWords(`por favor`).pairs), 0)
}

// TestBeginnings: a last word that is the beginning of many finds them all, on either side of what
// is looked up one by one.
func TestBeginnings(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Agent, "ana@ejemplo.test")
	for i := range maxExpanded + 2 {
		addItem(t, s, openTicket(t, s, by, "x"), by, fmt.Sprintf("abc%d xyz%d", i, i/50))
	}
	for words, want := range map[string]int{"abc": maxExpanded + 2, "xyz": maxExpanded + 2,
		"abc1 xyz": 1, "xyz4": 2, "abcd": 0} {
		same(t, words, len(numbers(t, s, everything, Query{Words: words})), want)
	}
}
