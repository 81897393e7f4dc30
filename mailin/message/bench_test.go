package message

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	"github.com/emersion/go-message/mail"
)

// latin1Mail is a mail of about 6 KB: text and HTML in ISO 8859-1, quoted-printable.
func latin1Mail() []byte {
	var b strings.Builder
	b.WriteString(
		benchHeader + "Content-Type: multipart/alternative; boundary=\"=_alt\"\r\n\r\n--=_alt\r\n" +
			"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: " +
			"quoted-printable\r\n\r\n")
	for range 30 {
		b.WriteString(
			"La facturaci=F3n del m=F3dulo no cierra desde ma=F1ana; =BFpueden mirar?\r\n")
	}
	b.WriteString("--=_alt\r\nContent-Type: text/html; charset=iso-8859-1\r\n" +
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n")
	for range 30 {
		b.WriteString("<p style=3D\"margin:0\">La facturaci=F3n del m=F3dulo no cierra desde " +
			"ma=F1ana</p>=\r\n\r\n")
	}
	b.WriteString("--=_alt--\r\n")
	return []byte(b.String())
}

const benchHeader = "Return-Path: <ana@cliente.example>\r\n" +
	"Received: from mx.cliente.example (mx.cliente.example [192.0.2.1])\r\n\tby " +
	"mail.ejemplo.example with ESMTPS id 4F1B2\r\n\tfor <soporte@ejemplo.example>; Mon, 5 Jan " +
	"2026 10:00:00 -0500\r\n" +
	"From: =?iso-8859-1?Q?Ana_G=F3mez?= <ana@cliente.example>\r\nTo: Soporte " +
	"<soporte@ejemplo.example>, otro@ejemplo.example\r\n" +
	"Subject: =?utf-8?B?RmFjdHVyYWNpw7NuIGNhw61kYQ==?=\r\nDate: Mon, 5 Jan 2026 10:00:00 -0500\r\n" +
	"Message-ID: <1@cliente.example>\r\nReferences: <a@ejemplo.example> <b@ejemplo.example>\r\n" +
	"MIME-Version: 1.0\r\n"

func attachmentMail(size int) []byte {
	var b bytes.Buffer
	b.WriteString(benchHeader + "Content-Type: multipart/mixed; boundary=mix\r\n\r\n--mix\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n\r\nhola\r\n" +
		"--mix\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; " +
		"filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	data := make([]byte, size)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	for len(data) > 0 {
		n := min(57, len(data))
		b.WriteString(base64.StdEncoding.EncodeToString(data[:n]) + "\r\n")
		data = data[n:]
	}
	b.WriteString("--mix--\r\n")
	return b.Bytes()
}

var benchMails = []struct {
	name string
	mail []byte
}{
	{"latin1-6KB", latin1Mail()},
	{"attachment-200KB", attachmentMail(150 << 10)},
	{"attachment-5MB", attachmentMail(5 << 20 * 3 / 4)},
}

func BenchmarkRead(b *testing.B) {
	for _, c := range benchMails {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.mail)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(context.Background(), bytes.NewReader(c.mail), int64(len(c.mail)),
					Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGoMessage does the same with go-message: header fields, text and HTML decoded,
// attachments hashed.
func BenchmarkGoMessage(b *testing.B) {
	for _, c := range benchMails {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.mail)))
			b.ReportAllocs()
			for b.Loop() {
				if err := walkGoMessage(c.mail); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func walkGoMessage(raw []byte) error {
	e, err := gomessage.Read(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	h := mail.Header{Header: e.Header}
	h.Subject()
	h.Date()
	h.MessageID()
	h.MsgIDList("References")
	for _, name := range []string{"From", "To", "Cc", "Reply-To"} {
		h.AddressList(name)
	}
	return e.Walk(func(_ []int, e *gomessage.Entity, err error) error {
		typ, _, _ := e.Header.ContentType()
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(typ, "multipart/"):
		case strings.HasPrefix(typ, "text/"):
			_, err = io.ReadAll(e.Body)
		default:
			sum := sha256.New()
			_, err = io.Copy(sum, e.Body)
			_ = fmt.Sprintf("%x", sum.Sum(nil))
		}
		return err
	})
}
