package desk

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// The holidays as their governments publish them, day by day.
var published = map[string]string{
	"co 2026": "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-20 08-07 08-17 " +
		"10-12 11-02 11-16 12-08 12-25",
	"co 2027": "01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07 07-05 07-20 08-07 08-16 " +
		"10-18 11-01 11-15 12-08 12-25",
	"es 2026": "01-01 01-06 04-03 05-01 08-15 10-12 11-01 12-06 12-08 12-25",
	"es 2027": "01-01 01-06 03-26 05-01 08-15 10-12 11-01 12-06 12-08 12-25",
	"ar 2026": "01-01 02-16 02-17 03-23 03-24 04-02 04-03 05-01 05-25 06-15 06-20 07-09 07-10 " +
		"08-17 10-12 11-23 12-07 12-08 12-25",
	"ar 2027": "01-01 02-08 02-09 03-24 03-25 03-26 04-02 05-01 05-25 06-20 06-21 07-09 08-16 " +
		"10-11 11-20 12-08 12-25",
	"mx 2026": "01-01 02-02 03-16 05-01 09-16 11-16 12-25",
	"mx 2027": "01-01 02-01 03-15 05-01 09-16 11-15 12-25",
	"cl 2026": "01-01 04-03 04-04 05-01 05-21 06-21 06-29 07-16 08-15 09-18 09-19 10-12 10-31 " +
		"11-01 12-08 12-25",
	"cl 2027": "01-01 03-26 03-27 05-01 05-21 06-21 06-28 07-16 08-15 09-17 09-18 09-19 10-11 " +
		"10-31 11-01 12-08 12-25",
	"pe 2026": "01-01 04-02 04-03 05-01 06-07 06-29 07-23 07-28 07-29 08-06 08-30 10-08 11-01 " +
		"12-08 12-09 12-25",
	"pe 2027": "01-01 03-25 03-26 05-01 06-07 06-29 07-23 07-28 07-29 08-06 08-30 10-08 11-01 " +
		"12-08 12-09 12-25",
}

func TestHolidays(t *testing.T) {
	for key, want := range published {
		country, year, _ := strings.Cut(key, " ")
		list, ok := Holidays(country)
		if !ok {
			t.Fatalf("no holidays of %s", country)
		}
		var got []string
		for _, h := range list {
			if h.Law == "" || h.Name == "" {
				t.Errorf("%s: %q names no law", country, h.Name)
			}
			if day, ok := h.In(2020 + int(year[3]-'0')); ok {
				got = append(got, day.Format("01-02"))
			}
		}
		slices.Sort(got)
		if got := strings.Join(slices.Compact(got), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", key, got, want)
		}
	}
}

func TestEaster(t *testing.T) {
	for _, want := range []string{"1818-03-22", "1943-04-25", "2000-04-23", "2024-03-31",
		"2026-04-05", "2027-03-28", "2038-04-25", "2100-03-28"} {
		day, _ := time.Parse(time.DateOnly, want)
		if got := Easter(day.Year()).Format(time.DateOnly); got != want {
			t.Errorf("Easter %d: %s, want %s", day.Year(), got, want)
		}
	}
}

