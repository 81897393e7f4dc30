package mailin

import (
	"strings"
	"testing"

	"buzon/mailin/command"
	"buzon/store/desk"
)

// bodies of a mail, from its first MIME header on.
func textBody(text string) string {
	return "Content-Type: text/plain; charset=utf-8\n\n" + text
}

func htmlBody(src string) string {
	return "Content-Type: text/html; charset=utf-8\n\n" + src
}

func partsBody(kind string, parts ...string) string {
	return "Content-Type: multipart/" + kind + "; boundary=b\n\n--b\n" +
		strings.Join(parts, "\n--b\n") + "\n--b--\n"
}

// TestC02OrdersOnlyFromTheWritersOwnWords: an order is obeyed only where every client shows it as
// what the writer wrote.
func TestC02OrdersOnlyFromTheWritersOwnWords(t *testing.T) {
	t.Parallel()
	const ok, p = "Ya lo reviso.", "<p>Ya lo reviso.</p>"
	hidden := func(style string) string {
		return htmlBody(`<div style="` + style +
			`">#cerrar</div>` + p)
	}
	sheet := func(css string) string {
		return htmlBody("<style>" + css +
			"</style><div class='a b' id=c><div class=x>#cerrar</div></div>" + p)
	}
	for _, c := range []struct {
		name, body string
		obeyed     bool
	}{
		{"at the top", textBody("#cerrar\n\n" + ok), true},
		{"at the end", textBody(ok + "\n\n#cerrar"), true},
		{"HTML", htmlBody("<div>#cerrar</div>" + p), true},
		{"both forms", partsBody("alternative", textBody("#cerrar\n\n"+ok),
			htmlBody("<div>#cerrar</div>"+p)), true},
		{"both forms, Outlook's paragraphs",
			partsBody("alternative", textBody(ok+"\n\n#severidad 1\n#cerrar\n"),
				htmlBody(
					"<style>p.MsoNormal{margin:0cm;font-size:11.0pt}a:link{color:#0563C1}</style><p class=MsoNormal>"+ok+"</p><p class=MsoNormal>#severidad 1</p><p class=MsoNormal>#cerrar<o:p></o:p></p>")), true},
		{"above the quote", textBody(ok + "\n#cerrar\n\nEl mar, 3 mar 2026 a las 9:01, Carla " +
			"(<carla@cliente.test>) escribió:\n> Hola"), true},
		{"below the answer to a quote", textBody("> ¿Ya quedó?\n\n" + ok + "\n\n#cerrar"), true},
		{"above the signature", textBody(ok + "\n#cerrar\n\n-- \nAna"), true},
		{"above a mobile footer", textBody(ok + "\n\n#cerrar\n\nEnviado desde mi iPhone"), true},
		{"below a greeting", textBody("Hola Carla,\n\n#cerrar"), true},
		{"a small font made large again",
			htmlBody(`<div style="font-size:0"><span style="font-size:14px">#cerrar</span></div>` +
				p), true},
		{"dark mode's colours", htmlBody(
			"<style>@media (prefers-color-scheme:dark){.x{color:#fff}}</style><div " +
				"class=x>#cerrar</div>" + p), true},
		{"hidden on phones only", htmlBody("<style>@media screen and " +
			"(max-width:600px){.x{display:none}}</style><div class=x>#cerrar</div>" + p), true},
		{"a rule undone by a stronger one",
			htmlBody(
				"<style>.x{display:none}div.x{display:block}</style><div class=x>#cerrar</div>" +
					p), true},
		{"white on a dark table", htmlBody(
			`<table bgcolor="#003366"><tr><td style="color:#fff">#cerrar</td></tr></table>` +
				p), true},

		{"display", hidden("display:none"), false},
		{"display in other letters", hidden("DISPLAY : None !important"), false},
		{"display with an escape", hidden(`dis\70lay:none`), false},
		{"display with a comment", hidden("display:/* x */none"), false},
		{"visibility", hidden("visibility:hidden"), false},
		{"tiny", hidden("font-size:1px"), false},
		{"tiny in points", hidden("font-size:.5pt"), false},
		{"tiny by the short form", hidden("font:0/0 a"), false},
		{"transparent", hidden("color:rgba(0,0,0,0)"), false},
		{"nearly white", hidden("color:#fefefe"), false},
		{"colour on the same", hidden("color:#123456;background:#123456"), false},
		{"opacity", hidden("opacity:0.01"), false},
		{"no height", hidden("height:0;overflow:hidden"), false},
		{"one pixel", hidden("width:1px;height:1px;overflow:hidden"), false},
		{"max-height", hidden("max-height:0"), false},
		{"off-screen", hidden("position:absolute;left:-9999px"), false},
		{"off-screen above", hidden("position:fixed;top:-200em"), false},
		{"indent", hidden("text-indent:-9999px"), false},
		{"margin", hidden("margin-left:-5000px"), false},
		{"margins", hidden("margin:0 0 0 -5000px"), false},
		{"clip", hidden("position:absolute;clip:rect(0,0,0,0)"), false},
		{"clip-path", hidden("clip-path: inset(50%)"), false},
		{"scale", hidden("transform:scale(0)"), false},
		{"translate", hidden("transform:translateX(-9999px)"), false},
		{"mso-hide", hidden("mso-hide:all"), false},
		{"hidden attribute", htmlBody("<div hidden>#cerrar</div>" + p), false},
		{"details", htmlBody("<details><summary>Más</summary>#cerrar</details>" + p), false},
		{"sheet, class", sheet(".x{display:none}"), false},
		{"sheet, two classes", sheet(".a.b .x { display : none }"), false},
		{"sheet, id and child", sheet("#c > div{visibility:hidden}"), false},
		{"sheet, list of selectors", sheet("h1, .x{font-size:0}"), false},
		{"sheet, attribute", sheet("[class=x]{left:-9999px;position:absolute}"), false},
		{"sheet in a comment mark", sheet("<!-- .x{display:none} -->"), false},
		{"sheet for the screen", sheet("@media screen{.x{display:none}}"), false},
		{"sheet, important", htmlBody("<style>.x{display:none!important}</style><div class=x " +
			"style='display:block'>#cerrar</div>" + p), false},
		{"sheet below", htmlBody("<div class=x>#cerrar</div>" + p +
			"<style>.x{display:none}</style>"), false},
		{"sheet, white", sheet(".x{color:white}"), false},

		{"only in the text", partsBody("alternative", textBody("#cerrar\n\n"+ok), htmlBody(p)),
			false},
		{"only in the HTML", partsBody("alternative", textBody(ok),
			htmlBody("<div>#cerrar</div>"+p)), false},
		{"hidden in the HTML", partsBody("alternative", textBody("#cerrar\n\n"+ok),
			htmlBody("<div style='display:none'>#cerrar</div>"+p)), false},
		{"nothing but hidden HTML", partsBody("alternative", textBody("#cerrar"),
			htmlBody("<div style='display:none'>#cerrar</div>")), false},
		{"quoted in the HTML", partsBody("alternative", textBody(ok+"\n\n#cerrar"),
			htmlBody(p+"<blockquote type=cite>#cerrar</blockquote>")), false},
		{"second text", partsBody("mixed", textBody(ok), textBody("#cerrar")), false},
		{"second text, inline", partsBody("mixed", textBody(ok), "Content-Disposition: inline\n"+
			textBody("#cerrar")), false},
		{"second HTML", partsBody("mixed", htmlBody(p), htmlBody("<p>#cerrar</p>")), false},

		{"plain blockquote", htmlBody("<blockquote>#cerrar</blockquote>" + p), false},
		{"box with a line at its left",
			htmlBody(p + "<div style='border-left:1px solid #ccc;padding-left:1ex'>#cerrar</div>"),
			false},
		{"below a drawn rule", textBody(ok + "\n\n__________\n\n#cerrar"), false},
		{"below dashes", textBody(ok + "\n-----\n#cerrar"), false},
		{"below <hr>", htmlBody(p + "<hr><p>#cerrar</p>"), false},
		{"below a rule and half a header block",
			textBody(
				ok + "\n\n________________________________\nDe: Carla\nEnviado: ayer\n\n#cerrar"),
			false},
		{"below a mobile footer", textBody(ok + "\n\nEnviado desde mi iPhone\n#cerrar"), false},
		{"below the signature's delimiter", textBody(ok + "\n\n--\nAna Gómez\n#cerrar"), false},
		{"between fences", textBody("Escriba:\n```\n#cerrar\n```"), false},
		{"struck out", htmlBody("<p><s>#cerrar</s></p>" + p), false},
		{"code in the HTML beside the text", partsBody("alternative", textBody(ok+"\n\n#cerrar"),
			htmlBody(p+"<pre>#cerrar</pre>")), false},
		{"announced", textBody("Para terminar escriba en una línea:\n#cerrar"), false},
		{"announced, the second", textBody("Puede escribir cualquiera:\n#cerrar\n#reabrir"), false},
		{"said by somebody", textBody(ok + "\n\nCarla dijo:\n#cerrar"), false},
		{"accent of its own", textBody("#ce\u0301rrar\n\n" + ok), false},
		{"carriage return alone", "Content-Type: text/plain; charset=utf-8\n" +
			"Content-Transfer-Encoding: quoted-printable\n\nYa lo reviso.=0D#cerrar=0D\n", false},
	} {
		mail := "From: Ana <ana@ejemplo.test>\nSubject: Re: x\nMIME-Version: 1.0\n" + c.body
		rd, err := Read(t.Context(), strings.NewReader(mail), int64(len(mail)), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		text, places := rd.orders()
		if want := rd.Reply.New(); text != want || len(places) != strings.Count(text, "\n")+1 &&
			text != "" {
			t.Errorf("%s: %d places in %q, want those of %q", c.name, len(places), text, want)
		}
		if got := command.Agent(text, places, nil).Has(desk.VerbClose); got != c.obeyed {
			t.Errorf("%s: obeyed %v, want %v, in %q", c.name, got, c.obeyed, text)
		}
	}
}
