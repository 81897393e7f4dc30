package imappoll

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// sentAccount looks into the folder of sent mail, from now on.
func sentAccount(f *fake, j *memory) Account {
	a := account(j, 143)
	a.Dial, a.Schedule, a.Since, a.Sent = f.Dial, "@every 2m", "now", "Sent"
	return a
}

// TestSentHeaderRefused has the header of a sent mail refused for some minutes.
func TestSentHeaderRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		var ill bool
		f.answer = func(command string) string {
			if ill && strings.Contains(command, "BODY.PEEK[HEADER]") {
				return "{tag} NO [SERVERBUG] try later\r\n"
			}
			return ""
		}
		j := newMemory()
		a := sentAccount(f, j)
		a.Wanted = func(context.Context, []byte) (Want, error) { return Wanted, nil }
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids, ill = append(f.uids, 7), true })
		elapse(3 * time.Minute)
		f.change(func() { ill = false })
		elapse(4 * 24 * time.Hour)
		stop()
		wantNumbers(t, j, 7)
		t.Logf("%+v; header asked %d times", j.entries[Folder{"soporte", "Sent", 1}][7],
			f.said("UID FETCH 7 (UID RFC822.SIZE BODY.PEEK[HEADER]"))
	})
}

// TestSentTwoCuts has the connection end twice over a sent mail.
func TestSentTwoCuts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		n := 2
		f.answer = func(command string) string {
			if n > 0 && strings.Contains(command, "UID FETCH") {
				n--
				return cut
			}
			return ""
		}
		j := newMemory()
		a := sentAccount(f, j)
		a.Wanted = func(context.Context, []byte) (Want, error) { return Wanted, nil }
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids = append(f.uids, 7) })
		elapse(4 * 24 * time.Hour)
		stop()
		wantNumbers(t, j, 7)
		t.Logf("%+v", j.entries[Folder{"soporte", "Sent", 1}][7])
	})
}

// TestSentConnectionEnds has it end for ten minutes.
func TestSentConnectionEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		var ill bool
		f.answer = func(command string) string {
			if ill && strings.Contains(command, "UID FETCH") {
				return cut
			}
			return ""
		}
		j := newMemory()
		a := sentAccount(f, j)
		a.Wanted = func(context.Context, []byte) (Want, error) { return Wanted, nil }
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids, ill = append(f.uids, 7, 8, 9), true })
		elapse(10 * time.Minute)
		f.change(func() { ill = false })
		elapse(4 * 24 * time.Hour)
		stop()
		wantNumbers(t, j, 7, 8, 9)
	})
}

// TestSentWaitsOverRestarts starts the daemon again and again while a sent mail waits.
func TestSentWaitsOverRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		begun := time.Now()
		j := newMemory()
		a := sentAccount(f, j)
		a.Wanted = func(context.Context, []byte) (Want, error) {
			if time.Since(begun) < 20*time.Minute {
				return Unknown, nil
			}
			return Wanted, nil
		}
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids = append(f.uids, 7) })
		elapse(3 * time.Minute)
		for range 3 {
			stop()
			stop = start(t, a)
			elapse(time.Minute)
		}
		elapse(24 * time.Hour)
		stop()
		wantNumbers(t, j, 7)
	})
}

// TestSentHiddenForAWhile hides a sent mail that waits from one reconciliation.
func TestSentHiddenForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		begun := time.Now()
		hide := false
		f.answer = func(command string) string {
			if hide && f.open == "Sent" && strings.HasPrefix(command, "UID SEARCH") {
				return "* SEARCH\r\n"
			}
			return ""
		}
		j := newMemory()
		a := sentAccount(f, j)
		a.Wanted = func(context.Context, []byte) (Want, error) {
			if time.Since(begun) < time.Hour {
				return Unknown, nil
			}
			return Wanted, nil
		}
		stop := start(t, a)
		elapse(time.Minute)
		f.change(func() { f.uids = append(f.uids, 7) })
		elapse(4 * time.Minute)
		f.change(func() { hide = true })
		j.give(ReconcileNow)
		elapse(3 * time.Minute)
		f.change(func() { hide = false })
		elapse(48 * time.Hour)
		stop()
		wantNumbers(t, j, 7)
	})
}

// TestSentIsNeverChanged makes a folder the one of sent mail while its mail is still to be moved.
func TestSentIsNeverChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		f.only = "Sent"
		j := newMemory()
		j.settled = ""
		a := account(j, 143)
		a.Dial, a.Folders, a.Apart = f.Dial, []string{"INBOX", "Sent"}, "Cuarentena"
		stop := start(t, a)
		elapse(time.Minute)
		stop()
		j.settled = "filed"
		a.Folders, a.Sent = []string{"INBOX"}, "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) { return Unwanted, nil }
		stop = start(t, a)
		elapse(5 * time.Minute)
		stop()
		if fmt.Sprint(f.uids) != "[1 2]" {
			t.Errorf("moved out of the sent mail: %v", f.copied)
		}
	})
}

// TestSentIsForgotten keeps no header of sent mail that was deleted while it waited.
func TestSentIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		j := newMemory()
		a := account(j, 143)
		a.Dial, a.Since, a.Sent = f.Dial, "now", "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) { return Unknown, nil }
		p, _ := a.check()
		s, err := p.connect(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		for i := range 5 {
			f.uids = nil
			if i > 0 {
				f.uids = []int{i}
			}
			if err := s.round(t.Context(), NoOrder); err != nil {
				t.Fatal(err)
			}
		}
		f.uids = nil
		for range 5 {
			s.round(t.Context(), ReconcileNow)
		}
		if n := len(p.mails); n > 0 {
			t.Errorf("%d headers are kept for ever", n)
		}
	})
}

