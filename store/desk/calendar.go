package desk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Calendar says when people work: the hours of each weekday in a zone, but for holidays. A nil one
// is of who works always. It knows nothing of the time now.
type Calendar struct {
	Name string
	Zone *time.Location

	week  [7][]stretch
	days  [7]bool // on which work begins, and does not but end
	rules []Holiday
	also  map[string]bool // days that are holidays beside those of the country
	not   map[string]bool // and days of those on which people work

	mu    sync.Mutex
	years map[int]map[string]bool // the holidays of a year, by their dates
}

// stretch is a stretch of a day, in minutes from its beginning as a clock on the wall shows them.
type stretch struct{ from, to int }

// Hours is what a calendar is made of.
type Hours struct {
	Name    string
	Zone    *time.Location
	Hours   []string // "mon-fri 08:00-12:00", «sáb 09:00-13:00»
	Country string   // whose holidays it keeps; "": none
	Also    []string // other holidays, as "2026-12-24"
	Not     []string // days of the country's holidays on which people work
}

// mark notes single days.
func (c *Calendar) mark(days map[string]bool, list []string) error {
	for _, day := range list {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return fmt.Errorf(`%q is no day: write one such as "2026-12-24"`, day)
		}
		days[day] = true
	}
	return nil
}

// sort puts the hours of each day in order.
func (c *Calendar) sort() error {
	for day := range c.week {
		slices.SortFunc(c.week[day], func(a, b stretch) int { return a.from - b.from })
		for i, s := range c.week[day][min(1, len(c.week[day])):] {
			if s.from < c.week[day][i].to {
				return fmt.Errorf("hours of %s overlap", time.Weekday(day))
			}
		}
	}
	return nil
}

// Calendar makes one of what somebody has written; the error says what would be right.
func (h Hours) Calendar() (*Calendar, error) {
	c := &Calendar{Name: h.Name, Zone: h.Zone, also: map[string]bool{}, not: map[string]bool{},
		years: map[int]map[string]bool{}}
	for _, text := range h.Hours {
		if err := c.open(text); err != nil {
			return nil, err
		}
	}
	if err := c.sort(); err != nil {
		return nil, err
	}
	if len(slices.Concat(c.week[:]...)) == 0 {
		return nil, fmt.Errorf(`hours: nobody works: write some such as "mon-fri 08:00-17:00"`)
	}
	if err := cmp.Or(c.mark(c.also, h.Also), c.mark(c.not, h.Not)); err != nil {
		return nil, err
	}
	if h.Country != "" {
		var known bool
		if c.rules, known = Holidays(h.Country); !known {
			return nil, fmt.Errorf(
				"holidays: %q is not known: write one of %s, or leave it out and "+
					"name the days in also", h.Country, strings.Join(HolidayCountries(), ", "))
		}
	}
	return c, nil
}

// open reads "mon-fri 08:00-12:00", in either language; "22:00-06:00" ends on the next day.
func (c *Calendar) open(text string) error {
	wrong := fmt.Errorf(`hours: %q: write some such as "mon-fri 08:00-12:00"`, text)
	days, hours, ok := strings.Cut(OneLine(text), " ")
	first, last, several := strings.Cut(days, "-")
	if !several {
		last = first
	}
	a, b := weekdayNamed(first), weekdayNamed(last)
	begin, end, two := strings.Cut(hours, "-")
	from, to := minuteOf(begin), minuteOf(end)
	if !ok || !two || a < 0 || b < 0 || from < 0 || to < 0 || to == from || from == 24*60 {
		return wrong
	}
	for day := a; ; day = (day + 1) % 7 {
		c.days[day] = true
		if next := (day + 1) % 7; to > from {
			c.week[day] = append(c.week[day], stretch{from, to})
		} else { // over midnight
			c.week[day] = append(c.week[day], stretch{from, 24 * 60})
			c.week[next] = append(c.week[next], stretch{0, to})
		}
		if day == b {
			return nil
		}
	}
}

// weekdayNamed is the weekday that a word begins to name, -1 for none.
func weekdayNamed(word string) int {
	word = Fold(word)
	return slices.IndexFunc(weekdays, func(names []string) bool {
		return len(word) >= 3 && slices.ContainsFunc(names, func(name string) bool {
			return strings.HasPrefix(name, word)
		})
	})
}

// minuteOf reads "08:30"; "24:00" is the end of a day, and -1 no time.
func minuteOf(text string) int {
	h, m, _ := strings.Cut(strings.TrimSpace(text), ":")
	hour, err := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if err != nil || err2 != nil || hour < 0 || minute < 0 || minute > 59 ||
		60*hour+minute > 24*60 {
		return -1
	}
	return 60*hour + minute
}

// maxDays bounds how far anything is counted: who works one day a year still has an end.
const maxDays = 20 * 366

