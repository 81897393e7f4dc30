package reply

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// Floors of the corpus tests, in per cent.
const (
	floorExact   = 92.0
	floorNoLoss  = 99.0
	floorNoLeak  = 94.0
	floorForward = 92.0
)

// corpus returns the directory of foreign mails with known readings, or skips.
func corpus(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("BUZON_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus of foreign mails here (BUZON_CORPUS names one): ", err)
	}
	return dir
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// squeezed drops what the corpus does not compare: white space and its kin.
func squeezed(s string) string {
	return strings.Join(strings.FieldsFunc(norm.NFC.String(s), invisible), "")
}

func TestCorpusReplies(t *testing.T) {
	dir := corpus(t, "replies")
	files, _ := filepath.Glob(filepath.Join(dir, "*.txt"))
	var all, exact, noLoss, noLeak int
	for _, file := range files {
		if strings.Contains(file, ".expected") {
			continue
		}
		answers, _ := filepath.Glob(strings.TrimSuffix(file, ".txt") + ".expected*.txt")
		got := Split(Input{Plain: read(t, file), Subject: "Re: consulta"}).Reply()
		e, lost, leaked := compare(t, got, answers)
		all++
		exact += btoi(e)
		noLoss += btoi(!lost)
		noLeak += btoi(!leaked)
		if !e {
			t.Logf("%s: lost %v, leaked %v", filepath.Base(file), lost, leaked)
		}
	}
	floor(t, "exact", exact, all, floorExact)
	floor(t, "no loss", noLoss, all, floorNoLoss)
	floor(t, "no leak", noLeak, all, floorNoLeak)
}

func compare(t *testing.T, got string, answers []string) (exact, lost, leaked bool) {
	lost = true
	var every strings.Builder
	for _, file := range answers {
		want := read(t, file)
		every.WriteString(squeezed(want))
		exact = exact || squeezed(want) == squeezed(got)
		lost = lost && missing(want, squeezed(got), 1)
	}
	return exact, lost && !exact, !exact && missing(got, every.String(), 4)
}

// missing reports a line of text, of at least n bytes, that is not in the whole.
func missing(text, whole string, n int) bool {
	for l := range strings.Lines(text) {
		if l = squeezed(l); len(l) >= n && !strings.Contains(whole, l) {
			return true
		}
	}
	return false
}

func TestCorpusForwards(t *testing.T) {
	dir := corpus(t, "forwards")
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	all, right := 0, 0
	for _, file := range files {
		var want struct {
			Message, Subject *string
			Address          *string `json:"from_address"`
			Name             *string `json:"from_name"`
			Body             *string `json:"body_starts"`
		}
		if err := json.Unmarshal([]byte(read(t, file)), &want); err != nil {
			t.Fatal(err)
		}
		f, ok := ParseForward(read(t, strings.TrimSuffix(file, ".json")+".txt"))
		same := func(want *string, got string) bool {
			return want == nil ||
				squeezed(*want) == squeezed(got)
		}
		all++
		if ok && same(want.Message, f.Message) && same(want.Subject, f.Subject) &&
			same(want.Address, f.From.Address) && same(want.Name, f.From.Name) &&
			(want.Body == nil || strings.HasPrefix(squeezed(f.Body), squeezed(*want.Body))) {
			right++
			continue
		}
		t.Logf("%s: %v %+v", filepath.Base(file), ok, f)
	}
	floor(t, "forwards", right, all, floorForward)
}

func floor(t *testing.T, what string, n, all int, least float64) {
	t.Helper()
	got := 100 * float64(n) / float64(max(all, 1))
	t.Logf("%s: %d of %d, %.1f %%", what, n, all, got)
	if all == 0 || got < least {
		t.Errorf("%s: %.1f %% is below %.1f %%", what, got, least)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
