package proof

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
)

// relaxed is a field as it is signed where blanks may change (RFC 6376 section 3.4.2).
func (f field) relaxed() string {
	name, value, _ := strings.Cut(string(f), ":")
	return strings.ToLower(strings.TrimSpace(name)) + ":" +
		strings.Join(strings.Fields(value), " ") + "\r\n"
}

// unsigned is the field of a signature without the signature.
func (f field) unsigned() field {
	name, value, _ := strings.Cut(string(f), ":")
	return field(name + ":" + signatureTag.ReplaceAllString(value, "$1"))
}

// body writes a body as it is signed: without the empty lines at its end and, where blanks may
// change, with one for several and none at a line's end (RFC 6376 sections 3.4.3 and 3.4.4).
type body struct {
	relaxed bool
	w       *bufio.Writer
	lines   int // ends of lines that nothing has followed yet
	blank   bool
	cr      bool
	any     bool // something but ends of lines was written
}

// bodyHash is the hash of a body.
func bodyHash(r io.Reader, relaxed bool) ([]byte, error) {
	sum := sha256.New()
	b := &body{relaxed: relaxed, w: bufio.NewWriter(sum)}
	in := bufio.NewReaderSize(r, 32<<10)
	for {
		c, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		b.add(c)
	}
	if b.cr {
		b.put('\r')
	}
	if b.any || !relaxed {
		b.w.WriteString("\r\n")
	}
	b.w.Flush()
	return sum.Sum(nil), nil
}

func (b *body) add(c byte) {
	if b.cr && c != '\n' {
		b.put('\r')
	}
	b.cr = c == '\r'
	switch {
	case c == '\r':
	case c == '\n':
		b.lines++
		b.blank = false
	case b.relaxed && (c == ' ' || c == '\t'):
		b.blank = true
	default:
		b.put(c)
	}
}

func (b *body) put(c byte) {
	for ; b.lines > 0; b.lines-- {
		b.w.WriteString("\r\n")
	}
	if b.blank {
		b.w.WriteByte(' ')
	}
	b.w.WriteByte(c)
	b.blank, b.any = false, true
}
