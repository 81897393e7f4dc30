package message

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// walker goes through a mail once, from front to back, and decodes each leaf on the way.
type walker struct {
	src     *source
	clock   *clock
	lim     Limits
	m       *Message
	room    int // header octets left for parts
	texts   int // octets of text and of HTML left
	htmls   int
	open    []boundary // of the multiparts around, outermost first
	header  headerReader
	full    bool     // a limit was reached: no further part
	shown   bool     // a text to read was found
	reports []string // what report parts say, for machines
	found   []*Attachment
}

// place is where in the mail an entity stands.
type place struct {
	depth    int
	within   string // type of the attached mail around, if any
	parent   string // type of the multipart around
	fallback string // type of a part that names none
	top      bool
	hidden   bool // below an attached mail whose attachments are not listed
}

func newWalker(ctx context.Context, r io.ReaderAt, size int64, lim Limits) *walker {
	c := &clock{ctx: ctx, deadline: time.Now().Add(lim.Time)}
	w := &walker{clock: c, lim: lim, room: lim.Header, texts: lim.Text, htmls: 4 * lim.Text,
		m: &Message{}}
	w.src = &source{r: r, size: max(size, 0), clock: c}
	if b := w.src.at(0, windowSize); bytes.IndexByte(b, '\r') >= 0 && bytes.IndexByte(b, '\n') < 0 {
		w.src.release()
		w.src = &source{r: macLines{r}, size: w.src.size, clock: c}
	}
	return w
}

func (w *walker) warn(code string) {
	if !slices.Contains(w.m.Warnings, code) && len(w.m.Warnings) < 50 {
		w.m.Warnings = append(w.m.Warnings, code)
	}
}

func (w *walker) message() *Message {
	v, _ := w.entity(0, place{fallback: "text/plain", top: true})
	w.m.finish(w, v)
	if w.clock.late {
		w.warn("time-limit")
	} else if w.clock.stopped {
		w.warn("interrupted")
	}
	return w.m
}

// entity reads the header and body at off: the whole mail, a part, or an attached
// mail. It returns what of it is the body to read, and the boundary that ended it.
func (w *walker) entity(off int64, at place) (view, delimiter) {
	h, body := w.readHeader(off, at)
	p := newPart(h, at)
	if at.top {
		w.m.Header, w.m.ContentType, w.m.Params = p.Header, p.Type, p.Params
	}
	w.mark(&p)
	switch {
	case strings.HasPrefix(p.Type, "multipart/"), p.undeclared && w.looksMultipart(body, at):
		if at.depth < w.lim.Depth {
			return w.multipart(p, body, at)
		}
		w.warn("depth-limit")
		p.kept = true
	case isMail(p.Type) && !p.encoded():
		return w.attached(p, body, at)
	}
	d := w.delimiter(body)
	return w.leaf(p, body, w.contentEnd(body, d), at), d
}

func (w *walker) readHeader(off int64, at place) (Header, int64) {
	r := &w.header
	r.src, r.part, r.over = w.src, at.parent != "", false
	r.buf, r.ends = r.buf[:0], r.ends[:0]
	r.dropped, r.reserve = false, w.lim.Header/4
	r.delimiter = func(line []byte) bool {
		_, ok := w.match(line)
		return ok
	}
	room := w.lim.Header
	r.room = &w.room
	if at.top {
		r.room = &room
	}
	h, body := r.read(off)
	if r.over {
		w.warn("header-limit")
	}
	return h, body
}

func isMail(typ string) bool {
	return typ == "message/rfc822" || typ == "message/global" || typ == "message/news"
}

// attached reads a mail inside the mail: an attachment as a whole, and its own parts.
func (w *walker) attached(p Part, body int64, at place) (view, delimiter) {
	if !w.takes() {
		return view{}, w.end()
	}
	i, first := len(w.m.Parts), len(w.found)
	w.m.Parts = append(w.m.Parts, p)
	var d delimiter
	if at.depth < w.lim.Depth {
		_, d = w.entity(body, inside(&p, at))
	} else {
		w.warn("depth-limit")
		d = w.delimiter(body)
	}
	p.src, p.start, p.end = w.src, body, w.contentEnd(body, d)
	w.keep(&p, i, at)
	if n := len(w.found); n > first { // before its own attachments
		w.found = slices.Insert(w.found[:n-1], first, w.found[n-1])
	}
	return view{}, d
}

// inside is the place of a mail attached as p. What clients show in line, they list the attachments
// of too.
func inside(p *Part, at place) place {
	hidden := at.hidden || p.Disposition == "attachment" || at.parent == "multipart/report"
	return place{depth: at.depth + 1, within: p.Type, fallback: "text/plain", hidden: hidden}
}

// takes reports whether there is room for one more part.
func (w *walker) takes() bool {
	if len(w.m.Parts) >= w.lim.Parts && !w.full {
		w.full = true
		w.warn("part-limit")
	}
	return !w.full && !w.clock.stopped
}

