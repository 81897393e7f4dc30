package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/store"
)

// playDemo runs the command with a directory for temporary files of its own, and returns that.
func playDemo(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr,
	tmp string) {
	t.Helper()
	tmp = t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var out, errs bytes.Buffer
	code = run(ctx, append([]string{"demo"}, args...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String(), tmp
}

func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestDemoTellsItsStoryAndLeavesNothing(t *testing.T) {
	code, stdout, stderr, tmp := playDemo(t, t.Context())
	if code != exitOK || stderr != "" {
		t.Fatalf("exit %d, want 0; stderr %q\n%s", code, stderr, stdout)
	}
	for _, want := range []string{
		"no word between agents reached a customer", "Carla replies in Gmail", "PRODUCTION DOWN",
		"ack_production_down  jorge@transportes.test", "[Caso #6] Usuario",
		"RULE is the line", "Luis Pérez, Soporte Ejemplo · Caso #1 · Esperando su respuesta",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("stdout lacks %q:\n%s", want, stdout)
		}
	}
	if names := left(t, tmp); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

func TestDemoOutcomes(t *testing.T) {
	code, stdout, stderr, _ := playDemo(t, t.Context(), "--json")
	if code != exitOK {
		t.Fatalf("exit %d, want 0: %s", code, stderr)
	}
	want := []string{ // rule, outcome, case
		"23 ticket 1-1", "23 ticket 2-1", "23 ticket 3-1", "8 item 3-2", "8 item 1-2",
		"13 item 1-3", "5 duplicate 1-3", "13 item 3-3", "8 item 2-2", "13 item 2-3",
		"8 item 1-4", "8 item 3-4", "6 automatic 3-5", "21 ticket 4-1", "10 ticket 5-1",
		"8 item 5-3", "13 item 5-4", "13 ticket 6-1", "13 item 1-5", "25 quarantine ",
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), stdout)
	}
	sent := 0
	for i, line := range lines {
		var row struct {
			What, Rule, Outcome string
			Ticket, Item        int64
			Sent                []struct{ Kind, To, Subject, State string }
			Wrong               []string
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if got := row.Rule + " " + row.Outcome + " " + place(row.Ticket, row.Item); got != want[i] {
			t.Errorf("mail %d, %s: %q, want %q", i+1, row.What, got, want[i])
		}
		for _, s := range row.Sent {
			if sent++; s.State != string(store.Sent) || s.Subject == "" ||
				!strings.Contains(s.To, "@") {
				t.Errorf("mail %d: sent %+v", i+1, s)
			}
		}
		if len(row.Wrong) > 0 {
			t.Errorf("mail %d: wrong %q", i+1, row.Wrong)
		}
	}
	if sent < 25 {
		t.Errorf("%d mails were sent, want 25 at least", sent)
	}
}

func TestDemoKeepsADeskToLookAt(t *testing.T) {
	code, stdout, stderr, tmp := playDemo(t, t.Context(), "--keep")
	names := left(t, tmp)
	if code != exitOK || len(names) != 1 {
		t.Fatalf("exit %d, want 0; left %q, want one; %s", code, names, stderr)
	}
	dir := filepath.Join(tmp, names[0])
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v; want mode 0700", info.Mode(), err)
	}
	pages, _ := filepath.Glob(filepath.Join(dir, "html", "*.html"))
	caught := left(t, filepath.Join(dir, "outgoing", "new"))
	if len(pages) == 0 || len(pages) != len(caught) {
		t.Errorf("%d pages of %d mails", len(pages), len(caught))
	}
	for _, args := range [][]string{{"ticket", "show", "1"}, {"ticket", "search", "factura"},
		{"mail", "explain", "8"}, {"mail", "raw", "3"}, {"quarantine", "list"},
		{"outbox", "list"}} {
		shown := strings.Join(append(args, "--data", dir), " ")
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(args, "--data", dir), strings.NewReader(""), &out,
			&errs); code != exitOK || out.Len() == 0 {
			t.Errorf("%s: exit %d, %s", shown, code, errs.String())
		}
		if !strings.Contains(stdout, shown) {
			t.Errorf("stdout names no %q", shown)
		}
	}
}

func TestDemoSaysWhichMailWentWrong(t *testing.T) {
	was := story
	t.Cleanup(func() { story = was })
	story = append([]scene(nil), was[:5]...)
	story[4].Internal, story[4].Text = true, "Gracias por la captura"
	story[1].Rule, story[1].Text, story[1].Tells = "99", "other words", story[1].Tells[1:]
	code, stdout, stderr, tmp := playDemo(t, t.Context())
	if code != exitFailure || !strings.Contains(stdout, "WRONG") ||
		strings.Contains(stdout, "became what they should") {
		t.Errorf("exit %d, want 1:\n%s", code, stdout)
	}
	for _, want := range []string{
		`mail 2, new case, in English: rule is "23", not "99"`, `not "other words"`,
		`mails sent is "ack emma@harbor.test`,
		"mail 5, Luis answers Carla: the note reached carla@molinos.test",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, stderr)
		}
	}
	if strings.Contains(stderr, "mail 1,") || len(left(t, tmp)) > 0 {
		t.Errorf("left %q; stderr:\n%s", left(t, tmp), stderr)
	}
}

func TestDemoTakesNoDeskOfOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "desk")
	code, _, stderr, tmp := playDemo(t, t.Context(), "--data", dir)
	if code != exitUsage || !strings.Contains(stderr, "leave out --data") || exists(dir) ||
		len(left(t, tmp)) > 0 {
		t.Errorf("exit %d, want 2: %q; left %q", code, stderr, left(t, tmp))
	}
}

// untilSaid ends a context when a text has been written.
type untilSaid struct {
	mu   sync.Mutex
	text bytes.Buffer
	want string
	end  context.CancelFunc
}

func (w *untilSaid) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.want) {
		w.end()
	}
	return len(p), nil
}

func TestDemoStaysUntilItIsEnded(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	out, errs := &untilSaid{want: "What comes and goes is told here", end: cancel}, &bytes.Buffer{}
	code := run(ctx, []string{"demo", "--stay"}, strings.NewReader(""), out, errs)
	if code != exitOK || errs.Len() > 0 {
		t.Errorf("exit %d, want 0: %s", code, errs)
	}
	for _, want := range []string{"swaks --server 127.0.0.1:", "--to soporte+c6.",
		"is taken away"} {
		if !strings.Contains(out.text.String(), want) {
			t.Errorf("stdout lacks %q:\n%s", want, out.text.String())
		}
	}
	if names := left(t, tmp); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}
