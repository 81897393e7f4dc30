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
	score := make([]int, len(languages))
	words := 0
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return !unicode.IsLetter(r) &&
			!strings.ContainsRune("'¿¡", r)
	}) {
		for _, place := range lexicon().stop[strings.ToLower(strings.Trim(w, "¿¡"))] {
			score[place]++
		}
		for _, place := range lettered(w) {
			score[place]++
		}
		if words++; words >= maxLanguageWords {
			break
		}
	}
	return highest(score, words)
}

// lettered names the languages that have letters of the word to themselves.
func lettered(word string) (places []int) {
	for _, r := range clipped(word) {
		if r < utf8.RuneSelf {
			continue
		}
		if place, ok := lexicon().letters[r]; ok && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return places
}

// highest returns the language with the most hits, in a tie the one that comes
// first in the tables; a single hit among many words is chance.
func highest(score []int, words int) string {
	best := 0
	for i, n := range score {
		if n > score[best] {
			best = i
		}
	}
	if score[best] == 0 || score[best] < 2 && words > 6 {
		return ""
	}
	return languages[best].code
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
