package store

import (
	"context"
	"time"

	"buzon/store/desk"
)

// DayCount is how many tickets were opened and closed on a day.
type DayCount struct{ Opened, Closed int }

// Trend counts the tickets that a person may see by the days from the first on, as its zone has
// them.
func (r Reader) Trend(ctx context.Context, s desk.Sight, first time.Time, days int) ([]DayCount,
	error) {
	list := make([]DayCount, days)
	day := map[string]*DayCount{}
	for i := range list {
		day[first.AddDate(0, 0, i).Format(time.DateOnly)] = &list[i]
	}
	count := func(column string, at func(*DayCount) *int) error {
		times, err := r.since(ctx, s, column, first)
		for _, t := range times {
			if d := day[time.UnixMilli(t).In(first.Location()).Format(time.DateOnly)]; d != nil {
				*at(d)++
			}
		}
		return err
	}
	err := count("created_at", func(d *DayCount) *int { return &d.Opened })
	if err == nil {
		err = count("closed_at", func(d *DayCount) *int { return &d.Closed })
	}
	return list, err
}

// since are the times, from the first on, that tickets which a person may see have in a column.
// Each column has an index.
func (r Reader) since(ctx context.Context, s desk.Sight, column string, first time.Time) ([]int64,
	error) {
	w := &where{dialect: r.dialect}
	w.sight(s)
	w.add("t.%s >= %s", column, w.bind(first.UnixMilli()))
	return singles[int64](ctx, r, "SELECT t."+column+
		" FROM ticket t "+w.String(), w.args...)
}
