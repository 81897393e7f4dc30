package imappoll

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buzon/internal/mailtest"
)

// requestedOrder answers HEADER.FIELDS with the fields in the order in which they were asked for.
func requestedOrder(f *fake, command string) string {
	rest, ok := strings.CutPrefix(command, "UID FETCH ")
	if !ok || !strings.Contains(rest, "HEADER.FIELDS") {
		return ""
	}
	var text string
	for i, uid := range f.present(rest) {
		raw := string(letter(uid))
		var picked string
		for _, want := range []string{"Message-ID", "Date", "From", "Subject"} {
			for line := range strings.Lines(raw) {
				if strings.HasPrefix(line, want+":") {
					picked += line
				}
			}
		}
		picked += "\r\n"
		text += fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d BODY[HEADER.FIELDS (MESSAGE-ID "+
			"DATE FROM SUBJECT)]<0> {%d}\r\n%s)\r\n", i+1, uid, len(raw), len(picked), picked)
	}
	return text
}

// TestOrderOfFields has a server that gives the fields of HEADER.FIELDS in the order of the
// question: the folder is the same as before, and what came while we were away is taken.
func TestOrderOfFields(t *testing.T) {
	t.Parallel()
	for _, after := range []After{Leave, Flag} {
		t.Run(string(after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.next = 1
				f.answer = func(c string) string { return requestedOrder(f, c) }
				j, a := f.account()
				a.Since, a.After = "now", after
				stop := start(t, a)
				elapse(time.Minute)
				f.change(func() { f.uids, f.next = []int{1, 2, 3}, 4 })
				elapse(5 * time.Minute)
				stop()
				f.change(func() {
					f.uids, f.next = []int{1, 2, 3, 4}, 5 // while we are away
				})
				stop = start(t, a)
				elapse(30 * time.Hour)
				stop()
				wantNumbers(t, j, 1, 2, 3, 4)
			})
		})
	}
}

// TestOrderOfFieldsEachNight has the same server for ten nights.
func TestOrderOfFieldsEachNight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.next = 4
		f.answer = func(c string) string { return requestedOrder(f, c) }
		j := play(t, f, 10*24*time.Hour,
			func(a *Account) { a.After = Leave; a.Schedule = "@every 10m" })
		if n := len(j.all()); n > 6 {
			t.Errorf("three mails were taken %d times in ten days", n)
		}
	})
}

// TestWhiteLineInAHeader has mail whose header holds a line of blanks, where programs differ on its
// end.
func TestWhiteLineInAHeader(t *testing.T) {
	t.Parallel()
	d := mailtest.Dovecot(t, map[string]string{dovecotUser: "secreto"})
	c := d.Client(t, dovecotUser)
	odd := func(n int) []byte {
		return fmt.Appendf(nil, "From: web@b.test\r\nX-Form: a\r\n \r\n b\r\nSubject: Consulta "+
			"%d\r\nMessage-ID: <m%d@b.test>\r\n\r\nx\r\n", n, n)
	}
	j := newMemory()
	a := dovecotAccount(d, j)
	a.After, a.Since = Leave, "now"
	stop := start(t, a)
	eventually(t, "first contact", func() bool { return !j.state().Good.IsZero() })
	for i := 1; i <= 3; i++ {
		deliver(t, c, "INBOX", odd(i))
	}
	j.wait(t, 3)
	stop()
	deliver(t, c, "INBOX", letter(4)) // while we are away
	before := j.state().Reconciled
	stop = start(t, a)
	eventually(t, "reconciled", func() bool { return j.state().Reconciled.After(before) })
	time.Sleep(2500 * time.Millisecond)
	stop()
	wantNumbers(t, j, 1, 2, 3, 4)
}

// TestRenumbered has a server that numbers its mail afresh and gives the same UIDVALIDITY: the mail
// is told by its prints.
func TestRenumbered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(time.Minute)
		stop()
		f.uids, f.next, f.letters = []int{1, 2, 3, 4, 5, 6}, 7,
			map[int]int{1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7}
		stop = start(t, a)
		elapse(26 * time.Hour)
		stop()
		wantNumbers(t, j, 5, 6, 7)
	})
}

