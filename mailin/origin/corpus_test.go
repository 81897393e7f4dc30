package origin

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// expected is one line of testdata/es/expected.jsonl: how a mail must be read.
type expected struct {
	File              string `json:"file"`
	Class             Class  `json:"class"`
	Recipient         string `json:"recipient"`
	Status            string `json:"status"`
	OriginalMessageID string `json:"original_message_id"`
	Person            bool   `json:"person"`
	Suppress          bool   `json:"suppress"`
}

// TestSpanish reads our own corpus of automatic mail in Spanish, and of mail that only looks
// automatic.
func TestSpanish(t *testing.T) {
	f, err := os.Open("testdata/es/expected.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		var want expected
		if err := json.Unmarshal(s.Bytes(), &want); err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		t.Run(want.File, func(t *testing.T) {
			v := Judge(readMailFile(t, filepath.Join("testdata/es", want.File)))
			if got := reading(want.File, v); got != want {
				t.Errorf("%s\n got %+v\nwant %+v", v.Reason, got, want)
			}
		})
	}
	files, _ := filepath.Glob("testdata/es/*.eml")
	if len(files) != n || n < 52 {
		t.Errorf("%d mails, %d expectations: want one for each, 40 of them automatic and 12 traps "+
			"at least", len(files), n)
	}
}

func reading(file string, v Verdict) expected {
	got := expected{File: file, Class: v.Class, Person: v.Person, Suppress: v.Suppress}
	if v.Bounce != nil {
		got.Recipient, got.Status, got.OriginalMessageID = v.Bounce.Recipient, v.Bounce.Status,
			v.Bounce.OriginalMessageID
	}
	return got
}

// truth is what a mail of the shared corpus is known to be. A field that is empty is not scored.
type truth struct {
	Label  Class `json:"label"`
	Bounce struct {
		Recipient         []string `json:"recipient"`
		Status            []string `json:"status"`
		OriginalMessageID string   `json:"original_message_id"`
	} `json:"bounce"`
}

// TestCorpus holds the floors over real mails, where they lie beside the repository.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("BUZON_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "auto", "*.eml"))
	if len(files) == 0 {
		t.Skip("no corpus of real mails in " + dir)
	}
	scores := map[string]*[2]int{"label": {}, "recipient": {}, "status": {}, "message-id": {}}
	mark := func(what string, right bool) {
		scores[what][1]++
		if right {
			scores[what][0]++
		}
	}
	for _, f := range files {
		var want truth
		b, err := os.ReadFile(strings.TrimSuffix(f, ".eml") + ".json")
		if err == nil {
			err = json.Unmarshal(b, &want)
		}
		if err != nil {
			t.Fatal(err)
		}
		score(Judge(readMailFile(t, f)), want, mark)
	}
	for what, floor := range map[string]int{"label": 99, "recipient": 88, "status": 90,
		"message-id": 90} {
		s := scores[what]
		t.Logf("%s: %d of %d", what, s[0], s[1])
		if s[0]*100 < floor*s[1] {
			t.Errorf("%s: %d of %d, want %d %%", what, s[0], s[1], floor)
		}
	}
}

func score(v Verdict, want truth, mark func(what string, right bool)) {
	mark("label", v.Class == want.Label)
	var b Bounce
	if v.Bounce != nil {
		b = *v.Bounce
	}
	if r := want.Bounce.Recipient; len(r) > 0 {
		mark("recipient", slices.ContainsFunc(r,
			func(a string) bool { return strings.EqualFold(a, b.Recipient) }))
	}
	if s := want.Bounce.Status; len(s) > 0 {
		mark("status", slices.Contains(s, b.Status))
	}
	if id := want.Bounce.OriginalMessageID; id != "" {
		mark("message-id", strings.Trim(id, "<> ") == strings.Trim(b.OriginalMessageID, "<> "))
	}
}
