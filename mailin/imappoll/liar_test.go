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

// elapse lets the bubble's time pass, and everybody finish what he was doing then.
func elapse(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// play runs an account against the fake for a while of the bubble's time.
func play(t *testing.T, f *fake, d time.Duration, change func(*Account)) *memory {
	t.Helper()
	j, a := f.account()
	if change != nil {
		change(&a)
	}
	stop := start(t, a)
	elapse(d)
	stop()
	return j
}

// TestLyingServers leaves one mail of three unreadable in some way; the others must come in, and
// nothing else may.
func TestLyingServers(t *testing.T) {
	t.Parallel()
	raw := string(letter(2))
	times := func(n int, text string) func(int) string { // only the first n times
		return func(uid int) string {
			if uid != 2 || n == 0 {
				return ""
			}
			n--
			return text
		}
	}
	const always = 1 << 30
	for _, c := range []struct {
		name  string
		body  func(uid int) string
		state State // of the mail, in the end
	}{
		{"literal cut once", times(
			1, "* 2 FETCH (UID 2 BODY[] {1000}\r\nFrom: Ana <ana@cliente.test>\r\nTo"+cut), Done},
		{"literal cut always", times(always, "* 2 FETCH (UID 2 BODY[] {1000}\r\nFrom: Ana"+cut),
			Aside},
		{"NIL once", times(2, "* 2 FETCH (UID 2 BODY[] NIL)\r\n"), Done},
		{"NIL always", times(always, "* 2 FETCH (UID 2 BODY[] NIL)\r\n"), Aside},
		{"left out once", times(1, "* 2 FETCH (UID 2)\r\n"), Done},
		{"left out always", times(always, "* 2 FETCH (UID 2)\r\n"), Aside},
		{"UID behind the text", times(always, fmt.Sprintf("* 2 FETCH (BODY[] {%d}\r\n%s UID 2)\r\n",
			len(raw), raw)), Aside},
		{"flags of another client first",
			times(1, "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n"+whole(2, 2, len(raw), raw)), Done},
		{"wrong size", times(always, whole(2, 2, len(raw)+500, raw)), Done},
		{"a gigantic literal", times(always, "* 2 FETCH (UID 2 BODY[] {3000000000}\r\nFrom: Ana"),
			Aside},
		{"no grammar", times(always, "* 2 FETCH (UID 2 BODY[] ~{3}\r\nabc)\r\n"), Aside},
		{"NO once", times(1, "{tag} NO try later\r\n"), Done},
		{"NO always", times(always, "{tag} NO [SERVERBUG x] never\r\n"), Aside},
		{"a false text, then NO", times(1, whole(2, 2, len(raw), strings.ToUpper(raw))+
			"{tag} NO [SERVERBUG] that was not it\r\n"), Done},
		{"OK and nothing", times(1, "{tag} OK done\r\n"), Done},
		{"silent in the text", times(1, "* 2 FETCH (UID 2 BODY[] {1000}\r\nFrom: Ana{tag}"), Done},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3)
				f.body = c.body
				j := play(t, f, 40*time.Minute, nil)
				var good, aside []taken
				for _, m := range j.all() {
					if m.State == Aside {
						aside = append(aside, m)
					} else {
						good = append(good, m)
					}
				}
				folder := Folder{"soporte", "INBOX", 1}
				if got := j.entries[folder][2].State; got != c.state {
					t.Errorf("the mail is %s, want %s; commands:\n%s", got, c.state,
						strings.Join(f.heard, "\n"))
				}
				want := map[string]int{sum(letter(1)): 1, sum(letter(3)): 1}
				if c.state == Done {
					want[sum(letter(2))] = 1
				} else if len(aside) != 1 ||
					!strings.HasPrefix(aside[0].raw,
						"X-Buzon-Incomplete: account=soporte; folder=\"INBOX\"; uidvalidity=1; "+
							"uid=2;") || aside[0].Incomplete == "" {
					t.Errorf("set aside: %v", aside)
				}
				if got := sums(good); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("taken %v, want %v", got, want)
				}
				if left := fmt.Sprint(f.uids); c.state == Aside && left != "[2]" ||
					c.state == Done && left != "[]" {
					t.Errorf("on the server are left %s", left)
				}
				if j.open != 0 {
					t.Errorf("%d spools are open", j.open)
				}
			})
		})
	}
}

