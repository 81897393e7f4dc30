package mailtest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden mails in testdata/golden")

// Golden compares a mail with testdata/golden/NAME of the package under test. The file has plain
// line ends (Validate looks at the mail's own) and holes for what differs each time: {{*}} takes
// any text within the line, {{name}} too, but must be the same text wherever it stands.
//
// With -update the file is written anew: lines that still fit keep their holes; in others the
// Date, and the boundaries of multiparts, become holes by themselves.
func Golden(t testing.TB, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	text := strings.ReplaceAll(string(got), "\r\n", "\n")
	stored, err := os.ReadFile(file)
	if err != nil && !(*update && errors.Is(err, fs.ErrNotExist)) {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	want := string(bytes.ReplaceAll(stored, []byte("\r\n"), []byte("\n")))
	if *update {
		check(t, os.MkdirAll(filepath.Dir(file), 0o755))
		check(t, os.WriteFile(file, []byte(renewed(want, text)), 0o644))
		return
	}
	if diff := compare(want, text); diff != "" {
		t.Errorf("the mail is not %s (go test -update rewrites it):\n%s", file, diff)
	}
}

var hole = regexp.MustCompile(`\{\{(\*|[a-z][a-z0-9_]*)\}\}`)

// fits reports whether a line fills a line with holes. What the named holes stand for is taken from
// bound, and added to it.
func fits(pattern, line string, bound map[string]string) bool {
	if !strings.Contains(pattern, "{{") {
		return pattern == line
	}
	var names []string
	re := "^"
	for {
		at := hole.FindStringSubmatchIndex(pattern)
		if at == nil {
			break
		}
		name := pattern[at[2]:at[3]]
		re += regexp.QuoteMeta(pattern[:at[0]])
		pattern = pattern[at[1]:]
		if text, known := bound[name]; known {
			re += regexp.QuoteMeta(text)
			continue
		}
		re += "(.*?)"
		names = append(names, name)
	}
	found := regexp.MustCompile(re + regexp.QuoteMeta(pattern) + "$").FindStringSubmatch(line)
	if found == nil {
		return false
	}
	fresh := map[string]string{}
	for i, name := range names {
		if text, twice := fresh[name]; twice && name != "*" && text != found[i+1] {
			return false
		}
		fresh[name] = found[i+1]
	}
	delete(fresh, "*")
	for name, text := range fresh {
		bound[name] = text
	}
	return true
}

// compare returns "" or both texts line by line: "  " fits, "- " is wanted only, "+ " is there
// only.
func compare(want, got string) string {
	wanted, there := strings.Split(want, "\n"), strings.Split(got, "\n")
	bound := map[string]string{}
	if slices.EqualFunc(wanted, there, func(w, g string) bool { return fits(w, g, bound) }) {
		return ""
	}
	bound = map[string]string{}
	var out strings.Builder
	same := true
	for _, p := range align(wanted, there) {
		switch {
		case p.want == nil:
			fmt.Fprintf(&out, "+ %s\n", *p.got)
		case p.got == nil:
			fmt.Fprintf(&out, "- %s\n", *p.want)
		case fits(*p.want, *p.got, bound):
			fmt.Fprintf(&out, "  %s\n", *p.got)
			continue
		default:
			fmt.Fprintf(&out, "- %s\n+ %s\n", *p.want, *p.got)
		}
		same = false
	}
	if same {
		return ""
	}
	return out.String()
}

// pair is a line of the golden mail and the line of the mail that fits it; nil: there is none.
type pair struct{ want, got *string }

// align finds the longest common run of lines, each hole taken for itself.
func align(want, got []string) []pair {
	common := make([][]int, len(want)+1)
	for i := range common {
		common[i] = make([]int, len(got)+1)
	}
	fit := func(i, j int) bool { return fits(want[i], got[j], map[string]string{}) }
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if fit(i, j) {
				common[i][j] = max(common[i][j], 1+common[i+1][j+1])
			}
		}
	}
	var out []pair
	i, j := 0, 0
	for i < len(want) && j < len(got) {
		switch {
		case fit(i, j) && common[i][j] == 1+common[i+1][j+1]:
			out = append(out, pair{&want[i], &got[j]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, pair{want: &want[i]})
			i++
		default:
			out = append(out, pair{got: &got[j]})
			j++
		}
	}
	for ; i < len(want); i++ {
		out = append(out, pair{want: &want[i]})
	}
	for ; j < len(got); j++ {
		out = append(out, pair{got: &got[j]})
	}
	return out
}

var boundaryOf = regexp.MustCompile(`boundary="?([^"\s;]+)"?`)

// renewed is the golden mail for got, with the holes of the old one where its lines still fit.
func renewed(old, got string) string {
	fresh := got
	for i, b := range boundaryOf.FindAllStringSubmatch(got, -1) {
		fresh = strings.ReplaceAll(fresh, b[1], fmt.Sprintf("{{boundary%d}}", i+1))
	}
	lines := strings.Split(fresh, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Date: ") {
			lines[i] = "Date: {{*}}"
		}
	}
	bound, at := map[string]string{}, 0
	for _, p := range align(strings.Split(old, "\n"), strings.Split(got, "\n")) {
		if p.got == nil {
			continue
		}
		if p.want != nil && fits(*p.want, *p.got, bound) {
			lines[at] = *p.want
		}
		at++
	}
	return strings.Join(lines, "\n")
}
