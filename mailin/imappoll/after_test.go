package imappoll

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestOneMailThatStays has a mail that the server will not move, or not remove: the others are
// moved, and new mail comes in.
func TestOneMailThatStays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		caps, command string
		after         After
	}{{"MOVE UIDPLUS", "UID MOVE ", Move}, {"UIDPLUS", "UID COPY ", Move},
		{"UIDPLUS", "UID STORE ", Move}, {"UIDPLUS", "UID EXPUNGE ", Move},
		{"UIDPLUS", "UID STORE ", Delete}} {
		t.Run(fmt.Sprintf("%s-%s", c.after, strings.Fields(c.command)[1]), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(many()...)
				f.caps = c.caps
				f.answer = func(command string) string {
					if rest, ok := strings.CutPrefix(command, c.command); ok &&
						slices.Contains(f.present(rest), 2) {
						return "{tag} NO [CANNOT] this one never\r\n"
					}
					return ""
				}
				j := change(t, f, func(a *Account) { a.After = c.after }, 5*time.Minute,
					func() { f.uids = append(f.uids, 1000) })
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

// TestTargetIsBusy has a target folder that can't be written just now: mail comes in all the same,
// over one connection.
func TestTargetIsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID MOVE ") {
				return "{tag} NO [INUSE] folder is being compacted\r\n"
			}
			return ""
		}
		go func() {
			time.Sleep(10 * time.Minute)
			f.mu.Lock()
			f.uids = append(f.uids,
				4)
			f.mu.Unlock()
		}()
		j := play(t, f, 13*time.Minute, nil)
		wantNumbers(t, j, 1, 2, 3, 4)
		if f.conns != 1 || !strings.Contains(j.state().Error, "INUSE") {
			t.Errorf("%d connections, error %q", f.conns, j.state().Error)
		}
	})
}

// TestMoveAppears has a server that can MOVE only after a mail was copied and not removed: it is
// not copied again.
func TestMoveAppears(t *testing.T) {
	t.Parallel()
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

// TestUnmovableMailInFront has the first five mails refuse to be moved.
func TestUnmovableMailInFront(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
		f.answer = func(command string) string {
			if rest, ok := strings.CutPrefix(command, "UID MOVE "); ok &&
				slices.ContainsFunc(f.present(rest), func(uid int) bool { return uid <= 5 }) {
				return "{tag} NO [SERVERBUG] internal error\r\n"
			}
			return ""
		}
		play(t, f, 48*time.Hour, nil)
		if fmt.Sprint(f.uids) != "[1 2 3 4 5]" {
			t.Errorf("left %v", f.uids)
		}
	})
}

// TestRemovalThatIsIgnored has a server that says OK to a removal and does nothing, for want of a
// right: the mail is not copied night after night.
func TestRemovalThatIsIgnored(t *testing.T) {
	t.Parallel()
	for _, caps := range []string{"UIDPLUS", "MOVE UIDPLUS"} {
		for _, after := range []After{Move, Delete} {
			t.Run(caps+string(after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFake(1, 2, 3)
					f.caps = caps
					f.answer = func(command string) string {
						if strings.HasPrefix(command, "UID STORE") {
							return "{tag} OK done\r\n"
						}
						if rest, ok := strings.CutPrefix(command, "UID MOVE "); ok {
							f.copied = append(f.copied, f.present(rest)...)
							return "{tag} OK done\r\n"
						}
						return ""
					}
					j := play(t, f, 10*24*time.Hour, func(a *Account) {
						a.After, a.Schedule = after,
							"@every 10m"
					})
					if n := len(j.all()); n > 9 {
						t.Errorf("3 mails taken %d times in 10 days, %d copies in the target; "+
							"error %q, alarms %s, report %s", n, len(f.copied), j.state().Error,
							j.alarmed(), j.state().Report)
					}
				})
			})
		}
	}
}

// TestDeleteWithoutExpunge has a server that can MOVE, but not expunge single mails: what is to be
// deleted is marked and stays.
func TestDeleteWithoutExpunge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		f.caps = "MOVE"
		j := play(t, f, 26*time.Hour, func(a *Account) { a.After = Delete })
		wantNumbers(t, j, 1, 2)
		heard := strings.Join(f.heard, "\n")
		if strings.Contains(heard, `\Deleted`) || strings.Contains(heard, "EXPUNGE") ||
			!strings.Contains(heard, "($Buzon)") || len(f.uids) != 2 {
			t.Errorf("left %v, marked as deleted %v, %d times STORE, %d times EXPUNGE", f.uids,
				f.deleted, f.said("UID STORE"), f.said("UID EXPUNGE"))
		}
	})
}

