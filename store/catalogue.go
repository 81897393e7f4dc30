package store

import (
	"context"
	"database/sql"
	"fmt"

	"buzon/store/desk"
)

// Status is a name that a desk gave to a class.
type Status struct {
	Name  string
	Class desk.Class
}

// Statuses lists the statuses in their order.
func (r Reader) Statuses(ctx context.Context) (list []Status, err error) {
	err = r.rows(ctx, "SELECT name, class FROM status ORDER BY position, name", nil, func(rows *sql.Rows) error {
		var s Status
		err := rows.Scan(&s.Name, &s.Class)
		list = append(list, s)
		return err
	})
	return list, err
}

// Types lists the names of the ticket types in their order.
func (r Reader) Types(ctx context.Context) ([]string, error) {
	return r.names(ctx, "SELECT name FROM type ORDER BY position, name")
}

// Products lists the names of the products.
func (r Reader) Products(ctx context.Context) ([]string, error) {
	return r.names(ctx, "SELECT name FROM product ORDER BY name")
}

// Severities lists the names of the severities, the worst first.
func (r Reader) Severities(ctx context.Context) ([]string, error) {
	return r.names(ctx, "SELECT name FROM severity ORDER BY number")
}

func (r Reader) names(ctx context.Context, query string) (list []string, err error) {
	err = r.rows(ctx, query, nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		list = append(list, name)
		return err
	})
	return list, err
}

// Unfollow ends a person's following of a ticket, and tells whether there was any.
func (tx *Tx) Unfollow(ctx context.Context, ticket, person int64) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM follower WHERE ticket = $1 AND person = $2", ticket, person)
	if err != nil {
		return false, fmt.Errorf("end following: %w", err)
	}
	return n > 0, nil
}
