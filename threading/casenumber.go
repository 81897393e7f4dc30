package threading

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSubject is how much of a subject is searched, in octets. Real ones have less than 998.
const maxSubject = 4096

// DefaultTag is the word of the subject tag where the mailbox names no other: [Caso #123].
const DefaultTag = "Caso"

// englishTag is that of a mail in English, where the mailbox names none.
const englishTag = "case"

// caseWords go before a number in any mailbox, beside its own tag. In lower case; accents as people
// leave them out. Words of other desks ("chamado") count only where the mailbox's tag says so: they
// number what is not ours.
var caseWords = []string{"caso", "case", "ticket", "tiquete", "tíquete", "tiquet", "tíquet"}

// numberWords may stand between the word and the number, as in "caso n.º 123". The longer before
// the shorter.
var numberWords = []string{
	"número", "nu\u0301mero", "numero", "number", "núm.", "nu\u0301m.", "núm", "nu\u0301m",
	"num.", "num", "nro.", "nro", "n.º", "n.°", "n.o", "nº", "n°", "no.", "no", "nr.", "nr",
	"n°.", "nº.", "n.", "n", "id", "#", "№",
}

// otherCases are words before "caso" or "case" that make a figure of speech of it.
var otherCases = []string{
	"en todo", "en cualquier", "en tal", "en ese", "en este", "en dicho", "en ningún",
	"en ningun", "peor", "mejor", "em todo", "em qualquer",
	"just in", "in any", "in that", "in this", "use", "test", "edge", "worst", "best", "base",
	"corner", "upper", "lower",
}

// conditions make "if" of "caso" where no word for a number follows: "en caso 3 equipos fallen".
// "en el caso 3" is one.
var conditions = []string{"en", "em"}

// units make a quantity of the number before them: "caso 3 usuarios", "ticket 20 EUR".
var units = []string{
	"am", "pm", "a.m", "p.m", "h", "hs", "hrs", "hora", "horas", "hour", "hours", "min",
	"minutos", "minutes", "segundos", "día", "días", "dia", "dias", "day", "days",
	"semanas", "weeks", "mes", "meses", "año", "años", "anos", "years", "veces", "vezes", "times",
	"usuarios", "usuários", "users", "personas", "usd", "eur", "cop", "brl", "pesos", "euros",
	"reais", "dólares", "dolares", "unidades", "pulgadas",
}

var months = []string{
	"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
	"setiembre", "octubre", "noviembre", "diciembre",
	"janeiro", "fevereiro", "março", "marco", "maio", "junho", "julho", "setembro", "outubro",
	"novembro", "dezembro",
}

// Case returns the number of the case that a subject claims to be about: "[Caso #123]", "caso n.º
// 123", "Ticket: 123", "RV: Re: (Caso 123)". A tag in brackets counts more than a word in the text,
// our own tag more than another's, the first more than the next.
//
// Only 1 to 9 ASCII digits are a number, and only ASCII letters spell the words: look-alikes and
// invisible characters match nothing. Nor do dates, times, amounts, decimals and telephone numbers.
func Case(subject, tag string) (number int64, ok bool) {
	text, own, best := lowerASCII(subject[:min(len(subject), maxSubject)]), tagWord(tag), 0
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && isDigit(text[end]) {
			end++
		}
		if end == i {
			i++
			continue
		}
		if weight := claim(text[:i], text[end:], own); weight > best && end-i <= 9 {
			if n, _ := strconv.ParseInt(text[i:end], 10, 64); n > 0 {
				number, best = n, weight
			}
		}
		i = end
	}
	return number, best > 0
}

// The weights of a claim.
const (
	wordClaim = iota + 1
	tagClaim
	ownTagClaim
)

// claim weighs what stands around a number.
func claim(before, after, own string) int {
	if isNegative(before) {
		return 0
	}
	rest, marked := cutNumberWords(before)
	rest, word := cutCaseWord(rest, own)
	if word == "" || !endsNumber(after) {
		return 0
	}
	closed := strings.HasPrefix(strings.TrimLeftFunc(after, isBlank), "]")
	if closed && strings.HasSuffix(rest, "[") {
		if word == own {
			return ownTagClaim
		}
		return tagClaim
	}
	if isOtherCase(rest, word, marked) || !marked && (isQuantity(after) || isPhone(after)) {
		return 0
	}
	return wordClaim
}

