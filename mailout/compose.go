package mailout

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/emersion/go-message"

	"buzon/templates"
)

// file is an attachment of a mail that is being written. What is opened is closed by compose.
type file struct {
	name string
	kind string // its content type, as its sender called it
	open func() (io.ReadCloser, error)
	// of a picture that stands in the HTML as cid: (RFC 2392); "": it is beside it
	id string
}

func (f file) inline() bool { return f.id != "" }

// writers and pieces are what mails are written through and read into, one after the other.
var (
	writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 32<<10) }}
	pieces  = sync.Pool{New: func() any { return new([piece]byte) }}
)

// compose writes a mail: multipart/alternative of text and HTML, within multipart/mixed when there
// are files. The HTML and its pictures are a multipart/related (RFC 2387).
func compose(w io.Writer, fields header, words templates.Mail, files []file) error {
	outer := "multipart/alternative"
	files, pictures := apart(files)
	if len(files) > 0 {
		outer = "multipart/mixed"
	}
	buffered := writers.Get().(*bufio.Writer) // go-message writes line by line
	buffered.Reset(w)
	defer writers.Put(buffered)
	top, err := message.CreateWriter(buffered, fields.with(outer))
	if err != nil {
		return err
	}
	if err := writeParts(top, words, files, pictures); err != nil {
		return err
	}
	if err := top.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// apart are the files that go beside the words, and the pictures within them.
func apart(all []file) (files, pictures []file) {
	for _, f := range all {
		if f.inline() {
			pictures = append(pictures, f)
		} else {
			files = append(files, f)
		}
	}
	return files, pictures
}

func writeParts(top *message.Writer, words templates.Mail, files, pictures []file) (err error) {
	body := top
	if len(files) > 0 {
		if body, err = top.CreatePart(header{}.with("multipart/alternative")); err != nil {
			return err
		}
	}
	if err := writeText(body, "plain", words.Text); err != nil {
		return err
	}
	if err := writeHTML(body, words.HTML, pictures); err != nil {
		return err
	}
	if len(files) > 0 {
		if err := body.Close(); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := f.write(top); err != nil {
			return err
		}
	}
	return nil
}

// writeText writes the words as plain text or HTML; none are no part.
func writeText(to *message.Writer, kind, content string) error {
	if content == "" { // what is said as text alone
		return nil
	}
	h := header{{"Content-Type", "text/" + kind + "; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"}}
	return writePart(to, h, strings.NewReader(content))
}

// writeHTML writes the HTML with the pictures that stand in it.
func writeHTML(to *message.Writer, content string, pictures []file) error {
	if len(pictures) == 0 {
		return writeText(to, "html", content)
	}
	related, err := to.CreatePart(header{}.related())
	if err != nil {
		return err
	}
	if err := writeText(related, "html", content); err != nil {
		return err
	}
	for _, f := range pictures {
		if err := f.write(related); err != nil {
			return err
		}
	}
	return related.Close()
}

// header is the fields of a mail or a part in their order.
type header [][2]string

func (h *header) add(name, value string) { *h = append(*h, [2]string{name, value}) }

// with returns the header of a multipart.
func (h header) with(multipart string) message.Header {
	if len(h) > 0 {
		h.add("MIME-Version", "1.0")
	}
	h.add("Content-Type", mime.FormatMediaType(multipart,
		map[string]string{"boundary": rand.Text()}))
	return h.build()
}

// related is the header of HTML with its pictures: which part is shown is the first, and is said
// to be.
func (h header) related() message.Header {
	h.add("Content-Type", mime.FormatMediaType("multipart/related",
		map[string]string{"boundary": rand.Text(), "type": "text/html"}))
	return h.build()
}

func (h header) build() (built message.Header) {
	for _, field := range slices.Backward(h) { // it is written from its end
		if field[0] == "MIME-Version" { // as Add would write it, spam filters hold it against us
			built.AddRaw([]byte("MIME-Version: " + field[1] + "\r\n"))
			continue
		}
		built.Add(field[0], field[1])
	}
	return built
}

func writePart(to *message.Writer, h header, content io.Reader) error {
	part, err := to.CreatePart(h.build())
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, content); err != nil {
		return err
	}
	return part.Close()
}

// write adds the file. Its name stands in the disposition as RFC 2231 has it, and in the content
// type as encoded words, which is what older clients read; Thunderbird does the same.
func (f file) write(to *message.Writer) error {
	kind, params, err := contentType(f.kind, f.open)
	if err != nil {
		return err
	}
	content, err := f.open()
	if err != nil {
		return err
	}
	defer content.Close()
	name, disposition := fileName(f.name), "attachment"
	params["name"] = headerText(name)
	if f.inline() {
		disposition = "inline"
	}
	h := header{
		{"Content-Type", mime.FormatMediaType(kind, params)},
		{"Content-Disposition",
			mime.FormatMediaType(disposition, map[string]string{"filename": name})},
		{"Content-Transfer-Encoding", "base64"},
	}
	if f.inline() {
		h.add("Content-ID", "<"+f.id+">")
	}
	return writePart(to, h, content)
}

const opaque = "application/octet-stream"

// contentType is the type under which a file travels in base64, given what its sender called it.
// Only a plain type/subtype is passed on, no parameter of a stranger's. Mails and multiparts may
// not be encoded (RFC 2046 section 5.2.1, RFC 2045 section 6.4), and as they are they would not
// arrive to the byte, so that they are files like others. Text is called text where its charset is
// certain.
func contentType(given string, open func() (io.ReadCloser, error)) (
	kind string, params map[string]string, err error) {
	params = map[string]string{}
	kind, _, malformed := mime.ParseMediaType(given)
	major, minor, whole := strings.Cut(kind, "/")
	if malformed != nil || !whole || minor == "" || len(kind) > 100 ||
		major == "message" || major == "multipart" {
		return opaque, params, nil
	}
	if major != "text" {
		return kind, params, nil
	}
	content, err := open()
	if err != nil {
		return "", nil, err
	}
	defer content.Close()
	if !plainUTF8(content) {
		return opaque, params, nil
	}
	params["charset"] = "utf-8"
	return kind, params, nil
}

// plainUTF8 reads to the end, or to the first byte that is no text.
func plainUTF8(content io.Reader) bool {
	for r := bufio.NewReaderSize(content, 32<<10); ; {
		c, size, err := r.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return true
		case err != nil, c == 0, c == utf8.RuneError && size == 1:
			return false
		}
	}
}
