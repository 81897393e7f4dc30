package desk

import (
	"testing"
	"time"
)

// TestSpansOfHours: each period begins where the contract does, ends with it, and is as long as
// months are.
func TestSpansOfHours(t *testing.T) {
	t.Parallel()
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name          string
		period        Period
		since, until  string
		at            string
		from, to      string // "": without limit
		none, noHours bool
	}{
		{name: "calendar month", period: Monthly, at: "2026-03-31 23:59",
			from: "2026-03-01", to: "2026-04-01"},
		{name: "first instant of the next", period: Monthly, at: "2026-04-01 00:00",
			from: "2026-04-01", to: "2026-05-01"},
		{name: "december", period: Monthly, at: "2026-12-31 12:00",
			from: "2026-12-01", to: "2027-01-01"},
		{name: "from the 15th, before it", period: Monthly, since: "2026-01-15",
			at: "2026-03-14 23:00", from: "2026-02-15", to: "2026-03-15"},
		{name: "from the 15th, on it", period: Monthly, since: "2026-01-15",
			at: "2026-03-15 00:00", from: "2026-03-15", to: "2026-04-15"},
		{name: "from the 31st, in february", period: Monthly, since: "2026-01-31",
			at: "2026-02-28 10:00", from: "2026-02-28", to: "2026-03-31"},
		{name: "from the 31st, the day before", period: Monthly, since: "2026-01-31",
			at: "2026-02-27 10:00", from: "2026-01-31", to: "2026-02-28"},
		{name: "leap day", period: Yearly, since: "2024-02-29", at: "2026-03-01 10:00",
			from: "2026-02-28", to: "2027-02-28"},
		{name: "calendar year", period: Yearly, at: "2026-07-01 10:00", from: "2026-01-01",
			to: "2027-01-01"},
		{name: "contract year", period: Yearly, since: "2025-07-02", at: "2026-07-01 10:00",
			from: "2025-07-02", to: "2026-07-02"},
		{name: "ends within", period: Yearly, since: "2025-07-02", until: "2026-06-30",
			at: "2026-06-30 23:59", from: "2025-07-02", to: "2026-07-01"},
		{name: "in all", at: "2026-06-30 10:00"},
		{name: "in all, from a day to another", since: "2026-01-15", until: "2026-12-31",
			at: "2026-12-31 23:59", from: "2026-01-15", to: "2027-01-01"},
		{name: "not yet in force", period: Monthly, since: "2026-04-01", at: "2026-03-31 23:59",
			none: true},
		{name: "over", until: "2026-03-30", at: "2026-03-31 00:00", none: true},
		{name: "no hours", at: "2026-03-31 00:00", none: true, noHours: true},
	} {
		e := Entry{Kind: Services, Bought: 1200, Period: c.period, Since: c.since, Until: c.until}
		if c.noHours {
			e.Bought = 0
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, madrid)
		if err != nil {
			t.Fatal(err)
		}
		from, to, ok := e.Span(at)
		day := func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return t.Format(time.DateOnly)
		}
		if ok == c.none || day(from) != c.from || day(to) != c.to {
			t.Errorf("%s: %s to %s, %t; want %s to %s", c.name, day(from), day(to), ok, c.from, c.to)
		}
		if ok && (at.Before(from) || !to.IsZero() && !at.Before(to)) {
			t.Errorf("%s: %s is not within", c.name, at)
		}
	}
}

// TestSpansFollowOneAnother: over many years, day by day, no day is in two periods or in none.
func TestSpansFollowOneAnother(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Santiago") // its midnights go missing
	if err != nil {
		t.Fatal(err)
	}
	for _, since := range []string{"", "2024-01-31", "2024-02-29", "2024-09-08"} {
		for _, period := range []Period{Monthly, Yearly} {
			e := Entry{Bought: 60, Period: period, Since: since}
			var last time.Time
			for n := range 1200 {
				at := time.Date(2024, 10, 1+n, 12, 0, 0, 0, zone)
				from, to, ok := e.Span(at)
				if !ok || from.After(at) || !to.After(at) ||
					!last.IsZero() && at.AddDate(0, 0, -1).Before(last) && from.After(last) {
					t.Fatalf("since %q, %s: %s is from %s to %s, the last to %s", since, period, at,
						from, to, last)
				}
				last = to
			}
		}
	}
}

func TestMarksOfHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bought, spent, warn int
		want                Mark
	}{
		{1200, 899, 0, Ample}, {1200, 900, 0, HoursNear}, {1200, 1199, 0, HoursNear},
		{1200, 1200, 0, HoursGone}, {1200, 5000, 0, HoursGone}, {1200, 599, 50, Ample},
		{1200, 600, 50, HoursNear}, {0, 600, 50, Ample}, {1200, -60, 0, Ample}, {1, 0, 1, Ample},
	} {
		b := Balance{Contract: Entry{Warn: c.warn}, Bought: c.bought, Spent: c.spent}
		if got := b.Mark(); got != c.want {
			t.Errorf("%d of %d at %d%%: %q, want %q", c.spent, c.bought, c.warn, got, c.want)
		}
	}
}

func TestReadHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "20": 1200, "20 h": 1200, "20 horas": 1200,
		"20 hours": 1200, "7.5": 450, "7,5": 450, "90 min": 90, "1h30": 90, "0": 0,
		"-5": -1, "veinte": -1, "NaN": -1, "Inf": -1, "1e9": -1, "h": -1} {
		got, err := ReadHours(text)
		if want < 0 && err == nil || want >= 0 && (got != want || err != nil) {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, e := range []Entry{{Bought: 60, Period: "week"}, {Bought: 60, Warn: 100},
		{Period: Monthly}, {Bought: 60, Warn: -1}} {
		e.Kind, e.Names = Services, map[string]string{"es": "Oro"}
		if err := NewCatalogue(nil).Check(e); err == nil {
			t.Errorf("%+v is taken", e)
		}
	}
}

// TestWhoSeesHours: agents, and those of the organisation who see its tickets, as the profile says.
func TestWhoSeesHours(t *testing.T) {
	t.Parallel()
	contract := Entry{Kind: Services, Parent: 7}
	all, own := UsualProfile, Profile{Own: true, Followed: true}
	shows := func(names ...string) Profile {
		p := UsualProfile
		p.Shown = append([]string{}, names...)
		return p
	}
	for name, c := range map[string]struct {
		sight Sight
		want  bool
	}{
		"agent":                   {Sight{All: true, Person: 1}, true},
		"of the organisation":     {Sight{Person: 2, Organisation: 7, Profile: all}, true},
		"of another":              {Sight{Person: 2, Organisation: 8, Profile: all}, false},
		"of none":                 {Sight{Person: 2, Profile: all}, false},
		"nobody":                  {Sight{}, false},
		"sees his own cases only": {Sight{Person: 2, Organisation: 7, Profile: own}, false},
		"profile leaves it out": {Sight{Person: 2, Organisation: 7, Profile: shows("status")},
			false},
		"profile shows nothing": {Sight{Person: 2, Organisation: 7, Profile: shows()}, false},
		"profile names it": {Sight{Person: 2, Organisation: 7, Profile: shows("status", "Horas")},
			true},
		"mailbox narrows": {Sight{Person: 2, Organisation: 7, Profile: all,
			Mailboxes: map[string]Profile{"a@x.test": own}}, false},
	} {
		if got := c.sight.Hours(contract, "a@x.test"); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	everybodys := Entry{Kind: Services}
	if (Sight{Person: 2, Profile: all}).Hours(everybodys, "") {
		t.Error("everybody's contract is shown to somebody of no organisation")
	}
}

// TestTimeIsCorrected: an agent takes back what was too much, never more than there is; a customer
// takes back nothing.
func TestTimeIsCorrected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		had   int
		arg   string
		by    Person
		want  int
		wrong string
	}{
		{90, "-30m de más", ana, 60, ""}, {90, "−1,5 h", ana, 0, ""}, {90, "– 15 min", ana, 75, ""},
		{90, "-2h", ana, 90, "time_left"}, {90, "-nada", ana, 90, "time"},
		{90, "-30m", carla, 90, "time"},
	} {
		f := facts()
		f.Sight = Sight{Person: c.by.ID, Profile: Profile{Own: true, Editable: []string{"tiempo"}}}
		k := ticket(InProgress)
		k.Minutes = c.had
		out := Carry(k, Deed{By: c.by, Orders: []Order{{Verb: VerbTime, Arg: c.arg}}}, f)
		r := out.Done[0]
		if out.Ticket.Minutes != c.want || r.Unknown != (c.wrong != "") ||
			r.Unknown && r.Key != c.wrong {
			t.Errorf("%s of %d: %d, %+v", c.arg, c.had, out.Ticket.Minutes, r)
		}
	}
}
