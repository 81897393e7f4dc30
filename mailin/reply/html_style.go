package reply

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// property is one of CSS that has to do with what a person sees.
type property uint8

const (
	display property = iota
	visibility
	contentVisibility
	msoHide
	opacity
	filter
	font
	fontSize
	fontFamily
	height
	width
	maxHeight
	maxWidth
	overflow
	overflowX
	overflowY
	foreground
	fill
	background
	whiteSpace
	position
	left
	top
	right
	bottom
	textIndent
	margin
	marginLeft
	marginTop
	transform
	clip
	clipPath
	borderLeft
	propertyCount
)

var properties = map[string]property{
	"display": display, "visibility": visibility, "content-visibility": contentVisibility,
	"mso-hide": msoHide, "opacity": opacity,
	"filter": filter, "font": font, "font-size": fontSize, "font-family": fontFamily,
	"height": height, "width": width, "max-height": maxHeight, "max-width": maxWidth,
	"overflow": overflow, "overflow-x": overflowX, "overflow-y": overflowY, "color": foreground,
	"-webkit-text-fill-color": fill,
	"background":              background, "background-color": background,
	"white-space": whiteSpace,
	"position":    position, "left": left, "top": top,
	"right": right, "bottom": bottom, "text-indent": textIndent, "margin": margin,
	"margin-left": marginLeft, "margin-top": marginTop,
	"transform": transform, "-webkit-transform": transform, "clip": clip, "clip-path": clipPath,
	"-webkit-clip-path": clipPath,
	"border-left":       borderLeft,
}

// styles are the values that hold for one element, each with the weight of what set it.
type styles struct {
	values  [propertyCount]string
	weights [propertyCount]uint8 // 0: not set
	some    bool
}

// set takes over a declaration; weight is 0 for a style sheet and 1 for the element's own style.
func (s *styles) set(d declaration, weight uint8) {
	weight++
	if d.important {
		weight += 2
	}
	if weight >= s.weights[d.property] {
		s.values[d.property], s.weights[d.property], s.some = d.value, weight, true
	}
	switch d.property { // a short form takes the place of the long one, and the other way round
	case font:
		s.set(declaration{fontSize, shorthandSize(d.value), d.important}, (weight-1)&1)
	case margin:
		s.margins(d, (weight-1)&1)
	}
}

func (s *styles) margins(d declaration, weight uint8) {
	v := strings.Fields(d.value)
	if len(v) == 0 {
		return
	}
	side := v[0]
	switch len(v) {
	case 2, 3:
		side = v[1]
	case 4:
		side = v[3]
	}
	s.set(declaration{marginTop, v[0], d.important}, weight)
	s.set(declaration{marginLeft, side, d.important}, weight)
}

// shorthandSize is the size in "bold 12px/14px Arial"; "" if there is none.
func shorthandSize(value string) string {
	for w := range strings.FieldsSeq(value) {
		size, _, _ := strings.Cut(w, "/")
		if n, unit, ok := number(size); ok && (unit != "" || n == 0) {
			return size
		}
	}
	return ""
}

// maxStyle is how much of a style attribute is read, in bytes.
const maxStyle = 4096

// own takes over an element's style attribute.
func (s *styles) own(text string) {
	text = text[:min(len(text), maxStyle)]
	if strings.ContainsAny(text, "\\(\"'") || strings.Contains(text, "/*") {
		s.parsed(text)
		return
	}
	for text != "" {
		var one string
		one, text, _ = strings.Cut(text, ";")
		name, value, _ := strings.Cut(one, ":")
		if d, ok := declared(name, value); ok {
			s.set(d, 1)
		}
	}
}

// parsed is own for a text with escapes, comments, strings or functions in it.
func (s *styles) parsed(text string) {
	p := css.NewParser(parse.NewInputString(text), true)
	for {
		grammar, _, data := p.Next()
		if grammar == css.ErrorGrammar && !p.HasParseError() {
			return
		}
		if grammar != css.DeclarationGrammar {
			continue
		}
		if d, ok := declared(unescaped(string(data)), unescaped(joinTokens(p.Values()))); ok {
			s.set(d, 1)
		}
	}
}

// unescaped resolves "\6e" and "\n" in CSS.
func unescaped(text string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '\\')
		if at < 0 || at+1 == len(text) {
			return b.String() + text
		}
		b.WriteString(text[:at])
		text = text[at+1:]
		n := 0
		for n < len(text) && n < 6 && strings.IndexByte("0123456789abcdefABCDEF", text[n]) >= 0 {
			n++
		}
		if code, err := strconv.ParseUint(text[:n], 16, 32); err == nil {
			b.WriteRune(rune(code))
			text = strings.TrimPrefix(text[n:], " ")
		} else {
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
}

