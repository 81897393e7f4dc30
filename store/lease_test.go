package store

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"testing"
	"time"
)

// leave writes a lease as another process would have.
func leave(t *testing.T, s *Store, h holder) {
	t.Helper()
	text := string(must(json.Marshal(h))(t))
	write(t, s, func(tx *Tx) error { return tx.SetFact(ctx, leaseKey, text) })
}

func TestLease(t *testing.T) {
	s, _ := newStore(t)
	first := must(s.TakeLease(ctx, true))(t)
	_, err := s.TakeLease(ctx, true)
	same(t, "while another has it", err, ErrLeased)
	check(t, first.Release())
	second := must(s.TakeLease(ctx, true))(t)
	check(t, first.Release()) // a second time, when it is another's
	_, err = s.TakeLease(ctx, true)
	same(t, "after a late release", err, ErrLeased)

	killed := exec.Command("sleep", "60")
	check(t, killed.Start())
	dead := holder{Token: "dead", Machine: machine(), PID: killed.Process.Pid,
		Started: started(killed.Process.Pid)}
	leave(t, s, dead)
	_, err = s.TakeLease(ctx, false)
	same(t, "of a process that lives", err, ErrLeased)
	check(t, killed.Process.Kill())
	killed.Wait()
	third := must(s.TakeLease(ctx, false))(t)
	same(t, "taken away", second.put(ctx,
		func(now holder) bool { return now.Token == second.Token }), ErrLeased)
	check(t, third.Release())

	leave(t, s, holder{Token: "reused", Machine: machine(), PID: 1, Started: "another start"})
	check(t, must(s.TakeLease(ctx, false))(t).Release())
}

func TestLeaseOfAnotherMachine(t *testing.T) {
	s, _ := newStore(t)
	elsewhere := holder{Token: "elsewhere", Machine: "another", PID: 1}
	leave(t, s, elsewhere)
	_, err := s.TakeLease(ctx, false)
	same(t, "without patience", err, ErrLeased)
	short, stop := context.WithTimeout(ctx, time.Millisecond)
	defer stop()
	if _, err := s.TakeLease(short, true); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("told to stop: %v", err)
	}
	const every = 50 * time.Millisecond
	ended, renewed := make(chan bool), make(chan bool)
	go func() {
		defer close(renewed)
		for {
			select {
			case <-ended:
				return
			case <-time.After(every / 10): // the machine may be slow
				elsewhere.Beats++
				leave(t, s, elsewhere)
			}
		}
	}()
	_, err = s.takeLease(ctx, true, beat{every, 3})
	close(ended)
	<-renewed
	same(t, "while it is renewed", err, ErrLeased)
	check(t, must(s.takeLease(ctx, true, beat{every, 3}))(t).Release())
}
