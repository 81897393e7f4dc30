package templates

import (
	"strconv"
	"strings"
	"time"
)

// phrases is LANG/phrases.toml: the words that are no sentences.
type phrases struct {
	Name    string            `toml:"name"`
	Date    dates             `toml:"date"`
	Label   map[string]string `toml:"label"`
	Unknown map[string]string `toml:"unknown"`
	Form    map[string]string `toml:"form"`
	// by the desk's own name, for readers of another language
	Type     map[string]string `toml:"type"`
	Severity map[string]string `toml:"severity"`
	Status   map[string]string `toml:"status"`
	Button   map[string]string `toml:"button"`
	Scale    map[string]string `toml:"scale"` // what each severity means, by its number
	Trace    map[string]string `toml:"trace"` // languages of programs
	Hint     map[string]string `toml:"hint"`  // for customers, as [warning] is for agents
	Reason   map[string]string `toml:"reason"`
	Warning  map[string]string `toml:"warning"`
	Result   map[string]string `toml:"result"`
	Reply    map[string]string `toml:"reply"`  // what a reply will do, for agents
	Notice   map[string]string `toml:"notice"` // the kinds, in the entries of a list
	Answer   map[string]string `toml:"answer"` // to queries
	Timeline map[string]string `toml:"timeline"`
}

// dates are patterns over {weekday}, {day}, {month}, {year}, {time}, {date} and {name}.
type dates struct {
	Weekdays    []string `toml:"weekdays"` // Sunday first
	Months      []string `toml:"months"`
	Day         string   `toml:"day"`
	Plain       string   `toml:"plain"` // of values: "1 de marzo"
	PlainYear   string   `toml:"plain_year"`
	Full        string   `toml:"full"`
	FullYear    string   `toml:"full_year"`
	Clock       string   `toml:"clock"`
	ClockOne    string   `toml:"clock_one"` // "a la 1:05"
	Minute      string   `toml:"minute"`
	Minutes     string   `toml:"minutes"`
	Hour        string   `toml:"hour"`
	Hours       string   `toml:"hours"`
	Attribution string   `toml:"attribution"`
	Decimal     string   `toml:"decimal"`
}

// tables are the phrases by the name that templates and other packages use.
func (p *phrases) tables() map[string]map[string]string {
	return map[string]map[string]string{"label": p.Label, "unknown": p.Unknown, "form": p.Form,
		"type": p.Type, "severity": p.Severity,
		"status": p.Status, "button": p.Button, "hint": p.Hint, "scale": p.Scale, "trace": p.Trace,
		"reason": p.Reason, "warning": p.Warning,
		"result": p.Result, "reply": p.Reply,
		"notice": p.Notice, "answer": p.Answer, "timeline": p.Timeline}
}

func (p *phrases) severity(n int) string { return p.Severity[strconv.Itoa(n)] }

// whole says whether the names are as many as they must be; files that leave them out take
// another's.
func (d *dates) whole() bool {
	return len(d.Weekdays) == 0 && len(d.Months) == 0 ||
		len(d.Weekdays) == 7 && len(d.Months) == 12
}

// write fills in a pattern with the parts of t.
func (d *dates) write(pattern string, t time.Time) string {
	if t.IsZero() || len(d.Weekdays) != 7 || len(d.Months) != 12 {
		return ""
	}
	return strings.NewReplacer(
		"{weekday}", d.Weekdays[t.Weekday()], "{day}", strconv.Itoa(t.Day()),
		"{month}", d.Months[t.Month()-1], "{year}", strconv.Itoa(t.Year()),
		"{time}", strings.TrimPrefix(t.Format("15:04"), "0")).Replace(pattern)
}

// writeNear is the whole date; it names the year when that is another than now's.
func (d *dates) writeNear(t, now time.Time) string {
	if t.Year() != now.Year() && !now.IsZero() {
		return d.write(d.FullYear, t)
	}
	return d.write(d.Full, t)
}

// clock is the time of day as it stands in a sentence: "a las 9:04".
func (d *dates) clock(t time.Time) string {
	if t.Hour() == 1 {
		return d.write(d.ClockOne, t)
	}
	return d.write(d.Clock, t)
}

// instant is clock with the seconds, where there are some.
func (d *dates) instant(t time.Time) string {
	if t.Second() == 0 {
		return d.clock(t)
	}
	with := d.write("{time}", t) + t.Format(":05")
	return strings.Replace(d.clock(t), d.write("{time}", t), with, 1)
}

// span is a length of time in whole minutes, or in hours where it is some: "5 minutos".
func (d *dates) span(t time.Duration) string {
	n, one, many := int(t.Round(time.Minute)/time.Minute), d.Minute, d.Minutes
	if n >= 60 && n%60 == 0 {
		n, one, many = n/60, d.Hour, d.Hours
	}
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Date writes a moment as people do, in the zone that t is in: "martes 3 de marzo, 9:01".
func (s *Set) Date(t time.Time, lang string) string {
	d := s.language("", lang).phrases.Date
	return d.write(d.Full, t)
}

// Day writes the day of a moment: "martes 3 de marzo".
func (s *Set) Day(t time.Time, lang string) string {
	d := s.language("", lang).phrases.Date
	return d.write(d.Day, t)
}

// Near writes a day, with its year where that is another than a second one's.
func (s *Set) Near(t, now time.Time, lang string) string {
	d := s.language("", lang).phrases.Date
	return d.value(t.Format(time.DateOnly), now)
}

// Said is what a command did, as its receipt says it.
func (s *Set) Said(lang string, c Command) string {
	return voice{p: s.language("", lang).phrases}.resulting(c)
}

// Phrase looks up a word in a table of the language's phrases.toml: Phrase("es", "status",
// "waiting"). A key that is not there is its own phrase.
func (s *Set) Phrase(lang, table, key string) string {
	return first(s.language("", lang).phrases.tables()[table][key], key)
}