// cutNumberWords takes blanks, colons, dashes, opening brackets and words for "number" off the end
// of s.
func cutNumberWords(s string) (rest string, marked bool) {
	for range 4 {
		s = strings.TrimRightFunc(s, func(r rune) bool {
			return isBlank(r) || strings.ContainsRune(":-–—([", r)
		})
		i := slices.IndexFunc(numberWords, func(word string) bool { return hasWordSuffix(s, word) })
		if i < 0 {
			return s, marked
		}
		s = strings.TrimSuffix(s, numberWords[i])
		marked = marked || numberWords[i] != "no" // "no" may also deny: caso no 3 usuarios
	}
	return s, marked
}

// cutCaseWord takes the word for a case off the end of s.
func cutCaseWord(s, own string) (rest, word string) {
	if hasWordSuffix(s, own) {
		return s[:len(s)-len(own)], own
	}
	for _, word := range caseWords {
		if hasWordSuffix(s, word) {
			return s[:len(s)-len(word)], word
		}
	}
	return s, ""
}

// tagWord returns the word of the mailbox's tag in lower case.
func tagWord(tag string) string {
	if tag = strings.TrimSpace(tag); tag == "" {
		tag = DefaultTag
	}
	return lowerASCII(tag)
}

// hasWordSuffix reports whether s ends in word and the word begins there. A sign like # needs no
// such beginning.
func hasWordSuffix(s, word string) bool {
	rest, ok := strings.CutSuffix(s, word)
	if !ok {
		return false
	}
	first, _ := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(rest)
	return rest == "" || !unicode.IsLetter(first) || !continuesWord(last)
}

// continuesWord reports whether a rune beside a word or number makes it another one: letters,
// digits of any script, marks, and what cannot be seen.
func continuesWord(r rune) bool {
	return r == '_' || r == utf8.RuneError ||
		unicode.In(r, unicode.Letter, unicode.Number, unicode.Mark, unicode.Cf, unicode.Co)
}

// endsNumber reports whether a number may end before s. A sign between two numbers makes one thing
// of them: a date, a time, a decimal, somebody else's numbering.
func endsNumber(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case s == "" || isBlank(r):
		return true
	case continuesWord(r) || strings.ContainsRune("%°€$@+=*&\\", r) || r < ' ':
		return false
	case strings.ContainsRune(".,:/-–'", r):
		return size == len(s) || !isDigit(s[size])
	}
	return true
}

// isNegative reports whether the number behind before has a minus sign: "#-5", "caso -5", but not
// "caso - 5" or "caso-5".
func isNegative(before string) bool {
	rest := strings.TrimRight(before, "-−")
	last, _ := utf8.DecodeLastRuneInString(rest)
	return rest != before && !unicode.IsLetter(last) && !unicode.IsDigit(last)
}

func isOtherCase(before, word string, marked bool) bool {
	if word != "caso" && word != "case" {
		return false
	}
	before = strings.TrimRightFunc(before, isBlank)
	ends := func(words string) bool { return hasWordSuffix(before, words) }
	return slices.ContainsFunc(otherCases, ends) || !marked && slices.ContainsFunc(conditions, ends)
}

// isQuantity reports whether the words after a number say how many of what, or which day of which
// month.
func isQuantity(after string) bool {
	words := strings.FieldsFunc(after[:min(len(after), 64)], func(r rune) bool {
		return isBlank(r) || strings.ContainsRune(",;:!?()", r)
	})
	switch {
	case len(words) > 0 && slices.Contains(units, strings.TrimRight(words[0], ".")):
		return isBlank(rune(after[0]))
	case len(words) > 1 && words[0] == "de":
		return slices.Contains(months, strings.TrimRight(words[1], "."))
	}
	return false
}

// isPhone reports whether a number goes on as telephone numbers do: 300 123 4567.
func isPhone(after string) bool {
	groups := strings.FieldsFunc(after[:min(len(after), 16)], func(r rune) bool {
		return isBlank(r) || r == '-'
	})
	group := func(s string) bool { return len(s) > 1 && isNumber(s) }
	return len(groups) > 1 && group(groups[0]) && group(groups[1])
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isBlank(r rune) bool {
	return strings.ContainsRune(" \t\r\n\u00a0\u202f", r)
}