// TestRenumberedAfterAShortList has a server that does not list all of its mail one night, and
// numbers it afresh later: old mail stays old.
func TestRenumberedAfterAShortList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5)
		f.next = 6
		short := false
		f.answer = func(command string) string {
			if short && strings.HasPrefix(command, "UID SEARCH") {
				return "* SEARCH 1 2\r\n"
			}
			return ""
		}
		j, a := f.account()
		a.Since, a.Schedule = "now", "@every 10m"
		stop := start(t, a)
		elapse(time.Hour)
		f.change(func() { short = true })
		elapse(24 * time.Hour)
		f.change(func() {
			short = false
			f.validity, f.uids, f.next, f.letters = 2, []int{11, 12, 13, 14, 15}, 16,
				map[int]int{11: 1, 12: 2, 13: 3, 14: 4, 15: 5}
			f.last.Close()
		})
		elapse(time.Hour)
		stop()
		wantNumbers(t, j)
		if n := len(j.entries[Folder{"soporte", "INBOX", 2}]); n != 5 {
			t.Errorf("%d mails are known under the new UIDVALIDITY, want 5", n)
		}
	})
}

// TestIllMailInFront has the first mails of a folder refuse their prints: those behind are noted
// all the same.
func TestIllMailInFront(t *testing.T) {
	t.Parallel()
	for _, n := range []int{4, 5} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
				f.next = 11
				f.answer = func(command string) string {
					if rest, ok := strings.CutPrefix(command, "UID FETCH "); ok &&
						strings.Contains(command, "HEADER.FIELDS") &&
						slices.ContainsFunc(f.present(rest),
							func(uid int) bool { return uid <= n }) {
						return "{tag} NO [SERVERBUG] internal error\r\n"
					}
					return ""
				}
				j := change(t, f, func(a *Account) { a.Since = "now" }, time.Hour,
					func() { f.validity = 2 })
				for _, m := range numbers(j.all()) {
					if m > n {
						t.Errorf("old mail %d was taken as new", m)
					}
				}
			})
		})
	}
}

// TestPrintsEndTheConnection has a server that ends the connection over every print: mail comes in
// all the same.
func TestPrintsEndTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.answer = func(command string) string {
			if strings.Contains(command, "HEADER.FIELDS") {
				return cut
			}
			return ""
		}
		j, a := f.account()
		a.After = Leave
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids = slices.Clone(many()[:100]) })
		elapse(10 * time.Minute)
		stop()
		if len(j.all()) != 100 {
			t.Fatal(len(j.all()))
		}
		stop = start(t, a)
		elapse(time.Minute)
		f.change(func() { f.uids = append(f.uids, 1000) })
		begun := time.Now()
		for len(j.all()) < 101 && time.Since(begun) < 48*time.Hour {
			elapse(time.Minute)
		}
		if d := time.Since(begun); d > time.Hour {
			t.Errorf("a new mail came after %v, %d logins", d, f.logins)
		}
		stop()
	})
}

// TestAnotherMailThatCantBeHad puts a mail that can't be had under a known UID: it is set aside
// once.
func TestAnotherMailThatCantBeHad(t *testing.T) {
	t.Parallel()
	for _, large := range []bool{true, false} {
		t.Run(fmt.Sprint(large), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3, 4)
				back := false
				f.answer = func(command string) string {
					if back && large && strings.HasPrefix(command, "UID FETCH 3 ") &&
						!strings.Contains(command, "BODY") {
						return "* 3 FETCH (UID 3 RFC822.SIZE 30000000)\r\n"
					}
					return ""
				}
				f.body = func(uid int) string {
					if back && !large && uid == 3 {
						return "* 3 FETCH (UID 3 BODY[] NIL)\r\n"
					}
					return ""
				}
				j, a := f.account()
				a.Schedule, a.After = "@every 10m", Leave
				stop := start(t, a)
				elapse(5 * time.Minute)
				f.change(func() { f.letters, back = map[int]int{3: 13}, true })
				elapse(10 * 24 * time.Hour)
				stop()
				if n := len(j.all()); n > 6 {
					t.Errorf("%d mails in the journal; UID 3 is %+v", n,
						j.entries[Folder{"soporte", "INBOX", 1}][3])
				}
			})
		})
	}
}

// TestRenumberedFarApart has a large folder numbered afresh under the same UIDVALIDITY.
func TestRenumberedFarApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		for i := 1; i <= 300; i++ {
			f.uids = append(f.uids, i)
		}
		f.next = 301
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(time.Minute)
		stop()
		f.uids, f.letters = nil, map[int]int{}
		for i := 1; i <= 302; i++ {
			f.uids = append(f.uids, i)
			f.letters[i] = i + 60
		}
		f.next = 303 // 61..362, of which 301.. are new
		stop = start(t, a)
		elapse(26 * time.Hour)
		stop()
		if n := len(j.all()); n != 62 {
			t.Errorf("taken %d, error %q", n, j.state().Error)
		}
	})
}