// TestCopyThatFails moves without MOVE: nothing is removed that was not copied first, nor ever a
// colleague's mail.
func TestCopyThatFails(t *testing.T) {
	t.Parallel()
	for _, caps := range []string{"", "UIDPLUS", "MOVE UIDPLUS"} {
		for _, refuse := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s-%v", strings.ReplaceAll(caps, " ", "-"), refuse),
				func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						f := newFake(5)
						f.caps = caps
						f.deleted[5] = true // a colleague's, not yet expunged
						f.answer = func(command string) string {
							if refuse && (strings.HasPrefix(command, "UID COPY") ||
								strings.HasPrefix(command, "UID MOVE")) {
								return "{tag} NO [TRYCREATE] no such folder\r\n"
							}
							return ""
						}
						go func() {
							time.Sleep(5 * time.Minute)
							f.mu.Lock()
							f.uids = append(f.uids,
								6)
							f.mu.Unlock()
						}()
						j := play(t, f, 20*time.Minute, func(a *Account) { a.Since = "now" })
						if len(j.all()) != 1 || j.all()[0].UID != 6 {
							t.Errorf("taken %v", j.all())
						}
						moved := !refuse && caps != ""
						if got, want := fmt.Sprint(f.uids, f.copied),
							map[bool]string{true: "[5] [6]",
								false: "[5 6] []"}[moved]; got != want {
							t.Errorf("left and copied: %s, want %s\n%s", got, want,
								strings.Join(f.heard, "\n"))
						}
						if f.deleted[6] && !moved || f.said("EXPUNGE") > 0 {
							t.Errorf("commands:\n%s", strings.Join(f.heard, "\n"))
						}
					})
				})
		}
	}
}

func TestExpungedBetweenSearchAndFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5, 6)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID FETCH") && strings.Contains(command, "BODY.PEEK[]") {
				f.uids = slices.DeleteFunc(f.uids, func(uid int) bool { return uid == 3 })
			}
			return ""
		}
		j := play(t, f, time.Minute, nil)
		if got := sums(j.all()); len(got) != 5 || got[sum(letter(3))] != 0 {
			t.Errorf("taken: %v", got)
		}
		if e := j.entries[Folder{"soporte", "INBOX", 1}][3]; e.State != Vanished {
			t.Errorf("the mail that is gone is %+v", e)
		}
	})
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID FETCH 1:2") && !strings.Contains(command, "BODY") {
				return "* 1 FETCH (UID 1 RFC822.SIZE 200)\r\n* 2 FETCH (UID 2 RFC822.SIZE " +
					"30000000)\r\n"
			}
			return ""
		}
		j := play(t, f, time.Hour, nil)
		mails := j.all()
		slices.SortFunc(mails, func(a, b taken) int { return int(a.UID) - int(b.UID) })
		if len(mails) != 2 || mails[1].State != Aside ||
			!strings.Contains(mails[1].Incomplete, "max_size") ||
			!strings.Contains(mails[1].raw, "Subject: Consulta 2") {
			t.Errorf("taken %v", mails)
		}
		if fmt.Sprint(f.uids) != "[2]" {
			t.Errorf("left on the server: %v, want the large one", f.uids)
		}
	})
}

// TestStopsOverALargeMail is stopped while the server is silent about the header of a mail that is
// too large: it is set aside later, with it.
func TestStopsOverALargeMail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		mute := true
		f.answer = func(command string) string {
			switch {
			case mute && strings.Contains(command, "BODY.PEEK[HEADER]"):
				return silence
			case strings.HasPrefix(command, "UID FETCH") && !strings.Contains(command, "BODY"):
				return "* 1 FETCH (UID 1 RFC822.SIZE 30000000)\r\n"
			}
			return ""
		}
		j, a := f.account()
		stop := start(t, a)
		elapse(10 * time.Second)
		stop()
		if last := f.heard[len(f.heard)-1]; len(j.all()) > 0 ||
			!strings.Contains(last, "BODY.PEEK[HEADER]") {
			t.Fatalf("%d mails in the journal; the last command was %s", len(j.all()), last)
		}
		mute = false
		stop = start(t, a)
		elapse(time.Hour)
		stop()
		if mails := j.all(); len(mails) != 1 || mails[0].State != Aside ||
			!strings.Contains(mails[0].raw, "Subject: Consulta 1") {
			t.Errorf("taken %v", mails)
		}
	})
}

