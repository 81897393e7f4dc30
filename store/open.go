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
	"time"
)

// ErrNoDesk says that a data directory holds no database.
var ErrNoDesk = errors.New("there is no desk yet")

// ErrReadOnly answers writes to a store that was opened by Look.
var ErrReadOnly = errors.New("the store was opened to be read only")

// Exists reports whether there is a database. One that can't be looked at counts as there.
func Exists(ctx context.Context, dir string, opt Options) bool {
	if opt.Database == "" {
		return sqliteThere(dir)
	}
	s, err := Look(ctx, dir, opt)
	if err == nil {
		s.Close()
	}
	return !errors.Is(err, ErrNoDesk)
}

// unopened is a store that is not open yet.
func unopened(dir string, opt Options) *Store {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{dir: dir, opt: opt, dialect: sqliteDialect}
	if opt.Database != "" {
		s.dialect = postgresDialect
	}
	return s
}

// Open opens the database, making it and dir when they are missing unless they must exist, and
// brings an older schema up to date. It refuses a newer schema and a damaged file rather than begin
// an empty desk over them.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	s := unopened(dir, opt)
	write, read, err := s.dialect.open(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := s.start(ctx, write, read); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), write.Close(), read.Close())
	}
	return s, nil
}

// Look opens the database to be read. It makes nothing, migrates nothing and writes nothing: Write
// answers ErrReadOnly. Where there is no database the error is ErrNoDesk.
func Look(ctx context.Context, dir string, opt Options) (*Store, error) {
	s := unopened(dir, opt)
	read, err := s.dialect.look(ctx, s)
	if err != nil {
		return nil, err
	}
	s.reads(read)
	if err := s.current(ctx); err != nil {
		return nil, fmt.Errorf("read store: %w", errors.Join(err, read.Close()))
	}
	return s, nil
}

// current refuses a database whose schema is another than ours: a statement may fail, or mislead,
// in the middle of things.
func (s *Store) current(ctx context.Context) error {
	version, err := s.dialect.version(ctx, s.db)
	known := len(s.dialect.migrations())
	switch {
	case err != nil:
		return fmt.Errorf("read schema version: %w", err)
	case version > known:
		return newer(version, known)
	case version < known:
		return fmt.Errorf("the database has schema %d and this buzon works with %d: "+
			"start buzon serve, which brings it up to date and keeps a copy of it as it is",
			version, known)
	}
	return s.db.QueryRowContext(ctx, named).Scan(&s.instance)
}

// reads takes the readers of a database.
func (s *Store) reads(db *sql.DB) {
	s.db, s.Reader = db, Reader{newStatements(s.dialect, db.PrepareContext)}
}

// start brings the schema up to date, and sets the writer to work.
func (s *Store) start(ctx context.Context, write, read *sql.DB) (err error) {
	write.SetMaxOpenConns(1)
	before := func(version int) error { return s.dialect.copyOf(ctx, s, write, version) }
	if err := migrate(ctx, write, s.dialect, s.dialect.migrations(), before); err != nil {
		return err
	}
	if err := s.reindex(ctx, write); err != nil {
		return err
	}
	if s.instance, err = instance(ctx, write); err != nil {
		return err
	}
	conn, err := write.Conn(ctx)
	if err != nil {
		return err
	}
	s.reads(read)
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.writer = newWriter(s, write, conn)
	s.running.Add(2)
	go func() { defer s.running.Done(); s.writer.run(run) }()
	go func() { defer s.running.Done(); s.dialect.watch(run, s) }()
	if err := s.ship(ctx); err != nil {
		s.stop()
		s.running.Wait()
		return err
	}
	return nil
}

const named = "SELECT value FROM meta WHERE key = 'instance'"

// instance is the random name of this desk, part of everything that is signed.
func instance(ctx context.Context, db *sql.DB) (name string, err error) {
	if err = db.QueryRowContext(ctx, named).Scan(&name); !errors.Is(err, sql.ErrNoRows) {
		return name, err
	}
	fresh := make([]byte, 8)
	rand.Read(fresh)
	if _, err := db.ExecContext(ctx, `
		INSERT INTO meta (key, value) VALUES ('instance', $1) ON CONFLICT DO NOTHING`,
		hex.EncodeToString(fresh)); err != nil {
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
