package reply

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds of the HTML reading. What goes over them is read, but flat: no mail
// program nests so deep.
const (
	maxOpen       = 200000 // open elements
	maxInlineWalk = 64     // inline elements that one end tag may close
	maxAttributes = 64     // of one tag
)

// PartBoundary is the comment that stands between the HTML of several parts put together.
const PartBoundary = "next part"

// HTML reads an HTML body as a person sees it: lists, tables and links as text,
// no hidden text, entities decoded; and marks what its structure says about
// quotes, signatures and forwards (see marks.go). It reads tokens, never a
// tree, in time linear in src.
func HTML(src string) Text {
	r := &htmlReader{open: make([]element, 1, 64), count: map[atom.Atom]int{}}
	r.open[0].back = white
	r.sheet = readSheet(src)
	z := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(src, "\ufffd")))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return r.finish()
		case html.TextToken:
			if e := r.top(); !e.hidden {
				r.text(string(z.Text()))
			} else if e.atom != atom.Head && !invisibleElement[e.atom] {
				r.hid = true
			}
		case html.CommentToken:
			if string(z.Text()) == PartBoundary {
				r.unsure = append(r.unsure, Mark{Start: r.out.mark(), End: -1})
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(readTag(z))
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(atomOf(name))
		}
	}
}

// mailspring is an element that its client made up for signatures.
const mailspring = "signature"

func atomOf(name []byte) atom.Atom {
	if string(name) == mailspring {
		return atom.Section
	}
	return atom.Lookup(name)
}

// tag is a start tag.
type tag struct {
	atom    atom.Atom
	unknown string // its name where it has no atom
	attrs   map[string]string
}

func (t tag) name() string {
	if t.atom == 0 {
		return t.unknown
	}
	return t.atom.String()
}

func readTag(z *html.Tokenizer) tag {
	name, more := z.TagName()
	t := tag{atom: atomOf(name)}
	switch {
	case t.atom == 0:
		t.unknown = string(name)
	case string(name) == mailspring:
		t.attrs = map[string]string{"class": "mailspring-signature"}
	}
	for n := 0; more && n < maxAttributes; n++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		if t.attrs == nil {
			t.attrs = make(map[string]string, 4)
		}
		if _, ok := t.attrs[string(k)]; !ok {
			t.attrs[string(k)] = string(v)
		}
	}
	return t
}

// element is an open element with what its content inherits.
type element struct {
	atom        atom.Atom
	gone, tiny  bool // taken out, with all in it; of letters too small to be seen
	hidden      bool // for one of these reasons, or for its colours
	pre, barred bool // white space counts; a line is drawn at its left
	code        bool // letters of one width
	color, back color
	node        *html.Node // where there is a style sheet
	gap         int        // lines to break at its end
	href        string     // of a link
	from        int        // where its text begins
	item        int        // counter of an ordered list, -1 for bullets
	joinable    bool       // of a row: its last cell is a single line
	marks       []int      // marks that end with it
	gmail       bool       // container of a Gmail quote
	quotes      int        // blockquotes seen inside a Gmail container
	unsure      int        // its place in htmlReader.unsure, plus one
}

// htmlReader is the state of one HTML.
type htmlReader struct {
	out   writer
	open  []element
	count map[atom.Atom]int
	marks []Mark
	plain []Mark
	rest  []Mark // marks that run to the end of the text

	unsure []Mark
	code   []Mark
	hid    bool // some text was left out
	lists  int

	sheet    *sheet // nil: none that hides anything
	pictures []picture
}

func (r *htmlReader) top() *element { return &r.open[len(r.open)-1] }

func (r *htmlReader) text(s string) {
	from := len(r.out.buf)
	if r.out.write(s, r.top().pre); r.top().code {
		r.noteCode(from)
	}
}

func (r *htmlReader) start(t tag) {
	r.closeImplied(t.atom)
	e := r.inherit(t)
	if e.hidden {
		r.out.gap(min(gaps[t.atom], 1)) // what stands around it does not grow together
	} else {
		r.breakBefore(t, &e)
	}
	if void[t.atom] || len(r.open) >= maxOpen {
		r.markRest(t, e)
		return
	}
	r.open = append(r.open, e)
	r.count[t.atom]++
	if !e.hidden {
		r.markUnsure(t)
		r.markStart(t)
	}
}

// inherit makes the element of a tag from its parent's properties and its own style.
func (r *htmlReader) inherit(t tag) element {
	p := r.top()
	e := element{atom: t.atom, gone: p.gone || invisibleElement[t.atom], tiny: p.tiny, pre: p.pre,
		code: p.code, color: p.color, back: p.back, item: -1}
	if r.sheet != nil {
		e.node = r.node(t)
	}
	if t.atom == atom.Pre || t.atom == atom.Plaintext || t.atom == atom.Listing {
		e.pre = true
	}
	e.readStyle(t, r.sheet, e.node, len(r.open))
	return e
}

