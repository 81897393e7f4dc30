package threading

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func openKeyring(t testing.TB, path string) *Keyring {
	t.Helper()
	k, err := OpenKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rotate(t testing.TB, k *Keyring) string {
	t.Helper()
	id, err := k.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func ids(k *Keyring) string {
	var s []string
	for _, key := range k.List() {
		id := key.ID
		if !key.Retired.IsZero() {
			id += "-"
		}
		if key.Signs {
			id += "*"
		}
		s = append(s, id)
	}
	return strings.Join(s, " ")
}

func TestKeyringIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	first, second := openKeyring(t, path), openKeyring(t, path)
	if string(first.signer().Secret) != string(second.signer().Secret) || ids(second) != "a*" {
		t.Errorf("second opening has other keys: %s", ids(second))
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	if names, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(names) != 1 {
		t.Errorf("left behind: %q", names)
	}
	if names, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*-*")); len(names) != 0 {
		t.Errorf("left behind: %q", names)
	}
}

func TestKeyringRotateAndRetire(t *testing.T) {
	k := openKeyring(t, filepath.Join(t.TempDir(), "keys"))
	if err := k.Retire("a"); err == nil || !strings.Contains(err.Error(), "key rotate") {
		t.Errorf("retire the only key: %v", err)
	}
	if id := rotate(t, k); id != "b" || ids(k) != "a b*" {
		t.Errorf("after rotate to %s: %s", id, ids(k))
	}
	if err := k.Retire("b"); err == nil {
		t.Error("retired the key that signs")
	}
	if err := k.Retire("x"); err == nil {
		t.Error("retired a key that is not there")
	}
	for range 2 { // the second time is no error
		if err := k.Retire("a"); err != nil || ids(k) != "a- b*" {
			t.Errorf("retire a: %v, %s", err, ids(k))
		}
	}
	if got := ids(openKeyring(t, k.path)); got != "a- b*" {
		t.Errorf("on disk: %s", got)
	}
}

func TestKeyIDs(t *testing.T) {
	for _, c := range []struct {
		keys int
		want string
	}{{0, "a"}, {1, "b"}, {25, "z"}, {26, "aa"}, {51, "az"}, {52, "ba"}, {701, "zz"}, {702, ""}} {
		got, err := nextID(make([]secretKey, c.keys))
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("after %d keys: %q, %v, want %q", c.keys, got, err, c.want)
		}
	}
}

func TestKeyringRefuses(t *testing.T) {
	good, err := os.ReadFile(openKeyring(t, filepath.Join(t.TempDir(), "keys")).path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
		want          string
	}{
		{"readable by the group", string(good), 0o640, "chmod 600"},
		{"readable by all", string(good), 0o644, "chmod 600"},
		{"empty", "", 0o600, "backup"},
		{"cut off", string(good[:len(good)/2]), 0o600, "backup"},
		{"no keys", `{"keys":[]}`, 0o600, "no key"},
		{"short secret", `{"keys":[{"id":"a","secret":"YWJj"}]}`, 0o600, "octets"},
		{"bad id", strings.Replace(string(good), `"a"`, `"A1"`, 1), 0o600, "id"},
		{"same id twice", strings.Replace(string(good), "[\n", "["+oneKey(t, good)+",\n", 1), 0o600,
			"twice"},
	} {
		path := filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := OpenKeyring(path)
		if err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q and the path", c.name, err, c.want)
		}
		if now, _ := os.ReadFile(path); string(now) != c.content {
			t.Errorf("%s: the file was changed", c.name)
		}
	}
	if _, err := OpenKeyring(t.TempDir()); err == nil {
		t.Error("opened a directory")
	}
	if _, err := OpenKeyring(filepath.Join(t.TempDir(), "no", "keys")); err == nil {
		t.Error("made a keyring in a directory that is not there")
	}
}

func oneKey(t *testing.T, file []byte) string {
	t.Helper()
	var content struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(file, &content); err != nil {
		t.Fatal(err)
	}
	return string(content.Keys[0])
}

func TestKeyringErrorTellsNoSecret(t *testing.T) {
	k := openKeyring(t, filepath.Join(t.TempDir(), "keys"))
	raw, _ := json.Marshal(k.List())
	if strings.Contains(strings.ToLower(string(raw)), "secret") {
		t.Errorf("List tells the secret: %s", raw)
	}
}

func TestKeyringNoticesOtherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	daemon, command := openKeyring(t, path), openKeyring(t, path)
	rotate(t, command)
	if got := ids(daemon); got != "a*" {
		t.Fatalf("looked at the file at once: %s", got)
	}
	if _, ok := daemon.find("b"); !ok {
		t.Error("a token with a new key id did not make it look")
	}
	rotate(t, command)
	daemon.checked.Store(time.Now().Add(-2 * recheck).UnixNano())
	if got := ids(daemon); got != "a b c*" {
		t.Errorf("after a while: %s", got)
	}
}

func TestKeyringKeepsKeysWhenFileBreaks(t *testing.T) {
	k := openKeyring(t, filepath.Join(t.TempDir(), "keys"))
	if err := os.WriteFile(k.path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Reload(); err == nil {
		t.Error("no error for a broken file")
	}
	if _, err := k.Rotate(); err == nil {
		t.Error("rotated a broken file")
	}
	k.checked.Store(0)
	if got := ids(k); got != "a*" {
		t.Errorf("keys in use: %q", got)
	}
}

// Several processes rotate at once, and none loses another's key.
func TestKeyringRotateTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			k, err := OpenKeyring(path)
			if err != nil {
				t.Error(err)
				return
			}
			for range 3 {
				if _, err := k.Rotate(); err != nil {
					t.Error(err)
				}
				k.signer()
				k.List()
			}
		})
	}
	wg.Wait()
	if got := len(openKeyring(t, path).List()); got != 1+4*3 {
		t.Errorf("%d keys, want 13", got)
	}
}
