package mailout

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

const (
	perClass  = 10 // cases of each status in the panel
	fewest    = 5  // and of what is oldest or closed
	trendDays = 30 // that the picture shows, today the last
	perDuty   = 20 // mails that an administrator reads of
)

// panel is what an agent sees first: how many cases there are of each status, and which; who asks
// for it, and, at the hour of the configuration, who works for the desk.
func (w *answering) panel(ctx context.Context) error {
	w.ofDay()
	count, err := w.Store.Tally(ctx, w.m.sight, store.Query{})
	if err != nil {
		return err
	}
	statuses := w.m.catalogue.All(desk.Statuses)
	w.bars(statuses, count)
	overdue, err := w.figures(ctx)
	if err != nil {
		return err
	}
	if err := w.trend(ctx); err != nil {
		return err
	}
	if err := w.duties(ctx); err != nil {
		return err
	}
	if err := w.part(ctx, templates.Section{Key: "overdue_title", Count: overdue},
		desk.Query{About: desk.Overdue}, store.Query{DueBefore: w.today(), Oldest: true},
		fewest); err != nil {
		return err
	}
	if err := w.part(ctx, templates.Section{Key: "oldest"}, desk.Query{},
		store.Query{Status: "open", Oldest: true}, fewest); err != nil {
		return err
	}
	if err := w.byStatus(ctx, statuses, count); err != nil {
		return err
	}
	w.button("pending", desk.Query{About: desk.PendingItems})
	w.button("my_tickets", desk.Query{About: desk.MyCases})
	return nil
}

// ofDay says in the title whose day the panel is that nobody has asked for, and why it comes.
func (w *answering) ofDay() {
	day, err := time.ParseInLocation(time.DateOnly, w.q.Day, w.Location)
	if err != nil {
		return
	}
	w.to.Title, w.to.Of = "panel_day", w.Templates.Day(day, w.m.to.Language)
	w.last("panel_why", 0, "")
}

// bars are how many cases there are of each status; the longest is that of the most, but for those
// that are closed, which are ever more.
func (w *answering) bars(statuses []desk.Entry, count map[int64]int) {
	most := 1
	for _, e := range statuses {
		if e.Class != desk.Closed {
			most = max(most, count[e.ID])
		}
	}
	for _, e := range statuses {
		n := count[e.ID]
		w.to.Bars = append(w.to.Bars, templates.Bar{Name: e.Name(w.m.to.Language), N: n,
			Share: min(100, (n*100+most-1)/most)})
	}
}

// figures are what else can be said by a number, and how many cases are overdue.
func (w *answering) figures(ctx context.Context) (overdue int, err error) {
	late, err := w.Store.Tally(ctx, w.m.sight, store.Query{DueBefore: w.today()})
	if err != nil {
		return 0, err
	}
	overdue = sum(late)
	w.fact("overdue", strconv.Itoa(overdue))
	return overdue, w.satisfaction(ctx)
}

// trend is the picture of the last days.
func (w *answering) trend(ctx context.Context) error {
	y, m, d := w.Store.Now().In(w.Location).Date()
	first := time.Date(y, m, d-trendDays+1, 0, 0, 0, 0, w.Location)
	days, err := w.Store.Trend(ctx, w.m.sight, first, trendDays)
	if err != nil {
		return err
	}
	t := templates.Trend{Days: trendDays}
	for _, n := range days {
		t.Opened, t.Closed = t.Opened+n.Opened, t.Closed+n.Closed
	}
	if t.Opened+t.Closed == 0 {
		return nil
	}
	f, err := trendPicture(days)
	t.Picture, w.to.Trend = f.id, &t
	w.files = append(w.files, f)
	return err
}

// byStatus shows the first cases of each status.
func (w *answering) byStatus(ctx context.Context, statuses []desk.Entry,
	count map[int64]int) error {
	for _, e := range statuses {
		most := perClass
		if e.Class == desk.Closed {
			most = fewest
		}
		s := templates.Section{Name: e.Name(w.m.to.Language), Count: count[e.ID]}
		q := desk.Query{About: desk.AllCases, Status: e.Key}
		if err := w.part(ctx, s, q, store.Query{StatusID: e.ID}, most); err != nil {
			return err
		}
	}
	return nil
}

// duties are what administrators must look after: mail that did not arrive, and mail in
// quarantine. Where there is none, everybody is one.
func (w *answering) duties(ctx context.Context) error {
	agents, err := w.Store.Agents(ctx)
	if err != nil {
		return err
	}
	if w.m.to.Role != desk.Admin && slices.ContainsFunc(agents, func(p desk.Person) bool {
		return p.Role == desk.Admin
	}) {
		return nil
	}
	if err := w.undelivered(ctx); err != nil {
		return err
	}
	return w.quarantined(ctx)
}

func (w *answering) undelivered(ctx context.Context) error {
	since := w.q.Since
	if since.IsZero() {
		since = w.Store.Now().Add(-24 * time.Hour)
	}
	failed, err := w.Store.Undelivered(ctx, since, countedDuties)
	if err != nil {
		return err
	}
	list := templates.Listing{Key: "undelivered", Count: len(failed)}
	for _, o := range failed[:min(len(failed), perDuty)] {
		list.Lines = append(list.Lines, duty(o.Address, caseNumber(o.Ticket), o.LastReply))
	}
	w.to.Listings = append(w.to.Listings, list)
	return nil
}

func (w *answering) quarantined(ctx context.Context) error {
	apart, err := w.Store.Mails(ctx, store.MailFilter{Outcome: store.OutcomeQuarantine,
		Limit: countedDuties})
	if err != nil {
		return err
	}
	list := templates.Listing{Key: "quarantine", Count: len(apart)}
	for _, m := range apart[:min(len(apart), perDuty)] {
		list.Lines = append(list.Lines,
			duty(strconv.FormatInt(m.ID, 10), m.Sender, headerLine(m.Subject, longestName)))
	}
	w.to.Listings = append(w.to.Listings, list)
	if len(apart) > 0 {
		w.last("quarantine_how", 0, strconv.FormatInt(apart[0].ID, 10))
	}
	return nil
}

// countedDuties is how many are counted: past it nobody cares how many more there are.
const countedDuties = 1000

// duty is a line of a list.
func duty(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

func caseNumber(n int64) string {
	if n == 0 {
		return ""
	}
	return "#" + strconv.FormatInt(n, 10)
}
