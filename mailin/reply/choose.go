package reply

import (
	"strings"
	"unicode"
)

// choose takes the text that Split works on: the plain one when it says
// something, because that is what both sides agreed on seeing; the HTML then
// still tells where its quotes and signatures are.
func choose(in Input) (base string, marks, indents []Mark) {
	if trim(in.Plain) == "" && in.HTML.String != "" {
		return in.HTML.String, in.HTML.Marks, in.HTML.indents
	}
	return in.Plain, project(in.HTML, in.Plain), nil
}

// Bounds of project.
const (
	maxProjected = 64 // marks that are looked for
	maxKey       = 60 // letters of a mark that are looked for
	minKey       = 16 // fewer letters are too common to be found with certainty
)

// project finds the marks of the HTML text in the plain text by the letters
// with which they begin. One that is not found is left out.
func project(t Text, plain string) []Mark {
	if len(t.Marks) == 0 {
		return nil
	}
	letters, at := lettersOf(plain)
	var found []Mark
	from, until := 0, 0
	for _, m := range t.Marks[:min(len(t.Marks), maxProjected)] {
		if m.Start < until || m.Kind == Signature && m.End-m.Start > maxSignatureBytes {
			continue
		}
		until = m.End
		start := find(letters, from, t.String[m.Start:m.End], false)
		if start < 0 {
			continue
		}
		end := len(letters)
		if trim(t.String[m.End:]) != "" {
			if end = find(letters, start, t.String[m.Start:m.End], true); end < 0 {
				continue
			}
		}
		p := Mark{Start: at[start], End: len(plain), Kind: m.Kind, Rule: m.Rule + ", found in the text"}
		if end < len(letters) {
			p.End = at[end]
		}
		if lineStart(plain, p.Start) >= 0 {
			p.Start = lineStart(plain, p.Start)
			found, from = append(found, p), end
		}
	}
	return found
}

// find returns where the first letters of a mark's text begin, or where its
// last letters end, at or after from; -1 if nowhere.
func find(letters string, from int, text string, last bool) int {
	var key string
	if last {
		key, _ = lettersOf(text[max(len(text)-4*maxKey, 0):])
		key = key[max(len(key)-maxKey, 0):]
	} else {
		key, _ = lettersOf(text[:min(len(text), 4*maxKey)])
		key = key[:min(len(key), maxKey)]
	}
	if len(key) < minKey {
		return -1
	}
	i := strings.Index(letters[from:], key)
	switch {
	case i < 0:
		return -1
	case last:
		return from + i + len(key)
	}
	return from + i
}

// lettersOf returns the letters and digits of s in lower case, and for each
// byte of them where it comes from.
func lettersOf(s string) (letters string, at []int) {
	var b strings.Builder
	b.Grow(len(s))
	at = make([]int, 0, len(s))
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
		for len(at) < b.Len() {
			at = append(at, i)
		}
	}
	return b.String(), at
}

// lineStart returns where the line of offset i begins, or -1 if words stand
// before i on it.
func lineStart(s string, i int) int {
	n := strings.LastIndexByte(s[:i], '\n') + 1
	if letters, _ := lettersOf(s[n:i]); letters != "" {
		return -1
	}
	return n
}

// applyMarks decides the lines that the HTML names. The outermost mark counts.
func (s *splitter) applyMarks(marks []Mark) {
	at, until := 0, 0
	for _, m := range marks {
		if m.Start < until || m.End <= m.Start {
			continue
		}
		until = m.End
		for at < len(s.lines) && s.lines[at].start < m.Start {
			at++
		}
		from := at
		for at < len(s.lines) && s.lines[at].start < m.End {
			at++
		}
		s.applyMark(from, at, m)
	}
}

func (s *splitter) applyMark(from, to int, m Mark) {
	kind := m.Kind
	if kind == Quoted && s.passesOn(from, to) {
		kind = Forwarded
	}
	if kind != Signature {
		s.first = min(s.first, from)
	}
	s.mark(from, to, kind, m.Rule)
}

// passesOn reports that a quote of lines [from, to) is a forwarded mail: its
// title says so, or it begins with header lines and the subject says so, or
// nothing stands above it.
func (s *splitter) passesOn(from, to int) bool {
	i := s.nextText(from)
	if i < to && onlyRule(s.lines[i].text) {
		i = s.nextText(i + 1)
	}
	if i >= to {
		return false
	}
	kind, _, ok := readTitle(s.lines[i].text)
	if ok && kind == Forwarded {
		return true
	}
	return (ok || s.isHeader(i)) && (s.forward || s.nextText(0) >= from)
}

// applyIndents treats the lines of a plain blockquote like lines with a ">".
func (s *splitter) applyIndents(indents []Mark) {
	at, until := 0, 0
	for _, m := range indents {
		if m.Start < until {
			continue
		}
		until = m.End
		for at < len(s.lines) && s.lines[at].start < m.Start {
			at++
		}
		for ; at < len(s.lines) && s.lines[at].start < m.End; at++ {
			s.lines[at].depth++
		}
	}
}