func testCalendar(t *testing.T, zone, country string, hours ...string) *Calendar {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Hours{Name: "x", Zone: l, Hours: hours, Country: country}.Calendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var office = []string{"mon-fri 08:00-12:00", "mon-fri 13:00-17:00"}

func TestCalendarAdds(t *testing.T) {
	bogota := testCalendar(t, "America/Bogota", "co", office...)
	madrid := testCalendar(t, "Europe/Madrid", "es", "lun-vie 09:00-18:00")
	always := testCalendar(t, "Europe/Madrid", "", "mon-sun 00:00-24:00")
	night := testCalendar(t, "Europe/Madrid", "es", "mon-fri 22:00-06:00")
	for _, c := range []struct {
		calendar   *Calendar
		from, want string
		add        time.Duration
	}{
		{bogota, "2026-03-03 09:00", "2026-03-03 10:00", time.Hour},
		{bogota, "2026-03-03 11:30", "2026-03-03 13:30", time.Hour}, // lunch
		{bogota, "2026-03-03 11:00", "2026-03-03 12:00", time.Hour}, // the end belongs to it
		{bogota, "2026-03-06 16:30", "2026-03-09 08:30", time.Hour}, // the weekend
		// and San José on its Monday
		{bogota, "2026-03-20 16:30", "2026-03-24 08:30", time.Hour},
		{bogota, "2026-04-01 16:00", "2026-04-06 09:00", 2 * time.Hour}, // Holy Week
		// not before somebody works
		{bogota, "2026-03-07 10:00", "2026-03-09 08:00", 0},
		{madrid, "2026-12-31 17:30", "2027-01-04 09:30", time.Hour}, // the year's end
		// clocks are changed between
		{madrid, "2026-03-27 17:00", "2026-03-30 10:00", 2 * time.Hour},
		// a day of 23 hours, and one of 25
		{always, "2026-03-29 00:00", "2026-03-29 13:00", 12 * time.Hour},
		{always, "2026-10-25 00:00", "2026-10-25 11:00", 12 * time.Hour},
		{night, "2026-03-06 23:00", "2026-03-09 22:30", 7*time.Hour + 30*time.Minute}, // Friday
		{night, "2026-04-02 22:00", "2026-04-04 00:01", 2*time.Hour + time.Minute},    // no Friday
		{nil, "2026-10-25 00:00", "2026-10-25 12:00", 12 * time.Hour},                 // UTC
		// ten days of eight hours, and 263 weekdays but 18
		{bogota, "2026-03-03 09:00", "2026-03-17 09:00", 80 * time.Hour},
		{bogota, "2026-03-03 09:00", "2027-03-05 09:00", 1960 * time.Hour},
	} {
		from, _ := time.ParseInLocation("2006-01-02 15:04", c.from, c.calendar.zone())
		got := c.calendar.Add(from, c.add).In(c.calendar.zone()).Format("2006-01-02 15:04")
		if got != c.want {
			t.Errorf("%s + %s: %s, want %s", c.from, c.add, got, c.want)
		}
	}
}

// What is added lies between: from any moment to that at which so much has been worked, so much is
// worked; and every minute counted one by one says the same.
func TestCalendarBetween(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []*Calendar{testCalendar(t, "America/Bogota", "co", office...),
		testCalendar(t, "Europe/Madrid", "es", "mon-sat 22:00-24:00", "tue-sun 00:00-06:00"),
		testCalendar(t, "America/Santiago", "cl", "sun-thu 22:00-06:00", "vie 14:00-00:00"),
		testCalendar(t, "America/Santiago", "cl", "mon-sun 00:00-24:00")} {
		begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 300 {
			from := begin.Add(time.Duration(random.IntN(700*24*60)) * time.Minute)
			d := time.Duration(1+random.IntN(60*60)) * time.Minute
			to := c.Add(from, d)
			if got := c.Between(from, to); got != d {
				t.Errorf("%s: %s + %s is %s, and %s is worked between", c.Name, from, d, to, got)
			}
			if c.Between(to, from) != 0 {
				t.Error("time runs back")
			}
		}
		from := begin.AddDate(0, 2, 10)
		minutes := time.Duration(0)
		for at := from; at.Before(from.AddDate(0, 1, 0)); at = at.Add(time.Minute) {
			if plainlyWorks(c, at) {
				minutes++
			}
		}
		if got := c.Between(from, from.AddDate(0, 1, 0)); got != minutes*time.Minute {
			t.Errorf("%s works in a month, counted %s", got, minutes*time.Minute)
		}
	}
}

// plainlyWorks looks at a clock on the wall.
func plainlyWorks(c *Calendar, at time.Time) bool {
	local := at.In(c.Zone)
	minute := 60*local.Hour() + local.Minute()
	return slices.ContainsFunc(c.week[local.Weekday()], func(s stretch) bool {
		return s.from <= minute && minute < s.to
	}) && !c.holiday(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC))
}

func TestCalendarDays(t *testing.T) {
	co := testCalendar(t, "America/Bogota", "co", office...)
	es := testCalendar(t, "Europe/Madrid", "es", "mon-fri 09:00-18:00")
	night := testCalendar(t, "Europe/Madrid", "es", "mon-fri 22:00-06:00")
	for _, c := range []struct {
		calendar   *Calendar
		from, want string
		days       int
	}{
		{co, "2026-03-02 10:00", "2026-03-24 23:59", 15}, // San José is a Monday
		{co, "2026-03-28 10:00", "2026-03-30 23:59", 1},
		{es, "2026-12-01 23:30", "2026-12-23 23:59", 15},   // but for 8 December
		{night, "2026-03-02 10:00", "2026-03-09 23:59", 5}, // Saturday's work began on Friday
		{es, "2026-12-31 10:00", "2027-01-22 23:59", 14},
	} {
		from, _ := time.ParseInLocation("2006-01-02 15:04", c.from, c.calendar.Zone)
		at := c.calendar.AddDays(from, c.days)
		if got := at.Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%d days after %s: %s, want %s", c.days, c.from, got, c.want)
		}
		if got := c.calendar.Days(from, at); got != c.days {
			t.Errorf("%d days from %s to %s, want %d", got, c.from, at, c.days)
		}
	}
}

func TestCalendarRefuses(t *testing.T) {
	for _, h := range []Hours{
		{}, {Hours: []string{"mon-fri"}}, {Hours: []string{"mon-fri 12:00-12:00"}},
		{Hours: []string{"mon-fri 24:00-08:00"}},
		{Hours: []string{"mon-fri 22:00-06:00", "tue 05:00-07:00"}},
		{Hours: []string{"xyz 08:00-12:00"}}, {Hours: []string{"mon 08:00-25:00"}},
		{Hours: []string{"mon 08:00-12:00", "mon 11:00-13:00"}},
		{Hours: office, Country: "xx"}, {Hours: office, Also: []string{"24/12"}},
	} {
		h.Zone = time.UTC
		if _, err := h.Calendar(); err == nil {
			t.Errorf("%v is taken", h)
		}
	}
	c, err := Hours{Zone: time.UTC, Hours: office, Country: "es", Also: []string{"2026-05-15"},
		Not: []string{"2026-01-06"}}.Calendar()
	if err != nil {
		t.Fatal(err)
	}
	list := c.Holidays(2026)
	if !slices.Contains(list, "2026-05-15") || slices.Contains(list, "2026-01-06") {
		t.Errorf("holidays: %v", list)
	}
}
