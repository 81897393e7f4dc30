package message

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"
	"testing"
)

// winmail builds a TNEF stream of attributes.
type winmail struct{ bytes.Buffer }

func newWinmail() *winmail {
	w := &winmail{}
	binary.Write(w, binary.LittleEndian, uint32(tnefSignature))
	w.Write([]byte{1, 0})
	return w
}

func (w *winmail) attr(level byte, id uint16, data []byte) *winmail {
	w.WriteByte(level)
	binary.Write(w, binary.LittleEndian, id)
	w.Write([]byte{0, 0})
	binary.Write(w, binary.LittleEndian, uint32(len(data)))
	w.Write(data)
	w.Write([]byte{0, 0})
	return w
}

// props builds a property list; values alternate with their types and ids.
func props(list ...mapiProp) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, uint32(len(list)))
	for _, p := range list {
		binary.Write(&b, binary.LittleEndian, uint32(p.id)<<16|uint32(p.typ))
		if p.id >= 0x8000 {
			b.Write(make([]byte, 16+8))
		}
		if p.typ == 3 {
			b.Write(p.value)
			continue
		}
		binary.Write(&b, binary.LittleEndian, uint32(1))
		binary.Write(&b, binary.LittleEndian, uint32(len(p.value)))
		b.Write(p.value)
		b.Write(make([]byte, -len(p.value)&3))
	}
	return b.Bytes()
}

func utf16le(s string) []byte {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return append(b, 0, 0)
}

// uncompressed wraps RTF as the uncompressed kind of compressed RTF.
func uncompressed(rtf string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(rtf)+12))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(rtf)))
	return append(append(append(b, "MELA"...), 0, 0, 0, 0), rtf...)
}

func inWinmail(w *winmail) string {
	return "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: " +
		"base64\n\n" + base64.StdEncoding.EncodeToString(w.Bytes()) + "\n"
}

func TestTNEF(t *testing.T) {
	codepage := []byte{0xe4, 4, 0, 0, 0, 0, 0, 0} // 1252
	cases := []struct {
		name             string
		mail             *winmail
		text, html, file string
	}{
		{"text", newWinmail().attr(1, attrCodepage, codepage).attr(1, attrBody,
			[]byte("ma\xf1ana\r\n\x00")), "mañana\n", "", ""},
		{"text as property", newWinmail().attr(1, attrProps,
			props(mapiProp{3, 0x8001, []byte{1, 0, 0, 0}},
				mapiProp{0x1f, propBody, utf16le("mañana")})), "mañana", "", ""},
		{"HTML", newWinmail().attr(1, attrProps,
			props(mapiProp{0x102, propHTML, []byte("<meta charset=windows-1252><p>ma\xf1ana")})),
			"", "<meta charset=windows-1252><p>mañana", ""},
		{"RTF", newWinmail().attr(1, attrProps,
			props(mapiProp{0x102, propRTF,
				uncompressed(
					`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 ma\'f1ana\par d\u237?a \{1\}}`)})), "mañana\ndía {1}", "", ""},
		{"HTML in RTF", newWinmail().attr(1, attrProps,
			props(mapiProp{0x102, propRTF,
				uncompressed(
					`{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 ma\'f1ana\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}`)})), "", "<p>mañana</p>", ""},
		{"attachment", newWinmail().attr(2, attrRendering, nil).attr(2, attrAttachTitle,
			[]byte("INFORM~1.PDF\x00")).attr(2, attrAttachData, []byte("hola")).
			attr(2, attrAttachProps, props(mapiProp{0x1f, propLongName, utf16le("informe año.pdf")},
				mapiProp{0x1e, propMIMEType, []byte("application/pdf\x00")})), "", "",
			"informe año.pdf application/pdf hola"},
		{"not TNEF", &winmail{}, "", "", "winmail.dat application/ms-tnef "},
	}
	for _, c := range cases {
		m := read(t, inWinmail(c.mail))
		file := ""
		for _, a := range m.Attachments {
			data, err := io.ReadAll(a.Open())
			if err != nil || int64(len(data)) != a.Size {
				t.Errorf("%s: %d octets of %d, error %v", c.name, len(data), a.Size, err)
			}
			file += a.Filename + " " + a.ContentType + " " + string(data)
		}
		if m.Text != c.text || m.HTML != c.html || file != c.file {
			t.Errorf("%s:\n got %q %q %q\nwant %q %q %q", c.name, m.Text, m.HTML, file, c.text,
				c.html, c.file)
		}
	}
}

func TestTNEFBesideText(t *testing.T) {
	w := newWinmail().attr(1, attrBody, []byte("hola\x00"))
	m := read(t, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhola\n--b\n"+inWinmail(w)+
		"--b--\n")
	if m.Text != "hola" || len(m.Attachments) != 0 {
		t.Errorf("text %q, attachments %+v", m.Text, m.Attachments)
	}
}

// TestDecompressRTF uses the examples of MS-OXRTFCP section 3.
func TestDecompressRTF(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"section 3.1.1",
			"\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125\x42\x32\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0", "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
		{"section 3.1.2, overlapping",
			"\x1a\x00\x00\x00\x1c\x00\x00\x00LZFu\xe2\xd4KQA\x00\x04 WXYZ\x0dn}\x01\x0e\xb0",
			"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
		{"cut off", "\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg",
			"{\\rtf1\\ansi\\ansicpg"},
		{"too short", "LZFu", ""},
		{"unknown kind", strings.Repeat("x", 20), ""},
	}
	for _, c := range cases {
		if got := string(decompressRTF([]byte(c.in), 1000)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if len(rtfDictionary) != 207 {
		t.Errorf("the dictionary has %d octets, not 207", len(rtfDictionary))
	}
}
