package message

import (
	"bytes"
	"html"
	"strings"
)

// view is the body as far as an entity has it: as text, as HTML, or as both.
type view struct{ text, html string }

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
	text, note := toUTF8(raw, bodyCharset(p, raw))
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
	}
	return view{text: w.uuFiles(p, index, text)}
}

// plainly tells whether text that is labelled base64 is plain: words with blanks between them.
func (w *walker) plainly(p *Part) bool {
	b := p.src.at(p.start, 2048)
	b = b[:min(int64(len(b)), p.end-p.start, 2048)]
	blanks := bytes.Count(bytes.TrimSpace(b), []byte(" "))
	return blanks > 3 && blanks*40 > len(b) && bytes.Count(b, []byte("\n "))+bytes.Count(b, []byte(" \r\n"))+bytes.Count(b, []byte(" \n")) < blanks/2
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

func lineEnds(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\r':
			b = append(b, s[i])
		case i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r'): // \r\n, \r\r\n
		default:
			b = append(b, '\n')
		}
	}
	return string(b)
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
	var v view
	for _, p := range parts {
		if p.hasText() && !strings.Contains(v.text, strings.TrimSpace(p.text)) {
			v.text = joinText(v.text, p.text)
		}
		if p.hasHTML() && v.html != p.html {
			v.html = joinHTML(v.html, p.html)
		}
	}
	return v
}

// sequence puts the parts one below the other. Text that is only text is put into
// the HTML; HTML that is only HTML leaves no text that could pass for the whole.
func sequence(parts []view) view {
	onlyHTML, anyHTML := false, false
	for _, p := range parts {
		onlyHTML = onlyHTML || p.hasHTML() && !p.hasText()
		anyHTML = anyHTML || p.hasHTML()
	}
	var v view
	for _, p := range parts {
		if p.hasText() && !onlyHTML {
			v.text = joinText(v.text, p.text)
		}
		if p.hasHTML() {
			v.html = joinHTML(v.html, p.html)
		} else if p.hasText() && anyHTML {
			v.html = joinHTML(v.html, textAsHTML(p.text))
		}
	}
	return v
}

func joinText(a, b string) string {
	if a == "" {
		return b
	}
	if strings.HasSuffix(a, "\n") {
		return a + b
	}
	return a + "\n" + b
}

func joinHTML(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

func textAsHTML(s string) string {
	return "<pre>" + html.EscapeString(s) + "</pre>"
}
