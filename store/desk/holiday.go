package desk

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Holiday is a day of each year, or of one, on which nobody works, by a law.
type Holiday struct {
	Name  string
	On    string   // "12-25", "2026-03-23", "easter-2", "3rd monday 11"
	Move  string   // a key of moves; "": it stays where it falls
	If    []string // only where it falls on one of these weekdays; nil: any
	Law   string
	Doubt string // what is not certain about it; "": nothing
}

//go:embed holidays/*.toml
var holidayFiles embed.FS

// holidays are those of each country, by its code.
var holidays = sync.OnceValues(func() (map[string][]Holiday, error) {
	files, err := fs.Glob(holidayFiles, "holidays/*.toml")
	of := map[string][]Holiday{}
	for _, name := range files {
		text, err := holidayFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var list struct{ Holiday []Holiday }
		if err := toml.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, h := range list.Holiday {
			if _, err := h.day(2026); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, h.Name, err)
			}
		}
		of[strings.TrimSuffix(path.Base(name), ".toml")] = list.Holiday
	}
	return of, err
})

// Holidays are those of a country; false where it is not known.
func Holidays(country string) ([]Holiday, bool) {
	of, err := holidays()
	if err != nil {
		panic(err) // a test reads them
	}
	list, ok := of[country]
	return list, ok
}

// HolidayCountries are those whose holidays are known.
func HolidayCountries() []string {
	of, _ := holidays()
	return slices.Sorted(maps.Keys(of))
}

// In is the day of a year on which the holiday is kept; false where the year has none. It is at
// midnight UTC: a day of the calendar, no moment.
func (h Holiday) In(year int) (time.Time, bool) {
	day, err := h.day(year)
	if err != nil || day.IsZero() {
		return time.Time{}, false
	}
	if h.If != nil && !slices.Contains(h.If, strings.ToLower(day.Weekday().String())) {
		return time.Time{}, false
	}
	if move := moves[h.Move]; move != nil {
		day = day.AddDate(0, 0, move(day.Weekday()))
	}
	return day, true
}

// moves say by how many days a law shifts a holiday that falls on a weekday.
var moves = map[string]func(time.Weekday) int{
	"": nil,
	// co: Ley 51 de 1983
	"next monday": func(d time.Weekday) int { return int(time.Monday-d+7) % 7 },
	// ar: Ley 27.399
	"near monday": func(d time.Weekday) int {
		switch d {
		case time.Tuesday, time.Wednesday:
			return int(time.Monday - d)
		case time.Thursday, time.Friday:
			return int(time.Monday + 7 - d)
		}
		return 0
	},
	// cl: Ley 19.668
	"monday of the week": func(d time.Weekday) int {
		switch d {
		case time.Tuesday, time.Wednesday, time.Thursday:
			return int(time.Monday - d)
		case time.Friday:
			return 3
		}
		return 0
	},
	// cl: Ley 20.299: a Tuesday's goes to the Friday before, a Wednesday's to the one after
	"friday": func(d time.Weekday) int {
		switch d {
		case time.Tuesday:
			return -4
		case time.Wednesday:
			return 2
		}
		return 0
	},
}

// day is where the holiday falls in a year before any law moves it; zero for none.
func (h Holiday) day(year int) (time.Time, error) {
	if _, ok := moves[h.Move]; !ok {
		return time.Time{}, fmt.Errorf("nobody knows how to move a day to %q", h.Move)
	}
	if days, ok := strings.CutPrefix(h.On, "easter"); ok {
		n, err := strconv.Atoi(days)
		return Easter(year).AddDate(0, 0, n), err
	}
	if day, err := time.Parse(time.DateOnly, h.On); err == nil {
		if day.Year() != year {
			day = time.Time{}
		}
		return day, nil
	}
	if words := strings.Fields(h.On); len(words) == 3 {
		return nthWeekday(year, words)
	}
	return time.Parse(time.DateOnly, fmt.Sprintf("%04d-%s", year, h.On))
}

// nthWeekday reads "3rd monday 11".
func nthWeekday(year int, words []string) (time.Time, error) {
	n, err := strconv.Atoi(words[0][:1])
	month, err2 := strconv.Atoi(words[2])
	if err != nil || err2 != nil {
		return time.Time{}, fmt.Errorf("%q is no day of a month", strings.Join(words, " "))
	}
	day := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	for !strings.EqualFold(day.Weekday().String(), words[1]) {
		if day = day.AddDate(0, 0, 1); day.Day() > 7 {
			return time.Time{}, fmt.Errorf("%q is no weekday", words[1])
		}
	}
	return day.AddDate(0, 0, 7*(n-1)), nil
}

// Easter is Easter Sunday of a year of the Gregorian calendar, by the method that was sent to
// Nature in 1876 and that bears the names of Meeus, Jones and Butcher.
func Easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}
