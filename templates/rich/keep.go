package rich

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// keeper writes the part of a page that is kept.
type keeper struct {
	*Page
	kept                []bool
	picture             func(id string) string
	b                   *strings.Builder
	formatted, pictured bool
	text                int // how many text nodes were seen
}

// plain are elements that are written by another name, or the same; "" is for those that only hold
// others.
var plain = map[atom.Atom]string{atom.P: "p", atom.Div: "div", atom.Blockquote: "div",
	atom.Center:  "div",
	atom.Section: "div", atom.Article: "div", atom.H1: "p", atom.H2: "p", atom.H3: "p",
	atom.H4: "p", atom.H5: "p",
	atom.H6: "p", atom.B: "b", atom.Strong: "b", atom.I: "i", atom.Em: "i", atom.U: "u",
	atom.S: "s", atom.Del: "s",
	atom.Strike: "s", atom.Ul: "ul", atom.Ol: "ol", atom.Li: "li", atom.Table: "table",
	atom.Tr: "tr",
	atom.Td: "td", atom.Th: "th", atom.Pre: "pre", atom.Code: "code", atom.Tt: "code", atom.A: "a"}

func (k *keeper) children(n *html.Node) {
	for c := range n.ChildNodes() {
		k.node(c)
	}
}

func (k *keeper) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		k.words(n)
		return
	case n.DataAtom == atom.Br:
		if at := k.before[n]; at > 0 && at < len(k.kept) && k.kept[at-1] && k.kept[at] {
			k.b.WriteString("<br>")
		}
		return
	case n.DataAtom == atom.Img:
		k.img(n)
		return
	}
	name := plain[n.DataAtom]
	if isGrid(n.DataAtom) && !grid(n) {
		if name = ""; n.DataAtom == atom.Td || n.DataAtom == atom.Th {
			name = "div"
		}
	}
	k.element(n, name)
}

// element writes an element with what is kept of it, if there is any.
func (k *keeper) element(n *html.Node, name string) {
	outer, formatted := k.b, k.formatted
	k.b = new(strings.Builder)
	k.children(n)
	inner := k.b.String()
	k.b = outer
	cell := name == "td" || name == "th"
	if inner == "" && !cell || name == "tr" && strings.Trim(strings.NewReplacer("<td></td>", "",
		"<th></th>", "").Replace(inner), " ") == "" {
		k.formatted = formatted
		return
	}
	open := name + attributes(n, name)
	if name == "a" && open == "a" {
		name = ""
	}
	if name == "" {
		k.b.WriteString(inner)
		return
	}
	if heading := len(n.Data) == 2 && n.Data[0] == 'h' && name == "p"; heading {
		inner, k.formatted = "<b>"+inner+"</b>", true
	}
	k.formatted = k.formatted || name != "p" && name != "div" && strings.Trim(inner, " ") != ""
	k.b.WriteString("<" + open + ">" + inner + "</" + name + ">")
}

// attributes are the few that are kept.
func attributes(n *html.Node, name string) (list string) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "href" && name == "a":
			if to := target(a.Val); to != "" {
				list += ` href="` + html.EscapeString(to) + `"`
			}
		case (a.Key == "colspan" || a.Key == "rowspan") && (name == "td" || name == "th"),
			a.Key == "start" && name == "ol":
			list += " " + a.Key + `="` + html.EscapeString(a.Val) + `"`
		}
	}
	return list
}

const longestTarget = 2000

// target is a link's, where it is safe to open; a link that would write a mail in the reader's name
// is none.
func target(href string) string {
	u, err := url.Parse(strings.TrimSpace(href))
	switch {
	case err != nil || len(href) > longestTarget:
		return ""
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil:
		return u.String()
	case u.Scheme == "mailto" && u.RawQuery == "" && strings.Count(u.Opaque, "@") == 1:
		return u.String()
	}
	return ""
}

// words writes what is kept of a text node. What does not count goes with the letter before it in
// its line, or with the first.
func (k *keeper) words(n *html.Node) {
	node := k.text
	k.text++
	first := k.firstOf(node)
	pre := inside(n, atom.Pre)
	at, state := first, k.stateBefore(first, node)
	var b strings.Builder
	for i, r := range n.Data {
		if at < len(k.places) && k.places[at].text == node && k.places[at].at == i {
			state = k.kept[at]
			at += len(string(r))
		}
		switch {
		case !state:
		case pre && r == '\n':
			b.WriteString("<br>")
		case r == '\n' || r == '\r' || r == '\t' && !pre:
			b.WriteByte(' ')
		default:
			b.WriteString(html.EscapeString(string(r)))
		}
	}
	if out := b.String(); strings.TrimSpace(out) != "" || out != "" && state {
		k.b.WriteString(out)
	}
}

// firstOf is where the letters of a text node begin, or those after it.
func (k *keeper) firstOf(node int) int {
	lo, hi := 0, len(k.places)
	for lo < hi {
		if mid := (lo + hi) / 2; k.places[mid].text < node {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// stateBefore reports whether what stands before the first letter of a text node is kept: as the
// letter before it in its line, or the one after it, or where both are that stand around its line.
func (k *keeper) stateBefore(first, node int) bool {
	block, last := k.lines[node], len(k.places)
	switch {
	case first > 0 && k.places[first-1].block == block:
		return k.kept[first-1]
	case first < last && k.places[first].block == block:
		return k.kept[first]
	}
	return first > 0 && k.kept[first-1] && (first == last || k.kept[first])
}

// img keeps the place of a picture that came with the mail.
func (k *keeper) img(n *html.Node) {
	for _, a := range n.Attr {
		id, ours := strings.CutPrefix(a.Val, "cid:")
		if a.Key == "src" && ours {
			if plain, err := url.PathUnescape(id); err == nil {
				id = plain
			}
			if name := k.picture(id); name != "" {
				k.b.WriteString(`<img src="cid:` + html.EscapeString(id) + `" alt="` +
					html.EscapeString(name) + `">`)
				k.pictured = true
			}
		}
	}
}

func inside(n *html.Node, a atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == a {
			return true
		}
	}
	return false
}

func isGrid(a atom.Atom) bool {
	return a == atom.Table || a == atom.Tr || a == atom.Td || a == atom.Th
}

// grid reports whether the table of an element is one of data: with two cells in a row, and no
// table in it. Others are a layout.
func grid(n *html.Node) bool {
	for n != nil && n.DataAtom != atom.Table {
		n = n.Parent
	}
	return n != nil && find(n, atom.Table) == nil && twoCells(n)
}

func twoCells(n *html.Node) bool {
	cells := 0
	for c := range n.ChildNodes() {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			cells++
		}
		if twoCells(c) {
			return true
		}
	}
	return cells > 1
}

// tidy leaves one blank line between what stands apart, and none at the ends.
func tidy(s string) string {
	const blank = "<div><br></div>"
	for _, r := range [][2]string{{"<br><br><br>", "<br><br>"}, {blank + blank, blank}} {
		for strings.Contains(s, r[0]) {
			s = strings.ReplaceAll(s, r[0], r[1])
		}
	}
	return strings.TrimSpace(s)
}
