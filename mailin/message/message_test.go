package message

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// crlf makes the lines of a mail end as they do on the wire.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestOrdinaryMail(t *testing.T) {
	m := read(t, crlf(`Return-Path: <ana@cliente.example>
Delivered-To: soporte@ejemplo.example
From: =?utf-8?Q?Ana_G=C3=B3mez?= <Ana@Cliente.Example>
To: "Soporte, Ejemplo" <soporte@ejemplo.example>, otro@ejemplo.example
Cc: jefe@cliente.example (El Jefe)
Subject: =?iso-8859-1?Q?Facturaci=F3n?= =?utf-8?B?IGNhw61kYQ==?=
Date: Mon, 5 Jan 2026 10:00:00 -0500
Message-ID: <1@cliente.example>
In-Reply-To: <a@ejemplo.example>
References: <r@ejemplo.example>
 <a@ejemplo.example>
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: multipart/alternative; boundary="a"

--a
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

No cierra desde ma=F1ana.
--a
Content-Type: text/html; charset=utf-8

<p>No cierra desde <b>mañana</b>.</p>
--a--
--m
Content-Type: application/pdf; name="informe.pdf"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename*=UTF-8''informe%20a%C3%B1o.pdf

aG9sYQ==
--m--
`))
	check := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %#v\nwant %#v", what, got, want)
		}
	}
	check("subject", m.Subject, "Facturación caída")
	check("from", m.From, []Address{{"Ana Gómez", "Ana@cliente.example"}})
	check("from fields", m.FromFields, 1)
	check("to", m.To, []Address{{"Soporte, Ejemplo", "soporte@ejemplo.example"},
		{"", "otro@ejemplo.example"}})
	check("cc", m.Cc, []Address{{"El Jefe", "jefe@cliente.example"}})
	check("delivered", m.DeliveredTo, []Address{{"", "soporte@ejemplo.example"}})
	check("date", m.Date.UTC(), time.Date(2026, 1, 5, 15, 0, 0, 0, time.UTC))
	check("id", m.MessageID, "1@cliente.example")
	check("in-reply-to", m.InReplyTo, []string{"a@ejemplo.example"})
	check("references", m.References, []string{"r@ejemplo.example", "a@ejemplo.example"})
	check("type", m.ContentType, "multipart/mixed")
	check("text", m.Text, "No cierra desde mañana.")
	check("html", m.HTML, "<p>No cierra desde <b>mañana</b>.</p>")
	check("warnings", m.Warnings, []string(nil))
	check("parts", len(m.Parts), 3)
	if len(m.Attachments) != 1 {
		t.Fatalf("attachments: %+v", m.Attachments)
	}
	a := m.Attachments[0]
	check("name", a.Filename, "informe año.pdf")
	check("size", a.Size, int64(4))
	check("sha256", a.SHA256, "b221d9dbb083a7f33428d7c2a3c3198ae925614d70210e28716ccaa7cd4ddb79")
	data, err := io.ReadAll(a.Open())
	check("content", string(data), "hola")
	check("error", err, nil)
}

