package reply

import (
	"strings"

	"buzon/store/desk"
)

// form makes lines of the quoted mail in which a key of ours has got a value the
// sender's words. Mails quoted inside that mail are left alone. Keys of choices
// are ours only with the choices behind them, "Producto (CRM, ERP)": without, we
// may have filled them in ourselves.
func (s *splitter) form(keys, choices []string) {
	if len(keys)+len(choices) == 0 || s.first == len(s.lines) {
		return
	}
	names := make(map[string]bool, len(keys)+len(choices))
	for _, k := range keys {
		names[desk.Fold(lowered(k))] = true
	}
	for _, k := range choices {
		names[desk.Fold(lowered(k))+" ("] = true
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
		whole := desk.Fold(lowered(undecorated(key)))
		if (names[whole] || names[label(whole)]) && trim(strings.Trim(value, "*_ ")) != "" {
			l.kind, l.rule = New, ruleFilled
		}
	}
}

// label is a key as names has it: what stands in brackets at its end is ours.
func label(key string) string {
	if before, _, ok := strings.Cut(key, " ("); ok && strings.HasSuffix(key, ")") {
		return before + " ("
	}
	return key
}
