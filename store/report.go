package store

import (
	"context"
	"database/sql"
	"time"

	"buzon/store/desk"
)

// Counted is what a report must know of a ticket. A merged ticket is none: it is counted as the one
// in which it lives on.
type Counted struct {
	Status, Product, Type, Organisation, Agent int64
	Severity                                   int
	Class                                      desk.Class
	Created, Closed                            time.Time
}

// Counting hands over what a report counts, of the tickets opened between two times.
func (r Reader) Counting(ctx context.Context, since, until time.Time, f func(Counted)) error {
	return r.rows(ctx, `
		SELECT t.status, s.class, t.product, t.type, t.severity, t.agent, p.organisation,
			t.created_at, t.closed_at
		FROM ticket t JOIN entry s ON s.id = t.status JOIN person p ON p.id = t.requester
		WHERE t.created_at >= $1 AND t.created_at < $2 AND t.merged_into = 0`,
		args(since.UnixMilli(), until.UnixMilli()), func(rows *sql.Rows) error {
			var c Counted
			err := rows.Scan(&c.Status, &c.Class, &c.Product, &c.Type, &c.Severity, &c.Agent,
				&c.Organisation, moment{&c.Created}, moment{&c.Closed})
			f(c)
			return err
		})
}
