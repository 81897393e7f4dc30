package imappoll

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSilenceAfterProgress sends 8 KB of a mail and no more: they buy one more span of patience,
// and then there is a new connection.
func TestSilenceAfterProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.body = func(int) string {
			if f.conns > 1 {
				return ""
			}
			return "* 1 FETCH (UID 1 BODY[] {20000}\r\n" + strings.Repeat("x", 8<<10) + "{tag}"
		}
		j := newMemory()
		a := account(j, 143)
		a.Dial, a.Patience = f.Dial, time.Minute
		stop := start(t, a)
		defer stop()
		for _, want := range []int{1, 2} { // connections, after one span and a half and after three
			elapse(a.Patience * 3 / 2)
			f.mu.Lock()
			if f.conns != want {
				t.Errorf("%d connections, want %d", f.conns, want)
			}
			f.mu.Unlock()
		}
		stop()
		exactlyOnce(t, j.all(), 1)
	})
}

// TestStoppedInAFetch is stopped three times while the server is silent over a mail: none counts
// against it, and it comes in whole.
func TestStoppedInAFetch(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]string{
		"with others": {silence},
		"alone":       {"* 1 FETCH (UID 1 BODY[] NIL)\r\n", silence},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1)
				var left []string // answers to come
				f.answer = func(command string) (text string) {
					if strings.Contains(command, "BODY.PEEK[]") && len(left) > 0 {
						text, left = left[0], left[1:]
					}
					return text
				}
				j := newMemory()
				a := account(j, 143)
				a.Dial, a.Patience = f.Dial, time.Minute
				for range 3 {
					left = answers
					stop := start(t, a)
					elapse(a.Patience / 2)
					stop()
					if e, noted := j.entries[Folder{"soporte", "INBOX", 1}][1]; noted ||
						len(left) > 0 || len(j.all()) > 0 || j.open != 0 {
						t.Fatalf("the mail is %+v, %d answers left, taken %v, %d spools open", e,
							len(left), j.all(), j.open)
					}
				}
				stop := start(t, a)
				elapse(a.Patience / 2)
				stop()
				exactlyOnce(t, j.all(), 1)
				if e := j.entries[Folder{"soporte", "INBOX", 1}][1]; e.State != Done ||
					e.Attempts != 0 {
					t.Errorf("in the end the mail is %+v", e)
				}
			})
		})
	}
}
