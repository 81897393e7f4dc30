package reply

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// codeElement holds elements of letters of one width; what is struck out is shown, and not said,
// either.
var codeElement = atomSet(atom.Pre, atom.Code, atom.Tt, atom.Kbd, atom.Samp, atom.Listing,
	atom.Plaintext, atom.S, atom.Strike, atom.Del)

// widths are parts of the names of typefaces whose letters are of one width.
var widths = []string{"mono", "courier", "consolas", "menlo", "monaco", "lucida console",
	"fira code", "source code", "terminal"}

// isCode reports whether a font is one for code; ok is false where the value names none.
func isCode(font string) (code, ok bool) {
	first, _, _ := strings.Cut(strings.ToLower(font), ",")
	if first = strings.Trim(first, ` "'`); first == "" || first == "inherit" || first == "initial" {
		return false, false
	}
	for _, w := range widths {
		if strings.Contains(first, w) {
			return true, true
		}
	}
	return false, true
}

// setCode takes over whether an element's letters are of one width.
func (e *element) setCode(t tag, s *styles) {
	e.code = e.code || codeElement[t.atom]
	for _, font := range [...]string{t.attrs["face"], s.values[fontFamily], s.values[font]} {
		if code, ok := isCode(font); ok {
			e.code = code
		}
	}
}

// noteCode marks what was written from an offset on as code.
func (r *htmlReader) noteCode(from int) {
	to := len(r.out.buf)
	if n := len(r.code); n > 0 && r.code[n-1].End == from {
		r.code[n-1].End = to
	} else if to > from {
		r.code = append(r.code, Mark{Start: from, End: to})
	}
}

// quotesCode reports whether code stands among the sender's words, and is no mere typeface of his:
// some line of his is no code.
func (p Parts) quotesCode() bool {
	if p.Base != p.html.String || len(p.html.code) == 0 {
		return false
	}
	code := inMarks(p.html.code)
	for _, r := range p.Ranges {
		at := r.Start
		for l := range strings.Lines(p.Base[r.Start:r.End]) {
			if r.Kind == New && trim(l) != "" && !code(at) {
				return true
			}
			at += len(l)
		}
	}
	return false
}
