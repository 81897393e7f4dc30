package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

// reportRow is the JSON of a line of a report: of the tickets that have one value of a kind, how
// many were opened and closed, and how many are open.
type reportRow struct {
	By     string `json:"by"`
	Name   string `json:"name"`
	Opened int    `json:"opened"`
	Closed int    `json:"closed"`
	Open   int    `json:"open"`
}

// groupings are what a report can be by: what a ticket has of each, and, of all tickets that have
// it, a key by which they are sorted and a name.
var groupings = []struct {
	name  string
	of    func(*reporting, *store.Counted) int64
	named func(r *reporting, value int64) (key, name string)
}{
	{"status", func(_ *reporting, c *store.Counted) int64 { return c.Status },
		func(r *reporting, id int64) (string, string) {
			return fmt.Sprintf("%06d %s", r.Entry(id).Position, r.of(id)), r.of(id)
		}},
	{"severity", func(_ *reporting, c *store.Counted) int64 { return c.Severity },
		func(r *reporting, number int64) (string, string) {
			e, _ := r.Severity(int(number))
			return fmt.Sprintf("%06d", number), strings.TrimSpace(e.Key + " " + e.Name(r.language))
		}},
	{"type", func(_ *reporting, c *store.Counted) int64 { return c.Type }, (*reporting).entry},
	{"product", func(_ *reporting, c *store.Counted) int64 { return c.Product },
		(*reporting).entry},
	{"organisation", func(r *reporting, c *store.Counted) int64 { return r.members[c.Requester] },
		(*reporting).entry},
	{"agent", func(_ *reporting, c *store.Counted) int64 { return c.Agent },
		func(r *reporting, id int64) (string, string) { return r.agents[id], r.agents[id] }},
	{"month", func(r *reporting, c *store.Counted) int64 {
		year, month, _ := c.Created.In(r.zone).Date()
		return int64(year)*100 + int64(month)
	}, func(_ *reporting, month int64) (string, string) {
		name := fmt.Sprintf("%04d-%02d", month/100, month%100)
		return name, name
	}},
}

// reporting counts tickets.
type reporting struct {
	naming
	agents  map[int64]string
	members map[int64]int64 // the organisations of people
	zone    *time.Location
	closed  map[int64]bool
	// one for each of groupings, by what the tickets have; nil: it is not asked for
	groups []map[int64]*reportRow
}

func (r *reporting) entry(id int64) (key, name string) { return r.of(id), r.of(id) }

func (r *reporting) count(c *store.Counted) {
	for i, g := range groupings {
		if r.groups[i] == nil {
			continue
		}
		value := g.of(r, c)
		row := r.groups[i][value]
		if row == nil {
			row = &reportRow{}
			r.groups[i][value] = row
		}
		if row.Opened++; r.isClosed(c.Status) {
			row.Closed++
		} else {
			row.Open++
		}
	}
}

func (r *reporting) isClosed(status int64) bool {
	closed, known := r.closed[status]
	if !known {
		closed = r.Entry(status).Class == desk.Closed
		r.closed[status] = closed
	}
	return closed
}

func (row *reportRow) add(more reportRow) {
	row.Opened, row.Closed, row.Open = row.Opened+more.Opened, row.Closed+more.Closed,
		row.Open+more.Open
}

// rows are the lines of a grouping, sorted: values of one key are one.
func (r *reporting) rows(i int) (list []*reportRow) {
	byKey := map[string]*reportRow{}
	for value, n := range r.groups[i] {
		key, name := groupings[i].named(r, value)
		if byKey[key] == nil {
			byKey[key] = &reportRow{By: groupings[i].name, Name: cmp.Or(name, "–")}
		}
		byKey[key].add(*n)
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		list = append(list, byKey[key])
	}
	return list
}