// What is too small or too far away to be seen, in pixels.
const (
	minFont = 3
	minBox  = 2
	faraway = -300
)

// hides reports styles that hide the element with all that is in it.
func (s *styles) hides() bool {
	v := &s.values
	switch {
	case v[display] == "none", v[visibility] == "hidden", v[visibility] == "collapse",
		v[contentVisibility] == "hidden", v[msoHide] == "all":
		return true
	case under(v[opacity], 0.1), strings.Contains(strings.ReplaceAll(v[filter], " ", ""),
		"opacity(0"):
		return true
	case isZero(v[maxHeight]), isZero(v[maxWidth]):
		return true
	case s.clips() && (under(v[height], minBox) || under(v[width], minBox) ||
		under(v[maxHeight], minBox) || under(v[maxWidth], minBox)):
		return true
	}
	return s.moved() || s.clipped()
}

// clips reports that what does not fit into the element is not shown.
func (s *styles) clips() bool {
	for _, p := range [...]property{overflow, overflowX, overflowY} {
		if v := s.values[p]; strings.Contains(v, "hidden") || strings.Contains(v, "clip") {
			return true
		}
	}
	return false
}

// moved reports an element outside of the screen.
func (s *styles) moved() bool {
	places := []property{textIndent, marginLeft, marginTop}
	if p := s.values[position]; p != "" && p != "static" {
		places = append(places, left, top, right, bottom)
	}
	for _, p := range places {
		if under(s.values[p], faraway) {
			return true
		}
	}
	v := s.values[transform]
	if strings.Contains(v, "scale") && strings.ContainsAny(v, "0") {
		_, arg, _ := strings.Cut(v, "(")
		return under(strings.TrimRight(strings.SplitN(arg, ",", 2)[0], ") "), 0.05)
	}
	if _, arg, ok := strings.Cut(v, "translate"); ok {
		_, arg, _ = strings.Cut(arg, "(")
		for _, a := range strings.FieldsFunc(arg, func(r rune) bool {
			return r == ',' || r == ' ' ||
				r == ')'
		}) {
			if under(a, faraway) {
				return true
			}
		}
	}
	return false
}

// clipped reports an element of which nothing is left to see.
func (s *styles) clipped() bool {
	if v, ok := strings.CutPrefix(s.values[clip], "rect("); ok && s.values[position] != "" &&
		s.values[position] != "static" {
		for _, edge := range strings.FieldsFunc(strings.TrimSuffix(v, ")"),
			func(r rune) bool { return r == ',' || r == ' ' }) {
			if !under(edge, minBox) {
				return false
			}
		}
		return true
	}
	v := strings.ReplaceAll(s.values[clipPath], " ", "")
	return strings.HasPrefix(v, "circle(0") || strings.HasPrefix(v, "inset(50%") ||
		strings.HasPrefix(v, "inset(100%") || strings.HasPrefix(v, "polygon(000")
}

// fontSize is the size of the letters in pixels, where it is known.
func (s *styles) fontSize() (size float64, ok bool) {
	n, unit, ok := number(s.values[fontSize])
	if !ok {
		return 0, s.values[fontSize] != "" && strings.IndexByte("xsml", s.values[fontSize][0]) >= 0
	}
	return pixels(n, unit), true
}

// under reports a length below a limit in pixels; one that is not set or not understood is not.
func under(value string, limit float64) bool {
	n, unit, ok := number(value)
	return ok && pixels(n, unit) < limit
}

func isZero(value string) bool {
	n, _, ok := number(value)
	return ok && n == 0
}

// number reads "-9999px" and "0".
func number(value string) (n float64, unit string, ok bool) {
	end := strings.LastIndexAny(value, "0123456789.") + 1
	n, err := strconv.ParseFloat(value[:end], 64)
	return n, value[end:], err == nil && !math.IsInf(n, 0) && len(value) < 40
}

// pixels turns a length of CSS into pixels, for letters of the usual size.
func pixels(n float64, unit string) float64 {
	switch strings.TrimSpace(unit) {
	case "pt":
		return n * 4 / 3
	case "pc", "em", "rem":
		return n * 16
	case "ex", "ch", "vw", "vh":
		return n * 8
	case "in":
		return n * 96
	case "cm":
		return n * 38
	case "mm", "%":
		if unit == "%" {
			return n * 0.16
		}
		return n * 3.8
	}
	return n
}

