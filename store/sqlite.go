package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"buzon/store/schema"
)

// sqliteDialect is the embedded engine: a file in the data directory, in WAL mode with
// synchronous=FULL.
var sqliteDialect = &dialect{
	migrations: schema.SQLite,
	searchStep: 35,
	open:       openSQLite,
	look:       lookSQLite,
	version:    sqliteVersion,
	setVersion: "PRAGMA user_version = %d",
	copyOf:     sqliteCopy,
	copyInto:   sqliteCopyInto,
	begin: func(ctx context.Context, c *sql.Conn) (begun, error) {
		return begun{}, run(ctx, c, "BEGIN IMMEDIATE")
	},
	commit:  func(ctx context.Context, s *statements) error { return run(ctx, s.conn, "COMMIT") },
	domain:  "substr(address, instr(address, '@') + 1)",
	index:   "INSERT INTO search (rowid, words) VALUES ($1, $2)",
	unindex: "DELETE FROM search WHERE rowid = $1",
	words:   func(_ int64, text string) string { return text },
	found:   "SELECT rowid AS id FROM search WHERE search MATCH %s AND rowid < %s",
	among: `
		SELECT rowid AS id FROM search
		WHERE search MATCH %s AND +rowid IN (SELECT id FROM item WHERE ticket IN (%s))
			AND rowid < %s`,
	few:      3000,
	match:    matchFTS5,
	list:     "json_each(%s)",
	args:     func([]any) {},
	fault:    func(err error) error { return err },
	beat:     beat{10 * time.Second, 3},
	vacant:   sqliteVacant,
	snapshot: "BEGIN",
	tables: `
		SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'search%' AND m.name NOT LIKE 'sqlite%'
		ORDER BY m.name, c.cid`,
	references: `
		SELECT m.name, f."table"
		FROM sqlite_master m, pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table'`,
	copied: func(context.Context, *statements) error { return nil },
	scrub:  sqliteScrub,
	same:   sqliteSame,
	intact: sqliteIntact,
	watch:  sqliteWatch,
}

// database is the file's name in the data directory.
const database = "buzon.db"

// sqliteThere reports whether dir holds a database. One that can't be looked at counts as there.
func sqliteThere(dir string) bool {
	fi, err := os.Stat(filepath.Join(dir, database))
	return err == nil && fi.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist)
}

func openSQLite(ctx context.Context, s *Store) (write, read *sql.DB, err error) {
	path := filepath.Join(s.dir, database)
	if s.opt.Existing && !sqliteThere(s.dir) {
		return nil, nil, ErrNoDesk
	}
	if err := s.makeDirs(); err != nil {
		return nil, nil, err
	}
	if !sqliteThere(s.dir) {
		if err := s.vacant(path); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := private(path); err != nil {
		return nil, nil, err
	}
	const how = "_txlock=immediate"
	if read, err = readSQLite(ctx, path, how, quickSize); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	write, err = sql.Open("sqlite", source(path)+"?"+how+patient+
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=temp_store(memory)"+
		"&_pragma=wal_autocheckpoint(4000)&_pragma=journal_size_limit(67108864)")
	if err != nil {
		return nil, nil, errors.Join(err, read.Close())
	}
	if err = connected(ctx, write); err == nil {
		s.file, err = os.Stat(path)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), write.Close(), read.Close())
	}
	return write, read, nil
}

func lookSQLite(ctx context.Context, s *Store) (*sql.DB, error) {
	path := filepath.Join(s.dir, database)
	if !sqliteThere(s.dir) {
		return nil, cmp.Or(s.vacant(path), ErrNoDesk)
	}
	// ro would leave files beside it; what is mapped is not copied into pages that nobody asks for
	// again
	read, err := readSQLite(ctx, path, "mode=rw&_pragma=mmap_size(1073741824)", lookSize)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return read, nil
}

const patient = "&_pragma=busy_timeout(20000)&_pragma=foreign_keys(1)&_pragma=cache_size(-8192)"

// readSQLite opens the read pool, and looks at the database with it: to read the schema costs a
// connection more than most of its questions. It is looked through where it is no larger than most.
func readSQLite(ctx context.Context, path, how string, most int64) (*sql.DB, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	read, err := readers(path, how)
	if err != nil || fi.Size() == 0 { // 0: it is made now
		return read, err
	}
	if err := inspect(ctx, read, fi.Size() <= most); err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return read, nil
}

