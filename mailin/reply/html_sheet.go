package reply

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
	"golang.org/x/net/html"
)

// Bounds of the style sheets: what goes over them is not applied, so that at worst hidden text is
// shown.
const (
	maxSheet    = 256 << 10 // bytes of all <style> elements
	maxRules    = 500
	maxMatching = 4_000_000 // steps of matching selectors with elements
	maxAncestry = 100       // elements above one that a selector may ask for
)

// sheet holds the rules of a mail's <style> elements that may hide text, the weakest first.
type sheet struct {
	rules []rule
	left  int // steps that matching may still take
}

// rule is a selector and what it says about visibility.
type rule struct {
	selector cascadia.Sel
	list     []declaration
}

// declaration is one CSS property, in lower case.
type declaration struct {
	property  property
	value     string
	important bool
}

// readSheet reads the <style> elements of src; nil when they hide nothing.
func readSheet(src string) *sheet {
	var list []rule
	hides := false
	for text := range styleElements(src) {
		for _, r := range readRules(text) {
			list = append(list, r)
			hides = hides || r.mayHide()
		}
	}
	if !hides {
		return nil
	}
	list = list[:min(len(list), maxRules)]
	slices.SortStableFunc(list, func(a, b rule) int {
		x, y := a.selector.Specificity(), b.selector.Specificity()
		return cmp.Or(x[0]-y[0], x[1]-y[1], x[2]-y[2])
	})
	return &sheet{rules: list, left: maxMatching}
}

// styleElements yields the contents of <style> elements outside of comments.
func styleElements(src string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for left := maxSheet; left > 0; {
			at := strings.IndexByte(src, '<')
			if at < 0 {
				return
			}
			src = src[at+1:]
			if rest, ok := strings.CutPrefix(src, "!--"); ok {
				_, src, _ = strings.Cut(rest, "-->")
				continue
			}
			if len(src) < 6 || !strings.EqualFold(src[:5], "style") ||
				!strings.ContainsRune(" \t\r\n>/", rune(src[5])) {
				continue
			}
			_, src, _ = strings.Cut(src, ">")
			end := indexEndTag(src)
			if !yield(src[:min(end, left)]) {
				return
			}
			left -= end
			src = src[end:]
		}
	}
}

// indexEndTag is where "</style" begins, however it is written, or the end.
func indexEndTag(src string) int {
	for from := 0; ; {
		i := strings.Index(src[from:], "</")
		if i < 0 {
			return len(src)
		}
		from += i + 2
		if len(src)-from >= 5 && strings.EqualFold(src[from:from+5], "style") {
			return from - 2
		}
	}
}

// readRules reads what is said of visibility in a style sheet. Of "@media" only what holds for
// every screen is read.
func readRules(text string) (list []rule) {
	p := css.NewParser(parse.NewInputString(text), false)
	var selectors string
	var said []declaration
	skipped := 0 // blocks of at-rules that are not read, nested
	for {
		grammar, _, data := p.Next()
		switch grammar {
		case css.ErrorGrammar:
			if !p.HasParseError() {
				return list
			}
		case css.BeginAtRuleGrammar:
			if skipped > 0 || !strings.EqualFold(string(data), "@media") ||
				!everyScreen(joinTokens(p.Values())) {
				skipped++
			}
		case css.EndAtRuleGrammar:
			skipped = max(skipped-1, 0)
		case css.QualifiedRuleGrammar:
			selectors += joinTokens(p.Values()) + ","
		case css.BeginRulesetGrammar:
			selectors, said = selectors+joinTokens(p.Values()), nil
		case css.DeclarationGrammar:
			if d, ok := declared(string(data), joinTokens(p.Values())); ok {
				said = append(said, d)
			}
		case css.EndRulesetGrammar:
			if skipped == 0 && len(said) > 0 && len(list) < maxRules {
				list = append(list, rulesOf(selectors, said)...)
			}
			selectors = ""
		}
	}
}

func rulesOf(selectors string, said []declaration) (list []rule) {
	for text := range strings.SplitSeq(selectors, ",") {
		// states, and what stands beside: not known while the mail is read once
		if strings.ContainsAny(text, ":+~") {
			continue
		}
		if s, err := cascadia.Parse(strings.TrimSpace(text)); err == nil {
			list = append(list, rule{s, said})
		}
	}
	return list
}

// everyScreen reports a media query without condition.
func everyScreen(query string) bool {
	q := strings.ToLower(strings.TrimSpace(query))
	return q == "" || q == "all" || q == "screen" || q == "only screen" ||
		strings.HasPrefix(q, "screen,") || strings.HasPrefix(q, "all,")
}

func joinTokens(list []css.Token) string {
	var b bytes.Buffer
	for _, t := range list {
		b.Write(t.Data)
	}
	return b.String()
}

// declared makes a declaration of a property that has to do with visibility.
func declared(name, value string) (d declaration, ok bool) {
	p, ok := properties[strings.ToLower(strings.TrimSpace(name))]
	if !ok {
		return d, false
	}
	value = strings.ToLower(strings.TrimSpace(value))
	if i := strings.LastIndexByte(value, '!'); i >= 0 &&
		strings.TrimSpace(value[i+1:]) == "important" {
		return declaration{p, strings.TrimSpace(value[:i]), true}, true
	}
	return declaration{p, value, false}, true
}

// mayHide reports a rule that can hide something, alone or with another. Colours of text on a
// background that nobody sets hide only when they are light.
func (r rule) mayHide() bool {
	for _, d := range r.list {
		switch d.property {
		case background:
			if c := readBackground(d.value, white); c != white && c != 0 {
				return true
			}
		case foreground:
			if c := parseColor(d.value); c == unseen || near(c, white) {
				return true
			}
		case whiteSpace, position, overflow, overflowX, overflowY, borderLeft:
		default:
			var s styles
			s.set(d, 0)
			s.set(declaration{position, "absolute", false}, 0)
			s.set(declaration{overflow, "hidden", false}, 0)
			if size, ok := s.fontSize(); s.hides() || ok && size < minFont {
				return true
			}
		}
	}
	return false
}

// apply takes over what the sheet says of an element.
func (sh *sheet) apply(s *styles, node *html.Node, depth int) {
	for i := range sh.rules {
		r := &sh.rules[i]
		if sh.left -= min(depth, maxAncestry); sh.left < 0 {
			return
		}
		if !r.selector.Match(node) {
			continue
		}
		for _, d := range r.list {
			s.set(d, 0)
		}
	}
}

// node is the element of a tag as selectors see it.
func (r *htmlReader) node(t tag) *html.Node {
	n := &html.Node{Type: html.ElementNode, DataAtom: t.atom, Data: t.name()}
	for k, v := range t.attrs {
		n.Attr = append(n.Attr, html.Attribute{Key: k, Val: v})
	}
	if len(r.open) < maxAncestry {
		n.Parent = r.top().node
	}
	return n
}