// Add is the moment at which so much has been worked since another. It is never before that, and
// where nothing is to be done it is the first moment at which somebody works.
func (c *Calendar) Add(from time.Time, d time.Duration) time.Time {
	if c == nil {
		return from.Add(d)
	}
	y, m, day := from.In(c.Zone).Date()
	for i := range maxDays {
		for _, s := range c.spans(y, m, day+i) {
			begin := s.begin
			if begin.Before(from) {
				begin = from
			}
			left := s.end.Sub(begin)
			if left > 0 && d <= left {
				return begin.Add(d)
			}
			d -= max(0, left)
		}
	}
	return from.AddDate(0, 0, maxDays)
}

// Between is how much is worked from one moment to another; nothing where that is before it.
func (c *Calendar) Between(from, to time.Time) (d time.Duration) {
	if c == nil {
		return max(0, to.Sub(from))
	}
	y, m, day := from.In(c.Zone).Date()
	for i := range maxDays {
		if time.Date(y, m, day+i, 0, 0, 0, 0, c.Zone).After(to) {
			break
		}
		for _, s := range c.spans(y, m, day+i) {
			begin, end := later(s.begin, from), s.end
			if to.Before(end) {
				end = to
			}
			d += max(0, end.Sub(begin))
		}
	}
	return d
}

// Works reports whether somebody works at that moment.
func (c *Calendar) Works(at time.Time) bool { return c == nil || !c.Add(at, 0).After(at) }

// worked is a span of a day as moments. Where clocks are changed within it, it is longer or shorter
// than they show.
type worked struct{ begin, end time.Time }

func (c *Calendar) spans(y int, m time.Month, day int) (list []worked) {
	date := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
	if c.holiday(date) {
		return nil
	}
	for _, s := range c.week[date.Weekday()] {
		list = append(list, worked{
			time.Date(y, m, day, 0, s.from, 0, 0, c.Zone),
			time.Date(y, m, day, 0, s.to, 0, 0, c.Zone),
		})
	}
	return list
}

// WorkDay reports whether somebody works on the day of a date.
func (c *Calendar) WorkDay(date time.Time) bool {
	return c == nil || c.days[date.Weekday()] && !c.holiday(date)
}

// AddDays is the last minute of the n-th working day after the day of a moment, which does not
// count: so laws count days.
func (c *Calendar) AddDays(from time.Time, n int) time.Time {
	zone := c.zone()
	y, m, day := from.In(zone).Date()
	for i := 1; i < maxDays; i++ {
		if c.WorkDay(time.Date(y, m, day+i, 0, 0, 0, 0, time.UTC)) {
			n--
		}
		if n <= 0 {
			return time.Date(y, m, day+i, 23, 59, 0, 0, zone)
		}
	}
	return from.AddDate(0, 0, maxDays)
}

// workDay is the n-th working day after that of a moment; by nobody's calendar Monday to Friday.
func (c *Calendar) workDay(from time.Time, n int) time.Time {
	for i := 0; n > 0 && i < maxDays; i++ {
		from = from.AddDate(0, 0, 1)
		y, m, d := from.Date()
		weekend := from.Weekday() == time.Saturday || from.Weekday() == time.Sunday
		if date := time.Date(y, m, d, 0, 0, 0, 0, time.UTC); c.WorkDay(date) && (c != nil || !weekend) {
			n--
		}
	}
	return from
}

// Days counts the working days after the day of a moment up to the day of another.
func (c *Calendar) Days(from, to time.Time) (n int) {
	zone := c.zone()
	y, m, day := from.In(zone).Date()
	ty, tm, td := to.In(zone).Date()
	last := time.Date(ty, tm, td, 0, 0, 0, 0, time.UTC)
	for i := 1; i < maxDays; i++ {
		date := time.Date(y, m, day+i, 0, 0, 0, 0, time.UTC)
		if date.After(last) {
			break
		}
		if c.WorkDay(date) {
			n++
		}
	}
	return n
}

func (c *Calendar) zone() *time.Location {
	if c == nil || c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// holiday reports whether a date is one.
func (c *Calendar) holiday(date time.Time) bool {
	key := date.Format(time.DateOnly)
	return c.also[key] || !c.not[key] && c.of(date.Year())[key]
}

// of are the holidays of a year. One of the next or the last may have been moved into it.
func (c *Calendar) of(year int) map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if days, ok := c.years[year]; ok {
		return days
	}
	days := map[string]bool{}
	for _, h := range c.rules {
		for y := year - 1; y <= year+1; y++ {
			if day, ok := h.In(y); ok && day.Year() == year {
				days[day.Format(time.DateOnly)] = true
			}
		}
	}
	c.years[year] = days
	return days
}

// Holidays are the dates of a year on which nobody works though it is a weekday of work, in order.
func (c *Calendar) Holidays(year int) (list []string) {
	days := maps.Clone(c.of(year))
	maps.Copy(days, c.also)
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if !c.not[day] && strings.HasPrefix(day, strconv.Itoa(year)) {
			list = append(list, day)
		}
	}
	return list
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
