package reply

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

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

// plainKey folds case, white space and accents.
func plainKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(folded(s)))
}
