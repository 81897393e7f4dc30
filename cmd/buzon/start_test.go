package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"buzon/internal/mailtest"
)

// TestA24DatabaseThatIsNone: no command works on a database that is damaged, newer, somebody
// else's, or gone while what belongs to it is there; each says what to do, none changes it or
// begins an empty one.
func TestA24DatabaseThatIsNone(t *testing.T) {
	t.Parallel()
	whole := newCLIDesk(t, deskTOML)
	mail := "From: carla@cliente.test\r\nTo: soporte@ejemplo.test\r\nSubject: Uno\r\n\r\n" +
		strings.Repeat("Hola. ", 40_000)
	deliver := func(d *cliDesk) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"-c", d.file, "--data", d.data, "deliver"},
			strings.NewReader(mail), &out, &errs)
		return code, out.String() + errs.String()
	}
	if code, out := deliver(whole); code != exitOK {
		t.Fatalf("exit %d, %s", code, out)
	}
	for name, c := range map[string]struct {
		spoil func(dir, db string) error
		want  string
	}{
		"4 KB of noise in the middle": {func(_, db string) error { return mailtest.Noise(db) },
			"restore the last backup"},
		"cut in half": {func(_, db string) error { return mailtest.Halve(db) },
			"restore the last backup"},
		"text": {func(_,
			db string) error {
			return os.WriteFile(db, []byte(strings.Repeat("hola ", 9999)), 0o600)
		}, "restore the last backup"},
		"another program's": {func(_, db string) error {
			return errors.Join(os.Remove(db), execute(db, "CREATE TABLE theirs (x)"))
		}, "another program"},
		"newer": {func(_, db string) error { return execute(db, "PRAGMA user_version = 999") },
			"run the newer buzon"},
		"emptied": {func(_, db string) error { return os.Truncate(db, 0) }, "missing or empty"},
		"gone":    {func(_, db string) error { return os.Remove(db) }, "missing or empty"},
		"gone, its files too": {func(dir, db string) error {
			return errors.Join(os.Remove(db), os.RemoveAll(filepath.Join(dir, "blobs")))
		}, "keys.json is there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newCLIDesk(t, deskTOML)
			db := filepath.Join(d.data, "buzon.db")
			if err := errors.Join(os.CopyFS(d.data, os.DirFS(whole.data)),
				os.Chmod(filepath.Join(d.data, "keys.json"), 0o600),
				c.spoil(d.data, db)); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(db)
			for _, args := range []string{"serve", "check", "ticket list", "mail explain 1",
				"agent add eva@ejemplo.test", "person list", "mailbox list"} {
				d.says(exitFailure, []string{c.want}, strings.Fields(args)...)
			}
			if code, out := deliver(d); code != exitTempFail || !strings.Contains(out, c.want) {
				t.Errorf("deliver: exit %d, %s", code, out)
			}
			if after, _ := os.ReadFile(db); !bytes.Equal(before, after) {
				t.Error("the database was changed")
			}
		})
	}
}

// TestD25FilesPrivate: whatever the caller's umask, nobody else can read what the desk keeps.
func TestD25FilesPrivate(t *testing.T) {
	t.Parallel()
	binary := theProgram(t)
	d := newCLIDesk(t, deskTOML)
	socket := filepath.Join(d.data, "lmtp.sock")
	addr := freeAddress(t)
	d.write(deskTOML+fmt.Sprintf("[smtp]\nlisten = %q\nlmtp = %q\n", addr, socket), 0o600)
	d.write(fmt.Sprintf("data_dir = %q\n", d.data)+deskTOML+
		fmt.Sprintf("[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n[smtp]\nlisten = %q\n", addr), 0o600)
	p := serveBinary(t, binary, d.file) // under the umask 000
	for i, size := range []int{10, 300_000} {
		l := letter{From: carla, To: soporte, Subject: fmt.Sprint("Caso ", i),
			Text: strings.Repeat("x ", size/2)}
		if err := mailtest.Submit(addr, carla, []string{soporte}, l.raw()); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(mailtest.Patience); strings.Count(d.says(exitOK, nil, "outbox",
		"list"), " sent ") < 3; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the notices are not sent:\n%s", d.says(exitOK, nil, "outbox", "list"))
		}
	}
	files := 0
	look := func() {
		err := filepath.WalkDir(d.data, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return nil // gone meanwhile
			}
			if info, err := e.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			files++
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	look()
	p.Process.Signal(syscall.SIGTERM)
	p.Wait()
	look()
	if files < 20 {
		t.Errorf("only %d files were looked at", files)
	}
}

