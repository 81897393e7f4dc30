package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

// TestConversationThroughPostfix plays the main story with Postfix as the customers' and the
// agents' server: it brings their mail in, and is the smarthost that delivers ours. Run with
// BUZON_TEST_PEERS=1.
func TestConversationThroughPostfix(t *testing.T) {
	if os.Getenv("BUZON_TEST_PEERS") != "1" {
		t.Skip("needs Postfix: run with BUZON_TEST_PEERS=1")
	}
	door := freeAddress(t)
	var port int
	fmt.Sscanf(door, "127.0.0.1:%d", &port)
	p := mailtest.Postfix(t, mailtest.PostfixOptions{Deliver: []string{"cliente.test",
		"agentes.test"}, Relay: map[string]int{"ejemplo.test": port}})
	d := &liveDesk{t: t, data: t.TempDir(), file: t.TempDir() + "/buzon.toml", log: &syncBuffer{},
		relay: mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})}
	ca := filepath.Join(filepath.Dir(p.Log), "conf", "chain.pem")
	const agent = "ana@agentes.test"
	d.configure(fmt.Sprintf(`data_dir = %q
hostname = "mail.ejemplo.test"
[[mailbox]]
address = "soporte@ejemplo.test"
name = "Soporte Ejemplo"
plus_addressing = true
[agents]
"ana@agentes.test" = "Ana Gómez"
[smtp]
listen = %q
[relay]
host = "127.0.0.1"
port = %d
tls = "starttls"
ca_file = %q
`, d.data, door, p.Port(), ca), "")
	d.start()
	t.Cleanup(d.stop)
	received := func(domain string, n int) []notice {
		t.Helper()
		var list []notice
		for _, raw := range mailtest.WaitMaildir(t, p.Maildir(domain), n) {
			// a Maildir has plain line ends
			raw = []byte(strings.ReplaceAll(string(raw), "\n", "\r\n"))
			if err := mailtest.Validate(raw); err != nil {
				t.Errorf("%v:\n%.1000s", err, raw)
			}
			list = append(list, readNotice(t, mailtest.Mail{Raw: raw}))
		}
		return list
	}
	send := func(l letter) {
		t.Helper()
		mailtest.Send(t, p.Addr, bareAddress(l.From), []string{bareAddress(l.To)}, l.raw())
	}
	send(printer)
	ack, told := received("cliente.test", 1)[0], received("agentes.test", 1)[0]
	if ack.Header.Get("Auto-Submitted") != "auto-replied" ||
		!strings.Contains(ack.Subject, "[Caso #1]") ||
		!strings.Contains(told.Text, "segundo piso") {
		t.Errorf("acknowledgement %q, notice:\n%s", ack.Subject, told.Text)
	}
	answer := told.reply("Hola Carla, ¿qué luz está encendida?")
	answer.Files = []file{{"guía.pdf", "application/pdf",
		[]byte(strings.Repeat("guía\r\n", 20_000))}}
	send(answer)
	read := received("cliente.test", 2)[1]
	if !strings.Contains(read.Text, "¿qué luz está encendida?") ||
		read.Header.Get("Auto-Submitted") != "" || len(read.Files) != 1 ||
		string(read.Files[0].Content) != string(answer.Files[0].Content) {
		t.Errorf("Carla reads, with %d attachments:\n%s", len(read.Files), read.Text)
	}
	send(read.reply("La roja, y parpadea."))
	if n := received("agentes.test", 2)[1]; !strings.Contains(n.Text, "La roja, y parpadea.") {
		t.Errorf("Ana reads:\n%s", n.Text)
	}
	send(received("agentes.test", 2)[1].reply("Ya quedó.\n\n#cerrar"))
	if n := received("cliente.test", 3)[2]; !strings.Contains(n.Text, "Ya quedó.") ||
		strings.Contains(n.Text, "#cerrar") {
		t.Errorf("Carla reads:\n%s", n.Text)
	}
	d.quiet()
	c := d.ticket(1)
	if len(d.tickets()) != 1 || len(c.Items) != 4 || c.StatusClass != "closed" ||
		c.Requester != carla || c.Items[1].Author != agent {
		t.Errorf("in the end: %d cases, %+v", len(d.tickets()), c)
	}
	for i, m := range d.mails() {
		if m.EnvelopeFrom == "" || m.Proof != "A1" ||
			m.Outcome != map[bool]string{true: "ticket", false: "item"}[i == 0] {
			t.Errorf("%+v", m)
		}
	}
	// An address of our domain that does not exist: our own door refuses the acknowledgement,
	// Postfix bounces it to the signed address that it came from, and nothing goes on from there.
	const nobody = "nadie@ejemplo.test"
	send(letter{From: nobody, To: soporte, Subject: "Hola", Text: "Hola."})
	d.until("the bounce has come", func() bool { return len(d.mails()) == 6 })
	d.quiet()
	if m := d.lastMail(); m.EnvelopeFrom != "" || m.Outcome != "automatic" &&
		m.Outcome != "quarantine" {
		t.Errorf("the bounce became %+v", m)
	}
	if n := len(d.tickets()); n != 2 {
		t.Errorf("%d cases, want 2", n)
	}
}