// TestBody shows the text that is read from bodies as they come. Where
// want begins with "<", it is the HTML.
func TestBody(t *testing.T) {
	const mixed = "Content-Type: multipart/mixed; boundary=b\n\n"
	const alt = "Content-Type: multipart/alternative; boundary=b\n\n"
	cases := []struct{ name, mail, want string }{
		{"no header", "hola\nqué tal\n", "hola\nqué tal\n"},
		{"empty", "", ""},
		{"header only", "Subject: x", ""},
		{"byte order mark before the header", "\ufeffSubject: x\n\nhola", "hola"},
		{"blank lines before the header", "\n\n\nSubject: x\n\nhola", "hola"},
		{"mbox From line", "From a@b Mon Jan  5 10:00:00 2026\nSubject: x\n\nhola", "hola"},
		{"quoted mbox From line", ">From a@b Mon Jan  5 10:00:00 2026\nSubject: x\n\nhola", "hola"},
		{"blanks for the blank line", "Subject: x\n \nOjo: hola\n", "Ojo: hola\n"},
		{"blanks among the fields", "Subject: x\n \nTo: a@b.example\n\nhola", "hola"},
		{"line without colon in the header", "Subject: x\nque sigue\nTo: a@b.example\n\nhola",
			"hola"},
		{"field name with a blank", "Subject: x\nBad key: y\nTo: a@b.example\n\nhola", "hola"},
		{"8-bit field name", "Subject: x\nAño: y\nTo: a@b.example\n\nhola", "hola"},
		{"body without blank line", "Subject: x\nhola\nqué tal\notra\ny otra\n",
			"hola\nqué tal\notra\ny otra\n"},
		{"CR CR LF", "Subject: x\r\r\nTo: a@b.example\r\r\n\r\r\nhola\r\r\nadiós\r\r\n",
			"hola\nadiós\n"},
		{"bare CR", "Subject: x\rTo: a@b.example\r\rhola\radiós\r", "hola\nadiós\n"},
		{"boundary missing",
			"Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nhola\n--b--\n",
			"hola"},
		{"boundary empty", "Content-Type: multipart/mixed; boundary=\"\"\n\n--b\nContent-Type: " +
			"text/plain\n\nhola\n--b--\n", "hola"},
		{"boundary wrong", "Content-Type: multipart/mixed; boundary=c\n\n--b\nContent-Type: " +
			"text/plain\n\nhola\n--b--\n", "hola"},
		{"multipart in base64", "Content-Type: multipart/mixed; boundary=b\n" +
			"Content-Transfer-Encoding: base64\n\n" +
			"LS1iCkNvbnRlbnQtVHlwZTogdGV4dC9wbGFpbgoKaG9sYQotLWItLQo=\n", "hola"},
		{"multipart in base64 that holds text",
			"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n" +
				"aG9sYQ==\n", "hola"},
		{"no boundary anywhere", mixed + "hola\n", "hola\n"},
		{"closing boundary missing", mixed + "--b\n\nhola\n", "hola\n"},
		{"closing boundary cut", mixed + "--b\n\nhola\n--b-", "hola"},
		{"boundary with blanks behind", mixed + "--b  \n\nhola\n--b--  \n", "hola"},
		{"boundary with blanks in the parameter",
			"Content-Type: multipart/mixed; boundary=\"b  \"\n\n--b\n\nhola\n--b--\n", "hola"},
		{"boundary twice in the parameters",
			"Content-Type: multipart/mixed; boundary=b; boundary=c\n\n--b\n\nhola\n--b--\n",
			"hola"},
		{"Content-Type twice", "Content-Type: text/plain\nContent-Type: multipart/mixed; " +
			"boundary=b\n\n--b\n\nhola\n--b--\n", "hola"},
		{"Content-Type lost",
			"MIME-Version: 1.0\n\n--b\nContent-Type: text/html\n\n<p>hola\n--b--\n", "<p>hola"},
		{"text that looks like a rule", "\n\n--------\nhola\n--------\n",
			"\n--------\nhola\n--------\n"},
		{"prefix of another boundary",
			"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: " +
				"multipart/alternative; boundary=b-1\n\n--b-1\n\nhola\n--b-1--\n--b\n\nadiós\n" +
				"--b--\n", "hola\nadiós"},
		{"same boundary inside", mixed + "--b\n" + alt +
			"--b\n\nhola\n--b\nContent-Type: text/html\n\n<p>hola\n--b--\n--b\nContent-Type: " +
			"text/html\n\n<p>adiós\n--b--\n", "<p>hola\n<!--next part-->\n<p>adiós"},
		{"inner multipart unclosed", mixed + "--b\nContent-Type: multipart/alternative; " +
			"boundary=c\n\n--c\n\nhola\n--b\n\nadiós\n--b--\n", "hola\nadiós"},
		{"parts after the end", mixed + "--b\n\nhola\n--b--\n--b\n\nadiós\n--b--\n", "hola\nadiós"},
		{"empty part", mixed + "--b\n--b\n\nhola\n--b\n\n--b--\n", "hola"},
		{"part without header", mixed + "--b\nhola, sin línea en blanco\n--b--\n",
			"hola, sin línea en blanco"},
		{"part without blank line", mixed + "--b\nContent-Type: text/plain\nhola\n--b--\n", "hola"},
		{"header wrapped without indent",
			mixed + "--b\nContent-Type: text/plain;\ncharset=iso-8859-1\n\nma\xf1ana\n--b--\n",
			"mañana"},
		{"preamble and epilogue", mixed + "This is MIME.\n--b\n\nhola\n--b--\nepilogue\n", "hola"},
		{"two texts", mixed + "--b\n\nhola\n--b\n\nadiós\n--b--\n", "hola\nadiós"},
		{"HTML and a footer as text", mixed +
			"--b\nContent-Type: text/html\n\n<p>hola\n--b\n\n1 < 2\n--b--\n",
			"<p>hola\n<!--next part-->\n<pre>1 &lt; 2</pre>"},
		{"mixed that means alternative",
			mixed + "--b\n\nhola & adiós\n--b\nContent-Type: text/html\n\n<p>hola &amp; " +
				"<b>adiós</b>\n--b--\n", "hola & adiós"},
		{"empty text beside HTML", mixed +
			"--b\n\n\n--b\nContent-Type: text/html\n\n<p>hola\n--b--\n", "<p>hola"},
		{"AMP", alt + "--b\n\nhola\n--b\nContent-Type: text/x-amp-html\n\n<html amp4email>hola\n" +
			"--b--\n", "hola"},
		{"alternative of two equal texts", alt + "--b\n\nhola\n--b\n\nhola\n--b--\n", "hola"},
		{"unknown multipart", "Content-Type: multipart/x-y; boundary=b\n\n--b\n\nhola\n--b--\n",
			"hola"},
		{"quoted-printable", "Content-Transfer-Encoding: quoted-printable\nContent-Type: " +
			"text/plain; charset=utf-8\n\nma=C3=B1ana =\ny tarde  \nfin=\n", "mañana y tarde\nfin"},
		{"quoted-printable, broken escapes",
			"Content-Transfer-Encoding: quoted-printable\n\n1=2 =ZZ =4\n", "1=2 =ZZ =4\n"},
		{"quoted-printable, CR CR LF",
			"Content-Transfer-Encoding: quoted-printable\r\r\n\r\r\nho=\r\r\nla\r\r\n", "hola\n"},
		{"quoted-printable, lower case",
			"Content-Transfer-Encoding: QUOTED_PRINTABLE\n\nma=c3=b1ana\n", "mañana\n"},
		{"base64 without padding", "Content-Transfer-Encoding: base64\n\naG9sYQ\n", "hola"},
		{"base64, indented",
			"Content-Transfer-Encoding: base64\n\n   aG9s\n   YSwg\n   cXVl\n   IHRh\n   bD8=\n",
			"hola, que tal?"},
		{"base64 in padded blocks",
			"Content-Transfer-Encoding: base64\n\naG9s\nYQ==\nIGFkacOzcw==\n", "hola adiós"},
		{"base64 and a list footer", "Content-Transfer-Encoding: base64\n\naG9sYQ==\n\n" +
			"___________\nlista mailing list\nlista@x.example\n", "hola"},
		{"base64 and a gateway's words",
			"Content-Transfer-Encoding: base64\n\nwr9ZYSBlc3TDoT8K\n\nThis message was checked " +
				"for viruses by the gateway.\n", "¿Ya está?\n"},
		{"base64, dashes and words", "Content-Transfer-Encoding: base64\n\naG9sYSBhIHRvZG9zCg==\n" +
			"\n--\nEste mensaje ha sido analizado por el antivirus.\nSaludos\n", "hola a todos\n"},
		{"base64 and words on its line",
			"Content-Transfer-Encoding: base64\n\naG9sYSBhIHRvZG9zCg== borrado\n",
			"hola a todos\n"},
		{"base64 with junk", "Content-Transfer-Encoding: base64;\n\n!aG9*sYQ==\n", "hola"},
		{"base64, indented", "Content-Transfer-Encoding: base64 (comment)\n\n  aG9s\n  YQ==\n",
			"hola"},
		{"base64 that is plain text",
			"Content-Transfer-Encoding: base64\n\nhola a todos los que me leen hoy\n",
			"hola a todos los que me leen hoy\n"},
		{"7-bit", "Content-Transfer-Encoding: 7-bit\n\nhola\n", "hola\n"},
		{"unknown encoding", "Content-Transfer-Encoding: plain\n\nhola=41\n", "hola=41\n"},
		{"NUL in the text", "\n\nho\x00la\n", "\nhola\n"},
		{"flowed",
			"Content-Type: text/plain; format=flowed\n\nuno \ndos\n tres\n>a \n>b\n> c\n>> " +
				"d\n-- \nyo\n", "uno dos\ntres\n> a b\n> c\n>> d\n-- \nyo\n"},
		{"flowed, DelSp", "Content-Type: text/plain; format=flowed; delsp=yes\n\nmaña \nna\n",
			"mañana\n"},
		{"text/plain without semicolon",
			"Content-Type: text/plain charset=iso-8859-1\n\nma\xf1ana\n", "mañana\n"},
		{"type is text", "Content-Type: text\n\nhola\n", "hola\n"},
		{"type is html", "Content-Type: html; charset=utf-8\n\n<p>hola\n", "<p>hola\n"},
		{"HTML names its charset",
			"Content-Type: text/html\n\n<meta charset=iso-8859-2>za\xbf\xf3\xb3\xe6\n",
			"<meta charset=iso-8859-2>zażółć\n"},
		{"only a text file", "Content-Type: text/plain; name=a.txt\n\nhola\n", ""},
		{"a text file between words", mixed + "--b\n\nhola\n--b\nContent-Type: text/plain; " +
			"name=a.txt\nContent-Disposition: inline\n\n#cerrar\n--b\n\nadiós\n--b--\n",
			"hola\nadiós"},
		{"a body whose client names it",
			alt + "--b\nContent-Type: text/plain; name=cuerpo.txt\n\nhola\n--b--\n", "hola"},
		{"a report without text", "Content-Type: multipart/report; boundary=b\n\n--b\n" +
			"Content-Type: message/delivery-status\n\nAction: failed\n--b--\n", "Action: failed"},
		{"text inside an attached mail is not ours",
			mixed +
				"--b\n\nhola\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nadiós\n--b--\n",
			"hola"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := read(t, c.mail)
			got := m.Text
			if strings.HasPrefix(c.want, "<") {
				if got = m.HTML; m.Text != "" {
					t.Errorf("there is text too: %q", m.Text)
				}
			}
			if got != c.want {
				t.Errorf("\n got %q\nwant %q\nwarnings %q", got, c.want, m.Warnings)
			}
			if strings.Contains(c.mail, "Subject: x") && m.Subject != "x" &&
				m.Subject != "x que sigue" && c.name[:4] != "text" {
				t.Errorf("subject %q", m.Subject)
			}
		})
	}
}