// TestMoveThatEndsTheConnection has the connection end over the move of one mail: the others are
// moved.
func TestMoveThatEndsTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5)
		f.answer = func(command string) string {
			if rest, ok := strings.CutPrefix(command, "UID MOVE "); ok &&
				slices.Contains(f.present(rest), 3) {
				return cut
			}
			return ""
		}
		j := play(t, f, 48*time.Hour, nil)
		if fmt.Sprint(f.uids) != "[3]" {
			t.Errorf("left %v after %d logins, reconciled %v, error %q", f.uids, f.logins,
				j.state().Reconciled, j.state().Error)
		}
	})
}

// TestMoveInPart has the server move some and then say NO.
func TestMoveInPart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5)
		first := true
		f.answer = func(command string) string {
			if rest, ok := strings.CutPrefix(command, "UID MOVE "); ok && first {
				first = false
				some := f.present(rest)[:2]
				f.copied = append(f.copied, some...)
				f.remove(some)
				return "{tag} NO [SERVERBUG] half\r\n"
			}
			return ""
		}
		j := play(t, f, 30*time.Hour, nil)
		exactlyOnce(t, j.all(), 5)
		if slices.Sort(f.copied); fmt.Sprint(f.uids, f.copied) != "[] [1 2 3 4 5]" {
			t.Errorf("%v %v", f.uids, f.copied)
		}
	})
}

// TestExpungeRefused copies a mail once, however often its removal is refused.
func TestExpungeRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.caps = "UIDPLUS"
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID EXPUNGE") {
				return "{tag} NO [NOPERM] no\r\n"
			}
			return ""
		}
		j := play(t, f, 5*24*time.Hour, func(a *Account) { a.Schedule = "@every 10m" })
		if len(j.all()) != 3 || fmt.Sprint(f.copied) != "[1 2 3]" {
			t.Errorf("taken %d, copied %v", len(j.all()), f.copied)
		}
	})
}

// TestTargetIsFull does not try mail by mail where the target folder is full.
func TestTargetIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(many()...)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID MOVE") {
				return "{tag} NO [OVERQUOTA] full\r\n"
			}
			return ""
		}
		j := play(t, f, 24*time.Hour, func(a *Account) { a.Schedule = "@every 10m" })
		if n := f.said("UID MOVE"); len(j.all()) != len(many()) || n > 24*6*3+10 {
			t.Errorf("taken %d, %d times MOVE", len(j.all()), n)
		}
	})
}

// TestMoveEndsForAWhile has MOVE end the connection for some minutes: the mail is moved afterwards.
func TestMoveEndsForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		ill := true
		f.answer = func(c string) string {
			if ill && strings.HasPrefix(c, "UID MOVE") {
				return cut
			}
			return ""
		}
		go func() { time.Sleep(10 * time.Minute); f.mu.Lock(); ill = false; f.mu.Unlock() }()
		j := play(t, f, 10*24*time.Hour, nil)
		if len(f.uids) > 0 {
			t.Errorf("left %v, error %q, good %v now %v alarms %s", f.uids, j.state().Error,
				j.state().Good, time.Now(), j.alarmed())
		}
	})
}

// TestRemovalThatIsIgnoredIsTold has a server that says OK to removals and does nothing: the
// administrators hear of it.
func TestRemovalThatIsIgnoredIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.answer = func(c string) string {
			if rest, ok := strings.CutPrefix(c, "UID MOVE "); ok {
				f.copied = append(f.copied, f.present(rest)...)
				return "{tag} OK done\r\n"
			}
			return ""
		}
		go func() {
			for i := range 20 {
				time.Sleep(time.Hour)
				f.change(func() { f.uids = append(f.uids, i+1) })
			}
		}()
		j := play(t, f, 48*time.Hour, nil)
		if j.alarmed() == "[]" && j.state().Error == "" &&
			!strings.Contains(j.state().Report, "keep") {
			t.Errorf("20 mails stay, nobody is told: error %q alarms %s report %q left %v",
				j.state().Error, j.alarmed(), j.state().Report, f.uids)
		}
	})
}

// TestNothingIsMovedWhenTheJournalFails has mail to be moved, and new mail that the journal can't
// take: nothing is changed on the server until the journal works again, for it could not be noted.
func TestNothingIsMovedWhenTheJournalFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		j, a := f.account()
		j.settled = "" // so that the mail is not moved yet
		a.Apart = "Cuarentena"
		stop := start(t, a)
		journal := func(settled string, err error) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.settled, j.takeErr = settled, err
		}
		elapse(time.Minute)
		journal("filed", errors.New("database is locked"))
		f.change(func() { f.uids = append(f.uids, 2) })
		elapse(5 * time.Minute)
		if n := f.said("UID MOVE"); n > 0 ||
			!strings.Contains(j.state().Error, "database is locked") {
			t.Errorf("moved %d times, error %q", n, j.state().Error)
		}
		journal("filed", nil)
		elapse(5 * time.Minute)
		stop()
		exactlyOnce(t, j.all(), 2)
		if len(f.uids) > 0 {
			t.Errorf("left %v", f.uids)
		}
	})
}
