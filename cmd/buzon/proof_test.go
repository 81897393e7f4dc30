package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foxcpp/go-mockdns"

	"buzon/internal/mailtest"
)

// TestLoginStory: an agent gets a password, logs in over TLS, and is proven; explain says so. A
// wrong password, a customer and a former agent don't get in, and nobody does in clear.
func TestLoginStory(t *testing.T) {
	t.Parallel()
	cert := mailtest.Certify(t, time.Hour, "127.0.0.1")
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, pem := range map[string][]byte{certFile: cert.PEM, keyFile: cert.Key} {
		if err := os.WriteFile(file, pem, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := newLiveDesk(t, liveOptions{SMTP: fmt.Sprintf("auth = true\ntls_cert = %q\ntls_key = %q\n",
		certFile, keyFile)})
	if code, _, errs := d.runCLI("corta\n", "agent", "password", ana); code != exitFailure ||
		!strings.Contains(errs, "12 characters") {
		t.Errorf("a short password: %d, %s", code, errs)
	}
	const password = "caballo correcto pila grapa"
	d.cli("agent", "add", "eva@ejemplo.test", "--name", "Eva")
	for _, agent := range []string{ana, "eva@ejemplo.test"} {
		if code, _, errs := d.runCLI(password+"\n", "agent", "password", agent); code != exitOK {
			t.Fatal(errs)
		}
	}
	d.send(printer)
	if code, _, errs := d.runCLI(password+"\n", "agent", "password", carla); code != exitFailure ||
		!strings.Contains(errs, "no agent") {
		t.Errorf("a customer: %d, %s", code, errs)
	}
	d.cli("agent", "remove", "eva@ejemplo.test")
	login := func(user, password string) (*smtp.Client, error) {
		c, err := smtp.Dial(d.addr)
		if err == nil {
			err = c.StartTLS(&tls.Config{InsecureSkipVerify: true})
		}
		if err != nil {
			t.Fatal(err)
		}
		return c, c.Auth(smtp.PlainAuth("", user, password, "127.0.0.1"))
	}
	for user, with := range map[string]string{ana: password + "x", carla: password,
		"nadie@ejemplo.test": password, "eva@ejemplo.test": password, luis: ""} {
		if c, err := login(user, with); err == nil {
			t.Errorf("%s got in", user)
		} else {
			c.Close()
		}
	}
	c, err := login("ANA@ejemplo.test", password)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w, err := func() (io.WriteCloser, error) {
		if err := c.Mail(ana); err != nil {
			return nil, err
		}
		if err := c.Rcpt(soporte); err != nil {
			return nil, err
		}
		return c.Data()
	}()
	if err != nil {
		t.Fatal(err)
	}
	w.Write(letter{From: ana, To: soporte, Subject: "Visita", Text: "Visita el lunes."}.raw())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	d.quiet()
	m := d.lastMail()
	if m.Proof != "A2" || m.Rule != "10" {
		t.Errorf("%+v", m)
	}
	if text := d.cli("mail", "explain", fmt.Sprint(m.ID)); !strings.Contains(text,
		"auth pass: ANA@ejemplo.test") {
		t.Error(text)
	}
}

// TestProofStory: the daemon asks the DNS server that is configured, and mail explain says what it
// found, the rule, and what would have made another thing of the mail.
func TestProofStory(t *testing.T) {
	t.Parallel()
	zones := map[string]mockdns.Zone{
		"cliente.test.":        {TXT: []string{"v=spf1 ip4:192.0.2.0/24 -all"}},
		"_dmarc.cliente.test.": {TXT: []string{"v=DMARC1; p=reject"}},
	}
	server, err := mockdns.NewServerWithLogger(zones, log.New(io.Discard, "", 0), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	d := newLiveDesk(
		t, liveOptions{
			Tail: fmt.Sprintf("[dns]\nserver = %q\n[caps]\nagent_notices_a_minute = 1000",
				server.LocalAddr())})
	behind := func(client string) string {
		return fmt.Sprintf("Received: from mx.cliente.test (mx.cliente.test [%s]) by "+
			"mail.ejemplo.test (Postfix) with ESMTPS id 1; Tue, 3 Mar 2026 09:00:00 +0000\r\n",
			client) + string(printer.raw())
	}
	for _, c := range []struct {
		client, proof string
		says          []string
	}{
		{"192.0.2.7", "A2", []string{
			"spf pass of cliente.test, the domain in From: client 192.0.2.7", "Rule 23"}},
		{"203.0.113.9", "A0", []string{"spf fail of cliente.test", "dmarc fail of cliente.test",
			"policy reject", "Rule 24: quarantine", "Otherwise: with a proven sender"}},
	} {
		d.postRaw(carla, strings.Replace(behind(c.client), "Message-ID: <", "Message-ID: <"+c.proof,
			1), soporte)
		d.quiet()
		m := d.lastMail()
		text := d.cli("mail", "explain", fmt.Sprint(m.ID))
		for _, want := range append(c.says, "Proof of the sender: "+c.proof) {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	}
	if text := d.cli("check"); !strings.Contains(text, "dns:") {
		t.Error(text)
	}
}
