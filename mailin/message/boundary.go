package message

import (
	"bytes"
	"strings"
)

type boundary struct {
	name   string
	closed bool
}

// newBoundary trims what RFC 2046 section 5.1.1 forbids at the end and transports add.
func newBoundary(name string) boundary { return boundary{name: strings.TrimRight(name, " \t\r\n")} }

// delimiter is a boundary line, or the end of the file.
type delimiter struct {
	level   int // of walker.open; -1 at the end of the file
	closing bool
	start   int64 // of the line
	next    int64 // of the line after
}

func (w *walker) end() delimiter { return delimiter{-1, true, w.src.size, w.src.size} }

// longestDelimiter is how much of a line is compared with the boundaries. RFC 2046
// allows 70 octets; some senders use more.
const longestDelimiter = 1024

// delimiter finds the next line, from the line at off on, that is a boundary of any multipart
// around.
func (w *walker) delimiter(off int64) delimiter {
	if len(w.open) == 0 {
		return w.end()
	}
	lineStart := true
	for {
		b := w.src.at(off, longestDelimiter)
		if len(b) == 0 {
			return w.end()
		}
		if lineStart && bytes.HasPrefix(b, []byte("--")) {
			line, length := firstLine(b)
			if d, ok := w.match(line); ok {
				d.start, d.next = off, off+int64(length)
				return d
			}
		}
		i := bytes.Index(b, []byte("\n--"))
		lineStart = i >= 0
		switch {
		case lineStart:
			off += int64(i) + 1
		case off+int64(len(b)) >= w.src.size:
			return w.end()
		default:
			off += int64(max(len(b)-2, 1)) // "\n-" may be cut in two
		}
	}
}

func firstLine(b []byte) (line []byte, length int) {
	if i := bytes.IndexByte(b[:min(len(b), longestDelimiter)], '\n'); i >= 0 {
		return b[:i], i + 1
	}
	return b[:min(len(b), longestDelimiter)], min(len(b), longestDelimiter)
}

// match compares a line with the boundaries around: exactly, open ones first, from
// the innermost, so that neither prefixes nor repeated names mislead; then with
// what broken senders append to the last one.
func (w *walker) match(line []byte) (delimiter, bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' || len(w.open) == 0 {
		return delimiter{}, false
	}
	rest := bytes.TrimRight(line[2:], " \t\r")
	for _, closed := range [...]bool{false, true} {
		for i := len(w.open) - 1; i >= 0; i-- {
			if name := w.open[i].name; name != "" && w.open[i].closed == closed {
				if string(rest) == name {
					return delimiter{level: i}, true
				}
				if len(rest) == len(name)+2 && string(rest[len(name):]) == "--" &&
					string(rest[:len(name)]) == name {
					return delimiter{level: i, closing: true}, true
				}
			}
		}
	}
	return w.matchLoosely(rest)
}

func (w *walker) matchLoosely(rest []byte) (delimiter, bool) {
	for i := len(w.open) - 1; i >= 0; i-- {
		name := w.open[i].name
		if name == "" || len(rest) <= len(name) || string(rest[:len(name)]) != name {
			continue
		}
		tail := string(rest[len(name):])
		if tail == "-" || strings.HasPrefix(tail, "--") && len(name) > 4 {
			return delimiter{level: i, closing: true}, true
		}
		if tail[0] == ' ' || tail[0] == '\t' {
			return delimiter{level: i}, true
		}
	}
	return delimiter{}, false
}

// contentEnd returns the end of a body that d ended: the line break before a boundary is the
// boundary's.
func (w *walker) contentEnd(body int64, d delimiter) int64 {
	end := d.start
	if d.level < 0 {
		return max(end, body)
	}
	for _, c := range []byte("\n\r") {
		if end > body {
			if b := w.src.at(end-1, 1); len(b) > 0 && b[0] == c {
				end--
			}
		}
	}
	return max(end, body)
}

// guessBoundary looks in the first window of a body for a line that only a boundary can be: "--x"
// with a MIME field below.
func (w *walker) guessBoundary(start, end int64) string {
	b := w.src.at(start, windowSize)
	b = b[:min(int64(len(b)), end-start)]
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return ""
		}
		line := bytes.TrimRight(b[:i], " \t\r")
		b = b[i+1:]
		if len(line) > 2 && len(line) < 200 && string(line[:2]) == "--" && mimeField(b) {
			return string(line[2:])
		}
	}
	return ""
}

func mimeField(b []byte) bool {
	return len(b) > 8 && strings.EqualFold(string(b[:8]), "content-")
}

// looksMultipart reports whether a body without a usable Content-Type begins with a
// boundary, as when a gateway lost the field.
func (w *walker) looksMultipart(body int64, at place) bool {
	b := w.src.at(body, 4096)
	b = bytes.TrimLeft(b[:min(len(b), 4096)], "\r\n")
	if !bytes.HasPrefix(b, []byte("--")) {
		return false
	}
	i := bytes.IndexByte(b, '\n')
	if i < 0 || !mimeField(b[i+1:]) {
		return false
	}
	_, ok := w.match(b[:i])
	return !ok
}
