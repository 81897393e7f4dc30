// Package benchmark compares buzon's mail reader with enmime. It is a module of its own, so
// that enmime is no dependency of buzon:
//
//	cd mailin/message/benchmark && go test -bench .
package benchmark

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"buzon/mailin/message"

	"github.com/jhillyerd/enmime/v2"
)

const header = "From: =?iso-8859-1?Q?Ana_G=F3mez?= <ana@cliente.example>\r\nTo: Soporte " +
	"<soporte@ejemplo.example>, otro@ejemplo.example\r\n" +
	"Subject: =?utf-8?B?RmFjdHVyYWNpw7NuIGNhw61kYQ==?=\r\nDate: Mon, 5 Jan 2026 10:00:00 -0500\r\n" +
	"Message-ID: <1@cliente.example>\r\nMIME-Version: 1.0\r\n"

func textMail() []byte {
	plain := strings.Repeat(
		"La facturaci=F3n del m=F3dulo no cierra desde ma=F1ana; =BFpueden mirar?\r\n", 30)
	html := strings.Repeat("<p style=3D\"margin:0\">La facturaci=F3n del m=F3dulo no cierra desde "+
		"ma=F1ana</p>=\r\n\r\n", 30)
	encoding := "; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	return []byte(header + "Content-Type: multipart/alternative; boundary=alt\r\n\r\n--alt\r\n" +
		"Content-Type: text/plain" + encoding + plain +
		"--alt\r\nContent-Type: text/html" + encoding + html + "--alt--\r\n")
}

func attachmentMail(size int) []byte {
	var b bytes.Buffer
	b.WriteString(header + "Content-Type: multipart/mixed; boundary=mix\r\n\r\n--mix\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n\r\nhola\r\n" +
		"--mix\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; " +
		"filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	line := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x5a, 0xc3, 0x07}, 19)) + "\r\n"
	b.WriteString(strings.Repeat(line, size/len(line)))
	b.WriteString("--mix--\r\n")
	return b.Bytes()
}

var mails = []struct {
	name string
	mail []byte
}{
	{"latin1-6KB", textMail()},
	{"attachment-200KB", attachmentMail(200 << 10)},
	{"attachment-5MB", attachmentMail(5 << 20)},
}

func BenchmarkMessage(b *testing.B) {
	for _, c := range mails {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.mail)))
			b.ReportAllocs()
			for b.Loop() {
				m, err := message.Read(context.Background(), bytes.NewReader(c.mail),
					int64(len(c.mail)), message.Limits{})
				if err != nil || m.Text == "" {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEnmime(b *testing.B) {
	for _, c := range mails {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.mail)))
			b.ReportAllocs()
			for b.Loop() {
				e, err := enmime.ReadEnvelope(bytes.NewReader(c.mail))
				if err != nil || e.Text == "" {
					b.Fatal(err)
				}
				for _, name := range []string{"From", "To"} {
					e.AddressList(name)
				}
				for _, a := range e.Attachments {
					sha256.Sum256(a.Content)
				}
			}
		})
	}
}
