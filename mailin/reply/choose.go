package reply

import (
	"strings"
	"unicode"
)

// choose takes the text that Split works on: the plain one when it says
// something, because what only one of two alternatives shows is suspect; the
// HTML then still tells where its quotes and signatures are.
func choose(in Input) (base string, marks, indents []Mark, pictures []picture) {
	if in.HTML.String != "" && isStub(in.Plain, in.HTML.String) {
		return in.HTML.String, in.HTML.Marks, in.HTML.indents, in.HTML.pictures
	}
	return in.Plain, project(in.HTML, in.Plain), nil, projectPictures(in.HTML, in.Plain)
}

// isStub reports a plain text that is empty or stands in for the real one ("your
// program cannot show this mail"): far shorter, and not a part of it.
func isStub(plain, html string) bool {
	if len(plain) > 2000 {
		return trim(plain) == ""
	}
	p, _ := lettersOf(plain)
	h, _ := lettersOf(html)
	longer := 8
	if strings.Contains(p, "html") {
		longer = 2
	}
	return p == "" && trim(plain) == "" || len(p) > 0 && len(p) < 200 && len(h) > longer*len(p) &&
		!strings.Contains(h, p)
}

// Bounds of project.
const (
	maxProjected = 64 // marks that are looked for
	maxKey       = 60 // letters of a mark that are looked for
	minKey       = 16 // fewer letters are too common to be found with certainty
	maxBracket   = 300
)

// project finds the marks of the HTML text in the plain text by the letters
// with which they begin. One that is not found is left out.
func project(t Text, plain string) []Mark {
	if len(t.Marks) == 0 {
		return nil
	}
	letters, at := lettersOf(plain)
	var found []Mark
	from, until, counted, before := 0, 0, 0, 0
	for _, m := range t.Marks[:min(len(t.Marks), maxProjected)] {
		if m.Start < until || m.Kind == Signature && m.End-m.Start > maxSignatureBytes {
			continue
		}
		until = m.End
		above, _ := lettersOf(t.String[counted:m.Start])
		counted, before = m.Start, before+len(above)
		// A quote may begin with the words of the answer: look no earlier than where about as much
		// text stands above.
		from = max(from, min(before*3/4, len(letters)))
		start, end := locate(letters, from, t.String[m.Start:m.End], m.Kind != Signature &&
			trim(t.String[m.End:]) == "")
		if start < 0 || lineStart(plain, at[start]) < 0 {
			continue
		}
		p := Mark{Start: lineStart(plain, at[start]), End: len(plain), Kind: m.Kind, Rule: m.Rule +
			", found in the text"}
		if end < len(letters) {
			p.End = at[end-1] + 1
		}
		found, from = append(found, p), end
	}
	return found
}

// locate finds the letters of a mark's text at or after from. A place where
// they begin but do not end within about its length is another one: a name
// stands in the text and in the signature. open: the mark runs to the end.
func locate(letters string, from int, text string, open bool) (start, end int) {
	own, _ := lettersOf(text)
	for range 5 {
		if start = find(letters, from, text, false); start < 0 {
			return -1, -1
		}
		if open {
			return start, len(letters)
		}
		if end = find(letters, start, text, true); end >= 0 && end-start <= len(own)+
			len(own)/2+maxKey {
			return start, end
		}
		from = start + 1
	}
	return -1, -1
}

// find returns where the first letters of a mark's text begin, or where its
// last letters end, at or after from; -1 if nowhere. When the long key is not
// found, because the client wrote the rest in another way, a short one is.
func find(letters string, from int, text string, last bool) int {
	for _, n := range [...]int{maxKey, maxKey / 2, minKey} {
		var key string
		if last {
			key, _ = lettersOf(text[max(len(text)-6*maxKey, 0):])
			key = key[max(len(key)-n, 0):]
		} else {
			key, _ = lettersOf(text[:min(len(text), 6*maxKey)])
			key = key[:min(len(key), n)]
		}
		if len(key) < minKey {
			return -1
		}
		if i := strings.Index(letters[from:], key); i >= 0 && last {
			return from + i + len(key)
		} else if i >= 0 {
			return from + i
		}
	}
	return -1
}

// lettersOf returns the letters and digits of s in lower case, without what
// stands in angle brackets (addresses and links, which clients write or leave
// out), and for each byte of them where it comes from.
func lettersOf(s string) (letters string, at []int) {
	var b strings.Builder
	b.Grow(len(s))
	at = make([]int, 0, len(s))
	skip := 0
	for i, r := range s {
		if r == '<' && i >= skip {
			skip = i + strings.IndexAny(s[i:min(i+maxBracket, len(s))], ">\n")
		}
		if i < skip || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
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
// nothing stands above it and the subject is no answer's.
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
	return (ok || s.isHeader(i)) && (s.forward || s.nextText(0) >= from && !isReply(s.subject))
}

// applyIndents treats the lines of a plain blockquote like lines with a ">",
// unless the whole mail is indented.
func (s *splitter) applyIndents(indents []Mark) {
	if len(indents) > 0 && trim(s.base[:indents[0].Start]) == "" &&
		trim(s.base[indents[0].End:]) == "" {
		indents = indents[1:]
	}
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
