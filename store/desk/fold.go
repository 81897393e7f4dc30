package desk

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold is a text as people take it for the same: in lower case, without accents.
func Fold(s string) string {
	folded, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		folded = s
	}
	return strings.ToLower(folded)
}

// Same reports whether two names differ in accents, case or blanks at most.
func Same(a, b string) bool { return oneLine(Fold(a)) == oneLine(Fold(b)) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