// TestOrderOfFieldsChanges has a server that begins to give the fields in another order: the folder
// is the same.
func TestOrderOfFieldsChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		other := false
		f.answer = func(c string) string {
			if other {
				return requestedOrder(f, c)
			}
			return ""
		}
		j := change(t, f, func(a *Account) { a.Since = "now" }, 72*time.Hour,
			func() { other = true; f.uids = append(f.uids, 5); f.next = 6 })
		_ = j
		f.uids = append(f.uids, 6)
		f.next = 7
		if strings.Contains(j.state().Error, "other mail") {
			t.Errorf("strange: taken %v, error %q, alarms %s", numbers(j.all()), j.state().Error,
				j.alarmed())
		}
	})
}

// emptyHeaders answers HEADER.FIELDS with nothing while the server is ill.
func (f *fake) emptyHeaders(ill *bool) func(string) string {
	return func(c string) string {
		rest, ok := strings.CutPrefix(c, "UID FETCH ")
		if !ok || !*ill || !strings.Contains(c, "HEADER.FIELDS") {
			return ""
		}
		var text string
		for i, uid := range f.present(rest) {
			text += fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE 100 BODY[HEADER.FIELDS "+
				"(MESSAGE-ID DATE FROM SUBJECT)]<0> {2}\r\n\r\n)\r\n", i+1, uid)
		}
		return text
	}
}

// TestEmptyHeadersForAMoment has a server answer HEADER.FIELDS with nothing for some minutes.
func TestEmptyHeadersForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		ill := false
		f.answer = f.emptyHeaders(&ill)
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(10 * time.Minute)
		f.change(func() { ill = true })
		j.give(ReconcileNow)
		elapse(5 * time.Minute)
		f.change(func() {
			ill = false
			f.uids, f.next = append(f.uids, 5), 6
		})
		elapse(2 * time.Hour)
		stop()
		wantNumbers(t, j, 5)
	})
}

// TestEmptyHeadersAtFirstContact has it do so at first contact.
func TestEmptyHeadersAtFirstContact(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4)
		f.next = 5
		ill := true
		f.answer = f.emptyHeaders(&ill)
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(5 * time.Minute)
		f.change(func() { ill = false })
		elapse(30 * time.Hour)
		f.change(func() { f.uids, f.next = append(f.uids, 5), 6 })
		elapse(72 * time.Hour)
		stop()
		wantNumbers(t, j, 5)
	})
}

// TestPrintsRefusedForAMoment has some prints refused at first contact, and UIDVALIDITY change days
// later.
func TestPrintsRefusedForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
		f.next = 11
		ill := true
		f.answer = func(c string) string {
			if rest, ok := strings.CutPrefix(c, "UID FETCH "); ok && ill &&
				strings.Contains(c, "HEADER.FIELDS") &&
				slices.ContainsFunc(f.present(rest), func(u int) bool { return u > 5 }) {
				return "{tag} NO [SERVERBUG] later\r\n"
			}
			return ""
		}
		go func() { time.Sleep(5 * time.Minute); f.mu.Lock(); ill = false; f.mu.Unlock() }()
		j, a := f.account()
		a.Since = "now"
		stop := start(t, a)
		elapse(72 * time.Hour)
		f.change(func() {
			f.validity = 2
			f.last.Close()
		})
		elapse(time.Hour)
		stop()
		wantNumbers(t, j)
	})
}

// TestRenumberedAndNoPrints has UIDVALIDITY change on a server that ends the connection over every
// print: new mail comes in after a day, at worst.
func TestRenumberedAndNoPrints(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
		f.next = 11
		ill := false
		f.answer = func(c string) string {
			if ill && strings.Contains(c, "HEADER.FIELDS") {
				return cut
			}
			return ""
		}
		j := change(t, f, func(a *Account) { a.Since = "now" }, 72*time.Hour,
			func() { ill = true; f.validity = 2; f.uids = append(f.uids, 11); f.next = 12 })
		if got := numbers(j.all()); !slices.Contains(got, 11) {
			t.Errorf("taken %v", got)
		}
	})
}

// TestRenumberedAndNoPrintsForAWhile has it do so for some minutes: old mail is not taken for new.
func TestRenumberedAndNoPrintsForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
		f.next = 11
		ill := false
		f.answer = func(c string) string {
			if ill && strings.Contains(c, "HEADER.FIELDS") {
				return cut
			}
			return ""
		}
		go func() { time.Sleep(25 * time.Minute); f.mu.Lock(); ill = false; f.mu.Unlock() }()
		j := change(t, f, func(a *Account) { a.Since = "now" }, 5*time.Hour,
			func() { ill = true; f.validity = 2; f.uids = append(f.uids, 11); f.next = 12 })
		wantNumbers(t, j, 11)
	})
}
