package message

import (
	"bytes"
	"strings"
)

// A mail signed opaquely is a CMS SignedData (RFC 5652 section 5.1) around the mail's parts (RFC
// 8551 section 3.5.2):
//
//	SEQUENCE { OID signedData, [0] { SEQUENCE { version, digests, SEQUENCE { OID data, [0] { OCTET STRING … } }, … } } }
//
// What is inside is read, and who signed it is not: anybody can sign.

// cmsKind is what a CMS object says it is.
type cmsKind int

const (
	cmsUnknown cmsKind = iota
	cmsSigned
	cmsEnveloped
)

// pkcs7 is the arc of the object identifiers for data, signedData, envelopedData …:
// 1.2.840.113549.1.7.
var pkcs7 = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07}

func isCMS(p *Part) bool {
	switch p.Type {
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return true
	case "application/octet-stream", "application/x-smime":
		return p.RawName == "smime.p7m"
	}
	return false
}

// opaque reads a part that is a mail signed opaquely: its words and attachments stand in its place.
// ok is false for what is encrypted, or can't be read: that stays an attachment.
func (w *walker) opaque(p *Part, index int, at place) (v view, ok bool) {
	raw, whole := w.read(p, 4*w.lim.Text)
	content, kind := cmsContent(raw)
	if kind == cmsUnknown {
		kind = declaredCMS(p.Params["smime-type"])
	}
	if at.within == "" {
		w.m.Encrypted = w.m.Encrypted || kind == cmsEnveloped
		w.m.Signed = w.m.Signed || kind == cmsSigned
	}
	if kind != cmsSigned || len(content) == 0 || at.depth >= w.lim.Depth {
		return view{}, false
	}
	w.m.Parts[index] = *p
	if !whole {
		w.warn("attached-mail-limit")
		w.keep(p, index, at) // what could not be read is in it
	}
	inner := place{depth: at.depth + 1, within: at.within, hidden: at.hidden,
		parent: "multipart/mixed", fallback: "text/plain"}
	w.walkBytes(content, func() { v, _ = w.entity(0, inner) })
	return v, true
}

// declaredCMS goes by the smime-type (RFC 8551 section 3.2.2) of an object that can't be read.
func declaredCMS(smimeType string) cmsKind {
	switch t := strings.ToLower(smimeType); {
	case strings.HasPrefix(t, "signed"):
		return cmsSigned
	case strings.HasPrefix(t, "compressed"), strings.HasPrefix(t, "certs"):
		return cmsUnknown
	}
	return cmsEnveloped
}

// cmsContent returns what a CMS object is, and what a SignedData holds.
func cmsContent(b []byte) (content []byte, kind cmsKind) {
	r := ber{b}
	if !r.enter(0x30) {
		return nil, cmsUnknown
	}
	switch oid, _ := r.value(0x06); {
	case len(oid) != len(pkcs7)+1 || !bytes.HasPrefix(oid, pkcs7):
		return nil, cmsUnknown
	case oid[len(pkcs7)] == 3:
		return nil, cmsEnveloped
	case oid[len(pkcs7)] != 2:
		return nil, cmsUnknown
	}
	if !r.enter(0xa0) || !r.enter(0x30) {
		return nil, cmsSigned
	}
	_, version := r.value(0x02)
	if !version || !r.skip(0x31) || !r.enter(0x30) {
		return nil, cmsSigned
	}
	if _, ok := r.value(0x06); !ok || !r.enter(0xa0) {
		return nil, cmsSigned // the signature of something else
	}
	if content, ok := r.value(0x04); ok {
		return content, cmsSigned
	}
	for r.enter(0x24) { // in pieces
		for {
			piece, ok := r.value(0x04)
			if !ok {
				break
			}
			content = append(content, piece...)
		}
	}
	return content, cmsSigned
}

// ber reads what is left of a BER encoding (X.690) from the front, no deeper than it is told.
type ber struct{ rest []byte }

// head reads a tag and a length, -1 for the indefinite one.
func (r *ber) head(tag byte) (size, length int, ok bool) {
	if len(r.rest) < 2 || r.rest[0] != tag {
		return 0, 0, false
	}
	n := int(r.rest[1])
	switch {
	case n < 0x80:
		return 2, n, true
	case n == 0x80:
		return 2, -1, true
	case n > 0x84 || len(r.rest) < n-0x80+2:
		return 0, 0, false
	}
	for _, c := range r.rest[2 : 2+n-0x80] {
		length = length<<8 | int(c)
	}
	return 2 + n - 0x80, length, true
}

// enter goes into a constructed value. What follows it is read by none.
func (r *ber) enter(tag byte) bool {
	size, _, ok := r.head(tag)
	if ok {
		r.rest = r.rest[size:]
	}
	return ok
}

// value takes a primitive value; one that is cut off is taken as far as it goes.
func (r *ber) value(tag byte) ([]byte, bool) {
	size, length, ok := r.head(tag)
	if !ok || length < 0 {
		return nil, false
	}
	v := r.rest[size:]
	v = v[:min(length, len(v))]
	r.rest = r.rest[size+len(v):]
	return v, true
}

// skip passes a value of definite length.
func (r *ber) skip(tag byte) bool {
	_, ok := r.value(tag)
	return ok
}
