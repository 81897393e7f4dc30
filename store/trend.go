package store

import (
	"context"
	"database/sql"
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
	of := func(at sql.NullInt64) *DayCount {
		if d := day[when(at).In(first.Location()).Format(time.DateOnly)]; at.Valid && d != nil {
			return d
		}
		return new(DayCount)
	}
	w := &where{dialect: r.dialect}
	w.sight(s)
	w.add("(t.created_at >= %[1]s OR t.closed_at >= %[1]s)", w.bind(first.UnixMilli()))
	err := r.rows(ctx, "SELECT t.created_at, t.closed_at FROM ticket t "+w.String(), w.args,
		func(rows *sql.Rows) error {
			var created, closed sql.NullInt64
			err := rows.Scan(&created, &closed)
			of(created).Opened++
			of(closed).Closed++
			return err
		})
	return list, err
}
