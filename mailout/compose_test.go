package mailout

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"buzon/internal/mailtest"
	"buzon/templates"
)

// TestPicturesStandInTheHTML: a picture that the HTML shows is a part of a multipart/related beside
// it, and files stay outside.
func TestPicturesStandInTheHTML(t *testing.T) {
	t.Parallel()
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("bytes")), nil }
	var b bytes.Buffer
	h := header{{"From", "soporte@ejemplo.test"}, {"To", "ana@ejemplo.test"},
		{"Date", "Tue, 03 Mar 2026 09:00:00 +0000"},
		{"Message-ID", "<1@ejemplo.test>"}, {"Subject", "Panel"}}
	words := templates.Mail{Text: "Panel",
		HTML: `<html><body><img src="cid:trend@buzon" alt="x"></body></html>`}
	files := []file{{name: "a.txt", kind: "text/plain", open: open},
		{name: "mes.png", kind: "image/png", open: open, id: "trend@buzon"}}
	if err := compose(&b, h, words, files); err != nil {
		t.Fatal(err)
	}
	if err := mailtest.Validate(b.Bytes()); err != nil {
		t.Error(err)
	}
	at := 0
	for _, want := range []string{"multipart/mixed", "multipart/alternative",
		"text/plain; charset=utf-8", "multipart/related", "text/html", "image/png",
		"Content-Disposition: inline; filename=mes.png", "Content-Id: <trend@buzon>",
		"text/plain; charset=utf-8; name=a.txt", "attachment; filename=a.txt"} {
		n := strings.Index(strings.ReplaceAll(b.String()[at:], "Content-ID", "Content-Id"), want)
		if n < 0 {
			t.Fatalf("no %s in its place:\n%s", want, b.String())
		}
		at += n
	}
}
