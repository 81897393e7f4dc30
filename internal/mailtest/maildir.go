package mailtest

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

// Maildir reads the mails of a Maildir, new and cur, in the order of their delivery. A folder that
// is not there yet has no mails.
func Maildir(t testing.TB, dir string) [][]byte {
	t.Helper()
	var names []string
	for _, sub := range []string{"new", "cur"} {
		found, err := filepath.Glob(filepath.Join(dir, sub, "*"))
		check(t, err)
		names = append(names, found...)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(delivered(a), delivered(b)) })
	var mails [][]byte
	for _, name := range names {
		raw, err := os.ReadFile(name)
		check(t, err)
		mails = append(mails, raw)
	}
	return mails
}

// stamp is the time in a Maildir's file name: seconds, and behind M microseconds, before which
// Postfix writes the inode.
var stamp = regexp.MustCompile(`^(\d+)\..*?M(\d+)`)

// delivered is when the file was delivered, in microseconds.
func delivered(name string) int64 {
	m := stamp.FindStringSubmatch(filepath.Base(name))
	if m == nil {
		return 0
	}
	seconds, _ := strconv.ParseInt(m[1], 10, 64)
	micros, _ := strconv.ParseInt(m[2], 10, 64)
	return seconds*1e6 + micros
}

// WaitMaildir is Maildir as soon as there are at least n mails; it ends the test when there are
// not within 30 seconds.
func WaitMaildir(t testing.TB, dir string, n int) [][]byte {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if mails := Maildir(t, dir); len(mails) >= n {
			return mails
		} else if time.Now().After(end) {
			t.Fatalf("%s holds %d mails, want %d", dir, len(mails), n)
		}
	}
}
