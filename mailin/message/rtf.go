package message

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"
)

// rtfDictionary is what the window of the compression begins with (MS-OXRTFCP section 2.1.2.1).
const rtfDictionary = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
	"\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// decompressRTF undoes LZFu, up to limit octets. Damage ends it.
func decompressRTF(b []byte, limit int) []byte {
	if len(b) < 16 {
		return nil
	}
	kind := string(b[8:12])
	size := min(int(binary.LittleEndian.Uint32(b[4:])), limit)
	b = b[16:]
	if kind == "MELA" {
		return b[:min(len(b), size)]
	}
	if kind != "LZFu" {
		return nil
	}
	var dict [4096]byte
	pos := copy(dict[:], rtfDictionary)
	var out []byte
	put := func(c byte) {
		out = append(out, c)
		dict[pos] = c
		pos = (pos + 1) % len(dict)
	}
	for len(b) > 0 && len(out) < size {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0 && len(out) < size; bit++ {
			if flags>>bit&1 == 0 {
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out
			}
			ref := int(b[0])<<8 | int(b[1])
			b = b[2:]
			from, length := ref>>4, ref&15+2
			if from == pos { // the end mark
				return out
			}
			for i := range length {
				put(dict[(from+i)%len(dict)])
			}
		}
	}
	return out
}

// readRTF returns the text of an RTF document; the HTML, if that is what it wraps (MS-OXRTFEX).
func readRTF(b []byte) (text string, isHTML bool) {
	r := rtfReader{isHTML: bytes.Contains(b[:min(len(b), 1000)], []byte(`\fromhtml`)),
		charset: "windows-1252", skipUnicode: 1}
	r.read(b)
	r.flush()
	return lineEnds(strings.ReplaceAll(r.out.String(), "\x00", "")), r.isHTML
}

type rtfState struct {
	hidden  bool // a destination that is no text
	tag     bool // an htmltag: HTML as it is
	htmlrtf bool // what only RTF readers show
}

type rtfReader struct {
	out         strings.Builder
	raw         []byte // octets of the code page, not yet decoded
	units       []uint16
	charset     string
	isHTML      bool
	state       rtfState
	stack       []rtfState
	skipUnicode int
	skip        int // characters that stand for a \u before
}

func (r *rtfReader) flush() {
	if len(r.units) > 0 {
		r.out.WriteString(string(utf16.Decode(r.units)))
		r.units = r.units[:0]
	}
	if len(r.raw) > 0 {
		s, _ := toUTF8(r.raw, r.charset)
		r.out.WriteString(s)
		r.raw = r.raw[:0]
	}
}

func (r *rtfReader) put(c byte) {
	if r.skip > 0 {
		r.skip--
		return
	}
	if r.visible() {
		if len(r.units) > 0 {
			r.flush()
		}
		r.raw = append(r.raw, c)
	}
}

func (r *rtfReader) visible() bool {
	return r.state.tag || !r.state.hidden && !(r.isHTML && r.state.htmlrtf)
}

func (r *rtfReader) write(s string) {
	if r.visible() {
		r.flush()
		r.out.WriteString(s)
	}
}

func (r *rtfReader) read(b []byte) {
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '{':
			if len(r.stack) < 1000 {
				r.stack = append(r.stack, r.state)
			}
			i++
		case '}':
			if n := len(r.stack); n > 0 {
				r.state, r.stack = r.stack[n-1], r.stack[:n-1]
			}
			i++
		case '\\':
			i += r.control(b[i:])
		case '\r', '\n':
			i++
		default:
			r.put(c)
			i++
		}
	}
}

// control handles the control word or symbol at the start of b and returns its length.
func (r *rtfReader) control(b []byte) int {
	if len(b) < 2 {
		return len(b)
	}
	if c := b[1] | 0x20; c < 'a' || c > 'z' {
		return r.symbol(b)
	}
	n := 1
	for n < len(b) && n < 32 && b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' {
		n++
	}
	word := string(b[1:n])
	digits := n
	for n < len(b) && n < digits+11 && (b[n] >= '0' && b[n] <= '9' || b[n] == '-' && n == digits) {
		n++
	}
	arg, err := strconv.Atoi(string(b[digits:n]))
	if n < len(b) && b[n] == ' ' {
		n++
	}
	r.word(word, arg, err == nil)
	return n
}

func (r *rtfReader) symbol(b []byte) int {
	switch b[1] {
	case '\'':
		if len(b) >= 4 && hexValue(b[2]) < 16 && hexValue(b[3]) < 16 {
			r.put(hexValue(b[2])<<4 | hexValue(b[3]))
			return 4
		}
	case '*':
		r.state.hidden = true
		if bytes.HasPrefix(b[2:], []byte(`\htmltag`)) {
			r.state.tag = true
		}
	case '~':
		r.write("\u00a0")
	case '\\', '{', '}':
		r.put(b[1])
	case '\r', '\n':
		r.write("\n")
	}
	return 2
}

func (r *rtfReader) word(word string, arg int, has bool) {
	switch word {
	case "par", "line", "row", "sect", "page":
		r.write("\n")
	case "tab", "cell":
		r.write("\t")
	case "emdash":
		r.write("—")
	case "endash":
		r.write("–")
	case "bullet":
		r.write("•")
	case "lquote":
		r.write("‘")
	case "rquote":
		r.write("’")
	case "ldblquote":
		r.write("“")
	case "rdblquote":
		r.write("”")
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer",
		"generator":
		r.state.hidden = true
	case "ansicpg":
		if has && arg > 0 {
			r.charset = "cp" + strconv.Itoa(arg)
		}
	case "uc":
		r.skipUnicode = min(max(arg, 0), 10)
	case "u":
		r.unicode(arg)
	case "htmlrtf":
		r.flush()
		r.state.htmlrtf = !has || arg != 0
	}
}

func (r *rtfReader) unicode(arg int) {
	if r.visible() {
		if len(r.raw) > 0 {
			r.flush()
		}
		r.units = append(r.units, uint16(arg))
	}
	r.skip = r.skipUnicode
}
