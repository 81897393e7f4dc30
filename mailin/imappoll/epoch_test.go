package imappoll

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// change lets the account run, changes the server, and lets it run again.
func change(t *testing.T, f *fake, a func(*Account), d time.Duration, how func()) *memory {
	t.Helper()
	j, account := f.account()
	if a != nil {
		a(&account)
	}
	stop := start(t, account)
	elapse(10 * time.Minute)
	f.change(func() { how(); f.last.Close() })
	elapse(d)
	stop()
	return j
}

// numbers are the letters in the journal, in order of their numbers.
func numbers(mails []taken) (list []int) {
	for _, m := range mails {
		var n int
		if _, after, ok := strings.Cut(m.raw, "Subject: Consulta "); ok && m.State != Aside {
			fmt.Sscan(after, &n)
		}
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

func wantNumbers(t *testing.T, j *memory, want ...int) {
	t.Helper()
	if got := numbers(j.all()); !slices.Equal(got, want) {
		t.Errorf("taken %v, want %v", got, want)
	}
}

// TestServerSetBack has a server whose disk was set back: it gives out UIDs once more, though
// UIDVALIDITY says that it does not. What comes under them is new mail, and is neither passed over
// nor destroyed unread.
func TestServerSetBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after After
		caps  string
	}{{Move, "MOVE UIDPLUS"}, {Delete, "MOVE UIDPLUS"}, {Flag, "MOVE UIDPLUS"},
		{Leave, "MOVE UIDPLUS"}, {Move,
			""}} { // a server without either can't move mail, which stays
		for _, later := range []bool{false, true} { // UIDNEXT has overtaken what was seen before
			t.Run(fmt.Sprintf("%s-%s-%v", c.after, strings.ReplaceAll(c.caps, " ", "-"), later),
				func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						f := newFake(1, 2, 3, 4, 5)
						f.caps, f.next = c.caps, 6
						j := change(t, f, func(a *Account) { a.After = c.after }, 26*time.Hour,
							func() {
								f.uids, f.letters,
									f.next = append(f.uids[:min(2, len(f.uids))], 4, 5),
									map[int]int{4: 14, 5: 15}, 6
								if later {
									f.uids, f.next = append(f.uids, 6, 7), 8
								}
							})
						// what is taken twice is told by its content
						got := slices.Compact(numbers(j.all()))
						want := []int{1, 2, 3, 4, 5, 14, 15}
						if later {
							want = []int{1, 2, 3, 4, 5, 6, 7, 14, 15}
						}
						if !slices.Equal(got, want) {
							t.Errorf("taken %v, want %v", got, want)
						}
						if n := len(j.all()); n > len(want)+5 {
							t.Errorf("%d mails were taken: want each once more at most", n)
						}
					})
				})
		}
	}
}

// TestArchiveOverRenumbering has UIDVALIDITY change before the old mail is in, or after it: in the
// first case that mail is filed without notices under its new UIDs too, in the second there may be
// new mail among it.
func TestArchiveOverRenumbering(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		t.Run(fmt.Sprint(before), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3)
				f.next = 4
				busy := before
				f.answer = func(command string) string {
					if busy && strings.Contains(command, "BODY.PEEK[]") {
						return "{tag} NO [THROTTLED] slow down\r\n"
					}
					return ""
				}
				j, a := f.account()
				a.After, a.Archive = Leave, true
				stop := start(t, a)
				elapse(10 * time.Minute)
				f.change(func() {
					busy, f.validity = false, 2
					f.last.Close()
				})
				elapse(20 * time.Minute)
				f.change(func() { f.uids, f.next = append(f.uids, 4), 5 })
				elapse(5 * time.Minute)
				stop()
				var got []string
				for _, m := range j.all() {
					got = append(got, fmt.Sprint(m.UIDValidity, "/", m.UID, " ", m.Archive))
				}
				want := "[2/1 true 2/2 true 2/3 true 2/4 false]"
				if !before {
					want = "[1/1 true 1/2 true 1/3 true 2/1 false 2/2 false 2/3 false 2/4 false]"
				}
				if fmt.Sprint(got) != want {
					t.Errorf("taken as archive: %v, want %s", got, want)
				}
			})
		})
	}
}

// TestUIDNextIsAlwaysWrong does not look through all of the folder each time.
func TestUIDNextIsAlwaysWrong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.next = 1
		j := play(t, f, 30*time.Minute, func(a *Account) { a.After = Leave })
		if n := len(j.all()); n > 6 {
			t.Errorf("three mails were taken %d times", n)
		}
	})
}

// TestAnotherMailbox opens another mailbox under the account's name, where UIDVALIDITY happens to
// be the same: nothing of it is taken for new, and the administrators are told.
func TestAnotherMailbox(t *testing.T) {
	t.Parallel()
	for _, next := range []int{7, 5, 4} { // after more mail than there was, or less
		anotherMailbox(t, next)
	}
}

func anotherMailbox(t *testing.T, next int) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.caps, f.next = "IDLE MOVE", 5
		j := newMemory()
		a := account(j, 143)
		a.Dial, a.Since = f.Dial, "now"
		stop := start(t, a)
		elapse(time.Minute)
		stop()
		theirs := map[int]int{1: 11, 2: 12, 3: 13, 4: 14, 5: 15, 6: 16}
		f.uids, f.next, f.letters = []int{1, 2, 3, 4, 5, 6}[:next-1], next, theirs
		stop = start(t, a)
		elapse(20 * time.Minute)
		f.change(func() { f.uids, f.next = append(f.uids, next), next+1 })
		elapse(3 * time.Minute)
		stop()
		wantNumbers(t, j)
		if !strings.Contains(j.state().Error, "give the account another name") ||
			j.alarmed() != "[down]" {
			t.Errorf("error %q, alarms %s", j.state().Error, j.alarmed())
		}
		f.uids, f.next, f.letters = []int{1, 2, 3, 4, 8}, 9, nil // it was a mistake, and is mended
		stop = start(t, a)
		elapse(time.Minute)
		stop()
		wantNumbers(t, j, 8)
	})
}

// TestShortList has a server that does not list all of its mail at first contact. What is old stays
// old.
func TestShortList(t *testing.T) {
	t.Parallel()
	for _, since := range []string{"now", "all", "2020-01-01"} {
		for _, next := range []int{0, 5} {
			t.Run(fmt.Sprintf("%s-%d", since, next), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFake(1, 2, 3, 4)
					f.next = next
					short := 2
					f.answer = func(command string) string {
						if strings.HasPrefix(command, "UID SEARCH") && short > 0 {
							short--
							return "* SEARCH 1 2\r\n"
						}
						return ""
					}
					j := change(t, f, func(a *Account) { a.Since, a.After = since, Leave },
						20*time.Minute, func() {
							f.uids, f.next = []int{1, 2, 3, 4, 5}, min(next, 1)*6
						})
					if since == "now" {
						wantNumbers(t, j, 5)
					} else {
						wantNumbers(t, j, 1, 2, 3, 4, 5)
					}
				})
			})
		}
	}
}

// TestShortListWithNews has a server that lists, at first contact, a part of its mail and one that
// came after SELECT: that one is new.
func TestShortListWithNews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5)
		f.next = 6
		first := true
		f.answer = func(command string) string {
			if first && strings.HasPrefix(command, "UID SEARCH") {
				first = false
				f.uids, f.next = append(f.uids, 6), 7
				return "* SEARCH 1 2 6\r\n"
			}
			return ""
		}
		j := play(t, f, 20*time.Minute, func(a *Account) { a.Since = "now" })
		wantNumbers(t, j, 6)
	})
}

// TestHiddenForAWhile has a server that hides a mail between its SEARCH and its FETCH, and shows it
// again.
func TestHiddenForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "UID FETCH") && strings.Contains(command, "BODY.PEEK[]") {
				f.uids = slices.DeleteFunc(f.uids, func(uid int) bool { return uid == 2 })
			}
			return ""
		}
		j := change(t, f, nil, 26*time.Hour, func() { f.answer, f.uids = nil, append(f.uids, 2) })
		wantNumbers(t, j, 1, 2, 3)
	})
}

// TestAwaitedFolder is made after the account was set up: all that comes into it is new.
func TestAwaitedFolder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		there := false
		f.answer = func(command string) string {
			if !there && strings.HasPrefix(command, "SELECT") {
				return "{tag} NO [NONEXISTENT] no such mailbox\r\n"
			}
			if _, since, ok := strings.Cut(command, "SINCE "); ok {
				if since != `"31-Dec-1999"` {
					t.Errorf("since %s", since)
				}
				return "* SEARCH 2\r\n"
			}
			return ""
		}
		j := change(t, f, func(a *Account) { a.Since, a.Folders = "now", []string{"Web"} },
			20*time.Minute, func() { there = true })
		wantNumbers(t, j, 2)
	})
}

// TestLaggingReplica has an UIDNEXT that goes up and down, as with replicas of which one lags.
func TestLaggingReplica(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.next = 4
		n := 0
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "SELECT") {
				n++
				f.next = 4
				if n%2 == 0 {
					f.next = 3
				}
			}
			return ""
		}
		j :=
			play(
				t, f, 24*time.Hour, func(a *Account) {
					a.After = Leave
					a.Folders =
						[]string{"INBOX", "Web"}
				})
		if n := len(j.all()); n > 20 {
			t.Errorf("three mails in two folders taken %d times in a day", n)
		}
	})
}

// TestUIDsThatDoNotStick has another UIDVALIDITY at each SELECT (UIDNOTSTICKY, RFC 4315): mail is
// not taken for ever.
func TestUIDsThatDoNotStick(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "SELECT") {
				f.validity++
			}
			return ""
		}
		j := play(t, f, 24*time.Hour, func(a *Account) { a.After = Leave })
		if n := len(j.all()); n > 30 {
			t.Errorf("three mails were taken %d times in a day; error %q", n, j.state().Error)
		}
	})
}

// TestServerSetBackRefuses has a server that was set back refuse one SEARCH just then.
func TestServerSetBackRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.next = 4
		refusals := 0
		f.answer = func(command string) string {
			if refusals > 0 && strings.HasPrefix(command, "UID SEARCH") {
				refusals--
				return "{tag} NO [SERVERBUG] try later\r\n"
			}
			return ""
		}
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(time.Minute)
		f.change(func() { f.uids, f.next = append(f.uids, 4, 5), 6 })
		elapse(5 * time.Minute)
		f.change(func() {
			f.uids, f.next, f.letters, refusals = []int{1, 2, 3, 4}, 5,
				map[int]int{4: 14}, 1
		})
		elapse(time.Hour)
		stop()
		wantNumbers(t, j, 4, 5, 14)
	})
}

// TestPollWithWrongUIDNext polls by single processes a server whose UIDNEXT is always wrong.
func TestPollWithWrongUIDNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.next = 1
		j := newMemory()
		a := account(j, 143)
		a.Dial, a.After = f.Dial, Leave
		for range 10 {
			if err := a.Poll(t.Context(), PollNow); err != nil {
				t.Fatal(err)
			}
			elapse(5 * time.Minute)
		}
		if n := len(j.all()); n > 6 {
			t.Errorf("three mails taken %d times by ten polls", n)
		}
	})
}

// TestUIDNextTooHigh has an UIDNEXT above the UIDs that are given out then.
func TestUIDNextTooHigh(t *testing.T) {
	t.Parallel()
	for _, since := range []string{"now", "all"} {
		t.Run(since, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3)
				f.next = 10
				j, a := f.account()
				a.Since = since
				stop := start(t, a)
				elapse(time.Minute)
				f.change(func() { f.uids = append(f.uids, 4, 5) })
				elapse(30 * time.Hour)
				stop()
				if since == "now" {
					wantNumbers(t, j, 4, 5)
				} else {
					wantNumbers(t, j, 1, 2, 3, 4, 5)
				}
			})
		})
	}
}

// TestAwaitedFolderOverARestart starts anew before all of a folder that was awaited is in.
func TestAwaitedFolderOverARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.next = 4
		there, mute := false, true
		f.answer = func(command string) string {
			if !there && strings.HasPrefix(command, "SELECT") {
				return "{tag} NO [NONEXISTENT] no such mailbox\r\n"
			}
			if mute && strings.Contains(command, "BODY.PEEK[]") {
				return silence
			}
			return ""
		}
		j, a := f.account()
		a.Since, a.Folders = "now", []string{"Web"}
		stop := start(t, a)
		elapse(5 * time.Minute)
		f.change(func() { there = true })
		elapse(2*time.Minute + 10*time.Second)
		stop()
		f.change(func() { mute = false })
		stop = start(t, a)
		elapse(30 * time.Hour)
		stop()
		wantNumbers(t, j, 1, 2, 3)
	})
}

// TestSetBackWhenAllWasGone sets a server back to a time when all mail that is known of was there
// no more.
func TestSetBackWhenAllWasGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(3 * time.Minute)
		f.change(func() { f.uids, f.next = []int{}, 5 })
		elapse(3 * time.Minute)
		for i := 5; i <= 200; i++ {
			f.change(func() { f.uids, f.next = append(f.uids, i), i+1 })
		}
		elapse(10 * time.Minute)
		f.change(func() {
			// set back to when it was empty; then three came
			f.uids, f.next, f.letters = []int{5, 6, 7}, 8, map[int]int{5: 1005, 6: 1006, 7: 1007}
			f.last.Close()
		})
		elapse(72 * time.Hour)
		stop()
		if got := numbers(j.all()); !slices.Contains(got, 1007) {
			t.Errorf("taken %d, error %q, alarms %s", len(got), j.state().Error, j.alarmed())
		}
	})
}

// TestLagWhenOldMailIsGone has UIDNEXT lag once when the mail of first contact is gone.
func TestLagWhenOldMailIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		j, a := f.account()
		a.Since, a.After, a.Folders = "now", Leave, []string{"INBOX", "Web"}
		lag := false
		f.answer = func(c string) string {
			if strings.HasPrefix(c, "SELECT") && lag {
				lag = false
				return fmt.Sprintf("* %d EXISTS\r\n* OK [PERMANENTFLAGS (\\Deleted \\*)] x\r\n* "+
					"OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 7] x\r\n{tag} OK [READ-WRITE] done\r\n",
					len(f.uids))
			}
			return ""
		}
		stop := start(t, a)
		elapse(3 * time.Minute)
		f.change(func() {
			f.uids, f.next = []int{5, 6, 7}, 8 // the old ones are archived by people
		})
		elapse(10 * time.Minute)
		f.change(func() {
			lag = true // one SELECT answered by a replica that lags by a mail
		})
		elapse(3 * time.Minute)
		f.change(func() { f.uids, f.next = []int{5, 6, 7, 8}, 9 })
		elapse(5 * time.Hour)
		stop()
		if got := numbers(j.all()); !slices.Contains(got, 8) {
			t.Errorf("taken %v, error %q, alarms %s", got, j.state().Error, j.alarmed())
		}
	})
}

// TestLagWhenOldMailIsGoneAndOtherStays does so where other mail stays in the folder.
func TestLagWhenOldMailIsGoneAndOtherStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		j, a := f.account()
		a.Since, a.After = "now", Leave
		stop := start(t, a)
		elapse(3 * time.Minute)
		f.change(func() {
			f.uids, f.next = []int{5, 6, 7}, 8 // the old ones are archived by people
		})
		elapse(10 * time.Minute)
		f.change(func() {
			f.next = 7 // SELECT answered by a replica that lags by a mail
			f.last.Close()
		})
		elapse(3 * time.Minute)
		f.change(func() { f.uids, f.next = []int{5, 6, 7, 8}, 9 })
		elapse(2 * time.Hour)
		stop()
		if got := numbers(j.all()); !slices.Contains(got, 8) {
			t.Errorf("taken %v, error %q, alarms %s", got, j.state().Error, j.alarmed())
		}
	})
}

// TestPhantomAtFirstContact lists a UID far above all others at first contact.
func TestPhantomAtFirstContact(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		f.next = 3
		once := true
		f.answer = func(c string) string {
			if once && strings.HasPrefix(c, "UID SEARCH") {
				once = false
				return "* SEARCH 1 2 4000000000\r\n"
			}
			return ""
		}
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(10 * time.Minute)
		f.change(func() { f.uids, f.next = append(f.uids, 3), 4 })
		elapse(72 * time.Hour)
		stop()
		wantNumbers(t, j, 3)
	})
}

