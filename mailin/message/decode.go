package message

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// transferEncoding reads Content-Transfer-Encoding as it is written: "base64;",
// "Quoted_Printable", "x-uue (comment)". What it does not know it takes as identity.
func transferEncoding(values []string) string {
	for _, v := range values {
		v = strings.ToLower(v)
		switch {
		case strings.Contains(v, "base64"), strings.Contains(v, "base-64"),
			strings.Contains(v, "base 64"), strings.Contains(v, "base_64"), v == "b":
			return "base64"
		case strings.Contains(v, "quoted"), v == "qp", v == "q":
			return "quoted-printable"
		case strings.Contains(v, "uu"):
			return "uuencode"
		}
	}
	return ""
}

var outputs = sync.Pool{New: func() any { return new([windowSize]byte) }}

// decoder undoes a transfer encoding over a range of a file, window by window.
type decoder struct {
	src      *source
	off, end int64
	encoding string
	out      *[windowSize]byte

	bits    uint32 // base64: what is left of a group of four
	have    int    // characters in bits
	padded  bool   // base64: padding was seen on an earlier line
	ended   bool   // base64: clear text was seen below the data
	inside  bool   // uuencode: between begin and end
	damaged bool   // something was skipped
}

func newDecoder(src *source, start, end int64, encoding string) *decoder {
	d := &decoder{src: src, off: start, end: end, encoding: encoding}
	if encoding != "" {
		d.out = outputs.Get().(*[windowSize]byte)
	}
	return d
}

func (d *decoder) release() {
	if d.out != nil {
		outputs.Put(d.out)
		d.out = nil
	}
}

// next returns the next decoded octets, none at the end. They are valid until the next call.
func (d *decoder) next() []byte {
	for d.off < d.end {
		b := d.src.at(d.off, windowSize/8) // never a scrap at the window's end
		b = b[:min(int64(len(b)), d.end-d.off)]
		if len(b) == 0 {
			break
		}
		var out []byte
		switch d.encoding {
		case "base64":
			out = d.base64(b)
		case "quoted-printable":
			out = d.quotedPrintable(b)
		case "uuencode":
			out = d.uuencode(b)
		default:
			out = b
			d.off += int64(len(b))
		}
		if len(out) > 0 {
			return out
		}
	}
	if d.encoding == "base64" && d.have > 0 {
		return d.flush(d.out[:0])
	}
	return nil
}

// base64 decodes b. The library does it where b is as it should be; it skips line ends itself.
func (d *decoder) base64(b []byte) []byte {
	if d.have == 0 && !d.padded && !d.ended {
		whole := b
		if d.off+int64(len(b)) < d.end { // cut at a group of four
			chars := len(b) - bytes.Count(b, []byte("\n")) - bytes.Count(b, []byte("\r"))
			for extra := chars % 4; extra > 0; {
				if c := whole[len(whole)-1]; c != '\n' && c != '\r' {
					extra--
				}
				whole = whole[:len(whole)-1]
			}
		}
		if n, err := base64.StdEncoding.Decode(d.out[:], whole); err == nil && len(whole) > 0 {
			d.off += int64(len(whole))
			return d.out[:n]
		}
	}
	d.off += int64(len(b))
	return d.lenientBase64(b)
}

const (
	b64Skip = 0x80 // white space
	b64Pad  = 0x81
	b64Bad  = 0x82
)

var b64Table = func() (t [256]byte) {
	for i := range t {
		t[i] = b64Bad
	}
	for i, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	t['='], t[' '], t['\t'], t['\r'], t['\n'] = b64Pad, b64Skip, b64Skip, b64Skip, b64Skip
	return
}()

// lenientBase64 skips what is no base64, takes padding as the end of a block and
// not of the data, and drops the plain text that lists add below.
func (d *decoder) lenientBase64(b []byte) []byte {
	out := d.out[:0]
	for len(b) > 0 {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line = b[:i+1]
		}
		b = b[len(line):]
		d.ended = d.ended || d.have == 0 && isProse(line)
		if d.ended || d.padded && foreignLine(line) {
			d.damaged = true
			continue
		}
		for i := 0; i < len(line); i++ {
			switch v := b64Table[line[i]]; v {
			case b64Skip:
			case b64Bad:
				d.damaged = true
			case b64Pad:
				if d.have > 0 {
					d.padded = true
					out = d.flush(out)
				}
				if rest := line[i+1:]; len(rest) > 1 && rest[0] == ' ' &&
					len(bytes.TrimSpace(rest)) > 0 {
					d.damaged = true
					line = nil // clear text behind the data
				}
			default:
				d.bits = d.bits<<6 | uint32(v)
				if d.have++; d.have == 4 {
					out = append(out, byte(d.bits>>16), byte(d.bits>>8), byte(d.bits))
					d.bits, d.have = 0, 0
				}
			}
		}
	}
	return out
}

