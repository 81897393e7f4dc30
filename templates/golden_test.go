package templates

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// languages come with buzon.
var languages = []string{"en", "es"}

// TestGolden compares every kind in every language with testdata/golden; read a change there before
// you accept it.
func TestGolden(t *testing.T) {
	s := embeddedSet(t)
	for _, lang := range languages {
		for _, e := range Samples(lang) {
			m, err := s.Render(e.Kind, lang, e.View)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "golden", lang, e.Name+".txt")
			got := "Subject: " + m.Subject + "\n\n" + m.Text + "----\n" + shownHTML(t, m.HTML)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is now\n%s\nwant\n%s", file, got, want)
			}
		}
	}
}

// shownHTML is what lies in the body.
func shownHTML(t *testing.T, page string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, "<body")
	_, rest, _ = strings.Cut(rest, "\n")
	body, _, closed := strings.Cut(rest, "</body>")
	if !found || !closed {
		t.Fatalf("no body in %q", page)
	}
	return body
}

func TestEveryKindHasASample(t *testing.T) {
	shown := map[Kind]bool{}
	for _, e := range Samples("es") {
		shown[e.Kind] = true
	}
	for _, k := range Names() {
		if !shown[k] {
			t.Errorf("no sample of %s", k)
		}
	}
}
