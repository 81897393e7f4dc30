package store

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSnapshot: what the desk does meanwhile does not change it, and a restored desk is held.
func TestSnapshot(t *testing.T) {
	s, _ := newStore(t)
	file := spool(t, s, strings.Repeat("largo ", InlineSize))
	receive(t, s, "hola")
	check(t, file.settle())
	write(t, s, func(tx *Tx) error { _, err := tx.keep(ctx, file); return err })
	lease := must(s.TakeLease(ctx, false))(t)
	defer lease.Release()
	p := must(s.Snapshot(ctx))(t)
	defer p.Close()
	receive(t, s, strings.Repeat("otro ", InlineSize))
	same(t, "mails", p.Mails, 1)
	if len(p.Kept) != 1 || len(p.Lost) != 0 || p.Instance != s.Instance() {
		t.Fatalf("%+v", p)
	}
	// the file is as old as one that is swept, and its row is gone
	long := time.Now().Add(-2 * orphanAge)
	check(t, os.Chtimes(s.blobPath(p.Kept[0].SHA256), long, long))
	write(t, s, func(tx *Tx) error {
		return tx.write(
			ctx, "DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM journal WHERE blob = blob.id)")
	})
	same(t, "files swept", must(s.Sweep(ctx))(t), 1)
	if raw := must(os.ReadFile(p.Kept[0].Path))(t); len(raw) != int(p.Kept[0].Size) {
		t.Errorf("%d bytes of %d", len(raw), p.Kept[0].Size)
	}
	if p.Database == "" {
		return
	}
	restored := open(t, p.dir, Options{Database: sqliteOnly})
	if _, err := restored.TakeLease(ctx, false); !errors.Is(err, ErrLeased) {
		t.Errorf("the lease came with the copy: %v", err)
	}
	check(t, restored.SettleIn(ctx, "a test"))
	if h := must(restored.OutboxHold(ctx))(t); h.Why != "a test" {
		t.Errorf("held: %+v", h)
	}
	must(restored.TakeLease(ctx, false))(t).Release()
}

// TestSnapshotLeftBehind: one of a process that was killed goes after a day.
func TestSnapshotLeftBehind(t *testing.T) {
	s, _ := newStore(t)
	p := must(s.Snapshot(ctx))(t)
	must(s.Sweep(ctx))(t)
	if _, err := os.Stat(p.dir); err != nil {
		t.Errorf("a new one: %v", err)
	}
	long := time.Now().Add(-2 * orphanAge)
	check(t, os.Chtimes(p.dir, long, long))
	must(s.Sweep(ctx))(t)
	if _, err := os.Stat(p.dir); !os.IsNotExist(err) {
		t.Errorf("an old one: %v", err)
	}
}
