package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"buzon/internal/mailtest"
)

// smallDisk mounts a disk of its own on a folder, and returns what makes it larger.
func smallDisk(t *testing.T, dir string, megabytes int) (grow func(megabytes int)) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs a small disk, which only root can mount")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	mount := func(flags uintptr, megabytes int) error {
		return syscall.Mount("tmpfs", dir, "tmpfs", flags,
			fmt.Sprintf("size=%dm,mode=700", megabytes))
	}
	if err := mount(0, megabytes); err != nil {
		t.Skipf("needs a small disk, which can't be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return func(megabytes int) {
		if err := mount(syscall.MS_REMOUNT, megabytes); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFullDisk feeds a desk until its disk is full. The next mail is answered 452 and nothing of it
// is kept; when there is room again the desk goes on by itself, and all that was answered 250 is a
// case.
func TestFullDisk(t *testing.T) {
	for _, c := range []struct {
		name, keep string // how much the desk leaves free for itself
		size       int    // of a mail
	}{
		{"up to its reserve, large mails", "", 300_000},
		{"to the last byte, large mails", "min_free = \"1\"", 300_000},
		{"to the last byte, small mails", "min_free = \"1\"", 40_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "disk")
			grow := smallDisk(t, dir, 12)
			d := newLiveDesk(t, liveOptions{Data: dir, Top: c.keep})
			mail := func(i int) letter {
				return letter{From: fmt.Sprintf("d%d@disco%d.test", i, i), To: soporte,
					Subject: fmt.Sprintf("Factura %d", i), Text: "Adjunto la factura.",
					Files: []file{{"factura.pdf", "application/pdf",
						[]byte(strings.Repeat(fmt.Sprintf("%7d", i), c.size/7))}}}
			}
			taken, refusal := 0, error(nil)
			for ; refusal == nil && taken < 2000; taken++ {
				l := mail(taken)
				refusal = mailtest.Submit(d.addr, l.From, []string{soporte}, l.raw())
			}
			taken-- // the last was not
			var reply *textproto.Error
			if !errors.As(refusal, &reply) || reply.Code != 452 ||
				strings.Contains(reply.Msg, "/") ||
				strings.Contains(strings.ToLower(reply.Msg), "sql") {
				t.Fatalf("after %d mails: %v, want 452", taken, refusal)
			}
			t.Logf("%d mails of %d bytes, then %v", taken, c.size, refusal)
			again := mail(taken)
			if err := mailtest.Submit(d.addr, again.From, []string{soporte},
				again.raw()); !errors.As(err, &reply) || reply.Code/100 != 4 {
				t.Errorf("the second refusal: %v", err)
			}
			grow(200)
			if err := mailtest.Submit(d.addr, again.From, []string{soporte},
				again.raw()); err != nil {
				t.Errorf("with room again: %v", err)
			}
			d.quiet()
			list := d.mails()
			if len(list) != taken+1 {
				t.Errorf("%d mails in the journal, %d were answered 250", len(list), taken+1)
			}
			for _, m := range list {
				if m.Outcome != "ticket" {
					t.Errorf("%+v", m)
				}
			}
			want := map[string]int{}
			for i := range taken + 1 {
				want[mail(i).From] = 1
			}
			want[ana], want[luis] = taken+1, taken+1
			d.toldOnce(want)
			d.whole()
		})
	}
}

// toldOnce is told for a disk that was full after a mail had left: what could not be written down
// as sent may be sent twice.
func (d *liveDesk) toldOnce(want map[string]int) {
	d.t.Helper()
	got, seen := map[string]int{}, map[string]bool{}
	for _, m := range d.relay.Accepted() {
		if id := headerField(m.Raw, "Message-ID"); !seen[id] {
			seen[id] = true
			got[m.To[0]]++
		}
	}
	if len(d.relay.Accepted()) > len(seen)+4 {
		d.t.Errorf("%d mails were sent twice", len(d.relay.Accepted())-len(seen))
	}
	for to, n := range want {
		if got[to] != n {
			d.t.Errorf("%s has received %d mails, want %d", to, got[to], n)
		}
	}
}

// TestBusyDatabase holds the database as another program may. Mail is answered 451, or 250 when the
// database is free again; none is lost, and what came in before is filed later.
func TestBusyDatabase(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.data, "buzon.db")+
		"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// less and more than SQLite is patient
	for i, hold := range []time.Duration{300 * time.Millisecond, 5500 * time.Millisecond} {
		if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			t.Fatal(err)
		}
		free := time.AfterFunc(hold, func() { conn.ExecContext(ctx, "ROLLBACK") })
		l := letter{From: fmt.Sprintf("b%d@ocupado%d.test", i, i), To: soporte,
			Subject: fmt.Sprintf("Ocupado %d", i), Text: "Hola."}
		raw, refusals := l.raw(), 0
		for {
			err := mailtest.Submit(d.addr, l.From, []string{soporte}, raw)
			if err == nil {
				break
			}
			var reply *textproto.Error
			if !errors.As(err, &reply) || reply.Code != 451 ||
				strings.Contains(strings.ToLower(reply.Msg), "sql") {
				t.Fatalf("while the database is busy: %v", err)
			}
			if refusals++; refusals > 20 {
				t.Fatal("the desk does not take mail again")
			}
		}
		free.Stop()
		t.Logf("held for %v: %d refusals", hold, refusals)
	}
	d.quiet()
	if n := len(d.tickets()); n != 3 {
		t.Errorf("%d cases, want 3: %s", n, d.tryCLI("mail", "list"))
	}
	d.told(map[string]int{carla: 1, "b0@ocupado0.test": 1, "b1@ocupado1.test": 1, ana: 3, luis: 3})
}
