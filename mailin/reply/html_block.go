package reply

import (
	"strconv"
	"strings"
	"unicode"
)

// maxLink is the longest link, text or target, whose target is shown, in bytes.
const maxLink = 2000

// startItem writes the bullet or number of a list item.
func (r *htmlReader) startItem() {
	bullet := "- "
	for i := len(r.open) - 1; i > 0 && i > len(r.open)-8; i-- {
		if e := &r.open[i]; gaps[e.atom] > 0 {
			if e.item >= 0 {
				e.item++
				bullet = strconv.Itoa(e.item) + ". "
			}
			break
		}
	}
	r.out.lead(strings.Repeat("  ", min(max(r.lists-1, 0), 8)) + bullet)
}

// startCell begins a table cell: after a bar on the line of the cell before it,
// when that one is a single line.
func (r *htmlReader) startCell(e *element) {
	if r.top().joinable {
		r.out.join(" | ")
	} else {
		r.out.mark()
	}
	r.out.fresh = true
	e.from = len(r.out.buf)
}

// endCell notes in the row whether the next cell may stand on the same line.
func (r *htmlReader) endCell(e *element) {
	r.out.fresh = false
	if len(r.out.buf) > e.from {
		r.open[len(r.open)-2].joinable = r.out.lastBreak <= e.from
	}
	if !r.open[len(r.open)-2].joinable {
		r.out.gap(1)
	}
}

// endLink writes the target of a link where the text does not show it.
func (r *htmlReader) endLink(e *element) {
	target := strings.TrimSpace(e.href)
	scheme, rest, _ := strings.Cut(target, ":")
	switch strings.ToLower(scheme) {
	case "mailto":
		target, _, _ = strings.Cut(rest, "?")
	case "http", "https":
	default:
		return
	}
	if len(r.out.buf)-e.from > maxLink {
		return // a link around a whole layout
	}
	shown := strings.TrimSpace(r.out.since(e.from))
	if shown == "" || target == "" || len(target) > maxLink ||
		strings.ContainsFunc(target, unicode.IsControl) || sameLink(shown, target) {
		return
	}
	r.out.write(" <"+target+">", true)
}

// sameLink compares a link's text and target without scheme, "www." and slash.
func sameLink(shown, target string) bool {
	bare := func(s string) string {
		s = strings.ToLower(strings.Trim(s, "<>()[] "))
		for _, p := range []string{"mailto:", "https://", "http://", "www."} {
			s = strings.TrimPrefix(s, p)
		}
		return strings.TrimRight(s, "/")
	}
	return bare(shown) == bare(target)
}

// picture notes where one of the mail's own parts is shown.
func (r *htmlReader) picture(src string) {
	scheme, id, _ := strings.Cut(strings.TrimSpace(src), ":")
	if strings.EqualFold(scheme, "cid") && id != "" && len(r.pictures) < maxProjected {
		r.pictures = append(r.pictures, picture{at: len(r.out.buf), id: strings.TrimSpace(id),
			apart: r.out.due > 0})
	}
}

// emoji returns the alternative text of an image when it is a symbol, as clients
// send smileys; names of pictures are no text of the sender.
func emoji(alt string) string {
	if len(alt) > 32 || strings.ContainsFunc(alt, func(r rune) bool {
		return r < 0x2000 &&
			r != ' ' || unicode.IsLetter(r) || unicode.IsControl(r)
	}) {
		return ""
	}
	return alt
}
