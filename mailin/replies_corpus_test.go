package mailin_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"buzon/mailin"
)

const repliesDir = "testdata/replies"

// replyCase is one line of testdata/replies/expected.jsonl; testdata/README.md
// describes the fields.
type replyCase struct {
	File           string
	Client         string
	Country        string
	Kind           string
	Reply          string
	Also           []string // other readings that are as right as Reply
	Signature      string
	Quoted         []string `json:"quoted_contains"`
	Forwarded      []string `json:"forwarded_contains"`
	Lang           string
	Case           int64 // null reads as 0
	ProductionDown bool  `json:"production_down"`
}

// tally counts how often one property held, and names where it did not.
type tally struct {
	held, total int
	failed      []string
}

func (c *tally) add(ok bool, format string, args ...any) {
	c.total++
	if ok {
		c.held++
		return
	}
	c.failed = append(c.failed, fmt.Sprintf(format, args...))
}

// atLeast fails t under floor per cent; the failing cases are listed either way.
func (c *tally) atLeast(t *testing.T, what string, floor float64) {
	t.Helper()
	if c.total == 0 {
		t.Errorf("%s: nothing was measured", what)
		return
	}
	got := 100 * float64(c.held) / float64(c.total)
	t.Logf("%-12s %d/%d = %.1f %% (floor %g %%)", what, c.held, c.total, got, floor)
	for _, f := range c.failed {
		t.Logf("  %s: %s", what, f)
	}
	if got < floor {
		t.Errorf("%s: %.1f %%, want at least %g %%", what, got, floor)
	}
}

// TestSpanishReplies reads the whole Spanish corpus. exact: the new text is an
// accepted one; no_loss: every line of an accepted one is in it; no_leak: it has
// no line that is in none of them. In a trap nothing may ever be lost.
func TestSpanishReplies(t *testing.T) {
	t.Parallel()
	var exact, noLoss, noLeak, traps, apart, signature, lang tally
	for _, c := range replyCases(t) {
		rd := readFile(t, filepath.Join(repliesDir, c.File))
		got := rd.Reply.New()
		v := judge(got, append([]string{c.Reply}, c.Also...))
		exact.add(v.exact, "%s\n    got  %q\n    want %q", c.File, squeeze(got), squeeze(c.Reply))
		noLoss.add(v.exact || !v.loss, "%s", c.File)
		noLeak.add(v.exact || !v.leak, "%s", c.File)
		if c.Kind == "trap" {
			traps.add(v.exact || !v.loss, "%s", c.File)
		}
		for _, q := range c.Quoted {
			apart.add(contains(rd.Reply.Quoted(), q), "%s: quoted has no %q", c.File, q)
		}
		for _, f := range c.Forwarded {
			apart.add(contains(rd.Reply.Forwarded(), f), "%s: forwarded has no %q", c.File, f)
		}
		if c.Signature != "" && len(c.Also) == 0 {
			signature.add(contains(rd.Reply.Signature(), c.Signature), "%s: got %q", c.File,
				rd.Reply.Signature())
		}
		if c.Kind != "trap" && utf8.RuneCountInString(c.Reply) >= 60 {
			lang.add(rd.Lang == c.Lang, "%s: got %q", c.File, rd.Lang)
		}
		if rd.Case != c.Case || rd.ProductionDown != c.ProductionDown {
			t.Errorf("%s: case %d, production down %v; want %d, %v", c.File, rd.Case,
				rd.ProductionDown, c.Case, c.ProductionDown)
		}
	}
	exact.atLeast(t, "exact", 92)
	noLoss.atLeast(t, "no_loss", 99)
	noLeak.atLeast(t, "no_leak", 94)
	traps.atLeast(t, "traps", 100)
	apart.atLeast(t, "apart", 92)
	signature.atLeast(t, "signature", 90)
	lang.atLeast(t, "lang", 95)
}

// replyCases are the expected readings; every mail of the folder must have one.
func replyCases(t *testing.T) []replyCase {
	t.Helper()
	f, err := os.Open(filepath.Join(repliesDir, "expected.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []replyCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c replyCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("expected.jsonl line %d: %v", len(cases)+1, err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	mails, err := filepath.Glob(filepath.Join(repliesDir, "*.eml"))
	if err != nil || len(mails) != len(cases) || len(cases) < 175 {
		t.Fatalf("%d mails, %d expected readings (%v), want as many and at least 175", len(mails),
			len(cases), err)
	}
	return cases
}

func readFile(t *testing.T, name string) *mailin.Reading {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return readRaw(t, raw)
}

func readRaw(t *testing.T, raw []byte) *mailin.Reading {
	t.Helper()
	rd, err := mailin.Read(context.Background(), bytes.NewReader(raw), int64(len(raw)),
		mailin.ReadOptions{})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return rd
}

type verdict struct{ exact, loss, leak bool }

// judge compares a new text with all accepted ones, blind to white space.
func judge(got string, accepted []string) verdict {
	v := verdict{loss: true}
	all := bare(strings.Join(accepted, "\n"))
	for _, want := range accepted {
		v.exact = v.exact || squeeze(got) == squeeze(want)
		v.loss = v.loss && !hasLines(bare(got), want)
	}
	for line := range strings.SplitSeq(got, "\n") {
		b := bare(line)
		v.leak = v.leak || utf8.RuneCountInString(b) >= 4 && !strings.Contains(all, b)
	}
	return v
}

func hasLines(text, want string) bool {
	for line := range strings.SplitSeq(want, "\n") {
		if !strings.Contains(text, bare(line)) {
			return false
		}
	}
	return true
}

// contains looks for part in text, blind to white space and quote marks.
func contains(text, part string) bool {
	unquoted := func(s string) string { return strings.ReplaceAll(bare(s), ">", "") }
	return strings.Contains(unquoted(text), unquoted(part))
}

// squeeze makes every run of white space one blank and drops zero-width marks.
func squeeze(s string) string {
	s = strings.NewReplacer("\ufeff", "", "\u200b", "", "\u00a0", " ", "\u202f",
		" ").Replace(norm.NFC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// bare is s without any white space.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, squeeze(s))
}
