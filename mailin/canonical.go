package mailin

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"strings"

	"buzon/mailin/message"
)

// canonical hashes what makes two copies of a mail the same mail: who, when, about what, and the body. Trace fields,
// signatures of relays and the form of line ends differ between copies and are left out.
func canonical(m *message.Message, r io.ReaderAt, size int64) ([]byte, error) {
	h := sha256.New()
	for _, name := range []string{"From", "Date", "Subject", "Content-Type"} {
		for _, v := range m.Header.Values(name) {
			io.WriteString(h, name+":"+strings.Join(strings.Fields(v), " ")+"\n")
		}
	}
	h.Write([]byte{0})
	found, err := hashBody(h, bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 32<<10))
	if err == nil && !found { // no header, or nothing else: only the same bytes are the same mail
		_, err = io.Copy(h, io.NewSectionReader(r, 0, size))
	}
	return h.Sum(nil), err
}

// hashBody hashes what follows the first empty line, without carriage returns and without the blank lines at the end,
// both of which relays add and take. It tells whether there was such a line.
func hashBody(h hash.Hash, r *bufio.Reader) (body bool, err error) {
	pending, start := 0, true // start of a line
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return body, err
		}
		whole := start && len(line) > 0 && line[len(line)-1] == '\n'
		text := bytes.TrimRight(line, "\r\n")
		switch {
		case !body:
			body = whole && len(text) == 0
		case whole && len(text) == 0:
			pending++
		default:
			for ; pending > 0 && len(text) > 0; pending-- {
				h.Write([]byte{'\n'})
			}
			h.Write(text)
			if len(line) > 0 && line[len(line)-1] == '\n' {
				pending++
			}
		}
		start = len(line) > 0 && line[len(line)-1] == '\n'
		if errors.Is(err, io.EOF) {
			return body, nil
		}
	}
}
