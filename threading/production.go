package threading

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"buzon/store/desk"
)

// DefaultMarkers are the words in a subject that raise the alarm where the configuration has no
// others.
var DefaultMarkers = []string{"Producción Caída", "Prod. caída", "Production Down"}

// negations before a marker take it back: "no hay producción caída". Between them and the marker
// may stand the verbs and articles of connecting. A verb of another meaning ends the search: "no
// responde, producción caída" is an alarm.
var (
	negations   = []string{"no", "sin", "ni", "nunca", "not", "without", "nao", "sem"}
	connectives = []string{
		"hay", "es", "esta", "fue", "era", "estuvo", "tenemos", "tuvimos", "la", "el", "una",
		"un", "de", "en", "is", "was", "are", "a", "ha", "e", "uma", "our", "se", "trata", "more",
		"longer",
	}
	// betweenWords may stand inside of a marker and leave its sense.
	betweenWords = []string{
		"esta", "ya", "se", "encuentra", "sigue", "continua", "quedo", "aun", "todavia", "otra",
		"vez", "nuevamente", "toda", "totalmente", "completamente",
		"is", "still", "again", "completely",
	}
)

// ProductionDown reports whether a subject holds one of the markers; nil means DefaultMarkers.
// Accents, case, width, invisible characters and blanks make no difference, nor do * - _ and
// quotation marks; a marker is found as whole words only, and not where it is denied.
func ProductionDown(subject string, markers []string) bool {
	plain := plainDefaults()
	if markers != nil {
		plain = plainTexts(markers)
	}
	text := plainText(subject[:min(len(subject), maxSubject)])
	return slices.ContainsFunc(plain, func(marker []rune) bool { return holds(text, marker) })
}

var plainDefaults = sync.OnceValue(func() [][]rune { return plainTexts(DefaultMarkers) })

func plainTexts(list []string) [][]rune {
	plain := make([][]rune, len(list))
	for i, s := range list {
		plain[i] = plainText(s)
	}
	return plain
}

// plainText spells s as plainWord does, with a single blank for everything that only sets words
// apart.
func plainText(s string) []rune {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("*-_\"'“”«»‐‑–—", r) {
			return ' '
		}
		return r
	}, desk.Fold(s))
	return []rune(strings.Join(strings.Fields(s), " "))
}

// holds reports whether text has marker between word edges, and not denied.
func holds(text, marker []rune) bool {
	if !slices.ContainsFunc(marker, isWordRune) {
		return false
	}
	for start := range text {
		if text[start] != marker[0] || start > 0 && isWordRune(text[start-1]) {
			continue
		}
		end, ok := matchMarker(text, start, marker)
		if ok && (end == len(text) || !isWordRune(text[end])) && !denied(text[:start]) {
			return true
		}
	}
	return false
}

// matchMarker returns where the marker that begins at i ends. Blanks are free anywhere, because
// encoders break words and people space them out; a full stop may be left out.
func matchMarker(text []rune, i int, marker []rune) (end int, ok bool) {
	for _, want := range marker {
		switch want {
		case ' ':
			i = skipBetween(text, i)
		case '.':
			i = skipRunes(text, i, " .")
		default:
			i = skipRunes(text, i, " ")
			if i >= len(text) || text[i] != want {
				return 0, false
			}
			i++
		}
	}
	return i, true
}

func skipRunes(text []rune, i int, skipped string) int {
	for i < len(text) && strings.ContainsRune(skipped, text[i]) {
		i++
	}
	return i
}

func skipBetween(text []rune, i int) int {
	i = skipRunes(text, i, " ")
	for {
		end := i
		for end < len(text) && isWordRune(text[end]) {
			end++
		}
		if !slices.Contains(betweenWords, string(text[i:end])) {
			return i
		}
		i = skipRunes(text, end, " ")
	}
}

// denied reports whether the words before a marker take it back. A comma or any other sign ends the
// search.
func denied(before []rune) bool {
	for {
		for len(before) > 0 && before[len(before)-1] == ' ' {
			before = before[:len(before)-1]
		}
		start := len(before)
		for start > 0 && isWordRune(before[start-1]) {
			start--
		}
		word := string(before[start:])
		if slices.Contains(negations, word) {
			return true
		}
		if !slices.Contains(connectives, word) {
			return false
		}
		before = before[:start]
	}
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
