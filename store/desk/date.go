package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk/lazy"
)

// morning is the hour at which a day begins for the desk.
const morning = 8

// furthest is how many years ahead a day may lie.
const furthest = 5

// Dating says what is wrong with a day that somebody names: a key of the phrases' [unknown].
type Dating string

const (
	Dated    Dating = ""
	Undated  Dating = "date"      // nobody knows which day is meant, or there is none such
	Gone     Dating = "date_gone" // it is over
	TooAhead Dating = "date_far"
)

// Day reads a time to come that somebody names, as people write it in either language: «mañana»,
// «el viernes», «3/12», «en 2 días», "next monday", "2026-12-31 09:00". Where no hour is named the
// day begins in the morning. A day without its year is this year's or the next's.
func (c Times) Day(text string, now time.Time) (time.Time, Dating) {
	now = now.In(c.zone())
	r := dateReader{now, c.SLA.Calendar}
	at, ok := r.read(plainDate(text))
	switch {
	case !ok:
		return time.Time{}, Undated
	case !at.After(now):
		return at, Gone
	case at.After(now.AddDate(furthest, 0, 0)):
		return at, TooAhead
	}
	return at, Dated
}

// Clock is the desk's own.
func (c Times) Clock() *time.Location { return c.zone() }

func (c Times) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// plainDate folds a text and drops what says nothing.
func plainDate(text string) string {
	text = strings.Trim(OneLine(Fold(text)), " .,;:")
	if m := untilWord.FindStringSubmatch(text); m != nil {
		text = map[bool]string{true: "el "}[m[1] == "al"] + text[len(m[0]):]
	}
	return strings.TrimSpace(halves.Replace(" " + strings.ReplaceAll(text, ",", " ")))
}

// untilWord says that what follows is the end.
var untilWord = lazy.Compile(`^(hasta|al|para|until|till|by) `)

// halves are hours that have a word, at the end of a day.
var halves = strings.NewReplacer(" al mediodia", " a las 12", " at noon", " at 12",
	" por la manana", " a las 8", " in the morning", " at 8",
	" en la manana", " a las 8", " tomorrow morning", " tomorrow at 8",
	" por la tarde", " a las 15", " in the afternoon", " at 15",
	" en la tarde", " a las 15", " tomorrow afternoon", " tomorrow at 15",
	" por la noche", " a las 20", " in the evening", " at 20",
	" a la manana", " a las 8", " a la tarde", " a las 15", " a la noche", " a las 20",
	" a primera hora", " a las 8", " temprano", " a las 8", " first thing", " at 8",
	" de la manana", " am", " de la tarde", " pm", " de la noche", " pm",
	" en la noche", " a las 20", " tomorrow evening", " tomorrow at 20",
	" esta tarde", " hoy a las 15", " this afternoon", " today at 15",
	" esta noche", " hoy a las 20", " this evening", " today at 20", " tonight", " today at 20")

// dateReader reads a day in one moment.
type dateReader struct {
	now    time.Time
	office *Calendar // whose working days count; nil: Monday to Friday
}

func (r dateReader) read(text string) (time.Time, bool) {
	if at, ok := r.after(text); ok {
		return at, true
	}
	text, clock, ok := hourOf(text)
	if !ok {
		return time.Time{}, false
	}
	if clock.set && text == "" { // «a las 15»: today, or tomorrow
		at := clock.on(r.now)
		if !at.After(r.now) {
			at = clock.on(r.now.AddDate(0, 0, 1))
		}
		return at, true
	}
	for _, read := range []func(string) (time.Time, bool){r.named, r.weekday, r.numbers, r.month,
		r.dayOfMonth} {
		if day, ok := read(text); ok {
			return clock.on(day), true
		}
	}
	return time.Time{}, false
}

// ahead is a span of time from now: «en 2 dias», "in an hour", «dentro de una semana», "2d".
var ahead = lazy.Compile(`^(?:en|in|dentro de|within|for|por|durante)? ?` +
	`(\d{1,4}|[a-z]+) ?(minutos?|minutes?|min|(?:an )?hour|horas?|hours|hs?|hrs?|` +
	`dias? (?:habil(?:es)?|laborables?)|(?:business|working) days?|dias?|days?|d|` +
	`semanas?|weeks?|w|mes(?:es)?|months?|anos?|years?)(?: from now)?$`)

