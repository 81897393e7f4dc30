package reply

import (
	"strings"
	"unicode/utf8"
)

// dateSeen says what parts of a point in time a line shows, in any language.
type dateSeen struct {
	day  bool // a year, or a numeric date
	time bool // 9:01, 9.01, 9h01
}

// readDate looks for years, numeric dates and times among the digits of t.
func readDate(t string) (d dateSeen) {
	for i := 0; i < len(t); {
		if !digit(t, i) {
			i++
			continue
		}
		n := digits(t, i)
		d.number(t, i, n)
		i += n
	}
	return d
}

func (d *dateSeen) number(t string, i, n int) {
	end := i + n
	switch {
	case n == 4 && (t[i:i+2] == "20" || t[i:i+2] == "19"):
		d.day = true
	case n <= 2 && end+1 < len(t) && digit(t, end+1):
		m := digits(t, end+1)
		switch t[end] {
		case ':', 'h':
			d.time = d.time || m == 2
		case '.':
			d.time = d.time || m == 2
			d.day = d.day || m <= 2 && end+1+m < len(t) && t[end+1+m] == '.'
		case '/', '-':
			d.day = true
		}
	case n <= 2 && strings.HasPrefix(t[end:], ". ") && digit(t, end+2) && digits(t, end+2) <= 2 &&
		strings.HasPrefix(t[end+2+digits(t, end+2):], "."):
		d.day = true // 3. 3. 25
	case n <= 2 && (strings.HasPrefix(t[end:], "月") || strings.HasPrefix(t[end:], "월")):
		d.day = true
	}
}

// startsISODate reports "2016-03-03 17:21" and "2013/7/20" at the start.
func startsISODate(t string) bool {
	return len(t) >= 8 && digits(t, 0) == 4 && (t[4] == '-' || t[4] == '/') && digit(t, 5) &&
		(t[0] == '2' || t[0] == '1')
}

func digit(s string, i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '9' }

func hasDigit(s string) bool {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			return true
		}
	}
	return false
}

func digits(s string, i int) (n int) {
	for digit(s, i+n) {
		n++
	}
	return n
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }
