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
		if err != nil || !strings.Contains(string(b), "La caja 7 no imprime.") || strings.Contains(string(b), "soporte+c1.") {
			t.Errorf("%s: %v\n%s", file, err, b)
		}
	}
	if out := d.cli("template", "check"); !strings.Contains(out, "ok") {
		t.Error(out)
	}
}
