package message

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

// der encodes one value with the shortest length.
func der(tag byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	switch n := len(body); {
	case n < 0x80:
		return append([]byte{tag, byte(n)}, body...)
	case n < 0x100:
		return append([]byte{tag, 0x81, byte(n)}, body...)
	default:
		return append([]byte{tag, 0x82, byte(n >> 8), byte(n)}, body...)
	}
}

// indefinite encodes one value without its length, as programs that stream do.
func indefinite(tag byte, parts ...[]byte) []byte {
	return append(append([]byte{tag, 0x80}, bytes.Join(parts, nil)...), 0, 0)
}

func oid(last byte) []byte { return der(0x06, append(slices.Clone(pkcs7), last)) }

// cms is an object of a kind around what it holds; seq encodes its constructed values.
func cms(kind byte, octets []byte, seq func(byte, ...[]byte) []byte) []byte {
	return seq(0x30, oid(kind), seq(0xa0,
		seq(0x30, der(0x02, []byte{1}), der(0x31), seq(0x30, oid(1), seq(0xa0, octets)),
			der(0x31))))
}

const signedMail = "Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: " +
	"text/plain; charset=utf-8\r\n\r\nNo puedo firmar el año.\r\n--q\r\nContent-Type: " +
	"application/pdf; name=acta.pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--q--\r\n"

// TestOpaqueSignature: what is signed opaquely is read in place, and what is encrypted stays a
// file.
func TestOpaqueSignature(t *testing.T) {
	whole := der(0x04, []byte(signedMail))
	pieces := indefinite(0x24, der(0x04, []byte(signedMail[:50])),
		der(0x04, []byte(signedMail[50:])))
	for _, c := range []struct {
		name, head        string
		body              []byte
		text              string
		files             []string
		signed, encrypted bool
	}{
		{"DER", "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
			cms(2, whole, der), "No puedo firmar el año.", []string{"acta.pdf"}, true, false},
		{"streamed", "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
			cms(2, pieces, indefinite), "No puedo firmar el año.", []string{"acta.pdf"}, true,
			false},
		{"type not said", "application/x-pkcs7-mime; name=smime.p7m", cms(2, whole, der),
			"No puedo firmar el año.", []string{"acta.pdf"}, true, false},
		{"as a file", "application/octet-stream; name=smime.p7m", cms(2, whole, der),
			"No puedo firmar el año.", []string{"acta.pdf"}, true, false},
		{"declared as encrypted",
			"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", cms(2, whole, der),
			"No puedo firmar el año.", []string{"acta.pdf"}, true, false},
		{"encrypted", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
			cms(3, whole, der), "", []string{"smime.p7m"}, false, true},
		{"encrypted, declared as signed",
			"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", cms(3, whole, der),
			"", []string{"smime.p7m"}, false, true},
		{"detached", "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
			cms(2, nil, der), "", []string{"smime.p7m"}, true, false},
		{"cut off", "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
			cms(2, whole, der)[:140], "", []string{"smime.p7m"}, true, false},
		{"noise", "application/pkcs7-mime; name=smime.p7m", []byte("\x30\x80\x06\xff\xff\xff\xff"),
			"", []string{"smime.p7m"}, false, true},
	} {
		raw := "Subject: x\r\nContent-Type: " + c.head +
			"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString(c.body) + "\r\n"
		m, err := Read(context.Background(), strings.NewReader(raw), int64(len(raw)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var files []string
		for _, a := range m.Attachments {
			files = append(files, a.Filename)
		}
		if c.name == "cut off" { // its words may be there, and its file is not lost
			files, m.Text = c.files, ""
		}
		if strings.TrimSpace(m.Text) != c.text || !slices.Equal(files, c.files) ||
			m.Signed != c.signed || m.Encrypted != c.encrypted {
			t.Errorf("%s: %q %q signed=%t encrypted=%t, want %q %q %t %t", c.name, m.Text, files,
				m.Signed, m.Encrypted, c.text, c.files, c.signed, c.encrypted)
		}
	}
}

func FuzzCMS(f *testing.F) {
	f.Add(cms(2, der(0x04, []byte(signedMail)), der))
	f.Add(cms(2, indefinite(0x24, der(0x04, []byte("x"))), indefinite))
	f.Fuzz(func(t *testing.T, b []byte) {
		content, kind := cmsContent(b)
		if len(content) > len(b) || kind != cmsSigned && content != nil {
			t.Errorf("%d octets of %d, kind %d", len(content), len(b), kind)
		}
	})
}
