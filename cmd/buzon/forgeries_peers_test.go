package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buzon/internal/mailtest"
	"buzon/store"
)

// forgeries is a desk behind real servers, and what each domain's people receive from it.
type forgeries struct {
	*liveDesk
	postfix *mailtest.PostfixServer
	dovecot *mailtest.DovecotServer // nil: mail comes by SMTP
	domains []string
	had     map[string]int
	mails   int
}

// newForgeries starts the desk: Postfix delivers what it sends, and brings it its mail, or Dovecot
// has it.
func newForgeries(t *testing.T, fetched bool, domains ...string) *forgeries {
	door := freeAddress(t)
	var port int
	fmt.Sscanf(door, "127.0.0.1:%d", &port)
	p := mailtest.Postfix(t, mailtest.PostfixOptions{Deliver: domains,
		Relay: map[string]int{"ejemplo.test": port}})
	ca := filepath.Join(filepath.Dir(p.Log), "conf", "chain.pem")
	d := &forgeries{postfix: p, domains: domains, had: map[string]int{},
		liveDesk: &liveDesk{t: t, data: t.TempDir(), file: t.TempDir() + "/buzon.toml",
			log:   &syncBuffer{},
			relay: mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})}}
	imap := ""
	if fetched {
		d.dovecot = mailtest.Dovecot(t, map[string]string{"soporte": "secreto"})
		imap = fmt.Sprintf(`[[imap]]
host = "127.0.0.1"
port = %d
tls = "tls"
ca_file = %q
username = "soporte"
password = "secreto"
folders = ["INBOX"]
after = "flag"
since = "all"
mailbox = "soporte@ejemplo.test"
`, d.dovecot.TLSPort(), filepath.Join(filepath.Dir(d.dovecot.Log), "conf", "cert.pem"))
	}
	d.configure(fmt.Sprintf(`data_dir = %q
hostname = "mail.ejemplo.test"
[[mailbox]]
address = "soporte@ejemplo.test"
name = "Soporte Ejemplo"
plus_addressing = true
[agents]
"ana@agentes.test" = "Ana Gómez"
[caps]
agent_notices_a_minute = 1000
[smtp]
listen = %q
[relay]
host = "127.0.0.1"
port = %d
tls = "starttls"
ca_file = %q
%s`, d.data, door, p.Port(), ca, imap), "")
	d.start()
	t.Cleanup(d.stop)
	return d
}

// fresh is what has come to a domain since it was last asked for.
func (d *forgeries) fresh(domain string) (list []notice) {
	all := mailtest.Maildir(d.t, d.postfix.Maildir(domain))
	for _, raw := range all[d.had[domain]:] {
		// a Maildir has plain line ends
		raw = []byte(strings.ReplaceAll(string(raw), "\n", "\r\n"))
		list = append(list, readNotice(d.t, mailtest.Mail{Raw: raw}))
	}
	d.had[domain] = len(all)
	return list
}

// deliver has a mail come in, and all that follows from it be delivered.
func (d *forgeries) deliver(l letter) {
	d.t.Helper()
	if rcpt := bareAddress(l.To); d.dovecot != nil {
		head := "Return-Path: <" + bareAddress(l.From) + ">\r\nDelivered-To: " + rcpt + "\r\n"
		d.dovecot.Append(d.t, "soporte", "INBOX", append([]byte(head), l.raw()...))
	} else {
		mailtest.Send(d.t, d.postfix.Addr, bareAddress(l.From), []string{rcpt}, l.raw())
	}
	d.mails++
	d.until("the mail has come", func() bool { return len(d.liveDesk.mails()) == d.mails })
	d.quiet()
	sent := 0
	for _, o := range d.outbox() {
		if o.State == string(store.Sent) && o.Attempts > 0 { // else another mail says it, too
			sent++
		}
	}
	d.until("Postfix has delivered all", func() bool {
		n := 0
		for _, domain := range d.domains {
			n += len(mailtest.Maildir(d.t, d.postfix.Maildir(domain)))
		}
		return n == sent
	})
}

