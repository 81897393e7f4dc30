package threading

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestMessageIDs(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        []string
	}{
		{"none", "", nil},
		{"blanks", " \t\r\n ", nil},
		{"one", "<a@b>", []string{"a@b"}},
		{"two", "<a@b> <c@d>", []string{"a@b", "c@d"}},
		{"folded between", "<a@b>\r\n\t<c@d>", []string{"a@b", "c@d"}},
		{"not set apart", "<a@b><c@d>", []string{"a@b", "c@d"}},
		{"commas", "<a@b>,<c@d>, <e@f>", []string{"a@b", "c@d", "e@f"}},
		{"no brackets", "a@b", []string{"a@b"}},
		{"several without brackets", "a@b c@d,e@f", []string{"a@b", "c@d", "e@f"}},
		{"mixed", "a@b <c@d> e@f", []string{"a@b", "c@d", "e@f"}},
		{"never closed", "<a@b <c@d>", []string{"a@b", "c@d"}},
		{"never closed at the end", "<a@b> <c@d", []string{"a@b", "c@d"}},
		{"never opened", "a@b>", []string{"a@b"}},
		{"all in one pair", "<a@b c@d>", []string{"a@b", "c@d"}},
		{"all in one pair with commas", "<a@b,c@d>", []string{"a@b", "c@d"}},
		{"blanks inside", "< a@b >", []string{"a@b"}},
		{"folded inside", "<abc\r\n def@b>", []string{"abcdef@b"}},
		{"folded at the at", "<abc@\r\n b>", []string{"abc@b"}},
		{"comma of its own", "<a,b@c>", []string{"a,b@c"}},
		{"comment", "<a@b> (Ana, el lunes)", []string{"a@b"}},
		{"comment with an id", "(<x@y>) <a@b>", []string{"a@b"}},
		{"nested comment", "(a (b) c) <a@b>", []string{"a@b"}},
		{"quoted bracket in comment", `(a \) b) <a@b>`, []string{"a@b"}},
		{"comment never closed", "(nota <a@b> <c@d>", []string{"a@b", "c@d"}},
		{"prose", `Your message of "Mon, 1 Jan" <a@b>`, []string{"a@b"}},
		{"prose without id", "Your message of Monday", nil},
		{"no at", "<20060719210421>", []string{"20060719210421"}},
		{"no at, no brackets", "20060719210421", []string{"20060719210421"}},
		{"two ats", "<x$@D2@host>", []string{"x$@D2@host"}},
		{"doubled brackets", "<<a@b>>", []string{"a@b"}},
		{"quoted local part", `<"a b"@c>`, []string{`"ab"@c`}},
		{"encoded-word", "=?utf-8?Q?=3Ca@b=3E?=", []string{"a@b"}},
		{"encoded-words", "=?us-ascii?Q?=3Cabc?=\r\n =?us-ascii?Q?def=40b=3E?=",
			[]string{"abcdef@b"}},
		{"control characters", "<a\x00\x07@b>", []string{"a@b"}},
		{"encoded line break", "=?utf-8?Q?=3Ca=0D=0Ab@c=3E?=", []string{"ab@c"}},
		{"bad UTF-8", "<a\xff@b>", []string{"a@b"}},
		{"empty pair", "<> <@> < >", nil},
		{"too long", "<" + strings.Repeat("a", 2000) + "@b> <c@d>", []string{"c@d"}},
		{"case is kept", "<AbC@D>", []string{"AbC@D"}},
		{"mail address as name", `"ana@x.test" <a@b>`, []string{"ana@x.test", "a@b"}},
	} {
		if got := MessageIDs(c.value); !slices.Equal(got, c.want) {
			t.Errorf("%s: MessageIDs(%q) = %q, want %q", c.name, c.value, got, c.want)
		}
	}
}

func TestReferencesNewestFirst(t *testing.T) {
	for _, c := range []struct {
		inReplyTo, references []string
		want                  []string
	}{
		{nil, nil, []string{}},
		{[]string{"<c@x>"}, []string{"<a@x> <b@x> <c@x>"}, []string{"c@x", "b@x", "a@x"}},
		{nil, []string{"<a@x>", "<b@x>"}, []string{"b@x", "a@x"}},
		{[]string{"<a@x> <z@x>"}, []string{"<a@x> <b@x>"}, []string{"a@x", "z@x", "b@x"}},
		{[]string{"a@x"}, []string{"a@x", "b@x"}, []string{"a@x", "b@x"}},
	} {
		if got := References(c.inReplyTo, c.references); !slices.Equal(got, c.want) {
			t.Errorf("References(%q, %q) = %q, want %q", c.inReplyTo, c.references, got, c.want)
		}
	}
}

func TestReferencesAtMostHundred(t *testing.T) {
	var value strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&value, "<%d@x> ", i)
	}
	got := References(nil, []string{value.String()})
	if len(got) != 100 || got[0] != "4999@x" || got[99] != "4900@x" {
		t.Errorf("got %d, from %q to %q", len(got), got[0], got[len(got)-1])
	}
}

// Each of these would take minutes if the work grew with the square of the length.
func TestMessageIDsBounded(t *testing.T) {
	for _, unit := range []string{"(", "<", "(<", "a@b ", "<a@b", "\\(", "=?", "((a)", "<a b",
		"=?utf-8?Q?a?= "} {
		start := time.Now()
		MessageIDs(strings.Repeat(unit, 1<<20/len(unit)))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("1 MB of %q took %v", unit, took)
		}
	}
}

func FuzzReferences(f *testing.F) {
	for _, s := range []string{"<a@b> <c@d>", "a@b, (x (y)) <c@d", "=?utf-8?Q?=3Ca@b=3E?=",
		"<a\r\n b@c>", "(((", "<<<"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, inReplyTo, references string) {
		ids := References([]string{inReplyTo}, []string{references})
		if len(ids) > maxReferences {
			t.Errorf("%d ids", len(ids))
		}
		for i, id := range ids {
			if id == "" || len(id) > maxID || strings.ContainsFunc(id, unicode.IsControl) ||
				slices.Contains(ids[:i], id) {
				t.Errorf("id %q of %q", id, ids)
			}
		}
	})
}
