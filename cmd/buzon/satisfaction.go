package main

import (
	"context"
	"fmt"
)

// satisfactionRow is the JSON of a month of `report --satisfaction`.
type satisfactionRow struct {
	By           string  `json:"by,omitempty"` // satisfaction, among the lines of a report
	Month        string  `json:"month"`        // 2026-03
	Asked        int     `json:"asked"`
	Answered     int     `json:"answered"`
	Satisfaction float64 `json:"satisfaction"` // the mean of the answers, 1 to 5; 0 for none
}

// satisfactionMonths is how many months are shown, this one included.
const satisfactionMonths = 12

// printSatisfaction shows what customers think of how they were treated, the newest month first.
func (a *app) printSatisfaction(ctx context.Context, h *house) error {
	return a.satisfaction(ctx, h, "")
}

// satisfaction is that, where by is "", and of the months in which somebody was asked as a part of
// a report.
func (a *app) satisfaction(ctx context.Context, h *house, by string) error {
	list, err := h.store.SatisfactionByMonth(ctx, h.store.Now(), h.location, satisfactionMonths)
	if err != nil {
		return err
	}
	var rows []satisfactionRow
	for _, m := range list {
		if by == "" || m.Asked != 0 {
			rows = append(rows,
				satisfactionRow{by, m.First.Format("2006-01"), m.Asked, m.Count, m.Mean})
		}
	}
	head := []string{"MONTH", "ASKED", "ANSWERED", "SATISFACTION"}
	return printAll(a, rows, itself, head, func(r satisfactionRow) []string {
		mean := ""
		if r.Answered > 0 {
			mean = fmt.Sprintf("%.1f", r.Satisfaction)
		}
		return []string{r.Month, fmt.Sprint(r.Asked), fmt.Sprint(r.Answered), mean}
	})
}
