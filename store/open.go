package store

import (
	"cmp"
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
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// database is the file's name in the data directory.
const database = "buzon.db"

// ErrNoDesk says that a data directory holds no database.
var ErrNoDesk = errors.New("there is no desk yet")

// ErrReadOnly answers writes to a store that was opened by Look.
var ErrReadOnly = errors.New("the store was opened to be read only")

// Exists reports whether dir holds a database. One that can't be looked at counts as there.
func Exists(dir string) bool {
	fi, err := os.Stat(filepath.Join(dir, database))
	return err == nil && fi.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist)
}

// unopened is a store that is not open yet.
func unopened(dir string, opt Options) *Store {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{dir: dir, opt: opt}
}

// Open opens the database in dir, making both when they are missing, and brings an older schema up to date. It refuses
// a newer schema and a damaged file rather than begin an empty desk over them.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	s := unopened(dir, opt)
	if err := s.makeDirs(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	path := filepath.Join(dir, database)
	if err := s.inspect(ctx, path); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := s.openWriter(ctx, path); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

// Look opens the database in dir to be read. It makes nothing, migrates nothing and writes nothing: Write answers
// ErrReadOnly. Where there is no database the error is ErrNoDesk.
func Look(ctx context.Context, dir string, opt Options) (*Store, error) {
	s := unopened(dir, opt)
	path := filepath.Join(dir, database)
	if !Exists(dir) {
		return nil, cmp.Or(s.vacant(path), ErrNoDesk)
	}
	err := s.inspect(ctx, path)
	if err == nil {
		err = s.openReaders(path, "mode=rw") // not ro, which would leave files beside the database
	}
	if err == nil {
		if err = s.current(ctx); err != nil {
			s.db.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return s, nil
}

// current refuses a database whose schema is another than ours: a statement may fail, or mislead, in the middle of things.
func (s *Store) current(ctx context.Context) error {
	version, err := schemaVersion(ctx, s.db)
	switch {
	case err != nil:
		return err
	case version > len(migrations):
		return newer(version, len(migrations))
	case version < len(migrations):
		return fmt.Errorf("the database has schema %d and this buzon works with %d: start buzon serve, "+
			"which brings it up to date and keeps a copy of it as it is", version, len(migrations))
	}
	return s.db.QueryRowContext(ctx, named).Scan(&s.instance)
}

const patient = "&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=cache_size(-8192)"

// openReaders opens the read pool; how is part of the data source's name.
func (s *Store) openReaders(path, how string) (err error) {
	if s.db, err = sql.Open("sqlite", source(path)+"?"+how+patient+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(max(4, runtime.NumCPU()))
	s.db.SetMaxIdleConns(max(4, runtime.NumCPU()))
	s.Reader = Reader{statements: newStatements(s.db.PrepareContext)}
	return nil
}

func (s *Store) openWriter(ctx context.Context, path string) (err error) {
	const how = "_txlock=immediate"
	w, err := sql.Open("sqlite", source(path)+"?"+how+patient+"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=temp_store(memory)&_pragma=wal_autocheckpoint(4000)&_pragma=journal_size_limit(67108864)")
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
	if err := s.openReaders(path, how); err != nil {
		return err
	}
	conn, err := w.Conn(ctx)
	if err == nil {
		s.file, err = os.Stat(path)
	}
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

const named = "SELECT value FROM meta WHERE key = 'instance'"

// instance is the random name of this desk, part of everything that is signed.
func instance(ctx context.Context, db *sql.DB) (name string, err error) {
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
