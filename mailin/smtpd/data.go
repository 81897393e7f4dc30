package smtpd

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// dotReader reads the body of DATA: it ends at CRLF.CRLF and nowhere else, takes the dot-stuffing
// away (RFC 5321 section 4.5.2), leaves every other byte as it is, and notes a CR or LF that stands
// alone.
//
// QUIRK: go-smtp has a reader for this, which goes byte by byte, limits lines and loses count after
// an error.
type dotReader struct {
	r      *bufio.Reader
	inLine bool
	cr     bool // the last byte was CR
	bare   bool
	ended  bool
}

func (d *dotReader) Read(p []byte) (n int, err error) {
	for n < len(p) && !d.ended {
		if !d.inLine {
			if err := d.beginLine(); err != nil {
				return n, err
			}
			continue
		}
		if n > 0 && d.r.Buffered() == 0 {
			return n, nil // hand over what has come before waiting for more
		}
		if _, err := d.r.Peek(1); err != nil {
			return n, cutShort(err)
		}
		seg, _ := d.r.Peek(min(d.r.Buffered(), len(p)-n))
		if i := bytes.IndexByte(seg, '\n'); i >= 0 {
			seg = seg[:i+1]
		}
		d.look(seg)
		n += copy(p[n:], seg)
		d.r.Discard(len(seg))
	}
	if d.ended && n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// beginLine takes a leading dot away; alone on its line it is the end.
func (d *dotReader) beginLine() error {
	b, err := d.r.Peek(1)
	if err != nil {
		return cutShort(err)
	}
	d.inLine = true
	if b[0] != '.' {
		return nil
	}
	if b, err = d.r.Peek(3); err != nil {
		return cutShort(err)
	}
	if string(b) == ".\r\n" {
		d.r.Discard(3)
		d.ended = true
		return nil
	}
	d.r.Discard(1)
	return nil
}

// look goes over a part of a line, or the whole of it with its LF.
func (d *dotReader) look(seg []byte) {
	end := seg[len(seg)-1]
	if d.cr && seg[0] != '\n' {
		d.bare = true
	}
	if end == '\n' {
		d.inLine = len(seg) > 1 && seg[len(seg)-2] != '\r' || len(seg) == 1 && !d.cr
		d.bare = d.bare || d.inLine
		seg = seg[:max(0, len(seg)-2)]
	} else {
		seg = seg[:len(seg)-1]
	}
	d.cr = end == '\r'
	d.bare = d.bare || bytes.IndexByte(seg, '\r') >= 0
}

func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// chunkReader reads the chunks of BDAT as go-smtp passes them on.
//
// QUIRK: go-smtp takes a chunk that the connection cut off for a whole one; the wire knows better.
type chunkReader struct {
	r io.Reader
	w *wire
}

func (c chunkReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if errors.Is(err, io.EOF) && c.w.dead.Load() {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// hopCounter counts the Received fields of the header that is written to it.
type hopCounter struct {
	n    int
	name []byte // of the field in the current line, as far as it matters
	body bool
}

func (h *hopCounter) look(p []byte) {
	for !h.body && len(p) > 0 {
		line, rest, whole := bytes.Cut(p, []byte("\n"))
		h.name = append(h.name, line[:min(len(line), len("received:")-len(h.name))]...)
		if !whole {
			return
		}
		if bytes.EqualFold(h.name, []byte("received:")) {
			h.n++
		}
		h.body = len(bytes.TrimSuffix(h.name, []byte("\r"))) == 0
		h.name, p = h.name[:0], rest
	}
}
