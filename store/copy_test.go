package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// TestCopy takes a desk to the other engine and back again.
func TestCopy(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{Database: sqliteOnly, Now: newClock().now})
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	ana := addPerson(t, s, desk.Agent, "ana@ejemplo.test")
	k := openTicket(t, s, by, "Factura rechazada")
	addItem(t, s, k, by, "uno\x00dos \xff áéí",
		NewAttachment{desk.Attachment{Filename: "informe.pdf"}, spool(t, s, "png")})
	receive(t, s, strings.Repeat("largo ", InlineSize))
	owe(t, s, k.Number, ana.Address())
	lease := must(s.TakeLease(ctx, false))(t)
	defer lease.Release()

	calls, back := 0, t.TempDir()
	url := engine(t, t.TempDir())
	if url == "" { // over SQLite alone
		url = t.TempDir()
	}
	copied := must(s.CopyTo(ctx, url, func(done, all int64) {
		if calls++; done > all {
			t.Errorf("%d of %d rows", done, all)
		}
	}))(t)
	same(t, "progress was told at the end", calls, 1)
	if _, err := s.CopyTo(ctx, url, nil); err == nil ||
		!strings.Contains(err.Error(), "not empty") {
		t.Errorf("over another desk: %v", err)
	}
	where := Options{Database: url}
	place := dir
	if !strings.Contains(url, "://") {
		where.Database, place = sqliteOnly, url
	}
	there := open(t, place, where)
	same(t, "the name of the desk", there.Instance(), s.Instance())
	same(t, "found by its words", count(t, there, Query{Words: "informe pdf uno aei"}), 1)
	must(there.TakeLease(ctx, false))(t).Release()
	same(t, "the next ticket", openTicket(t, there, by, "otra").Number, k.Number+1)

	again := must(there.CopyTo(ctx, back, nil))(t)
	if len(again) != len(copied) {
		t.Errorf("%d tables became %d", len(copied), len(again))
	}
	home := open(t, back, Options{Database: sqliteOnly})
	same(t, "tickets at home", count(t, home, Query{}), 2)
}

// TestCopyBrokenOff leaves nothing that would be in the way of the next.
func TestCopyBrokenOff(t *testing.T) {
	s, _ := newStore(t)
	for range 20 {
		receive(t, s, "mail "+time.Now().String())
	}
	to := filepath.Join(t.TempDir(), "new")
	ended, stop := context.WithCancel(ctx)
	stop()
	if _, err := s.CopyTo(ended, to, nil); err == nil {
		t.Error("it was not broken off")
	}
	left := must(os.ReadDir(to))(t)
	same(t, "files left", len(left), 0)
	must(s.CopyTo(ctx, to, nil))(t)
}

// TestRowHash: where one value ends and the next begins is part of it.
func TestRowHash(t *testing.T) {
	rows := [][]any{{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"abc", nil}, {nil, "abc"},
		{int64(1), "abc"}}
	seen := map[[32]byte]bool{}
	for _, row := range rows {
		seen[rowHash(row)] = true
	}
	same(t, "different rows", len(seen), len(rows))
	same(t, "a text and its bytes", rowHash([]any{"x"}), rowHash([]any{[]byte("x")}))
}

func count(t *testing.T, s *Store, q Query) int {
	t.Helper()
	page, _, err := s.Find(ctx, everything, q)
	check(t, err)
	return len(page)
}
