package main

import (
	"strings"
	"testing"
	"time"
)

// TestInfectedFilesGoToNobody: a filter has found something harmful in a mail. It is filed; its
// files are kept, and neither a notice nor an answer to a query carries them.
func TestInfectedFilesGoToNobody(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"es", "en"} {
		d := newVirtualDesk(t, "ejemplo.test", func(c *config) { c.Language = lang })
		const eicar = "ZWljYXItZWljYXItZWljYXI="
		raw := "From: Carla Ruiz <carla@cliente.test>\r\nTo: soporte@ejemplo.test\r\nSubject: " +
			"Factura\r\nMessage-ID: <v@cliente.test>\r\n" +
			"Date: Tue, 3 Mar 2026 09:00:00 +0000\r\nX-Virus-Status: Infected (Eicar)\r\n" +
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nMire la factura adjunta.\r\n" +
			"--b\r\nContent-Type: application/zip; name=factura.zip\r\n" +
			"Content-Disposition: attachment; filename=factura.zip\r\nContent-Transfer-Encoding: " +
			"base64\r\n\r\n" + eicar + "\r\n--b--\r\n"
		d.take("carla@cliente.test", "soporte@ejemplo.test", raw)
		d.settle()
		if len(d.to("ana@ejemplo.test")) == 0 {
			t.Fatal("the agent is told nothing")
		}
		ask := map[string]string{"es": "archivo 1-1", "en": "file 1-1"}[lang]
		for _, words := range []string{ask, "original 1-1",
			map[string]string{"es": "historial 1", "en": "history 1"}[lang]} {
			d.write("Carla Ruiz <carla@cliente.test>", "soporte@ejemplo.test", words, "")
			d.pass(2*time.Minute, time.Minute)
		}
		if n := len(d.to("carla@cliente.test")); n != 4 {
			t.Errorf("%s: %d mails to the customer", lang, n)
		}
		told := 0
		for _, m := range d.relay.mails {
			if strings.Contains(string(m.raw), eicar[:12]) {
				t.Errorf("%s: sent to %s: %s", lang, m.to, m.subject)
			}
			text := readable(m.raw)
			if strings.Contains(text, "antivirus") || strings.Contains(text, "virus scanner") {
				told++
			}
		}
		if told < 3 {
			t.Errorf("%s: %d mails say why", lang, told)
		}
	}
}
