// Package store keeps the desk: the journal of mail, tickets and their items, people, the outbox, and the search
// index. It is the only package that knows SQL.
//
//	door ──► Spool ──► Receive ─┐                       ┌─► read pool: lists, search, resolver
//	intake ──► Write(func) ─────┼─► one writer, commits ─┤
//	dispatcher ──► Settle ──────┘   whatever is waiting  └─► Changed: who waits for work wakes up
//
// SQLite in WAL mode with synchronous=FULL: what a method has returned from survives a power cut. All writing goes
// through one goroutine that commits together whatever has come in meanwhile, so that a burst of mail shares its
// syncs. Bytes up to InlineSize live in the database, larger ones in files named for their SHA-256.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Options change how a Store works; the zero value is for production.
type Options struct {
	Now     func() time.Time // time.Now
	MinFree int64            // bytes that must stay free on the disk before more mail is taken; 0: the lesser of 5 % and 500 MB
	Log     *slog.Logger
}

// Store is an open data directory. Close must be called.
type Store struct {
	Reader
	dir      string
	opt      Options
	db       *sql.DB // the read pool
	writer   *writer
	instance string
	changed  broadcast
	recent   recent
	shelves  sync.Map // directories of blobs that are durable
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// Open opens the database in dir, making both when they are missing, and brings an older schema up to date. It refuses
// a newer schema and a damaged file rather than begin an empty desk over them.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{dir: dir, opt: opt}
	if err := s.makeDirs(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	path := filepath.Join(dir, "buzon.db")
	if err := s.inspect(ctx, path); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := s.openDatabases(ctx, path); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) openDatabases(ctx context.Context, path string) (err error) {
	dsn := source(path) + "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=cache_size(-8192)"
	w, err := sql.Open("sqlite", dsn+"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=temp_store(memory)&_pragma=wal_autocheckpoint(4000)&_pragma=journal_size_limit(67108864)")
	if err != nil {
		return err
	}
	w.SetMaxOpenConns(1)
	defer func() {
		if err != nil {
			w.Close()
			if s.db != nil {
				s.db.Close()
			}
		}
	}()
	if err := connected(ctx, w); err != nil {
		return err
	}
	if err := migrate(ctx, w, migrations, func(version int) error { return s.copyOf(ctx, w, version) }); err != nil {
		return err
	}
	if s.instance, err = instance(ctx, w); err != nil {
		return err
	}
	if s.db, err = sql.Open("sqlite", dsn+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(max(4, runtime.NumCPU()))
	s.db.SetMaxIdleConns(max(4, runtime.NumCPU()))
	s.Reader = Reader{statements: newStatements(s.db.PrepareContext)}
	conn, err := w.Conn(ctx)
	if err != nil {
		return err
	}
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.writer = newWriter(s, w, conn)
	s.running.Add(2)
	go func() { defer s.running.Done(); s.writer.run(run) }()
	go func() { defer s.running.Done(); s.watch(run) }()
	return nil
}

// connected waits until the database can be opened. QUIRK: while another process makes it, SQLite does not wait for the
// change to WAL, whatever its busy_timeout.
func connected(ctx context.Context, db *sql.DB) error {
	for tries := 0; ; tries++ {
		err := db.PingContext(ctx)
		var se *sqlite.Error
		if err == nil || tries == 250 || !errors.As(err, &se) || se.Code()&0xff != sqlite3.SQLITE_BUSY {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// source begins a data source name; odd characters of the path must not be read as parts of it.
func source(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// copyOf keeps the database as it is, beside it, before its schema changes.
func (s *Store) copyOf(ctx context.Context, db *sql.DB, version int) error {
	path := filepath.Join(s.dir, fmt.Sprintf("buzon-schema%d.db", version))
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := private(path); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", path); err != nil {
		return fmt.Errorf("copy the database before its upgrade: %w", err)
	}
	return errors.Join(syncPath(path), syncPath(s.dir))
}

// instance is the random name of this desk, part of everything that is signed.
func instance(ctx context.Context, db *sql.DB) (name string, err error) {
	const named = "SELECT value FROM meta WHERE key = 'instance'"
	if err = db.QueryRowContext(ctx, named).Scan(&name); !errors.Is(err, sql.ErrNoRows) {
		return name, err
	}
	fresh := make([]byte, 8)
	rand.Read(fresh)
	if _, err := db.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES ('instance', $1) ON CONFLICT DO NOTHING", hex.EncodeToString(fresh)); err != nil {
		return "", fmt.Errorf("name instance: %w", err)
	}
	err = db.QueryRowContext(ctx, named).Scan(&name)
	return name, err
}

// Instance is the random name that this desk was given when its database was made.
func (s *Store) Instance() string { return s.instance }

// Dir is the data directory.
func (s *Store) Dir() string { return s.dir }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.opt.Now() }

// Close ends the writer after what is waiting, and closes the database.
func (s *Store) Close() error {
	s.stop()
	s.running.Wait()
	return errors.Join(s.Reader.close(), s.db.Close(), s.writer.close())
}

// Changed returns a channel that is closed at the next commit, by this process or another.
func (s *Store) Changed() <-chan struct{} { return s.changed.wait() }

// watch wakes whoever waits for Changed when another process has committed: `buzon deliver`, `buzon outbox retry`.
func (s *Store) watch(ctx context.Context) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return
	}
	defer conn.Close()
	var last int64
	for tick := time.NewTicker(300 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		var version int64
		if conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version) == nil && version != last {
			last = version
			s.changed.wake()
		}
	}
}

// makeDirs makes the data directory, private to its owner.
func (s *Store) makeDirs() error {
	if fi, err := os.Stat(s.dir); err == nil && fi.Mode()&fs.ModeSticky != 0 {
		return fmt.Errorf("%s is shared with others: give the data a directory of its own", s.dir)
	}
	for _, d := range []string{s.dir, s.tmpDir(), s.blobDir()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("make data directory: %w", err)
		}
		if err := os.Chmod(d, 0o700); err != nil {
			return fmt.Errorf("keep data directory private: %w", err)
		}
	}
	return nil
}

// private makes the file with mode 0600 before SQLite opens it; the -wal and -shm files take the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

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

// millis and when carry times between Go and the database: Unix milliseconds, NULL for the zero time.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func when(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64)
}
