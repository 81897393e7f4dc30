package reply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLanguageWords bounds how much of a text Language reads.
const maxLanguageWords = 400

// Language names the language of a text by its commonest words or its script,
// as an ISO 639-1 code; it is "" when the text is too short to tell.
func Language(text string) string {
	if code := byScript(text); code != "" {
		return code
	}
	score := map[string]int{}
	words := 0
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune("'¿¡", r) }) {
		for _, code := range lexicon.stop[strings.ToLower(strings.Trim(w, "¿¡"))] {
			score[code]++
		}
		for _, code := range lettered(w) {
			score[code]++
		}
		if words++; words >= maxLanguageWords {
			break
		}
	}
	return highest(score, words)
}

// lettered names the languages that have letters of the word to themselves.
func lettered(word string) (codes []string) {
	for _, r := range clipped(word) {
		if r < utf8.RuneSelf {
			continue
		}
		if code, ok := lexicon.letters[r]; ok && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// highest returns the language with the most hits, in a tie the one that comes
// first in the tables; a single hit among many words is chance.
func highest(score map[string]int, words int) string {
	best := ""
	for i := range languages {
		if code := languages[i].code; score[code] > score[best] {
			best = code
		}
	}
	if score[best] < 2 && words > 6 {
		return ""
	}
	return best
}

// byScript settles the languages that have a script to themselves.
func byScript(text string) string {
	han, kana, hangul, letters := 0, 0, 0, 0
	for _, r := range clipped(text) {
		switch {
		case r < 0x1100: // none of them: that is where the first, Hangul, begins
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Hangul, r):
			hangul++
		case unicode.Is(unicode.Han, r):
			han++
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	switch {
	case kana*5 > letters:
		return "ja"
	case hangul*3 > letters:
		return "ko"
	case (han+kana)*3 > letters && kana > 0:
		return "ja"
	case han*3 > letters:
		return "zh"
	}
	return ""
}
