package internal

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityTable: each attack of docs/security.md has its line, and each test that it names is
// there.
func TestSecurityTable(t *testing.T) {
	doc, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := exec.Command("git", "ls-files", "..", "*_test.go").Output()
	if err != nil {
		t.Skip("not in a repository: ", err)
	}
	var tests strings.Builder
	for file := range strings.FieldsSeq(string(files)) {
		if strings.HasSuffix(file, "_test.go") {
			text, _ := os.ReadFile(file)
			tests.Write(text)
		}
	}
	for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`).FindAllString(string(doc),
		-1) {
		if !strings.Contains(tests.String(), "func "+name+"(") {
			t.Errorf("there is no %s", name)
		}
	}
	for kind, of := range map[string][2]int{"A": {25, 35}, "B": {1, 21}, "C": {1, 23}} {
		for n := of[0]; n <= of[1]; n++ {
			if line := fmt.Sprintf("\n| %s%02d | ", kind, n); !strings.Contains(string(doc), line) {
				t.Errorf("no line for %s", line)
			}
		}
	}
}