// TestForgeriesThroughServers: forged and misled mail as Postfix brings it, and as it is fetched
// from Dovecot, and what each person then receives: all of it stands here, and nothing else is
// sent. Run with BUZON_TEST_PEERS=1.
func TestForgeriesThroughServers(t *testing.T) {
	if os.Getenv("BUZON_TEST_PEERS") != "1" {
		t.Skip("needs Postfix and Dovecot: run with BUZON_TEST_PEERS=1")
	}
	t.Run("Postfix", func(t *testing.T) { playForgeries(t, false) })
	t.Run("Dovecot", func(t *testing.T) { playForgeries(t, true) })
}

func playForgeries(t *testing.T, fetched bool) {
	const agent, spy = "ana@agentes.test", "espia@mal.test"
	d := newForgeries(t, fetched, "cliente.test", "agentes.test", "mal.test", "servicio.test")
	d.deliver(printer)
	ack, told := d.fresh("cliente.test")[0], d.fresh("agentes.test")[0]
	token, number := bareAddress(ack.Header.Get("Reply-To")), "[Caso #1] "
	for _, c := range []struct {
		name   string
		mail   letter
		status string
		want   map[string][]string // by domain: what each mail to it says
	}{
		{"a spoofed agent", letter{From: agent, To: soporte, Subject: number + "Su impresora",
			Text: "#cerrar\r\nPague en la cuenta 666."}, "pending",
			map[string][]string{"agentes.test": {"no pudimos comprobar que lo envió usted"}}},
		{"an agent, with a customer's reply address",
			letter{From: agent, To: token, Subject: "Re: " + number,
				Text: "#cerrar\r\nPague en la cuenta 777."}, "pending", nil},
		{"a customer, by her stolen reply address",
			letter{From: carla, To: token, Subject: "Re: " + number,
				Text: "#asignar espia@mal.test\r\nMándenme la clave."}, "item",
			map[string][]string{"agentes.test": {"Mándenme la clave."}}},
		{"a reply address that was passed on",
			letter{From: spy, To: token, Subject: "Re: " + number,
				Text: "cerrar\r\nYa no hace falta."}, "pending",
			map[string][]string{"agentes.test": {"Ya no hace falta."}}},
		{"another service's code, to the case's address",
			letter{From: "no-reply@servicio.test", To: token, Subject: "Su código",
				Text: "Su código es 123456."}, "pending",
			map[string][]string{"agentes.test": {"123456"}}},
		{"an attacker in Cc", letter{From: carla, To: token, Cc: spy, Subject: "Re: " + number,
			Text: "Sigue sin imprimir."}, "item",
			map[string][]string{"agentes.test": {"Sigue sin imprimir."}}},
		{"what the agent then answers", told.reply("Ya va en camino."), "item",
			map[string][]string{"cliente.test": {"Ya va en camino."}}},
	} {
		d.deliver(c.mail)
		if m := d.lastMail(); m.Outcome != c.status {
			t.Errorf("%s: %s by rule %s, want %s", c.name, m.Outcome, m.Rule, c.status)
		}
		for _, domain := range d.domains {
			list, want := d.fresh(domain), c.want[domain]
			if len(list) != len(want) {
				t.Errorf("%s: %d mails to %s, want %d: %q", c.name, len(list), domain, len(want),
					subjectsOf(list))
				continue
			}
			for i, n := range list {
				if !strings.Contains(strings.Join(strings.Fields(n.Text), " "), want[i]) {
					t.Errorf("%s: %s reads\n%s", c.name, domain, n.Text)
				}
			}
		}
		if c := d.ticket(1); c.StatusClass == "closed" {
			t.Errorf("the case is %+v", c)
		}
	}
	if c := d.ticket(1); slices.Contains(c.Followers, spy) || len(d.tickets()) != 1 {
		t.Errorf("in the end %d cases, %+v", len(d.tickets()), c)
	}
}

func subjectsOf(list []notice) (subjects []string) {
	for _, n := range list {
		subjects = append(subjects, n.Subject)
	}
	return subjects
}
