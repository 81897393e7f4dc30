// Package store keeps the desk: the journal of mail, tickets and their items, people, the outbox,
// and the search index. It is the only package that knows SQL.
//
//	door ──► Spool ──► Receive ─┐                       ┌─► read pool: lists, search, resolver
//	intake ──► Write(func) ─────┼─► one writer, commits ─┤
//	dispatcher ──► Settle ──────┘   whatever is waiting  └─► Changed: who waits for work wakes up
//
// The engine is SQLite or PostgreSQL; all that differs stands in sqlite.go and postgres.go.
//
// SQLite in WAL mode with synchronous=FULL: what a method has returned from survives a power cut.
// All writing goes through one goroutine that commits together whatever has come in meanwhile, so
// that a burst of mail shares its syncs. Bytes up to InlineSize live in the database, larger ones
// in files named for their SHA-256.
package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"buzon/store/desk"
)

// Options change how a Store works; the zero value is for production.
type Options struct {
	Now func() time.Time // time.Now
	// Database is "" for SQLite in the data directory, or the URL of a PostgreSQL database.
	Database string
	Existing bool // Open makes no database, and answers ErrNoDesk where there is none
	// bytes that must stay free on the disk before more mail is taken; 0: the lesser of 5 % and 500
	// MB
	MinFree  int64
	Log      *slog.Logger
	Profiles desk.Profiles // of who sees which tickets
	Times    desk.Times    // of how long the desk waits for people
	// Mailboxes are the desk's; what they say of holding and of asking counts whoever acts.
	Mailboxes desk.Mailboxes
	Trace     func(statement string) // is told of each statement of a transaction; nil: nobody is
}

// Store is an open data directory. Close must be called.
type Store struct {
	Reader
	dir      string
	file     fs.FileInfo // of the database as it was opened
	opt      Options
	dialect  *dialect
	db       *sql.DB // the read pool
	writer   *writer // nil after Look
	instance string
	held     atomic.Pointer[string] // the token of the lease that this process has
	changed  broadcast
	recent   recent
	breakers breakers
	shelves  sync.Map // directories of blobs that are durable
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// Instance is the random name that this desk was given when its database was made.
func (s *Store) Instance() string { return s.instance }

// Fact is a word about the desk itself, "" where nothing is known by that key.
func (r Reader) Fact(ctx context.Context, key string) (value string, err error) {
	_, err = r.row(ctx, "SELECT value FROM meta WHERE key = $1", args(key), &value)
	return value, err
}

// SetFact writes down a word about the desk itself.
func (tx *Tx) SetFact(ctx context.Context, key, value string) error {
	return tx.write(ctx, `
		INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE
		SET value = excluded.value`, key, value)
}

// Dir is the data directory.
func (s *Store) Dir() string { return s.dir }

// mailbox is the one with the address; the zero one where the store was told of none.
func (s *Store) mailbox(address string) desk.Mailbox {
	if len(s.opt.Mailboxes) == 0 {
		return desk.Mailbox{}
	}
	return s.opt.Mailboxes.Named(address)
}

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.opt.Now() }

// Close ends the writer after what is waiting, and closes the database.
func (s *Store) Close() error {
	if s.writer == nil {
		return errors.Join(s.Reader.close(), s.db.Close())
	}
	s.stop()
	s.running.Wait()
	return errors.Join(s.Reader.close(), s.db.Close(), s.writer.close())
}

// Changed returns a channel that is closed at the next commit, by this process or another.
func (s *Store) Changed() <-chan struct{} { return s.changed.wait() }

// broadcast wakes everybody who waits, once.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// millis and when carry times between Go and the database: Unix milliseconds, NULL for the zero
// time.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func when(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64)
}