var counts = map[string]int{"un": 1, "una": 1, "a": 1, "an": 1, "one": 1, "dos": 2, "two": 2,
	"tres": 3, "three": 3, "cuatro": 4, "four": 4, "cinco": 5, "five": 5, "seis": 6, "six": 6,
	"siete": 7, "seven": 7, "ocho": 8, "eight": 8, "nueve": 9, "nine": 9, "diez": 10, "ten": 10,
	"doce": 12, "twelve": 12, "quince": 15, "fifteen": 15, "veinte": 20, "twenty": 20,
	"treinta": 30, "thirty": 30}

// after reads a span. Days begin in the morning; minutes and hours are counted.
func (r dateReader) after(text string) (time.Time, bool) {
	m := ahead.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	n, ok := counts[m[1]]
	if d, err := strconv.Atoi(m[1]); err == nil {
		n, ok = d, true
	}
	switch unit := m[2]; {
	case m[1] == "media" && unit == "hora", m[1] == "half" && unit == "an hour":
		return r.now.Add(30 * time.Minute), true
	case !ok:
		return time.Time{}, false
	case strings.HasPrefix(unit, "min"):
		return r.now.Add(time.Duration(n) * time.Minute), true
	case strings.HasPrefix(unit, "h"), unit == "an hour":
		return r.now.Add(time.Duration(n) * time.Hour), true
	case strings.Contains(unit, " "): // of work
		return clock{}.on(r.office.workDay(r.now, n)), true
	case strings.HasPrefix(unit, "d"):
		return clock{}.on(r.now.AddDate(0, 0, n)), true
	case strings.HasPrefix(unit, "s"), strings.HasPrefix(unit, "w"):
		return clock{}.on(r.now.AddDate(0, 0, 7*n)), true
	case strings.HasPrefix(unit, "a"), strings.HasPrefix(unit, "y"):
		n *= 12
	}
	return clock{}.on(monthsOn(r.now, n)), true
}

// clock is an hour of the day.
type clock struct {
	set          bool
	hour, minute int
}

func (c clock) on(day time.Time) time.Time {
	if !c.set {
		c.hour = morning
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, c.hour, c.minute, 0, 0, day.Location())
}

// hours are how a time of day stands at the end of a text.
var hours = lazy.Compile(`(?:^|[ t])(?:(?:a las?|at|desde las?) )?` +
	`(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm|a\.m|p\.m|h|hs|hrs)?$`)

// hourOf takes the time of day from the end of a text; false for one that is none.
func hourOf(text string) (rest string, c clock, ok bool) {
	m := hours.FindStringSubmatchIndex(text)
	if m == nil {
		return text, c, true
	}
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return text[m[2*i]:m[2*i+1]]
	}
	introduced := strings.ContainsAny(text[m[0]:m[2]], "ad")
	colon := part(2) != "" && text[m[4]-1] != '.'
	if !colon && part(3) == "" && !introduced { // "december 3", "3.12"
		return text, c, true
	}
	c.set = true
	c.hour, _ = strconv.Atoi(part(1))
	c.minute, _ = strconv.Atoi(part(2))
	half := strings.ReplaceAll(part(3), ".", "")
	switch {
	case (half == "am" || half == "pm") && (c.hour < 1 || c.hour > 12):
		return "", c, false
	case half == "pm" && c.hour < 12:
		c.hour += 12
	case half == "am" && c.hour == 12:
		c.hour = 0
	}
	return strings.TrimSpace(text[:m[0]]), c, 60*c.hour+c.minute <= 24*60 && c.minute < 60
}

// named reads the days that have a word of their own.
func (r dateReader) named(text string) (time.Time, bool) {
	days, ok := map[string]int{"ayer": -1, "yesterday": -1, "anteayer": -2,
		"hoy": 0, "today": 0, "manana": 1, "tomorrow": 1, "pasado manana": 2,
		"the day after tomorrow": 2, "day after tomorrow": 2}[text]
	if ok {
		return r.now.AddDate(0, 0, days), true
	}
	switch text {
	case "next month", "el proximo mes", "el mes que viene", "el mes proximo":
		y, m, _ := r.now.Date()
		return time.Date(y, m+1, 1, 0, 0, 0, 0, r.now.Location()), true
	case "next year", "el proximo ano", "el ano que viene", "el ano proximo":
		return time.Date(r.now.Year()+1, 1, 1, 0, 0, 0, 0, r.now.Location()), true
	case "fin de semana", "el fin de semana", "este fin de semana", "the weekend", "this weekend":
		return r.next(time.Saturday), true
	case "fin de la semana", "end of week", "the end of the week", "end of the week":
		return r.next(time.Friday), true
	}
	if day, rest := r.nextWeek(text); rest == "" && text != "" {
		return day, true
	}
	return r.part(text)
}