func (a *app) reports() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{Use: "report", Args: cobra.NoArgs,
		Short: "Count tickets by status, severity, type, product, organisation, agent and month",
		Long: "Counts the tickets that were opened in a time: how many, how many of them are " +
			"closed by now, and how\nmany are not."}
	c.RunE = func(c *cobra.Command, _ []string) error { return a.report(c.Context(), f) }
	c.Flags().BoolVar(&f.satisfaction, "satisfaction", false,
		"instead: what customers answered when they were asked how they were treated, by month")
	c.Flags().IntVar(&f.legal, "legal", 0,
		"instead: the cases of this year, 2026, and whether each was answered in the law's time, "+
			"as CSV")
	c.Flags().StringSliceVar(&f.by, "by", nil,
		strings.Join(groupingNames(), ", ")+"; empty: by each")
	c.Flags().StringVar(&f.since, "since", "", "opened on this day or later, 2026-01-31")
	c.Flags().StringVar(&f.until, "until", "", "opened on this day or earlier")
	return c
}

// reportFlags say what is counted.
type reportFlags struct {
	by           []string
	since, until string
	satisfaction bool
	legal        int
}

func groupingNames() (names []string) {
	for _, g := range groupings {
		names = append(names, g.name)
	}
	return names
}

func (a *app) report(ctx context.Context, f reportFlags) error {
	for _, name := range f.by {
		if err := among("by", name, groupingNames()...); err != nil {
			return err
		}
	}
	return in(ctx, a.look, func(h *house) error {
		switch {
		case f.legal != 0:
			return failed(a.legalReport(ctx, h, f.legal))
		case f.satisfaction:
			return failed(a.printSatisfaction(ctx, h))
		}
		from, to, err := h.span(f.since, f.until)
		if err != nil {
			return err
		}
		return failed(a.countedReport(ctx, h, from, to, f.by))
	})
}

func (a *app) countedReport(ctx context.Context, h *house, from, to time.Time, by []string) error {
	r, err := h.counted(ctx, by, from, to)
	if err == nil {
		err = a.printReport(r, by)
	}
	if err == nil && len(by) == 0 {
		err = a.satisfaction(ctx, h, "satisfaction")
	}
	return err
}

// span is the time from the beginning of a day to the end of another.
func (h *house) span(since, until string) (from, to time.Time, err error) {
	if from, err = h.day("since", since); err != nil {
		return from, to, err
	}
	if to, err = h.day("until", until); err != nil {
		return from, to, err
	}
	if to = to.AddDate(0, 0, 1); until == "" {
		to = h.store.Now().AddDate(1, 0, 0)
	}
	return from, to, nil
}

// counted counts the tickets of a time, by some groupings or by all.
func (h *house) counted(ctx context.Context, by []string, from, to time.Time) (*reporting, error) {
	n, err := h.naming(ctx)
	if err != nil {
		return nil, err
	}
	r := &reporting{naming: n, agents: map[int64]string{}, zone: h.location,
		closed: map[int64]bool{}}
	asked := func(name string) bool { return len(by) == 0 || slices.Contains(by, name) }
	if asked("organisation") {
		if r.members, err = h.store.Memberships(ctx); err != nil {
			return nil, err
		}
	}
	r.groups = make([]map[int64]*reportRow, len(groupings))
	for i, g := range groupings {
		if asked(g.name) {
			r.groups[i] = map[int64]*reportRow{}
		}
	}
	if err := h.store.Counting(ctx, from, to, r.count); err != nil {
		return nil, err
	}
	return r, h.agentsOf(ctx, r)
}

// agentsOf says who the agents of a report are, also those who are none by now.
func (h *house) agentsOf(ctx context.Context, r *reporting) error {
	for id := range r.groups[slices.Index(groupingNames(), "agent")] {
		p, err := h.store.Person(ctx, id)
		if err != nil {
			return err
		}
		r.agents[id] = cmp.Or(p.Address(), p.Name)
	}
	return nil
}

func (a *app) printReport(r *reporting, by []string) error {
	for i, g := range groupings {
		if len(by) > 0 && !slices.Contains(by, g.name) {
			continue
		}
		rows := r.rows(i)
		head := []string{strings.ToUpper(g.name), "OPENED", "CLOSED", "OPEN"}
		err := printAll(a, rows, itself, head, func(row *reportRow) []string {
			return []string{row.Name, fmt.Sprint(row.Opened), fmt.Sprint(row.Closed),
				fmt.Sprint(row.Open)}
		})
		if err != nil {
			return err
		}
		if len(rows) > 0 && !a.json {
			fmt.Fprintln(a.stdout)
		}
	}
	return nil
}
