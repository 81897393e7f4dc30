package origin

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold makes words comparable: lower case, no accents, typographic quotes as ASCII, one blank between words.
// norm.NFKD bounds what one character may become, so the result is linear in s.
func fold(s string) string {
	if plain(s) {
		return strings.ToLower(strings.Join(strings.Fields(s), " "))
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := true
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "")) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
			continue
		case r == '’' || r == '‘' || r == '`':
			r = '\''
		case r == 'ı': // Turkish
			r = 'i'
		case r == '“' || r == '”' || r == '«' || r == '»':
			r = '"'
		}
		if unicode.IsSpace(r) {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		blank = false
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimSpace(b.String())
}

// plain tells text in which nothing but case and blanks is to be folded.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == '`' {
			return false
		}
	}
	return true
}

// containing is the first of words that s contains, "" for none.
func containing(s string, words []string) string {
	for _, w := range words {
		if strings.Contains(s, w) {
			return w
		}
	}
	return ""
}

// leading is the first of words that s begins with, "" for none.
func leading(s string, words []string) string {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return w
		}
	}
	return ""
}

// foldAll folds a table of words, so that a table reads as the mail systems write.
func foldAll(words ...string) []string {
	for i, w := range words {
		words[i] = fold(w)
	}
	return words
}