// TestDiskFull leaves mail alone while the journal can't be written, and takes it once it can.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		j, a := f.account()
		j.takeErr = errors.New("no space left on device")
		stop := start(t, a)
		elapse(10 * time.Minute)
		if len(f.uids) != 2 || j.state().Error == "" {
			t.Errorf("on the server %v, error %q", f.uids, j.state().Error)
		}
		j.mu.Lock()
		j.takeErr = nil
		j.mu.Unlock()
		elapse(5 * time.Minute)
		stop()
		exactlyOnce(t, j.all(), 2)
	})
}

// TestEstimatedSizes fetches mail twice only until it is clear that the server does not count.
func TestEstimatedSizes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5)
		f.body = func(uid int) string {
			raw := string(letter(uid))
			return whole(uid, uid, len(raw)+7, raw)
		}
		j := play(t, f, time.Minute, nil)
		exactlyOnce(t, j.all(), 5)
		if n := f.said("UID FETCH"); n != 3 { // sizes, all, the first of them again
			t.Errorf("%d times FETCH:\n%s", n, strings.Join(f.heard, "\n"))
		}
	})
}

// TestOutage has a server that lists its mail and refuses to give any of it, as when its disk is
// away: nothing counts against the mail, the administrators hear of the server, and all comes in
// when it is well.
func TestOutage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mails int
		lasts time.Duration
		aside int
	}{{250, 2 * time.Hour, 0}, {3, 2 * time.Hour, 0}, {1, 2 * time.Hour, 0},
		{1, 5 * time.Hour, 1}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(many()[:c.mails]...)
			f.answer = func(command string) string {
				if strings.Contains(command, "BODY.PEEK[]") {
					return "{tag} NO [SERVERBUG] Internal error occurred. Refer to server log " +
						"for more information.\r\n"
				}
				return ""
			}
			j, a := f.account()
			stop := start(t, a)
			elapse(c.lasts)
			if n := f.said("UID FETCH"); n > 40*int(c.lasts.Minutes()) {
				t.Errorf("%d FETCH in %v", n, c.lasts)
			}
			f.change(func() { f.answer = nil })
			elapse(30 * time.Minute)
			stop()
			var good []taken
			for _, m := range j.all() {
				if m.State != Aside {
					good = append(good, m)
				}
			}
			if n := len(j.all()) - len(good); n != c.aside {
				t.Errorf("%d of %d mails were set aside after %v", n, c.mails, c.lasts)
			}
			if c.aside == 0 {
				exactlyOnce(t, good, c.mails)
			}
			if j.alarmed() != "[down up]" {
				t.Errorf("alarms %s", j.alarmed())
			}
		})
	}
}

// TestOutageOfAnActiveMailbox has an outage begin minutes after mail came in.
func TestOutageOfAnActiveMailbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		ill := false
		f.answer = func(command string) string {
			if ill && strings.Contains(command, "BODY.PEEK[") {
				return "{tag} NO [SERVERBUG] Internal error occurred.\r\n"
			}
			return ""
		}
		j, a := f.account()
		stop := start(t, a)
		elapse(time.Minute)
		add := func(uid int) { f.mu.Lock(); f.uids = append(f.uids, uid); f.mu.Unlock() }
		add(1)
		elapse(3 * time.Minute)
		f.change(func() { ill = true })
		for i := 2; i <= 4; i++ {
			add(i)
			elapse(2 * time.Minute)
		}
		elapse(2 * time.Hour)
		f.change(func() { ill = false })
		elapse(30 * time.Minute)
		stop()
		wantNumbers(t, j, 1, 2, 3, 4)
		if j.alarmed() != "[down up]" {
			t.Errorf("alarms %s", j.alarmed())
		}
	})
}

// TestSizesEndTheConnection takes mail of which the size can't be asked.
func TestSizesEndTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID FETCH") && !strings.Contains(command, "BODY") {
				return cut
			}
			return ""
		}
		j := play(t, f, 2*time.Hour, nil)
		exactlyOnce(t, j.all(), 3)
	})
}

// TestListedAndNotThere has a folder list a mail that can't be had, nor found alone.
func TestListedAndNotThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.body = func(uid int) string {
			if uid == 2 {
				return "* 9 FETCH (UID 9 FLAGS ())\r\n"
			}
			return ""
		}
		j := play(t, f, 5*24*time.Hour, func(a *Account) { a.Schedule = "@every 10m" })
		if n := len(j.all()); n != 3 {
			t.Errorf("%d mails in the journal, %+v", n, j.entries[Folder{"soporte", "INBOX", 1}])
		}
	})
}