// flush emits the octets of an unfinished group.
func (d *decoder) flush(out []byte) []byte {
	switch d.have {
	case 2:
		out = append(out, byte(d.bits>>4))
	case 3:
		out = append(out, byte(d.bits>>10), byte(d.bits>>2))
	}
	d.bits, d.have = 0, 0
	return out
}

// isProse reports whether a line is three words or more, of which one can't be base64 by itself.
func isProse(line []byte) bool {
	words := bytes.Fields(line)
	odd := func(word []byte) bool {
		return len(word)%4 != 0 || bytes.ContainsFunc(word,
			func(r rune) bool { return r >= utf8.RuneSelf || b64Table[r] > 63 })
	}
	return len(words) > 2 && slices.ContainsFunc(words, odd)
}

// foreignLine reports whether a line after the padding is text and not another block.
func foreignLine(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, c := range line {
		if v := b64Table[c]; v == b64Bad || v == b64Skip || c == '_' {
			return true
		}
	}
	return len(line) > 0 && len(line) < 4 || bytes.HasPrefix(line, []byte("--"))
}

// quotedPrintable decodes the whole lines of b, or all of it when it is one line.
func (d *decoder) quotedPrintable(b []byte) []byte {
	last := d.off+int64(len(b)) >= d.end
	if !last {
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			b = b[:i+1]
		} else if len(b) < windowSize {
			if more := d.src.at(d.off, windowSize); len(more) > len(b) {
				return d.quotedPrintable(more[:min(int64(len(more)), d.end-d.off)])
			}
		} else if i := bytes.LastIndexByte(b[len(b)-2:], '='); i >= 0 {
			b = b[:len(b)-2+i] // don't cut an escape
		}
	}
	d.off += int64(len(b))
	return decodeQP(d.out[:0], b)
}

// decodeQP appends the decoded text of b. Blanks before a line end are transport
// padding and go (RFC 2045 section 6.7); what is no escape stays as it is.
func decodeQP(out, b []byte) []byte {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		line, eol := b, b[len(b):]
		if i >= 0 {
			line, eol = b[:i], b[i:i+1]
			if i > 0 && b[i-1] == '\r' {
				line, eol = trimCR(line), b[i-1:i+1]
			}
			b = b[i+1:]
		} else {
			b = nil
		}
		if n := len(line); len(eol) > 0 && n > 0 && (line[n-1] == ' ' || line[n-1] == '\t') {
			line = bytes.TrimRight(line, " \t")
		}
		soft := false
		if n := len(line); n > 0 && line[n-1] == '=' {
			line, soft = line[:n-1], true
		}
		out = unescape(out, line, '=')
		if !soft {
			out = append(out, eol...)
		}
	}
	return out
}

// unescape appends line with its escapes (mark and two hexadecimal digits) decoded.
func unescape(out, line []byte, mark byte) []byte {
	for {
		i := bytes.IndexByte(line, mark)
		if i < 0 {
			return append(out, line...)
		}
		out = append(out, line[:i]...)
		line = line[i:]
		if len(line) >= 3 && hexValue(line[1]) < 16 && hexValue(line[2]) < 16 {
			out = append(out, hexValue(line[1])<<4|hexValue(line[2]))
			line = line[3:]
		} else {
			out = append(out, mark)
			line = line[1:]
		}
	}
}

func hexValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

// uuencode decodes the whole lines of b.
func (d *decoder) uuencode(b []byte) []byte {
	if d.off+int64(len(b)) < d.end {
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			b = b[:i+1]
		} else if len(b) < windowSize {
			if more := d.src.at(d.off, windowSize); len(more) > len(b) {
				return d.uuencode(more[:min(int64(len(more)), d.end-d.off)])
			}
		}
	}
	d.off += int64(len(b))
	out := d.out[:0]
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		if _, ok := uuBegin(line); ok && !d.inside {
			d.inside = true
		} else if d.inside && string(line) == "end" {
			d.inside = false
		} else if d.inside {
			out = uuLine(out, line)
		}
	}
	return out
}

// uuBegin reads "begin 644 name".
func uuBegin(line []byte) (name string, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("begin "))
	if !ok || len(rest) < 5 {
		return "", false
	}
	mode, file, ok := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	if !ok || len(mode) < 3 || len(mode) > 4 || len(bytes.Trim(mode, "01234567")) > 0 {
		return "", false
	}
	name = string(bytes.TrimSpace(file))
	return name, name != ""
}

// uuLine appends the octets of one line: its first character counts them.
func uuLine(out, line []byte) []byte {
	if len(line) == 0 {
		return out
	}
	want := int(line[0]-' ') & 0x3f
	line = line[1:]
	at := func(i int) byte {
		if i < len(line) {
			return (line[i] - ' ') & 0x3f
		}
		return 0
	}
	for i := 0; want > 0 && i < len(line); i += 4 {
		group := [3]byte{at(i)<<2 | at(i+1)>>4, at(i+1)<<4 | at(i+2)>>2, at(i+2)<<6 | at(i+3)}
		out = append(out, group[:min(want, 3)]...)
		want -= 3
	}
	return out
}