func TestAttachments(t *testing.T) {
	const mixed = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhola\n--b\n"
	const eml = "Subject: dentro\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nadiós\n--c\n" +
		"Content-Type: image/png; name=x.png\n\npng\n--c--\n"
	cases := []struct{ name, mail, want string }{
		{"name with blanks, unquoted",
			mixed + "Content-Type: application/pdf; name=mi informe final.pdf\n\nx\n--b--\n",
			"mi informe final.pdf=x"},
		{"name twice", mixed + "Content-Type: application/pdf\nContent-Disposition: attachment; " +
			"filename=a.pdf; filename=b.pdf\n\nx\n--b--\n", "a.pdf=x"},
		{"name in brackets", mixed + "Content-Type: application/pdf\nContent-Disposition: " +
			"attachment; filename=a(1).pdf\n\nx\n--b--\n", "a(1).pdf=x"},
		{"closing quote missing", mixed +
			"Content-Type: application/pdf; name=\"a.pdf\n\nx\n--b--\n", "a.pdf=x"},
		{"raw 8-bit name", mixed + "Content-Type: application/pdf; name=\"a\xf1o.pdf\"\n\nx\n" +
			"--b--\n", "año.pdf=x"},
		{"encoded-word", mixed + "Content-Type: application/pdf; " +
			"name=\"=?iso-8859-1?Q?a=F1o.pdf?=\"\n\nx\n--b--\n", "año.pdf=x"},
		{"encoded-word, unquoted and folded",
			mixed + "Content-Type: application/pdf; name==?utf-8?Q?a=C3=B1o?=\n " +
				"=?utf-8?Q?_2.pdf?=\n\nx\n--b--\n", "año 2.pdf=x"},
		{"RFC 2231 in pieces", mixed + "Content-Disposition: attachment; filename*1*=%F1o; " +
			"filename*0*=iso-8859-1''a; filename*2=.pdf\nContent-Type: application/pdf\n\nx\n" +
			"--b--\n", "año.pdf=x"},
		{"RFC 2231 in an unknown charset",
			mixed + "Content-Disposition: attachment; filename*=klingon''a%F1o.pdf\n\nx\n--b--\n",
			"año.pdf=x"},
		{"RFC 2231 without charset", mixed +
			"Content-Disposition: attachment; filename*=a%C3%B1o.pdf\n\nx\n--b--\n", "año.pdf=x"},
		{"RFC 2231 beside the old form",
			mixed + "Content-Disposition: attachment; filename=\"a_o.pdf\"; " +
				"filename*=utf-8''a%C3%B1o.pdf\n\nx\n--b--\n", "año.pdf=x"},
		{"ISO-2022-JP name", mixed + "Content-Disposition: attachment; " +
			"filename*=iso-2022-jp''%1B%24B%25F%259%25H%1B%28B.txt\n\nx\n--b--\n", "テスト.txt=x"},
		{"Windows path", mixed + "Content-Disposition: attachment; filename=\"C:\\docs\\a.pdf\"\n" +
			"\nx\n--b--\n", "a.pdf=x"},
		{"no name", mixed + "Content-Type: application/pdf\n\nx\n--b--\n", "application-1.pdf=x"},
		{"text as attachment", mixed + "Content-Disposition: attachment\n\nx\n--b--\n",
			"text-1.txt=x"},
		{"empty attachment", mixed + "Content-Type: application/pdf; name=a.pdf\n\n\n--b--\n",
			"a.pdf="},
		{"only an attachment",
			"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\naG9sYQ==",
			"a.png=hola"},
		{"damaged base64", mixed + "Content-Type: application/pdf; name=a.pdf\n" +
			"Content-Transfer-Encoding: base64\n\naG9s*YQ\n--b--\n", "a.pdf=hola"},
		{"uuencode as transfer encoding",
			mixed + "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: " +
				"x-uuencode\n\nbegin 644 a.pdf\n$:&]L80``\n`\nend\n--b--\n", "a.pdf=hola"},
		{"uuencode in the text", "\nhola\nbegin 644 a.bin\n$:&]L80``\n`\nend\nadiós\nbegin 644 " +
			"b.bin\n$:&]L80``\n`\nend\n", "a.bin=hola b.bin=hola"},
		{"begin that is prose", "\nbegin 644 words\nthis is no uuencoded line at all, is it? it " +
			"is much longer than its first character says it should be\n", ""},
		{"attached mail", mixed + "Content-Type: message/rfc822; name=m.eml\nContent-Disposition: " +
			"attachment\n\n" + eml + "--b--\n", "m.eml=" + strings.TrimSuffix(eml, "\n")},
		{"mail in line: its attachments too", mixed + "Content-Type: message/rfc822\n\n" + eml +
			"--b--\n", "message-2.eml=" + strings.TrimSuffix(eml, "\n") + " x.png=png"},
		{"attached mail in base64", mixed + "Content-Type: message/rfc822\n" +
			"Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=m.eml\n" +
			"\nU3ViamVjdDogeAoKaG9sYQ==\n--b--\n", "m.eml=Subject: x\n\nhola"},
		{"inline text of a page is a file too",
			mixed + "Content-Disposition: inline; filename=nota.txt\n\nx\n--b--\n", "nota.txt=x"},
		{"inline log is a file", mixed + "Content-Type: text/plain; name=a.log\n\n" +
			strings.Repeat("x", 9000) + "\n--b--\n", "a.log=" + strings.Repeat("x", 9000)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := read(t, c.mail)
			var got []string
			for _, a := range m.Attachments {
				data, err := io.ReadAll(a.Open())
				if err != nil || int64(len(data)) != a.Size {
					t.Errorf("%s: %d octets, error %v; Size is %d", a.Filename, len(data), err,
						a.Size)
				}
				got = append(got, a.Filename+"="+string(data))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("\n got %q\nwant %q", strings.Join(got, " "), c.want)
			}
		})
	}
}

