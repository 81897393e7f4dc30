package desk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold is a text as people take it for the same: in lower case, without accents, of the usual
// width, and without what nobody sees. Everything that compares words goes through it, but for the
// search, which folds letter by letter.
func Fold(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return strings.ToLower(s)
	}
	plain := transform.Chain(norm.NFKD, runes.Remove(unseen), norm.NFC)
	folded, _, err := transform.String(plain, s)
	if err != nil {
		folded = s
	}
	return strings.ToLower(folded)
}

var unseen = runes.Predicate(func(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Cf) })

// Same reports whether two names differ in accents, case or blanks at most.
func Same(a, b string) bool { return OneLine(Fold(a)) == OneLine(Fold(b)) }

// OneLine is a text with single blanks and no line ends.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
