// Package rich keeps the formatting of a person's words: bold, lists, tables, links, and the
// pictures where they stood.
//
//	HTML of a mail ─Read─► Page ──Keep(text)──► HTML that says text, to the letter, and nothing else
//	                                             │ kept with the item
//	                       Dress(text) ◄─────────┘ HTML for the body of a mail, or nothing
//
// The text of an item is what counts: what the sender wrote, without quotes, signatures, commands
// and passwords. Keep takes out of the HTML all that the text does not say, and Dress, which runs
// whenever a mail is made, compares the two again: where they differ, because the text was changed
// since or somebody played tricks, the text is shown and the HTML is not. So nothing that was taken
// out of the text can come back by its HTML.
//
// What is kept has no styles, no classes and nothing that is fetched or run; Dress gives it those
// of our mails.
package rich

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"buzon/store/desk/lazy"
)

// Bounds, in bytes: what has more is shown as text.
const (
	longestSource = 128 << 10 // of the new part of a mail's HTML
	longestKept   = 32 << 10
	deepest       = 100 // elements in each other
)

// masked is how passwords begin in a text, where they were taken out: the HTML still has them.
const masked = "•••"

// policy is what may be left of a stranger's HTML.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "div", "br", "b", "strong", "i", "em", "u", "s", "del", "strike", "ul",
		"ol", "li",
		"table", "tbody", "thead", "tfoot", "tr", "td", "th", "pre", "code", "tt", "blockquote",
		"h1", "h2", "h3", "h4", "h5", "h6", "center", "section", "article")
	p.AllowURLSchemes("http", "https", "mailto", "cid")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^cid:`)).OnElements("img")
	p.AllowAttrs("colspan", "rowspan", "start").Matching(regexp.MustCompile(`^[1-9]\d?$`)).
		OnElements("td", "th", "ol")
	return p
})

var (
	// formatted is what makes HTML say more than its text.
	formatted = lazy.Compile(`(?i)<(?:b|strong|i|em|u|ul|ol|table|img|pre|h[1-6]|a)[\s>]`)
	// answered is where programs put what is answered.
	answered = lazy.Compile(
		`(?i)<[^<>]{0,200}(?:gmail_quote|divRplyFwdMsg|appendonsend|yahoo_quoted|` +
			`protonmail_quote|moz-cite-prefix|"buzon-|border-top: ?solid #(?:E1E1E1|B5C4DF))|<blockquote`)
)

// Page is the HTML of a mail, cleaned.
type Page struct {
	body   *html.Node
	said   string             // the letters of it that count
	places []place            // of each byte of said
	lines  []int              // the block of each text node
	before map[*html.Node]int // of breaks and pictures: where in said they stand
}

// place is where a letter stands.
type place struct{ text, at, block int }

// Read cleans the HTML of a mail as far as its sender wrote above what he answers. It returns nil
// where there is no formatting worth keeping.
func Read(src string) *Page {
	if at := answered.FindStringIndex(src); at != nil {
		src = src[:at[0]]
	}
	if len(src) > longestSource || !formatted.MatchString(src) {
		return nil
	}
	root, err := html.Parse(strings.NewReader(policy().Sanitize(strings.ToValidUTF8(src, "\ufffd"))))
	if err != nil {
		return nil
	}
	p := &Page{body: find(root, atom.Body), before: map[*html.Node]int{}}
	x := indexer{Page: p}
	if p.body == nil || !x.index(p.body, 0) {
		return nil
	}
	p.said = x.said.String()
	return p
}

func find(n *html.Node, a atom.Atom) *html.Node {
	for c := range n.ChildNodes() {
		if c.DataAtom == a {
			return c
		}
		if f := find(c, a); f != nil {
			return f
		}
	}
	return nil
}

