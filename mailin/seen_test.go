package mailin

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// What agents are shown of a mail beside its words.
func TestSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.file(h.plain(customer, box+", Jefe <Jefe@cliente.test>, "+customer, "No imprime",
		"No imprime la factura.\n\n-- \nCarla Ruiz\nTel. +57 601 555 0101",
		"Cc: compras@cliente.test, jefe@cliente.test, soporte+c9.p9.a9@ejemplo.test",
		"Reply-To: compras@cliente.test"))
	first := h.last(m.Ticket).Seen
	if !first.First || first.Signature != "Carla Ruiz\nTel. +57 601 555 0101" {
		t.Errorf("first mail: %+v", first)
	}
	if want := []string{"jefe@cliente.test", "compras@cliente.test"}; !slices.Equal(first.Copied,
		want) {
		t.Errorf("copied %q, want %q", first.Copied, want)
	}
	if want := []string{"compras@cliente.test"}; !slices.Equal(first.ReplyTo, want) {
		t.Errorf("reply to %q, want %q", first.ReplyTo, want)
	}
	h.file(h.plain(customer, h.token(m.Ticket, customer), "Re: No imprime",
		"Van abajo.\n\nEl lun, 2 mar 2026 a las 9:00, Soporte <"+box+
			"> escribió:\n> ¿En qué equipo?\nEn la caja 2.\n> ¿Desde cuándo?\nDesde el lunes.\n",
		"Reply-To: Carla <"+customer+">"))
	second := h.last(m.Ticket)
	if second.Seen.First || second.Seen.Signature != "" || second.Seen.Copied != nil ||
		second.Seen.ReplyTo != nil {
		t.Errorf("second mail: %+v", second.Seen)
	}
	if shown := cmp.Or(second.Seen.Text, second.Text); !strings.Contains(shown,
		"> ¿En qué equipo?\n") || !strings.Contains(shown, "> ¿Desde cuándo?\nDesde el lunes.") {
		t.Errorf("shown %q of %q", second.Seen.Text, second.Text)
	}
}

func TestSeenWarnings(t *testing.T) {
	t.Parallel()
	const mixed = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
		"\r\nVa el archivo.\r\n--b\r\n"
	for _, c := range []struct {
		name, mail string
		want       []string
	}{
		{"nothing", "\r\nHola.", nil},
		{"signed", "MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b; " +
			"protocol=\"application/pgp-signature\"\r\n\r\n--b\r\n\r\nHola.\r\n--b\r\n" +
			"Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n", []string{"signed"}},
		{"damaged", mixed + "Content-Type: application/pdf\r\nContent-Transfer-Encoding: " +
			"base64\r\n\r\nJVBERi0x@@@LjQK*\r\n--b--\r\n", []string{"damaged"}},
		{"cut", mixed + "Content-Type: application/pdf\r\n\r\nx", []string{"damaged"}},
	} {
		h := newHouse(t)
		m := h.file("From: " + customer + "\r\nTo: " + box +
			"\r\nSubject: x\r\nMessage-ID: <w@x>\r\n" + c.mail)
		if got := h.last(m.Ticket).Seen.Warnings; !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Attached mails bear the subjects by which people speak of them, unless they have a name of their
// own.
func TestAttachedMailsBearTheirSubjects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, subject, want string }{
		{"", "Factura 12: error", "Factura 12 error.eml"},
		{"", "=?utf-8?q?Re:_a=C3=B1o?=", "Re año.eml"},
		{"", "../../etc/passwd", "-..-etc-passwd.eml"},
		{"Mensaje adjunto.eml", "No imprime", "No imprime.eml"},
		{"ForwardedMessage.eml", "No imprime", "No imprime.eml"},
		{"pedido de mayo.eml", "No imprime", "pedido de mayo.eml"},
		{"Mensaje adjunto.eml", "", "Mensaje adjunto.eml"},
	} {
		h := newHouse(t)
		name := ""
		if c.name != "" {
			name = "; name=\"" + c.name + "\""
		}
		m := h.file("From: " + customer + "\r\nTo: " + box +
			"\r\nSubject: x\r\nMessage-ID: <w@x>\r\nMIME-Version: 1.0\r\n" +
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVa el correo.\r\n--b\r\n" +
			"Content-Type: message/rfc822" + name + "\r\n\r\n" +
			"From: x@otra.test\r\nSubject: " + c.subject + "\r\n\r\nHola.\r\n--b--\r\n")
		if got := h.last(m.Ticket).Attachments; len(got) != 1 || got[0].Filename != c.want {
			t.Errorf("%q, %q: %+v, want %q", c.name, c.subject, got, c.want)
		}
	}
}
