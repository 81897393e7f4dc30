package origin

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"strings"
	"testing"

	"github.com/emersion/go-message/charset"
	"golang.org/x/net/html"
)

// This file is a small tolerant reader: enough of MIME to fill a Mail in tests, since no package of
// ours may be imported here.

type headerMap []field

func (h headerMap) Values(name string) []string {
	var out []string
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			out = append(out, f.value)
		}
	}
	return out
}

func (h headerMap) first(name string) string { return fields(h).get(name) }

func readMailFile(t testing.TB, path string) Mail {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return readMail(raw)
}

func readMail(raw []byte) Mail {
	if bytes.HasPrefix(raw, []byte("From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	h, body := splitMail(raw)
	m := Mail{Header: h, Subject: decodeWords(h.first("Subject")),
		From: firstAddress(h.first("From"))}
	m.ContentType, m.Params = mediaType(h.first("Content-Type"))
	walk(&m, h, body, "", 0)
	return m
}

// splitMail takes the header from the body at the first blank line.
func splitMail(raw []byte) (headerMap, []byte) {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	if bytes.HasPrefix(raw, []byte("\n")) {
		return nil, raw[1:]
	}
	head, body, _ := bytes.Cut(raw, []byte("\n\n"))
	g := groups(string(head))
	if len(g) == 0 {
		return nil, raw
	}
	return headerMap(g[0]), body
}

func firstAddress(v string) string {
	if list, err := mail.ParseAddressList(v); err == nil && len(list) > 0 {
		return list[0].Address
	}
	if a := addressesIn(v); len(a) > 0 {
		return a[0]
	}
	return bareAddress(v)
}

func decodeWords(v string) string {
	d := mime.WordDecoder{CharsetReader: charset.Reader}
	if s, err := d.DecodeHeader(v); err == nil {
		return s
	}
	return v
}

func mediaType(v string) (string, map[string]string) {
	t, p, err := mime.ParseMediaType(v)
	if err != nil {
		t, _, _ = strings.Cut(v, ";")
		p = map[string]string{}
		for _, kv := range strings.Split(v, ";")[1:] {
			if k, x, ok := strings.Cut(kv, "="); ok {
				p[strings.ToLower(strings.TrimSpace(k))] = strings.Trim(strings.TrimSpace(x), `"`)
			}
		}
	}
	// a parameter behind a missing semicolon is no part of the type
	words := strings.Fields(strings.ToLower(t))
	if len(words) == 0 {
		return "text/plain", p
	}
	return words[0], p
}

func walk(m *Mail, h headerMap, body []byte, within string, depth int) {
	t, params := mediaType(h.first("Content-Type"))
	if strings.HasPrefix(t, "multipart/") && depth < 10 {
		parts := splitParts(body, params["boundary"])
		for _, part := range parts {
			ph, pb := splitMail(part)
			walk(m, ph, pb, within, depth+1)
		}
		if parts != nil {
			return
		}
		t = "text/plain" // no boundary was met: the body is what it looks like
	}
	body = decodeTransfer(h.first("Content-Transfer-Encoding"), body)
	m.Parts = append(m.Parts, Part{Type: t, Params: params, Body: body, Within: within, Header: h})
	switch {
	case t == "message/rfc822" && depth < 10:
		ih, ib := splitMail(bytes.TrimLeft(body, "\n"))
		walk(m, ih, ib, t, depth+1)
	case within == "" && t == "text/plain" && strings.TrimSpace(m.Text) == "":
		m.Text = decodeCharset(params["charset"], body)
	case within == "" && t == "text/html" && strings.TrimSpace(m.Text) == "":
		m.Text = htmlText(decodeCharset(params["charset"], body))
	}
}

func splitParts(body []byte, boundary string) [][]byte {
	var out [][]byte
	var cur []byte
	inside := false
	if boundary == "" {
		return nil
	}
	for _, line := range bytes.SplitAfter(body, []byte("\n")) {
		if d := bytes.TrimRight(line, "\r\n\t "); bytes.HasPrefix(d, []byte("--"+boundary)) {
			rest := string(d[len(boundary)+2:])
			if rest == "" || rest == "--" {
				if inside {
					out = append(out, cur)
				}
				cur, inside = nil, rest == ""
				continue
			}
		}
		if inside {
			cur = append(cur, line...)
		}
	}
	if inside {
		out = append(out, cur)
	}
	return out
}

func decodeTransfer(cte string, body []byte) []byte {
	switch strings.ToLower(strings.TrimSpace(cte)) {
	case "base64":
		clean := bytes.Map(func(r rune) rune {
			if strings.ContainsRune(" \r\n\t", r) {
				return -1
			}
			return r
		}, body)
		out := make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
		n, _ := base64.StdEncoding.Decode(out, clean)
		return out[:n]
	case "quoted-printable":
		out, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		return out
	}
	return body
}

func decodeCharset(name string, body []byte) string {
	if r, err := charset.Reader(name, bytes.NewReader(body)); err == nil {
		if out, err := io.ReadAll(r); err == nil {
			return string(out)
		}
	}
	return strings.ToValidUTF8(string(body), "")
}

func htmlText(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	hidden := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == "" {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "style", "script", "title":
				hidden = string(name)
			case "br", "p", "div", "tr", "li", "h1", "h2", "pre":
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == hidden {
				hidden = ""
			}
		}
	}
}
