package reply

import (
	"slices"
	"strings"
)

// sharedLine cuts the first line on which an attribution stands right after the
// sender's last words, "Sí, gracias. El lun, 3 mar 2025 …, Ana <ana@x> escribió:".
// Programs write it that take the HTML apart badly. One is enough: what follows is a quote.
func (s *splitter) sharedLine() {
	for i, l := range s.lines {
		if l.depth > 0 || l.kind != "" || len(l.text) > maxRead {
			continue
		}
		at := s.sharedAt(i)
		if at <= 0 {
			continue
		}
		own := l
		at += strings.Index(s.base[l.start:l.end], l.text)
		own.end, own.ends, l.ends = l.start+at, unknown, unknown
		own.text = trim(s.base[own.start:own.end])
		l.start, l.text = own.end, trim(s.base[own.end:l.end])
		s.lines[i] = own
		s.lines = slices.Insert(s.lines, i+1, l)
		if s.first > i && s.first < len(s.lines) {
			s.first++
		}
		s.below = len(s.lines)
		return
	}
}

// sharedAt returns where in the text of line i an attribution begins that is
// certain: a known first word in upper case, a date, an address; -1 if none does.
func (s *splitter) sharedAt(i int) int {
	text := s.lines[i].text
	if !hasDigit(text) || !s.endsSoon(i) {
		return -1
	}
	tries := 4
	for at := 1; at < len(text) && tries > 0 && text[at] != '@' && text[at] != '<'; at++ {
		if c := text[at]; text[at-1] != ' ' || c < 'A' || c > 'Z' {
			continue
		}
		rest := text[at:]
		if word, _, _ := strings.Cut(rest, " "); !lexicon.starts[strings.ToLower(word)] {
			continue
		}
		if tries == 4 && startsAttribution(folded(text)) {
			return -1
		}
		tries--
		if !startsAttribution(folded(rest)) {
			continue
		}
		end, ok := s.attributionFrom(i, rest)
		if !ok {
			continue
		}
		all := rest + " " + s.joined(i+1, end)
		if strings.Contains(all, "@") && readDate(all).day {
			return len(strings.TrimRight(text[:at], " -"))
		}
	}
	return -1
}
