package message

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// guess names the charset of text that is neither labelled nor UTF-8. Latin is the rule; another
// script needs strong evidence. enc is nil for UTF-8 with octets of another charset among it.
func guess(b []byte) (name string, enc encoding.Encoding) {
	if i := slices.IndexFunc(b, func(c byte) bool { return c >= utf8.RuneSelf }); i > 100 {
		b = b[i-100:]
	}
	b = b[:min(len(b), 8<<10)]
	good, bad := countUTF8(b)
	if good > 0 && good >= bad {
		return "utf-8", nil
	}
	if high, dense := density(b); dense {
		if name, enc = guessCyrillic(b, high); enc != nil {
			return name, enc
		}
		if name, enc = guessAsian(b); enc != nil {
			return name, enc
		}
	}
	// by chance two or three octets of Latin-1 are UTF-8, as in "été »"
	if good > 0 && good*2 >= bad {
		return "utf-8", nil
	}
	for _, c := range b {
		if c >= 0x80 && c <= 0x9f { // controls in ISO 8859
			return "windows-1252", charmap.Windows1252
		}
	}
	if euroSign(b) {
		return "iso-8859-15", charmap.ISO8859_15
	}
	return "windows-1252", charmap.Windows1252
}

// density counts the high octets. In Latin text they stand alone among letters;
// in other scripts they stand side by side.
func density(b []byte) (high int, dense bool) {
	letters, paired := 0, 0
	before := false
	for _, c := range b {
		if c >= utf8.RuneSelf {
			high++
			if before {
				paired++
			}
		} else if c|0x20 >= 'a' && c|0x20 <= 'z' {
			letters++
		}
		before = c >= utf8.RuneSelf
	}
	return high, high >= 4 && (high > letters || paired*10 >= high*7) || high >= 6 &&
		high*2 > letters
}

// countUTF8 counts the characters beyond ASCII that are UTF-8, and the octets that are not.
func countUTF8(b []byte) (good, bad int) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good, bad
}

// mixedUTF8 decodes UTF-8 into which a gateway has set text of its own in Latin-1, or which was
// cut: each octet that is no UTF-8 is taken as windows-1252 alone, but not the beginnings of a
// character at the end.
func mixedUTF8(b []byte) string {
	out := make([]byte, 0, len(b)+8)
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r != utf8.RuneError || n > 1:
			out = append(out, b[i:i+n]...)
		case b[i] >= 0xc2 && !utf8.FullRune(b[i:]):
			return string(append(out, "\uFFFD"...))
		case b[i] == 0xff: // of no text in Latin-1
			out = append(out, "\uFFFD"...)
		default:
			out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(b[i]))
		}
		i += n
	}
	return string(out)
}

// euroSign: 0xA4 after a digit or standing alone is the euro, not the currency sign that nobody
// writes.
func euroSign(b []byte) bool {
	for i, c := range b {
		if c == 0xa4 && (i == 0 || b[i-1] == ' ' || b[i-1] >= '0' && b[i-1] <= '9') {
			return true
		}
	}
	return false
}

// guessAsian tries the multibyte charsets: all octets must fit, and most characters
// must be of the kind that texts are made of.
func guessAsian(b []byte) (string, encoding.Encoding) {
	bestName, bestScore := "", 0.0
	var best encoding.Encoding
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
	}{
		{"shift_jis", japanese.ShiftJIS},
		{"euc-jp", japanese.EUCJP},
		{"euc-kr", korean.EUCKR},
		{"gb18030", simplifiedchinese.GB18030},
		{"big5", traditionalchinese.Big5},
	} {
		if score := asianScore(decodeWith(c.enc, b), c.name); score > bestScore {
			bestName, bestScore, best = c.name, score, c.enc
		}
	}
	if bestScore < 0.55 {
		return "", nil
	}
	return bestName, best
}

// frequent are among the commonest characters of each script's running text.
var frequent = map[string]string{
	"gb18030": "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从文件管理测试邮件附件您请",
	"big5":    "的一是不了在人有我他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生自會那後能對著事其裡所去行過家十用發天如然作方成者多日都三小軍二無同麼經法當起與好看學進種將還分此心前面又定見只主沒公從測試郵件附件您請",
}

// asianScore is near 1 for text of the script and small for others read by mistake.
func asianScore(text, name string) float64 {
	total, points := 0, 0.0
	for _, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		total++
		switch {
		case r == utf8.RuneError:
			points -= 4
		case r >= 0x3040 && r <= 0x30ff: // kana
			if name == "shift_jis" || name == "euc-jp" {
				points += 1.3
			}
		case r >= 0xff61 && r <= 0xff9f: // half-width kana: what other charsets turn into
			points -= 0.5
		case r >= 0xac00 && r <= 0xd7a3: // hangul
			points++
		case r >= 0x4e00 && r <= 0x9fff:
			switch common, listed := frequent[name]; {
			case listed && strings.ContainsRune(common, r):
				points += 1.5
			case name == "euc-kr":
			default:
				points += 0.6
			}
		case r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xff60:
			points += 0.7
		default:
			points -= 0.7
		}
	}
	if total < 2 {
		return 0
	}
	return points / float64(total)
}

// guessCyrillic wants nearly all high octets to be letters of both charsets, which no Asian
// text is, and tells KOI8-R from windows-1251 by which are small letters.
func guessCyrillic(b []byte, high int) (string, encoding.Encoding) {
	upper, lower := 0, 0 // 0xC0-0xDF: small in KOI8-R; 0xE0-0xFF: small in windows-1251
	for _, c := range b {
		switch {
		case c >= 0xe0:
			lower++
		case c >= 0xc0:
			upper++
		}
	}
	switch {
	case (upper+lower)*100 < high*95:
		return "", nil
	case lower >= 2*upper:
		return "windows-1251", charmap.Windows1251
	case upper >= 2*lower:
		return "koi8-r", charmap.KOI8R
	}
	return "", nil
}
