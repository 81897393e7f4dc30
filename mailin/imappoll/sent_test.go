package imappoll

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSentHeaderRefused has the header of a sent mail refused for some minutes.
func TestSentHeaderRefused(t *testing.T) {
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
		a := account(j, 143)
		a.Dial, a.Schedule, a.Since, a.Sent = f.Dial, "@every 2m", "now", "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) { return Wanted, nil }
		stop := start(t, a)
		elapse(10 * time.Second)
		f.mu.Lock()
		f.uids, ill = append(f.uids, 7), true
		f.mu.Unlock()
		elapse(3 * time.Minute)
		f.mu.Lock()
		ill = false
		f.mu.Unlock()
		elapse(4 * 24 * time.Hour)
		stop()
		wantNumbers(t, j, 7)
		t.Logf("%+v; header asked %d times", j.entries[Folder{"soporte", "Sent", 1}][7], f.said("UID FETCH 7 (UID RFC822.SIZE BODY.PEEK[HEADER]"))
	})
}

// TestSentTwoCuts has the connection end twice over a sent mail.
func TestSentTwoCuts(t *testing.T) {
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
		a := account(j, 143)
		a.Dial, a.Schedule, a.Since, a.Sent = f.Dial, "@every 2m", "now", "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) { return Wanted, nil }
		stop := start(t, a)
		elapse(10 * time.Second)
		f.mu.Lock()
		f.uids = append(f.uids, 7)
		f.mu.Unlock()
		elapse(4 * 24 * time.Hour)
		stop()
		wantNumbers(t, j, 7)
		t.Logf("%+v", j.entries[Folder{"soporte", "Sent", 1}][7])
	})
}

// TestSentConnectionEnds has it end for ten minutes.
func TestSentConnectionEnds(t *testing.T) {
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
		a := account(j, 143)
		a.Dial, a.Schedule, a.Since, a.Sent = f.Dial, "@every 2m", "now", "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) { return Wanted, nil }
		stop := start(t, a)
		elapse(10 * time.Second)
		f.mu.Lock()
		f.uids, ill = append(f.uids, 7, 8, 9), true
		f.mu.Unlock()
		elapse(10 * time.Minute)
		f.mu.Lock()
		ill = false
		f.mu.Unlock()
		elapse(4 * 24 * time.Hour)
		stop()
		wantNumbers(t, j, 7, 8, 9)
	})
}

// TestSentWaitsOverRestarts starts the daemon again and again while a sent mail waits.
func TestSentWaitsOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.only = "Sent"
		begun := time.Now()
		j := newMemory()
		a := account(j, 143)
		a.Dial, a.Schedule, a.Since, a.Sent = f.Dial, "@every 2m", "now", "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) {
			if time.Since(begun) < 20*time.Minute {
				return Unknown, nil
			}
			return Wanted, nil
		}
		stop := start(t, a)
		elapse(10 * time.Second)
		f.mu.Lock()
		f.uids = append(f.uids, 7)
		f.mu.Unlock()
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
		a := account(j, 143)
		a.Dial, a.Schedule, a.Since, a.Sent = f.Dial, "@every 2m", "now", "Sent"
		a.Wanted = func(context.Context, []byte) (Want, error) {
			if time.Since(begun) < time.Hour {
				return Unknown, nil
			}
			return Wanted, nil
		}
		stop := start(t, a)
		elapse(time.Minute)
		f.mu.Lock()
		f.uids = append(f.uids, 7)
		f.mu.Unlock()
		elapse(4 * time.Minute)
		f.mu.Lock()
		hide = true
		f.mu.Unlock()
		j.mu.Lock()
		j.order = ReconcileNow
		j.mu.Unlock()
		elapse(3 * time.Minute)
		f.mu.Lock()
		hide = false
		f.mu.Unlock()
		elapse(48 * time.Hour)
		stop()
		wantNumbers(t, j, 7)
	})
}

// TestSentIsNeverChanged makes a folder the one of sent mail while its mail is still to be moved.
func TestSentIsNeverChanged(t *testing.T) {
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
	for _, want := range []Want{Unwanted, Unknown} {
		t.Run(fmt.Sprint(want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1, 2, 3, 4)
				f.only = "Sent"
				j := newMemory()
				a := account(j, 143)
				a.Dial, a.Schedule, a.Since, a.Sent = f.Dial, "@every 10m", "now", "Sent"
				a.Wanted = func(context.Context, []byte) (Want, error) { return want, nil }
				stop := start(t, a)
				elapse(5 * time.Minute)
				f.mu.Lock()
				f.letters = map[int]int{3: 13}
				f.mu.Unlock()
				elapse(10 * 24 * time.Hour)
				stop()
				if n := f.said("UID FETCH 3 (UID RFC822.SIZE BODY.PEEK[HEADER]"); n > 3 {
					t.Errorf("its header was fetched %d times in ten days; it is %+v", n, j.entries[Folder{"soporte", "Sent", 1}][3])
				}
			})
		})
	}
}
