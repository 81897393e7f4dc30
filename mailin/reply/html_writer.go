package reply

import (
	"strings"
	"unicode/utf8"
)

// maxGap is the most line breaks in a row: two blank lines.
const maxGap = 3

// writer collects text the way a browser lays it out: white space collapses,
// line breaks are due only when more text comes.
type writer struct {
	buf       []byte
	due       int    // line breaks before the next text
	space     bool   // a blank before the next text
	sep       string // separator of cells before the next text
	prefix    string // bullet before the next text
	lastBreak int    // offset after the last line break
	fresh     bool   // at the start of a cell, where blocks break no line
}

// gap asks for at least n line breaks before the next text.
func (w *writer) gap(n int) {
	if n > 0 && !w.fresh {
		w.due = max(w.due, n)
		w.space = false
	}
}

// newline adds one line break, as <br> does.
func (w *writer) newline() {
	if w.due < maxGap {
		w.due++
	}
	w.space, w.fresh = false, false
}

// join takes the next text onto this line, after sep.
func (w *writer) join(sep string) { w.due, w.sep, w.space = 0, sep, false }

// lead puts a bullet before the next text.
func (w *writer) lead(bullet string) { w.prefix = bullet }

// write appends text; pre keeps its white space.
func (w *writer) write(s string, pre bool) {
	if !pre {
		w.collapsed(s)
		return
	}
	for s != "" {
		text, rest, more := strings.Cut(s, "\n")
		if text = strings.TrimRight(text, "\r"); text != "" {
			w.flush()
			w.append(text)
		}
		if more {
			w.newline()
		}
		s = rest
	}
}

// collapsed appends words with single blanks between them.
func (w *writer) collapsed(s string) {
	for s != "" {
		n := strings.IndexAny(s, " \t\r\n\f")
		if n == 0 {
			w.space = true
			s = strings.TrimLeft(s, " \t\r\n\f")
			continue
		}
		if n < 0 {
			n = len(s)
		}
		w.flush()
		w.append(s[:n])
		s = s[n:]
	}
}

// flush writes what is due before text.
func (w *writer) flush() {
	w.fresh = false
	if len(w.buf) == 0 {
		w.due = 0
	}
	switch {
	case w.due > 0:
		w.breakLines()
	case w.sep != "":
		w.buf = append(w.buf, w.sep...)
	case w.space && len(w.buf) > 0 && w.buf[len(w.buf)-1] != '\n':
		w.buf = append(w.buf, ' ')
	}
	w.buf = append(w.buf, w.prefix...)
	w.due, w.space, w.sep, w.prefix = 0, false, "", ""
}

func (w *writer) breakLines() {
	w.trimRight()
	have := 0
	for n := len(w.buf); n > have && w.buf[n-1-have] == '\n' && have < maxGap; {
		have++
	}
	for ; have < min(w.due, maxGap) || have == 0; have++ {
		w.buf = append(w.buf, '\n')
		w.lastBreak = len(w.buf)
	}
}

// trimRight removes blanks at the end of the line; a line of blanks only, as
// "&nbsp;" makes it, becomes a blank line.
func (w *writer) trimRight() {
	for n := len(w.buf); n > 0 && (w.buf[n-1] == ' ' || w.buf[n-1] == '\t'); n-- {
		w.buf = w.buf[:n-1]
	}
	if n := len(w.buf); n > 0 && w.buf[n-1] == '\n' {
		w.due = min(w.due+1, maxGap)
	}
}

// append writes a piece of text; NUL becomes U+FFFD, a no-break space a blank,
// other controls but tab go.
func (w *writer) append(s string) {
	for _, r := range s {
		switch {
		case r == 0:
			r = utf8.RuneError
		case r == '\u00a0':
			r = ' '
		case r < ' ' && r != '\t', r == 0x7f, r == '\u00ad':
			continue
		}
		w.buf = utf8.AppendRune(w.buf, r)
	}
}

// mark returns where the next text will begin and makes it begin a line.
func (w *writer) mark() int {
	w.fresh = false
	if len(w.buf) > 0 && w.buf[len(w.buf)-1] != '\n' || w.due > 1 {
		w.due = max(w.due, 1)
		if len(w.buf) > 0 {
			w.breakLines()
		}
	}
	w.due, w.sep, w.space = 0, "", false
	return len(w.buf)
}

// since returns what was written from offset n on.
func (w *writer) since(n int) string { return string(w.buf[min(n, len(w.buf)):]) }

func (w *writer) finish() string {
	s := strings.TrimRight(string(w.buf), " \t\n")
	if s == "" {
		return ""
	}
	return s + "\n"
}
