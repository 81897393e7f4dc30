package message

import (
	"bytes"
	"encoding/base64"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PartBoundary stands in Message.HTML between what several parts have of it.
const PartBoundary = "<!--next part-->"

// view is the body as far as an entity has it: as text, as HTML, or as both.
type view struct {
	text, html string
	first      int // octets of text that the first of several parts has, else 0
}

func (v view) hasText() bool { return strings.TrimSpace(v.text) != "" }
func (v view) hasHTML() bool { return strings.TrimSpace(v.html) != "" }

// body reads a leaf that is shown.
func (w *walker) body(p *Part, index int) view {
	left, code := &w.texts, "text-limit"
	if p.Type == "text/html" {
		left, code = &w.htmls, "html-limit"
	}
	if p.encoding == "base64" && w.plainly(p) {
		p.encoding = ""
		w.m.Parts[index] = *p
		w.warn("encoding-wrong: base64")
	}
	raw, whole := w.read(p, *left)
	if !whole {
		w.warn(code)
	}
	charset := bodyCharset(p, raw)
	hasLoneCR := loneCR(raw)
	if plainInAny(charset) {
		raw = unixLines(raw)
	}
	w.m.LoneCR = w.m.LoneCR || hasLoneCR
	text, note := toUTF8(raw, charset)
	if note != "" {
		w.warn(note)
	}
	*left = max(*left-len(text), 0)
	text = lineEnds(text)
	if p.Type == "text/html" {
		return view{html: text}
	}
	if strings.EqualFold(p.Params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(p.Params["delsp"], "yes"))
	}
	if strings.Contains(text, "-----BEGIN PGP MESSAGE-----") {
		w.m.Encrypted = true
	} else if strings.Contains(text, "-----BEGIN PGP SIGNED MESSAGE-----") {
		w.m.Signed = true
		text = withoutArmour(text)
	}
	return view{text: w.uuFiles(p, index, text)}
}

// withoutArmour is text with what was clear-signed in it (RFC 9580 section 7) as its sender wrote
// it. What is signed by halves stays as it is.
func withoutArmour(text string) string {
	const begin, signature, end = "-----BEGIN PGP SIGNED MESSAGE-----\n",
		"\n-----BEGIN PGP SIGNATURE-----", "\n-----END PGP SIGNATURE-----"
	above, rest, ok := strings.Cut(text, begin)
	if !ok || above != "" && !strings.HasSuffix(above, "\n") {
		return text
	}
	signed, rest, ok := strings.Cut(rest, signature)
	_, below, whole := strings.Cut(rest, end)
	if !ok || !whole {
		return text
	}
	lines := strings.Split(signed, "\n")
	for len(lines) > 0 && strings.HasPrefix(lines[0], "Hash: ") {
		lines = lines[1:]
	}
	if len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "- ")
	}
	return above + strings.Join(lines, "\n") + "\n" + strings.TrimPrefix(below, "\n")
}

// plainly reports whether text that is labelled base64 is plain: words with blanks between them.
// What begins as base64 is base64, whatever a gateway has written below.
func (w *walker) plainly(p *Part) bool {
	b := p.src.at(p.start, 2048)
	b = b[:min(int64(len(b)), p.end-p.start, 2048)]
	blanks, first := 0, true
	for line := range bytes.Lines(b) {
		line = bytes.TrimSpace(line)
		if first && len(line) > 0 {
			if beginsBase64(line) {
				return false
			}
			first = false
		}
		blanks += bytes.Count(line, []byte(" "))
	}
	return blanks > 3 && blanks*40 > len(b)
}

// beginsBase64 reports whether a line is base64 by itself: a long one, or one that stands for text.
func beginsBase64(line []byte) bool {
	data, _, _ := bytes.Cut(line, []byte(" "))
	if rest := len(line) - len(data); rest > 0 && !bytes.HasSuffix(data, []byte("=")) {
		return false
	}
	text := make([]byte, base64.StdEncoding.DecodedLen(len(data)))
	n, err := base64.StdEncoding.Decode(text, data)
	if err != nil || n == 0 {
		return false
	}
	unprintable := func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' &&
			r != '\t'
	}
	return len(data) >= 16 || utf8.Valid(text[:n]) && !bytes.ContainsFunc(text[:n], unprintable)
}

// read decodes up to limit octets of p.
func (w *walker) read(p *Part, limit int) (raw []byte, whole bool) {
	d := newDecoder(w.src, p.start, p.end, p.encoding)
	d.src = p.src
	defer d.release()
	for {
		b := d.next()
		if len(b) == 0 {
			return raw, !w.clock.stopped
		}
		if raw == nil {
			raw = make([]byte, 0, min(limit, max(len(b), int(min(p.end-p.start, 1<<20)))))
		}
		if room := limit - len(raw); len(b) > room {
			return append(raw, b[:room]...), false
		}
		raw = append(raw, b...)
	}
}

