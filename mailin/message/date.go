package message

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// layouts are what programs write that never read RFC 5322.
var layouts = []string{
	time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
	"2006-01-02 15:04", "2006/01/02 15:04:05", "20060102150405", "2006-01-02",
}

// months by the beginnings of their names, in the languages that mail programs translate them to.
var months = [12][]string{
	{"jan", "ene", "gen", "gin", "xan", "янв", "sty", "led", "oca", "tammi", "січ", "一月"},
	{"feb", "fev", "fév", "fbr", "фев", "lut", "úno", "şub", "helmi", "лют", "二月"},
	{"mar", "mär", "mrt", "mrz", "мар", "bře", "maalis", "бер", "三月"},
	{"apr", "abr", "avr", "ápr", "апр", "kwi", "dub", "nis", "huhti", "кві", "四月"},
	{"may", "mai", "mag", "maj", "mei", "май", "мая", "kvě", "touko", "тра", "五月"},
	{"jun", "juin", "giu", "xuñ", "июн", "cze", "čvn", "haz", "kesä", "чер", "六月"},
	{"jul", "juil", "lug", "xul", "júl", "июл", "lip", "čvc", "tem", "heinä", "лип", "七月"},
	{"aug", "ago", "aoû", "aou", "авг", "sie", "srp", "ağu", "elo", "сер", "八月"},
	{"sep", "set", "szept", "сен", "wrz", "zář", "eyl", "syys", "вер", "九月"},
	{"oct", "okt", "ott", "out", "окт", "paź", "říj", "eki", "loka", "жов", "十月"},
	{"nov", "noi", "nóv", "ноя", "lis", "kas", "marras", "лис", "十一月"},
	{"dec", "dic", "dez", "déc", "дек", "gru", "pro", "ara", "joulu", "гру", "十二月"},
}

// zones are the names of RFC 5322 section 4.3 and those seen beside them, in hours east of
// Greenwich.
var zones = map[string]float64{
	"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
	"MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5, "ART": -3,
	"BRT": -3, "BRST": -2, "CLT": -4, "CLST": -3,
	"COT": -5, "PET": -5, "VET": -4, "UYT": -3, "BST": 1, "WEST": 1, "CET": 1, "MET": 1, "MEZ": 1,
	"CEST": 2, "MEST": 2, "MESZ": 2, "SAST": 2,
	"EET": 2, "EEST": 3, "MSK": 3, "MSD": 4, "IST": 5.5, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9,
	"KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}

// parseDate reads a date as the world writes it. It returns the zero time if s is none.
func parseDate(s string) time.Time {
	s = strings.TrimSpace(s[:min(len(s), 200)])
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", s); err == nil {
		return t
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) == 10 {
		return time.Unix(n, 0).UTC()
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t
		}
	}
	return newDateReader(s).time()
}

// dateReader collects the parts of a date in whatever order they come.
type dateReader struct {
	day, month, year  int
	hour, minute, sec int
	clock             bool
	offset            int // seconds east
	zoned             bool
	slashed           bool // "8/5/2005"
	march             bool // or Tuesday
	pm, am            bool
	bad               bool
}

func newDateReader(s string) *dateReader {
	d := &dateReader{day: -1, year: -1}
	s = strings.ToLower(strings.Trim(decodeWords(s), `"'`))
	text, comments := splitComments(s)
	if !d.hasDigits(text) { // all of it in parentheses
		text, comments = comments, ""
	}
	if strings.ContainsAny(text, "年년") {
		text = cjkDate.Replace(text)
	}
	d.words(text)
	for _, w := range strings.Fields(comments) {
		if d.clock && d.month > 0 && !d.zoned { // "10:00:00 (CET)"
			d.name(w)
		}
	}
	return d
}

// cjkDate brings "2025年8月14日" to the form of ISO 8601.
var cjkDate = strings.NewReplacer("年", "-", "月", "-", "日", " ", "년", "-", "월", "-", "일", " ", "时",
	":", "時", ":", "分", ":", "秒", " ")

func (d *dateReader) words(s string) {
	words := strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' ||
			r == '(' || r == ')'
	})
	for _, w := range words {
		d.word(strings.Trim(w, "."))
	}
}

// splitComments takes the comments out of s, nested ones too (RFC 5322 section 3.2.2).
func splitComments(s string) (text, comments string) {
	var out, in strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth = max(depth-1, 0)
		case depth == 0:
			out.WriteRune(r)
			continue
		default:
			in.WriteRune(r)
			continue
		}
		out.WriteByte(' ')
		in.WriteByte(' ')
	}
	return out.String(), in.String()
}

func (d *dateReader) hasDigits(s string) bool { return strings.ContainsAny(s, "0123456789") }

func (d *dateReader) word(w string) {
	switch {
	case w == "":
	case w == "am" || w == "a.m":
		d.am = true
		d.monthFirst(w)
	case w == "pm" || w == "p.m":
		d.pm = true
		d.monthFirst(w)
	case strings.Contains(w, ":") && !d.clock && w[0] >= '0' && w[0] <= '9':
		d.time24(w)
	case (w[0] == '+' || w[0] == '-') && d.hasDigits(w):
		if d.clock {
			d.zone(w)
		}
	case w[0] >= '0' && w[0] <= '9':
		d.number(w)
	default:
		d.name(w)
	}
}

