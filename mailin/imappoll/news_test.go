package imappoll

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestNewsBeforeFirstContact has first contact fail, and news come under IDLE before it is made up
// for: what is old stays old.
func TestNewsBeforeFirstContact(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"search", "uidvalidity", "short"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3, 4, 5)
				f.caps = "IDLE MOVE UIDPLUS"
				if how != "short" {
					f.next = 6
				}
				refusals, told := 1, false
				f.answer = func(command string) string {
					switch {
					case how == "search" && refusals > 0 &&
						strings.HasPrefix(command, "UID SEARCH"):
						refusals--
						return "{tag} NO [SERVERBUG] try later\r\n"
					case how == "short" && refusals > 0 && strings.HasPrefix(command, "UID SEARCH"):
						refusals--
						return "* SEARCH 1 2\r\n"
					case how == "uidvalidity" && strings.HasPrefix(command, "SELECT"):
						return "* 5 EXISTS\r\n* OK [UIDVALIDITY 0] x\r\n{tag} OK done\r\n"
					case how == "uidvalidity" && command == "NOOP":
						return "* 6 EXISTS\r\n{tag} OK done\r\n"
					case command == "IDLE" && !told:
						told = true
						return "+ idling\r\n* 6 EXISTS\r\n"
					}
					return ""
				}
				j, a := f.account()
				j.entries[Folder{"soporte", "INBOX", 1}] = map[uint32]Entry{}
				j.entries[Folder{}] = map[uint32]Entry{}
				a.Since, a.Schedule = "now", "@every 30m"
				stop := start(t, a)
				elapse(20 * time.Minute)
				stop()
				if len(j.all()) > 0 {
					t.Errorf("old mail was taken as new: %v; left on the server %v, moved %v",
						numbers(j.all()), f.uids, f.copied)
				}
			})
		})
	}
}

// TestNewsBeforeSecondContact does the same after a change of UIDVALIDITY.
func TestNewsBeforeSecondContact(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.caps, f.next = "IDLE MOVE UIDPLUS", 4
		refusals, told := 0, true
		f.answer = func(command string) string {
			switch {
			case refusals > 0 && strings.HasPrefix(command, "UID SEARCH"):
				refusals--
				return "{tag} NO [SERVERBUG] try later\r\n"
			case command == "IDLE" && !told:
				told = true
				return "+ idling\r\n* 4 EXISTS\r\n"
			}
			return ""
		}
		j, a := f.account()
		j.entries[Folder{"soporte", "INBOX", 2}] = map[uint32]Entry{}
		a.Since, a.Schedule = "now", "@every 30m"
		stop := start(t, a)
		elapse(time.Minute)
		f.change(func() {
			f.validity, refusals, told = 2, 1, false
			f.uids, f.next, f.letters = []int{101, 102, 103}, 104,
				map[int]int{101: 1, 102: 2, 103: 3}
			f.last.Close()
		})
		elapse(2 * time.Hour)
		stop()
		wantNumbers(t, j)
	})
}

// TestNewsWithoutEnd has a server that tells EXISTS at the beginning of each IDLE: it is looked at
// a few times a second.
func TestNewsWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.caps = "IDLE MOVE UIDPLUS"
		idles := 0
		f.answer = func(command string) string {
			if command == "IDLE" && idles < 3000 {
				idles++
				return "+ idling\r\n* 0 EXISTS\r\n"
			}
			return ""
		}
		play(t, f, time.Minute, nil)
		if idles > 300 {
			t.Errorf("%d times IDLE in a minute, %d SEARCH", idles, f.said("UID SEARCH"))
		}
	})
}

// TestPhantoms has a server that lists one UID more in each SEARCH, of mail that is not there.
func TestPhantoms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		n := 0
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID SEARCH") {
				if strings.Contains(command, ":*") {
					n++
				}
				if strings.Contains(command, ":*") && n < 50000 {
					return fmt.Sprintf("* SEARCH %d\r\n", n)
				}
				return "* SEARCH\r\n"
			}
			return ""
		}
		play(t, f, time.Minute, nil)
		if n > 1000 {
			t.Errorf("%d searches in a minute", n)
		}
	})
}

// TestPhantomOfAHighUID has a server that once lists a UID far above all others: what comes below
// it is taken all the same.
func TestPhantomOfAHighUID(t *testing.T) {
	t.Parallel()
	for _, next := range []int{0, 4} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(1, 2)
			f.next = next
			once := false
			f.answer = func(command string) string {
				if once && strings.HasPrefix(command, "UID SEARCH") {
					once = false
					return "* SEARCH 4000000000\r\n"
				}
				return ""
			}
			j, a := f.account()
			a.After = Leave
			stop := start(t, a)
			elapse(time.Minute)
			f.change(func() { once = true })
			elapse(5 * time.Minute)
			f.change(func() { f.uids = append(f.uids, 3) })
			elapse(time.Hour)
			stop()
			if got := numbers(j.all()); got[len(got)-1] != 3 {
				t.Errorf("UIDNEXT %d: a mail that came an hour ago is not there: %v", next, got)
			}
		})
	}
}

// TestPhantomBesideAMail has a server that once lists a mail and a UID far above it that is not
// there: the next mail is taken at once.
func TestPhantomBesideAMail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(5)
		once := true
		f.answer = func(command string) string {
			if once && strings.HasPrefix(command, "UID SEARCH") && strings.Contains(command, ":*") {
				once = false
				return "* SEARCH 5 1000\r\n"
			}
			return ""
		}
		j, a := f.account()
		a.After = Leave
		stop := start(t, a)
		elapse(time.Minute)
		f.change(func() { f.uids = append(f.uids, 6) })
		elapse(2 * time.Minute)
		stop()
		wantNumbers(t, j, 5, 6)
		if e := j.entries[Folder{"soporte", "INBOX", 1}][1000]; e.State != Vanished {
			t.Errorf("what is not there is %+v", e)
		}
	})
}