// inNextWeek says that a day is in it.
var inNextWeek = lazy.Compile(`(?:^| )(?:(?:de )?(?:la )?(?:(?:proxima|otra) semana|semana ` +
	`(?:proxima|entrante|siguiente|que viene|que entra))|(?:of )?next week)(?: |$)`)

// nextWeek is its Monday, and what a text says besides; all of a text that does not speak of it.
func (r dateReader) nextWeek(text string) (monday time.Time, rest string) {
	m := inNextWeek.FindStringIndex(text)
	if m == nil {
		return monday, text
	}
	return r.next(time.Monday), strings.TrimSpace(text[:m[0]] + " " + text[m[1]:])
}

// parts are those of a month or a year.
var parts = lazy.Compile(`^(?:a |al |el |la |at )?(?:the )?(fin(?:al)?(?:es)?|ultimo dia|end|` +
	`last day|mediados|mitad|middle|principios?|comienzos?|inicios?|beginning|start)` +
	`(?: de| del| of)?(?: el| este| the| this)? ([a-z]+)$`)

// part reads «fin de mes», «mediados de marzo», "the end of the year": the next to come.
func (r dateReader) part(text string) (time.Time, bool) {
	m := parts.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	y, month, _ := r.now.Date()
	long, every := 1, 1
	switch i := monthNamed(m[2]); {
	case i > 0:
		month, every = time.Month(i), 12
	case m[2] == "ano", m[2] == "year":
		month, long, every = time.January, 12, 12
	case m[2] != "mes" && m[2] != "month":
		return time.Time{}, false
	}
	for ; ; month += time.Month(every) {
		day := time.Date(y, month, 1, 23, 59, 0, 0, r.now.Location())
		switch m[1][0] {
		case 'f', 'u', 'e', 'l':
			day = day.AddDate(0, long, -1)
		case 'm':
			day = day.AddDate(0, long/2, 14)
		}
		if day.After(r.now) {
			return day, true
		}
	}
}

var weekdays = [][]string{{"domingo", "sunday", "sun"}, {"lunes", "monday", "mon"},
	{"martes", "tuesday", "tue"}, {"miercoles", "wednesday", "wed"}, {"jueves", "thursday", "thu"},
	{"viernes", "friday", "fri"}, {"sabado", "saturday", "sat"}}

// besides are what may stand around a weekday and changes nothing: it is the next one to come.
var besides = []string{"el", "este", "proximo", "que", "viene", "on", "this", "next", "coming",
	"the", "hasta", "until", "para"}

// weekday reads the next day of that name. A number or a month beside it says which day is meant.
func (r dateReader) weekday(text string) (time.Time, bool) {
	monday, text := r.nextWeek(text)
	found := -1
	var rest []string
	for _, word := range strings.Fields(text) {
		day := slices.IndexFunc(weekdays, func(names []string) bool {
			return slices.Contains(names, word)
		})
		switch {
		case day >= 0 && found < 0:
			found = day
		case !slices.Contains(besides, word):
			rest = append(rest, word)
		}
	}
	if found < 0 {
		return time.Time{}, false
	}
	switch {
	case len(rest) == 0 && !monday.IsZero():
		return monday.AddDate(0, 0, (found+6)%7), true
	case len(rest) == 0:
		return r.next(time.Weekday(found)), true
	}
	said := strings.Join(rest, " ")
	if day, ok := r.dayOfMonth("el " + said); ok { // «viernes 13»
		return day, int(day.Weekday()) == found
	}
	for _, read := range []func(string) (time.Time, bool){r.numbers, r.month} {
		if day, ok := read(said); ok {
			return day, int(day.Weekday()) == found
		}
	}
	return time.Time{}, false
}

