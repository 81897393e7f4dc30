package store

import (
	"errors"
	"syscall"
)

// Fault is a failure of the store itself. It always passes: nothing was written, and the same may
// be tried again.
type Fault struct {
	Cause error
}

func (f *Fault) Error() string { return "store: " + f.Cause.Error() }
func (f *Fault) Unwrap() error { return f.Cause }

// Full reports whether the fault is a full disk (RFC 3463 x.3.1).
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

// full reports whether an error means a full disk.
func full(err error) bool {
	return sqliteFull(err) || postgresFull(err) ||
		errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, ErrFull)
}

// Temporary reports whether an error is the store's and not the mail's: the database was busy or
// broken, the disk full.
func Temporary(err error) bool {
	var f *Fault
	return errors.As(err, &f) || sqliteBroken(err) || postgresBroken(err) || full(err) ||
		errors.Is(err, errClosed)
}
