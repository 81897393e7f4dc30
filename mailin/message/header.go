package message

import (
	"bytes"
	"iter"
	"strings"
)

// Header holds the fields of a header block in their order.
type Header struct {
	fields  []field
	charset string // what raw 8-bit text is tried as, after UTF-8
}

type field struct {
	name, raw string // raw may be folded
	// mended: others may not see it, or end it elsewhere (a blank before the colon, a bad fold)
	mended bool
}

// Get returns the first value of the field called name, or "".
func (h Header) Get(name string) string {
	for i := range h.fields {
		if strings.EqualFold(h.fields[i].name, name) {
			return h.value(i)
		}
	}
	return ""
}

// Values returns the values of all fields called name: unfolded, trimmed, with raw
// 8-bit text made UTF-8, encoded-words left as they are.
func (h Header) Values(name string) []string {
	var vs []string
	for i := range h.fields {
		if strings.EqualFold(h.fields[i].name, name) {
			vs = append(vs, h.value(i))
		}
	}
	return vs
}

// Text returns the first value of the field that is not empty, decoded, as one line without control
// characters.
func (h Header) Text(name string) string {
	for _, v := range h.Values(name) {
		if text := cleanLine(decodeWords(v)); text != "" {
			return text
		}
	}
	return ""
}

// Addresses returns the addresses in all fields called name.
func (h Header) Addresses(name string) []Address { return addresses(h.Values(name)) }

// Fields iterates over all fields, their names as written, their values as in Values.
func (h Header) Fields() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i := range h.fields {
			if !yield(h.fields[i].name, h.value(i)) {
				return
			}
		}
	}
}

// Len returns the number of fields.
func (h Header) Len() int { return len(h.fields) }

func (h Header) value(i int) string {
	return repairText(unfold(h.fields[i].raw), h.charset)
}

