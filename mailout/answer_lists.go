package mailout

import (
	"cmp"
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
	perPage  = 25
	maxPages = 40 // behind them nobody looks: he searches
)

func (w *answering) mine(ctx context.Context) error {
	sight, q := w.m.sight.Mine(), store.Query{Status: w.q.Status}
	if w.m.to.Agent() { // what he has to do
		sight, q.Agent = w.m.sight, w.m.to.ID
	}
	return w.list(ctx, sight, q)
}

func (w *answering) company(ctx context.Context) error {
	organisation := w.m.to.Organisation
	if organisation == 0 {
		w.say("no_company", 0, "")
		return nil
	}
	return w.list(ctx, w.m.sight, store.Query{Status: w.q.Status, Organisation: organisation})
}

func (w *answering) project(ctx context.Context) error {
	if w.to.Of = w.echoed(w.q.Name); w.to.Of == "" {
		w.to.Title = "project_unnamed"
	}
	return w.list(ctx, w.m.sight,
		store.Query{Status: w.q.Status, Fields: map[string]string{"project": w.q.Name}})
}

func (w *answering) all(ctx context.Context) error {
	return w.list(ctx, w.m.sight, store.Query{Status: w.q.Status})
}

func (w *answering) overdue(ctx context.Context) error {
	err := w.list(ctx, w.m.sight, store.Query{DueBefore: w.today()})
	if err == nil && len(w.to.Sections) == 0 {
		w.say("none", 0, "")
	}
	return err
}

