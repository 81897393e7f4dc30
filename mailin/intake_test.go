package mailin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"buzon/store"
)

// poison makes the reader break on the mails that bear a mark; the others are read as ever.
func (h *house) poison(mark string, breaks func(ctx context.Context)) {
	h.read = func(ctx context.Context, r io.ReaderAt, size int64, o ReadOptions) (*Reading, error) {
		raw := make([]byte, size)
		r.ReadAt(raw, 0)
		if strings.Contains(string(raw), mark) {
			breaks(ctx)
		}
		return Read(ctx, r, size, o)
	}
}

// TestA20PoisonMessage: what breaks the reader is tried three times and kept whole, and the mails
// behind it are filed meanwhile; when the reader is mended it is filed, once.
func TestA20PoisonMessage(t *testing.T) {
	for name, breaks := range map[string]func(context.Context){
		"panic":   func(context.Context) { panic("boom") },
		"endless": func(context.Context) { select {} },
		"slow":    func(ctx context.Context) { <-ctx.Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, func(o *Options) { o.Workers = 2 })
			h.patience = time.Minute // on a busy machine a good mail is neither passed nor given up
			h.limit = func(m store.Mail) time.Duration {
				if m.ID == 1 && name != "panic" { // the bad one, which needs no limit if it panics
					return 300 * time.Millisecond
				}
				return time.Minute
			}
			var tries atomic.Int32
			h.poison("XYZZY", func(ctx context.Context) { tries.Add(1); breaks(ctx) })
			stop := h.start(h.idle)
			raw := h.plain(customer, box, "veneno", "XYZZY")
			bad := h.receive(raw)
			var good []int64
			for i := range 20 {
				good = append(good, h.receive(h.plain(fmt.Sprintf("c%d@cliente.test", i), box,
					"bueno", "x")))
			}
			h.settled()
			stop()
			read := func(n int) bool { // a busy machine may pass the limit before it reads
				return n == 3 || name != "panic" && 0 < n && n < 3
			}
			if m := h.mail(bad); m.Outcome != store.OutcomeQuarantine || m.Attempts != 3 ||
				!read(int(tries.Load())) || m.Error == "" || m.Reason != "attempts" {
				t.Errorf("%s after %d attempts, %d tries: %s", m.Outcome, m.Attempts, tries.Load(),
					m.Error)
			}
			b, err := h.store.OpenMail(t.Context(), h.mail(bad))
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if kept := must(io.ReadAll(b.Reader())); string(kept) != raw {
				t.Errorf("kept %q", kept)
			}
			last := int64(0)
			for _, id := range good {
				m := h.mail(id)
				if m.Outcome != store.OutcomeTicket || m.Attempts != 1 || m.Ticket <= last {
					t.Errorf("mail %d: %s, ticket %d after %d, attempts %d", id, m.Outcome,
						m.Ticket, last, m.Attempts)
				}
				last = m.Ticket
			}
			h.read = Read // a newer version
			h.limit = func(store.Mail) time.Duration { return time.Minute }
			if done, err := h.store.Requeue(t.Context(), bad, store.Override{}); err != nil ||
				!done {
				t.Fatal(done, err)
			}
			h.run()
			if m := h.mail(bad); m.Outcome != store.OutcomeTicket || len(h.items(m.Ticket)) != 1 {
				t.Errorf("tried again: %+v", m)
			}
		})
	}
}

// TestOrderOfFiling: several workers, and cases are numbered as the mails came.
func TestOrderOfFiling(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.Workers = 4 })
	var n atomic.Int32
	h.read = func(ctx context.Context, r io.ReaderAt, size int64, o ReadOptions) (*Reading, error) {
		time.Sleep(time.Duration(n.Add(7)%5) * time.Millisecond)
		return Read(ctx, r, size, o)
	}
	stop := h.start(h.idle)
	var ids []int64
	for i := range 100 {
		ids = append(ids, h.receive(h.plain(fmt.Sprintf("c%d@cliente.test", i), box, "x", "x")))
	}
	h.settled()
	stop()
	for i, id := range ids {
		if m := h.mail(id); m.Ticket != int64(i+1) {
			t.Fatalf("mail %d is ticket %d, want %d", id, m.Ticket, i+1)
		}
	}
}

