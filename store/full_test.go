package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"buzon/store/desk"
)

// smallDisk mounts a disk of a few megabytes.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk can't be mounted: %v (it takes root)", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	for name, size := range map[string]int{"in rows": 100 << 10, "in files": 700 << 10} {
		t.Run(name, func(t *testing.T) {
			if name == "in rows" {
				fileOnly(t)
			}
			dir := smallDisk(t, "12m")
			ballast := filepath.Join(dir, "ballast")
			check(t, os.WriteFile(ballast, make([]byte, 4<<20), 0o600))
			s := open(t, filepath.Join(dir, "data"), Options{MinFree: 1})
			var err error
			taken := 0
			for ; err == nil; taken++ {
				if taken > 200 {
					t.Fatal("the disk never fills")
				}
				err = take(s, strings.Repeat("x", size-taken))
			}
			var f *Fault
			if !errors.As(err, &f) || !f.Full() || !Temporary(err) {
				t.Fatalf("got %v (%T), want a Fault that says the disk is full", err, err)
			}
			same(t, "mails that were taken", len(must(s.Mails(ctx, MailFilter{}))(t)), taken-1)
			same(t, "what was begun and not taken", len(must(os.ReadDir(s.tmpDir()))(t)), 0)
			check(t, s.Check(ctx))
			check(t, os.Remove(ballast))
			check(t, take(s, strings.Repeat("y", size)))
			same(t, "mails", len(must(s.Mails(ctx, MailFilter{}))(t)), taken)
			check(t, s.Check(ctx))
		})
	}
}

func take(s *Store, text string) error {
	p, err := s.Spool(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	if _, err := p.Write([]byte(text)); err != nil {
		return err
	}
	_, err = s.Receive(ctx, Envelope{Door: "smtp"}, p)
	return err
}

func TestNearlyFullDiskTakesNoMailButWritesDownWhatWasSent(t *testing.T) {
	s := open(t, t.TempDir(), Options{MinFree: 1 << 60})
	var f *Fault
	if _, err := s.Spool(ctx); !errors.As(err, &f) || !f.Full() {
		t.Errorf("got %v, want a Fault that says the disk is full", err)
	}
	if err := s.Ready(); !errors.As(err, &f) || !f.Full() {
		t.Errorf("ready: %v", err)
	}
	id := owe(t, s, 1, "a@x.test")
	same(t, "claimed", claim(t, s, id, "raw"), true)
	write(t, s, func(tx *Tx) error { return tx.Sent(ctx, outgoing(t, s, id), "250") })
	openTicket(t, s, addPerson(t, s, desk.Customer, "c@cliente.test"), "x")
}
