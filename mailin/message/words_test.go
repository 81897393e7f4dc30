package message

import (
	"strings"
	"testing"
)

func TestDecodeWords(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain", "hola", "hola"},
		{"Q", "=?iso-8859-1?Q?ma=F1ana_tarde?=", "mañana tarde"},
		{"B", "=?UTF-8?B?bWHDsWFuYQ==?=", "mañana"},
		{"language", "=?utf-8*es?Q?ma=C3=B1ana?=", "mañana"},
		{"lower case", "=?utf-8?q?ma=c3=b1ana?=", "mañana"},
		{"padding missing", "=?UTF-8?B?bWHDsWFuYQ?=", "mañana"},
		{"too much padding", "=?UTF-8?B?bWHDsWFuYQ====?=", "mañana"},
		{"blank between words goes", "=?utf-8?Q?a?= \t =?utf-8?Q?b?=", "ab"},
		{"blank beside text stays", "x =?utf-8?Q?a?= y", "x a y"},
		{"glued to text", "x=?utf-8?Q?a?=y", "xay"},
		{"character split", "=?utf-8?Q?ma=C3?= =?utf-8?Q?=B1ana?=", "mañana"},
		{"character split in base64", "=?utf-8?B?bWHD?= =?utf-8?B?sWFuYQ==?=", "mañana"},
		{"charset changes", "=?utf-8?Q?=C3=B1?= =?iso-8859-1?Q?=F1?=", "ññ"},
		{"blanks inside", "=?utf-8?Q?ma=C3=B1ana y tarde?=", "mañana y tarde"},
		{"folded inside", "=?utf-8?B?bWHD sWFuYQ==?=", "mañana"},
		{"question mark inside", "=?utf-8?Q?qu=C3=A9??=", "qué?"},
		{"question mark before an escape", "=?utf-8?Q?qu=C3=A9?=3F!?=", "qué??!"},
		{"cut off", "hola =?utf-8?Q?ma=C3=B1a", "hola maña"},
		{"unknown charset", "=?klingon?Q?ma=F1ana?=", "mañana"},
		{"wrong charset", "=?iso-8859-1?Q?ma=C3=B1ana?=", "mañana"},
		{"us-ascii with 8 bit", "=?us-ascii?Q?ma=F1ana?=", "mañana"},
		{"ISO-2022-JP", "=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テスト"},
		{"GB2312", "=?gb2312?B?udzA7Q==?=", "管理"},
		{"KOI8-R", "=?koi8-r?B?0NLJ18XU?=", "привет"},
		{"windows-1251", "=?windows-1251?Q?=EF=F0=E8=E2=E5=F2?=", "привет"},
		{"ks_c_5601-1987", "=?ks_c_5601-1987?B?sKHA1A==?=", "가입"},
		{"UTF-7", "=?utf-7?Q?ma+APE-ana?=", "mañana"},
		{"folded inside an escape", "ma=?utf-8?Q?=C3=B1=6\t 1na_=C 3=B3?=", "mañana ó"},
		{"blank behind an escape", "=?utf-8?Q?=C3=B1 a =3D b?=", "ñ a = b"},
		{"charset with a blank", "=?UTF 8?Q?ma=C3=B1ana?=", "mañana"},
		{"charset missing", "=??Q?ma=C3=B1ana?=", "mañana"},
		{"no word", "=?x?= =?", "=?x?= =?"},
		{"no coding", "=?utf-8?X?a?=", "=?utf-8?X?a?="},
		{"in an address", "=?utf-8?Q?a@b?=", "a@b"},
	}
	for _, c := range cases {
		if got := decodeWords(c.in); got != c.want {
			t.Errorf("%s: decodeWords(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestSubject(t *testing.T) {
	cases := []struct{ name, header, want string }{
		{"folded", "Subject: uno\r\n dos\r\n\ttres\r\n", "uno dos tres"},
		{"raw UTF-8", "Subject: mañana\r\n", "mañana"},
		{"raw Latin-1", "Subject: ma\xf1ana\r\n", "mañana"},
		{"raw in the charset of the mail",
			"Content-Type: text/plain; charset=koi8-r\r\nSubject: \xd0\xd2\xc9\xd7\xc5\xd4\r\n",
			"привет"},
		{"raw in the charset of a part",
			"Content-Type: multipart/mixed; boundary=b\r\nSubject: \xd0\xd2\xc9\xd7\xc5\xd4\r\n" +
				"\r\n--b\r\nContent-Type: text/plain; charset=koi8-r\r\n", "привет"},
		{"line breaks in a word", "Subject: =?utf-8?Q?Hola=0D=0ABcc:_evil@x?=\r\n",
			"Hola Bcc: evil@x"},
		{"controls", "Subject: a\x1b]0;pwn\x07\x00b\u2028c\u0085d\r\n", "a ]0;pwn b c d"},
		{"marks of direction before the prefix", "Subject: \u200fRe: \u200e[Caso #61]\u061c x\r\n",
			"Re: [Caso #61] x"},
		{"marks that reorder", "Subject: a\u202etxt\u2066\r\n", "atxt"},
		{"empty, then filled", "Subject: \r\nSubject: hola\r\n", "hola"},
		{"fold of blanks", "Subject: uno\r\n \r\n dos\r\nTo: a@b.example\r\n", "uno dos"},
		{"blank before the colon", "Subject : hola\r\n", "hola"},
		{"any case", "sUBJECT:hola\r\n", "hola"},
	}
	for _, c := range cases {
		if got := read(t, c.header+"\r\nhola").Subject; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCharsets(t *testing.T) {
	cases := []struct{ name, declared, in, want, note string }{
		{"declared", "iso-8859-1", "ma\xf1ana", "mañana", ""},
		{"windows-1252 under the name of Latin-1", "iso-8859-1", "\x93hola\x94 \x80",
			"“hola” €", ""},
		{"Latin-9", "ISO_8859-15", "5 \xa4", "5 €", ""},
		{"quoted label", "'utf-8';", "ñ", "ñ", ""},
		{"spaced label", "UTF 8", "ñ", "ñ", ""},
		{"UTF-8 under the name of Latin-1", "iso-8859-1", "mañana", "mañana",
			"charset-wrong: iso88591"},
		{"Latin-1 under the name of UTF-8", "utf-8", "ma\xf1ana", "mañana",
			"charset-guessed: windows-1252"},
		{"Latin-1 under the name of ASCII", "us-ascii", "ma\xf1ana a\xf1o", "mañana año",
			"charset-guessed: windows-1252"},
		{"UTF-8 with a footer in Latin-1", "utf-8",
			"Popay\xc3\xa1n, \xc2\xbfs\xc3\xad?\n-- \ncompa\xf1\xeda",
			"Popayán, ¿sí?\n-- \ncompañía", "charset-damaged"},
		{"UTF-8 with as much Latin-1", "utf-8", "fall\xc3\xb3 la compa\xf1\xeda",
			"falló la compañía", "charset-damaged"},
		{"UTF-8 that was cut", "utf-8", "conexi\xc3\xb3n, a\xc3", "conexión, a\uFFFD",
			"charset-damaged"},
		{"Latin-1 that says UTF-8", "utf-8", "ma\xf1ana fall\xf3", "mañana falló",
			"charset-guessed: windows-1252"},
		{"UTF-8 with one broken octet", "utf-8", "mañana año\xff señor", "mañana año\uFFFD señor",
			"charset-damaged"},
		{"comment behind the name", "iso-8859-2 (Latin 2)", "\xb3\xf3d\xbc", "łódź", ""},
		{"unknown", "klingon", "ma\xf1ana", "mañana", "charset-guessed: windows-1252"},
		{"UTF-16 with its mark", "utf-16", "\xff\xfeh\x00o\x00", "ho", ""},
		{"UTF-16 unlabelled", "", "\xff\xfeh\x00o\x00", "ho", ""},
		{"UTF-16 big-endian", "utf-16be", "\x00h\x00o", "ho", ""},
		{"UTF-16 that is none", "utf-16", "hola", "hola", "charset-wrong: utf16"},
		{"byte order mark", "utf-8", "\xef\xbb\xbfhola", "hola", ""},
		{"Japanese, unlabelled 7-bit", "", "\x1b$B%F%9%H\x1b(B", "テスト", ""},
		{"Shift_JIS", "cp932", "\x83e\x83X\x83g", "テスト", ""},
		{"HZ", "hz-gb-2312", "~{9\\@m~}", "管理", ""},
		{"DOS", "cp850", "ma\xa4ana", "mañana", ""},
		{"DOS, dashed", "cp-850", "ma\xa4ana", "mañana", ""},
		{"x-", "x-mac-roman", "ma\x96ana", "mañana", ""},
		{"Chinese by evidence", "", "\xc7\xeb\xb2\xe9\xca\xd5\xc4\xfa\xb5\xc4\xd3\xca\xbc\xfe\xb8\xbd\xbc\xfe\xa3\xac\xd0\xbb\xd0\xbb", "请查收您的邮件附件，谢谢", "charset-guessed: gb18030"},
		{"Russian by evidence", "", "\xef\xf0\xe8\xe2\xe5\xf2 \xe2\xf1\xe5\xec", "привет всем",
			"charset-guessed: windows-1251"},
		{"Russian in KOI8-R by evidence", "", "\xd0\xd2\xc9\xd7\xc5\xd4 \xd7\xd3\xc5\xcd",
			"привет всем", "charset-guessed: koi8-r"},
		{"Chinese among tags", "", "<p class=\"MsoNormal\"><span " +
			"lang=\"zh\">\xc7\xeb\xb2\xe9\xca\xd5\xc4\xfa\xb5\xc4\xd3\xca\xbc\xfe</span></p>",
			"<p class=\"MsoNormal\"><span lang=\"zh\">请查收您的邮件</span></p>",
			"charset-guessed: gb18030"},
		{"Spanish in capitals", "", "PRODUCCI\xd3N CA\xcdDA A\xd1O \xbfQU\xc9?",
			"PRODUCCIÓN CAÍDA AÑO ¿QUÉ?", "charset-guessed: windows-1252"},
		{"French quotes", "", "\xab\xa0\xe9t\xe9\xa0\xbb", "« été »",
			"charset-guessed: windows-1252"},
		{"evidence far down", "utf-8", strings.Repeat("a", 9000) + " mañana\xff y año",
			strings.Repeat("a", 9000) + " mañana� y año", "charset-damaged"},
		{"euro by evidence", "", "cuesta 100 \xa4", "cuesta 100 €", "charset-guessed: iso-8859-15"},
	}
	for _, c := range cases {
		got, note := toUTF8([]byte(c.in), c.declared)
		if got != c.want || note != c.note {
			t.Errorf("%s: %q (%s), want %q (%s)", c.name, got, note, c.want, c.note)
		}
	}
}