// bodyCharset is the declared charset; HTML without one may say it itself.
func bodyCharset(p *Part, raw []byte) string {
	if c := p.Params["charset"]; c != "" || p.Type != "text/html" {
		return c
	}
	return htmlCharset(raw)
}

func htmlCharset(raw []byte) string {
	head := strings.ToLower(string(raw[:min(len(raw), 2048)]))
	i := strings.Index(head, "charset=")
	if i < 0 {
		return ""
	}
	c := strings.TrimLeft(head[i+len("charset="):], " \"'")
	if end := strings.IndexAny(c, " \"'>;/"); end >= 0 {
		c = c[:end]
	}
	return c
}

// loneCR reports a carriage return in the midst of text that ends no line as mail does.
func loneCR(b []byte) bool {
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 || i+1 == len(b) {
			return false
		}
		if b = b[i+1:]; b[0] != '\n' && b[0] != '\r' {
			return true
		}
	}
}

// lineEnds makes every line end LF: of CRLF, CR CR LF and a lone CR.
func lineEnds(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return string(unixLines([]byte(s)))
}

// unixLines is lineEnds in place.
func unixLines(b []byte) []byte {
	i := bytes.IndexByte(b, '\r')
	if i < 0 {
		return b
	}
	out := b[:i]
	for b = b[i:]; len(b) > 0; {
		if len(b) == 1 || b[1] != '\n' && b[1] != '\r' {
			out = append(out, '\n')
		}
		b = b[1:]
		if i = bytes.IndexByte(b, '\r'); i < 0 {
			i = len(b)
		}
		out = append(out, b[:i]...)
		b = b[i:]
	}
	return out
}

// combine makes one body of the parts of a multipart.
func combine(typ string, parts []view) view {
	if len(parts) == 1 {
		return parts[0]
	}
	if typ == "multipart/alternative" {
		return alternative(parts)
	}
	return sequence(parts)
}

// alternative takes from the parts what each has; usually one has the text, another the HTML.
func alternative(parts []view) view {
	var texts, htmls []string
	for _, p := range parts {
		if p.hasText() && !slices.Contains(texts, p.text) {
			texts = append(texts, p.text)
		}
		if p.hasHTML() && !slices.Contains(htmls, p.html) {
			htmls = append(htmls, p.html)
		}
	}
	return joined(texts, htmls)
}

// joined is the view of several parts.
func joined(texts, htmls []string) view {
	v := view{text: joinLines(texts), html: strings.Join(htmls, "\n"+PartBoundary+"\n")}
	if len(texts) > 1 {
		v.first = len(texts[0])
	}
	return v
}

// sequence puts the parts one below the other. Text that is only text is put into
// the HTML; HTML that is only HTML leaves no text that could pass for the whole.
func sequence(parts []view) view {
	parts = pairUp(parts)
	onlyHTML, anyHTML := false, false
	for _, p := range parts {
		onlyHTML = onlyHTML || !p.hasText()
		anyHTML = anyHTML || p.hasHTML()
	}
	var texts, htmls []string
	for _, p := range parts {
		if p.hasText() && !onlyHTML {
			texts = append(texts, p.text)
		}
		if p.hasHTML() {
			htmls = append(htmls, p.html)
		} else if anyHTML {
			htmls = append(htmls, "<pre>"+html.EscapeString(p.text)+"</pre>")
		}
	}
	v := joined(texts, htmls)
	if len(parts) > 0 && parts[0].first > 0 {
		v.first = parts[0].first
	}
	return v
}

// pairUp finds a text followed by HTML that says the same: two forms of one
// body, from a sender who wrote mixed and meant alternative.
func pairUp(parts []view) []view {
	var paired []view
	for _, p := range parts {
		if !p.hasText() && !p.hasHTML() {
			continue
		}
		if n := len(paired) - 1; n >= 0 && !paired[n].hasHTML() && !p.hasText() &&
			strings.Contains(letters(htmlText(p.html)), letters(paired[n].text)) {
			paired[n].html = p.html
			continue
		}
		paired = append(paired, p)
	}
	return paired
}

// letters drops blanks.
func letters(s string) string { return strings.Join(strings.Fields(s), "") }

// htmlText drops tags: good enough to compare, not to read.
func htmlText(s string) string {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		if i = strings.IndexByte(s, '>'); i < 0 {
			break
		}
		s = s[i+1:]
	}
	b.WriteString(s)
	return html.UnescapeString(b.String())
}

// joinLines begins each text on a line of its own.
func joinLines(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	var b strings.Builder
	for i, text := range texts {
		if i > 0 && !strings.HasSuffix(texts[i-1], "\n") {
			b.WriteByte('\n')
		}
		b.WriteString(text)
	}
	return b.String()
}
