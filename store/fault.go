package store

import (
	"errors"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Fault is a failure of the store itself. It always passes: nothing was written, and the same may be tried again.
type Fault struct {
	Cause error
}

func (f *Fault) Error() string { return "store: " + f.Cause.Error() }
func (f *Fault) Unwrap() error { return f.Cause }

// Full tells a full disk (RFC 3463 x.3.1) from other faults.
func (f *Fault) Full() bool { return full(f.Cause) }

// fault marks an error of the database or the disk as one; what concerns one file alone is none.
func fault(err error) error {
	var f *Fault
	var u *Unreadable
	if err == nil || errors.As(err, &f) || errors.As(err, &u) {
		return err
	}
	return &Fault{Cause: err}
}

// Full reports whether an error is that of a full disk.
func Full(err error) bool { return full(err) }

// full tells what a full disk comes to: SQLite has two codes for it, the second for its file of shared memory.
func full(err error) bool {
	var se *sqlite.Error
	if errors.As(err, &se) && (se.Code()&0xff == sqlite3.SQLITE_FULL || se.Code() == sqlite3.SQLITE_IOERR_SHMSIZE) {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, ErrFull)
}

// Temporary tells an error that is the store's and not the mail's: the database was busy or broken, the disk full.
func Temporary(err error) bool {
	var f *Fault
	return errors.As(err, &f) || broken(err) || full(err) || errors.Is(err, errClosed)
}

// broken tells an error of SQLite that blames the database and not the statement or its values.
func broken(err error) bool {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return false
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_MISUSE:
		return false
	}
	return true
}