// breakBefore writes what stands before the content of an element and notes what ends it.
func (r *htmlReader) breakBefore(t tag, e *element) {
	e.gap = gaps[t.atom]
	if t.atom == atom.P && tight(t) {
		e.gap = 1
	}
	switch t.atom {
	case atom.Br:
		r.out.newline()
		return
	case atom.Hr:
		r.out.gap(1)
		r.out.write("________________________________", true)
		r.out.gap(1)
		return
	case atom.Img:
		r.out.write(emoji(t.attrs["alt"]), false)
		r.picture(t.attrs["src"])
		return
	case atom.Td, atom.Th:
		r.startCell(e)
		return
	case atom.Ol:
		e.item = 0
	case atom.A:
		r.end(atom.A)
		e.href = t.attrs["href"]
	}
	r.out.gap(e.gap)
	if t.atom == atom.Ul || t.atom == atom.Ol {
		r.lists++
	}
	if t.atom == atom.Li {
		r.startItem()
	}
	e.from = len(r.out.buf)
}

// end closes the nearest element of this name. An inline end tag does not close
// a block: clients leave such overlaps, and a quote would end too early.
func (r *htmlReader) end(a atom.Atom) {
	if a == atom.Br {
		r.start(tag{atom: atom.Br})
		return
	}
	if a == 0 || r.count[a] == 0 || r.top().atom != a && gaps[a] == 0 && !r.inlineAbove(a) {
		if a == atom.P && !r.top().hidden {
			r.out.gap(1)
		}
		return
	}
	for len(r.open) > 1 {
		found := r.top().atom == a
		r.pop()
		if found {
			return
		}
	}
}

func (r *htmlReader) inlineAbove(a atom.Atom) bool {
	for i := len(r.open) - 1; i > 0 && i > len(r.open)-maxInlineWalk; i-- {
		if r.open[i].atom == a {
			return true
		}
		if gaps[r.open[i].atom] > 0 {
			return false
		}
	}
	return false
}

func (r *htmlReader) pop() {
	e := r.top()
	r.count[e.atom]--
	if !e.hidden {
		r.endElement(e)
	}
	r.markEnd(e)
	r.open = r.open[:len(r.open)-1]
}

func (r *htmlReader) endElement(e *element) {
	switch e.atom {
	case atom.A:
		r.endLink(e)
	case atom.Ul, atom.Ol:
		r.lists--
	case atom.Td, atom.Th:
		r.endCell(e)
		return
	}
	r.out.gap(e.gap)
}

// closeImplied closes what a start tag ends without saying so.
func (r *htmlReader) closeImplied(a atom.Atom) {
	top := r.top().atom
	switch {
	case top == atom.Head && !headOnly[a]:
		r.pop()
	case a == atom.Body && r.count[atom.Head] > 0:
		r.end(atom.Head)
	case top == a && (a == atom.P || a == atom.Li || a == atom.Tr || a == atom.Td || a == atom.Th ||
		a == atom.Option || a == atom.Dd || a == atom.Dt):
		r.pop()
	case a == atom.Tr && (top == atom.Td || top == atom.Th):
		r.pop()
		if r.top().atom == atom.Tr {
			r.pop()
		}
	case top == atom.P && gaps[a] > 0:
		r.pop()
	}
}

func (r *htmlReader) finish() Text {
	for len(r.open) > 1 {
		r.pop()
	}
	s := r.out.finish()
	return Text{String: s, Marks: settleMarks(append(r.marks, r.rest...), len(s)),
		indents: settleMarks(r.plain, len(s)), pictures: r.pictures,
		unsure: settleMarks(r.unsure, len(s)), code: r.code, hid: r.hid}
}

// void elements have no content and no end tag.
var void = atomSet(atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img,
	atom.Input, atom.Link, atom.Meta,
	atom.Param, atom.Source, atom.Track, atom.Wbr)

// invisibleElement holds elements whose content a person never sees.
var invisibleElement = atomSet(atom.Head, atom.Style, atom.Script, atom.Title, atom.Template,
	atom.Noscript, atom.Noframes, atom.Noembed, atom.Iframe,
	atom.Object, atom.Audio, atom.Video, atom.Canvas, atom.Svg, atom.Math, atom.Datalist,
	atom.Select, atom.Textarea)

var headOnly = atomSet(atom.Meta, atom.Link, atom.Title, atom.Style, atom.Script, atom.Base,
	atom.Noscript, atom.Head, 0)

// gaps tells block elements, and how many line breaks stand around them: two
// make a blank line.
var gaps = map[atom.Atom]int{
	atom.Div: 1, atom.Tr: 1, atom.Li: 1, atom.Center: 1,
	atom.Section: 1, atom.Article: 1, atom.Header: 1, atom.Footer: 1, atom.Main: 1, atom.Nav: 1,
	atom.Aside:   1,
	atom.Address: 1, atom.Form: 1, atom.Fieldset: 1, atom.Dt: 1, atom.Dd: 1, atom.Caption: 1,
	atom.Figure: 1, atom.Figcaption: 1, atom.Body: 1, atom.Html: 1, atom.Tbody: 1, atom.Thead: 1,
	atom.Tfoot: 1,
	atom.Td:    1, atom.Th: 1, atom.P: 2, atom.Ul: 1, atom.Ol: 1, atom.Dl: 1, atom.Table: 1,
	atom.Blockquote: 1, atom.Pre: 1, atom.Listing: 1, atom.Plaintext: 1,
	atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.H5: 2, atom.H6: 2,
}

func atomSet(list ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(list))
	for _, a := range list {
		m[a] = true
	}
	return m
}
