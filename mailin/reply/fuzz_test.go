package reply

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// checkParts checks that the ranges cover the base exactly.
func checkParts(t interface{ Fatalf(string, ...any) }, p Parts, base string) {
	if p.Base != base {
		t.Fatalf("base is %.80q, want %.80q", p.Base, base)
	}
	at := 0
	for i, r := range p.Ranges {
		if r.Start != at || r.End <= r.Start || r.Rule == "" {
			t.Fatalf("range %d is %+v, want it to begin at %d", i, r, at)
		}
		switch r.Kind {
		case New, Quoted, Signature, Forwarded:
		default:
			t.Fatalf("range %d is of kind %q", i, r.Kind)
		}
		at = r.End
	}
	if at != len(base) {
		t.Fatalf("ranges end at %d of %d", at, len(base))
	}
}

func checkText(t interface{ Fatalf(string, ...any) }, text Text) {
	if !utf8.ValidString(text.String) || strings.ContainsRune(text.String, 0) {
		t.Fatalf("text is not clean: %q", text.String)
	}
	last := 0
	for _, m := range text.Marks {
		if m.Start < last || m.End <= m.Start || m.End > len(text.String) {
			t.Fatalf("mark %+v after %d, of %d bytes", m, last, len(text.String))
		}
		last = m.Start
	}
}

// mailPieces are what generated mails are made of.
var mailPieces = append([]string{"Hola\n", "\n", "> cita\n", ">> cita\n", "-- \n",
	"Enviado desde mi iPhone\n", "De: Ana <ana@example.com>\n",
	"Enviado: lunes, 3 de marzo de 2025 9:01\n", "Para: Luis\n", "Asunto: x\n",
	"________________________________\n", "-----Mensaje original-----\n",
	"---------- Forwarded message ---------\n", "```\n", "| x\n", "AB> x\n", "AVISO LEGAL: x\n",
	"<", ">", ":", "\r\n", "\u00a0", "\xff", "palabra ", "El lun, 3 mar 2025 a las 9:01,\n",
	"escribió:\n"}, attributions...)

var htmlPieces = []string{"<div>", "</div>", "<p>", "</p>", "<br>", "x", " ", "&nbsp;",
	"<blockquote type=cite>", "</blockquote>", "<blockquote>", "<div class=gmail_quote>",
	"<div class=gmail_attr>", "<div id=divRplyFwdMsg>", "<div id=Signature>", "<hr id=zwchr>",
	"<table>", "<tr>", "<td>", "</td>", "</table>", "<ul>", "<li>", "</ul>",
	"<a href=http://example.com>", "</a>", "<span style=display:none>", "</span>", "<style>",
	"</style>", "<pre>", "</pre>", "\n", "\x00", "\xff", "---------- Forwarded message ---------",
	"<div class=buzon-quote-1>", "<img src=cid:a@b>"}

func TestSplitCoversAnyMail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := strings.Join(rapid.SliceOfN(rapid.SampledFrom(mailPieces), 0, 30).Draw(t,
			"plain"), "")
		src := strings.Join(rapid.SliceOfN(rapid.SampledFrom(htmlPieces), 0, 30).Draw(t,
			"html"), "")
		subject := rapid.SampledFrom([]string{"", "Re: x", "RV: x", "x"}).Draw(t, "subject")
		text := HTML(src)
		checkText(t, text)
		for _, in := range []Input{{Plain: plain, Subject: subject}, {HTML: text, Subject: subject},
			{Plain: plain, HTML: text, Subject: subject}} {
			p := Split(in)
			if p.Base != in.Plain && p.Base != in.HTML.String {
				t.Fatalf("base %q is neither text", p.Base)
			}
			checkParts(t, p, p.Base)
			if again := Split(in); !reflect.DeepEqual(p, again) {
				t.Fatalf("a second reading differs: %+v, %+v", p, again)
			}
		}
	})
}

func FuzzSplit(f *testing.F) {
	for _, m := range untouched {
		f.Add(m, "", "Re: x")
	}
	for _, a := range attributions {
		f.Add("x\n\n"+a+"\n> y\n\nz", "<div>x<blockquote type=cite>y</blockquote></div>", "")
	}
	f.Fuzz(func(t *testing.T, plain, src, subject string) {
		text := HTML(src)
		checkText(t, text)
		in := Input{Plain: plain, HTML: text, Subject: subject, Own: []string{"a@b.c"}}
		p := Split(in)
		checkParts(t, p, p.Base)
		if !reflect.DeepEqual(p, Split(in)) {
			t.Fatal("a second reading differs")
		}
		p.Reply()
		p.Shown(func(id string) string { return id })
		Language(plain)
	})
}

func FuzzHTML(f *testing.F) {
	for _, p := range htmlPieces {
		f.Add(p + "x")
	}
	f.Add(strings.Join(htmlPieces, ""))
	f.Fuzz(func(t *testing.T, src string) {
		text := HTML(src)
		checkText(t, text)
		checkParts(t, Split(Input{HTML: text}), text.String)
	})
}

func FuzzParseForward(f *testing.F) {
	for _, h := range headerBlocks {
		b := headerBlock5(h)
		f.Add("x\n\n" + b.text("Ana <ana@example.com>") + "\ny")
	}
	for _, a := range attributions {
		f.Add(a + "\n> y")
	}
	f.Fuzz(func(t *testing.T, text string) {
		fw, ok := ParseForward(text)
		if !ok && !reflect.DeepEqual(fw, Forward{}) {
			t.Fatalf("no forward, but %+v", fw)
		}
		if len(fw.Body) > len(text)+1 || !strings.Contains(text, fw.Message) {
			t.Fatalf("%q: message %q, body %q", text, fw.Message, fw.Body)
		}
	})
}
