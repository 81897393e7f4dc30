package mailtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGallery(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BUZON_GALLERY", dir)
	raw := "From: Soporte <soporte@ejemplo.test>\r\nTo: carla@cliente.test\r\n" +
		"Subject: =?utf-8?q?Recibimos_su_petici=C3=B3n?=\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBuenos días\r\n" +
		"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Buenos días</p>\r\n--b--\r\n"
	Gallery(t, [][]byte{[]byte(raw), []byte(raw)})
	for file, part := range map[string]string{
		"TestGallery/001.eml":  raw,
		"TestGallery/002.txt":  "Subject: Recibimos su petición\n\nBuenos días",
		"TestGallery/002.html": "<p>Buenos días</p>",
		"index.html":           `<a href="TestGallery/002.html">`,
	} {
		got, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !strings.Contains(string(got), part) {
			t.Errorf("%s: %v %q, want %q", file, err, got, part)
		}
	}
}
