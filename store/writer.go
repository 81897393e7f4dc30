package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// maxBatch bounds how many transactions share one commit, and so how long the first of them waits.
const maxBatch = 256

// Tx is a transaction in the hands of one function. It is not valid after the function returned.
type Tx struct {
	Reader
	store     *Store
	index     []indexed
	catalogue *catalogue       // as read in this commit; nil: not yet
	last      map[string]int64 // the highest id of a table; nil: the database counts
	strangers int              // how many were acknowledged in the last hour; -1: not counted yet
}

// indexed is a row for the search index; these are written last in a commit, since every statement
// after them makes FTS5 flush its work.
type indexed struct {
	item                   int64
	subject, words, author string
}

// errClosed answers writes to a store that is being closed.
var errClosed = errors.New("the store is closed")

// Write runs f in a transaction and returns when it is durable. f must do nothing that cannot be
// done twice: when another function of the same commit fails, f is run again. No network call
// belongs in it.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error {
	return s.Begin(ctx, f)()
}

// Begin is Write in two steps: what is begun first is run first, and the function that it returns
// waits until f is durable. It must be called: who left early would not know whether it was done.
func (s *Store) Begin(ctx context.Context, f func(*Tx) error) (wait func() error) {
	if s.writer == nil {
		return func() error { return ErrReadOnly }
	}
	j := job{ctx: ctx, f: f, done: make(chan error, 1)}
	select {
	case s.writer.jobs <- j:
	case <-ctx.Done():
		return ctx.Err
	case <-s.writer.ended:
		return func() error { return errClosed }
	}
	return func() error {
		select {
		case err := <-j.done:
			return err
		case <-s.writer.ended:
		}
		select {
		case err := <-j.done:
			return err
		default:
			return errClosed
		}
	}
}

type job struct {
	ctx  context.Context
	f    func(*Tx) error
	done chan error
}

// writer owns the only connection that writes.
type writer struct {
	store      *Store
	db         *sql.DB
	conn       *sql.Conn
	statements *statements
	jobs       chan job
	stopping   chan struct{} // the store is being closed
	ended      chan struct{}
}

func newWriter(s *Store, db *sql.DB, conn *sql.Conn) *writer {
	return &writer{store: s, db: db, conn: conn, statements: writerStatements(s.dialect, conn,
		s.opt.Trace),
		jobs: make(chan job, maxBatch), stopping: make(chan struct{}), ended: make(chan struct{})}
}

func (w *writer) close() error {
	return errors.Join(w.statements.close(), w.conn.Close(), w.db.Close())
}

// run commits what is waiting until ctx ends, and then what is left.
func (w *writer) run(ctx context.Context) {
	defer close(w.ended)
	for {
		select {
		case j := <-w.jobs:
			w.batch(w.gather(j))
		case <-ctx.Done():
			close(w.stopping)
			for {
				select {
				case j := <-w.jobs:
					w.batch(w.gather(j))
				default:
					return
				}
			}
		}
	}
}

// gather takes what has come in while the last commit was running.
func (w *writer) gather(first job) []job {
	list := []job{first}
	for len(list) < maxBatch {
		select {
		case j := <-w.jobs:
			list = append(list, j)
		default:
			return list
		}
	}
	return list
}

// batch commits all the jobs together. When one of them fails, it is run alone, and those before
// and behind it without it: each has its own outcome, and the order stays.
func (w *writer) batch(list []job) {
	if len(list) == 0 {
		return
	}
	at, err := w.commit(list)
	switch {
	case err == nil, at == notBegun, len(list) == 1:
		w.answer(list, err)
	case at == len(list): // the commit: some may be too large for what room is left
		for i := range list {
			w.batch(list[i : i+1])
		}
	default:
		w.batch(list[:at])
		w.batch(list[at : at+1])
		w.batch(list[at+1:])
	}
}

func (w *writer) answer(list []job, err error) {
	if err == nil {
		w.store.changed.wake()
	} else if Temporary(err) {
		err = fault(err)
	}
	for _, j := range list {
		j.done <- err
	}
}

// notBegun is the place of a failure before the first job: the database is busy, and would be for
// each alone.
const notBegun = -1

// commit runs the jobs in one transaction. When it fails, at is the place of the job that failed,
// or behind the last.
func (w *writer) commit(list []job) (at int, err error) {
	ctx := context.Background()
	begun, err := w.begin(ctx)
	if err != nil {
		return notBegun, fmt.Errorf("begin: %w", err)
	}
	if held := w.store.held.Load(); held != nil && begun.name != "" &&
		!strings.Contains(begun.lease, *held) {
		w.conn.ExecContext(ctx, "ROLLBACK")
		return notBegun, ErrLeased
	}
	defer func() {
		if err != nil {
			w.statements.takePending()
			// fails when SQLite has rolled back by itself, as on a full disk
			w.conn.ExecContext(ctx, "ROLLBACK")
		}
	}()
	tx := &Tx{Reader: Reader{w.statements}, store: w.store, strangers: -1, last: begun.last}
	for i, j := range list {
		switch err := j.run(tx); {
		case errors.Is(err, errLate):
			return len(list), err
		case err != nil:
			return i, err
		}
	}
	if err := tx.writeIndex(ctx); err != nil {
		return len(list), err
	}
	if err := w.store.dialect.commit(ctx, w.statements); err != nil &&
		!w.committed(ctx, err, begun.name) {
		return len(list), fmt.Errorf("commit: %w", err)
	}
	return len(list), nil
}

// begin begins a transaction, on a new connection where the old one is gone.
func (w *writer) begin(ctx context.Context) (begun, error) {
	b, err := w.store.dialect.begin(ctx, w.conn)
	if err == nil || w.store.dialect.lost == nil || !w.store.dialect.lost(err) {
		return b, err
	}
	if err := w.reconnect(ctx); err != nil {
		return begun{}, err
	}
	return w.store.dialect.begin(ctx, w.conn)
}

// reconnect takes a new connection, with statements of its own. The old one goes first, and out of
// the pool: it holds the only place there, even when the server has ended it.
func (w *writer) reconnect(ctx context.Context) error {
	w.statements.close()
	w.conn.Raw(func(any) error { return driver.ErrBadConn })
	w.conn.Close()
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return fault(err)
	}
	w.conn, w.statements = conn, writerStatements(w.store.dialect, conn, w.store.opt.Trace)
	return nil
}

// committed reports whether a commit that failed with err has taken place all the same: the answer
// to it may have been lost on its way. As long as nobody can say, it asks again: to run the jobs
// twice would be worse than to wait.
func (w *writer) committed(ctx context.Context, err error, name string) bool {
	d := w.store.dialect
	if d.lost == nil || !d.lost(err) {
		return false
	}
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := w.reconnect(ctx)
		if err == nil {
			var done bool
			if done, err = d.committed(ctx, w.conn, name); err == nil {
				return done
			}
		}
		w.store.opt.Log.Error("cannot ask whether the last commit has taken place; trying again",
			"error", err)
		select {
		case <-time.After(wait):
		case <-w.stopping:
			return false
		}
	}
}

// run keeps a panic in one function from ending the writer.
func (j job) run(tx *Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", r, debug.Stack())
		}
	}()
	if err := j.ctx.Err(); err != nil {
		return err
	}
	return j.f(tx)
}

// Now is the store's clock.
func (tx *Tx) Now() time.Time { return tx.store.Now() }