// TestA36SecondSignalEndsAtOnce: the first SIGTERM lets a mail that is coming in be finished; the
// second waits for nothing.
func TestA36SecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	d := newCLIDesk(t, "")
	addr := freeAddress(t)
	d.write(fmt.Sprintf("data_dir = %q\n", d.data)+deskTOML+fmt.Sprintf("[smtp]\nlisten = %q\n",
		addr), 0o600)
	p := serveBinary(t, theProgram(t), d.file)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text := textproto.NewConn(conn)
	for _, say := range []string{"", "EHLO cliente.test", "MAIL FROM:<carla@cliente.test>",
		"RCPT TO:<soporte@ejemplo.test>", "DATA"} {
		if say != "" {
			text.PrintfLine("%s", say)
		}
		if code, _, err := text.ReadResponse(0); err != nil || code >= 400 {
			t.Fatalf("%q: %d, %v", say, code, err)
		}
	}
	text.PrintfLine("Subject: a la mitad")
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	p.Process.Signal(syscall.SIGTERM)
	for { // until the door is shut, and the mail in hand alone is waited for
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		c.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("it did not wait for the mail: %v", err)
	default:
	}
	p.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(20 * time.Second): // the first would wait for thirty
		t.Error("the second signal did not end it")
	}
}

// TestFullDiskAtTheStart: a daemon that finds no room even to begin answers 452, says so to
// monitoring, and goes on by itself.
func TestFullDiskAtTheStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "disk")
	grow := smallDisk(t, dir, 8)
	monitor := freeAddress(t)
	d := newLiveDesk(t, liveOptions{Data: dir, Top: `min_free = "1"`,
		Tail: fmt.Sprintf("[http]\nlisten = %q\n", monitor)})
	d.send(printer)
	d.stop()
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	for err == nil {
		_, err = ballast.Write(make([]byte, 4096))
	}
	ballast.Close()
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	d.start()
	raw := letter{From: "b@b.test", To: soporte, Subject: "Dos", Text: "Hola."}.raw()
	var reply *textproto.Error
	if err := mailtest.Submit(d.addr, "b@b.test", []string{soporte}, raw); !errors.As(err,
		&reply) || reply.Code != 452 {
		t.Errorf("while the disk is full: %v, want 452", err)
	}
	if code, text := healthOf(t, monitor); code != 503 || !strings.Contains(text, "disk") {
		t.Errorf("healthz: %d %s", code, text)
	}
	from := len(d.log.String())
	grow(100)
	for end := time.Now().Add(mailtest.Patience); !strings.Contains(d.log.String()[from:],
		"smtp listening on "); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not go on:\n%s", d.log)
		}
	}
	_, line, _ := strings.Cut(d.log.String()[from:], "smtp listening on ")
	d.addr = strings.Fields(line)[0]
	if m := d.send(letter{From: "b@b.test", To: soporte, Subject: "Dos",
		Text: "Hola."}); m.Outcome != "ticket" {
		t.Errorf("with room again: %+v", m)
	}
	os.Remove(ballast.Name())
}

