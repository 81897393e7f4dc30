package message

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"
)

func read(t testing.TB, mail string) *Message {
	t.Helper()
	m, err := Read(context.Background(), strings.NewReader(mail), int64(len(mail)), Limits{})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return m
}

func warned(m *Message, code string) bool {
	for _, w := range m.Warnings {
		if w == code || strings.HasPrefix(w, code+":") {
			return true
		}
	}
	return false
}

func nested(n int) string {
	var b strings.Builder
	b.WriteString("Subject: deep\r\n")
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("\r\nhello\r\n")
	for i := n - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\r\n", i)
	}
	return b.String()
}

func TestBombs(t *testing.T) {
	const top = "From: a@b.example\r\nSubject: bomb\r\n"
	mixed := top + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	cases := []struct {
		name, mail string
		warning    string
	}{
		{"20000 nested multiparts", nested(20000), "depth-limit"},
		{"20000 multiparts of one name",
			top + strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 20000),
			"depth-limit"},
		{"20000 multiparts without boundary",
			top + strings.Repeat("Content-Type: multipart/mixed\r\n\r\n--b\r\n", 20000), ""},
		{"20000 multiparts with a wrong boundary",
			top + strings.Repeat("Content-Type: multipart/mixed; boundary=c\r\n\r\n--b\r\n",
				20000), ""},
		{"20000 encoded multiparts without boundary",
			top + strings.Repeat("Content-Type: multipart/mixed; boundary=c\r\n"+
				"Content-Transfer-Encoding: quoted-printable\r\n\r\n", 20000), ""},
		{"400 encoded multiparts", mixed +
			strings.Repeat("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n"+
				"Content-Transfer-Encoding: base64\r\n\r\n"+strings.Repeat("aG9sYQ==\r\n", 1000),
				400), ""},
		{"100000 empty parts", mixed + strings.Repeat("--b\r\n", 100000), ""},
		{"100000 parts", mixed + strings.Repeat("--b\r\n\r\nx\r\n", 100000), "part-limit"},
		{"100000 closed multiparts", mixed + strings.Repeat("--b\r\n\r\nx\r\n--b--\r\n", 100000),
			"part-limit"},
		{"500 texts", mixed + strings.Repeat("--b\r\n\r\n"+strings.Repeat("hello ", 300)+"\r\n",
			490), ""},
		{"500 pages", mixed + strings.Repeat("--b\r\nContent-Type: text/html\r\n\r\n"+
			strings.Repeat("<p>hello ", 800)+"\r\n", 490), ""},
		{"500 alternatives", top + "Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
			strings.Repeat("--b\r\n\r\n"+strings.Repeat("hello ", 300)+"\r\n", 490), ""},
		{"5000 attached mails", strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 5000) + "x",
			"depth-limit"},
		{"5000 attached mails, encoded",
			strings.Repeat("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: "+
				"quoted-printable\r\n\r\n", 5000) + "x", "depth-limit"},
		{"2 MB of quote marks in one line", top + "\r\n" + strings.Repeat(">", 2<<20),
			"text-limit"},
		{"2 MB line, flowed", top + "Content-Type: text/plain; format=flowed\r\n\r\n" +
			strings.Repeat("> ", 1<<20), "text-limit"},
		{"2 MB line, quoted-printable",
			top + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
				strings.Repeat("=41", 700000), ""},
		{"2 MB line, uuencode", top + "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n" +
			strings.Repeat("M", 2<<20), ""},
		{"100000 uuencoded files", top + "\r\n" + strings.Repeat("begin 644 x\r\n", 100000), ""},
		{"10000 uuencoded files that end", top + "\r\n" +
			strings.Repeat("begin 644 x\r\n!00``\r\nend\r\n", 10000), "part-limit"},
		{"2 MB header line", top + "X: " + strings.Repeat("x", 2<<20) + "\r\n\r\nhello",
			"header-limit"},
		{"56 MB of headers", top + strings.Repeat("X-A: b\r\n", 7<<20) + "\r\nhello",
			"header-limit"},
		{"8 MB of folds", top + strings.Repeat(" x\r\n", 2<<20) + "\r\nhello", "header-limit"},
		{"8 MB of lines without colon", top + strings.Repeat("xx\r\n", 2<<20) + "\r\nhello", ""},
		{"100000 stray lines between fields", top + strings.Repeat("x\r\ny\r\nX-A: b\r\n", 100000) +
			"\r\nhello", "header-limit"},
		{"50000 blank lines", strings.Repeat("\r\n", 50000) + top + "\r\nhello", ""},
		{"100000 From lines", strings.Repeat("From x\n", 100000) + top + "\r\nhello", ""},
		{"encoded words that never end", "Subject: " + strings.Repeat("=?a?q?", 40000) +
			"\r\n\r\n", ""},
		{"encoded words, half of each", "Subject: " + strings.Repeat("=?a?q?=41?=41", 19000) +
			"\r\n\r\n", ""},
		{"40000 open angles", "To: " + strings.Repeat("<a", 100000) + "\r\n\r\n", ""},
		{"100000 open quotes", "To: " + strings.Repeat(`"<`, 100000) + "\r\n\r\n", ""},
		{"100000 open comments", "To: " + strings.Repeat(`((a`, 80000) + "\r\n\r\n", ""},
		{"100000 comments in an angle", "To: <" + strings.Repeat(`(a)`, 80000) +
			"x@y>\r\n\r\n", ""},
		{"100000 addresses", "To: " + strings.Repeat(`a@b,`, 60000) + "\r\n\r\n", ""},
		{"100000 addresses, quoted dots", "To: " + strings.Repeat(`"a".`, 60000) + "\r\n\r\n", ""},
		{"100000 equal signs", "To: " + strings.Repeat(`=?`, 100000) + "\r\n\r\n", ""},
		{"100000 groups", "To: " + strings.Repeat(`a:`, 100000) + "\r\n\r\n", ""},
		{"100000 ids", "References: " + strings.Repeat(`<a`, 100000) + "\r\n\r\n", ""},
		{"100000 parameters", "Content-Type: text/plain" + strings.Repeat(`; a=b`, 50000) +
			"\r\n\r\n", ""},
		{"100000 words for parameters", "Content-Type: text/plain" + strings.Repeat(`;a`, 100000) +
			"=b\r\n\r\n", ""},
		{"100000 semicolons in a word", "Content-Type: text/plain; name==?x?q?" +
			strings.Repeat(`;a`, 100000) + "\r\n\r\n", ""},
		{"100000 continuations", "Content-Type: text/plain" + strings.Repeat(`; name*1*=a`, 20000) +
			"\r\n\r\n", ""},
		{"100000 lines that begin like boundaries", mixed + strings.Repeat("--c\r\n", 400000), ""},
		{"utf-7", top + "Content-Type: text/plain; charset=utf-7\r\n\r\n" +
			strings.Repeat("+", 1<<20), ""},
		{"utf-32", top + "Content-Type: text/plain; charset=utf-32\r\n\r\n" +
			strings.Repeat("+\x00", 1<<19), ""},
		{"iso-2022-jp escapes", top + "\r\n" + strings.Repeat("\x1b$B\x1b(B", 1<<17), ""},
		{"40000 encoded parameters", mixed +
			strings.Repeat("--b\r\nContent-Type: application/x; name=\"=?utf-8?q?"+
				strings.Repeat("=41", 5000)+"?=\"\r\n\r\nx\r\n", 400), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			m := read(t, c.mail)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%8.1f ms %6.1f MB allocated, warnings %v", float64(took.Microseconds())/1000,
				float64(after.TotalAlloc-before.TotalAlloc)/1e6, m.Warnings)
			if took > mailtest.Bound(5*time.Second) {
				t.Errorf("took %v", took)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 100 {
				t.Errorf("allocated %d MB", mb)
			}
			if c.warning != "" && !warned(m, c.warning) {
				t.Errorf("no warning %q in %q", c.warning, m.Warnings)
			}
			if len(m.Parts) > 500 || len(m.Attachments) > 1000 {
				t.Errorf("%d parts, %d attachments", len(m.Parts), len(m.Attachments))
			}
		})
	}
}

