package desktest

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	_ "modernc.org/sqlite"
)

// made is a desk without people, as SQLite keeps it.
var made struct {
	sync.Once
	raw []byte
	err error
}

// Copy puts a new desk of SQLite's into a directory without one: a copy of what create has made for
// the first that asked. To make each anew takes hundreds of statements, and seconds under the race
// detector.
func Copy(t testing.TB, dir string, create func(dir string) error) {
	t.Helper()
	if os.Getenv("BUZON_TEST_ENGINE") == "postgres" {
		return
	}
	made.Do(func() { made.raw, made.err = nameless(create) })
	file := filepath.Join(dir, "buzon.db")
	if _, err := os.Stat(file); err == nil {
		return
	}
	if err := errors.Join(made.err, os.MkdirAll(dir, 0o700),
		os.WriteFile(file, made.raw, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// nameless makes a desk, and leaves out the name that tells it from others: each copy gets its own.
func nameless(create func(dir string) error) ([]byte, error) {
	dir, err := os.MkdirTemp("", "buzon-desk-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := create(dir); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "buzon.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return nil, err
	}
	_, unnamed := db.Exec(
		"DELETE FROM meta WHERE key = 'instance'; PRAGMA wal_checkpoint(TRUNCATE)")
	if err := errors.Join(unnamed, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}
