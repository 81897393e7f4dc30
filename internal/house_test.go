// Package internal holds the test that keeps the house in order.
package internal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"
)

// ranks of the packages: each imports only those of a lower one, so that the arrow of the data is
// the arrow of the imports. A leaf under mailin has the rank of its folder's line below.
var ranks = map[string]int{
	"store/desk/lazy": -1, "store/schema": -1,
	"store/desk": 0, "templates/rich": 0,
	"templates": 1, "threading": 1, "store": 1, "mailin/*": 1,
	"mailin": 2, "mailout": 2,
	"cmd/*": 3,
}

func rank(t *testing.T, pkg string) int {
	t.Helper()
	r, ok := ranks[pkg]
	if !ok {
		r, ok = ranks[path.Dir(pkg)+"/*"]
	}
	if !ok {
		t.Errorf("package %s has no rank: give it one in docs/architecture.md and here", pkg)
	}
	return r
}

func TestImportsFollowTheRanks(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for d := json.NewDecoder(bytes.NewReader(out)); ; seen++ {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkg := strings.TrimPrefix(p.ImportPath, "buzon/")
		if strings.HasPrefix(pkg, "internal") { // for tests only
			continue
		}
		for _, i := range p.Imports {
			used, ours := strings.CutPrefix(i, "buzon/")
			switch {
			case !ours:
			case strings.HasPrefix(used, "internal/"):
				t.Errorf("%s imports %s, which is for tests only", pkg, used)
			case rank(t, used) >= rank(t, pkg):
				t.Errorf("%s (rank %d) imports %s (rank %d)", pkg, rank(t, pkg), used,
					rank(t, used))
			}
		}
	}
	if seen < 10 {
		t.Fatalf("only %d packages were looked at", seen)
	}
}

// TestTopLevel keeps the folders of the design.
func TestTopLevel(t *testing.T) {
	allowed := " cmd mailin mailout threading store templates internal docs go.mod go.sum " +
		"README.md LICENSE .ci .git .gitignore .gitattributes "
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "-C", "..", "check-ignore", "--no-index", "buzon", "buzon.toml",
		"buzon-data").Output()
	ignored := " " + strings.Join(strings.Fields(string(out)), " ") + " "
	if err != nil { // not a checkout: what lies about is nobody's business
		ignored = " buzon buzon.toml buzon-data "
	}
	for _, e := range entries {
		if name := " " + e.Name() + " "; !strings.Contains(allowed, name) &&
			!strings.Contains(ignored, name) {
			t.Errorf("%s: the top level holds what the design says, no more", e.Name())
		}
	}
}
