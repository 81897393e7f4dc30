package reply

import (
	"slices"
	"strings"
	"unicode"
)

// Unsigned returns the parts with the contact data at the end of the new text as a signature that
// no sign-off announces: below one of the writer's names, or in a last paragraph with one of his
// addresses. Of anybody else they may be what he wants to say.
func (p Parts) Unsigned(names, addresses []string) Parts {
	last := -1
	for i, r := range p.Ranges {
		if r.Kind == New && trimBlank(p.Base[r.Start:r.End]) != "" {
			last = i
		}
	}
	if last < 0 || p.Ranges[last].Rule != ruleOwn {
		return p
	}
	r := p.Ranges[last]
	w := signer{splitter: splitter{base: p.Base[:r.End], lines: splitLines(p.Base[r.Start:r.End])},
		addresses: addresses}
	for _, n := range names {
		w.names = append(w.names, nameWords(n))
	}
	at := w.contacts()
	if at == len(w.lines) {
		return p
	}
	signed := Range{r.Start + w.lines[at].start, r.End, Signature, "contact data below a name"}
	p.Ranges = slices.Insert(slices.Clone(p.Ranges), last+1, signed)
	p.Ranges[last].End = signed.Start
	return p
}

// signer reads the new text of somebody who is known.
type signer struct {
	splitter
	names     [][]string // the words of each, folded
	addresses []string
}

// contacts returns the line where the contact data begin, or the end.
func (w *signer) contacts() int {
	end := len(w.lines)
	for i, seen := end-1, 0; i > 0 && seen <= maxBlockLines; i-- {
		t := clipped(w.lines[i].text)
		if t == "" {
			continue
		}
		if seen++; w.named(t) && w.textLines(0, i) > 0 {
			below := i + 1
			if isContact(t) || hasDigit(t) {
				below = i
			}
			return w.block(below, end, false, isShort)
		}
	}
	return w.paragraph(end)
}

// isShort reports a post, a department, an extension: below a name it needs no capital.
func isShort(text string) bool { return !saysMore(text) && len(strings.Fields(text)) <= 7 }

// named reports a line that is one of his names, two words of it or the first; a post or more may
// stand behind it: "Ing. Ana Gómez | Soporte".
func (w *signer) named(text string) bool {
	if i := strings.IndexAny(text, "|·,–/<"); i > 0 {
		text = text[:i]
	}
	text, _, _ = strings.Cut(text, " - ")
	words := slices.DeleteFunc(nameWords(text), func(w string) bool { return honorifics[w] })
	return len(words) > 0 && slices.ContainsFunc(w.names, func(name []string) bool {
		return (len(words) > 1 || len(name) > 0 && words[0] == name[0]) &&
			!slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(name, w) })
	})
}

// paragraph returns where the contact data begin in the last paragraph of the lines before end, if
// one of his addresses is among them and text above it.
func (w *signer) paragraph(end int) int {
	all := end
	for end > 0 && w.lines[end-1].blank() {
		end--
	}
	at, own := end, false
	for ; at > 0 && !w.lines[at-1].blank(); at-- {
		t := lowered(clipped(w.lines[at-1].text))
		own = own || slices.ContainsFunc(w.addresses, func(a string) bool {
			return strings.Contains(t, a)
		})
	}
	if !own || w.textLines(0, at) == 0 || w.announced(at) || end-at > maxBlockLines {
		return all
	}
	if begins := w.contactBlock(at, end, true); begins < end {
		return begins
	}
	return all
}

var honorifics = setOf("ing", "lic", "licda", "dr", "dra", "sr", "sra", "srta", "mtro", "mtra",
	"arq", "abog", "cp", "mr", "mrs", "ms", "miss", "prof", "eng", "msc", "mba", "phd")

func nameWords(s string) []string {
	return strings.FieldsFunc(lowered(clipped(s)), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`*_,.;-–"'()`, r)
	})
}

// Without returns the parts without the first place at which some words stand within a line.
func (p Parts) Without(words string) Parts {
	at := strings.Index(p.Base, words)
	if at < 0 || words == "" || strings.Contains(words, "\n") {
		return p
	}
	back := func(n int) int {
		if n > at {
			return max(at, n-len(words))
		}
		return n
	}
	p.Base, p.first = p.Base[:at]+p.Base[at+len(words):], back(p.first)
	p.Ranges, p.pictures = slices.Clone(p.Ranges), slices.Clone(p.pictures)
	for i, r := range p.Ranges {
		p.Ranges[i].Start, p.Ranges[i].End = back(r.Start), back(r.End)
	}
	for i, pic := range p.pictures {
		p.pictures[i].at = back(pic.at)
	}
	return p
}