// blocks begin lines of their own.
var blocks = map[atom.Atom]bool{atom.P: true, atom.Div: true, atom.Br: true, atom.Ul: true,
	atom.Ol: true,
	atom.Li: true, atom.Table: true, atom.Tbody: true, atom.Thead: true, atom.Tfoot: true,
	atom.Tr: true,
	atom.Td: true, atom.Th: true, atom.Pre: true, atom.Blockquote: true, atom.Center: true,
	atom.Section: true, atom.Article: true, atom.H1: true, atom.H2: true, atom.H3: true,
	atom.H4: true,
	atom.H5: true, atom.H6: true}

// indexer notes where each letter of a page stands.
type indexer struct {
	*Page
	said  strings.Builder
	block int
}

func (x *indexer) index(n *html.Node, depth int) bool {
	switch {
	case depth > deepest:
		return false
	case n.Type == html.TextNode:
		x.words(n.Data)
	case n.DataAtom == atom.Br || n.DataAtom == atom.Img:
		x.before[n] = x.said.Len()
	}
	if blocks[n.DataAtom] {
		x.block++
	}
	for c := range n.ChildNodes() {
		if !x.index(c, depth+1) {
			return false
		}
	}
	if blocks[n.DataAtom] {
		x.block++
	}
	return true
}

func (x *indexer) words(text string) {
	node := len(x.lines)
	x.lines = append(x.lines, x.block)
	for i, r := range text {
		if counts(r) {
			x.said.WriteRune(r)
			for range utf8.RuneLen(r) {
				x.places = append(x.places, place{node, i, x.block})
			}
		}
	}
}

// counts tells what both forms of a mail have: programs write bold, bullets and bars in their own
// ways.
func counts(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && r != '\ufe0f' ||
		r > 0x7f && unicode.IsSymbol(r) || strings.ContainsRune("?%$#@&+=", r)
}

var (
	targets = lazy.Compile(
		`<(?:https?://[^<>\s]*|(?:mailto:|tel:)?[^<>\s@]+@[^<>\s@]+|tel:[^<>\s]*)>`)
	// marks are what stands in the text for a picture.
	marks  = lazy.Compile(`(?i)\[(?:image|imagen|imagem|bild|inline image|cid)\s*:[^\]\n]*\]`)
	number = lazy.Compile(`^\s*\d+[.)]\s`)
)

// letters are those of a text that count.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if counts(r) {
			return r
		}
		return -1
	}, marks.ReplaceAllString(targets.ReplaceAllString(text, ""), ""))
}

// Keep returns the part of the page that says the text, with the pictures for which picture has a
// name; "" where there is none, or no formatting in it.
func (p *Page) Keep(text string, picture func(id string) string) string {
	if p == nil || text == "" || strings.Contains(text, masked) {
		return ""
	}
	kept, ok := p.match(text)
	if !ok {
		return ""
	}
	w := &keeper{Page: p, kept: kept, picture: picture, b: new(strings.Builder)}
	w.children(p.body)
	out := tidy(w.b.String())
	if len(out) > longestKept || !w.formatted && !w.pictured || !says(out, text) {
		return ""
	}
	return out
}

// match finds the lines of a text in the page, in their order.
func (p *Page) match(text string) (kept []bool, ok bool) {
	kept = make([]bool, len(p.said))
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		said := letters(line)
		if said == "" {
			continue
		}
		from := p.next(at, said)
		if bare := number.FindString(line); from < 0 && bare != "" {
			said = letters(line[len(bare):])
			from = p.next(at, said)
		}
		if from < 0 {
			return nil, false
		}
		for at = from; at < from+len(said); at++ {
			kept[at] = true
		}
	}
	return kept, at > 0
}

// next is where letters go on at a place, or where the next block begins with them.
func (p *Page) next(at int, said string) int {
	for from := at; ; from++ {
		i := strings.Index(p.said[from:], said)
		if i < 0 {
			return -1
		}
		from += i
		if from == at || p.places[from].block != p.places[from-1].block {
			return from
		}
	}
}
