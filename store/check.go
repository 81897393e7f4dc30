package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// quickSize is the largest database that is looked through whenever it is opened, and lookSize
// whenever a command reads it, at about a gigabyte a second.
const (
	quickSize = 256 << 20
	lookSize  = 16 << 20
)

// inspect refuses a database that must not be worked on, before anything is written to it: a
// damaged one, or somebody else's. through: it is read from one end to the other.
func inspect(ctx context.Context, db *sql.DB, through bool) error {
	var version, tables int
	result := "ok"
	err := db.QueryRowContext(ctx, `
		SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*)
		FROM sqlite_master)`).Scan(&version, &tables)
	if err == nil && through {
		err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result)
	}
	switch {
	case damaged(err):
		return damage(err.Error())
	case err != nil:
		return fmt.Errorf("look at the database: %w", err)
	case result != "ok":
		return damage(result)
	case version == 0 && tables > 0:
		return errors.New("the file is a database of another program: " +
			"give the data a directory of its own")
	}
	return nil
}

// vacant returns an error where no new database may be made: an empty desk over the remains of
// another would hide the loss.
func (s *Store) vacant(path string) error {
	rest := ""
	if fi, err := os.Stat(path + "-wal"); err == nil && fi.Size() > 0 {
		rest = fi.Name()
	}
	list, err := os.ReadDir(s.blobDir())
	if len(list) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		rest = s.blobDir()
	}
	if rest != "" {
		return fmt.Errorf("the database is missing or empty, but %s is there: restore the last "+
			"backup, or move the data directory aside to begin anew", rest)
	}
	return nil
}

func damaged(err error) bool {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return false
	}
	code := se.Code() & 0xff
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

func damage(what string) error {
	return fmt.Errorf("the database is damaged (%s): stop buzon and restore the last backup", what)
}

// Check looks for damage: in all of the database, and among the files that its rows name.
func (s *Store) Check(ctx context.Context) error {
	return cmp.Or(s.dialect.intact(ctx, s, false), s.files(ctx))
}

// Quick is Check for a running desk: whether its database can be written and is still the one that
// was opened, and, unless it is large, sound; and the files.
func (s *Store) Quick(ctx context.Context) error {
	if err := s.dialect.same(s); err != nil {
		return err
	}
	if err := s.Write(ctx, func(*Tx) error { return nil }); err != nil {
		return err
	}
	return cmp.Or(s.dialect.intact(ctx, s, true), s.files(ctx))
}

// files looks for files of kept bytes that are missing, cut or somebody else's.
func (s *Store) files(ctx context.Context) error {
	lost := 0
	var first error
	const kept = "SELECT sha256, size FROM blob WHERE data IS NULL"
	err := s.rows(ctx, kept, nil, func(rows *sql.Rows) error {
		var sum []byte
		var size int64
		if err := rows.Scan(&sum, &size); err != nil {
			return err
		}
		path := s.blobPath(hex.EncodeToString(sum))
		if err := readable(path, size); err != nil {
			first = cmp.Or(first, s.unreadable(path, err))
			lost++
		}
		return nil
	})
	if err == nil && lost > 1 {
		first = fmt.Errorf("%d kept files can't be read, the first: %w", lost, first)
	}
	return cmp.Or(err, first)
}

// readable says what is wrong with a file of kept bytes, but for these.
func readable(path string, size int64) error {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case fi.Size() != size:
		return fmt.Errorf("%d bytes instead of %d", fi.Size(), size)
	}
	return unix.Access(path, unix.R_OK)
}
