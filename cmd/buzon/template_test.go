package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTemplatePreviewOfATicket: the gallery tells of the ticket, and nothing in it leads a reply
// back.
func TestTemplatePreviewOfATicket(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.send(letter{From: carla, To: soporte, Subject: "No imprime", Text: "La caja 7 no imprime."})
	dir := t.TempDir()
	d.cli("template", "preview", dir, "--ticket", "1")
	for _, file := range []string{"es/new_ticket.txt", "en/new_ticket.eml"} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !strings.Contains(string(b), "La caja 7 no imprime.") ||
			strings.Contains(string(b), "soporte+c1.") {
			t.Errorf("%s: %v\n%s", file, err, b)
		}
	}
	if out := d.cli("template", "check"); !strings.Contains(out, "ok") {
		t.Error(out)
	}
}

// TestClosingsOfMailboxes: preview shows each mailbox's signature, and a folder for none is
// refused.
func TestClosingsOfMailboxes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	texts, file := filepath.Join(dir, "texts"), filepath.Join(dir, "buzon.toml")
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(file, "data_dir = \""+dir+"\"\ntemplates = \""+texts+
		"\"\n[[mailbox]]\naddress = \"ventas@ejemplo.test\"\n")
	put(filepath.Join(texts, "es", "ventas@ejemplo.test", "signature.txt"),
		"Ventas, lunes a viernes")
	d := &liveDesk{t: t, file: file}
	gallery := filepath.Join(dir, "gallery")
	d.cli("template", "preview", gallery)
	b, err := os.ReadFile(filepath.Join(gallery, "es", "item-ventas@ejemplo.test.txt"))
	if err != nil || !strings.Contains(string(b), "Ventas, lunes a viernes") {
		list, _ := filepath.Glob(filepath.Join(gallery, "es", "item*"))
		t.Errorf("%v\n%s\n%v", err, b, list)
	}
	put(filepath.Join(texts, "es", "vntas@ejemplo.test", "sender.txt"), "NIT")
	if code, _, errs := d.runCLI("", "template", "check"); code == exitOK ||
		!strings.Contains(errs, "vntas@ejemplo.test, which is no [[mailbox]]") {
		t.Errorf("a folder for no mailbox: exit %d, %s", code, errs)
	}
}
