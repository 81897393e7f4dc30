package desk

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"buzon/store/desk/lazy"
)

// TimeEntry is a line of a ticket's time sheet. It belongs to the item by which it was written, and
// goes where that goes.
type TimeEntry struct {
	Person  Person
	Minutes int
	Why     string
}

// longestEntry is how many minutes one entry may have: a day.
const longestEntry = 24 * 60

// whyKept bounds what an entry says.
const whyKept = 200

// spans are how people write a span of work, at the beginning of a text: "1h30", «1 h 30 min»,
// «1,5 h», "90 min", "1:30", «media hora», «hora y media».
var spans = []struct {
	form    *lazy.Regexp
	minutes func(a, b string) float64
}{
	{span(`(\d{1,3}) ?(?:h|hs|hrs?|horas?|hours?)\.? ?(?:y |and )?media`),
		func(a, _ string) float64 {
			return 60*figure(a) + 30
		}},
	{span(`(\d{1,3}) ?(?:h|hs|hrs?|horas?|hours?)\.? ?(?:y |and |con )?` +
		`(\d{1,2})(?: ?(?:m|min|mins|minutos?|minutes?))?`), func(a, b string) float64 {
		return 60*figure(a) + figure(b)
	}},
	{span(`(\d{1,3}):(\d{2})(?: ?(?:h|hs|hrs?|horas?|hours?))?`), func(a, b string) float64 {
		return 60*figure(a) + figure(b)
	}},
	{span(`(\d{1,3}(?:[.,]\d{1,2})?) ?(?:h|hs|hrs?|horas?|hours?)`), func(a, _ string) float64 {
		return 60 * figure(a)
	}},
	{span(`(\d{1,4}) ?(?:m|min|mins|minutos?|minutes?)`), func(a, _ string) float64 {
		return figure(a)
	}},
	{span(`(?:una |an |one )?(?:hora y media|hour and a half)`), func(_, _ string) float64 {
		return 90
	}},
	{span(`(?:media hora|half an hour)`), func(_, _ string) float64 { return 30 }},
	{span(`(?:una hora|an hour|one hour)`), func(_, _ string) float64 { return 60 }},
}

func span(form string) *lazy.Regexp {
	return lazy.Compile(`^(?:` + form +
		`)(?:$|[\s.,;:])`)
}

func figure(s string) float64 {
	n, _ := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return n
}

// Worked reads "45m motivo": how long somebody worked, and on what. It is false for what says no
// time, none at all, or more than a day.
func Worked(text string) (minutes int, why string, ok bool) {
	text = OneLine(text)
	folded := Fold(text)
	for _, s := range spans {
		m := s.form.FindStringSubmatch(folded)
		if m == nil {
			continue
		}
		a, b := "", ""
		if len(m) > 1 {
			a = m[1]
		}
		if len(m) > 2 {
			b = m[2]
		}
		n := s.minutes(a, b)
		rest := []rune(text)[min(len([]rune(m[0])), len([]rune(text))):]
		why = strings.Trim(string(rest), " .,;:-–—")
		if r := []rune(why); len(r) > whyKept {
			why = string(r[:whyKept])
		}
		minutes = int(math.Round(n))
		return minutes, why, minutes > 0 && minutes <= longestEntry
	}
	return 0, "", false
}

// cutMinus takes the sign off time that corrects what was written before.
func cutMinus(text string) (rest string, found bool) {
	for _, sign := range []string{"-", "−", "–"} {
		if rest, found = strings.CutPrefix(strings.TrimSpace(text), sign); found {
			return strings.TrimSpace(rest), true
		}
	}
	return text, false
}

// Spent writes minutes as people read them: "2 h 15 min".
func Spent(minutes int) string {
	if minutes < 0 {
		return "−" + Spent(-minutes)
	}
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %d min", h, m)
}
