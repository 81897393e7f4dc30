package message

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// aliases are the names that senders use and no registry knows.
var aliases = map[string]encoding.Encoding{
	"cp932": japanese.ShiftJIS, "windows31j": japanese.ShiftJIS, "mskanji": japanese.ShiftJIS,
	"cp936": simplifiedchinese.GBK, "gb": simplifiedchinese.GBK,
	"gb18030":  simplifiedchinese.GB18030,
	"hzgb2312": simplifiedchinese.HZGB2312, "hz": simplifiedchinese.HZGB2312,
	"cp950": traditionalchinese.Big5, "big5eten": traditionalchinese.Big5,
	"xbig5": traditionalchinese.Big5,
	"cp949": korean.EUCKR, "uhc": korean.EUCKR, "ksc56011987": korean.EUCKR,
	"ksc5601": korean.EUCKR,
	"xeuckr":  korean.EUCKR, "cp51932": japanese.EUCJP, "xeucjp": japanese.EUCJP,
	"cp50220": japanese.ISO2022JP, "cp50221": japanese.ISO2022JP, "iso2022jp1": japanese.ISO2022JP,
	"ansi": charmap.Windows1252, "latin": charmap.Windows1252, "cp1252": charmap.Windows1252,
	"iso885915": charmap.ISO8859_15, "latin9": charmap.ISO8859_15, "latin0": charmap.ISO8859_15,
	"cp437": charmap.CodePage437, "ibm437": charmap.CodePage437, "cp850": charmap.CodePage850,
	"ibm850": charmap.CodePage850, "cp852": charmap.CodePage852, "cp855": charmap.CodePage855,
	"cp858": charmap.CodePage858, "cp860": charmap.CodePage860, "cp862": charmap.CodePage862,
	"cp863": charmap.CodePage863, "cp865": charmap.CodePage865, "cp866": charmap.CodePage866,
	"cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "cp1253": charmap.Windows1253,
	"cp1254": charmap.Windows1254, "cp1255": charmap.Windows1255, "cp1256": charmap.Windows1256,
	"cp1257": charmap.Windows1257, "cp1258": charmap.Windows1258, "cp874": charmap.Windows874,
	"tis620": charmap.Windows874, "koi8": charmap.KOI8R, "mac": charmap.Macintosh,
	"macroman": charmap.Macintosh, "xmacroman": charmap.Macintosh,
	"utf16":   unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"utf16le": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf16be": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"unicode": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"ucs2":    unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"utf32":   utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
	"utf32le": utf32.UTF32(utf32.LittleEndian, utf32.UseBOM),
	"utf32be": utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
	"utf7":    utf7{}, "unicode11utf7": utf7{}, "xunicode20utf7": utf7{},
}

// labelled are the names that say nothing beyond "try UTF-8 first".
var unlabelled = map[string]bool{
	"": true, "utf8": true, "xutf8": true, "utf": true, "usascii": true, "ascii": true,
	"ansix341968": true, "default": true,
	"defaultcharset": true, "unknown": true, "unknown8bit": true, "xunknown": true, "8bit": true,
	"7bit": true, "binary": true, "none": true,
}

// squeeze brings "'ISO_8859-1';" to "iso88591".
func squeeze(label string) string {
	var b [40]byte
	n := 0
	for i := 0; i < len(label) && n < len(b); i++ {
		c := label[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b[n] = c
			n++
		}
	}
	return string(b[:n])
}

// lookup returns the encoding that label means: nil for UTF-8 and for what is unknown.
func lookup(label string) (enc encoding.Encoding, known bool) {
	label, _, _ = strings.Cut(label, "(") // a comment behind it
	s := squeeze(label)
	switch s {
	case "iso88591", "windows1252", "latin1":
		return charmap.Windows1252, true
	}
	if unlabelled[s] {
		return nil, true
	}
	if e, ok := aliases[s]; ok {
		return e, true
	}
	label = strings.ToLower(strings.Trim(label, " \t\"';:,<>"))
	for _, name := range []string{label, strings.ReplaceAll(label, "_", "-"),
		strings.TrimPrefix(label, "x-"), dashed(s)} {
		if e, err := htmlindex.Get(name); err == nil && e != encoding.Replacement &&
			e != unicode.UTF8 {
			return e, true
		}
		if e, err := ianaindex.MIME.Encoding(name); err == nil && e != nil {
			return e, true
		}
	}
	return nil, false
}

// dashed brings "iso88592" and "windows1250" back to how registries write them.
func dashed(s string) string {
	for _, prefix := range []string{"iso8859", "windows", "koi8", "cp", "ibm"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			if prefix == "iso8859" {
				prefix = "iso-8859"
			}
			return prefix + "-" + rest
		}
	}
	return s
}

