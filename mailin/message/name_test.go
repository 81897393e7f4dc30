package message

import (
	"strings"
	"testing"
)

func TestCleanName(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain", "informe año.pdf", "informe año.pdf"},
		{"NFD", "an\u0303o.pdf", "año.pdf"},
		{"path", "../../etc/passwd", "passwd"},
		{"Windows path", `..\..\x`, "x"},
		{"absolute", "/abs", "abs"},
		{"drive", `C:\x`, "x"},
		{"drive, relative", "C:x", "x"},
		{"escaped dots", "%2e%2e%2f", "%2e%2e%2f"},
		{"NUL", "a\x00.txt", "a.txt"},
		{"line break", "a\r\nb.txt", "a b.txt"},
		{"right-to-left", "\u202etxt.exe", "txt.exe"},
		{"device", "CON", "_CON"},
		{"device with extension", "aux.txt", "_aux.txt"},
		{"device with two extensions", "com1.tar.gz", "_com1.tar.gz"},
		{"device behind a blank", "nul .txt", "_nul.txt"},
		{"hidden file", ".bashrc", "bashrc"},
		{"hidden behind zero width", "\u200b.htaccess", "htaccess"},
		{"zero width inside dots", ".\u200b./\u200b.htaccess", "htaccess"},
		{"trailing dots", "a.txt. . .", "a.txt"},
		{"empty", "", ""},
		{"dot", ".", ""},
		{"dots", "..", ""},
		{"only controls", "\x01\u200b\u202e", ""},
		{"slash at the end", "a/", ""},
		{"emoji", "🎉.png", "🎉.png"},
		{"forbidden on Windows", `a<b>c:d"e|f?g*.txt`, "a_b_c_d_e_f_g_.txt"},
		{"stream", "a.txt:evil.exe", "a.txt_evil.exe"},
		{"invalid UTF-8", "a\xff.txt", "a\uFFFD.txt"},
		{"full-width dots and slash", "．．／a", "．．／a"},
		{"long extension", "a." + strings.Repeat("x", 40), "a_" + strings.Repeat("x", 40)},
		{"long extensions", "a." + strings.Repeat("x", 20) + "." + strings.Repeat("y", 20),
			"a_" + strings.Repeat("x", 20) + "_" + strings.Repeat("y", 20)},
		{"long", strings.Repeat("ñ", 5000) + ".pdf", strings.Repeat("ñ", 73) + ".pdf"},
		{"dot before the extension", "11.11.51\u202fa.m..png", "11.11.51 a.m..png"},
		{"no-break space", "a\u00a0b.txt", "a b.txt"},
	}
	for _, c := range cases {
		if got := CleanName(c.in); got != c.want {
			t.Errorf("%s: CleanName(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}