// readStyle takes over what an element's attributes and the mail's style sheet say about
// visibility.
func (e *element) readStyle(t tag, sh *sheet, node *html.Node, depth int) {
	if _, ok := t.attrs["hidden"]; ok {
		e.gone = true
	}
	e.readAttributes(t)
	var s styles
	if sh != nil {
		sh.apply(&s, node, depth)
	}
	if style := t.attrs["style"]; style != "" {
		s.own(style)
	}
	if s.some {
		e.take(&s)
	}
	e.setCode(t, &s)
	e.hidden = e.gone || e.tiny || e.color == unseen || e.color != 0 && near(e.color, e.back)
}

func (e *element) readAttributes(t tag) {
	if c := parseColor(t.attrs["bgcolor"]); c > 0 {
		e.back = c
	}
	if t.atom == atom.Font {
		if c := parseColor(t.attrs["color"]); c != 0 {
			e.color = c
		}
	}
	if t.attrs["background"] != "" {
		e.back = 0
	}
}

func (e *element) take(s *styles) {
	e.gone = e.gone || s.hides()
	if size, ok := s.fontSize(); ok {
		_, unit, _ := number(s.values[fontSize])
		relative := unit == "em" || unit == "%" || unit == "ex" || unit == "ch"
		e.tiny = s.values[fontSize][0] < 'a' && size < minFont || e.tiny && relative
	}
	for _, p := range [...]property{foreground, fill} {
		if c := parseColor(s.values[p]); c != 0 {
			e.color = c
		}
	}
	if v := s.values[background]; v != "" {
		e.back = readBackground(v, e.back)
	}
	if v := s.values[whiteSpace]; v != "" {
		e.pre = strings.HasPrefix(v, "pre") && v != "pre-line" || v == "break-spaces"
	}
	e.barred = e.barred || hasBar(s.values[borderLeft])
}

// hasBar reports a line at the left, as clients draw beside a quote.
func hasBar(border string) bool {
	return border != "" && !strings.Contains(border, "none") && !strings.HasPrefix(border, "0")
}

// color is 0xRRGGBB plus one, so that zero means "not known".
type color int32

const (
	white  color = 0xffffff + 1
	unseen color = -1 // transparent
)

// near reports colours that no eye tells apart.
func near(a, b color) bool {
	if a <= 0 || b <= 0 {
		return a == b && a != 0
	}
	const faint = 16
	for shift := 0; shift < 24; shift += 8 {
		if d := int(a-1)>>shift&0xff - int(b-1)>>shift&0xff; d > faint || d < -faint {
			return false
		}
	}
	return true
}

// readBackground returns the colour of a background; one that is not known hides nothing.
func readBackground(value string, inherited color) color {
	first, _, _ := strings.Cut(value, " ")
	if strings.HasPrefix(value, "rgb") {
		first = value
	}
	switch first {
	case "", "none", "inherit", "initial", "unset":
		return inherited
	}
	if c := parseColor(first); c != unseen {
		return c
	}
	return inherited
}

// parseColor reads #rgb, #rrggbb, rgb(r,g,b) and the names that hide text.
func parseColor(v string) color {
	v = strings.ToLower(strings.TrimSpace(v))
	switch {
	case v == "":
		return 0
	case v == "white":
		return white
	case v == "black":
		return 1
	case v == "transparent":
		return unseen
	case strings.HasPrefix(v, "rgb"):
		return parseRGB(v)
	}
	v = strings.TrimPrefix(v, "#")
	if len(v) == 3 {
		v = string([]byte{v[0], v[0], v[1], v[1], v[2], v[2]})
	}
	n, err := strconv.ParseUint(v, 16, 32)
	if len(v) != 6 || err != nil {
		return 0
	}
	return color(n) + 1
}

// parseRGB reads rgb(255, 255, 255) and rgba.
func parseRGB(v string) color {
	_, v, _ = strings.Cut(v, "(")
	list := strings.FieldsFunc(strings.TrimSuffix(v, ")"), func(r rune) bool {
		return r == ',' ||
			r == ' ' || r == '/'
	})
	if len(list) < 3 {
		return 0
	}
	if len(list) > 3 && under(list[3], 0.1) && !strings.HasSuffix(list[3], "%") {
		return unseen
	}
	c := 0
	for _, s := range list[:3] {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 255 {
			return 0
		}
		c = c<<8 | n
	}
	return color(c) + 1
}

// tight reports a paragraph without space around it, as Outlook writes each line.
func tight(t tag) bool {
	if strings.HasPrefix(t.attrs["class"], "Mso") {
		return true
	}
	style := strings.ReplaceAll(strings.ToLower(t.attrs["style"]), " ", "")
	return strings.Contains(style, "margin:0") || strings.Contains(style, "margin-bottom:0")
}
