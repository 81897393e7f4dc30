package message

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// keep files a leaf as an attachment. A calendar entry is also read, and a
// winmail.dat that can be opened is replaced by what it holds.
func (w *walker) keep(p *Part, index int, at place) view {
	w.m.Parts[index] = *p
	if at.hidden {
		return view{}
	}
	if isTNEF(p) {
		if v, ok := w.tnef(p, index); ok {
			return v
		}
		w.warn("tnef-unreadable")
	}
	a := &Attachment{RawName: p.RawName, ContentType: p.Type, ContentID: p.ContentID, Part: index,
		open: p.Open}
	a.Filename = fileName(p.RawName, p.Type, len(w.found)+1)
	a.Inline = p.Disposition == "inline" || p.ContentID != "" && p.Disposition == "" &&
		at.parent == "multipart/related"
	w.hash(a, p)
	w.found = append(w.found, a)
	if p.Type == "text/calendar" && p.Within == "" {
		w.invitation(p)
	}
	return view{}
}

// hash reads an attachment once, window by window.
func (w *walker) hash(a *Attachment, p *Part) {
	d := newDecoder(p.src, p.start, p.end, p.encoding)
	defer d.release()
	sum := sha256.New()
	for {
		b := d.next()
		if len(b) == 0 {
			break
		}
		sum.Write(b)
		a.Size += int64(len(b))
	}
	if d.damaged {
		w.warn("base64-damaged")
	}
	a.SHA256 = hex.EncodeToString(sum.Sum(nil))
}

// fileName is the cleaned name, or one made of the type and the number of the attachment.
func fileName(raw, typ string, n int) string {
	if name := CleanName(raw); name != "" {
		return name
	}
	major, _, _ := strings.Cut(typ, "/")
	return CleanName(major + "-" + strconv.Itoa(n) + extension(typ))
}

func extension(typ string) string {
	switch {
	case isMail(typ):
		return ".eml"
	case typ == "text/rfc822-headers", strings.HasPrefix(typ, "message/"):
		return ".txt"
	case typ == "text/calendar":
		return ".ics"
	}
	if known := mimetype.Lookup(typ); known != nil && known.Extension() != "" {
		return known.Extension()
	}
	if _, minor, _ := strings.Cut(typ, "/"); len(minor) < 6 {
		return "." + minor
	}
	return ".bin"
}

// encodedMail reads the parts of an attached mail that was encoded, against RFC 2046 section 5.2.1.
func (w *walker) encodedMail(p *Part, at place) {
	if at.depth >= w.lim.Depth {
		w.warn("depth-limit")
		return
	}
	w.decoded(p, func() { w.entity(0, inside(p, at)) })
}

// decoded walks through the decoded content of p. Only here a part is held in memory, up to the
// text limit.
func (w *walker) decoded(p *Part, walk func()) {
	raw, whole := w.read(p, w.lim.Text)
	if !whole {
		w.warn("attached-mail-limit")
	}
	w.walkBytes(raw, walk)
}

// walkBytes walks through raw in place of the mail.
func (w *walker) walkBytes(raw []byte, walk func()) {
	outer, open := w.src, w.open
	defer func() {
		w.src.release()
		w.src, w.open = outer, open
	}()
	w.src, w.open = &source{r: bytes.NewReader(raw), size: int64(len(raw)), clock: w.clock}, nil
	walk()
}

// uuFiles takes the uuencoded files out of a text and files them as attachments.
func (w *walker) uuFiles(p *Part, index int, text string) string {
	if !strings.HasPrefix(text, "begin ") && !strings.Contains(text, "\nbegin ") {
		return text
	}
	var rest strings.Builder
	n := 0
	for text != "" {
		line, after, _ := strings.Cut(text, "\n")
		if name, ok := uuBegin([]byte(line)); ok {
			if end := uuEnd(after); end >= 0 {
				w.uuFile(p, index, name, n)
				n++
				text = after[end:]
				continue
			}
		}
		rest.WriteString(text[:len(text)-len(after)])
		text = after
	}
	return rest.String()
}

// uuEnd returns where the lines of a uuencoded file end, -1 if they are none.
func uuEnd(s string) int {
	total := len(s)
	for lines := 0; s != ""; lines++ {
		line, after, _ := strings.Cut(s, "\n")
		if line == "end" {
			return total - len(after)
		}
		if want := (int(firstByte(line)-' ')&0x3f + 2) / 3 * 4; line != "" && len(line) < want/2 ||
			len(line) > want+5 {
			if lines < 1 {
				return -1
			}
			return total - len(s)
		}
		s = after
	}
	return total // cut off by the text limit, or by the sender
}

func firstByte(s string) byte {
	if s == "" {
		return ' '
	}
	return s[0]
}

// maxUUFiles in one text: to open the last one, those before are read again.
const maxUUFiles = 50

// uuFile files the n-th uuencoded file of p.
func (w *walker) uuFile(p *Part, index int, name string, n int) {
	if n >= maxUUFiles || len(w.found) >= w.lim.Parts {
		w.warn("part-limit")
		return
	}
	part := *p
	a := &Attachment{RawName: name, ContentType: "application/octet-stream", Part: index}
	a.Filename = fileName(name, a.ContentType, len(w.found)+1)
	a.open = func() io.Reader { return &uuReader{r: bufio.NewReader(part.Open()), skip: n} }
	sum := sha256.New()
	a.Size, _ = io.Copy(sum, &stoppable{a.open(), w.clock})
	a.SHA256 = hex.EncodeToString(sum.Sum(nil))
	w.found = append(w.found, a)
}

// stoppable ends with the clock.
type stoppable struct {
	io.Reader
	clock *clock
}

func (s *stoppable) Read(p []byte) (int, error) {
	if s.clock.over() {
		return 0, io.EOF
	}
	return s.Reader.Read(p)
}

// uuReader decodes the file behind the n-th "begin" in r.
type uuReader struct {
	r     *bufio.Reader
	skip  int // files before
	state uuState
	out   []byte
	rest  []byte
}

type uuState int

const (
	uuBefore uuState = iota
	uuInside
	uuDone
)

func (u *uuReader) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		if u.state == uuDone {
			return 0, io.EOF
		}
		line, err := u.r.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			u.state = max(u.state, uuDone)
			if err != io.EOF {
				return 0, err
			}
		}
		u.line(bytes.TrimRight(line, "\r\n"))
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

func (u *uuReader) line(line []byte) {
	switch _, begin := uuBegin(line); {
	case begin && u.state == uuBefore:
		if u.skip--; u.skip < 0 {
			u.state = uuInside
		}
	case string(line) == "end" && u.state == uuInside:
		u.state = uuDone
	case u.state == uuInside:
		u.out = uuLine(u.out[:0], line)
		u.rest = u.out
	}
}
