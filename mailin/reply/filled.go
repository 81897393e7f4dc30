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
