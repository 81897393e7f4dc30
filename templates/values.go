package templates

import (
	"strings"
	"time"
)

// Whoever finds the values of a ticket writes days and numbers as machines do: 2026-03-01, 1234.5.
// A mail has them as its reader's language writes them.

// localise does so in everything of a view that is a value; words that people wrote stay.
func (v *View) localise(d *dates) {
	v.Ticket.localise(d, v.At)
	d.details(v.Answer.Facts, v.At)
	for _, s := range v.Answer.Sections {
		for i := range s.Cases {
			s.Cases[i].localise(d, v.At)
			for j, n := range s.Cases[i].Notes {
				s.Cases[i].Notes[j].Of = d.value(n.Of, v.At)
			}
		}
	}
	for i, c := range v.Answer.Changes {
		write := func(s string) string { return d.value(s, v.At) }
		if c.Number {
			write = d.number
		}
		v.Answer.Changes[i].Old, v.Answer.Changes[i].New = write(c.Old), write(c.New)
	}
	d.results(v.Commands, v.At)
	for i, f := range v.Fates {
		v.Fates[i].Value = d.value(f.Value, v.At)
		d.results(f.Commands, v.At)
	}
}

func (t *Ticket) localise(d *dates, now time.Time) { d.details(t.Details, now) }

func (d *dates) details(list []Detail, now time.Time) {
	for i, one := range list {
		if one.Number {
			list[i].Value = d.number(one.Value)
		} else {
			list[i].Value = d.value(one.Value, now)
		}
	}
}

func (d *dates) results(list []Command, now time.Time) {
	for i, c := range list {
		list[i].Value = d.value(c.Value, now)
	}
}

// value is a day, or a day with its hour, as people write it: "1 de marzo". Every other value stays
// as it is. Behind " · " something else may stand.
func (d *dates) value(s string, now time.Time) string {
	if day, more, two := strings.Cut(s, " · "); two {
		return d.value(day, now) + " · " + more
	}
	pattern := d.Plain
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		if t, err = time.Parse(time.DateOnly+" 15:04", s); err != nil {
			return s
		}
	}
	if t.Year() != now.Year() {
		pattern = d.PlainYear
	}
	if len(s) > len(time.DateOnly) {
		pattern += ", {time}"
	}
	return first(d.write(pattern, t), s)
}

// number has the decimal mark of the language.
func (d *dates) number(s string) string { return strings.Replace(s, ".", d.Decimal, 1) }

// Number writes a number with the decimal mark of the language.
func (s *Set) Number(number, lang string) string {
	return s.language("", lang).phrases.Date.number(number)
}
