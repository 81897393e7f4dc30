package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"buzon/internal/mailtest"
)

// TestReload: at SIGHUP the real program takes in new texts, names of mailboxes and keys that sign,
// and refuses all of them for one that is wrong.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	texts, relay := filepath.Join(dir, "texts"),
		mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	d := &liveDesk{t: t, data: filepath.Join(dir, "data"), file: filepath.Join(dir, "buzon.toml"),
		relay: relay, addr: freeAddress(t)}
	signed := "" // the selector of its key
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
%s`, d.data, texts, name, d.addr, relay.Port(), signed), "")
	}
	signs := func(selector string) {
		signed = fmt.Sprintf("[[dkim]]\ndomain = \"ejemplo.test\"\nselector = %q\n", selector)
	}
	say("Uno.\n", "Soporte")
	p := serveBinary(t, theProgram(t), d.file)
	read := func(n int, text, from, by string) {
		t.Helper()
		who := fmt.Sprintf("c%d@empresa%d.test", n, n)
		d.post(letter{From: who, To: soporte, Subject: "Consulta", Text: "Hola."})
		d.until("the acknowledgement is there", func() bool { return len(d.received(who)) > 0 })
		m := d.last(who)
		if !strings.HasPrefix(m.Text, text) || m.fromName() != from {
			t.Errorf("%s reads %q from %q, want %q from %q", who, m.Text, m.fromName(), text, from)
		}
		for _, selector := range []string{"uno", "dos"} {
			if has := bytes.Contains(m.Raw, []byte(" s="+selector+";")); has != (selector == by) {
				t.Errorf("mail %d is signed by %s: %v", n, selector, has)
			}
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
	read(1, "Uno.", "Soporte", "")
	d.cli("dkim", "new", "ejemplo.test", "uno")
	signs("uno")
	say("Dos.\n", "Mesa de ayuda")
	hangUp("were read anew")
	read(2, "Dos.", "Mesa de ayuda", "uno")
	say("Tres.\n\n{{.Nada}}\n", "Otra")
	hangUp("the old ones stay", "ack.txt:3", "no field Nada")
	read(3, "Dos.", "Mesa de ayuda", "uno")
	signs("dos")
	say("Tres.\n", "Otra")
	hangUp("the old ones stay", "buzon dkim new ejemplo.test dos")
	d.cli("dkim", "new", "ejemplo.test", "dos", "--type", "ed25519")
	say("Cuatro.\n", "Soporte")
	hangUp("were read anew")
	read(4, "Cuatro.", "Soporte", "dos")
}
