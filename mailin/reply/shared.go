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
		begin := strings.Index(s.base[l.start:l.end], l.text)
		if begin < 0 {
			continue // read otherwise than written
		}
		at += begin
		own.end, own.ends, l.ends = l.start+at, unknown, unknown
		own.text = trim(s.base[own.start:own.end])
		l.start, l.text = own.end, trim(s.base[own.end:l.end])
		s.part(i, own, l)
		return
	}
}

// part puts two lines in the place of line i.
func (s *splitter) part(i int, above, below line) {
	s.lines[i] = above
	s.lines = slices.Insert(s.lines, i+1, below)
	if s.first > i && s.first < len(s.lines) {
		s.first++
	}
	s.below = len(s.lines)
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
		if word, _, _ := strings.Cut(rest, " "); !lexicon().starts[strings.ToLower(word)] {
			continue
		}
		if tries == 4 && startsAttribution(lowered(text)) {
			return -1
		}
		tries--
		if !startsAttribution(lowered(rest)) {
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

// quoteOnLine cuts the first line on which the quote follows its attribution, as Yahoo on Android
// and some others write it: "El lun, 3 mar 2025 …, Ana <ana@x> escribió:> ¿Qué versión?". The
// attribution has all that one can have.
func (s *splitter) quoteOnLine() {
	for i, l := range s.lines {
		if l.depth > 0 || l.kind != "" || len(l.text) > 4*maxRead ||
			strings.IndexByte(l.text, ':') < 0 {
			continue
		}
		at := s.endOnLine(i)
		begin := strings.Index(s.base[l.start:l.end], l.text)
		if at <= 0 || begin < 0 {
			continue
		}
		quote := l
		cut := l.start + begin + at
		l.end, l.ends, l.text = cut, unknown, trim(l.text[:at])
		quote.start, quote.ends = cut, unknown
		quote.depth, quote.text = cutQuotePrefix(s.base[cut:quote.end])
		s.part(i, l, quote)
		return
	}
}

// endOnLine returns where in the text of line i an attribution ends, that begins there or up to two
// lines above, with text behind it; -1 if none does.
func (s *splitter) endOnLine(i int) int {
	text := s.lines[i].text
	for at := strings.IndexByte(text, ':'); at >= 0 && at < maxRead && at+1 < len(text); {
		if endsInVerb(strings.TrimRight(text[:at], " ")) && undecorated(text[at+1:]) != "" {
			for k := i; k >= 0 && k >= i-2 && !s.lines[k].blank() && s.lines[k].depth == 0; k-- {
				if isWholeAttribution(strings.TrimSpace(s.joined(k, i) + text[:at+1])) {
					return at + 1
				}
			}
		}
		next := strings.IndexByte(text[at+1:], ':')
		if next < 0 {
			return -1
		}
		at += 1 + next
	}
	return -1
}

// isWholeAttribution reports first word, date, time, address and verb.
func isWholeAttribution(joined string) bool {
	t := lowered(undecorated(joined))
	d := readDate(t)
	return len(strings.Fields(t)) <= 24 && d.day && d.time && strings.Contains(t, "@") &&
		startsWithWord(t) && startsAttribution(t) && hasWrote(t) && !proseAround(t)
}
