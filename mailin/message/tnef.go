package message

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
)

// isTNEF reports whether a part is Outlook's winmail.dat (MS-OXTNEF).
func isTNEF(p *Part) bool {
	return p.Type == "application/ms-tnef" || p.Type == "application/vnd.ms-tnef" ||
		strings.EqualFold(p.RawName, "winmail.dat")
}

// Attributes of MS-OXTNEF section 2.1.3.4, and properties of MS-OXPROPS.
const (
	tnefSignature   = 0x223e9f78
	attrBody        = 0x800c
	attrAttachData  = 0x800f
	attrAttachTitle = 0x8010
	attrRendering   = 0x9002 // begins an attachment
	attrProps       = 0x9003
	attrAttachProps = 0x9005
	attrCodepage    = 0x9007

	propBody       = 0x1000
	propRTF        = 0x1009
	propHTML       = 0x1013
	propLongName   = 0x3707
	propShortName  = 0x3704
	propMIMEType   = 0x370e
	propContentID  = 0x3712
	propDataObject = 0x3701
)

// tnefReader reads a winmail.dat from front to back. Attachments are hashed as they pass; only
// small attributes are held.
type tnefReader struct {
	r       io.Reader
	off     int64
	limit   int // of an attribute that is held
	charset string
	text    string
	html    string
	rtf     []byte
	files   []tnefFile
}

type tnefFile struct {
	name, typ, cid string
	off, size      int64
	sha            string
	has            bool
}

// tnef replaces a winmail.dat by what is in it: the body, where the mail has no other,
// and the attachments. ok is false if it can't be read.
func (w *walker) tnef(p *Part, index int) (v view, ok bool) {
	t := &tnefReader{r: &stoppable{&contentReader{d: newDecoder(p.src, p.start, p.end, p.encoding),
		borrowed: true}, w.clock}, limit: w.lim.Text, charset: "windows-1252"}
	if !t.read() {
		return view{}, false
	}
	for i := range t.files {
		if f := &t.files[i]; f.has && len(w.found) < w.lim.Parts {
			w.found = append(w.found, f.attachment(p, index, len(w.found)+1))
			ok = true
		}
	}
	text, html := t.body()
	v = view{text: text[:min(len(text), w.texts)], html: html}
	v.text = strings.ToValidUTF8(v.text, "")
	w.texts -= len(v.text)
	ok = ok || v.hasText() || v.hasHTML()
	if w.shown || p.Within != "" {
		return view{}, ok // the mail has its text
	}
	return v, ok
}

func (f *tnefFile) attachment(p *Part, index, n int) *Attachment {
	part, file := *p, *f
	a := &Attachment{RawName: f.name, ContentType: f.typ, ContentID: bareID(f.cid), Part: index,
		Size: f.size, SHA256: f.sha}
	if a.ContentType == "" {
		a.ContentType = "application/octet-stream"
	}
	a.Filename = fileName(f.name, a.ContentType, n)
	a.Inline = a.ContentID != ""
	a.open = func() io.Reader { return &window{r: part.Open(), skip: file.off, left: file.size} }
	return a
}

// window reads a range of a stream.
type window struct {
	r          io.Reader
	skip, left int64
}

func (w *window) Read(p []byte) (int, error) {
	if w.skip > 0 {
		n, err := io.CopyN(io.Discard, w.r, w.skip)
		if w.skip -= n; err != nil {
			return 0, err
		}
	}
	if w.left <= 0 {
		return 0, io.EOF
	}
	n, err := w.r.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	return n, err
}

func (t *tnefReader) bytes(n int) ([]byte, bool) {
	b := make([]byte, n)
	got, err := io.ReadFull(t.r, b)
	t.off += int64(got)
	return b[:got], err == nil
}

// read goes through the attributes; it reports whether the stream is TNEF at all.
func (t *tnefReader) read() bool {
	head, ok := t.bytes(6)
	if !ok || binary.LittleEndian.Uint32(head) != tnefSignature {
		return false
	}
	for range 10000 {
		head, ok := t.bytes(9) // level, id, type, length
		if !ok {
			break
		}
		id, size := binary.LittleEndian.Uint16(head[1:]),
			int64(binary.LittleEndian.Uint32(head[5:]))
		if !t.attribute(id, size) {
			break
		}
		if _, ok := t.bytes(2); !ok { // checksum: often wrong
			break
		}
	}
	return true
}

func (t *tnefReader) attribute(id uint16, size int64) bool {
	switch {
	case id == attrRendering:
		t.files = append(t.files, tnefFile{})
	case id == attrAttachData && len(t.files) > 0:
		return t.file(size)
	case size > int64(t.limit):
	default:
		b, ok := t.bytes(int(size))
		t.small(id, b)
		return ok
	}
	n, err := io.CopyN(io.Discard, t.r, size)
	t.off += n
	return err == nil
}

// file hashes the data of an attachment. One that was cut off is kept as far as it goes.
func (t *tnefReader) file(size int64) bool {
	f := &t.files[len(t.files)-1]
	sum := sha256.New()
	f.off = t.off
	n, err := io.CopyN(sum, t.r, size)
	t.off += n
	f.size, f.sha, f.has = n, hex.EncodeToString(sum.Sum(nil)), true
	return err == nil
}

func (t *tnefReader) small(id uint16, b []byte) {
	switch id {
	case attrCodepage:
		if len(b) >= 4 {
			t.charset = "cp" + strconv.Itoa(int(binary.LittleEndian.Uint32(b)))
		}
	case attrBody:
		t.text, _ = toUTF8(b, t.charset)
	case attrAttachTitle:
		if len(t.files) > 0 {
			t.files[len(t.files)-1].name, _ = toUTF8(b, t.charset)
		}
	case attrProps:
		for prop := range mapiProps(b) {
			t.property(prop)
		}
	case attrAttachProps:
		if len(t.files) > 0 {
			for prop := range mapiProps(b) {
				t.files[len(t.files)-1].property(prop, t.charset)
			}
		}
	}
}

func (t *tnefReader) property(p mapiProp) {
	switch p.id {
	case propBody:
		t.text = p.text(t.charset)
	case propHTML:
		t.html, _ = toUTF8(p.value, htmlCharset(p.value))
	case propRTF:
		t.rtf = p.value
	}
}

func (f *tnefFile) property(p mapiProp, charset string) {
	switch p.id {
	case propLongName:
		f.name = p.text(charset)
	case propShortName:
		if f.name == "" {
			f.name = p.text(charset)
		}
	case propMIMEType:
		f.typ = mediaType(strings.ToLower(cleanLine(p.text(charset))))
	case propContentID:
		f.cid = cleanLine(p.text(charset))
	}
}

// body returns the text and HTML, from the RTF where there are none.
func (t *tnefReader) body() (text, html string) {
	text, html = lineEnds(t.text), lineEnds(t.html)
	if html == "" && len(t.rtf) > 0 {
		rtf := decompressRTF(t.rtf, t.limit)
		fromRTF, isHTML := readRTF(rtf)
		if isHTML {
			html = fromRTF
		} else if strings.TrimSpace(text) == "" {
			text = fromRTF
		}
	}
	return text, html
}
