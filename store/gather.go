package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// gathered are rows for tables of which the transaction counts the numbers. They go to the server
// many with one statement, before whatever else is to be run next: a table's behind those of the
// tables that it may refer to, which is the order of counted.
type gathered struct {
	texts map[string]map[int]string // the INSERT of so many rows of a table
	rows  map[string][][]any
	n     int
	begun map[conversation]bool // of the outbox's
}

// mostGathered is how many rows of a table a statement has at most.
const mostGathered = 16

// gather keeps rows of one width to be written.
func (s *statements) gather(ctx context.Context, n numberedRow, rows int, a []any) error {
	s.dialect.args(a)
	g := &s.gathered
	if g.rows == nil {
		g.rows, g.texts = map[string][][]any{}, map[string]map[int]string{}
	}
	if g.texts[n.table] == nil {
		g.texts[n.table] = map[int]string{}
		for most := range mostGathered {
			g.texts[n.table][most+1] = n.given(most + 1)
		}
	}
	for width := len(a) / rows; len(a) > 0; a = a[width:] {
		g.rows[n.table] = append(g.rows[n.table], a[:width])
	}
	if g.n += rows; g.n < maxPending {
		return nil
	}
	return s.flush(ctx)
}

// spill adds what is gathered to what is to be written.
func (s *statements) spill() {
	for _, table := range counted {
		for some := range slices.Chunk(s.gathered.rows[table], mostGathered) {
			s.queue(new(int64), s.gathered.texts[table][len(some)], slices.Concat(some...))
		}
		delete(s.gathered.rows, table)
	}
	s.gathered.n = 0
	clear(s.gathered.begun)
}

// queue adds a statement to what is to be written, n getting how many rows it touched.
func (s *statements) queue(n *int64, text string, args []any) {
	if s.trace != nil {
		s.trace(text)
	}
	s.pending.Queue(text, args...).Exec(func(tag pgconn.CommandTag) error {
		*n = tag.RowsAffected()
		return nil
	})
}

// takePending takes what is to be written, which nothing is then.
func (s *statements) takePending() *pgx.Batch {
	s.spill()
	b := s.pending
	s.pending = &pgx.Batch{}
	return b
}
