package main

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

// TestNonsenseMail sends what no mail client writes. Each is answered 250, has one outcome, is kept
// whole, and the mail after it is filed.
func TestNonsenseMail(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	noise := make([]byte, 200_000)
	rand.NewChaCha8([32]byte{7}).Read(noise)
	for i, b := range noise {
		if b == '\r' || b == '\n' {
			noise[i] = 0xff
		}
	}
	head := "From: %s\r\nTo: soporte@ejemplo.test\r\nSubject: Prueba\r\nMessage-ID: " +
		"<n%d@cliente.test>\r\n"
	cases := []struct {
		name, raw, outcome string
	}{
		{"empty mail", "", "quarantine"},
		{"one blank line, which is as empty", "\r\n", "duplicate"},
		{"no headers", "Hola, no me anda la impresora.\r\nSaludos\r\n", "quarantine"},
		{"no headers after a blank line", "\r\nHola, no me anda la impresora.\r\n", "quarantine"},
		{"binary", string(noise) + "\r\n", "quarantine"},
		{"binary below a header", head + "\r\n" + string(noise) + "\r\n", "ticket"},
		{"NUL bytes", head + "\r\nHola\x00mundo\x00\r\n", "ticket"},
		{"a body line of 1 MB", head + "\r\n" + strings.Repeat("ñ", 500_000) + "\r\n", "ticket"},
		{"a body line of 10 MB", head + "\r\n" + strings.Repeat("a", 10<<20) + "\r\n", "ticket"},
		{"a header line of 10 MB", head + "X-Larga: " + strings.Repeat("a", 10<<20) +
			"\r\n\r\nHola\r\n", ""},
		{"only a header", head, "ticket"},
		{"a header that does not end", head + "X-Roto", "ticket"},
		{"no From", "To: soporte@ejemplo.test\r\nSubject: Prueba\r\n\r\nHola\r\n", "quarantine"},
		{"two Froms", "From: otro@cliente.test\r\n" + head + "\r\nHola\r\n", "quarantine"},
		{"two addresses in From", strings.Replace(head, "%s", "%s, otro@cliente.test", 1) +
			"\r\nHola\r\n", "quarantine"},
		{"From without an address", "From: Carla Ruiz\r\nSubject: Prueba\r\n\r\nHola\r\n",
			"quarantine"},
		{"From as a group", "From: clientes:;\r\nSubject: Prueba\r\n\r\nHola\r\n", "quarantine"},
		{"unknown charset", head + "Content-Type: text/plain; charset=klingon\r\n\r\nQu\xe9 " +
			"pas\xf3\r\n", "ticket"},
		{"charset that lies", head + "Content-Type: text/plain; charset=utf-8\r\n\r\nQu\xe9 " +
			"pas\xf3\r\n", "ticket"},
		{"8-bit without charset", head + "\r\nQu\xe9 pas\xf3 se\xf1or\r\n", "ticket"},
		{"8-bit in the subject", strings.Replace(head, "Prueba", "Facturaci\xf3n ca\xf1a", 1) +
			"\r\nHola\r\n", "ticket"},
		{"broken base64", head + "Content-Transfer-Encoding: base64\r\n\r\n%%%%no es base64\r\n",
			"ticket"},
		{"multipart without boundary", head + "Content-Type: multipart/mixed\r\n\r\nHola\r\n",
			"ticket"},
		{"multipart that is not closed",
			head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHola\r\n",
			"ticket"},
		{"a thousand nested parts", head + nested(1000), ""},
		{"lines of dots", head + "\r\n.\r\n..\r\n...\r\n.hola\r\n", "ticket"},
		{"a hundred and one hops", strings.Repeat(
			"Received: from a by b; Mon, 2 Mar 2026 10:00:00 -0500\r\n", 100) + head +
			"\r\nHola\r\n", ""},
	}
	for i, c := range cases {
		who := fmt.Sprintf("n%d@raro%d.test", i, i)
		if strings.Contains(c.raw, "%s") {
			cases[i].raw = strings.Replace(strings.Replace(c.raw, "%s", who, 1), "%d",
				fmt.Sprint(i), 1)
		}
		d.postBytes(who, cases[i].raw)
		d.post(letter{From: fmt.Sprintf("sano%d@sano%d.test", i, i), To: soporte,
			Subject: fmt.Sprintf("Después de %d", i), Text: "Hola, no me anda la impresora: " +
				c.name})
	}
	d.filed()
	list := d.mails()
	if len(list) != 2*len(cases) {
		t.Fatalf("%d mails in the journal, want %d", len(list), 2*len(cases))
	}
	for i, c := range cases {
		raw, m, next := c.raw, list[2*i], list[2*i+1]
		if m.Outcome != c.outcome && (c.outcome != "" || m.Outcome != "ticket" &&
			m.Outcome != "quarantine") {
			t.Errorf("%s: became %+v, want %s", c.name, m, c.outcome)
		}
		if next.Outcome != "ticket" {
			t.Errorf("%s: the mail after it became %+v", c.name, next)
		}
		kept := d.cli("mail", "raw", fmt.Sprint(m.ID))
		want := raw
		if !strings.HasSuffix(want, "\r\n") { // what SMTP can't say
			want += "\r\n"
		}
		if !strings.HasPrefix(kept, "Received: ") || !strings.HasSuffix(kept, want) ||
			len(kept)-len(want) > 1000 {
			t.Errorf("%s: kept %d bytes of %d: %.300q", c.name, len(kept), len(want), kept)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(kept))); sum != m.SHA256 {
			t.Errorf("%s: the journal's hash is %s, that of the bytes %s", c.name, m.SHA256, sum)
		}
	}
	d.quiet()
}

// nested is a multipart in a multipart, and so on.
func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nHola\r\n")
	for i := depth - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\r\n", i)
	}
	return b.String()
}

// postBytes hands in exactly these bytes, dots stuffed, and wants 250.
func (d *liveDesk) postBytes(from, raw string) {
	d.t.Helper()
	if !strings.HasSuffix(raw, "\r\n") && raw != "" {
		raw += "\r\n"
	}
	stuffed := strings.ReplaceAll("\r\n"+raw, "\r\n.", "\r\n..")[2:]
	mailtest.Raw(d.t, d.addr, mailtest.Want("220"), "EHLO cliente.test\r\n", mailtest.Want("250"),
		"MAIL FROM:<"+from+">\r\n", mailtest.Want("250"),
		"RCPT TO:<soporte@ejemplo.test>\r\n", mailtest.Want("250"), "DATA\r\n",
		mailtest.Want("354"), stuffed+".\r\n", mailtest.Want("250"), "QUIT\r\n",
		mailtest.Want("221"))
}
