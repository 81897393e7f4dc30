package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
)

// TestStandby: on PostgreSQL a second daemon waits, says so, and takes over within ten seconds when
// the first is killed or hangs; a first one that comes to itself again can't write any more, and
// ends.
func TestStandby(t *testing.T) {
	t.Parallel()
	server := desktest.NewPostgres(t)
	binary, url, data := theProgram(t), server.Schema(t), filepath.Join(t.TempDir(), "data")
	relay := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	desk := func(name string) (*liveDesk, string) {
		d := &liveDesk{t: t, data: data, relay: relay, addr: freeAddress(t),
			file: filepath.Join(t.TempDir(), name+".toml")}
		http := freeAddress(t)
		d.configure(fmt.Sprintf(`data_dir = %q
database = %q
[[mailbox]]
address = "soporte@ejemplo.test"
plus_addressing = true
[agents]
"ana@ejemplo.test" = "Ana"
[smtp]
listen = %q
[http]
listen = %q
[relay]
host = "127.0.0.1"
port = %d
tls = "none"
`, data, url, d.addr, http, relay.Port()), "")
		return d, http
	}
	one, _ := desk("one")
	two, monitoring := desk("two")
	first := serveBinary(t, binary, one.file)
	second := startBinary(t, binary, two.file, "standing by")
	if text := httpText(t, "http://"+monitoring+"/healthz"); !strings.HasPrefix(text,
		fmt.Sprintf("standby: process %d on ", first.Process.Pid)) {
		t.Errorf("the standby's monitoring says %q", text)
	}
	checked := one.tryCLI("check")
	for _, want := range []string{fmt.Sprintf("running: process %d on ", first.Process.Pid),
		fmt.Sprintf("process %d on ", second.Process.Pid)} {
		if !strings.Contains(checked, want) {
			t.Errorf("buzon check does not say %q:\n%s", want, checked)
		}
	}
	one.post(printer)
	server.EndConnections(t) // no reason to change places
	one.until("the first files and sends",
		func() bool { return one.lastMail().Outcome == "ticket" })

	first.Process.Kill()
	takesOver(t, second)
	two.post(letter{From: carla, To: soporte, Subject: "Otra cosa", Text: "Hola."})
	two.until("the second files", func() bool {
		return two.lastMail().Outcome == "ticket" &&
			two.lastMail().ID == 2
	})

	third := startBinary(t, binary, one.file, "standing by")
	second.Process.Signal(syscall.SIGSTOP)
	takesOver(t, third)
	second.Process.Signal(syscall.SIGCONT)
	if err := second.Wait(); err == nil ||
		!strings.Contains(second.log.String(), "has taken over") {
		t.Errorf("the one that hung ends with %v:\n%s", err, second.log)
	}
	third.Process.Signal(os.Interrupt)
	if err := third.Wait(); err != nil {
		t.Errorf("the last ends with %v:\n%s", err, third.log)
	}
}

// takesOver waits until a standby has opened its doors.
func takesOver(t *testing.T, p process) {
	t.Helper()
	for begun := time.Now(); !strings.Contains(p.log.String(),
		"smtp listening on "); time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("no takeover within ten seconds:\n%s", p.log)
		}
	}
}

func httpText(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
