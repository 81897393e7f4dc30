package message

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// utf7 is UTF-7 (RFC 2152), for reading only.
type utf7 struct{}

func (utf7) NewDecoder() *encoding.Decoder { return &encoding.Decoder{Transformer: utf7Decoder{}} }
func (utf7) NewEncoder() *encoding.Encoder { return unicode.UTF8.NewEncoder() }

type utf7Decoder struct{ transform.NopResetter }

// Transform wants all of the text at once: it asks for it while atEOF is false.
func (utf7Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if !atEOF {
		return 0, 0, transform.ErrShortSrc
	}
	text := decodeUTF7(string(src))
	if len(text) > len(dst) {
		return 0, 0, transform.ErrShortDst
	}
	return copy(dst, text), len(src), nil
}

func decodeUTF7(s string) string {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '+')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		n := 0
		for n < len(s) && b64Table[s[n]] < 64 && s[n] != '-' && s[n] != '_' {
			n++
		}
		if n == 0 {
			b.WriteByte('+')
		} else {
			octets := base64Text(s[:n])
			units := make([]uint16, len(octets)/2)
			for k := range units {
				units[k] = uint16(octets[2*k])<<8 | uint16(octets[2*k+1])
			}
			b.WriteString(string(utf16.Decode(units)))
		}
		s = strings.TrimPrefix(s[n:], "-")
	}
	b.WriteString(s)
	return b.String()
}
