package threading

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// maxKeyFile bounds what is read: 702 keys take less than 128 KB.
const maxKeyFile = 1 << 20

// errUnchanged ends a rewrite that has nothing to write.
var errUnchanged = errors.New("key file stays as it is")

// secretKey is one key as the file holds it.
type secretKey struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Retired time.Time `json:"retired,omitzero"`
	Secret  []byte    `json:"secret"`
}

// keyFile is a key file as it was when it was read.
type keyFile struct {
	keys []secretKey // oldest first
	info fs.FileInfo
}

// same reports whether info is of the file that was read; a rewrite gives it another inode.
func (f *keyFile) same(info fs.FileInfo) bool {
	return os.SameFile(f.info, info) &&
		f.info.ModTime().Equal(info.ModTime()) && f.info.Size() == info.Size()
}

// closed refuses a file of keys that others may read.
func closed(path string, mode fs.FileMode) error {
	if !mode.IsRegular() {
		return fmt.Errorf("open key file %s: not a regular file", path)
	}
	if mode := mode.Perm(); mode&0o077 != 0 {
		return fmt.Errorf("open key file %s: others may read it (mode %04o); "+
			"whoever read it can forge replies. "+
			"Run: chmod 600 %s, and if it was exposed: buzon key rotate", path, mode, path)
	}
	return nil
}

func readKeyFile(path string) (*keyFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	if err := closed(path, info.Mode()); err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	var content struct {
		Keys []secretKey `json:"keys"`
	}
	if err := json.Unmarshal(raw, &content); err != nil {
		return nil, fmt.Errorf("read key file %s: %w; restore it from a backup", path, err)
	}
	if err := validKeys(content.Keys); err != nil {
		return nil, fmt.Errorf("read key file %s: %w; restore it from a backup", path, err)
	}
	return &keyFile{keys: content.Keys, info: info}, nil
}

func validKeys(keys []secretKey) error {
	for i, key := range keys {
		switch {
		case !validID(key.ID):
			return fmt.Errorf("key %d has the id %q, wanted one or two letters a-z", i+1, key.ID)
		case len(key.Secret) < secretSize:
			return fmt.Errorf("key %q has %d octets, wanted %d",
				key.ID, len(key.Secret), secretSize)
		case slices.ContainsFunc(keys[:i], func(k secretKey) bool { return k.ID == key.ID }):
			return fmt.Errorf("key %q is there twice", key.ID)
		}
	}
	if signing(keys) < 0 {
		return errors.New("no key in it can sign")
	}
	return nil
}

func validID(id string) bool {
	for _, c := range []byte(id) {
		if c < 'a' || 'z' < c {
			return false
		}
	}
	return len(id) == 1 || len(id) == 2
}

// rewrite replaces the file by what change makes of its keys, and loads it. Processes that rewrite
// at the same time wait for one another on a lock of the directory: one on the file would go with
// the rename.
func (k *Keyring) rewrite(change func([]secretKey) ([]secretKey, error)) error {
	dir, err := os.Open(filepath.Dir(k.path))
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	defer dir.Close() // and with it goes the lock
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("write key file: lock %s: %w", dir.Name(), err)
	}
	old, err := readKeyFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = &keyFile{}, nil
	}
	if err != nil {
		return err
	}
	keys, err := change(slices.Clone(old.keys))
	if err == nil {
		err = writeKeyFile(dir, k.path, keys, old.info)
	}
	if err != nil && err != errUnchanged {
		return err
	}
	return k.Reload()
}

// writeKeyFile writes beside the file and renames, so that a crash leaves the old keys or the new
// ones.
func writeKeyFile(dir *os.File, path string, keys []secretKey, old fs.FileInfo) error {
	raw, err := json.MarshalIndent(map[string]any{"keys": keys}, "", "  ")
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	f, err := os.CreateTemp(dir.Name(), ".buzon-keys-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(raw, '\n'))
	err = errors.Join(err, keepOwner(f, old), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = dir.Sync()
	}
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}

// keepOwner gives f the owner that the old file has: when root rotates the keys, the daemon, which
// is not root, must still be able to read them.
func keepOwner(f *os.File, old fs.FileInfo) error {
	if old == nil {
		return nil
	}
	stat, ok := old.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Geteuid() {
		return nil
	}
	return f.Chown(int(stat.Uid), int(stat.Gid))
}