// TestFaultsCostNoAttempt: the store is busy for a while, and no mail is blamed for it.
func TestFaultsCostNoAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var faults atomic.Int32
	h.read = func(ctx context.Context, r io.ReaderAt, size int64, o ReadOptions) (*Reading, error) {
		if faults.Add(1) <= 5 {
			return nil, fmt.Errorf("keep attachment: %w",
				&store.Fault{Cause: errors.New("disk I/O error")})
		}
		return Read(ctx, r, size, o)
	}
	stop := h.start(h.idle)
	id := h.receive(h.plain(customer, box, "x", "x"))
	h.settled()
	stop()
	if m := h.mail(id); m.Outcome != store.OutcomeTicket || m.Attempts != 1 || faults.Load() != 6 {
		t.Errorf("%s, %d attempts, %d tries", m.Outcome, m.Attempts, faults.Load())
	}
}

// TestA20PoisonThatEndsTheProcess: process after process dies of one mail; it is put away, and the
// others are filed with one attempt beside their first.
func TestA20PoisonThatEndsTheProcess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.receive(h.plain("a@cliente.test", box, "antes", "x"))
	bad := h.receive(h.plain(customer, box, "veneno", "XYZZY"))
	last := h.receive(h.plain("b@cliente.test", box, "después", "x"))
	for want := 2; want <= attempts; want++ {
		died := make(chan struct{})
		h.poison("XYZZY", func(context.Context) { close(died); select {} })
		ctx, stop := context.WithCancel(t.Context())
		t.Cleanup(stop)
		go h.Run(ctx)
		<-died
		if m, behind := h.mail(bad), h.mail(last); m.Attempts != want || behind.Attempts != want-1 {
			t.Fatalf("attempts %d, of the mail behind it %d; want %d, %d", m.Attempts,
				behind.Attempts, want, want-1)
		}
		next := New(h.o)
		next.second = h.second
		h.Intake = next
	}
	h.run()
	if m := h.mail(bad); m.Outcome != store.OutcomeQuarantine || m.Attempts != attempts {
		t.Errorf("poison: %s after %d", m.Outcome, m.Attempts)
	}
	for _, id := range []int64{first, last} {
		if m := h.mail(id); m.Outcome != store.OutcomeTicket || m.Attempts > 2 {
			t.Errorf("mail %d: %s after %d", id, m.Outcome, m.Attempts)
		}
	}
}

// TestKilledOverAndOver: processes that are killed whatever they do put no good mail aside. Each
// dies while it files its first.
func TestKilledOverAndOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []int64
	for i := range 3 {
		ids = append(ids, h.receive(h.plain(fmt.Sprintf("c%d@cliente.test", i), box, "bueno", "x")))
	}
	for range 2 * len(ids) {
		died := make(chan struct{})
		h.poison("bueno", func(context.Context) { close(died); select {} })
		ctx, stop := context.WithCancel(t.Context())
		t.Cleanup(stop)
		go h.Run(ctx)
		<-died
		next := New(h.o)
		next.second = h.second
		h.Intake = next
	}
	h.read = Read
	for _, id := range ids { // what is put aside after so many is tried again by an administrator
		if m := h.mail(id); m.Outcome != "" || m.Attempts > attempts {
			t.Errorf("mail %d: %q after %d attempts", id, m.Outcome, m.Attempts)
		}
	}
}

// TestStoppingCostsNoAttempt: who is told to stop in the middle of recovery blames nobody.
func TestStoppingCostsNoAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.receive(h.plain(customer, box, "x", "x"))
	for range 4 {
		ctx, stop := context.WithCancel(t.Context())
		h.read = func(inner context.Context, _ io.ReaderAt, _ int64, _ ReadOptions) (*Reading,
			error) {
			stop()
			<-inner.Done()
			return nil, inner.Err()
		}
		if err := h.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if m := h.mail(id); m.Outcome != "" || m.Attempts != 1 {
		t.Errorf("%q after %d attempts", m.Outcome, m.Attempts)
	}
	h.read = Read
	h.run()
	if m := h.mail(id); m.Outcome != store.OutcomeTicket {
		t.Errorf("%+v", m)
	}
}

