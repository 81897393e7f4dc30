package store

import (
	"context"
	"time"
)

// OpenCase is an open ticket with the beginning of its first words.
type OpenCase struct {
	Number        int64
	Subject, Text string
}

// Bounds of what a new ticket is compared with.
const (
	mostOpen   = 20
	openLength = 1500 // characters
)

// OpenOf lists the newest tickets that somebody has opened since then and that are not closed.
func (r Reader) OpenOf(ctx context.Context, person int64, since time.Time) ([]OpenCase, error) {
	return several(ctx, r.statements, `
		SELECT t.number, t.subject, substr(i.text, 1, $3)
		FROM ticket t
			JOIN entry s ON s.id = t.status
			JOIN item i ON i.ticket = t.number AND i.number = 1
		WHERE t.requester = $1 AND t.created_at > $2 AND s.class <> 'closed' AND t.merged_into = 0
		ORDER BY t.number DESC LIMIT +$4`,
		args(person, since.UnixMilli(), openLength, mostOpen),
		func(c *OpenCase) []any { return []any{&c.Number, &c.Subject, &c.Text} })
}
