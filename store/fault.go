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
	full  bool
}

func (f *Fault) Error() string { return "store: " + f.Cause.Error() }
func (f *Fault) Unwrap() error { return f.Cause }

// Full tells a full disk (RFC 3463 x.3.1) from other faults.
func (f *Fault) Full() bool { return f.full }

// fault marks an error of the database or the disk as one.
func fault(err error) error {
	if err == nil {
		return nil
	}
	return &Fault{Cause: err, full: full(err)}
}

func full(err error) bool {
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code()&0xff == sqlite3.SQLITE_FULL {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, errNoRoom)
}

// Temporary tells an error that is the store's and not the mail's: the database was busy or broken, the disk full.
func Temporary(err error) bool {
	var f *Fault
	var se *sqlite.Error
	return errors.As(err, &f) || errors.As(err, &se) && se.Code()&0xff != sqlite3.SQLITE_CONSTRAINT || full(err) || errors.Is(err, errClosed)
}
