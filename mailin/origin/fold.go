package origin

import (
	"strings"
	"sync"

	"buzon/store/desk"
)

// fold makes words comparable: as desk.Fold does, and with typographic quotes as ASCII and one
// blank between words. What one character may become is bounded, so the result is linear in s.
func fold(s string) string {
	if plain(s) {
		return strings.ToLower(strings.Join(strings.Fields(s), " "))
	}
	return desk.OneLine(keyboard.Replace(desk.Fold(strings.ToValidUTF8(s, ""))))
}

// keyboard has what a keyboard has; "ı" is Turkish.
var keyboard = strings.NewReplacer(
	"’", "'", "‘", "'", "`", "'", "ı", "i", "“", `"`, "”", `"`, "«", `"`, "»", `"`)

// plain reports whether nothing but case and blanks is to be folded in a text.
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

// phrases are words that are folded when they are first looked for.
type phrases func() []string

// foldAll folds a table of words, so that a table reads as the mail systems write.
func foldAll(words ...string) phrases {
	return sync.OnceValue(func() []string {
		for i, w := range words {
			words[i] = fold(w)
		}
		return words
	})
}
