package reply

import (
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"
)

const megabyte = 1 << 20

// repeated repeats s up to n bytes.
func repeated(s string, n int) string { return strings.Repeat(s, n/len(s)+1)[:n] }

// textBombs and htmlBombs are what a hostile mail may hold.
var textBombs = map[string]string{
	"quote marks":        repeated("> > > > > > >\n", megabyte),
	"one line of >":      repeated(">", megabyte),
	"one line":           repeated("palabra ", megabyte),
	"one word":           repeated("a", megabyte),
	"blank lines":        repeated("\n", 50000),
	"megabyte of blanks": repeated("\n", megabyte),
	"spaces":             repeated(" ", megabyte),
	"half attributions":  repeated("El lun, 3 mar 2025 a las 9:01, Ana\n", megabyte),
	"attributions": repeated(
		"El lun, 3 mar 2025 a las 9:01, Ana <a@b.c> escribió:\n> x\n", megabyte),
	"false attributions":       repeated("On 3:\n", megabyte),
	"attributions in the line": repeated("x On 3 On 4 On 5 On 3/3/2025 9:01:\n", megabyte),
	"long lines of starts":     repeated(repeated("On 3 ", 500)+":\n", megabyte),
	"wrapped links":            repeated("> (http://x\ny)\n", megabyte),
	"dates with colon":         repeated("2025:\n", megabyte),
	"quoted dates":             repeated("> 2025 9:01 escribio:\n", megabyte),
	"header lines":             repeated("De: x\n", megabyte),
	"header lines, wrapped":    repeated("Para: a@b.c,\nx\n", megabyte),
	"header blocks":            repeated("x\nDe: 1\nPara: b\nAsunto: c\n\n", megabyte),
	"one header":               "De: " + repeated("a@b.c, ", megabyte),
	"signature delimiters":     repeated("x\n--\n", megabyte),
	"underscores":              repeated("_", megabyte),
	"rules":                    repeated("__________\n", megabyte),
	"titles":                   repeated("---- x y z w v u t ----\n", megabyte),
	"mobile footers":           repeated("Enviado desde mi iPhone\n", megabyte),
	"almost mobile footers":    repeated("Sent from http://x http://y http://z my\n", megabyte),
	"notices":                  repeated("aviso legal: destinatario\n\n", megabyte),
	"one long notice":          "x\n\n" + repeated("información privilegiada\n", megabyte),
	"colons":                   repeated(":\n", megabyte),
	"angles":                   repeated("<\n", megabyte),
	"quotes and text":          repeated("> a\nb\n", megabyte),
	"initials":                 repeated("AB> x\n", megabyte),
	"fences":                   repeated("```\n", megabyte),
	"bars": "On 3/3/2025 9:01, A <a@b.c> wrote:\n" +
		repeated("| x\n", megabyte),
	"invalid UTF-8":          repeated("\xff\xfe\n", megabyte),
	"quoted header lines":    repeated("> De: a@b\n> Para: x\n", megabyte),
	"alternating kinds":      repeated("x\n\n> y\n\n--\nz\n\n", megabyte),
	"commas in a header":     "De: a@b.c\nPara: " + repeated("x,;<", megabyte),
	"header without its end": "De: a@b.c\n" + repeated("Para: x\n\n", megabyte),
}

var htmlBombs = map[string]string{
	"divs":           repeated("<div>", megabyte),
	"divs with text": strings.Repeat("<div>x", 100000) + strings.Repeat("</div>", 100000),
	"tables":         strings.Repeat("<table><tr><td>x", 100000),
	"blockquotes": strings.Repeat("<blockquote type=cite>x", 100000) +
		strings.Repeat("</blockquote>", 100000),
	"plain blockquotes": strings.Repeat("<blockquote>x", 100000),
	"Gmail containers":  strings.Repeat("<div class=gmail_quote>x", 50000),
	"lists":             strings.Repeat("<ul><li>x", 100000),
	"links":             strings.Repeat("<a href=http://x><div>x", 50000),
	"unmatched end tags": "<b><div>" + strings.Repeat("<i>", 100000) +
		strings.Repeat("</b>", 100000),
	"attributes":      "<p " + repeated("a=b ", megabyte) + ">x",
	"one attribute":   "<p style='" + repeated("color:red;", megabyte) + "'>x",
	"classes":         "<p class='" + repeated("gmail_quot ", megabyte) + "'>x",
	"entities":        repeated("&amp;&nbsp;&zwj;", megabyte),
	"line breaks":     repeated("<br>", megabyte),
	"empty cells":     "<table><tr>" + repeated("<td></td>", megabyte),
	"open comment":    "<!--" + repeated("-", megabyte),
	"comments":        repeated("<!---->", megabyte),
	"less-than signs": repeated("<", megabyte),
	"NUL":             repeated("\x00", megabyte),
	"invalid UTF-8":   repeated("\xff<p>", megabyte),
	"marks":           strings.Repeat("<p class=gmail_signature>x</p>y", 30000),
	"nested links and text": strings.Repeat(
		"<a href=http://x.example/><table><tr><td>palabras y palabras", 20000),
	"unclosed style": "<style>" + repeated("p{}", megabyte),
}

// within fails when f takes far longer than any reading should: each takes less
// than a second, a regression to quadratic time takes minutes.
func within(t *testing.T, name string, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if d := time.Since(start); d > mailtest.Bound(8*time.Second) {
		t.Errorf("%s took %v", name, d)
	} else if testing.Verbose() {
		t.Logf("%-24s %v", name, d.Round(time.Millisecond))
	}
}

func TestTextBombs(t *testing.T) {
	for name, mail := range textBombs {
		within(t, name, func() {
			checkParts(t, Split(Input{Plain: mail, Subject: "Re: x", Own: []string{"a@b.c"}}), mail)
			ParseForward(mail)
			Language(mail)
		})
	}
}

func TestHTMLBombs(t *testing.T) {
	for name, src := range htmlBombs {
		within(t, name, func() {
			text := HTML(src)
			checkParts(t, Split(Input{HTML: text}), text.String)
			checkParts(t, Split(Input{HTML: text, Plain: text.String + "x"}), text.String+"x")
		})
	}
}
