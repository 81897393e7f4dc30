package mailout

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"buzon/internal/mailtest"
)

func TestMaildirKeepsEnvelopeAndBytes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "outgoing")
	m, err := NewMaildir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	want(t, m.Send(t.Context(), Envelope{From: from, To: to}, of(letter)), Sent, "new")
	want(t, m.Send(t.Context(), Envelope{To: "ana@ejemplo.test"}, of(letter)), Sent, "new")
	mails := mailtest.Maildir(t, dir)
	for i, head := range []string{
		"Return-Path: <" + from + ">\r\nDelivered-To: " + to + "\r\nX-Envelope-To: " + to + "\r\n",
		"Return-Path: <>\r\nDelivered-To: ana@ejemplo.test\r\nX-Envelope-To: ana@ejemplo.test\r\n",
	} {
		if i >= len(mails) || string(mails[i]) != head+string(letter) {
			t.Errorf("mail %d of %d is not head and letter", i+1, len(mails))
		}
	}
}

func TestMaildirIsPrivateWhateverTheUmask(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "outgoing")
	m, err := NewMaildir(dir)
	if err != nil {
		t.Fatal(err)
	}
	want(t, send(t, m), Sent, "")
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error {
		info, err := d.Info()
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v (%v)", path, info.Mode(), err)
		}
		return nil
	})
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) > 0 {
		t.Errorf("tmp still holds %v", left)
	}
}

func TestMaildirTakesManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := NewMaildir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if r := m.Send(t.Context(), Envelope{From: from,
				To: fmt.Sprintf("c%d@cliente.test", i)}, of(letter)); r.Outcome != Sent {
				t.Error(r.Err)
			}
		})
	}
	all.Wait()
	mails := mailtest.Maildir(t, dir)
	if len(mails) != 40 {
		t.Fatalf("%d mails, want 40", len(mails))
	}
	for _, raw := range mails {
		if !bytes.HasSuffix(raw, letter) {
			t.Errorf("cut or mixed: %q", raw)
		}
	}
}

func TestMaildirThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := NewMaildir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	want(t, send(t, m), Deferred, "write mail")
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) > 0 {
		t.Errorf("half a delivery stays in tmp: %v", left)
	}
	if err := os.Mkdir(filepath.Join(dir, "new"), 0o700); err != nil {
		t.Fatal(err)
	}
	want(t, send(t, m), Sent, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, m.Send(ctx, Envelope{From: from, To: to}, of(letter)), Deferred, "cancel")
}

func TestMaildirOverAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "outgoing")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewMaildir(file); err == nil || !strings.Contains(err.Error(), "make maildir") {
		t.Errorf("error %v, want one that names the maildir", err)
	}
}
