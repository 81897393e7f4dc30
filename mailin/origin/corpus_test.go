package origin

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
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

// TestSpanish reads our own corpus of automatic mail in Spanish, and of mail that only looks automatic.
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
		t.Errorf("%d mails, %d expectations: want one for each, 40 of them automatic and 12 traps at least", len(files), n)
	}
}

func reading(file string, v Verdict) expected {
	got := expected{File: file, Class: v.Class, Person: v.Person, Suppress: v.Suppress}
	if v.Bounce != nil {
		got.Recipient, got.Status, got.OriginalMessageID = v.Bounce.Recipient, v.Bounce.Status, v.Bounce.OriginalMessageID
	}
	return got
}