// time24 reads "10:00", "10:00:05.123", "10:00:05+0200", "1:17pm".
func (d *dateReader) time24(w string) {
	if i := strings.IndexAny(w, "+-zap"); i > 0 {
		rest := w[i:]
		w = w[:i]
		defer d.word(rest)
	}
	w, _, _ = strings.Cut(w, ".")
	parts := strings.Split(w, ":")
	var n [3]int
	for i, p := range parts[:min(len(parts), 3)] {
		v, err := strconv.Atoi(p)
		if err != nil {
			d.bad = true
		}
		n[i] = v
	}
	d.hour, d.minute, d.sec, d.clock = n[0], n[1], n[2], true
}

// monthFirst: who writes "8/5/2005 1:17:00 PM" writes the month first; in Spanish it is "p. m." and
// the day.
func (d *dateReader) monthFirst(w string) {
	if d.slashed && !strings.Contains(w, ".") && d.day <= 12 {
		d.day, d.month, d.slashed = d.month, d.day, false
	}
}

func (d *dateReader) zone(w string) {
	digits := strings.ReplaceAll(w[1:], ":", "")
	v, err := strconv.Atoi(digits)
	if err != nil || len(digits) > 4 || v > 1500 {
		return
	}
	if len(digits) <= 2 {
		v *= 100
	}
	d.offset = v/100*3600 + v%100*60
	if w[0] == '-' {
		d.offset = -d.offset
	}
	d.zoned = true
}

// number reads "8", "8th", "2005", "05", "8-may-2005", "08/05/2005", "2005-05-08".
func (d *dateReader) number(w string) {
	if i := strings.IndexAny(w, "-/."); i > 0 && i < len(w)-1 {
		parts := strings.FieldsFunc(w, func(r rune) bool { return strings.ContainsRune("-/.", r) })
		if len(parts) == 3 && d.year > 0 && !d.clock && w[i] == '.' {
			d.time24(strings.ReplaceAll(w, ".", ":"))
			return
		}
		if len(parts) == 3 && len(parts[0]) < 3 && d.hasDigits(parts[1]) {
			d.numeric(parts)
			d.slashed = w[i] == '/'
			return
		}
		if len(parts) == 3 && len(parts[0]) == 4 {
			d.year, _ = strconv.Atoi(parts[0])
			d.month, _ = strconv.Atoi(parts[1])
			d.day, _ = strconv.Atoi(parts[2])
			return
		}
		for _, p := range parts {
			d.word(p)
		}
		return
	}
	if m, ok := strings.CutSuffix(w, "月"); ok {
		d.month, _ = strconv.Atoi(m)
		return
	}
	w = strings.TrimRight(w, "ºªthndrs°")
	v, err := strconv.Atoi(w)
	switch {
	case err != nil:
	case d.clock && d.year >= 0 && (len(w) == 3 || len(w) == 4): // the sign was forgotten
		d.zone("+" + w)
	case d.day < 0 && v >= 1 && v <= 31 && len(w) < 4:
		d.day = v
	case d.year < 0:
		d.year = v
		if v < 50 && len(w) < 4 { // RFC 5322 section 4.3
			d.year += 2000
		} else if v < 1000 {
			d.year += 1900
		}
	}
}

// numeric reads day, month and year; the month comes first only where it must.
func (d *dateReader) numeric(parts []string) {
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(parts[i])
	}
	d.day, d.month, d.year = n[0], n[1], n[2]
	if d.month > 12 {
		d.day, d.month = d.month, d.day
	}
	if d.year < 100 {
		d.year += 2000
	}
}

// name reads a month or a zone; names of days and other words say nothing.
func (d *dateReader) name(w string) {
	if m := monthNamed(w); m > 0 && d.month == 0 {
		// "mar" and "mar." before the day are Tuesday in Spanish, French and Italian, if another
		// word is the month.
		if d.day < 0 && strings.HasPrefix(w, "mar") && w != "march" {
			d.march = true
			return
		}
		d.month = m
		return
	}
	upper := strings.ToUpper(w)
	if len(upper) == 7 && upper[3] >= '0' && upper[3] <= '9' { // "EST5EDT"
		upper = upper[:3]
	}
	if h, ok := zones[upper]; ok && d.clock && !d.zoned {
		d.offset, d.zoned = int(h*3600), true
		return
	}
	for _, prefix := range []string{"utc", "gmt"} {
		if rest, ok := strings.CutPrefix(w, prefix); ok && len(rest) > 1 &&
			(rest[0] == '+' || rest[0] == '-') {
			d.zone(rest)
		}
	}
	if d.month == 0 && strings.ContainsAny(w, "-/") {
		for p := range strings.FieldsFuncSeq(w, func(r rune) bool { return r == '-' || r == '/' }) {
			d.word(p)
		}
	}
}

func monthNamed(w string) int {
	for i, names := range months {
		for _, prefix := range names {
			if strings.HasPrefix(w, prefix) {
				return i + 1
			}
		}
	}
	return 0
}

func (d *dateReader) time() time.Time {
	if d.pm && d.hour < 12 {
		d.hour += 12
	} else if d.am && d.hour == 12 {
		d.hour = 0
	}
	if d.month == 0 && d.march {
		d.month = 3
	}
	endOfDay := d.hour == 24 && d.minute == 0 && d.sec == 0 // ISO 8601
	if d.bad || d.day < 1 || d.day > 31 || d.month < 1 || d.month > 12 || d.year < 1900 ||
		d.year > 9999 ||
		d.hour > 23 && !endOfDay || d.minute > 59 || d.sec > 60 {
		return time.Time{}
	}
	zone := time.UTC
	if d.offset != 0 {
		zone = time.FixedZone("", d.offset)
	}
	return time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.sec, 0, zone)
}
