package message

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const windowSize = 64 << 10

var windows = sync.Pool{New: func() any { return new([windowSize]byte) }}

// clock ends the work on a mail: when the context or the time is over, or when
// the file can't be read. After that every source is at its end.
type clock struct {
	ctx      context.Context
	deadline time.Time
	stopped  bool
	late     bool  // the time was over
	err      error // the context's or the reader's
}

func (c *clock) over() bool {
	if c == nil || c.stopped {
		return c != nil
	}
	if err := c.ctx.Err(); err != nil {
		c.fail(fmt.Errorf("read mail: %w", err))
	} else if time.Now().After(c.deadline) {
		c.stopped, c.late = true, true
	}
	return c.stopped
}

func (c *clock) fail(err error) {
	if c != nil && c.err == nil {
		c.stopped, c.err = true, err
	}
}

// source is a window on a file.
type source struct {
	r     io.ReaderAt
	size  int64
	clock *clock // nil: no limit, the error is kept in err
	err   error

	buf *[windowSize]byte
	off int64 // of buf[0] in the file
	n   int   // octets in buf
}

func (s *source) release() {
	if s.buf != nil {
		windows.Put(s.buf)
		s.buf, s.n = nil, 0
	}
}

// at returns what the window holds from off on: at least min octets (up to
// a window) unless the file ends before. It is valid until the next call.
func (s *source) at(off int64, min int) []byte {
	if off >= s.off && off+int64(min) <= s.off+int64(s.n) {
		return s.buf[off-s.off : s.n]
	}
	return s.fill(off)
}

func (s *source) fill(off int64) []byte {
	if off >= s.size || s.clock.over() {
		return nil
	}
	if off >= s.off && s.off+int64(s.n) == s.size && s.n > 0 {
		return s.buf[off-s.off : s.n]
	}
	if s.buf == nil {
		s.buf = windows.Get().(*[windowSize]byte)
	}
	n, err := s.r.ReadAt(s.buf[:int(min(windowSize, s.size-off))], off)
	s.off, s.n = off, n
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = fmt.Errorf("read mail: %w", err)
		s.clock.fail(s.err)
	} else if off+int64(n) < s.size && n < windowSize {
		s.size = off + int64(n) // the file is shorter than promised
	}
	return s.buf[:n]
}

// line returns the line at off without its end, and where the next one begins.
// Of a line longer than a window only the beginning is returned.
func (s *source) line(off int64) (line []byte, next int64) {
	b := s.at(off, 1)
	i := bytes.IndexByte(b, '\n')
	if i < 0 && off+int64(len(b)) < s.size {
		b = s.at(off, windowSize)
		i = bytes.IndexByte(b, '\n')
	}
	if i >= 0 {
		return trimCR(b[:i]), off + int64(i) + 1
	}
	next = off + int64(len(b))
	if len(b) == 0 {
		return nil, s.size
	}
	for next < s.size { // a line longer than the window: find its end, keep its head
		c := s.tail(next)
		if len(c) == 0 {
			return trimCR(s.at(off, windowSize)), s.size
		}
		if i := bytes.IndexByte(c, '\n'); i >= 0 {
			next += int64(i) + 1
			break
		}
		next += int64(len(c))
	}
	return trimCR(s.at(off, windowSize)), next
}

func (s *source) tail(off int64) []byte { return s.at(off, 1) }

func trimCR(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '\r' {
		b = b[:len(b)-1]
	}
	return b
}

// macLines shows a file whose lines end in a lone CR as one whose lines end in LF.
type macLines struct{ io.ReaderAt }

func (m macLines) ReadAt(p []byte, off int64) (int, error) {
	n, err := m.ReaderAt.ReadAt(p, off)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
