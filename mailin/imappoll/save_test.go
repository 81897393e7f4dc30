package imappoll

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// strained is a journal whose Take fails, panics or is slow at a turn, and which looks at what it
// is given.
type strained struct {
	*memory
	mu     sync.Mutex
	turns  int
	passed []uint32      // by the cursor, without an entry
	at     int           // the turn, from 1
	fail   func() error  // what happens at it
	slow   time.Duration // how long each turn lasts
	spool  func() error  // what happens to each new spool
}

func (j *strained) Spool(ctx context.Context) (Spool, error) {
	if j.spool != nil {
		if err := j.spool(); err != nil {
			return nil, err
		}
	}
	return j.memory.Spool(ctx)
}

func (j *strained) Take(ctx context.Context, f Folder, cursor uint32, mails []Mail) error {
	j.mu.Lock()
	j.turns++
	turn := j.turns
	j.mu.Unlock()
	time.Sleep(j.slow)
	for _, m := range mails {
		if m.Spool.(*memSpool).done {
			return fmt.Errorf("the spool of UID %d was closed before it was taken", m.UID)
		}
	}
	if turn == j.at {
		if err := j.fail(); err != nil {
			return err
		}
	}
	return j.look(f, cursor, j.memory.Take(ctx, f, cursor, mails))
}

func (j *strained) Note(ctx context.Context, f Folder, cursor uint32, list []Entry) error {
	return j.look(f, cursor, j.memory.Note(ctx, f, cursor, list))
}

// look remembers when the cursor has passed a mail without an entry. A reconciliation would mend
// that, in time.
func (j *strained) look(f Folder, cursor uint32, err error) error {
	j.memory.mu.Lock()
	defer j.memory.mu.Unlock()
	for uid := uint32(1); uid <= cursor; uid++ {
		if _, known := j.entries[f][uid]; !known {
			j.passed = append(j.passed, uid)
		}
	}
	return err
}

// many are UIDs of more mails than are fetched at once.
func many() (uids []int) {
	for uid := 1; uid <= 2*mostMails+50; uid++ {
		uids = append(uids, uid)
	}
	return uids
}

// TestTroubleWhileSaving fetches mails while the ones before are being journalled, and either goes
// wrong: each mail is taken once all the same, and nothing is left open.
func TestTroubleWhileSaving(t *testing.T) {
	t.Parallel()
	refuse := func() error { return errors.New("database is locked") }
	panics := func() error { panic("the journal fell over") }
	fetch := func(nth int, answer string) func(string) string {
		return func(command string) string {
			if strings.HasPrefix(command, "UID FETCH") && strings.Contains(command, "BODY.PEEK[]") {
				if nth--; nth == 0 {
					return answer
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		name   string
		at     int
		fail   func() error
		slow   time.Duration
		spool  func() error
		answer func(string) string
	}{
		{name: "the first Take fails", at: 1, fail: refuse},
		{name: "the second Take fails", at: 2, fail: refuse},
		{name: "the last Take fails", at: 3, fail: refuse},
		{name: "a slow Take", slow: 90 * time.Second},
		{name: "a slow Take fails", at: 1, fail: refuse, slow: 90 * time.Second},
		{name: "a Take panics", at: 2, fail: panics},
		{name: "cut while a Take runs", slow: 10 * time.Second, answer: fetch(2, cut)},
		{name: "cut while a Take fails", at: 1, fail: refuse, slow: 10 * time.Second,
			answer: fetch(2, cut)},
		{name: "silent while a Take runs", slow: 2 * time.Second, answer: fetch(2, silence)},
		{name: "NO while a Take runs", slow: 10 * time.Second,
			answer: fetch(2, "{tag} NO not now\r\n")},
		{name: "NO while a Take fails", at: 1, fail: refuse, slow: 10 * time.Second,
			answer: fetch(2, "{tag} NO not now\r\n")},
		{name: "throttled while a Take fails", at: 1, fail: refuse, slow: 10 * time.Second,
			answer: fetch(2, "{tag} NO [THROTTLED] slow down\r\n")},
		{name: "no room for a spool while a Take runs", slow: 10 * time.Second,
			spool: turn(150, refuse)},
		{name: "a spool panics while a Take runs", slow: 10 * time.Second,
			spool: turn(150, panics)},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(many()...)
				f.answer = c.answer
				j := &strained{memory: newMemory(), at: c.at, fail: c.fail, slow: c.slow,
					spool: c.spool}
				a := account(j, 143)
				a.Dial, a.Schedule = f.Dial, "@every 2m"
				stop := start(t, a)
				elapse(time.Hour)
				stop()
				exactlyOnce(t, j.all(), len(many()))
				if len(f.uids) != 0 || len(f.copied) != len(many()) {
					t.Errorf("%d mails are left, %d were moved", len(f.uids), len(f.copied))
				}
				if j.open != 0 || len(j.passed) > 0 {
					t.Errorf("%d spools are open, the cursor passed %v", j.open, j.passed)
				}
			})
		})
	}
}

// turn does something the nth time.
func turn(n int, f func() error) func() error {
	return func() error {
		if n--; n == 0 {
			return f()
		}
		return nil
	}
}

// TestStopsWhileSaving ends the account while mails are being journalled: what was fetched is kept,
// and nothing runs on.
func TestStopsWhileSaving(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(many()...)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, fmt.Sprintf("UID FETCH %d:", mostMails+1)) {
				return silence
			}
			return ""
		}
		j := &strained{memory: newMemory(), slow: 5 * time.Second}
		a := account(j, 143)
		a.Dial = f.Dial
		stop := start(t, a)
		elapse(time.Second)
		stop()
		exactlyOnce(t, j.all(), mostMails)
		if at := j.memory.at["soporte/INBOX"]; at.Cursor != mostMails || j.open != 0 {
			t.Errorf("the cursor is at %d, %d spools are open", at.Cursor, j.open)
		}
	})
}
