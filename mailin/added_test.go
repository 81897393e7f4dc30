package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// parts is a mail of a multipart of the subtype: each part is its Content-Type and fields, a blank
// line and its text.
func (h *house) parts(from, to, subtype string, parts ...string) string {
	h.sent++
	var b strings.Builder
	fmt.Fprintf(&b, "From: Carla Ruiz <%s>\nTo: %s\nSubject: x\nMessage-ID: <m%d@cliente.test>\n"+
		"MIME-Version: 1.0\nContent-Type: multipart/%s; boundary=b\n", from, to, h.sent, subtype)
	for _, part := range parts {
		b.WriteString("\n--b\nContent-Type: " + part + "\n")
	}
	return strings.ReplaceAll(b.String()+"--b--\n", "\n", "\r\n")
}

// TestWhatMailProgramsAdd: signatures of the mail, one's own key and card are kept and not listed;
// what somebody sends is.
func TestWhatMailProgramsAdd(t *testing.T) {
	t.Parallel()
	const (
		words = "text/plain\n\nNo imprime."
		asc   = "application/pgp-signature; name=\"signature.asc\"\n\n-----BEGIN PGP " +
			"SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----"
		p7s = "application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment; " +
			"filename=smime.p7s\nContent-Transfer-Encoding: base64\n\nMIIG"
		card = "text/x-vcard; charset=utf-8; name=\"carla.vcf\"\nContent-Disposition: " +
			"attachment; filename=\"carla.vcf\"\n\nBEGIN:VCARD\nFN:Carla\n" +
			"EMAIL;INTERNET:Carla@Cliente.test\nEND:VCARD"
		other = "text/vcard; name=pedro.vcf\n\nBEGIN:VCARD\nFN:Pedro\n" +
			"EMAIL:pedro@cliente.test\nEND:VCARD"
		key = "application/pgp-keys; name=OpenPGP_0xAB12.asc\nContent-Disposition: " +
			"attachment; filename=OpenPGP_0xAB12.asc\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----"
		pdf     = "application/pdf; name=contrato.pdf\n\n%PDF"
		version = "application/pgp-encrypted\nContent-Description: PGP/MIME version " +
			"identification\n\nVersion: 1"
		secret = "application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----"
		fork   = "application/applefile; name=contrato.pdf\n\nxx"
		empty  = "text/plain; name=ATT00001.txt\nContent-Disposition: attachment; " +
			"filename=ATT00001.txt\n\n  \n"
		footer = "text/html; name=ATT00002.htm\nContent-Disposition: attachment; " +
			"filename=ATT00002.htm\n\n<html><body>Llame al 555.</body></html>"
		htmlVoid = "text/html; name=ATT00003.htm\nContent-Disposition: attachment; " +
			"filename=ATT00003.htm\n\n<html><head><meta charset=utf-8></head><body " +
			"dir=auto><br></body></html>"
	)
	say := func(s string) string { return "text/plain; charset=utf-8\n\n" + s }
	for _, c := range []struct {
		name, subtype string
		parts         []string
		listed        string
	}{
		{"PGP/MIME", "signed; protocol=application/pgp-signature", []string{words, asc}, ""},
		{"S/MIME", "signed; protocol=application/pkcs7-signature", []string{words, p7s}, ""},
		{"S/MIME by its other name", "signed",
			[]string{words, strings.Replace(p7s, "pkcs7", "x-pkcs7", 1)}, ""},
		{"signed, of another name", "signed",
			[]string{words, strings.Replace(asc, "signature.asc", "firma.asc", 1)}, ""},
		{"taken apart by a list", "mixed", []string{words, asc, say("Lista de soporte")}, ""},
		{"of no type", "mixed", []string{words,
			"application/octet-stream; name=OpenPGP_signature.asc\n\nx"}, ""},
		{"beside a file", "mixed", []string{words, pdf, p7s}, "contrato.pdf"},
		{"a file and its signature", "mixed",
			[]string{words, pdf, strings.ReplaceAll(p7s, "smime", "contrato.pdf")},
			"contrato.pdf contrato.pdf.p7s"},
		{"a signature alone", "mixed", []string{p7s}, "smime.p7s"},
		{"a signature that the words speak of", "mixed",
			[]string{say("Me llega siempre un smime.p7s, ¿qué es?"), p7s}, "smime.p7s"},
		{"a signed file", "mixed", []string{words, strings.ReplaceAll(p7s, "smime", "acta")},
			"acta.p7s"},
		{"an encrypted mail", "encrypted; protocol=application/pgp-encrypted",
			[]string{version, secret}, "encrypted.asc"},
		{"her card", "mixed", []string{words, card}, ""},
		{"her card, of which she speaks", "mixed", []string{say("Le dejo mi tarjeta."), card},
			"carla.vcf"},
		{"her card, attached", "mixed", []string{say("Adjunto lo que pidió."), card}, "carla.vcf"},
		{"her card alone", "mixed", []string{card}, "carla.vcf"},
		{"another's card", "mixed", []string{words, other}, "pedro.vcf"},
		{"two cards in a file", "mixed",
			[]string{words, card + "\nBEGIN:VCARD\nFN:Pedro\nEND:VCARD"}, "carla.vcf"},
		{"her key", "mixed", []string{words, key}, ""},
		{"her key, of which she speaks", "mixed", []string{say("Va mi llave pública."), key},
			"OpenPGP_0xAB12.asc"},
		{"a file of a Mac", "mixed", []string{words,
			"multipart/appledouble; boundary=c\n\n--c\nContent-Type: " + fork +
				"\n--c\nContent-Type: " + pdf + "\n--c--"}, "contrato.pdf"},
		{"what Exchange found behind", "mixed", []string{words, pdf, empty, htmlVoid},
			"contrato.pdf"},
		{"words that Exchange found behind", "mixed", []string{words, pdf, footer},
			"contrato.pdf ATT00002.htm"},
		{"Outlook's layout", "related", []string{"text/html\n\n<p>No imprime.</p>",
			"application/x-mso; name=oledata.mso\nContent-ID: <a@b>\n\nx"}, ""},
		{"a file called like it", "mixed",
			[]string{words, "text/xml; name=filelist.xml\nContent-Disposition: attachment; " +
				"filename=filelist.xml\n\n<x/>"}, "filelist.xml"},
	} {
		h := newHouse(t)
		m := h.file(h.parts(customer, box, c.subtype, c.parts...))
		var listed []string
		for _, a := range h.last(m.Ticket).Attachments {
			if !a.Ornament {
				listed = append(listed, a.Filename)
			}
		}
		if got := strings.Join(listed, " "); got != c.listed {
			t.Errorf("%s: listed %q, want %q", c.name, got, c.listed)
		}
	}
}

