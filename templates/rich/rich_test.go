package rich

import (
	"strings"
	"testing"
)

func none(string) string { return "" }

func TestKeep(t *testing.T) {
	t.Parallel()
	photo := func(id string) string { return map[string]string{"p1@x": "foto.png"}[id] }
	for _, c := range []struct{ name, html, text, want string }{
		{"bold", "<div dir=ltr>Hola <b>ya</b> está.</div>", "Hola *ya* está.",
			"<div>Hola <b>ya</b> está.</div>"},
		{"no formatting", "<div>Hola</div>", "Hola", ""},
		{"list of Gmail", "<div>Pasos:<br></div><ul><li>uno</li><li>dos</li></ul>",
			"Pasos:\n\n   - uno\n   - dos",
			"<div>Pasos:<br></div><ul><li>uno</li><li>dos</li></ul>"},
		{"numbers", "<ol><li>abrir</li><li>cerrar</li></ol>", "   1. abrir\n   2. cerrar",
			"<ol><li>abrir</li><li>cerrar</li></ol>"},
		{"numbers that are others", "<ol><li>abrir</li><li>cerrar</li></ol>",
			"3. abrir\n4. cerrar", ""},
		{"table",
			"<table style='x'><tbody><tr><td>Caja</td><td>Total</td></tr><tr><td>1</td><td></td></tr></tbody></table>", "Caja | Total\n1",
			"<table><tr><td>Caja</td><td>Total</td></tr><tr><td>1</td><td></td></tr></table>"},
		{"layout", "<table><tr><td>Hola <b>ya</b></td></tr><tr><td>Luis</td></tr></table>",
			"Hola ya\nLuis", "<div>Hola <b>ya</b></div><div>Luis</div>"},
		{"link", "<p>Vea <a href='https://x.test/a?b=1&amp;c=2' onclick=x() " +
			"class=buzon-button>esto</a></p>", "Vea esto <https://x.test/a?b=1&c=2>",
			`<p>Vea <a href="https://x.test/a?b=1&amp;c=2">esto</a></p>`},
		{"link that runs", "<p><b>Vea</b> <a href='javascript:x()'>esto</a></p>", "Vea esto",
			"<p><b>Vea</b> esto</p>"},
		{"link that writes a mail",
			"<p><b>Vea</b> <a href='mailto:a@x.test?body=%23cerrar'>esto</a></p>", "Vea esto",
			"<p><b>Vea</b> esto</p>"},
		{"styles and scripts", "<style>p{x}</style><p style='color:white;position:fixed' " +
			"class='buzon-note' id='buzon-c1'><b>a</b><script>x()</script></p>", "a",
			"<p><b>a</b></p>"},
		{"remote picture", "<p><b>a</b><img src='https://x.test/t.gif' width=1></p>", "a",
			"<p><b>a</b></p>"},
		{"picture", "<p>Sale esto:</p><p><img src='cid:p1@x' alt=''></p><p>¿Qué hago?</p>",
			"Sale esto:\n\n¿Qué hago?",
			`<p>Sale esto:</p><p><img src="cid:p1@x" alt="foto.png"></p><p>¿Qué hago?</p>`},
		{"picture of a signature", "<p>Sale <b>esto</b></p><p><img src='cid:logo'></p>",
			"Sale esto", "<p>Sale <b>esto</b></p>"},
		{"Gmail's mark of a picture", "<div>a<img src='cid:p1@x'></div>", "a\n[image: foto.png]",
			`<div>a<img src="cid:p1@x" alt="foto.png"></div>`},
		{"command", "<div>#cerrar</div><div>Hola <b>ya</b></div>", "Hola ya",
			"<div>Hola <b>ya</b></div>"},
		{"command below",
			"<div>Hola <b>ya</b></div><div><br></div><div>#nota <i>no decir</i></div>", "Hola ya",
			"<div>Hola <b>ya</b></div>"},
		{"signature", "<div>Hola <b>ya</b></div><div>-- </div><div><b>Ana</b> 555</div>", "Hola ya",
			"<div>Hola <b>ya</b></div>"},
		{"answered below",
			"<div>Hola <b>ya</b></div><div class='gmail_quote'>El lunes <b>escribió</b></div>",
			"Hola ya", "<div>Hola <b>ya</b></div>"},
		{"masked", "<div>La <b>clave</b> es 1234</div>", "La clave es ••••", ""},
		{"hidden words between",
			"<div>Hola <span style='display:none'>secreto</span><b>ya</b></div>", "Hola ya", ""},
		{"other words", "<div>Hola <b>no</b></div>", "Hola ya", ""},
		{"blank lines", "<div>a <b>b</b></div><div><br></div><div><br></div><div>c</div>",
			"a b\n\n\nc", "<div>a <b>b</b></div><div><br></div><div>c</div>"},
		{"lines of code", "<pre>a  b\nc</pre>", "a  b\nc", "<pre>a  b<br>c</pre>"},
		{"heading", "<h1>Título</h1><p>a</p>", "Título\n\na", "<p><b>Título</b></p><p>a</p>"},
		{"wrapped text", "<p>una línea <i>larga</i> que el texto parte</p>",
			"una línea larga\nque el texto parte",
			"<p>una línea <i>larga</i> que el texto parte</p>"},
		{"escaped", "<p><b>&lt;script&gt;</b> &amp; “ya”</p>", "<script> & “ya”",
			"<p><b>&lt;script&gt;</b> &amp; “ya”</p>"},
		{"emoji", "<p><b>a</b> 👍</p>", "*a* 👍", "<p><b>a</b> 👍</p>"},
	} {
		got := Read(c.html).Keep(c.text, photo)
		if strings.ReplaceAll(got, "> <", "><") != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestDress(t *testing.T) {
	t.Parallel()
	picture := func(id string) Picture {
		return map[string]Picture{"a": {"cid:1@buzon", "foto.png"},
			"large": {Name: "plano.png"}}[id]
	}
	for _, c := range []struct{ kept, text, want string }{
		{"<p>a <b>b</b></p>", "a b", `<p style="margin:0 0 12px">a <b>b</b></p>`},
		{"<p>a <b>b</b></p>", "a", ""},     // words were taken out since
		{"<p>a <b>b</b></p>", "a b c", ""}, // or added
		{`<div><img src="cid:a" alt="x">m<img src="cid:large" alt="x"><img src="cid:gone" alt="x"></div>`, "m",
			`<div><img src="cid:1@buzon" alt="foto.png" style="max-width:100%;height:auto;border:0">m[plano.png]</div>`},
		{`<script>m</script>`, "m", ""},
		{`<p class="buzon-note" onclick="x()">m`, "m", `<p style="margin:0 0 12px">m</p>`},
		{`<p><a href="javascript:x()">m</a></p>`, "m", `<p style="margin:0 0 12px">m</p>`},
	} {
		if got := Dress(c.kept, c.text, picture); got != c.want {
			t.Errorf("%s of %q:\n%s\nwant\n%s", c.kept, c.text, got, c.want)
		}
	}
	for shown, want := range map[string]bool{"esto": true, "x.test": false,
		"https://www.x.test/a": false, "vea x.test": false, "x.test.evil.test": true,
		"banco.test": true} {
		got := Dress(`<a href="https://www.x.test/a">`+shown+`</a>`, shown, picture)
		if strings.Contains(got, "(www.x.test)") != want {
			t.Errorf("a link that shows %q: %s", shown, got)
		}
	}
}

// TestBombs: what is built to cost much is shown as text, at once.
func TestBombs(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		strings.Repeat("<b>", 40000), strings.Repeat("<table><tr><td>", 8000) + "a",
		strings.Repeat("<p><b>a</b>", 11000), strings.Repeat("<div>", 5000) + "<b>a",
		"<b>" + strings.Repeat("a", 120000), strings.Repeat("<ul><li>", 9000),
	} {
		page := Read(src)
		for _, text := range []string{"a", strings.Repeat("a\n", 9000), strings.Repeat("a", 9000)} {
			Dress(page.Keep(text, none), text, func(string) Picture { return Picture{} })
		}
	}
}

// FuzzKeep: what is kept says the text, and holds nothing that runs, hides or is fetched.
func FuzzKeep(f *testing.F) {
	f.Add("<div>Hola <b>ya</b></div>", "Hola ya")
	f.Add("<ul><li><a href='https://x.test'>a</a><img src=cid:a></ul>", "- a")
	f.Add("<table><tr><td>1<td>2</table>", "1 | 2")
	f.Fuzz(func(t *testing.T, src, text string) {
		kept := Read(src).Keep(text, func(string) string { return "a.png" })
		got := Dress(kept, text, func(string) Picture { return Picture{"cid:a", "a.png"} })
		if kept != "" && (!says(kept, text) || got == "") {
			t.Fatalf("%q of %q: %q, %q", src, text, kept, got)
		}
		for _, bad := range []string{"<script", "<style", "javascript:", "class=\"buzon-note",
			"<svg", "src=\"http", "\n"} {
			if strings.Contains(strings.ToLower(got), bad) {
				t.Fatalf("%q of %q: %q", src, text, got)
			}
		}
	})
}