// multipart reads the parts between the boundaries of p.
func (w *walker) multipart(p Part, body int64, at place) (view, delimiter) {
	level := len(w.open)
	w.open = append(w.open, newBoundary(p.Params["boundary"]))
	defer func() { w.open = w.open[:level] }()
	d := w.first(level, body)
	if d.level != level {
		w.open = w.open[:level]
		return w.undivided(p, body, w.contentEnd(body, d), at), d
	}
	child := place{depth: at.depth + 1, within: at.within, hidden: at.hidden, parent: p.Type,
		fallback: "text/plain"}
	if p.Type == "multipart/digest" {
		child.fallback = "message/rfc822"
	}
	var views []view
	for d.level == level && w.takes() {
		if d.closing {
			w.open[level].closed = true
			d = w.delimiter(d.next)
			continue
		}
		if w.open[level].closed {
			w.warn("boundary-after-end")
			w.open[level].closed = false
		}
		var v view
		v, d = w.entity(d.next, child)
		views = append(views, v)
	}
	if d.level < 0 && !w.open[level].closed {
		w.warn("boundary-unclosed")
	}
	if w.full {
		d = w.end()
	}
	return combine(p.Type, views), d
}

// undivided reads a multipart without boundaries: it was encoded as a whole, against
// RFC 2045 section 6.4, or it is text.
func (w *walker) undivided(p Part, body, end int64, at place) (v view) {
	if p.encoded() {
		p.src, p.start, p.end = w.src, body, end
		w.decoded(&p, func() {
			p.encoding, at.depth = "", at.depth+1
			v, _ = w.multipart(p, 0, at)
		})
		return v
	}
	w.warn("boundary-absent")
	p.Type, p.kept = "text/plain", false
	return w.leaf(p, body, end, at)
}

// first finds the first boundary of the multipart at level. When the name that
// was declared never comes, the boundary is taken from the body.
func (w *walker) first(level int, body int64) delimiter {
	var d delimiter
	if w.open[level].name != "" {
		if d = w.delimiter(body); d.level == level {
			return d
		}
	} else {
		w.open = w.open[:level]
		d = w.delimiter(body)
		w.open = w.open[:level+1]
	}
	name := w.guessBoundary(body, d.start)
	if name == "" {
		return d
	}
	w.open[level] = newBoundary(name)
	w.warn("boundary-guessed")
	return w.delimiter(body)
}

// leaf files a part that has no parts: as body to read, or as attachment.
func (w *walker) leaf(p Part, start, end int64, at place) view {
	p.src, p.start, p.end = w.src, start, end
	if p.Header.Len() == 0 && at.parent != "" && w.blank(start, end) {
		return view{} // a boundary too many
	}
	if !w.takes() {
		return view{}
	}
	w.m.Parts = append(w.m.Parts, p)
	i := len(w.m.Parts) - 1
	switch {
	case isMail(p.Type) && !p.kept:
		w.keep(&p, i, at)
		w.encodedMail(&p, at)
	case isUnshown(&p, at):
		return view{}
	case isCMS(&p):
		if v, ok := w.opaque(&p, i, at); ok {
			return v
		}
		return w.keep(&p, i, at)
	case isReport(p.Type):
		if !at.hidden {
			w.report(&p)
		}
	case !p.readable(at):
		return w.keep(&p, i, at)
	case p.isFile(at):
		return w.textFile(&p, i, at)
	case at.within == "":
		w.shown = true
		return w.body(&p, i)
	}
	return view{}
}

// longNote is the size up to which the words of a text file are read beside the file.
const longNote = 8 << 10

// isFile reports whether a text that clients show in line is a file of the sender's and not his
// words: it has a name, and is no form of a body, which some clients name too.
func (p *Part) isFile(at place) bool {
	return p.RawName != "" && at.parent != "multipart/alternative" &&
		at.parent != "multipart/related"
}

// textFile keeps a text file as an attachment, and what it says apart from the sender's words.
func (w *walker) textFile(p *Part, index int, at place) view {
	if at.within == "" && (at.top || p.end-p.start <= longNote) {
		v := w.body(p, index)
		*p = w.m.Parts[index] // its encoding may be none
		w.m.TextFiles = append(w.m.TextFiles, TextFile{fileName(p.RawName, p.Type, index+1),
			v.text + htmlText(v.html)})
	}
	w.keep(p, index, at)
	if at.top && len(w.found) > 0 {
		w.found[len(w.found)-1].Alone = true
	}
	return view{}
}

// report keeps the text of a report for machines: people get it if there is no other.
func (w *walker) report(p *Part) {
	raw, _ := w.read(p, min(w.texts, 64<<10))
	text, _ := toUTF8(raw, p.Params["charset"])
	w.texts -= min(len(text), w.texts)
	w.reports = append(w.reports, lineEnds(text))
}

func (w *walker) blank(start, end int64) bool {
	if end-start > 100 {
		return false
	}
	b := w.src.at(start, int(end-start))
	return len(bytes.TrimSpace(b[:min(len(b), int(end-start))])) == 0
}

// isUnshown reports whether a part is for programs alone: the form of a body for one client's own
// pages, or what a reaction was. Programs read it through Parts.
func isUnshown(p *Part, at place) bool {
	return p.Type == "text/vnd.google.email-reaction+json" ||
		at.parent == "multipart/alternative" && p.Type == "text/x-amp-html"
}

// isReport says which leaf of a report clients show in line or not at all; programs read it through
// Parts.
func isReport(typ string) bool {
	return typ == "message/delivery-status" || typ == "message/global-delivery-status" ||
		typ == "message/tracking-status"
}

// mark notes on the message that it is signed or encrypted; of CMS its content says which.
func (w *walker) mark(p *Part) {
	switch {
	case p.Within != "":
	case p.Type == "multipart/signed":
		w.m.Signed = true
	case p.Type == "multipart/encrypted":
		w.m.Encrypted = true
	}
}
