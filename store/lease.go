package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrLeased says that another process files and sends.
var ErrLeased = errors.New("another buzon works on this database")

// leaseKey is the fact that names who files and sends.
const leaseKey = "lease"

// beat is how often a lease is renewed. Where nobody can see whether its holder lives, it ends with
// stale beats that were not renewed.
type beat struct {
	every time.Duration
	stale int
}

func (b beat) patience() time.Duration { return time.Duration(b.stale) * b.every }

// Lease is the right of one process to file and send what a database holds. It stands in the
// database, so that it holds also where a lock file has been removed, or does not reach. On
// PostgreSQL nothing that its holder writes is committed once it is another's. Release must be
// called.
type Lease struct {
	store *Store
	holder
}

// holder is a process as the database names it.
type holder struct {
	Token   string `json:"token"`
	Host    string `json:"host"`    // as people call the machine
	Machine string `json:"machine"` // the start of the kernel, and the space of process numbers
	PID     int    `json:"pid"`
	Started string `json:"started"` // of the process, since its number may be given out anew
	Beats   int64  `json:"beats"`
}

// TakeLease makes this process the one that files and sends, or returns ErrLeased. A holder on this
// machine is seen to live or not; of one elsewhere that is known only after a while, for which
// patient waits.
func (s *Store) TakeLease(ctx context.Context, patient bool) (*Lease, error) {
	return s.takeLease(ctx, patient, s.dialect.beat)
}

func (s *Store) takeLease(ctx context.Context, patient bool, b beat) (*Lease, error) {
	before, err := s.leaseholder(ctx)
	if err != nil {
		return nil, fault(err)
	}
	if lives, known := before.lives(); known && lives || !known && !patient {
		return nil, ErrLeased
	} else if !known {
		select {
		case <-time.After(b.patience()):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s.takeFrom(ctx, before)
}

// takeFrom takes the lease if it is still as it was.
func (s *Store) takeFrom(ctx context.Context, before holder) (*Lease, error) {
	l := &Lease{s, thisProcess()}
	s.held.Store(nil) // one that it had and lost
	if err := l.put(ctx, func(now holder) bool { return now == before }); err != nil {
		return nil, err
	}
	s.held.Store(&l.Token)
	return l, nil
}

// thisProcess is a new holder.
func thisProcess() holder {
	host, _ := os.Hostname()
	return holder{
		Token: rand.Text(), Host: host, Machine: machine(),
		PID: os.Getpid(), Started: started(os.Getpid()),
	}
}

// String is how people find the process.
func (h holder) String() string {
	if h.Token == "" {
		return ""
	}
	return fmt.Sprintf("process %d on %s", h.PID, cmp.Or(h.Host, "an unknown host"))
}

// Holder says which process has the lease, as far as is known; "" when nobody works.
func (r Reader) Holder(ctx context.Context) (string, error) {
	h, err := r.leaseholder(ctx)
	if lives, known := h.lives(); known && !lives {
		h = holder{}
	}
	return h.String(), err
}

// Keep renews the lease until ctx ends, and returns ErrLeased when somebody else has taken it. That
// the database can't be written for a while is no reason to stop.
func (l *Lease) Keep(ctx context.Context) error {
	for tick := time.NewTicker(l.store.dialect.beat.every); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return nil
		}
		l.Beats++
		err := l.put(ctx, func(now holder) bool { return now.Token == l.Token })
		if errors.Is(err, ErrLeased) {
			return fmt.Errorf("%w: it has taken over; this one stops", err)
		}
	}
}

// Release gives the lease back.
func (l *Lease) Release() error {
	ctx := context.Background()
	l.store.held.CompareAndSwap(&l.Token, nil)
	return l.store.Write(ctx, func(tx *Tx) error {
		now, err := tx.leaseholder(ctx)
		if err != nil || now.Token != l.Token {
			return err
		}
		return tx.SetFact(ctx, leaseKey, "")
	})
}

// put writes the lease down if whoever holds it now may be replaced.
func (l *Lease) put(ctx context.Context, may func(now holder) bool) error {
	return l.store.Write(ctx, func(tx *Tx) error {
		now, err := tx.leaseholder(ctx)
		if err != nil {
			return err
		}
		if !may(now) {
			return ErrLeased
		}
		text, err := json.Marshal(l.holder)
		if err != nil {
			return err
		}
		return tx.SetFact(ctx, leaseKey, string(text))
	})
}

// leaseholder is who has the lease, the zero holder where nobody has.
func (r Reader) leaseholder(ctx context.Context) (holder, error) { return r.holder(ctx, leaseKey) }

func (r Reader) holder(ctx context.Context, key string) (h holder, err error) {
	text, err := r.Fact(ctx, key)
	if err != nil || text == "" {
		return holder{}, err
	}
	return h, json.Unmarshal([]byte(text), &h)
}

// lives reports whether the holder's process runs, as far as that is known here.
func (h holder) lives() (lives, known bool) {
	switch {
	case h.Token == "":
		return false, true
	case h.Machine != machine() || h.Machine == "":
		return false, false
	}
	alive := !errors.Is(syscall.Kill(h.PID, 0), syscall.ESRCH) && started(h.PID) == h.Started
	return alive, true
}

// machine names the start of this kernel and its space of process numbers, "" where it says nothing
// of them.
func machine() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, err2 := os.Readlink("/proc/self/ns/pid")
	if err != nil || err2 != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + space
}

// started is when a process began, in the kernel's words; "" when there is none.
func started(pid int) string {
	text, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "stat"))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(text), ") ") // behind its name, which may hold anything
	if fields := strings.Fields(after); len(fields) > 19 {
		return fields[19]
	}
	return ""
}
