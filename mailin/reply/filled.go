package reply

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Filled finds what a person filled into a form of ours that he quotes: the
// lines "Key: value" of the quoted ranges, and new lines right under a quoted
// "Key:". Case and accents of keys do not matter; the first value counts. The
// result has the keys as given.
func (p Parts) Filled(keys []string) map[string]string {
	names := make(map[string]string, len(keys))
	for _, k := range keys {
		names[plainKey(k)] = k
	}
	found, pending := map[string]string{}, ""
	for _, r := range p.Ranges {
		if r.Rule == ruleFilled {
			r.Kind = Quoted
		}
		if r.Kind != Quoted && r.Kind != New {
			pending = ""
			continue
		}
		for l := range strings.Lines(p.Base[r.Start:r.End]) {
			if _, text := cutQuotePrefix(l); text != "" {
				pending = fill(found, names, text, pending, r.Kind)
			}
		}
	}
	return found
}

// form makes lines of the quoted mail in which a key of ours has got a value the
// sender's words. Mails quoted inside that mail are left alone.
func (s *splitter) form(keys []string) {
	if len(keys) == 0 || s.first == len(s.lines) {
		return
	}
	names := make(map[string]bool, len(keys))
	for _, k := range keys {
		names[plainKey(k)] = true
	}
	for i, seen := s.first, false; i < len(s.lines); i++ {
		l := &s.lines[i]
		if l.blank() || l.depth > 1 || l.depth == 0 && l.kind != Quoted {
			continue
		}
		if in, ok := s.introduction(i); ok {
			if seen {
				return
			}
			seen, i = true, in.to-1
			continue
		}
		key, value, _ := strings.Cut(clipped(l.text), ":")
		if names[plainKey(undecorated(key))] && trim(strings.Trim(value, "*_ ")) != "" {
			l.kind, l.rule = New, ruleFilled
		}
	}
}

// fill takes the value of one line and returns the key that still waits for one.
func fill(found, names map[string]string, text, pending string, kind Kind) string {
	head, value, ok := strings.Cut(text[:min(len(text), maxRead)], ":")
	key, known := names[plainKey(undecorated(head))]
	switch {
	case ok && known && kind == Quoted:
		if _, twice := found[key]; twice {
			return ""
		}
		if value = trim(strings.TrimLeft(value, "* ")); value == "" {
			return key
		}
		found[key] = value
	case pending != "" && kind == New:
		found[pending] = trim(clipped(text))
	}
	return ""
}

// plainKey folds case, white space and accents.
func plainKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(folded(s)))
}
