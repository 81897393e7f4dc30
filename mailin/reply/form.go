package reply

import (
	"strings"

	"buzon/store/desk"
)

// form makes lines of the quoted mail in which a key of ours has got a value the
// sender's words. Mails quoted inside that mail are left alone.
func (s *splitter) form(keys []string) {
	if len(keys) == 0 || s.first == len(s.lines) {
		return
	}
	names := make(map[string]bool, len(keys))
	for _, k := range keys {
		names[desk.Fold(lowered(k))] = true
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
		if names[desk.Fold(lowered(undecorated(key)))] && trim(strings.Trim(value, "*_ ")) != "" {
			l.kind, l.rule = New, ruleFilled
		}
	}
}
