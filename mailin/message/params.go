package message

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// contentType chooses among the Content-Type fields: the first multipart that
// names its boundary, else the first that is readable. typ is "" when none is.
func contentType(h Header) (typ string, params map[string]string) {
	for _, v := range h.Values("Content-Type") {
		t, p := parseValue(v)
		if t = mediaType(t); t == "" {
			if params == nil {
				params = p
			}
			continue
		}
		if strings.HasPrefix(t, "multipart/") && p["boundary"] != "" {
			return t, p
		}
		if typ == "" {
			typ, params = t, p
		}
	}
	return typ, params
}

// mediaType returns t if it is a type, with the type that it stands for if it is a known mistake.
func mediaType(t string) string {
	t = strings.Trim(t, " \t\"'<>:,")
	switch t {
	case "text", "plain":
		return "text/plain"
	case "html":
		return "text/html"
	}
	major, minor, ok := strings.Cut(t, "/")
	if major, minor = strings.TrimSpace(major), strings.TrimSpace(minor); !ok || major == "" ||
		minor == "" {
		return ""
	}
	for _, s := range []string{major, minor} {
		if strings.ContainsFunc(s, noTokenChar) {
			return ""
		}
	}
	return major + "/" + minor
}

// noTokenChar: RFC 2045 section 5.1.
func noTokenChar(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>()@,;:\"/[]?=`, r)
}

// parseValue reads "value; name=value; …" of Content-Type and Content-Disposition,
// as it is written: values unquoted and with blanks, encoded-words in them, semicolons
// missing or doubled, names repeated (the first counts), RFC 2231 in any charset.
func parseValue(s string) (value string, params map[string]string) {
	i := strings.IndexByte(s, ';')
	if i < 0 {
		i = len(s)
	}
	value = s[:i]
	if j := strings.IndexAny(strings.TrimSpace(value), " \t"); j >= 0 &&
		strings.Contains(value, "=") {
		// "text/plain charset=x": a semicolon is missing
		j += len(value) - len(strings.TrimLeft(value, " \t"))
		value, i = s[:j], j
	}
	value = strings.ToLower(strings.TrimSpace(stripComments(value)))
	if i >= len(s) {
		return value, nil
	}
	p := paramReader{s: s[i:]}
	for len(params) < 100 {
		name, v, ok := p.next()
		if !ok {
			break
		}
		if params == nil {
			params = make(map[string]string, 4)
		}
		if _, dup := params[name]; !dup {
			params[name] = v
		}
	}
	return value, joinParams(params)
}

func stripComments(s string) string {
	if i := strings.IndexByte(s, '('); i >= 0 {
		return s[:i]
	}
	return s
}

type paramReader struct{ s string }

// next returns the next parameter, its name in lower case.
func (p *paramReader) next() (name, value string, ok bool) {
	for {
		p.s = strings.TrimLeft(p.s, "; \t,")
		if p.s == "" {
			return "", "", false
		}
		eq := strings.IndexByte(p.s, '=')
		if eq < 0 {
			return "", "", false
		}
		if semi := strings.LastIndexByte(p.s[:eq], ';'); semi >= 0 { // words without value
			p.s = p.s[semi:]
			continue
		}
		name = strings.ToLower(strings.Trim(p.s[:eq], " \t\""))
		p.s = strings.TrimLeft(p.s[eq+1:], " \t")
		if i := strings.LastIndexAny(name, " \t"); i >= 0 {
			name = name[i+1:]
		}
		return name, p.value(), true
	}
}

func (p *paramReader) value() string {
	if p.s == "" || p.s[0] != '"' {
		return p.bare()
	}
	var b strings.Builder
	for i := 1; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '"':
			p.s = p.s[i+1:]
			return b.String()
		case c == '\\' && i+1 < len(p.s) && (p.s[i+1] == '"' || p.s[i+1] == '\\'):
			i++
			b.WriteByte(p.s[i])
		default:
			b.WriteByte(c)
		}
	}
	// The closing quote is missing: the value ends with the parameter.
	p.s = p.s[1:]
	return p.bare()
}

// bare reads an unquoted value: up to the semicolon, or to a blank before the next "name=".
func (p *paramReader) bare() string {
	end := len(p.s)
	for i := 0; i < len(p.s); i++ {
		if c := p.s[i]; c == ';' && !insideEncodedWord(p.s[:i]) {
			end = i
			break
		} else if (c == ' ' || c == '\t') && startsParam(p.s[i+1:]) {
			end = i
			break
		}
	}
	v := strings.TrimSpace(p.s[:end])
	p.s = p.s[end:]
	return v
}

func insideEncodedWord(s string) bool {
	i := strings.LastIndex(s, "=?")
	return i >= 0 && len(s)-i < 200 && strings.Count(s[i:], "?") < 4 &&
		!strings.Contains(s[i+2:], "?=")
}

// startsParam reports whether s begins with one of the names that follow a value where a semicolon
// was forgotten.
func startsParam(s string) bool {
	s = strings.TrimLeft(s, " \t")
	for _, name := range [...]string{"charset", "format", "delsp", "boundary", "name", "filename",
		"type", "size", "reply-type", "method"} {
		if len(s) > len(name) && strings.EqualFold(s[:len(name)], name) &&
			(s[len(name)] == '=' || s[len(name)] == '*') {
			return true
		}
	}
	return false
}

// joinParams puts RFC 2231 continuations together and decodes values: their charset
// may be any, and encoded-words stand in them though RFC 2047 section 5 forbids it.
func joinParams(params map[string]string) map[string]string {
	var pieces []string
	for name, v := range params {
		if strings.IndexByte(name, '*') >= 0 {
			pieces = append(pieces, name)
		} else if strings.Contains(v, "=?") {
			params[name] = decodeWords(v)
		}
	}
	if len(pieces) == 0 {
		return params
	}
	slices.SortFunc(pieces, func(a, b string) int {
		return cmp.Or(section(a)-section(b),
			strings.Compare(a, b))
	})
	joined := map[string]*extended{}
	for _, piece := range pieces {
		name, _, _ := strings.Cut(piece, "*")
		if joined[name] == nil {
			joined[name] = &extended{}
		}
		joined[name].add(params[piece], strings.HasSuffix(piece, "*"))
		delete(params, piece)
	}
	for name, e := range joined {
		if v := e.text(); v != "" {
			params[name] = v
		}
	}
	return params
}

// section returns n of "name*n*"; 0 of "name*".
func section(piece string) int {
	_, rest, _ := strings.Cut(piece, "*")
	n, err := strconv.Atoi(strings.TrimSuffix(rest, "*"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// extended is a value in pieces (RFC 2231 sections 3 and 4).
type extended struct {
	charset string
	any     bool
	raw     []byte
}

func (e *extended) add(v string, escaped bool) {
	if escaped && !e.any {
		if charset, rest, ok := strings.Cut(v, "'"); ok {
			if _, value, ok := strings.Cut(rest, "'"); ok {
				e.charset, v = charset, value
			}
		}
	}
	e.any = true
	if escaped {
		e.raw = unescape(e.raw, []byte(v), '%')
	} else {
		e.raw = append(e.raw, v...)
	}
}

func (e *extended) text() string {
	text, _ := toUTF8(e.raw, e.charset)
	if strings.Contains(text, "=?") {
		text = decodeWords(text)
	}
	return text
}