func BenchmarkFile(b *testing.B) {
	h := newHouse(b)
	body := strings.Repeat("Desde ayer no imprime la factura y no sabemos por qué.\n", 180)
	h.opened() // what is made once
	b.ReportAllocs()
	for b.Loop() {
		h.file(h.plain(fmt.Sprintf("c%d@cliente.test", h.sent), box, "No imprime", body))
	}
}

// BenchmarkIntake is the way from journalled to filed, with as many in flight as the intake takes.
func BenchmarkIntake(b *testing.B) {
	h := newHouse(b)
	body := strings.Repeat("Desde ayer no imprime la factura y no sabemos por qué.\n", 180)
	b.ReportAllocs()
	stop := h.start(h.idle)
	const lot = 64
	gate := make(chan struct{}, 16)
	for i := 0; i < b.N; i += lot {
		for range min(lot, b.N-i) {
			raw := h.plain(fmt.Sprintf("c%d@cliente.test", h.sent), box, "No imprime", body)
			gate <- struct{}{}
			go func() { h.receive(raw); <-gate }()
		}
	}
	for range cap(gate) {
		gate <- struct{}{}
	}
	h.settled()
	b.StopTimer()
	stop()
}

// TestUnreadableFile: a kept mail whose file is spoilt costs itself three attempts, the quarantine
// and a notice; the mails before and behind it are filed, after a restart too. Where all files are
// gone none of them is blamed.
func TestUnreadableFile(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"gone": os.Remove,
		"cut":  func(path string) error { return os.Truncate(path, 1000) },
		"other bytes": func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("z"), 3*store.InlineSize), 0o600)
		},
		"that can't be opened": func(path string) error {
			return errors.Join(os.Remove(path),
				os.Symlink(path, path))
		},
		"a directory in its place": func(path string) error {
			return errors.Join(os.Remove(path),
				os.Mkdir(path, 0o700))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			large := strings.Repeat("y", 2*store.InlineSize)
			before := h.receive(h.plain("a@cliente.test", box, "antes", large+"a"))
			bad := h.receive(h.plain(customer, box, "ilegible", large+"b"))
			behind := h.receive(h.plain("c@cliente.test", box, "detrás", large+"c"))
			sha := h.mail(bad).SHA256
			path := filepath.Join(h.store.Dir(), "blobs", sha[:2], sha[2:])
			if err := spoil(path); err != nil {
				t.Fatal(err)
			}
			h.run()
			m := h.mail(bad)
			if m.Outcome != store.OutcomeQuarantine || m.Attempts != attempts ||
				!strings.Contains(m.Error, path) || !strings.Contains(m.Error, "backup") {
				t.Errorf("%q after %d attempts: %s", m.Outcome, m.Attempts, m.Error)
			}
			for _, id := range []int64{before, behind} {
				if m := h.mail(id); m.Outcome != store.OutcomeTicket {
					t.Errorf("mail %d: %q, %s", id, m.Outcome, m.Error)
				}
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		id := h.receive(h.plain(customer, box, "espera", strings.Repeat("y", 2*store.InlineSize)))
		blobs, away := filepath.Join(h.store.Dir(), "blobs"), filepath.Join(h.store.Dir(), "away")
		if err := errors.Join(os.Rename(blobs, away), os.Mkdir(blobs, 0o700)); err != nil {
			t.Fatal(err)
		}
		stop := h.start(h.idle)
		defer stop()
		h.receive(h.plain("d@cliente.test", box, "pequeño", "x"))
		time.AfterFunc(300*time.Millisecond, func() { os.Remove(blobs); os.Rename(away, blobs) })
		h.settled()
		if m := h.mail(id); m.Outcome != store.OutcomeTicket || m.Attempts > 2 {
			t.Errorf("%q after %d attempts: %s", m.Outcome, m.Attempts, m.Error)
		}
	})
}
