package message

import (
	"cmp"
	"io"
	"strings"
)

// Part is a leaf of the mail.
type Part struct {
	Type        string            // lower case; text/plain when none is given
	Params      map[string]string // of Content-Type; names in lower case
	Header      Header
	Parent      string // type of the multipart around, "" for none
	Within      string // "message/rfc822" below an attached mail, "" in the mail itself
	Depth       int    // of multiparts and attached mails around it
	Disposition string // "attachment", "inline" or ""
	ContentID   string // without brackets
	RawName     string // decoded, not cleaned; "" if none

	undeclared bool   // no readable Content-Type
	kept       bool   // a container that is not opened
	encoding   string // canonical: "base64", "quoted-printable", "uuencode" or ""
	src        *source
	start, end int64
}

func newPart(h Header, at place) Part {
	p := Part{Header: h, Parent: at.parent, Within: at.within, Depth: at.depth}
	p.Type, p.Params = contentType(h)
	p.Header.charset = p.Params["charset"]
	if p.undeclared = p.Type == ""; p.undeclared {
		p.Type = at.fallback
	}
	disposition, params := parseValue(p.Header.Get("Content-Disposition"))
	p.Disposition = knownDisposition(disposition)
	p.RawName = cmp.Or(params["filename"], p.Params["name"], params["name"], p.Params["filename"],
		p.Params["file"])
	if id := p.Header.Get("Content-Id"); id != "" {
		p.ContentID = bareID(id)
	}
	p.encoding = transferEncoding(p.Header.Values("Content-Transfer-Encoding"))
	return p
}

// knownDisposition takes "attachment" as it is misspelled, and anything else that is not inline as
// not given.
func knownDisposition(s string) string {
	switch {
	case strings.HasPrefix(s, "attach"):
		return "attachment"
	case strings.HasPrefix(s, "inline"):
		return "inline"
	}
	return ""
}

func (p *Part) encoded() bool { return p.encoding != "" }

// Open returns the decoded content. Text keeps its charset.
func (p *Part) Open() io.Reader {
	s := &source{r: p.src.r, size: p.src.size}
	return &contentReader{d: newDecoder(s, p.start, p.end, p.encoding)}
}

// readable reports whether a mail client shows the part as text of the mail.
func (p *Part) readable(at place) bool {
	if p.kept || p.Disposition == "attachment" {
		return false
	}
	if p.Type == "text/plain" || p.Type == "text/html" {
		return true
	}
	return at.parent == "" && strings.HasPrefix(p.Type, "text/") && p.RawName == "" &&
		p.Type != "text/calendar"
}

// Attachment is what a mail client lists beside the text.
type Attachment struct {
	Filename    string // cleaned, never ""
	RawName     string // decoded as the sender wrote it; "" if none
	ContentType string
	ContentID   string // without brackets
	Size        int64  // octets, decoded
	SHA256      string // of the decoded octets, hex
	Inline      bool   // shown inside the HTML, by its Content-ID or disposition

	Alone bool // a text file that is all of the mail

	Part int // index in Message.Parts

	open func() io.Reader
}

// Open returns the decoded content.
func (a *Attachment) Open() io.Reader { return a.open() }

// contentReader makes a reader of a decoder.
type contentReader struct {
	d        *decoder
	rest     []byte
	done     bool
	borrowed bool // the source is the walker's
}

func (c *contentReader) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		if c.done {
			return 0, io.EOF
		}
		if c.rest = c.d.next(); len(c.rest) == 0 {
			c.done = true
			err := c.d.src.err
			c.d.release()
			if !c.borrowed {
				c.d.src.release()
			}
			if err != nil {
				return 0, err
			}
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
