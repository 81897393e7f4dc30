package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestCopyCommand moves a desk to another directory, where it goes on.
func TestCopyCommand(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	if code, _, errs := d.runCLI("", "copy", "--to", t.TempDir()); code != exitFailure ||
		!strings.Contains(errs, "another buzon") {
		t.Errorf("while the daemon runs: exit %d, %s", code, errs)
	}
	d.stop()
	to := filepath.Join(t.TempDir(), "new")
	out := d.cli("copy", "--to", to)
	for _, want := range []string{"ticket", "same rows on both sides",
		filepath.Join(d.data, "blobs")} {
		if !strings.Contains(out, want) {
			t.Errorf("it says %s, not %q", out, want)
		}
	}
	if code, _, errs := d.runCLI("", "copy", "--to", to); code != exitFailure ||
		!strings.Contains(errs, "not empty") {
		t.Errorf("over another desk: exit %d, %s", code, errs)
	}
	if out := d.tryCLI("copy"); !strings.Contains(out, "--to") {
		t.Errorf("without a target: %s", out)
	}
}

func TestProgress(t *testing.T) {
	var b strings.Builder
	p := progress{to: &b}
	p.show(0, 0)
	p.show(50, 200)
	p.show(50, 200)
	p.show(200, 200)
	p.end()
	want := "\r[" + strings.Repeat(".", 40) + "] 0 %, 0 of 0 rows" +
		"\r[" + strings.Repeat("#", 10) + strings.Repeat(".", 30) + "] 25 %, 50 of 200 rows" +
		"\r[" + strings.Repeat("#", 40) + "] 100 %, 200 of 200 rows\n"
	if b.String() != want {
		t.Errorf("drawn %q", b.String())
	}
}
