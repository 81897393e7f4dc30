package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/internal/mailtest"
)

// hold keeps the writer busy until the function that it returns is called.
func hold(t testing.TB, s *Store) (release func()) {
	t.Helper()
	inside, leave := make(chan struct{}), make(chan struct{})
	wait := s.Begin(ctx, func(*Tx) error { close(inside); <-leave; return nil })
	<-inside
	return func() {
		close(leave)
		check(t, wait())
	}
}

func meta(ctx context.Context, tx *Tx, key string) error {
	_, err := tx.exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, '')", key)
	return err
}

func metas(t testing.TB, s *Store) (n int) {
	t.Helper()
	must(s.row(ctx, "SELECT count(*) FROM meta WHERE key <> 'instance'", nil, &n))(t)
	return n
}

func TestWritesShareACommit(t *testing.T) {
	s, _ := newStore(t)
	release := hold(t, s)
	transactions := map[*Tx]int{}
	var order []int
	var waits []func() error
	for i := range 100 {
		waits = append(waits, s.Begin(ctx, func(tx *Tx) error {
			transactions[tx]++
			order = append(order, i)
			return meta(ctx, tx, fmt.Sprint(i))
		}))
	}
	release()
	for _, wait := range waits {
		check(t, wait())
	}
	same(t, "commits", len(transactions), 1)
	same(t, "rows", metas(t, s), 100)
	for i, n := range order {
		if i != n {
			t.Fatalf("begun as number %d, run as number %d", n, i)
		}
	}
}

func TestOneFailureAmongMany(t *testing.T) {
	s, _ := newStore(t)
	release := hold(t, s)
	broken := errors.New("broken")
	gone, cancel := context.WithCancel(ctx)
	fails := map[int]func(tx *Tx) error{
		3: func(*Tx) error { return broken },
		4: func(*Tx) error { panic("panicked") },
		9: func(tx *Tx) error { return meta(ctx, tx, "instance") }, // a key that is there
		15: func(tx *Tx) error {
			return errors.Join(meta(ctx, tx, "half"), broken)
		},
	}
	var waits []func() error
	var last []int // the order in which they were run for the last time
	for i := range 20 {
		c := ctx
		if i == 7 {
			c = gone
		}
		waits = append(waits, s.Begin(c, func(tx *Tx) error {
			last = append(last, i)
			if f := fails[i]; f != nil {
				return f(tx)
			}
			return meta(ctx, tx, fmt.Sprint(i))
		}))
	}
	cancel()
	release()
	for i, wait := range waits {
		err := wait()
		switch i {
		case 3, 15:
			same(t, "the failed one says", errors.Is(err, broken), true)
		case 4:
			same(t, "the panicked one says", err != nil &&
				strings.Contains(err.Error(), "panicked"), true)
		case 7:
			same(t, "the cancelled one says", err, context.Canceled)
		case 9:
			same(t, "the constraint is an error and no fault", err != nil && !Temporary(err), true)
		default:
			if err != nil {
				t.Errorf("write %d: %v", i, err)
			}
		}
	}
	same(t, "rows", metas(t, s), 15)
	at := map[int]int{}
	for i, n := range last {
		at[n] = i
	}
	for i := 1; i < 20; i++ {
		if i != 7 && i != 8 && at[i] < at[i-1] {
			t.Errorf("%d was run before %d", i, i-1)
		}
	}
	write(t, s, func(tx *Tx) error { return meta(ctx, tx, "after") })
}

func TestCancelledBeforeItsStart(t *testing.T) {
	s, _ := newStore(t)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	ran := false
	if err := s.Write(gone, func(*Tx) error { ran = true; return nil }); !errors.Is(err,
		context.Canceled) || ran {
		t.Errorf("got %v, ran %v", err, ran)
	}
}

func TestCancelledInTheMiddle(t *testing.T) {
	s, _ := newStore(t)
	c, cancel := context.WithCancel(ctx)
	err := s.Write(c, func(tx *Tx) error {
		if err := meta(c, tx, "a"); err != nil {
			return err
		}
		cancel()
		return meta(c, tx, "b")
	})
	same(t, "cancelled", err != nil, true)
	same(t, "rows", metas(t, s), 0)
	write(t, s, func(tx *Tx) error { return meta(ctx, tx, "after") })
}

func TestCloseWhileWritesWait(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	dir := s.Dir()
	release := hold(t, s)
	var waits []func() error
	for i := range 50 {
		waits = append(waits, s.Begin(ctx,
			func(tx *Tx) error { return meta(ctx, tx, fmt.Sprint(i)) }))
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	release()
	check(t, <-closed)
	done := 0
	for _, wait := range waits {
		if err := wait(); err == nil {
			done++
		} else if !Temporary(err) {
			t.Errorf("a write that was not done says %v", err)
		}
	}
	if err := s.Write(ctx, func(*Tx) error { return nil }); !errors.Is(err, errClosed) {
		t.Errorf("write after Close: %v", err)
	}
	same(t, "rows, and writes that said so", metas(t, open(t, dir, Options{})), done)
	same(t, "what waited was done", done, 50)
}

func TestChanged(t *testing.T) {
	s, _ := newStore(t)
	other := open(t, s.Dir(), Options{})
	time.Sleep(400 * time.Millisecond) // past the first look of the watch
	for name, by := range map[string]*Store{"this process": s, "another process": other} {
		changed := s.Changed()
		write(t, by, func(tx *Tx) error { return meta(ctx, tx, name) })
		select {
		case <-changed:
		case <-time.After(mailtest.Patience):
			t.Errorf("a commit of %s wakes nobody", name)
		}
		time.Sleep(400 * time.Millisecond)
	}
	changed := s.Changed()
	for rests := false; !rests; { // the watch may yet see what the last commit did
		select {
		case <-changed:
			changed = s.Changed()
		case <-time.After(400 * time.Millisecond):
			rests = true
		}
	}
	if s.Write(ctx, func(*Tx) error { return errors.New("no") }) == nil {
		t.Fatal("no error")
	}
	select {
	case <-changed:
		t.Error("a failed write wakes")
	case <-time.After(400 * time.Millisecond):
	}
}

func TestBusyDatabase(t *testing.T) {
	fileOnly(t)
	s, _ := newStore(t)
	_, err := s.writer.conn.ExecContext(ctx, "PRAGMA busy_timeout = 200")
	check(t, err)
	other := open(t, s.Dir(), Options{})
	release := hold(t, other)
	var waits []func() error
	start := time.Now()
	for i := range 64 {
		waits = append(waits, s.Begin(ctx,
			func(tx *Tx) error { return meta(ctx, tx, fmt.Sprint(i)) }))
	}
	for _, wait := range waits {
		var f *Fault
		if err := wait(); !errors.As(err, &f) || f.Full() {
			t.Fatalf("got %v, want a Fault", err)
		}
	}
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("64 writes waited %v for one lock: each waited for itself", took)
	}
	release()
	write(t, s, func(tx *Tx) error { return meta(ctx, tx, "after") })
}

func TestConcurrentWritersAndReaders(t *testing.T) {
	s, _ := newStore(t)
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 20 {
				if err := s.Write(ctx, func(tx *Tx) error {
					return meta(ctx, tx,
						fmt.Sprintf("%d.%d", g, i))
				}); err != nil {
					t.Error(err)
				}
				if _, err := s.Mails(ctx, MailFilter{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	same(t, "rows", metas(t, s), 160)
}
