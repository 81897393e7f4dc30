package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// orphanAge is how old a file must be to be nobody's: no mail takes so long between its first byte
// and its row.
const orphanAge = 24 * time.Hour

// sweepBatch bounds how long a Sweep keeps other writers waiting.
const sweepBatch = 200

// Sweep removes files that a crash or a settled mail left behind, once they are a day old:
// unfinished ones, and those that no row names. It returns how many went. It is for the daemon, at
// its start and daily.
func (s *Store) Sweep(ctx context.Context) (removed int, err error) {
	for _, path := range oldFiles(s.tmpDir()) {
		if os.Remove(path) == nil {
			removed++
		}
	}
	snapshots, _ := filepath.Glob(filepath.Join(s.dir, snapshotDir+"*"))
	for _, path := range snapshots { // of a backup that was killed
		if old(path) && os.RemoveAll(path) == nil {
			removed++
		}
	}
	old := oldFiles(s.blobDir())
	for len(old) > 0 && err == nil {
		n := min(len(old), sweepBatch)
		batch := old[:n]
		old = old[n:]
		err = s.Write(ctx, func(tx *Tx) error {
			for _, path := range batch {
				gone, err := tx.removeOrphan(ctx, path)
				if err != nil {
					return fmt.Errorf("sweep %s: %w", path, err)
				}
				if gone {
					removed++
				}
			}
			return nil
		})
	}
	return removed, err
}

func oldFiles(dir string) (list []string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && old(path) {
			list = append(list, path)
		}
		return nil // what can't be read now is there the next time
	})
	return list
}

func old(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && time.Since(fi.ModTime()) > orphanAge
}

// removeOrphan removes a file that no row names, neither a committed one nor one of this commit.
// The transaction keeps out whoever is about to write such a row, in this process or another: he
// sees the file gone, and his sender tries again.
func (tx *Tx) removeOrphan(ctx context.Context, path string) (bool, error) {
	if named, err := tx.blobNamed(ctx, path); named || err != nil {
		return false, err
	}
	if !old(path) {
		return false, nil // the same bytes have just come again
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, nil
}

// blobNamed reports whether a row names the file, a committed one or one of this commit, or the
// file is not ours.
func (tx *Tx) blobNamed(ctx context.Context, path string) (bool, error) {
	sum, err := hex.DecodeString(filepath.Base(filepath.Dir(path)) + filepath.Base(path))
	if err != nil {
		return true, nil
	}
	for _, view := range []Reader{tx.Reader, tx.store.Reader} {
		ok, err := view.row(ctx, "SELECT id FROM blob WHERE sha256 = $1", args(sum), new(int64))
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
