package desk

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is a text as people take it for the same: in lower case, without accents, of the usual
// width, and without what nobody sees. Everything that compares words goes through it, but for the
// search, which folds letter by letter.
func Fold(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	folded := make([]byte, 0, len(s))
	for len(s) > 0 {
		if c := s[0]; c < utf8.RuneSelf { // most are
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			folded, s = append(folded, c), s[1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if r < latin {
			folded, s = append(folded, foldedLatin()[r]...), s[size:]
			continue
		}
		end := strings.IndexFunc(s, func(r rune) bool { return r < latin })
		if end < 0 {
			end = len(s)
		}
		folded, s = append(folded, decomposed(s[:end])...), s[end:]
	}
	return string(folded)
}

// latin is the end of the letters that western languages are written with: each is folded by
// itself, from a table, since composing them takes forty times as long.
const latin = 0x250

var foldedLatin = sync.OnceValue(func() *[latin]string {
	var all strings.Builder
	for r := range rune(latin) {
		all.WriteString(string(r) + border)
	}
	table := new([latin]string)
	copy(table[:], strings.Split(decomposed(all.String()), border))
	return table
})

// border stands between letters that are folded all at once, which takes a hundredth of the time.
const border = "\uffff"

// plain reports whether a text is ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// decomposed folds whatever there is. Of text that is as it should be no step makes a copy.
func decomposed(s string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	return strings.ToLower(norm.NFC.String(seen))
}

// Same reports whether two names differ in accents, case or blanks at most.
func Same(a, b string) bool { return OneLine(Fold(a)) == OneLine(Fold(b)) }

// OneLine is a text with single blanks and no line ends.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