// healthOf is what monitoring is told.
func healthOf(t *testing.T, address string) (code int, text string) {
	t.Helper()
	r, err := http.Get("http://" + address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// healthSays waits until monitoring is told so.
func healthSays(t *testing.T, address string, code int, words ...string) {
	t.Helper()
	for end := time.Now().Add(mailtest.Patience); ; time.Sleep(20 * time.Millisecond) {
		got, text := healthOf(t, address)
		if got == code && !slices.ContainsFunc(words,
			func(w string) bool { return !strings.Contains(text, w) }) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("healthz: %d %q, want %d with %q", got, text, code, words)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	monitor := freeAddress(t)
	d := newLiveDesk(t, liveOptions{Tail: fmt.Sprintf("[http]\nlisten = %q\n", monitor)})
	d.send(letter{From: carla, To: soporte, Subject: "Grande",
		Text: strings.Repeat("Hola. ", 60_000)})
	d.quiet()
	healthSays(t, monitor, 200, "ok")
	d.relay.Stop()
	d.post(letter{From: "x@x.test", To: soporte, Subject: "Sin relay", Text: "Hola."})
	healthSays(t, monitor, 503, "relay:")
	d.relay.Start(t)
	healthSays(t, monitor, 200, "ok")
	d.quiet()
	list := d.mails()
	sha := list[slices.IndexFunc(list, func(m mailRow) bool { return m.From == carla })].SHA256
	blob := filepath.Join(d.data, "blobs", sha[:2], sha[2:])
	content, err := os.ReadFile(blob)
	if err == nil {
		err = os.Remove(blob)
	}
	if err != nil {
		t.Fatal(err)
	}
	healthSays(t, monitor, 503, "database and files:", blob, "backup")
	if code, out, errs := d.runCLI("", "check"); code != exitFailure ||
		!strings.Contains(out, blob) {
		t.Errorf("check: exit %d, %s%s", code, out, errs)
	}
	if err := os.WriteFile(blob, content, 0o600); err != nil {
		t.Fatal(err)
	}
	healthSays(t, monitor, 200, "ok")
	db := filepath.Join(d.data, "buzon.db")
	if err := os.Rename(db, db+".away"); err != nil {
		t.Fatal(err)
	}
	healthSays(t, monitor, 503, "removed or replaced")
	if err := os.Rename(db+".away", db); err != nil {
		t.Fatal(err)
	}
	healthSays(t, monitor, 200, "ok")
}

// TestLeaseWithoutLockFile: two daemons on one database refuse each other even where the lock file
// was removed.
func TestLeaseWithoutLockFile(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	if err := os.Remove(filepath.Join(d.data, "lock")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), mailtest.Patience)
	defer cancel()
	var errs strings.Builder
	if code := run(ctx, []string{"serve", "-c", d.file}, strings.NewReader(""), io.Discard,
		&errs); code != exitFailure || !strings.Contains(errs.String(), errRunning.Error()) {
		t.Errorf("the second: exit %d, %s", code, errs.String())
	}
	if m := d.send(printer); m.Outcome != "ticket" {
		t.Errorf("the first goes on: %+v", m)
	}
}

// TestWhereItWorks: the daemon names its configuration and data, and begins no desk where somebody
// merely stands.
func TestWhereItWorks(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	for _, want := range []string{"configuration from " + d.file, "data in " + d.data} {
		if !strings.Contains(d.log.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, d.log)
		}
	}
	t.Chdir(t.TempDir())
	if exists("/etc/buzon/buzon.toml") {
		t.Skip("this machine has a configuration")
	}
	for _, args := range []string{"serve", "agent add eva@ejemplo.test", "deliver", "check"} {
		code, out, errs := quickly(t, strings.Fields(args)...)
		if code == exitOK || !strings.Contains(out+errs, "no configuration was found") ||
			!strings.Contains(out+errs, "--data") || exists("buzon-data") {
			t.Errorf("buzon %s: exit %d, %s%s", args, code, out, errs)
		}
	}
	if code, _, errs := quickly(t, "--data", "here", "agent", "add",
		"eva@ejemplo.test"); code != exitOK || !exists("here/buzon.db") {
		t.Errorf("with --data: exit %d, %s", code, errs)
	}
}

// TestCheckFindings: what is checked, in both forms, for a desk that is not there yet and one that
// runs.
func TestCheckFindings(t *testing.T) {
	t.Parallel()
	d := newCLIDesk(t, deskTOML)
	if out := d.says(exitOK, []string{"configuration from " + d.file, "none yet in " + d.data,
		"nobody works here", "buzon deliver alone"}, "check"); exists(d.data) {
		t.Errorf("check made %s:\n%s", d.data, out)
	}
	d.write(deskTOML+"[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n", 0o600)
	d.says(exitOK, []string{"there is no administrator"}, "check")
	d.says(exitOK, nil, "agent", "add", "eva@ejemplo.test", "--admin")
	d.says(exitOK, []string{"2 agents, 1 of them"}, "check")

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	socket := filepath.Join(d.data, "keys.json")
	d.write(deskTOML+fmt.Sprintf("[smtp]\nlisten = %q\nlmtp = %q\n[http]\nlisten = %q\n",
		taken.Addr(), socket, taken.Addr()), 0o600)
	out := d.says(exitFailure, nil, "check", "--json")
	states := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var f finding
		if err := json.Unmarshal([]byte(line), &f); err != nil || f.Text == "" {
			t.Fatalf("%v in %s", err, line)
		}
		states[f.Check] = append(states[f.Check], f.State)
	}
	want := map[string][]string{"configuration": {"ok"}, "templates": {"ok"}, "database": {"ok"},
		"keys": {"ok"}, "people": {"ok"}, "replies": {"warning"}, "daemon": {"ok"},
		"smtp": {"error", "error"}, "http": {"error"}, "relay": {"note"}}
	if fmt.Sprint(states) != fmt.Sprint(want) {
		t.Errorf("found %v, want %v\n%s", states, want, out)
	}
	d.says(exitFailure, []string{"another program listens there"}, "check")
	d.says(exitFailure, []string{"another program listens there"}, "serve")
	d.write(deskTOML+"[smtp]\nlisten = \"127.0.0.1:0\"\n", 0o600)
	if err := os.Chmod(filepath.Join(d.data, "keys.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	d.says(exitFailure, []string{"chmod 600"}, "check")
	if err := os.Remove(filepath.Join(d.data, "keys.json")); err != nil {
		t.Fatal(err)
	}
	d.says(exitFailure, []string{"the key file", "is missing"}, "check")

	noPlus := strings.Replace(deskTOML, "plus_addressing = true", "", 1)
	for text, want := range map[string]string{
		"agent_proof = \"id\"\n" + noPlus:       "can write as him",
		"agent_proof = \"strict\"\n" + deskTOML: "nothing here proves a sender",
		noPlus:                                  "wait for an administrator",
		noPlus + "[smtp]\nlisten = \"127.0.0.1:0\"\ntrusted_networks = [\"10.1.0.0/16\"]\n": "",
		deskTOML: "",
	} {
		if out := newCLIDesk(t, text).says(exitOK, nil, "check"); strings.Contains(out,
			"agents:") != (want != "") || !strings.Contains(out, want) {
			t.Errorf("it does not say %q of\n%s\n%s", want, text, out)
		}
	}

	running := newLiveDesk(t, liveOptions{})
	if out := running.cli("check"); !strings.Contains(out, "running") {
		t.Errorf("beside a daemon:\n%s", out)
	}
}

func execute(path, text string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	_, err = db.Exec(text)
	return errors.Join(err, db.Close())
}
