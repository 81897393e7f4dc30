package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Unreadable is a file of kept bytes that can't be read or written: it is gone, damaged, or
// somebody else's. Waiting mends nothing, so that it is no Fault, and concerns nobody but the mail
// that the bytes belong to.
type Unreadable struct {
	Path  string
	Cause error
}

func (u *Unreadable) Error() string {
	remedy := "restore the file from a backup"
	if errors.Is(u.Cause, fs.ErrPermission) {
		dir := filepath.Dir(filepath.Dir(u.Path))
		remedy = "give it, and what is beside it, to the user that runs buzon: chown -R USER " + dir
	}
	return fmt.Sprintf("the kept file %s can't be read (%v): %s", u.Path, reason(u.Cause), remedy)
}

func (u *Unreadable) Unwrap() error { return u.Cause }

// reason is an error without the path that is named already.
func reason(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// unreadable tells what is wrong with one file from what is wrong with all of them, or with this
// process: those are Faults.
func (s *Store) unreadable(path string, err error) error {
	for _, all := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EINTR} {
		if errors.Is(err, all) {
			return fault(fmt.Errorf("open kept bytes: %w", err))
		}
	}
	if derr := s.blobsThere(); derr != nil {
		return fault(derr)
	}
	return &Unreadable{path, err}
}

// blobsThere reports what is wrong with the directory of all blobs: a volume that is not mounted is
// no thousand mails to be put aside.
func (s *Store) blobsThere() error {
	dir, err := os.Open(s.blobDir())
	if err == nil {
		defer dir.Close()
		_, err = dir.Readdirnames(1)
	}
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s is empty: is its volume mounted?", s.blobDir())
	case err != nil:
		return fmt.Errorf("the directory of kept mail can't be read: %w", err)
	}
	return nil
}

// sound compares a file with what its row says of it.
func sound(f *os.File, size int64, sum []byte) error {
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	if fi.Size() != size {
		return fmt.Errorf("%d bytes instead of %d", fi.Size(), size)
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if !bytes.Equal(h.Sum(nil), sum) {
		return errors.New("its bytes are not those that were kept")
	}
	return nil
}
