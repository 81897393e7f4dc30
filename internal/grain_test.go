package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFunctionsAreShort keeps the grain of the code: no function of more than 60 lines, half of them
// of ten or fewer, nine in ten of 25 or fewer. A long one hides steps that have names.
func TestFunctionsAreShort(t *testing.T) {
	var lengths []int
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			lengths = append(lengths, functions(t, path)...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lengths)
	n := len(lengths)
	if n < 1000 {
		t.Fatalf("found %d functions: is this the root?", n)
	}
	if median, most := lengths[n/2], lengths[n-1-n/10]; median > 10 || most > 25 {
		t.Errorf("of %d functions half have up to %d lines and nine in ten up to %d: "+
			"want 10 and 25; give the steps of long ones names of their own", n, median, most)
	}
}

// functions are the lengths of a file's, in lines.
func functions(t *testing.T, path string) (lengths []int) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		first := files.Position(f.Pos())
		n := files.Position(f.End()).Line - first.Line + 1
		if lengths = append(lengths, n); n > 60 {
			t.Errorf("%s: %s has %d lines: want 60 at most", first, f.Name.Name, n)
		}
	}
	return lengths
}
