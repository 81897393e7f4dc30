package reply

import (
	"strings"
	"testing"
)

// A reply of 6 KB as it comes every day: own words, signature, quoted mail.
var (
	benchPlain = "Buenos días,\n\n" +
		strings.Repeat(
			"Ya lo probé otra vez y el sistema sigue mostrando el mismo error al facturar.\n", 12) +
		"\nSaludos,\nLuis\n\n-- \nLuis Paz\nTel. 555 1234\n\nEl lun, 3 mar 2025 a las 9:01, Ana " +
		"Gómez (<ana@example.com>) escribió:\n\n" +
		strings.Repeat(
			"> Le pedimos que pruebe de nuevo con la versión que le enviamos ayer: la 4.2\n>\n", 58)
	benchHTML = "<html><head><style>p{margin:0}</style></head><body><div dir=ltr " +
		"style=\"font-family:Arial;color:#222\">" +
		strings.Repeat("<p class=MsoNormal>Ya lo probé <b>otra vez</b> y el sistema sigue "+
			"mostrando el mismo error.</p>", 12) +
		"</div><div class=gmail_quote><div class=gmail_attr>El lun, 3 mar 2025 a las 9:01, Ana " +
		"Gómez (&lt;<a href=\"mailto:ana@example.com\">ana@example.com</a>&gt;) " +
		"escribió:<br></div><blockquote class=gmail_quote>" +
		strings.Repeat(
			"<div>Le pedimos que pruebe de nuevo con la versión que le enviamos ayer&nbsp;</div>",
			55) + "</blockquote></div></body></html>"
)

func BenchmarkSplit(b *testing.B) {
	b.SetBytes(int64(len(benchPlain)))
	b.ReportAllocs()
	for b.Loop() {
		Split(Input{Plain: benchPlain, Subject: "Re: x"})
	}
}

// BenchmarkSplitText is a mail of 70 lines in which nothing is quoted.
func BenchmarkSplitText(b *testing.B) {
	text := strings.Repeat("Ya lo probé otra vez y el sistema sigue mostrando el mismo error.\nEl "+
		"módulo de ventas no abre, y en la caja 4 tampoco se puede:\n\n- ni cobrar\n- ni imprimir "+
		"el 4411, como ayer\n\n¿Qué hacemos?\n", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Split(Input{Plain: text, Subject: "Re: x"})
	}
}

// BenchmarkSplitWords is a mail whose every line begins as an attribution may.
func BenchmarkSplitWords(b *testing.B) {
	text := strings.Repeat("La impresora del segundo piso no imprime desde esta mañana, y ya "+
		"probamos a reiniciarla.\n", 60)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Split(Input{Plain: text, Subject: "Re: x"})
	}
}

func BenchmarkHTML(b *testing.B) {
	b.SetBytes(int64(len(benchHTML)))
	b.ReportAllocs()
	for b.Loop() {
		HTML(benchHTML)
	}
}