func TestAttachedMailIsReadThroughParts(t *testing.T) {
	for _, encoding := range []string{"7bit", "quoted-printable"} {
		m := read(t, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhola\n--b\n"+
			"Content-Type: message/rfc822\nContent-Transfer-Encoding: "+encoding+
			"\nContent-Disposition: attachment\n\nSubject: dentro\n\nadi=C3=B3s\n--b--\n")
		var got []string
		for _, p := range m.Parts {
			got = append(got, p.Within+"/"+p.Type)
		}
		want := []string{"/text/plain", "/message/rfc822", "message/rfc822/text/plain"}
		if !reflect.DeepEqual(got, want) || m.Parts[2].Header.Get("subject") != "dentro" {
			t.Errorf("%s: parts %q, want %q", encoding, got, want)
		}
	}
}

func TestInlineImages(t *testing.T) {
	m := read(t, "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"+
		"<img src=cid:1@x>\n--b\nContent-Type: image/png\nContent-ID: <1@x>\n\npng\n--b--\n")
	if len(m.Attachments) != 1 || !m.Attachments[0].Inline || m.Attachments[0].ContentID != "1@x" {
		t.Errorf("%+v", m.Attachments)
	}
}

func TestSignedAndEncrypted(t *testing.T) {
	cases := []struct {
		name, mail        string
		signed, encrypted bool
	}{
		{"S/MIME detached", "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhola\n--b--\n",
			true, false},
		{"S/MIME opaque",
			"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\nx",
			true, false},
		{"S/MIME encrypted",
			"Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data\n\nx", false, true},
		{"PGP/MIME", "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: " +
			"application/pgp-encrypted\n\nVersion: 1\n--b--\n", false, true},
		{"PGP in the text", "\n-----BEGIN PGP MESSAGE-----\n\nx\n", false, true},
		{"PGP signature in the text", "\n-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n", true, false},
		{"plain", "\nhola", false, false},
	}
	for _, c := range cases {
		if m := read(t, c.mail); m.Signed != c.signed || m.Encrypted != c.encrypted {
			t.Errorf("%s: signed %v, encrypted %v", c.name, m.Signed, m.Encrypted)
		}
	}
}

