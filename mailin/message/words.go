package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// decodeWords decodes the encoded-words of RFC 2047 wherever they stand and however
// they are mangled: folded or with blanks inside, without padding, glued to other
// text, a character split between two of them.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var run wordRun
	ends := strings.LastIndex(s, "?=") // none behind: don't look for it in vain, word by word
	total := len(s)
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, length := encodedWord(s[i:], ends > total-len(s)+i)
		if length == 0 {
			run.flush(&out)
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		if between := s[:i]; !run.any || strings.TrimSpace(between) != "" {
			run.flush(&out)
			out.WriteString(between)
		}
		run.add(&out, w)
		s = s[i+length:]
	}
	run.flush(&out)
	out.WriteString(s)
	return out.String()
}

// wordRun collects neighbouring words of one charset: only together are they text.
type wordRun struct {
	any     bool
	charset string
	raw     []byte
}

func (r *wordRun) add(out *strings.Builder, w word) {
	if r.any && !strings.EqualFold(r.charset, w.charset) {
		r.flush(out)
	}
	r.any, r.charset = true, w.charset
	r.raw = append(r.raw, w.raw...)
}

func (r *wordRun) flush(out *strings.Builder) {
	if r.any {
		text, _ := toUTF8(r.raw, r.charset)
		out.WriteString(text)
	}
	*r = wordRun{raw: r.raw[:0]}
}

type word struct {
	charset string
	raw     []byte
}

// encodedWord reads the word at the start of s; closed says that a "?=" follows
// somewhere. length is 0 if there is no word.
func encodedWord(s string, closed bool) (w word, length int) {
	q1 := strings.IndexByte(s[2:min(len(s), 66)], '?')
	if q1 < 0 || len(s) < q1+5 || s[2+q1+2] != '?' {
		return word{}, 0
	}
	charset, _, _ := strings.Cut(s[2:2+q1], "*")  // RFC 2231 section 5: a language
	if strings.ContainsAny(charset, "=(),;<>@") { // "UTF 8" has a blank
		return word{}, 0
	}
	coding, text := s[2+q1+1]|0x20, s[2+q1+3:]
	if coding != 'q' && coding != 'b' {
		return word{}, 0
	}
	end := -1
	if closed {
		end = wordEnd(text, coding)
	}
	length = len(s) - len(text) + end + 2
	if end < 0 { // cut off: to the end of the value
		if strings.ContainsAny(text, " \t?<>@") || text == "" {
			return word{}, 0
		}
		end, length = len(text), len(s)
	}
	if coding == 'b' {
		return word{charset, base64Text(text[:end])}, length
	}
	q := strings.ReplaceAll(joinEscapes(text[:end]), "_", " ")
	return word{charset, unescape(nil, []byte(q), '=')}, length
}

// joinEscapes takes out blanks inside an escape ("=C 3"): somebody folded a line in its midst.
func joinEscapes(s string) string {
	if !strings.ContainsAny(s, " \t") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' || s[i] == '\t' {
			rest := strings.TrimLeft(s[i:], " \t")
			t := b.String()
			n := len(t)
			if n > 1 && t[n-2] == '=' && hexValue(t[n-1]) < 16 && len(rest) > 0 &&
				hexValue(rest[0]) < 16 {
				i = len(s) - len(rest) - 1
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// wordEnd finds the "?=" that ends a word. In Q a question mark may stand unescaped
// before an escape ("?=3F"): that is not the end.
func wordEnd(text string, coding byte) int {
	for from := 0; ; {
		i := strings.Index(text[from:], "?=")
		if i < 0 || coding == 'b' {
			return i
		}
		i += from
		if len(text) < i+4 || hexValue(text[i+2]) > 15 || hexValue(text[i+3]) > 15 {
			return i
		}
		if j := strings.Index(text[i+2:], "?="); j < 0 || strings.Contains(text[i+2:i+2+j], "=?") ||
			j > 80 {
			return i
		}
		from = i + 2
	}
}

// base64Text decodes what is base64 in s.
func base64Text(s string) []byte {
	d := decoder{out: nil}
	out := make([]byte, 0, len(s)*3/4+3)
	for i := 0; i < len(s); i++ {
		switch v := b64Table[s[i]]; v {
		case b64Skip, b64Bad:
		case b64Pad:
			out = d.flush(out)
		default:
			d.bits = d.bits<<6 | uint32(v)
			if d.have++; d.have == 4 {
				out = append(out, byte(d.bits>>16), byte(d.bits>>8), byte(d.bits))
				d.bits, d.have = 0, 0
			}
		}
	}
	return d.flush(out)
}

// isCleanLine reports whether nothing of an ASCII line must go, but for a blank at its end.
func isCleanLine(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f || s[i] == ' ' && (i == 0 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// cleanLine makes s one line for display: controls become blanks, marks that
// reorder the text around them go.
func cleanLine(s string) string {
	if isCleanLine(s) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	blank := false
	for _, r := range s {
		switch {
		case r == 0xfeff, r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e,
			r >= 0x2066 && r <= 0x2069:
		case unicode.IsControl(r), r == 0x2028, r == 0x2029, r == ' ':
			blank = b.Len() > 0
		default:
			if blank {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// repairText makes a raw header value valid UTF-8 without NUL: it is UTF-8, or in the charset of
// the mail, or in what its octets speak for.
func repairText(s, charset string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || s[i] == 0 || s[i] == 0x1b {
			ascii = false
			break
		}
	}
	if ascii {
		return s
	}
	if utf8.ValidString(s) {
		if strings.IndexByte(s, 0x1b) < 0 || !isISO2022JP([]byte(s)) {
			return strings.ReplaceAll(s, "\x00", "")
		}
	}
	text, _ := toUTF8([]byte(s), charset)
	return text
}
