package mailtest

import (
	"strings"
	"testing"
)

const goodMail = `From: =?utf-8?q?Soporte_t=C3=A9cnico?= <soporte@ejemplo.test>
To: Luis <luis@cliente.test>, "Ana, la de ventas" <ana@cliente.test>
Subject: [Caso #1] =?utf-8?b?UHJvZHVjY2nDs24=?=
 y algo
Date: Mon, 02 Mar 2026 10:00:00 -0500
Message-ID: <c1.i2.p3.abc@ejemplo.test>
References: <c1.root@ejemplo.test>
 <x+y=z@cliente.test>
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/mixed; boundary="b1"

--b1
Content-Type: multipart/alternative; boundary="alt1"

--alt1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Producci=C3=B3n
.
..
--alt1
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+SG9sYTwvcD4=
--alt1--

--b1
Content-Type: application/pdf; name="a.pdf"
Content-Disposition: attachment; filename="a.pdf"
Content-Transfer-Encoding: base64

AAECAwQ=
--b1
Content-Type: message/rfc822

Subject: mail ajeno
From: cualquiera

x
--b1--
`

func TestValidate(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"no MIME header but the version", "Content-Type: multipart/mixed; boundary=\"b1\"",
			"X-Other: x", ""},
		{"bare LF in the body", "..", "..@", "bare"},
		{"bare CR", "..", "..\r.", "bare"},
		{"NUL", "..", "..\x00", "bare"},
		{"line of 999", "..", strings.Repeat("x", 999), "998"},
		{"line of 998 in quoted-printable", "..", strings.Repeat("x", 998),
			"bad quoted-printable line"},
		{"8-bit header", "y algo", "añadido", "malformed header field"},
		{"header without colon", "Auto-Submitted: auto-replied", "Auto-Submitted", "malformed"},
		{"blank in the name", "Auto-Submitted:", "Auto Submitted:", "malformed"},
		{"control character", "y algo", "y\x1balgo", "malformed"},
		{"blank fold", " y algo", "  ", "blank"},
		{"injected by an encoded word", "Soporte_t=C3=A9cnico", "x=0D=0ABcc:_evil@x.test",
			"bad encoded word"},
		{"encoded word of 80", "UHJvZHVjY2nDs24=", strings.Repeat("QUJD", 20), "bad encoded word"},
		{"encoded word cut in a letter", "t=C3=A9cnico", "t=C3", "bad encoded word"},
		{"no Date", "Date:", "X-Date:", "Date is missing"},
		{"no Message-ID", "Message-ID:", "X-ID:", "Message-Id is missing"},
		{"no From", "From: =?", "X-From: =?", "From is missing"},
		{"two Subjects", "Auto-Submitted: auto-replied", "Subject: otra vez", "Subject stands 2"},
		{"two Message-IDs in one", "<c1.i2.p3.abc@ejemplo.test>", "<a@b> <c@d>",
			"Message-Id is malformed"},
		{"a blank in a Message-ID", "x+y=z@", "x y@", "References is malformed"},
		{"bad Date", "Mon, 02 Mar 2026", "mañana", "malformed"},
		{"Date out of range", "02 Mar", "32 Mar", "Date"},
		{"bad To", "Luis <luis@cliente.test>", "Luis <luis", "To"},
		{"boundary never closed", "--b1--", "--b1", "never closed"},
		{"inner boundary never closed", "--alt1--", "", "never closed"},
		{"boundary that begins another (RFC 2046 section 5.1.1)", "boundary=\"alt1\"",
			"boundary=\"b1alt\"", "never closed"},
		{"boundary that is not there", "boundary=\"b1\"", "boundary=\"zz\"", "never closed"},
		{"8-bit in quoted-printable", "Producci=C3=B3n", "Producción", "above 127"},
		{"bad quoted-printable", "Producci=C3=B3n", "Producci=X3n", "bad quoted-printable line"},
		{"blank at the end of a quoted-printable line", "Producci=C3=B3n", "Producci=C3=B3n ",
			"bad quoted-printable line"},
		{"text is not utf-8", "Producci=C3=B3n", "Producci=F3n", "not"},
		{"bad base64", "AAECAwQ=", "AAEC!wQ=", "base64"},
		{"base64 in one long line", "AAECAwQ=", strings.Repeat("AAEC", 20), "more than 76"},
		{"base64 without padding", "AAECAwQ=", "AAECAwQ", "base64"},
		{"encoding that does not exist", "quoted-printable", "quoted", "unknown transfer encoding"},
		{"bad disposition", "filename=\"a.pdf\"", "filename=a b", "Content-Disposition"},
		{"part without blank line", "Content-Type: application/pdf; name=\"a.pdf\"\n",
			"texto suelto\n", "malformed"},
		{"a multipart in base64", "boundary=\"b1\"",
			"boundary=\"b1\"\nContent-Transfer-Encoding: base64", "encoded as"},
	} {
		mail := goodMail
		if c.old != "" {
			if !strings.Contains(mail, c.old) {
				t.Fatalf("%s: there is no %q", c.name, c.old)
			}
			mail = strings.Replace(mail, c.old, c.new, 1)
		}
		raw := strings.ReplaceAll(strings.ReplaceAll(mail, "\n", "\r\n"), "@\r\n", "\n")
		err := Validate([]byte(raw))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for name, raw := range map[string]string{"empty": "", "no end": "From: a@b",
		"only a header": "From: a@b\r\n", "only a body": "\r\nHola\r\n"} {
		if Validate([]byte(raw)) == nil {
			t.Errorf("%s mail is valid", name)
		}
	}
}