func TestTextLimitKeepsTheRestRaw(t *testing.T) {
	m, err := Read(context.Background(), strings.NewReader("\n"+strings.Repeat("ñ", 100)), 201,
		Limits{Text: 51})
	if err != nil || !utf8.ValidString(m.Text) || len(m.Text) > 60 || !warned(m, "text-limit") ||
		!m.Truncated() {
		t.Errorf("text %q, warnings %q, error %v", m.Text, m.Warnings, err)
	}
	data, _ := io.ReadAll(m.Parts[0].Open())
	if len(data) != 200 {
		t.Errorf("the part has %d octets", len(data))
	}
}

func TestFromFields(t *testing.T) {
	for mail, want := range map[string]string{
		"From: a@x.example\nFrom: b@x.example\n\n": "2 2",
		"From: a@x.example, b@x.example\n\n":       "1 2",
		"From: a@x.example b@x.example\n\n":        "1 2",
		"Subject: x\n\n":                           "0 0",
		"From: \"a@x.example\" <b@x.example>\n\n":  "1 1",
	} {
		m := read(t, mail)
		if got := fmt.Sprint(m.FromFields, len(m.From)); got != want {
			t.Errorf("%q: %s, want %s (%v)", mail, got, want, m.From)
		}
	}
}

func TestClearSignedTextIsReadWithoutItsArmour(t *testing.T) {
	const armour = "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"
	for mail, want := range map[string]string{
		"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHola\n- -- \nAna\n" +
			armour: "Hola\n-- \nAna\n",
		"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHola\n": "-----BEGIN PGP SIGNED " +
			"MESSAGE-----\nHash: SHA256\n\nHola\n",
		"\n> -----BEGIN PGP SIGNED MESSAGE-----\n> x\n" +
			armour: "> -----BEGIN PGP SIGNED MESSAGE-----\n> x\n" + armour,
		"\nAntes\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHola\n" + armour +
			"Más\n": "Antes\nHola\nMás\n",
	} {
		m, err := Read(t.Context(), strings.NewReader(mail), int64(len(mail)), Limits{})
		if err != nil || m.Text != want || !m.Signed {
			t.Errorf("%q: text %q, want %q (%v)", mail, m.Text, want, err)
		}
	}
}
