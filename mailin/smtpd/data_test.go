package smtpd

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestDotReader(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		bare           bool
		rest           string
	}{
		{"empty mail", ".\r\n", "", false, ""},
		{"one line", "a\r\n.\r\nQUIT", "a\r\n", false, "QUIT"},
		{"stuffed dots", "..\r\n.a\r\n...b\r\n.\r\n", ".\r\na\r\n..b\r\n", false, ""},
		{"dot inside a line", "a.b\r\n.\r\n", "a.b\r\n", false, ""},
		{"NUL and 8-bit", "a\x00\xff\xfe\r\n.\r\n", "a\x00\xff\xfe\r\n", false, ""},
		{"bare LF dot", "a\n.\r\nx\r\n.\r\n", "a\n.\r\nx\r\n", true, ""},
		{"LF dot LF", "a\n.\nx\r\n.\r\n", "a\n.\nx\r\n", true, ""},
		{"CRLF dot LF", "a\r\n.\nx\r\n.\r\n", "a\r\n\nx\r\n", true, ""},
		{"CR dot CRLF", "a\r.\r\nx\r\n.\r\n", "a\r.\r\nx\r\n", true, ""},
		{"CRLF dot CR", "a\r\n.\rx\r\n.\r\n", "a\r\n\rx\r\n", true, ""},
		{"CRLF NUL dot", "a\r\n\x00.\r\n.\r\n", "a\r\n\x00.\r\n", false, ""},
		{"LF dot CR", "a\n.\rb\r\n.\r\n", "a\n.\rb\r\n", true, ""},
		{"CR CR LF before the end", "a\r\r\n.\r\n", "a\r\r\n", true, ""},
		{"empty lines", "\r\n\r\n.\r\n", "\r\n\r\n", false, ""},
		{"LF alone", "\n\r\n.\r\n", "\n\r\n", true, ""},
		{"stuffed dot and lone LF", ".\n.\r\n\r\n.\r\n", "\n.\r\n\r\n", true, ""},
	} {
		for _, chunked := range []bool{false, true} {
			var src io.Reader = strings.NewReader(c.in)
			if chunked {
				src = iotest.OneByteReader(src)
			}
			d := &dotReader{r: bufio.NewReader(src)}
			got, err := io.ReadAll(d)
			rest, _ := io.ReadAll(d.r)
			if err != nil || string(got) != c.want || d.bare != c.bare || string(rest) != c.rest {
				t.Errorf("%s (one byte at a time %v): got %q, bare %v, rest %q, %v; wanted %q, "+
					"bare %v, rest %q",
					c.name, chunked, got, d.bare, rest, err, c.want, c.bare, c.rest)
			}
		}
	}
}

func TestDotReaderCut(t *testing.T) {
	whole := "Subject: x\r\n\r\n..a\r\nb\r\n.\r\n"
	for i := range len(whole) {
		_, err := io.ReadAll(&dotReader{r: bufio.NewReader(strings.NewReader(whole[:i]))})
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut after %q: %v, wanted an unexpected end", whole[:i], err)
		}
	}
}

func TestDotReaderSmallBuffer(t *testing.T) {
	in := sample(5000) + strings.Repeat("x", 9000) + "\r\n..fin\r\n"
	d := &dotReader{r: bufio.NewReaderSize(strings.NewReader(in+".\r\n"), 16)}
	got, err := io.ReadAll(iotest.OneByteReader(d))
	if want := strings.Replace(in, "..fin", ".fin", 1); err != nil || string(got) != want ||
		d.bare {
		t.Errorf("%v, bare %v, %d bytes, wanted %d the same", err, d.bare, len(got), len(want))
	}
}

func TestHopCounter(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     int
	}{
		{"none", "Subject: x\r\n\r\nReceived: no\r\n", 0},
		{"two, one folded", "Received: a\r\n by b\r\nRECEIVED: c\r\n\r\n", 2},
		{"other names", "X-Received: a\r\nReceived-SPF: b\r\nReceive: c\r\n\r\n", 0},
		{"header ends with LF", "received: a\n\nReceived: b\n", 1},
		{"no header at all", "\r\nReceived: b\r\n", 0},
	} {
		var whole, bytewise hopCounter
		whole.look([]byte(c.in))
		for i := range len(c.in) {
			bytewise.look([]byte(c.in[i : i+1]))
		}
		if whole.n != c.want || bytewise.n != c.want {
			t.Errorf("%s: %d at once, %d byte by byte, wanted %d", c.name, whole.n, bytewise.n,
				c.want)
		}
	}
}
