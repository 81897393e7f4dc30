package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

var large = strings.Repeat("0123456789abcdef", InlineSize/16) + "+"

func blobFiles(t testing.TB, s *Store) (n int) {
	t.Helper()
	check(t, filepath.WalkDir(s.blobDir(), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	}))
	return n
}

func TestBytesAreKeptOnce(t *testing.T) {
	s, _ := newStore(t)
	for _, c := range []struct {
		name, text string
		files      int
	}{
		{"nothing", "", 0}, {"little", "hola", 0}, {"all that fits a row", large[:InlineSize], 0},
		{"one byte more", large, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, rows := blobFiles(t, s), 0
			a, b := receive(t, s, c.text), receive(t, s, c.text)
			same(t, "files", blobFiles(t, s)-before, c.files)
			same(t, "blob", mail(t, s, a).Blob, mail(t, s, b).Blob)
			must(s.row(ctx, "SELECT count(*) FROM blob WHERE size = $1", args(len(c.text)),
				&rows))(t)
			same(t, "rows", rows, 1)
			blob := must(s.OpenMail(ctx, mail(t, s, a)))(t)
			defer blob.Close()
			if got := must(io.ReadAll(blob.Reader()))(t); string(got) != c.text {
				t.Errorf("%d bytes came back of %d", len(got), len(c.text))
			}
			if len(c.text) > 4 {
				part := make([]byte, 4)
				must(blob.ReadAt(part, int64(len(c.text)-4)))(t)
				same(t, "the end", string(part), c.text[len(c.text)-4:])
			}
			again := must(s.OpenAttachment(ctx, blob.SHA256))(t)
			same(t, "size", again.Size, len(c.text))
			check(t, again.Close())
		})
	}
	for _, sha := range []string{strings.Repeat("00", 32), "", "zz"} {
		if _, err := s.OpenAttachment(ctx, sha); err == nil {
			t.Errorf("%q was opened", sha)
		}
	}
}

func TestSpoolIsReadWhileItIsWritten(t *testing.T) {
	s, _ := newStore(t)
	for _, text := range []string{"hola", large} {
		p := s.NewSpool()
		for part := range bytes.SplitSeq([]byte(text), []byte("f")) {
			must(p.Write(part))(t)
		}
		want := strings.ReplaceAll(text, "f", "")
		got := make([]byte, p.Size())
		must(p.ReaderAt().ReadAt(got, 0))(t)
		same(t, "bytes", string(got) == want, true)
		check(t, p.Close())
		check(t, p.Close())
	}
	same(t, "files left", len(must(os.ReadDir(s.tmpDir()))(t)), 0)
}

func TestRowNeverNamesAFileThatIsNotThere(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "c@cliente.test")
	k := openTicket(t, s, by, "x")
	add := func(p *Spool) error {
		return s.Write(ctx, func(tx *Tx) error {
			_, err := tx.AddItem(ctx, "x",
				NewItem{Item: desk.Item{Ticket: k.Number, Type: desk.Note, Author: by},
					Attachments: []NewAttachment{{Spool: p}}})
			return err
		})
	}
	unsettled := spool(t, s, large)
	same(t, "a spool that was not settled is refused", add(unsettled) != nil, true)
	swept := spool(t, s, large)
	check(t, swept.settle())
	check(t, os.Remove(s.blobPath(swept.SHA256())))
	if err := add(swept); !Temporary(err) {
		t.Errorf("a file that went away: %v", err)
	}
	fresh := spool(t, s, large)
	check(t, fresh.settle())
	check(t, add(fresh))
	check(t, s.Check(ctx))
}

func TestSpoolThatFailedStaysFailed(t *testing.T) {
	s, _ := newStore(t)
	p := spool(t, s, large)
	check(t, os.RemoveAll(s.blobDir()))
	check(t, os.WriteFile(s.blobDir(), nil, 0o600)) // no directory can be made in it
	for range 2 {
		if _, err := s.Receive(ctx, Envelope{}, p); !Temporary(err) {
			t.Errorf("got %v, want a Fault", err)
		}
		os.Remove(s.blobDir())
	}
	same(t, "mails", len(must(s.Mails(ctx, MailFilter{}))(t)), 0)
}

func TestSweep(t *testing.T) {
	s, _ := newStore(t)
	kept := mail(t, s, receive(t, s, large))
	age := func(path string) {
		yesterday := time.Now().Add(-25 * time.Hour)
		check(t, os.Chtimes(path, yesterday, yesterday))
	}
	orphan := func(text string) string {
		p := spool(t, s, text)
		check(t, p.settle())
		return s.blobPath(p.SHA256())
	}
	old, fresh := orphan(large+"old"), orphan(large+"fresh")
	abandoned, open := filepath.Join(s.tmpDir(), "spool-1"), filepath.Join(s.tmpDir(), "spool-2")
	check(t, errors.Join(os.WriteFile(abandoned, nil, 0o600), os.WriteFile(open, nil, 0o600)))
	age(old)
	age(abandoned)
	age(s.blobPath(kept.SHA256))
	same(t, "removed", must(s.Sweep(ctx))(t), 2)
	for path, want := range map[string]bool{old: false, fresh: true, abandoned: false, open: true,
		s.blobPath(kept.SHA256): true} {
		_, err := os.Stat(path)
		same(t, path, err == nil, want)
	}
	check(t, s.Check(ctx))
}

// A Sweep in the same commit as the row that names a file, or that forgets it, takes nothing that
// is needed.
func TestSweepAmongWrites(t *testing.T) {
	s, _ := newStore(t)
	id := owe(t, s, 1, "c@cliente.test")
	must(s.Claim(ctx, Outgoing{ID: id}))(t)
	check(t, s.Fix(ctx, &Outgoing{ID: id}, spool(t, s, large)))
	path := s.blobPath(spool(t, s, large).SHA256())
	yesterday := time.Now().Add(-25 * time.Hour)
	check(t, os.Chtimes(path, yesterday, yesterday))
	release := hold(t, s)
	sent := s.Begin(ctx, func(tx *Tx) error { return tx.Sent(ctx, outgoing(t, s, id), "250") })
	swept := make(chan int)
	go func() { swept <- must(s.Sweep(ctx))(t) }()
	time.Sleep(50 * time.Millisecond)
	release()
	check(t, sent())
	<-swept
	same(t, "next time", blobFiles(t, s) == 0 || must(s.Sweep(ctx))(t) == 1, true)
	same(t, "files", blobFiles(t, s), 0)
}
