package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"buzon/internal/mailtest"
)

// TestReload: at SIGHUP the real program takes in new texts and names of mailboxes, and refuses all
// of them for one that is wrong.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	texts, relay := filepath.Join(dir, "texts"),
		mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	d := &liveDesk{t: t, data: filepath.Join(dir, "data"), file: filepath.Join(dir, "buzon.toml"),
		relay: relay, addr: freeAddress(t)}
	say := func(text, name string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(texts, "es"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(texts, "es", "ack.txt"), []byte(text),
			0o600); err != nil {
			t.Fatal(err)
		}
		d.configure(fmt.Sprintf(`data_dir = %q
templates = %q
[[mailbox]]
address = "soporte@ejemplo.test"
name = %q
[smtp]
listen = %q
[relay]
host = "127.0.0.1"
port = %d
tls = "none"
[dns]
server = "none"
`, d.data, texts, name, d.addr, relay.Port()), "")
	}
	say("Uno.\n", "Soporte")
	p := serveBinary(t, theProgram(t), d.file)
	read := func(n int, text, from string) {
		t.Helper()
		who := fmt.Sprintf("c%d@empresa%d.test", n, n)
		d.post(letter{From: who, To: soporte, Subject: "Consulta", Text: "Hola."})
		d.until("the acknowledgement is there", func() bool { return len(d.received(who)) > 0 })
		m := d.last(who)
		if !strings.HasPrefix(m.Text, text) || m.fromName() != from {
			t.Errorf("%s reads %q from %q, want %q from %q", who, m.Text, m.fromName(), text, from)
		}
	}
	hangUp := func(says ...string) {
		t.Helper()
		before := len(p.log.String())
		if err := p.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		d.until(says[0], func() bool {
			said := p.log.String()[before:]
			for _, s := range says {
				if !strings.Contains(said, s) {
					return false
				}
			}
			return true
		})
	}
	read(1, "Uno.", "Soporte")
	say("Dos.\n", "Mesa de ayuda")
	hangUp("were read anew")
	read(2, "Dos.", "Mesa de ayuda")
	say("Tres.\n\n{{.Nada}}\n", "Otra")
	hangUp("the old ones stay", "ack.txt:3", "no field Nada")
	read(3, "Dos.", "Mesa de ayuda")
	say("Cuatro.\n", "Soporte")
	hangUp("were read anew")
	read(4, "Cuatro.", "Soporte")
}