// TestAnotherSentMail puts another mail under the UID of a sent one: it is looked at once.
func TestAnotherSentMail(t *testing.T) {
	t.Parallel()
	for _, want := range []Want{Unwanted, Unknown} {
		t.Run(fmt.Sprint(want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3, 4)
				f.only = "Sent"
				j, a := f.account()
				a.Schedule, a.Since, a.Sent = "@every 10m", "now", "Sent"
				a.Wanted = func(context.Context, []byte) (Want, error) { return want, nil }
				stop := start(t, a)
				elapse(5 * time.Minute)
				f.change(func() { f.letters = map[int]int{3: 13} })
				elapse(10 * 24 * time.Hour)
				stop()
				if n := f.said("UID FETCH 3 (UID RFC822.SIZE BODY.PEEK[HEADER]"); n > 3 {
					t.Errorf("its header was fetched %d times in ten days; it is %+v", n,
						j.entries[Folder{"soporte", "Sent", 1}][3])
				}
			})
		})
	}
}

// TestSentOfOldEpochsIsForgotten keeps no header of an epoch that has ended.
func TestSentOfOldEpochsIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		j := newMemory()
		a := account(j, 143)
		a.Dial, a.Since, a.Sent = f.Dial, "now", "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) { return Unknown, nil }
		p, _ := a.check()
		s, err := p.connect(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		s.round(t.Context(), NoOrder)
		f.uids = []int{1, 2, 3}
		for range 10 {
			f.validity++
			s.round(t.Context(), NoOrder)
			elapse(25 * time.Hour)
		}
		if n := len(p.mails); n > 3 {
			t.Errorf("%d headers are kept for 3 mails", n)
		}
	})
}

// TestSentWaitsOverABadNight has a night with several connections count once.
func TestSentWaitsOverABadNight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.answer = func(c string) string {
			if f.open == "INBOX" && strings.Contains(c, "UID FETCH") &&
				strings.Contains(c, "BODY.PEEK[]") {
				for _, uid := range f.present(strings.TrimPrefix(c, "UID FETCH ")) {
					if uid > 10 {
						return cut
					}
				}
			}
			return ""
		}
		j, a := f.account()
		begun := time.Now()
		a.Since, a.Sent, a.After = "now", "Sent", Leave
		a.Wanted = func(_ context.Context, h []byte) (Want, error) {
			if !strings.Contains(string(h), "Consulta 7\r\n") {
				return Unwanted, nil
			}
			if time.Since(begun) < 24*time.Hour {
				return Unknown, nil
			}
			return Wanted, nil
		}
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids = append(f.uids, 7) })
		elapse(3*time.Hour + 16*time.Minute + 20*time.Second)
		f.change(func() { f.uids = append(f.uids, 11, 12, 13, 14) })
		elapse(2 * time.Hour)
		elapse(44 * time.Hour)
		stop()
		n := 0
		for _, m := range j.all() {
			if m.Folder.Name == "Sent" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("sent mail 7 was taken %d times; %+v", n,
				j.entries[Folder{"soporte", "Sent", 1}][7])
		}
	})
}

// TestLargeSentMail sets a large sent mail aside, when it was waited for.
func TestLargeSentMail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		f.body = func(uid int) string {
			return whole(1, uid, 3000, strings.Repeat("x", 3000))
		}
		f.answer = func(c string) string {
			if strings.HasPrefix(c, "UID FETCH 7 ") && !strings.Contains(c, "BODY") {
				return "* 1 FETCH (UID 7 RFC822.SIZE 3000)\r\n"
			}
			return ""
		}
		begun := time.Now()
		j, a := f.account()
		a.Since, a.Sent, a.MaxSize = "now", "Sent", 2000
		a.Wanted = func(context.Context, []byte) (Want, error) {
			if time.Since(begun) < 20*time.Minute {
				return Unknown, nil
			}
			return Wanted, nil
		}
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids = append(f.uids, 7) })
		elapse(2 * time.Hour)
		stop()
		if f.logins > 1 {
			t.Errorf("%d logins for a mail that is too large; error %q", f.logins,
				j.all()[0].Incomplete)
		}
	})
}

// TestRefusedMailAndSentMail has mail refused that is tried again, while sent mail waits.
func TestRefusedMailAndSentMail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		f.answer = func(c string) string {
			if rest, ok := strings.CutPrefix(c, "UID FETCH "); ok &&
				strings.Contains(c, "BODY.PEEK[]") {
				for _, u := range f.present(rest) {
					if u <= 5 {
						return "{tag} NO [SERVERBUG] no\r\n"
					}
				}
			}
			return ""
		}
		j := newMemory()
		begun := time.Now()
		a := sentAccount(f, j)
		a.Wanted = func(_ context.Context, h []byte) (Want, error) {
			if strings.Contains(string(h), "Consulta 7\r\n") && time.Since(begun) < 30*time.Minute {
				return Unknown, nil
			}
			return Wanted, nil
		}
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids = append(f.uids, 1, 2, 3, 4, 5, 7) })
		for len(numbers(j.all())) == 0 || numbers(j.all())[len(numbers(j.all()))-1] != 7 {
			elapse(time.Minute)
			if time.Since(begun) > 48*time.Hour {
				break
			}
		}
		stop()
		if time.Since(begun) > time.Hour {
			t.Errorf("mail 7 came after %v, wanted since 30 min", time.Since(begun))
		}
	})
}