// next is the next day of that name, never today.
func (r dateReader) next(day time.Weekday) time.Time {
	days := (int(day)-int(r.now.Weekday())+6)%7 + 1
	return r.now.AddDate(0, 0, days)
}

var numbered = lazy.Compile(`^(?:el |on |the |hasta el |hasta )?(?:` +
	`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|` +
	`(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?)$`)

// numbers reads a day in figures, the day before the month.
func (r dateReader) numbers(text string) (time.Time, bool) {
	m := numbered.FindStringSubmatch(text)
	switch {
	case m == nil:
		return time.Time{}, false
	case m[1] != "":
		return r.date(m[1], m[2], m[3])
	}
	return r.date(m[6], m[5], m[4])
}

var months = [][]string{nil, {"enero", "january", "ene", "jan"}, {"febrero", "february", "feb"},
	{"marzo", "march", "mar"}, {"abril", "april", "abr", "apr"}, {"mayo", "may"},
	{"junio", "june", "jun"}, {"julio", "july", "jul"}, {"agosto", "august", "ago", "aug"},
	{"septiembre", "setiembre", "september", "sep", "sept"}, {"octubre", "october", "oct"},
	{"noviembre", "november", "nov"}, {"diciembre", "december", "dic", "dec"}}

var ordinal = lazy.Compile(`^(\d{1,2})(?:st|nd|rd|th|º|°|o|ro|ero)?$`)

// monthNamed is the month that a word names, or -1.
func monthNamed(word string) int {
	return slices.IndexFunc(months, func(names []string) bool {
		return slices.Contains(names, word)
	})
}

// month reads a day whose month is a word: «3 de diciembre de 2026», "December 3rd".
func (r dateReader) month(text string) (time.Time, bool) {
	var day, month, year string
	for _, word := range strings.Fields(text) {
		i := monthNamed(word)
		m := ordinal.FindStringSubmatch(word)
		_, err := strconv.Atoi(word)
		switch {
		case i > 0 && month == "":
			month = strconv.Itoa(i)
		case m != nil && day == "":
			day = m[1]
		case (word == "primero" || word == "first") && day == "":
			day = "1"
		case err == nil && len(word) == 4 && year == "":
			year = word
		case word == "de", word == "del", word == "of", slices.Contains(besides, word):
		default:
			return time.Time{}, false
		}
	}
	if day == "" || month == "" {
		return time.Time{}, false
	}
	return r.date(year, month, day)
}

var bareDay = lazy.Compile(`^(?:el|the)(?: dia)? (\d{1,2})(?:st|nd|rd|th)?$`)

// dayOfMonth reads «el 15»: of this month, or of the next that has it.
func (r dateReader) dayOfMonth(text string) (time.Time, bool) {
	m := bareDay.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	y, month, _ := r.now.Date()
	for i := range 3 {
		first := time.Date(y, month+time.Month(i), 1, 0, 0, 0, 0, r.now.Location())
		at, ok := r.date(strconv.Itoa(first.Year()), strconv.Itoa(int(first.Month())), m[1])
		if ok && at.After(r.now) {
			return at, true
		}
	}
	return time.Time{}, false
}

// date is a day of the calendar; one without its year is the next of its name.
func (r dateReader) date(year, month, day string) (time.Time, bool) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	switch {
	case year == "":
		y = r.now.Year()
	case y < 100:
		y += 2000
	}
	for range 9 { // a 29 February is never further away
		at := time.Date(y, time.Month(m), d, 23, 59, 0, 0, r.now.Location())
		exists := int(at.Month()) == m && at.Day() == d
		if exists && (year != "" || at.After(r.now)) {
			return at, true
		}
		if year != "" || m < 1 || m > 12 || d < 1 || d > 31 {
			break
		}
		y++
	}
	return time.Time{}, false
}

// misdated is a day that can't be had, beside some that can.
func (w *draft) misdated(text string) Result {
	examples := dayExamples["es"]
	if list, ok := dayExamples[w.deed.By.Language]; ok {
		examples = list
	}
	return notUnderstood(string(w.wrong), text, examples...)
}

var dayExamples = map[string][]string{
	"es": {"mañana", "el viernes", "3/12", "en 2 días", "2026-12-31 09:00"},
	"en": {"tomorrow", "next monday", "3 December", "in 2 days", "2026-12-31 09:00"},
}
