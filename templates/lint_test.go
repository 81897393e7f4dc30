package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMailsAreMadeOfWhatClientsSupport: nothing in any mail is left out or moved by a client.
func TestMailsAreMadeOfWhatClientsSupport(t *testing.T) {
	t.Parallel()
	set := embeddedSet(t)
	for _, lang := range languages {
		for _, e := range Samples(lang) {
			m, err := set.Render(e.Kind, lang, e.View)
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range lintHTML(source{lang + "/" + e.Name, m.HTML}) {
				t.Error(err)
			}
		}
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ html, want string }{
		{"\n\n<p style=\"color:red;display:flex\">",
			"x:3: display:flex is not supported by Outlook"},
		{"<style>\n.a {\n display : none;\n position:absolute }</style>",
			"x:4: position is not supported by Gmail"},
		{"<style>@media (prefers-color-scheme: dark) {\n .a { color: var(--x) } }</style>",
			"x:2: var() is not"},
		{"<style>.a::before { content: 'x' }</style>", "x:1: ::before is not supported"},
		{"<style>@import url(https://x.test/a.css);</style>", "x:1: @import is not supported"},
		{"<img src='https://x.test/a.png'>", `x:1: "https://x.test/a.png" is fetched`},
		{"<td\n background=\"http://x.test/a.png\">", `x:2: "http://x.test/a.png" is fetched`},
		{"<p style=\"background:url('//x.test/a')\">", `x:1: "//x.test/a" is fetched`},
		{"<img src='data:image/png;base64,AAAA'>",
			"x:1: a picture in an address is not supported by Gmail"},
		{"<img src='cid:a.svg'>", "x:1: a picture of the kind .svg is not supported"},
		{"<p>\n<script>x()</script>", "x:2: <script> runs"},
		{"<p\nonclick='x()'>", "x:2: onclick runs"},
		{"<input type=text>", "x:1: <input type=text> is not supported"},
		{"<form>", "x:1: <form> is not supported"},
		{"<p hidden>", "x:1: the attribute hidden is not supported"},
		{"<a href='#below'>", "x:1: a link to a place in the mail"},
		{"{{/* {\n} */}}\n<p style=\"{{if .X}}float:left{{end}}\">",
			"x:3: float is not supported by Outlook"},
		{`<img src="{{.X}}" style="max-width:100%;border:0;color:{{.Y}}"><img src="cid:a.png">`,
			""},
		{"<!--[if mso]><table width=600 style='position:absolute'><![endif]-->", ""},
	} {
		var found []string
		for _, err := range lintHTML(source{"x", c.html}) {
			found = append(found, err.Error())
		}
		got := strings.Join(found, "\n")
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || len(found) > 1 {
			t.Errorf("%s:\n%s\nwant %q", c.html, got, c.want)
		}
	}
}

// TestCheckNamesBadHTML: a layout of one's own is used, and Check says where it fails some readers.
func TestCheckNamesBadHTML(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "layout.html")
	if err := os.WriteFile(
		file, []byte("{{define \"quiet\"}}\n{{if .}}<div "+
			"style=\"display:flex\">{{.}}</div>{{end}}{{end}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check(); err == nil ||
		!strings.Contains(err.Error(),
			file+":2: display:flex is not supported by Outlook for Windows") {
		t.Error(err)
	}
}
