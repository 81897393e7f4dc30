package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// TestPhrasesAreSaid: the keys of the phrases that code says by their name stand in the code, or in
// a template. Those that nothing says are left over.
func TestPhrasesAreSaid(t *testing.T) {
	raw, err := os.ReadFile("../templates/es/phrases.toml")
	if err != nil {
		t.Fatal(err)
	}
	var phrases map[string]any
	if err := toml.Unmarshal(raw, &phrases); err != nil {
		t.Fatal(err)
	}
	said := literals(t)
	for _, key := range []string{"silence"} {
		said[key] = true // of what is to come: closing by the clock
	}
	for _, table := range []string{"reason", "warning", "result", "reply", "unknown", "button",
		"notice", "form"} {
		keys, _ := phrases[table].(map[string]any)
		if len(keys) == 0 {
			t.Errorf("there is no [%s]", table)
		}
		for key := range keys {
			if !said[key] && !said[strings.TrimSuffix(key, "_for_admin")] && !composed(said, key) {
				t.Errorf("nothing says %s of [%s]", key, table)
			}
		}
	}
}

// composed reports whether the code makes a key of two words that it has: "tags" + "_none".
func composed(said map[string]bool, key string) bool {
	for i, c := range key {
		if c == '_' && (said[key[:i]] && said[key[i:]] || said[key[:i+1]] && said[key[i+1:]]) {
			return true
		}
	}
	return false
}

// literals are the words in quotes of all code but the tests', and of the templates.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	said := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(path, ".txt") && strings.Contains(path, "templates") &&
			!strings.Contains(path, "testdata"):
			text, err := os.ReadFile(path)
			for i, part := range strings.Split(string(text), `"`) {
				said[part] = said[part] || i%2 == 1
			}
			return err
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				word, _ := strconv.Unquote(l.Value)
				said[word] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return said
}