// unfold joins the lines of a value: only the line ends go (RFC 5322 section 2.2.3).
func unfold(s string) string {
	s = strings.TrimSpace(s)
	if strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\r' && s[i] != '\n' {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// headerReader reads one header block and mends it on the way.
type headerReader struct {
	src       *source
	delimiter func(line []byte) bool // a boundary ends the block too
	// part: it is a part's header, where a line without a colon is sooner text than a broken fold
	part            bool
	room            *int // octets that may still be kept
	over            bool // something did not fit
	reserve         int  // octets of room for the fields that are needed
	needed, dropped bool // the field at hand

	buf  []byte
	ends []span // in buf
}

type span struct {
	colon, start, end int // the name ends at colon
	mended            bool
}

// read returns the block at off, and where the body begins.
func (r *headerReader) read(off int64) (Header, int64) {
	off = r.prologue(off)
	for off < r.src.size {
		line, next := r.src.line(off)
		r.over = r.over || next-off > windowSize
		switch {
		case len(line) == 0:
			return r.header(), next
		case r.delimiter(line):
			return r.header(), off
		case line[0] == ' ' || line[0] == '\t':
			if len(bytes.TrimSpace(line)) == 0 {
				if !r.blankFold(next) {
					return r.header(), next
				}
			} else if len(r.ends) > 0 {
				r.fold(line)
			} else if colon := fieldColon(bytes.TrimSpace(line)); colon > 0 {
				r.add(bytes.TrimSpace(line), colon)
			} else {
				return r.header(), off
			}
		default:
			if colon := fieldColon(line); colon > 0 {
				r.add(line, colon)
			} else if r.strayEnds(line, next) {
				return r.header(), off
			} else if len(r.ends) > 0 && !badName(line) {
				r.fold(append([]byte{' '}, line...))
				r.ends[len(r.ends)-1].mended = true
			}
		}
		off = next
	}
	return r.header(), min(off, r.src.size)
}

// prologue skips what stands before a header: a byte order mark, blank
// lines (in front of a whole mail only), the From line of a mailbox file.
func (r *headerReader) prologue(off int64) int64 {
	if r.part {
		return off
	}
	start := off
	if bytes.HasPrefix(r.src.at(off, 3), []byte("\xef\xbb\xbf")) {
		off += 3
	}
	for off < r.src.size {
		line, next := r.src.line(off)
		mbox := bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
		if len(bytes.TrimSpace(line)) > 0 && !mbox {
			if fieldColon(bytes.TrimSpace(line)) > 0 {
				return off
			}
			break
		}
		off = next
	}
	return start
}

// fieldColon returns the place of the colon of a header field, or 0.
func fieldColon(line []byte) int {
	for i, c := range line {
		switch {
		case c == ':':
			return i
		case c == ' ' || c == '\t': // blanks before the colon are forgiven, not inside the name
			rest := bytes.TrimLeft(line[i:], " \t")
			if len(rest) > 0 && rest[0] == ':' {
				return len(line) - len(rest)
			}
			return 0
		case c < '!' || c > '~':
			return 0
		}
	}
	return 0
}

// badName reports whether a line is a field whose name no standard allows: it is skipped.
func badName(line []byte) bool {
	i := bytes.IndexByte(line, ':')
	return i > 0 && i < 30
}

// blankFold reports whether a line of blanks is inside the header: a fold or a field of mail
// follows, not just a word and a colon.
func (r *headerReader) blankFold(next int64) bool {
	line, _ := r.src.line(next)
	if r.part || len(r.ends) == 0 || len(bytes.TrimSpace(line)) == 0 || r.delimiter(line) {
		return false
	}
	return line[0] == ' ' || line[0] == '\t' || mailField(line[:fieldColon(line)])
}

func mailField(name []byte) bool {
	switch strings.ToLower(string(bytes.TrimSpace(name))) {
	case "from", "to", "cc", "bcc", "subject", "date", "sender", "received", "references":
		return true
	}
	return bytes.IndexByte(name, '-') > 0
}

// strayEnds reports whether a line that is neither field nor fold begins the body. If
// not, it belongs to the field before: somebody wrapped without indenting.
func (r *headerReader) strayEnds(line []byte, next int64) bool {
	if n := len(r.ends); n > 0 {
		value := bytes.TrimRight(r.buf[r.ends[n-1].start:], " \t\r")
		if bytes.HasSuffix(value, []byte(";")) || bytes.HasSuffix(value, []byte(",")) {
			return false
		}
	}
	for range 3 {
		ahead, after := r.src.line(next)
		if len(ahead) == 0 {
			return len(r.ends) == 0 || r.part || next >= r.src.size
		}
		if r.delimiter(ahead) {
			return true
		}
		if fieldColon(ahead) > 0 {
			return false
		}
		next = after
	}
	return true
}

// fits takes n octets off the room; what readers of mail look at may use the last quarter too.
func (r *headerReader) fits(n int, needed bool) bool {
	left := *r.room - n
	if left < 0 || left < r.reserve && !needed {
		r.over = true
		return false
	}
	*r.room = left
	return true
}

func (r *headerReader) add(line []byte, colon int) {
	r.needed = neededField(line[:colon])
	r.dropped = !r.fits(len(line)+48, r.needed) // and what a field costs besides its text
	if r.dropped {
		return
	}
	start := len(r.buf)
	r.buf = append(r.buf, line...)
	blank := line[colon-1] == ' ' || line[colon-1] == '\t'
	r.ends = append(r.ends, span{start + colon, start + colon + 1, len(r.buf), blank})
}

func (r *headerReader) fold(line []byte) {
	if r.dropped = r.dropped || !r.fits(len(line)+2, r.needed); !r.dropped {
		r.buf = append(append(r.buf, '\n'), line...)
		r.ends[len(r.ends)-1].end = len(r.buf)
	}
}

var neededFields = map[string]bool{
	"from": true, "to": true, "cc": true, "subject": true, "date": true, "sender": true,
	"reply-to":   true,
	"message-id": true, "in-reply-to": true, "references": true,
	"content-type": true, "content-disposition": true, "content-transfer-encoding": true,
	"content-id": true,
}

// neededField allocates nothing: it is asked for every field of a header bomb.
func neededField(name []byte) bool {
	var lower [32]byte
	n := 0
	for n < len(name) && n < len(lower) && name[n] > ' ' {
		lower[n] = name[n]
		if name[n] >= 'A' && name[n] <= 'Z' {
			lower[n] |= 0x20
		}
		n++
	}
	return neededFields[string(lower[:n])]
}

func (r *headerReader) header() Header {
	if len(r.ends) == 0 {
		return Header{}
	}
	s := string(r.buf)
	fields := make([]field, len(r.ends))
	start := 0
	for i, e := range r.ends {
		fields[i] = field{strings.TrimSpace(s[start:e.colon]), s[e.start:e.end], e.mended}
		start = e.end
	}
	return Header{fields: fields}
}