// today is the beginning of the day, as days of tickets are kept.
func (w *answering) today() time.Time {
	y, m, d := w.Store.Now().In(w.Location).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// list is a page of cases, the newest first, with how many there are.
func (w *answering) list(ctx context.Context, s desk.Sight, q store.Query) error {
	some, _ := w.seesStatus()
	if !some && q.Status != "" {
		w.q.Status, q.Status = "all", "all"
	}
	count, err := w.Store.Tally(ctx, s, q)
	if err != nil {
		return err
	}
	total := sum(count)
	if err := w.page(ctx, s, q, total); err != nil {
		return err
	}
	w.chosen(total)
	if some {
		w.otherStatuses()
	}
	return nil
}

// sum is how many cases there are of all statuses.
func sum(count map[int64]int) (total int) {
	for _, n := range count {
		total += n
	}
	return total
}

// chosen says in the title which cases these are.
func (w *answering) chosen(total int) {
	switch {
	case w.q.Status == "":
		return
	case w.q.Status == "all":
		w.to.Title += "_all"
	case w.to.Of != "":
		w.to.Of += ", " + w.status(w.q.Status)
	default:
		w.to.Of = w.status(w.q.Status)
	}
	if total == 0 && len(w.to.Sections) == 0 {
		w.say("none", 0, "")
	}
}

// otherStatuses offers the list of the cases that this one leaves out.
func (w *answering) otherStatuses() {
	if w.q.Status == "" {
		return
	}
	for key, status := range map[string]string{"all_cases": "all", "closed_cases": "closed"} {
		if q := w.q; status != q.Status {
			q.Status, q.Page = status, 0
			w.button(key, q)
		}
	}
	slices.SortStableFunc(w.links, func(a, b templates.Link) int {
		place := []string{"more", "all_cases", "closed_cases"}
		return cmp.Compare(slices.Index(place, a.Key), slices.Index(place, b.Key))
	})
}

// status is what cases of a status are called.
func (w *answering) status(status string) string {
	switch status {
	case "open", string(desk.Closed):
		return w.Templates.Phrase(w.m.to.Language, "answer", "status_"+status)
	}
	e, _ := w.m.catalogue.Keyed(desk.Statuses, status)
	return strings.ToLower(e.Name(w.m.to.Language))
}

// page is the page of the query that is asked for; total is 0 where it is not known.
func (w *answering) page(ctx context.Context, s desk.Sight, q store.Query, total int) error {
	page := max(1, min(w.q.Page, maxPages))
	q.Limit = page * perPage
	rows, next, err := w.Store.Find(ctx, s, q)
	if err != nil {
		return err
	}
	if w.leaves != nil {
		rows = slices.DeleteFunc(rows, func(r store.Row) bool { return w.leaves(r.Ticket) })
	}
	rows = rows[min(len(rows), (page-1)*perPage):]
	if len(rows) == 0 {
		if page > 1 {
			w.say("no_more_pages", 0, "")
		}
		return nil
	}
	section := templates.Section{Key: "found", Count: total, Cases: w.lines(rows)}
	switch pages := (total + perPage - 1) / perPage; {
	case total == 0:
		if section.Key = ""; page > 1 || next != 0 {
			w.say("page", page, "")
		}
	case pages > 1:
		w.say("page_of", page, strconv.Itoa(pages))
	}
	if next != 0 && page < maxPages {
		section.More = w.following(w.q, page)
	}
	w.to.Sections = append(w.to.Sections, section)
	return nil
}

// following offers the page after a page.
func (w *answering) following(q desk.Query, page int) templates.Offer {
	q.Page = page + 1
	w.button("more", q)
	return w.offer("more_by", q)
}

// lines are cases as a list shows them.
func (w *answering) lines(rows []store.Row) (list []templates.CaseLine) {
	for _, row := range rows {
		list = append(list, w.line(row.Ticket))
	}
	return list
}

func (w *answering) line(t desk.Ticket) templates.CaseLine {
	line := templates.CaseLine{At: t.UpdatedAt.In(w.m.clock(w.Renderer)),
		Ticket: templates.Ticket{Number: t.Number, Subject: t.Subject}}
	for _, d := range w.m.sight.Details(w.m.catalogue, t, w.m.to.Language) {
		switch d.Key {
		case "status":
			line.Status, line.StatusClass = d.Value, string(t.Class)
		case "severity":
			line.Severity, line.ProductionDown = t.Severity, t.ProductionDown
		case "product":
			line.Product = d.Value
		case "state_line":
			line.State = d.Value
		case "due":
			if t.DueAt.Before(w.today()) && t.Class != desk.Closed {
				line.Notes = append(line.Notes, templates.Remark{Key: "overdue_since", Of: d.Value})
			}
		}
	}
	if t.Requester.ID != w.m.to.ID {
		line.Who = templates.Person{Name: cmp.Or(w.m.person(t.Requester).Name,
			w.m.person(t.Requester).Address)}
	}
	line.See = w.asks(desk.Query{About: desk.Case, Number: t.Number})
	line.Reply = w.replyLink(t, "")
	return line
}

// part is a section with the first cases of a query, and a link to the whole of it.
func (w *answering) part(ctx context.Context, s templates.Section, whole desk.Query,
	q store.Query, most int) error {
	q.Limit = most
	rows, next, err := w.Store.Find(ctx, w.m.sight, q)
	if err != nil || len(rows) == 0 {
		return err
	}
	s.Cases = w.lines(rows)
	if next != 0 && whole.About != "" {
		s.More = w.offer("more_by", whole)
	}
	w.to.Sections = append(w.to.Sections, s)
	return nil
}

// pendingLine is a case for an item of it that waits.
func (w *answering) pendingLine(t desk.Ticket, it desk.Item) templates.CaseLine {
	line := w.line(t)
	order := desk.NewOrder(desk.VerbApprove, strconv.FormatInt(it.Number, 10), w.m.to.Language)
	line.Who = templates.Person{Name: w.called(it.Author)}
	line.At = it.CreatedAt.In(w.m.clock(w.Renderer))
	line.Notes = append(line.Notes, templates.Remark{Key: "approve_by", Of: order.Line})
	line.Reply = w.replyLink(t, order.Line)
	return line
}

// pending are the items of all cases that wait for an agent.
func (w *answering) pending(ctx context.Context) error {
	page := max(1, min(w.q.Page, maxPages))
	items, err := w.Store.AllPending(ctx, (page-1)*perPage, perPage+1)
	if err != nil {
		return err
	}
	section := templates.Section{}
	for i, it := range items {
		if i == perPage {
			section.More = w.following(desk.Query{About: desk.PendingItems}, page)
			break
		}
		row, ok, err := w.find(ctx, it.Ticket)
		if err != nil {
			return err
		}
		if ok {
			section.Cases = append(section.Cases, w.pendingLine(row.Ticket, it))
		}
	}
	if len(section.Cases) == 0 {
		w.say("none_pending", 0, "")
		return nil
	}
	w.to.Sections = append(w.to.Sections, section)
	return nil
}
