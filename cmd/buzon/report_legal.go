package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// legalRow is a line of the report that a law asks for: no name and no address stands in it.
type legalRow struct {
	Ticket      int64   `json:"ticket"`
	Type        string  `json:"type"`
	Opened      string  `json:"opened"` // days, as the law's calendar has them
	Due         string  `json:"due"`
	Resolved    *string `json:"resolved"` // null: not yet
	WorkingDays int     `json:"working_days"`
	Late        bool    `json:"late"`
}

// legalReport prints the cases that were opened in a year, with the law's time for each.
func (a *app) legalReport(ctx context.Context, h *house, year int) error {
	law, err := h.config.law(h.location)
	switch {
	case err != nil:
		return err
	case law == nil:
		return exitError{exitUsage, errors.New(`no law is named: write plazos = "es-ley10-2025", ` +
			`or another, into the configuration`)}
	case year < 1970 || year > 9999:
		return exitError{exitUsage, fmt.Errorf("%d is no year: write --legal 2026", year)}
	}
	rows, err := h.legalRows(ctx, *law, year)
	if err != nil {
		return err
	}
	if a.json {
		return printAll(a, rows, itself, nil, nil)
	}
	w := csv.NewWriter(a.stdout)
	lines := [][]string{{"ticket", "type", "opened", "due", "resolved", "working_days", "late"}}
	for _, r := range rows {
		lines = append(lines, []string{fmt.Sprint(r.Ticket), r.Type, r.Opened, r.Due,
			deref(r.Resolved), fmt.Sprint(r.WorkingDays), fmt.Sprint(r.Late)})
	}
	return w.WriteAll(lines)
}

func (h *house) legalRows(ctx context.Context, law desk.Law, year int) ([]legalRow, error) {
	n, err := h.naming(ctx)
	if err != nil {
		return nil, err
	}
	start := time.Date(year, 1, 1, 0, 0, 0, 0, law.Calendar.Zone)
	list, err := h.store.LegalClocks(ctx, start, start.AddDate(1, 0, 0))
	if err != nil {
		return nil, err
	}
	var rows []legalRow
	for _, c := range list {
		t, err := h.store.Ticket(ctx, c.Ticket)
		if errors.Is(err, store.ErrNotFound) {
			continue // forgotten meanwhile
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, legalRowOf(n, law, t, c.Clock, h.store.Now()))
	}
	return rows, nil
}

func legalRowOf(n naming, law desk.Law, t desk.Ticket, c desk.Clock, now time.Time) legalRow {
	day := func(at time.Time) string { return at.In(law.Calendar.Zone).Format(time.DateOnly) }
	due, end := law.Due(n.Entry(t.Type), c.Began), now
	row := legalRow{Ticket: t.Number, Type: n.of(t.Type), Opened: day(c.Began), Due: day(due)}
	if !c.Ended.IsZero() {
		end = c.Ended
		resolved := day(end)
		row.Resolved = &resolved
	}
	row.WorkingDays = law.Calendar.Days(c.Began, end)
	row.Late = day(end) > day(due)
	return row
}
