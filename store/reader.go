package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// Reader asks the database. A Store reads what is committed; a Tx also what it has written itself.
type Reader struct{ *statements }

// statements prepares each text once. SQLite spends more time on parsing a short statement than on
// running it. And it parses a statement at every run whose plan hangs on a bound value: where the
// condition of a partial index says = of the same column, or where a pattern of LIKE is bound, or a
// LIMIT without a plus before it.
type statements struct {
	dialect *dialect
	prepare func(context.Context, string) (*sql.Stmt, error)
	mu      sync.Mutex
	ready   map[string]*sql.Stmt

	trace func(statement string) // nil: nobody counts
	conn  *sql.Conn              // the writer's; nil: they read
	// what is to be written before the next statement whose result somebody reads
	pending  *pgx.Batch
	gathered gathered // rows that go behind it

	catalogue atomic.Pointer[catalogue] // as last read
}

func newStatements(d *dialect,
	prepare func(context.Context, string) (*sql.Stmt, error)) *statements {
	return &statements{dialect: d, prepare: prepare, ready: map[string]*sql.Stmt{}}
}

func writerStatements(d *dialect, conn *sql.Conn, trace func(string)) *statements {
	s := newStatements(d, conn.PrepareContext)
	s.conn, s.pending, s.trace = conn, &pgx.Batch{}, trace
	return s
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, st := range s.ready {
		errs = append(errs, st.Close())
	}
	return errors.Join(errs...)
}

// get prepares a statement whose result is read: what was to be written before it is written now.
func (s *statements) get(ctx context.Context, text string) (*sql.Stmt, error) {
	if err := s.flush(ctx); err != nil {
		return nil, err
	}
	if s.trace != nil {
		s.trace(text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.ready[text]; st != nil {
		return st, nil
	}
	st, err := s.prepare(ctx, text)
	if err != nil {
		return nil, s.dialect.fault(err)
	}
	s.ready[text] = st
	return st, nil
}

func (s *statements) run(ctx context.Context, text string, args []any) (sql.Result, error) {
	st, err := s.get(ctx, text)
	if err != nil {
		return nil, err
	}
	s.dialect.args(args)
	res, err := st.ExecContext(ctx, args...)
	return res, s.dialect.fault(err)
}

// maxPending bounds what is sent at once.
const maxPending = 500

// errLate marks the failure of a statement that was sent with others: which of the functions wrote
// it is not known.
var errLate = errors.New("of several statements one failed")

// write runs a statement whose result nobody reads: a server may be sent it with the next whose
// result is. Its failure ends the transaction in any case.
func (s *statements) write(ctx context.Context, text string, args ...any) error {
	return s.writeCounting(ctx, new(int64), text, args...)
}

// writeCounting is write for what must be known only behind the commit: how many rows it touched.
func (s *statements) writeCounting(ctx context.Context, n *int64, text string,
	args ...any) (err error) {
	if s.pending == nil || s.dialect.pipeline == nil {
		*n, err = s.exec(ctx, text, args...)
		return err
	}
	s.spill()
	s.dialect.args(args)
	s.queue(n, text, args)
	if s.pending.Len() < maxPending {
		return nil
	}
	return s.flush(ctx)
}

// flush sends what is still to be written.
func (s *statements) flush(ctx context.Context) error {
	if s.pending == nil || s.pending.Len()+s.gathered.n == 0 {
		return nil
	}
	if err := s.dialect.pipeline(ctx, s.conn, s.takePending()); err != nil {
		return fmt.Errorf("%w: %w", errLate, err)
	}
	return nil
}

// exec runs a statement and returns how many rows it touched.
func (s *statements) exec(ctx context.Context, text string, args ...any) (int64, error) {
	res, err := s.run(ctx, text, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert writes a row and returns the id, in the column key, that the database gave it, 0 where a
// conflict kept it out. RETURNING costs SQLite as much again as the row.
func (s *statements) insert(ctx context.Context, key, text string,
	args ...any) (id int64, err error) {
	if s.dialect.returning {
		_, err = s.row(ctx, text+" RETURNING "+key, args, &id)
		return id, err
	}
	res, err := s.run(ctx, text, args)
	if err != nil {
		return 0, err
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// row scans the first row into dest and reports whether there was one.
func (s *statements) row(ctx context.Context, text string, args []any, dest ...any) (bool, error) {
	st, err := s.get(ctx, text)
	if err != nil {
		return false, err
	}
	s.dialect.args(args)
	switch err := st.QueryRowContext(ctx, args...).Scan(dest...); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, s.dialect.fault(err)
	}
	return true, nil
}

// rows calls scan for each row.
func (s *statements) rows(ctx context.Context, text string, args []any,
	scan func(*sql.Rows) error) error {
	st, err := s.get(ctx, text)
	if err != nil {
		return err
	}
	s.dialect.args(args)
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return s.dialect.fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return s.dialect.fault(rows.Err())
}

// singles reads rows of one column.
func singles[T any](ctx context.Context, r Reader, text string, a ...any) (list []T, err error) {
	err = r.rows(ctx, text, a, func(rows *sql.Rows) error {
		var v T
		err := rows.Scan(&v)
		list = append(list, v)
		return err
	})
	return list, err
}

// several reads rows of several columns, each into the fields of a value.
func several[T any](ctx context.Context, s *statements, text string, a []any,
	fields func(*T) []any) (list []T, err error) {
	err = s.rows(ctx, text, a, func(rows *sql.Rows) error {
		var v T
		err := rows.Scan(fields(&v)...)
		list = append(list, v)
		return err
	})
	return list, err
}

// pairs reads rows of two columns, the second by the first.
func pairs[K comparable, V any](ctx context.Context, s *statements, text string, a ...any) (
	map[K]V, error) {
	of := map[K]V{}
	return of, s.rows(ctx, text, a, func(rows *sql.Rows) error {
		var key K
		var value V
		err := rows.Scan(&key, &value)
		of[key] = value
		return err
	})
}

// inTurn takes one step after the other, until one fails.
func inTurn(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// args spares the brackets at every call.
func args(list ...any) []any { return list }