// endless is a file of 1 TB that repeats one line.
type endless string

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	n := copy(p, e[off%int64(len(e)):])
	if n < len(p) {
		n += copy(p[n:], e)
	}
	for n < len(p) { // p holds whole repetitions from n-len(e) on
		n += copy(p[n:], p[n-len(e):n])
	}
	return len(p), nil
}

func TestTimeLimitStops(t *testing.T) {
	for name, line := range map[string]string{"header": "A: b\n", "from lines": "From x\n",
		"attachment": "Content-Type: application/x\n\nhello\n", "blank": "\n"} {
		start := time.Now()
		m, err := Read(context.Background(), endless(line), 1<<40,
			Limits{Time: 50 * time.Millisecond})
		if err != nil || !warned(m, "time-limit") {
			t.Errorf("%s: error %v, warnings %q", name, err, m.Warnings)
		}
		if took := time.Since(start); took > mailtest.Bound(3*time.Second) {
			t.Errorf("%s: stopped after %v", name, took)
		}
	}
}

// stopping calls a function when it is read beyond its first megabyte.
type stopping struct {
	io.ReaderAt
	stop func()
}

func (s stopping) ReadAt(p []byte, off int64) (int, error) {
	if off > 1<<20 {
		s.stop()
	}
	return s.ReaderAt.ReadAt(p, off)
}

func TestContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	file := stopping{endless("Subject: hi\nContent-Type: image/png\n\nhello\n"), cancel}
	m, err := Read(ctx, file, 1<<40, Limits{})
	if !errors.Is(err, context.Canceled) || m == nil || m.Subject != "hi" ||
		!warned(m, "interrupted") {
		t.Errorf("error %v, subject %q, warnings %q", err, m.Subject, m.Warnings)
	}
}

type broken struct{ io.ReaderAt }

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, _ := b.ReaderAt.ReadAt(p, off)
	return n, io.ErrClosedPipe
}

func TestReaderFails(t *testing.T) {
	m, err := Read(context.Background(), broken{strings.NewReader("Subject: hi\n\nhello\n")}, 1<<20,
		Limits{})
	if !errors.Is(err, io.ErrClosedPipe) || m == nil {
		t.Errorf("error %v, message %v", err, m)
	}
}

// TestMemoryDoesNotGrowWithTheMail reads parts of 20 MB.
func TestMemoryDoesNotGrowWithTheMail(t *testing.T) {
	encodings := map[string]string{
		"base64":           "aG9sYWhvbGFob2xhaG9sYWhvbGFob2xhaG9sYWhvbGFob2xhaG9sYWhvbGFob2xhaG9sYWhv\r\n",
		"quoted-printable": "hola =C3=B1 hola =C3=B1 hola =C3=B1 hola =C3=B1 =\r\n",
		"x-uuencode":       "M:&]L86AO;&%H;VQA:&]L86AO;&%H;VQA:&]L86AO;&%H;VQA:&]L86AO\r\n",
		"binary":           "hola hola hola hola --hola\n--hola",
	}
	for encoding, line := range encodings {
		for _, typ := range []string{"application/pdf; name=a.pdf", "text/plain",
			"application/ms-tnef", "message/rfc822"} {
			mail := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: " + typ +
				"\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n"
			if encoding == "x-uuencode" {
				mail += "begin 644 a\r\n"
			}
			r := &prefixed{mail, endless(line)}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m, err := Read(context.Background(), r, 20<<20, Limits{})
			runtime.ReadMemStats(&after)
			if err != nil || len(m.Parts) == 0 {
				t.Errorf("%s, %s: %d parts, error %v", encoding, typ, len(m.Parts), err)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 8 {
				t.Errorf("%s, %s: allocated %d MB", encoding, typ, mb)
			}
		}
	}
}

// prefixed is a file that begins with head and goes on with rest.
type prefixed struct {
	head string
	rest endless
}

func (p *prefixed) ReadAt(b []byte, off int64) (int, error) {
	n := 0
	if off < int64(len(p.head)) {
		n = copy(b, p.head[off:])
	}
	p.rest.ReadAt(b[n:], max(off-int64(len(p.head)), 0))
	return len(b), nil
}
