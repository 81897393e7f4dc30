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

// groupings are what a report can be by. The key of a group sorts it.
var groupings = []struct {
	name string
	of   func(*reporting, store.Counted) (key, name string)
}{
	{"status", func(r *reporting, c store.Counted) (string, string) {
		return fmt.Sprintf("%06d", r.Entry(c.Status).Position), r.of(c.Status)
	}},
	{"severity", func(r *reporting, c store.Counted) (string, string) {
		e, _ := r.Severity(c.Severity)
		return fmt.Sprintf("%06d", c.Severity), strings.TrimSpace(e.Key + " " + e.Name(r.language))
	}},
	{"type", func(r *reporting, c store.Counted) (string, string) {
		return r.of(c.Type),
			r.of(c.Type)
	}},
	{"product", func(r *reporting, c store.Counted) (string, string) {
		return r.of(c.Product), r.of(c.Product)
	}},
	{"organisation", func(r *reporting, c store.Counted) (string, string) {
		return r.of(c.Organisation), r.of(c.Organisation)
	}},
	{"agent", func(r *reporting, c store.Counted) (string, string) {
		return r.agents[c.Agent], r.agents[c.Agent]
	}},
	{"month", func(r *reporting, c store.Counted) (string, string) {
		month := c.Created.In(r.zone).Format("2006-01")
		return month, month
	}},
}

// reporting counts tickets.
type reporting struct {
	naming
	agents map[int64]string
	zone   *time.Location
	groups []map[string]*reportRow // one for each of groupings
}

func (r *reporting) count(c store.Counted) {
	for i, g := range groupings {
		key, name := g.of(r, c)
		row := r.group(i, key, name)
		row.Opened++
		if c.Class == desk.Closed {
			row.Closed++
		} else {
			row.Open++
		}
	}
}

func (r *reporting) group(i int, key, name string) *reportRow {
	row := r.groups[i][key]
	if row == nil {
		row = &reportRow{By: groupings[i].name, Name: cmp.Or(name, "–")}
		r.groups[i][key] = row
	}
	return row
}

func (a *app) reports() *cobra.Command {
	var by []string
	var since, until string
	var satisfaction bool
	var legal int
	var names []string
	for _, g := range groupings {
		names = append(names, g.name)
	}
	c := &cobra.Command{Use: "report", Args: cobra.NoArgs,
		Short: "Count tickets by status, severity, type, product, organisation, agent and month",
		Long: "Counts the tickets that were opened in a time: how many, how many of them are " +
			"closed by now, and how\nmany are not."}
	c.RunE = func(c *cobra.Command, _ []string) error {
		for _, name := range by {
			if err := among("by", name, names...); err != nil {
				return err
			}
		}
		h, err := a.look(c.Context())
		if err != nil {
			return err
		}
		defer h.close()
		if legal != 0 {
			return failed(a.legalReport(c.Context(), h, legal))
		}
		if satisfaction {
			return failed(a.printSatisfaction(c.Context(), h))
		}
		from, err := h.day("since", since)
		if err != nil {
			return err
		}
		to, err := h.day("until", until)
		if err != nil {
			return err
		}
		if to = to.AddDate(0, 0, 1); until == "" {
			to = h.store.Now().AddDate(1, 0, 0)
		}
		r, err := h.counted(c.Context(), from, to)
		if err != nil {
			return failed(err)
		}
		if err := a.printReport(r, by); err != nil || len(by) > 0 {
			return failed(err)
		}
		return failed(a.satisfaction(c.Context(), h, "satisfaction"))
	}
	c.Flags().BoolVar(&satisfaction, "satisfaction", false,
		"instead: what customers answered when they were asked how they were treated, by month")
	c.Flags().IntVar(&legal, "legal", 0,
		"instead: the cases of this year, 2026, and whether each was answered in the law's time, "+
			"as CSV")
	c.Flags().StringSliceVar(&by, "by", nil, strings.Join(names, ", ")+"; empty: by each")
	c.Flags().StringVar(&since, "since", "", "opened on this day or later, 2026-01-31")
	c.Flags().StringVar(&until, "until", "", "opened on this day or earlier")
	return c
}

// counted counts the tickets of a time.
func (h *house) counted(ctx context.Context, from, to time.Time) (*reporting, error) {
	n, err := h.naming(ctx)
	if err != nil {
		return nil, err
	}
	r := &reporting{naming: n, agents: map[int64]string{}, zone: h.location}
	people, err := h.store.Persons(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		r.agents[p.ID] = cmp.Or(p.Address(), p.Name)
	}
	for range groupings {
		r.groups = append(r.groups, map[string]*reportRow{})
	}
	return r, h.store.Counting(ctx, from, to, r.count)
}

func (a *app) printReport(r *reporting, by []string) error {
	for i, g := range groupings {
		if len(by) > 0 && !slices.Contains(by, g.name) {
			continue
		}
		var rows [][]string
		for _, key := range slices.Sorted(maps.Keys(r.groups[i])) {
			row := r.groups[i][key]
			if a.json {
				if err := a.object(row); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, []string{row.Name, fmt.Sprint(row.Opened), fmt.Sprint(row.Closed),
				fmt.Sprint(row.Open)})
		}
		head := []string{strings.ToUpper(g.name), "OPENED", "CLOSED", "OPEN"}
		if err := a.table(head, rows); err != nil {
			return err
		}
		if len(rows) > 0 {
			fmt.Fprintln(a.stdout)
		}
	}
	return nil
}