// readers opens a pool that only reads; how is part of the data source's name. Each of them keeps
// pages of its own, which together are more than a daemon should have.
func readers(path, how string) (*sql.DB, error) {
	read, err := sql.Open("sqlite", source(path)+"?"+how+patient+
		"&_pragma=cache_size(-4096)&_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	read.SetMaxIdleConns(max(4, runtime.NumCPU()))
	return read, nil
}

// connected waits until the database can be opened. QUIRK: while another process makes it, SQLite
// does not wait for the change to WAL, whatever its busy_timeout.
func connected(ctx context.Context, db *sql.DB) error {
	for tries := 0; ; tries++ {
		err := db.PingContext(ctx)
		var se *sqlite.Error
		busy := errors.As(err, &se) && se.Code()&0xff == sqlite3.SQLITE_BUSY
		if err == nil || tries == 250 || !busy {
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

// private makes the file with mode 0600 before SQLite opens it; the -wal and -shm files take the
// same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// privateAnew makes an empty file where one may be of a copy that was broken off.
func privateAnew(path string) error {
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	return private(path)
}

// sqliteVacant makes a database beside its place in the data directory, which must be free.
func sqliteVacant(ctx context.Context, dir string) (*sql.DB, func(bool) error, error) {
	if sqliteThere(dir) {
		return nil, nil, fmt.Errorf("%w: move %s away, or name another directory",
			errNotEmpty, filepath.Join(dir, database))
	}
	path := filepath.Join(dir, database)
	beside := path + ".copy"
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = privateAnew(beside)
	}
	if err != nil {
		return nil, nil, err
	}
	db, err := sql.Open("sqlite", source(beside)+
		"?_pragma=foreign_keys(1)&_pragma=cache_size(-65536)&_pragma=synchronous(FULL)")
	return db, func(whole bool) error {
		if err := db.Close(); err != nil || !whole {
			return errors.Join(err, os.Remove(beside))
		}
		return errors.Join(syncPath(beside), os.Rename(beside, path), syncPath(dir))
	}, err
}

func sqliteVersion(ctx context.Context, db querier) (version int, err error) {
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, err
}

// sqliteCopy keeps the database as it is, beside it, before its schema changes.
func sqliteCopy(ctx context.Context, s *Store, db *sql.DB, version int) error {
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

// sqliteFull reports whether an error means a full disk: there are two codes for it, the second for
// the file of shared memory.
func sqliteFull(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) &&
		(se.Code()&0xff == sqlite3.SQLITE_FULL || se.Code() == sqlite3.SQLITE_IOERR_SHMSIZE)
}

// sqliteBroken reports whether an error blames the database and not the statement or its values.
func sqliteBroken(err error) bool {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return false
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH,
		sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_MISUSE:
		return false
	}
	return true
}

// sqliteSame refuses a database that is not the one which was opened.
func sqliteSame(s *Store) error {
	path := filepath.Join(s.dir, database)
	if fi, err := os.Stat(path); err != nil || !os.SameFile(fi, s.file) {
		return fmt.Errorf("%s was removed or replaced under the running buzon: "+
			"stop it, and put the file back or restore the last backup", path)
	}
	return nil
}

// sqliteIntact has SQLite look through the database; quickly is for a running desk, and leaves out
// a large one.
func sqliteIntact(ctx context.Context, s *Store, quickly bool) error {
	how := "integrity_check"
	if quickly {
		if fi, err := os.Stat(filepath.Join(s.dir, database)); err != nil || fi.Size() > quickSize {
			return err
		}
		how = "quick_check"
	}
	var result string
	switch err := s.db.QueryRowContext(ctx, "PRAGMA "+how+"(1)").Scan(&result); {
	case damaged(err):
		return damage(err.Error())
	case err != nil:
		return fmt.Errorf("check database: %w", err)
	case result != "ok":
		return damage(result)
	}
	return nil
}

// sqliteWatch wakes whoever waits for Changed when another process has committed: `buzon deliver`,
// `buzon outbox retry`.
func sqliteWatch(ctx context.Context, s *Store) {
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
		err := conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version)
		if err == nil && version != last {
			last = version
			s.changed.wake()
		}
	}
}