// TestPhantomForAMoment has a server that lists a UID far above all others and ends the connection
// over two fetches. When it is well, the UID is listed no more, and must not keep new mail from
// being seen until the night.
func TestPhantomForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		ends := 0
		f.answer = func(command string) string {
			switch {
			case ends > 0 && strings.HasPrefix(command, "UID SEARCH"):
				return "* SEARCH 1 2 3 4000000000\r\n"
			case ends > 0 && strings.Contains(command, "BODY.PEEK[]"):
				ends--
				return cut
			}
			return ""
		}
		j, a := f.account()
		a.After = Leave
		stop := start(t, a)
		elapse(time.Minute)
		f.change(func() { f.uids, ends = append(f.uids, 3), 2 })
		elapse(5 * time.Minute)
		f.change(func() { f.uids = append(f.uids, 4) })
		elapse(5 * time.Minute)
		stop()
		wantNumbers(t, j, 1, 2, 3, 4)
	})
}

// TestPhantomThatStays lists a UID far above all others for ever, which can't be had: new mail
// comes in all the same, and not only at night.
func TestPhantomThatStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		phantom := false
		f.answer = func(command string) string {
			if phantom && strings.HasPrefix(command, "UID SEARCH") {
				return "* SEARCH " + strings.Trim(fmt.Sprint(f.uids), "[]") + " 4000000000\r\n"
			}
			return ""
		}
		j, a := f.account()
		a.After = Leave
		stop := start(t, a)
		elapse(time.Minute)
		f.change(func() { phantom = true })
		elapse(10 * time.Minute)
		f.change(func() { f.uids = append(f.uids, 3) })
		elapse(10 * time.Minute)
		stop()
		if got := numbers(j.all()); !slices.Contains(got, 3) {
			t.Errorf("taken %v, the cursor is at %d", got, j.at["soporte/INBOX"].Cursor)
		}
	})
}

// TestAnotherMailboxByPoll polls another mailbox by single processes: nothing is taken.
func TestAnotherMailboxByPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		j := newMemory()
		a := account(j, 143)
		a.Dial, a.Since = f.Dial, "now"
		for range 3 {
			a.Poll(t.Context(), PollNow)
			elapse(5 * time.Minute)
		}
		f.letters = map[int]int{1: 11, 2: 12, 3: 13, 4: 14, 5: 15, 6: 16}
		f.uids, f.next = []int{1, 2, 3, 4, 5, 6}, 7
		t.Log(a.Poll(t.Context(), ReconcileNow)) // is told
		elapse(5 * time.Minute)
		wantNumbers(t, j)
	})
}

// TestCursorMovesOn scans a folder with mail that is gone, too large, or was never there: the
// cursor comes to its end.
func TestCursorMovesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		for i := 1; i <= 1500; i++ {
			f.uids = append(f.uids, i)
		}
		f.answer = func(c string) string {
			rest, ok := strings.CutPrefix(c, "UID FETCH ")
			if !ok {
				return ""
			}
			var text string
			for i, u := range f.present(rest) {
				if u%7 == 0 || u > 1490 {
					continue // listed, and not there
				}
				size := 100
				if u%11 == 0 {
					size = 30000000
				}
				raw := string(letter(u))
				switch {
				case strings.Contains(c, "HEADER"):
					return ""
				case strings.Contains(c, "BODY"):
					text += whole(i+1, u, len(raw), raw)
				default:
					text += fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d)\r\n", i+1, u, size)
				}
			}
			if text == "" {
				return "{tag} OK done\r\n"
			}
			return text
		}
		j, a := f.account()
		a.After = Leave
		stop := start(t, a)
		elapse(time.Hour)
		s, ft := f.said("UID SEARCH"), f.said("UID FETCH")
		elapse(time.Hour)
		stop()
		if at := j.at["soporte/INBOX"]; at.Cursor < 1490 ||
			len(j.entries[Folder{"soporte", "INBOX", 1}]) != 1500 {
			t.Errorf("%d entries, cursor %d", len(j.entries[Folder{"soporte", "INBOX", 1}]),
				at.Cursor)
		}
		if n, m := f.said("UID SEARCH")-s, f.said("UID FETCH")-ft; n > 60 || m > 60 ||
			f.logins != 1 {
			t.Errorf("in the second hour %d SEARCH and %d FETCH; %d logins", n, m, f.logins)
		}
	})
}
