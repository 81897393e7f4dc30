package reply

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// color is 0xRRGGBB plus one, so that zero means "not known".
type color int32

const white color = 0xffffff + 1

// maxStyle is how much of a style attribute is read, in bytes.
const maxStyle = 4096

// readStyle takes over what an element's attributes say about visibility.
func (e *element) readStyle(t tag) {
	if _, ok := t.attrs["hidden"]; ok {
		e.hidden = true
	}
	if c := parseColor(t.attrs["bgcolor"]); c != 0 {
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
	style := t.attrs["style"]
	for style = style[:min(len(style), maxStyle)]; style != ""; {
		var one string
		one, style, _ = strings.Cut(style, ";")
		name, value, _ := strings.Cut(strings.ToLower(one), ":")
		e.property(strings.TrimSpace(name), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important")))
	}
	if e.color != 0 && e.color == e.back {
		e.hidden = true
	}
}

// property takes over one CSS property.
func (e *element) property(name, value string) {
	switch name {
	case "display":
		e.hidden = e.hidden || value == "none"
	case "visibility":
		e.hidden = e.hidden || value == "hidden" || value == "collapse"
	case "mso-hide":
		e.hidden = e.hidden || value == "all"
	case "font-size", "opacity", "max-height", "max-width":
		e.hidden = e.hidden || isZero(value)
	case "color":
		if c := parseColor(value); c != 0 {
			e.color = c
		}
		e.hidden = e.hidden || value == "transparent"
	case "background-color", "background":
		e.back = background(value, e.back)
	case "white-space":
		e.pre = strings.HasPrefix(value, "pre") && value != "pre-line" || value == "break-spaces"
	}
}

// background returns the colour of a background; one that is not known hides nothing.
func background(value string, inherited color) color {
	first, _, _ := strings.Cut(value, " ")
	if strings.HasPrefix(value, "rgb") {
		first = value
	}
	switch first {
	case "", "none", "transparent", "inherit", "initial", "unset":
		return inherited
	}
	return parseColor(first)
}

// isZero reports "0", "0px", "0.0em".
func isZero(value string) bool {
	value = strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz% ")
	f, err := strconv.ParseFloat(value, 64)
	return err == nil && f == 0
}

// parseColor reads #rgb, #rrggbb, rgb(r,g,b) and the names that hide text.
func parseColor(v string) color {
	v = strings.ToLower(strings.TrimSpace(v))
	switch {
	case v == "white":
		return white
	case v == "black":
		return 1
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

// parseRGB reads rgb(255, 255, 255) and rgba with any opacity.
func parseRGB(v string) color {
	_, v, _ = strings.Cut(v, "(")
	list := strings.FieldsFunc(strings.TrimSuffix(v, ")"), func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
	if len(list) < 3 {
		return 0
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
