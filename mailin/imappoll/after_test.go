package imappoll

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestOneMailThatStays has a mail that the server will not move, or not remove: the others are moved, and new mail comes in.
func TestOneMailThatStays(t *testing.T) {
	for _, c := range []struct {
		caps, command string
		after         After
	}{{"MOVE UIDPLUS", "UID MOVE ", Move}, {"UIDPLUS", "UID COPY ", Move}, {"UIDPLUS", "UID STORE ", Move}, {"UIDPLUS", "UID EXPUNGE ", Move},
		{"UIDPLUS", "UID STORE ", Delete}} {
		t.Run(fmt.Sprintf("%s-%s", c.after, strings.Fields(c.command)[1]), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(many()...)
				f.caps = c.caps
				f.answer = func(command string) string {
					if rest, ok := strings.CutPrefix(command, c.command); ok && slices.Contains(f.present(rest), 2) {
						return "{tag} NO [CANNOT] this one never\r\n"
					}
					return ""
				}
				j := change(t, f, func(a *Account) { a.After = c.after }, 5*time.Minute, func() { f.uids = append(f.uids, 1000) })
				wantNumbers(t, j, append(many(), 1000)...)
				if got := fmt.Sprint(f.uids); got != "[2]" {
					t.Errorf("left are %s", got)
				}
				if c.after == Move && c.command != "UID COPY " && c.command != "UID MOVE " {
					if slices.Sort(f.copied); !slices.Equal(f.copied, append(many(), 1000)) {
						t.Errorf("copied %v", f.copied)
					}
				}
			})
		})
	}
}

// TestTargetIsBusy has a target folder that can't be written just now: mail comes in all the same, over one connection.
func TestTargetIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID MOVE ") {
				return "{tag} NO [INUSE] folder is being compacted\r\n"
			}
			return ""
		}
		go func() { time.Sleep(10 * time.Minute); f.mu.Lock(); f.uids = append(f.uids, 4); f.mu.Unlock() }()
		j := play(t, f, 13*time.Minute, nil)
		wantNumbers(t, j, 1, 2, 3, 4)
		if f.conns != 1 || !strings.Contains(j.state().Error, "INUSE") {
			t.Errorf("%d connections, error %q", f.conns, j.state().Error)
		}
	})
}

// TestMoveAppears has a server that can MOVE only after a mail was copied and not removed: it is not copied again.
func TestMoveAppears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.caps = "UIDPLUS"
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID STORE") {
				return "{tag} NO not yet\r\n"
			}
			return ""
		}
		change(t, f, nil, 5*time.Minute, func() { f.answer, f.caps = nil, "MOVE UIDPLUS" })
		if got := fmt.Sprint(f.uids, f.copied); got != "[] [1]" {
			t.Errorf("left and copied: %s", got)
		}
	})
}
