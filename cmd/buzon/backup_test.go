package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"buzon/internal/mailtest"
)

// elsewhere is a desk without a daemon, in a new directory, with the configuration of d and a relay
// of its own.
func (d *liveDesk) elsewhere() *liveDesk {
	d.t.Helper()
	dir := d.t.TempDir()
	to := &liveDesk{t: d.t, tag: d.tag, data: filepath.Join(dir, "data"),
		file: filepath.Join(dir, "buzon.toml"), log: &syncBuffer{},
		relay: mailtest.NewSmarthost(d.t, mailtest.SmarthostOptions{})}
	text, err := os.ReadFile(d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	to.configure(strings.NewReplacer(d.data, to.data, fmt.Sprintf("port = %d", d.relay.Port()),
		fmt.Sprintf("port = %d", to.relay.Port())).Replace(string(text)), "")
	d.t.Cleanup(to.stop)
	return to
}

// TestBackup: a backup that is taken while mail comes in has all that was accepted before it, is
// the same desk elsewhere, sends nothing there until it may, and knows the replies to what was sent
// before.
func TestBackup(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	d.send(letter{From: carla, To: soporte, Subject: "Registro", Text: "Va el registro.",
		Files: []file{
			{Name: "registro.bin", Type: "application/octet-stream",
				Content: bytes.Repeat([]byte("0123456789abcdef"), 20<<10)}}})
	before, ours := d.tickets(), len(d.relay.Accepted())
	var coming sync.WaitGroup
	stop := make(chan bool)
	coming.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			d.post(letter{From: fmt.Sprintf("c%d@empresa%d.test", i, i), To: soporte,
				Subject: fmt.Sprintf("Consulta %d", i), Text: "Hola."})
		}
	})
	d.until("mail comes in", func() bool { return len(d.relay.Accepted()) > ours })
	copied := filepath.Join(t.TempDir(), "desk.tar")
	about := rowsOf[backupFile](t, d.cli("backup", copied, "--json"))[0]
	close(stop)
	coming.Wait()

	if fi, err := os.Stat(copied); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", fi.Mode(), err)
	}
	if code, _, errs := d.runCLI("", "backup", copied); code != exitFailure ||
		!strings.Contains(errs, "there already") {
		t.Errorf("over another: exit %d, %s", code, errs)
	}
	if about.Mails < 3 || about.Files < 1 || len(about.Lost) > 0 {
		t.Errorf("%+v", about)
	}
	to := d.elsewhere()
	if out := to.cli("restore", copied); !strings.Contains(out,
		fmt.Sprintf("%d mails wait", about.Owed)) {
		t.Errorf("it says %s", out)
	}
	if code, _, errs := to.runCLI("", "restore", copied); code != exitFailure ||
		!strings.Contains(errs, "has a desk already") {
		t.Errorf("over a desk: exit %d, %s", code, errs)
	}
	if n := len(to.mails()); int64(n) != about.Mails {
		t.Errorf("%d mails, the backup said %d", n, about.Mails)
	}
	if n := len(to.tickets()); int64(n) != about.Tickets {
		t.Errorf("%d cases, the backup said %d", n, about.Tickets)
	}
	for _, k := range before {
		number := fmt.Sprint(k.Number)
		if was, is := d.cli("ticket", "show", number, "--json"),
			to.cli("ticket", "show", number, "--json"); was != is {
			t.Errorf("case %s was\n%s and is\n%s", number, was, is)
		}
	}
	if was, is := d.cli("mail", "raw", "2"), to.cli("mail", "raw", "2"); was != is {
		t.Error("the large mail is another")
	}

	to.start()
	m := mailOf(t, to, d.last(carla).reply("Sigue igual."))
	if m.Outcome != "item" || m.Evidence != "T" {
		t.Errorf("a reply to what was sent before: %+v", m)
	}
	if n := len(to.relay.Accepted()); n > 0 {
		t.Errorf("%d mails were sent before they were released", n)
	}
	to.cli("outbox", "release")
	to.quiet()
	if n := len(to.relay.Accepted()); n < 2 {
		t.Errorf("%d mails were sent after they were released", n)
	}
}

// mailOf hands in a letter where nothing is sent, and waits until it is filed.
func mailOf(t *testing.T, d *liveDesk, l letter) mailRow {
	t.Helper()
	d.post(l)
	d.filed()
	return d.lastMail()
}

// TestBadBackups: what is no backup, or no whole one, leaves nothing behind.
func TestBadBackups(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	d.send(letter{From: carla, To: soporte, Subject: "Grande",
		Text: strings.Repeat("mucho texto ", 20<<10)})
	whole := filepath.Join(t.TempDir(), "desk.tar")
	d.cli("backup", whole)
	good, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Replace(good, []byte("mucho texto"), []byte("mucho TEXTO"), 1)
	outside := bytes.Replace(good, []byte("keys.json"), []byte("../s.json"), 1)
	for name, c := range map[string]struct {
		raw  []byte
		says string
	}{
		"another file": {[]byte(strings.Repeat("hola ", 999)), "this is no backup"},
		"nothing":      {nil, "this is no backup"},
		"cut in half":  {good[:len(good)/2], "a part of one"},
		"cut before its end": {good[:bytes.LastIndex(good, []byte("backup.json"))],
			"a part of one"},
		"one letter changed":   {flipped, "the backup is damaged"},
		"a name that leads up": {outside, "this is no backup"},
	} {
		to := d.elsewhere()
		if code, _, errs := to.runCLI(string(c.raw), "restore", "-"); code != exitFailure ||
			!strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, %s", name, code, errs)
		}
		if left, err := os.ReadDir(to.data); len(left) > 0 || err != nil {
			t.Errorf("%s leaves %v, %v", name, left, err)
		}
	}
}

// TestBackupOfALostFile: a desk that has lost a file is saved all the same, and says so.
func TestBackupOfALostFile(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	d.send(letter{From: carla, To: soporte, Subject: "Grande",
		Text: strings.Repeat("mucho texto ", 20<<10)})
	list := d.mails()
	large := list[len(list)-1].SHA256
	if err := os.Remove(filepath.Join(d.data, "blobs", large[:2], large[2:])); err != nil {
		t.Fatal(err)
	}
	to, copied := d.elsewhere(), filepath.Join(t.TempDir(), "desk.tar")
	if code, _, errs := d.runCLI("", "backup", copied); code != exitFailure ||
		!strings.Contains(errs, "all but 1") {
		t.Errorf("exit %d, %s", code, errs)
	}
	to.cli("restore", copied)
	if len(to.tickets()) != 2 {
		t.Error("cases are missing")
	}
	if left, _ := filepath.Glob(filepath.Join(d.data, "snapshot-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
