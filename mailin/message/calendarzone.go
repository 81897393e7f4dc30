package message

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// calendarZones are the VTIMEZONE components that a calendar part brings along (RFC 5545 section
// 3.6.5): names such as "SA Pacific Standard Time" are Microsoft's own, and mean what is written
// below them.
type calendarZones []calendarZone

type calendarZone struct {
	id     string
	halves []half // standard time and, where there is one, daylight time
	whole  bool
}

// half is one of the two times of a year: it begins on the nth weekday of a month, n counted from
// the end where negative.
type half struct {
	offset  int // seconds east of UTC
	month   time.Month
	nth     int
	weekday time.Weekday
	clock   time.Duration // of the day on which it begins
}

// read takes a line of the calendar, those of entries too, which are not its own.
func (z *calendarZones) read(name, value string) {
	switch {
	case name == "BEGIN" && value == "VTIMEZONE":
		*z = append(*z, calendarZone{})
		return
	case len(*z) == 0 || (*z)[len(*z)-1].whole:
		return
	}
	last := &(*z)[len(*z)-1]
	last.whole = name == "END" && value == "VTIMEZONE"
	if name == "BEGIN" && (value == "STANDARD" || value == "DAYLIGHT") {
		last.halves = append(last.halves, half{})
	}
	switch {
	case name == "TZID":
		last.id = cleanLine(value)
	case len(last.halves) > 0:
		last.halves[len(last.halves)-1].read(name, value)
	}
}

func (h *half) read(name, value string) {
	switch name {
	case "TZOFFSETTO":
		h.offset = offset(value)
	case "DTSTART":
		if t, err := time.Parse("20060102T150405", value); err == nil && h.clock == 0 {
			h.clock = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
		}
	case "RRULE":
		for p := range strings.SplitSeq(value, ";") {
			switch k, v, _ := strings.Cut(p, "="); k {
			case "BYMONTH":
				n, _ := strconv.Atoi(v)
				h.month = time.Month(n)
			case "BYDAY":
				h.nth, h.weekday = nthWeekday(v)
			}
		}
	}
}

// offset reads "-0500".
func offset(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil || len(value) < 5 {
		return 0
	}
	if len(value) > 5 { // with seconds, which no zone of today has
		n /= 100
	}
	return n/100*3600 + n%100*60
}

// nthWeekday reads "-1SU" and "2SU".
func nthWeekday(s string) (n int, day time.Weekday) {
	if len(s) < 3 {
		return 0, 0
	}
	n, _ = strconv.Atoi(s[:len(s)-2])
	return n, time.Weekday(slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"},
		s[len(s)-2:]))
}

// find returns how a zone's clock is read, or nil when nothing says it.
func (z calendarZones) find(id string) func(time.Time) (time.Time, bool) {
	if loc, err := time.LoadLocation(id); err == nil && id != "" && id != "Local" {
		return func(t time.Time) (time.Time, bool) {
			return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0,
				loc), true
		}
	}
	if i := slices.IndexFunc(z, func(z calendarZone) bool { return z.id == id }); i >= 0 &&
		id != "" {
		return z[i].moment
	}
	return nil
}

// moment is what the zone's clock means with t.
func (z calendarZone) moment(t time.Time) (time.Time, bool) {
	// the history of a zone: more than is asked for here
	if len(z.halves) == 0 || len(z.halves) > 2 {
		return t, false
	}
	now := z.halves[0]
	if len(z.halves) > 1 {
		var latest time.Time
		for _, h := range z.halves {
			for _, year := range []int{t.Year() - 1, t.Year()} {
				begins, ok := h.begins(year)
				if !ok {
					return t, false
				}
				if !begins.After(t) && begins.After(latest) {
					now, latest = h, begins
				}
			}
		}
	}
	return t.Add(-time.Duration(now.offset) * time.Second), true
}

// begins is when the half of a year begins, by the zone's own clock.
func (h half) begins(year int) (time.Time, bool) {
	if h.month < 1 || h.month > 12 || h.nth == 0 || h.weekday < 0 {
		return time.Time{}, false
	}
	day := time.Date(year, h.month, 1, 0, 0, 0, 0, time.UTC)
	if h.nth < 0 {
		day = time.Date(year, h.month+1, 0, 0, 0, 0, 0, time.UTC)
		day = day.AddDate(0, 0, -(int(day.Weekday()-h.weekday)+7)%7+7*(h.nth+1))
	} else {
		day = day.AddDate(0, 0, (int(h.weekday-day.Weekday())+7)%7+7*(h.nth-1))
	}
	return day.Add(h.clock), true
}

// moment notes when the entry begins or ends, for who reads it elsewhere. A time without a zone is
// the reader's own (RFC 5545 section 3.3.5), and a date everybody's: both say it as they are.
func (v *Invitation) moment(name, value string, at func(time.Time) (time.Time, bool)) {
	t, err := time.Parse("20060102T150405Z", value)
	if err != nil {
		if t, err = time.Parse("20060102T150405", value); err != nil || at == nil {
			return
		}
		known := false
		if t, known = at(t); !known {
			return
		}
	}
	switch name {
	case "DTSTART":
		v.Starts = t.UTC()
	case "DTEND", "DUE":
		v.Ends = t.UTC()
	}
}
