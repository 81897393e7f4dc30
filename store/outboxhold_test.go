package store

import (
	"os"
	"testing"
)

// TestMarkOutbox: a database that was restored from an older copy holds what it owes, once, and
// nothing else makes it do so.
func TestMarkOutbox(t *testing.T) {
	s, _ := newStore(t)
	ctx := t.Context()
	mark := func(want bool, when string) {
		t.Helper()
		if held := must(s.MarkOutbox(ctx))(t); held != want {
			t.Errorf("%s: held %v", when, held)
		}
	}
	mark(false, "a new desk")
	write(t, s, func(tx *Tx) error {
		_, err := tx.Owe(ctx, Outgoing{Kind: "ack", Address: "a@b.test"})
		return err
	})
	mark(false, "a desk that owes")
	mark(false, "later")
	older := must(s.Fact(ctx, markKey))(t)
	mark(false, "after the copy")
	write(t, s, func(tx *Tx) error { return tx.SetFact(ctx, markKey, older) })
	mark(true, "restored")
	if h := must(s.OutboxHold(ctx))(t); h.Why != Restored || h.Since.IsZero() {
		t.Errorf("hold %+v", h)
	}
	if !must(s.ReleaseOutbox(ctx))(t) || must(s.ReleaseOutbox(ctx))(t) {
		t.Error("it is released once")
	}
	mark(false, "after the release")
	if err := os.Remove(s.markFile()); err != nil {
		t.Fatal(err)
	}
	mark(false, "without the file")
	write(t, s, func(tx *Tx) error { return tx.SetFact(ctx, holdKey, "{") })
	if h := must(s.OutboxHold(ctx))(t); h.Since.IsZero() {
		t.Error("what can't be read holds nothing")
	}
}