// toUTF8 decodes b: as declared, unless its octets say otherwise, else as UTF-8,
// else as what they look like. note is a warning, or "". The result is valid and without NUL.
func toUTF8(b []byte, declared string) (text, note string) {
	if isPlain(b) && plainInAny(declared) {
		return string(b), ""
	}
	text, note = decodeCharset(b, declared)
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "")
	}
	return text, note
}

// isPlain reports whether b is ASCII without NUL and escapes.
func isPlain(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0 || c == 0x1b {
			return false
		}
	}
	return true
}

// plainInAny reports whether ASCII means itself in the charset.
func plainInAny(label string) bool {
	s := squeeze(label)
	return !strings.HasPrefix(s, "utf7") && !strings.HasPrefix(s, "hz") &&
		!strings.HasSuffix(s, "utf7") &&
		!strings.HasPrefix(s, "utf16") && !strings.HasPrefix(s, "utf32") && s != "unicode" &&
		s != "ucs2"
}

func decodeCharset(b []byte, declared string) (text, note string) {
	if enc, skip := byteOrderMark(b); enc != nil || skip > 0 {
		return decodeWith(enc, b[skip:]), ""
	}
	enc, known := lookup(declared)
	if !known {
		note = "charset-unknown: " + strings.ToValidUTF8(
			cleanLine(declared[:min(len(declared), 40)]), "\uFFFD")
	}
	if wide(enc) && looksNarrow(b) {
		enc, note = nil, "charset-wrong: "+squeeze(declared)
	}
	if enc == nil || !wide(enc) {
		if enc != japanese.ISO2022JP && isISO2022JP(b) {
			return decodeWith(japanese.ISO2022JP, b), note
		}
	}
	if enc != nil {
		return decodeDeclared(enc, b, note, declared)
	}
	if utf8.Valid(b) {
		return string(b), note
	}
	name, enc := guess(b)
	if enc == nil {
		return mixedUTF8(b), "charset-damaged"
	}
	return decodeWith(enc, b), "charset-guessed: " + name
}

// decodeDeclared believes the label unless the octets are UTF-8, which by chance they
// hardly ever are, or do not fit the label at all.
func decodeDeclared(enc encoding.Encoding, b []byte, note, declared string) (string, string) {
	if _, single := enc.(*charmap.Charmap); single {
		if isUTF8(b) {
			return string(b), "charset-wrong: " + squeeze(declared)
		}
		return decodeWith(enc, b), note
	}
	text := decodeWith(enc, b)
	if strings.Contains(text, "\uFFFD") && isUTF8(b) {
		return string(b), "charset-wrong: " + squeeze(declared)
	}
	return text, note
}

// isUTF8 reports whether b is UTF-8 beyond ASCII, and text: without the controls of ISO 6429.
func isUTF8(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	beyond := false
	for i, c := range b {
		if c == 0xc2 && b[i+1] < 0xa0 {
			return false
		}
		beyond = beyond || c >= utf8.RuneSelf
	}
	return beyond
}

func decodeWith(enc encoding.Encoding, b []byte) string {
	if enc == nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	if cm, ok := enc.(*charmap.Charmap); ok {
		return decodeCharmap(cm, b)
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		out = append(out, "\uFFFD"...)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

func decodeCharmap(cm *charmap.Charmap, b []byte) string {
	out := make([]byte, 0, len(b)+len(b)/8+8)
	for len(b) > 0 {
		n := 0
		for n < len(b) && b[n] < utf8.RuneSelf {
			n++
		}
		out = append(out, b[:n]...)
		if b = b[n:]; len(b) > 0 {
			out = utf8.AppendRune(out, cm.DecodeByte(b[0]))
			b = b[1:]
		}
	}
	return string(out)
}

func byteOrderMark(b []byte) (enc encoding.Encoding, skip int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		if utf8.Valid(b) {
			return nil, 3
		}
	case bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	}
	return nil, 0
}

func wide(enc encoding.Encoding) bool {
	if enc == nil {
		return false
	}
	for _, name := range []string{"utf16", "utf16le", "utf16be", "utf32", "utf32le", "utf32be"} {
		if enc == aliases[name] {
			return true
		}
	}
	return false
}

// looksNarrow reports whether text labelled UTF-16 has no NUL and is ASCII mostly: the label lies.
func looksNarrow(b []byte) bool {
	head := b[:min(len(b), 1000)]
	ascii := 0
	for _, c := range head {
		if c == 0 {
			return false
		}
		if c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' {
			ascii++
		}
	}
	return len(head) == 0 || ascii*10 > len(head)*9
}

// isISO2022JP looks for the escapes of RFC 1468 in 7-bit text.
func isISO2022JP(b []byte) bool {
	i := bytes.Index(b, []byte("\x1b$"))
	return i >= 0 && i+2 < len(b) && (b[i+2] == 'B' || b[i+2] == '@') &&
		bytes.Contains(b[i:], []byte("\x1b("))
}
