package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var namedTest = regexp.MustCompile("`((?:Test|Benchmark)[A-Za-z0-9_]+)(?:/([^`]+))?`")

// TestFeatures: each row of docs/features.md names its tests, and each of those is there.
func TestFeatures(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/features.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testSources(t)
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| Feature ") {
			continue
		}
		named := namedTest.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 2 || named == nil && strings.TrimSpace(cells[1]) != "–" {
			t.Errorf("no row of a feature and its tests: %s", line)
		}
		for _, n := range named {
			if !strings.Contains(tests, "\nfunc "+n[1]+"(") || !strings.Contains(tests, n[2]) {
				t.Errorf("there is no %s: %s", n[0], line)
			}
		}
	}
}

// testSources are all tests of the program, as they are written.
func testSources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
