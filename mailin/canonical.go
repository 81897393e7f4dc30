package mailin

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"strings"
	"sync"

	"buzon/mailin/message"
)

// canonical hashes what makes two copies of a mail the same mail: who, when, about what, and the
// body. Trace fields, signatures of relays and the form of line ends differ between copies and are
// left out.
func canonical(m *message.Message, r io.ReaderAt, size int64) ([]byte, error) {
	h := sha256.New()
	for _, name := range []string{"From", "Date", "Subject", "Content-Type"} {
		for _, v := range m.Header.Values(name) {
			io.WriteString(h, name+":"+strings.Join(strings.Fields(v), " ")+"\n")
		}
	}
	h.Write([]byte{0})
	buffer := buffers.Get().(*bufio.Reader)
	defer buffers.Put(buffer)
	buffer.Reset(io.NewSectionReader(r, 0, size))
	b := body{to: h}
	err := b.read(buffer)
	return h.Sum(nil), err
}

// buffers are used again: each mail needs a large one for a moment.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 32<<10) }}

// body hashes what is no header field, without carriage returns before line ends and without blank
// lines at the end: relays add and take both. A header that ends in no empty line ends where the
// first line is no field: what stands there is a text, however short, and two texts are two mails.
type body struct {
	to     hash.Hash
	inside bool // the header is over
	breaks int  // line ends that are hashed when more follows
}

func (b *body) read(r *bufio.Reader) error {
	for start, skip := true, false; ; {
		piece, err := r.ReadSlice('\n') // a long line comes in pieces
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		ended := bytes.HasSuffix(piece, []byte("\n"))
		if start && !b.inside {
			skip = b.header(piece)
		}
		if !skip {
			b.line(piece, ended)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if start = ended; start && b.inside {
			skip = false
		}
	}
}

// header reports whether a line of the header, or the empty one behind it, is left out.
func (b *body) header(line []byte) (skip bool) {
	if len(bytes.TrimRight(line, "\r\n")) == 0 {
		b.inside = true
		return true
	}
	name, _, field := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	field = field && len(name) > 0 && !bytes.ContainsAny(name, " \t")
	folded := line[0] == ' ' || line[0] == '\t'
	from := bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
	b.inside = !field && !folded && !from
	return !b.inside
}

func (b *body) line(piece []byte, ended bool) {
	if ended {
		piece = bytes.TrimRight(piece, "\r\n")
	}
	if len(piece) > 0 {
		for ; b.breaks > 0; b.breaks-- {
			b.to.Write([]byte{'\n'})
		}
		b.to.Write(piece)
	}
	if ended {
		b.breaks++
	}
}
