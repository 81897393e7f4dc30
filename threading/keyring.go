package threading

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// recheck is how often a running process looks whether another one has changed the key file.
const recheck = time.Second

// secretSize is the size of a key in octets: that of the hash, beyond which HMAC gains nothing (RFC
// 2104 section 3).
const secretSize = 32

// Key is what may be told about a key: everything but its secret.
type Key struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Retired time.Time `json:"retired,omitzero"` // zero while it verifies
	Signs   bool      `json:"signs"`
}

// Keyring holds the keys that sign and verify. They lie in a file of their own, outside the
// database, so that a copy of the database forges nothing. The newest key signs; every key that
// is not retired verifies. A retired key is kept to tell its old tokens from forged ones.
//
// A Keyring may be used by several goroutines. It notices within a second when another process
// rewrites the file.
type Keyring struct {
	path    string
	mu      sync.Mutex // held while the file is read anew
	loaded  atomic.Pointer[keyFile]
	checked atomic.Int64 // when the file was last looked at, Unix nanoseconds
}

// OpenKeyring reads the key file, and makes it with one key where there is none. It refuses a file
// that others than its owner can read.
func OpenKeyring(path string) (*Keyring, error) {
	k := &Keyring{path: path}
	err := k.Reload()
	if errors.Is(err, fs.ErrNotExist) {
		err = k.create()
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

func (k *Keyring) create() error {
	return k.rewrite(func(keys []secretKey) ([]secretKey, error) {
		if len(keys) > 0 {
			return nil, errUnchanged // another process was faster
		}
		return []secretKey{newKey("a")}, nil
	})
}

// Rotate adds a key that signs from now on, and returns its id. Older keys still verify.
func (k *Keyring) Rotate() (id string, err error) {
	err = k.rewrite(func(keys []secretKey) ([]secretKey, error) {
		if id, err = nextID(keys); err != nil {
			return nil, err
		}
		return append(keys, newKey(id)), nil
	})
	return id, err
}

// Retire ends the life of a key: its tokens no longer count. The key that signs cannot be retired.
func (k *Keyring) Retire(id string) error {
	return k.rewrite(func(keys []secretKey) ([]secretKey, error) {
		i := slices.IndexFunc(keys, func(key secretKey) bool { return key.ID == id })
		switch {
		case i < 0:
			return nil, fmt.Errorf("retire key %q: there is no such key; see: buzon key list", id)
		case !keys[i].Retired.IsZero():
			return nil, errUnchanged
		case i == signing(keys):
			return nil, fmt.Errorf("retire key %q: it is the key that signs; "+
				"make another one first: buzon key rotate", id)
		}
		keys[i].Retired = time.Now().UTC().Truncate(time.Second)
		return keys, nil
	})
}

// List returns the keys, oldest first.
func (k *Keyring) List() []Key {
	keys := k.current().keys
	list := make([]Key, len(keys))
	for i, key := range keys {
		list[i] = Key{
			ID: key.ID, Created: key.Created, Retired: key.Retired, Signs: i == signing(keys),
		}
	}
	return list
}

// Reload reads the file anew. On error the keys that were known stay in use.
func (k *Keyring) Reload() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	file, err := readKeyFile(k.path)
	if err != nil {
		return err
	}
	k.loaded.Store(file)
	k.checked.Store(time.Now().UnixNano())
	return nil
}

// current returns the keys, after a look at the file when the last one is a while ago. A file that
// cannot be read changes nothing: a daemon goes on with the keys it has, and Reload tells why.
func (k *Keyring) current() *keyFile {
	now, last := time.Now().UnixNano(), k.checked.Load()
	if now-last > int64(recheck) && k.checked.CompareAndSwap(last, now) {
		k.refresh()
	}
	return k.loaded.Load()
}

func (k *Keyring) refresh() {
	if info, err := os.Stat(k.path); err == nil && !k.loaded.Load().same(info) {
		_ = k.Reload()
	}
}

// signer returns the key that signs.
func (k *Keyring) signer() secretKey {
	keys := k.current().keys
	return keys[signing(keys)]
}

// find returns the key of a token. An id never seen may be one that another process has just made.
func (k *Keyring) find(id string) (secretKey, bool) {
	byID := func(key secretKey) bool { return key.ID == id }
	keys := k.current().keys
	if !slices.ContainsFunc(keys, byID) {
		k.refresh()
		keys = k.loaded.Load().keys
	}
	if i := slices.IndexFunc(keys, byID); i >= 0 {
		return keys[i], true
	}
	return secretKey{}, false
}

func newKey(id string) secretKey {
	now := time.Now().UTC().Truncate(time.Second)
	key := secretKey{ID: id, Created: now, Secret: make([]byte, secretSize)}
	rand.Read(key.Secret) // never fails: it ends the process instead
	return key
}

// signing returns the place of the newest key that is not retired, or -1.
func signing(keys []secretKey) int {
	for i, key := range slices.Backward(keys) {
		if key.Retired.IsZero() {
			return i
		}
	}
	return -1
}

// nextID returns the id after the newest one: a … z, aa … zz. An id is never used twice.
func nextID(keys []secretKey) (string, error) {
	n := len(keys)
	switch {
	case n < 26:
		return string(rune('a' + n)), nil
	case n < 26+26*26:
		return string([]rune{rune('a' + (n-26)/26), rune('a' + (n-26)%26)}), nil
	}
	return "", errors.New("rotate key: the ids a to zz are used up; " +
		"take long retired keys out of the key file")
}
