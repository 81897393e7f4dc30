package mailout

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

// search looks for words, by filters. A value that is not understood is said, and nothing is
// looked for: what is left of the query would find too much.
func (w *answering) search(ctx context.Context) error {
	q := store.Query{Words: w.q.Words, Fields: map[string]string{}, Custom: map[int64]string{}}
	if w.to.Of = w.echoed(w.q.Words); w.to.Of == "" {
		w.to.Title = "search_all"
	}
	for _, key := range slices.Sorted(maps.Keys(w.q.Fields)) {
		if err := w.filter(ctx, &q, key, w.q.Fields[key]); err != nil {
			return err
		}
	}
	if len(w.m.unknown) > 0 {
		w.say("not_searched", 0, "")
		return nil
	}
	w.leaves = w.hidden
	if err := w.page(ctx, w.m.sight, q, 0); err != nil {
		return err
	}
	w.nothingFound()
	w.last("search_help", 0, "")
	return nil
}

// nothingFound says so where that is so.
func (w *answering) nothingFound() {
	switch {
	case len(w.to.Sections) > 0 || len(w.to.Lines) > 0:
	case w.to.Of != "":
		w.say("nothing_found_for", 0, w.to.Of)
	default:
		w.say("nothing_found", 0, "")
	}
}

// hidden reports whether the search chooses a case by a field that he does not see of it: that he
// finds it would tell what it has.
func (w *answering) hidden(t desk.Ticket) bool {
	for key := range w.q.Fields {
		switch key {
		case desk.Since, desk.Until, "subject":
			continue
		case desk.Author:
			key = "requester"
		case string(desk.Organisations):
			key = "organisation"
		}
		_, own := w.m.catalogue.Keyed(desk.CustomFields, key)
		if own && !w.shows(t, key) || !own && !w.m.sight.Shows(t, key) {
			return true
		}
	}
	return false
}

// catalogued are filters by a row of a catalogue. Of the last ones, which may be others', a
// customer hears nothing of which there are.
var catalogued = []desk.Kind{desk.Types, desk.Products, desk.Modules, desk.Projects,
	desk.Services, desk.Organisations}

// filter adds one filter to what is looked for.
func (w *answering) filter(ctx context.Context, q *store.Query, key, value string) error {
	c, kind := w.m.catalogue, desk.Kind(key)
	e, found := c.Find(kind, value)
	open := w.m.to.Agent() || slices.Index(catalogued, kind) < slices.Index(catalogued,
		desk.Projects)
	switch {
	case slices.Contains(catalogued, kind) && !found && open:
		if kind == desk.Organisations {
			key = "organisation"
		}
		w.unknown(key, value, c.Names(kind, w.m.to.Language))
	case kind == desk.Organisations:
		q.Organisation = cmp.Or(e.ID, -1)
	case slices.Contains(catalogued, kind):
		q.Fields[key] = value
	case key == desk.Author, key == "requester", key == "controller", key == "assignee":
		return w.who(ctx, q, key, value)
	default:
		w.ownFilter(q, key, value)
	}
	return nil
}

// ownFilter adds one that names nothing of a catalogue but a status or a severity.
func (w *answering) ownFilter(q *store.Query, key, value string) {
	c := w.m.catalogue
	switch key {
	case "status":
		status, ok := desk.ReadStatus(c, value)
		if q.Status = status; !ok {
			w.unknown(key, value, c.Names(desk.Statuses, w.m.to.Language))
		}
	case "severity":
		e, ok := c.Find(desk.Severities, value)
		if q.Severity = e.Position; !ok {
			w.unknown(key, value, desk.Choices(c.All(desk.Severities), w.m.to.Language))
		}
	case "tags":
		q.Tags = append(q.Tags, strings.Fields(value)...)
	case "subject":
		q.Words = strings.TrimSpace(q.Words + " " + value)
	case desk.Since, desk.Until, "due":
		w.day(q, key, value)
	default:
		e, ok := c.Keyed(desk.CustomFields, key)
		if !ok {
			w.unknown("field", key, nil)
		}
		q.Custom[e.ID] = value
	}
}

func (w *answering) unknown(field, value string, known []string) {
	w.m.unknown = append(w.m.unknown,
		templates.Unknown{Field: field, Value: cmp.Or(w.echoed(value), "…"), Values: known})
}

// days are the forms in which people write one.
var days = []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006", "2/1/06"}

// day is a filter by the day of opening, or the one on which a case is due.
func (w *answering) day(q *store.Query, key, value string) {
	for _, form := range days {
		day, err := time.ParseInLocation(form, w.dayNamed(value), w.Location)
		if err != nil {
			continue
		}
		switch key {
		case desk.Since:
			q.Since = day
		case desk.Until:
			q.Until = day.AddDate(0, 0, 1)
		default:
			q.DueBy = day
		}
		return
	}
	w.unknown("date", value, []string{"2026-01-31", "31/1/2026"})
}

// dayNamed writes a day that has a word of its own as a date.
func (w *answering) dayNamed(value string) string {
	ago, ok := map[string]int{"hoy": 0, "today": 0, "ayer": 1, "yesterday": 1,
		"anteayer": 2}[desk.Fold(value)]
	if !ok {
		return value
	}
	return w.Store.Now().In(w.Location).AddDate(0, 0, -ago).Format(time.DateOnly)
}

// maxNamed is how many people a name in a search may mean.
const maxNamed = 50

// who is a filter by a person, by his address or name. Nobody of that name is nobody whose cases he
// may see.
func (w *answering) who(ctx context.Context, q *store.Query, key, value string) error {
	people, err := w.whoIs(ctx, value, maxNamed)
	if err != nil {
		return err
	}
	var ids []int64
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	switch first := append(slices.Clone(ids), -1)[0]; key {
	case "controller":
		q.Controller = first
	case "assignee":
		q.Agent = first
	default:
		q.Requesters = append([]int64{}, ids...)
	}
	return nil
}
