package desk

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A contract may have bought hours of work. How many are left is never kept: it is what was bought,
// less the time sheets of its tickets in the period that it is.

// Period is for how long hours are bought, "" for as long as the contract is in force. A period
// begins on the day of the month, or of the year, on which the contract does; where it has always
// been in force, on the first.
type Period string

const (
	Monthly Period = "month"
	Yearly  Period = "year"
)

// usualWarning is at how many percent of its hours a contract is told of, unless it says another.
const usualWarning = 75

// mostHours is how many a contract can have.
const mostHours = 100_000

// ReadHours reads how many hours are bought, as minutes: "20", «20,5», "20 h", "90 min". "" is
// none.
func ReadHours(text string) (minutes int, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	figures := strings.TrimRight(strings.ReplaceAll(strings.ToLower(text), ",", "."), " hors")
	n, err := strconv.ParseFloat(figures, 64)
	if m, _, ok := Worked(text); err != nil && ok {
		return m, nil
	}
	if err != nil || !(n >= 0 && n <= mostHours) {
		return 0, fmt.Errorf("%q: want hours such as 20 or 7.5", text)
	}
	return int(math.Round(60 * n)), nil
}

func (e Entry) checkHours() error {
	switch {
	case !slices.Contains([]Period{"", Monthly, Yearly}, e.Period):
		return fmt.Errorf("the period %q: want month, year, or none for the whole contract",
			e.Period)
	case e.Warn < 0 || e.Warn > 99:
		return fmt.Errorf("the warning %d: want percent from 1 to 99", e.Warn)
	case e.Bought == 0 && e.Period != "":
		return errors.New("a period is one of hours: say --hours N")
	}
	return nil
}

// Span is the period of a contract's hours in which a day lies, without its end; a zero time is
// without limit. It is false for a contract without hours, and for a day on which it is not in
// force.
func (e Entry) Span(at time.Time) (from, to time.Time, ok bool) {
	y, m, d := at.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, at.Location())
	if e.Bought == 0 || !e.InForce(day.Format(time.DateOnly)) {
		return from, to, false
	}
	from, to = midnight(e.Since, at.Location(), 0), midnight(e.Until, at.Location(), 1)
	months := map[Period]int{Monthly: 1, Yearly: 12}[e.Period]
	if months == 0 {
		return from, to, true
	}
	first := from
	if first.IsZero() {
		first = time.Date(y, 1, 1, 0, 0, 0, 0, at.Location())
	}
	n := ((y-first.Year())*12 + int(m-first.Month())) / months
	if monthsOn(first, n*months).After(day) {
		n--
	}
	from = monthsOn(first, n*months)
	if next := monthsOn(first, (n+1)*months); to.IsZero() || next.Before(to) {
		to = next
	}
	return from, to, true
}

// midnight is when a day begins, or one so many days later; zero for none.
func midnight(day string, zone *time.Location, later int) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, later)
}

// monthsOn is the same day so many months later, or the last of a month that has none such.
func monthsOn(t time.Time, months int) time.Time {
	y, m, d := t.Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, t.Location())
	return time.Date(last.Year(), last.Month(), min(d, last.Day()), 0, 0, 0, 0, t.Location())
}

// Balance is how much of the hours of a contract is spent in one of its periods, in minutes.
type Balance struct {
	Contract      Entry
	From, To      time.Time // without its end; zero: without limit
	Bought, Spent int
}

// Left is how much is left, below 0 where more was worked than bought.
func (b Balance) Left() int { return b.Bought - b.Spent }

// Mark is what somebody must be told of a balance.
type Mark string

const (
	Ample     Mark = ""
	HoursNear Mark = "hours_near" // so many percent are gone that it is time to say so
	HoursGone Mark = "hours_gone"
)

// Mark is that of the balance.
func (b Balance) Mark() Mark {
	warn := b.Contract.Warn
	if warn == 0 {
		warn = usualWarning
	}
	switch {
	case b.Bought == 0:
		return Ample
	case b.Spent >= b.Bought:
		return HoursGone
	case 100*b.Spent >= warn*b.Bought:
		return HoursNear
	}
	return Ample
}

// hoursWords are how a profile names the hours of contracts among what is shown.
var hoursWords = []string{"hours", "horas"}

// Hours reports whether the person sees how much of its hours a contract has left: agents always;
// customers that of their own organisation, where they see its tickets, unless their profile says
// what is shown and does not name it. The profile is that of the mailbox which is asked.
func (s Sight) Hours(contract Entry, mailbox string) bool {
	p := s.profile(&Ticket{Mailbox: mailbox})
	named := p.Shown == nil || slices.ContainsFunc(p.Shown, func(name string) bool {
		return slices.Contains(hoursWords, Fold(name))
	})
	own := s.Organisation != 0 && contract.Parent == s.Organisation
	return s.All || own && p.Organisation && named
}

// Contracts are the services of an organisation with hours, that are in force at a time.
func (c *Catalogue) Contracts(organisation int64, at time.Time) (list []Entry) {
	for _, e := range c.Within(Services, organisation) {
		if _, _, ok := e.Span(at); ok && organisation != 0 {
			list = append(list, e)
		}
	}
	return list
}