// A signature makes no answer of commands, and no words of a bare quote.
func TestSignaturesSayNothing(t *testing.T) {
	t.Parallel()
	const asc = "application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----"
	h := newHouse(t)
	n := h.opened()
	h.file(h.parts(agent, h.token(n, agent), "signed", "text/plain\n\n#tomar", asc))
	if it := h.last(n); it.Visibility != desk.Internal || len(it.Attachments) != 1 {
		t.Errorf("%+v", it)
	}
	h.answer(n, "#cerrar")
	m := h.file(h.parts(customer, h.token(n, customer), "signed", "text/plain\n\n> Listo.", asc))
	if m.Outcome != store.OutcomeItem || m.Ticket != n || h.ticket(n).Class != desk.Closed {
		t.Errorf("a quote alone: %s in ticket %d", m.Outcome, m.Ticket)
	}
}

// TestLargeFileIsNews: a file without words is news also where it is so large that the journal
// keeps the mail on disk, which is closed when the mail is filed.
func TestLargeFileIsNews(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "#cerrar")
	raw := h.parts(customer, h.token(n, customer), "mixed", "text/plain\n\n.",
		"text/html; name=ATT00002.htm\nContent-Disposition: attachment; filename=ATT00002.htm\n\n"+
			"<p>Sigue sin imprimir.</p>"+strings.Repeat("<br>\n", 100_000))
	m := h.file(strings.Replace(raw, "Subject: x", "Subject: Re: No imprime", 1))
	if m.Outcome != store.OutcomeTicket {
		t.Errorf("%s in ticket %d", m.Outcome, m.Ticket)
	}
}
