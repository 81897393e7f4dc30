package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxRead is the longest line, in bytes, in which a rule looks for words of a
// mail client: no client writes longer ones, and it bounds the work per line.
const maxRead = 600

// line is one line of the base text.
type line struct {
	start, end int    // bytes of the base, line end included
	text       string // without quote prefix and surrounding blanks
	depth      int    // number of quote prefixes
	kind       Kind   // "" until a rule decides
	rule       string
	ends       answer // mayEnd
}

// answer is that of a test which is made when first asked.
type answer uint8

const (
	unknown answer = iota
	no
	yes
)

func (l *line) blank() bool { return l.text == "" }

// splitLines cuts s into lines; every byte is in one.
func splitLines(s string) []line {
	lines := make([]line, 0, strings.Count(s, "\n")+1)
	for at := 0; at < len(s); {
		end := len(s)
		if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		depth, text := cutQuotePrefix(s[at:end])
		text = legible(text)
		lines = append(lines, line{start: at, end: end, text: text, depth: depth})
		at = end
	}
	return lines
}

// legible returns a line without marks of direction and with the digits of every script as ours,
// for the rules to read.
func legible(text string) string {
	if len(text) > maxRead || !strings.ContainsFunc(text, odd) {
		return text
	}
	return trim(strings.Map(func(r rune) rune {
		switch {
		case direction(r):
			return -1
		case r > unicode.MaxLatin1 && unicode.Is(unicode.Nd, r):
			return '0' + digitOf(r)
		}
		return r
	}, text))
}

func odd(r rune) bool { return r >= 0x0600 && (direction(r) || unicode.Is(unicode.Nd, r)) }

func direction(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' || r >= '\u202a' && r <= '\u202e' ||
		r >= '\u2066' && r <= '\u2069'
}

// digitOf is the value of a digit: each script has its ten in a row, and each row begins ten after
// a digit's own.
func digitOf(r rune) rune {
	n := rune(0)
	for unicode.Is(unicode.Nd, r-1) && n < 9 {
		r, n = r-1, n+1
	}
	return n
}

// cutQuotePrefix counts and removes leading ">" marks, however they are spaced.
func cutQuotePrefix(s string) (depth int, text string) {
	s = trim(s)
	if isArrowed(s) {
		return 0, s
	}
	for {
		switch {
		case strings.HasPrefix(s, ">"):
			s = s[1:]
		case strings.HasPrefix(s, "&gt;"):
			s = s[4:]
		case strings.HasPrefix(s, "\uff1e"):
			s = s[len("\uff1e"):]
		default:
			return depth, trim(s)
		}
		depth++
		s = strings.TrimLeft(s, " \t")
	}
}

// isArrowed reports ">>> Ana <ana@x> 3/3/2025 9:01 >>>", as GroupWise introduces a quote.
func isArrowed(s string) bool {
	return len(s) > 8 && len(s) < maxRead && s[:3] == ">>>" && s[len(s)-3:] == ">>>" &&
		readDate(s).day
}

// trim removes white space and the invisible characters that clients leave at
// the ends of lines: no-break space, zero width space, marks of direction, BOM.
func trim(s string) string { return strings.TrimFunc(s, invisible) }

func invisible(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', '\u00a0', '\u00ad', '\u200b', '\u200c', '\u200d',
		'\u200e', '\u200f', '\u061c', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066',
		'\u2067', '\u2068', '\u2069', '\u202f', '\u2060', '\u3000', '\ufeff', '\u2028', '\u2029':
		return true
	}
	return false
}

// undecorated removes what mail clients and converters put around a phrase:
// bold marks, rules, quotation marks.
func undecorated(s string) string {
	return strings.Trim(trim(s), "*_-=—–~#|+·•<>\"'“”«» \t\u00a0")
}

// lowered returns s in lower case with all runs of white space as one blank,
// so that it can be compared with the word tables.
func lowered(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Join(strings.FieldsFunc(strings.ToLower(s), invisible), " ")
		}
	}
	low := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || '\t' <= c && c <= '\r': // blanks, as invisible has them
			if n := len(low); n > 0 && low[n-1] != ' ' {
				low = append(low, ' ')
			}
		case 'A' <= c && c <= 'Z':
			low = append(low, c+'a'-'A')
		default:
			low = append(low, c)
		}
	}
	return strings.TrimSuffix(string(low), " ")
}

// clipped returns at most maxRead bytes of s, cut at a rune.
func clipped(s string) string {
	if len(s) <= maxRead {
		return s
	}
	n := maxRead
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// onlyRule reports a line that consists of rule characters: "-----", "____",
// "* * *", the invisible "ᐧ" of a mail tracker.
func onlyRule(s string) bool {
	// the last begin ᐧ, — and –
	if s == "" || len(s) > maxRead || strings.IndexByte("-_=*~#+.\xe1\xe2", s[0]) < 0 {
		return false
	}
	return s == "ᐧ" || utf8.RuneCountInString(s) >= 2 &&
		strings.Trim(s, "-_=*~#+—–. \t") == "" && strings.Trim(s, ". ") != ""
}
