package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/foxcpp/go-mockdns"

	"buzon/internal/mailtest"
	"buzon/store"
)

// The load: so many mails of 10 KB from as many people, over 16 connections.
const (
	loadMails       = 3000
	loadConnections = 16
	loadSize        = 10 << 10
)

// BenchmarkServe measures, in one run, how many mails a second the daemon answers 250 and files as
// tickets with their notices queued, and, with BUZON_TEST_PEERS=1, how many Postfix takes and
// delivers to a Maildir. "sending" is the daemon that sends its notices at the same time, "verifying"
// the one that looks who has signed each mail.
func BenchmarkServe(b *testing.B) {
	binary := buildBuzon(b)
	var postfix float64
	if os.Getenv("BUZON_TEST_PEERS") == "1" {
		b.Run("postfix", func(b *testing.B) {
			for b.Loop() {
				postfix = loadPostfix(b)
			}
			b.ReportMetric(postfix, "mails/s")
		})
	}
	for _, name := range []string{"buzon", "sending", "verifying"} {
		b.Run(name, func(b *testing.B) {
			mails, server, relay := loaded("soporte@ejemplo.test"), "none", 1
			switch name {
			case "sending":
				relay = mailtest.Sink(b)
			case "verifying":
				mails, server = signedLoad(b), loadDNS(b)
			}
			var rate float64
			for b.Loop() {
				rate = loadBuzon(b, binary, server, relay, mails)
			}
			b.ReportMetric(rate, "mails/s")
			if postfix > 0 {
				b.ReportMetric(rate/postfix, "x-postfix")
			}
		})
	}
}

var loadKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	return key
})

// signedLoad are the mails, each signed by the domain in From.
func signedLoad(b *testing.B) []string {
	list := loaded("soporte@ejemplo.test")
	for i, raw := range list {
		var signed strings.Builder
		o := &dkim.SignOptions{Domain: fmt.Sprintf("empresa%d.test", i/20), Selector: "k",
			Signer:                 loadKey(),
			HeaderCanonicalization: dkim.CanonicalizationRelaxed,
			BodyCanonicalization:   dkim.CanonicalizationRelaxed,
			HeaderKeys:             []string{"From", "To", "Subject", "Date", "Message-ID"}}
		if err := dkim.Sign(&signed, strings.NewReader(raw+"\r\n"), o); err != nil {
			b.Fatal(err)
		}
		list[i] = strings.TrimSuffix(signed.String(), "\r\n")
	}
	return list
}

// loadDNS answers for the domains of the load.
func loadDNS(b *testing.B) string {
	der, _ := x509.MarshalPKIXPublicKey(&loadKey().PublicKey)
	zones := map[string]mockdns.Zone{}
	for i := range loadMails/20 + 1 {
		domain := fmt.Sprintf("empresa%d.test.", i)
		zones[domain] = mockdns.Zone{TXT: []string{"v=spf1 ip4:127.0.0.1 -all"}}
		zones["_dmarc."+domain] = mockdns.Zone{TXT: []string{"v=DMARC1; p=reject"}}
		zones["k._domainkey."+domain] = mockdns.Zone{TXT: []string{"v=DKIM1; k=rsa; p=" +
			base64.StdEncoding.EncodeToString(der)}}
	}
	s, err := mockdns.NewServerWithLogger(zones, log.New(io.Discard, "", 0), false)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s.LocalAddr().String()
}

// loadBuzon returns mails a second from the first connection until all are tickets.
func loadBuzon(b *testing.B, binary, dns string, relay int, mails []string) float64 {
	dir := b.TempDir()
	config := filepath.Join(dir, "buzon.toml")
	text := fmt.Sprintf("data_dir = %q\n[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n"+
		"plus_addressing = true\n[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n"+
		"[smtp]\nlisten = \"127.0.0.1:0\"\n[relay]\nhost = \"127.0.0.1\"\nport = %d\ntls = "+
		"\"none\"\n[dns]\nserver = %q\n", filepath.Join(dir, "data"), relay, dns)
	if relay > 1 { // or most would wait for a later hour
		text += "[caps]\nacks_hour = 100000\nagent_notices_a_minute = 100000\n"
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	daemon := exec.Command(binary, "serve", "-c", config)
	stderr, err := daemon.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		b.Fatal(err)
	}
	defer daemon.Wait()
	defer daemon.Process.Kill()
	lines := bufio.NewScanner(stderr)
	var address string
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "smtp listening on ")
	}
	go func() {
		for lines.Scan() {
		}
	}()
	s, err := store.Open(b.Context(), filepath.Join(dir, "data"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	start := time.Now()
	load(b, address, "soporte@ejemplo.test", mails)
	answered := time.Since(start)
	// asked cheaply, so as not to measure the asking: all is in the journal by now, and nothing in
	// it may wait
	for {
		waits, err := s.Unsettled(b.Context(), 0, s.Now(), 1)
		if err != nil {
			b.Fatal(err)
		}
		if len(waits) == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	all := time.Since(start)
	if counts, err := s.CountMails(b.Context()); err != nil ||
		counts[store.OutcomeTicket] != loadMails {
		b.Fatalf("%v, %v", counts, err)
	}
	owed, err := s.CountOutbox(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	notices := 0
	for _, n := range owed {
		notices += n
	}
	daemon.Process.Kill()
	daemon.Wait()
	spent := daemon.ProcessState.UserTime() + daemon.ProcessState.SystemTime()
	b.ReportMetric(float64(spent.Microseconds())/loadMails, "cpu-µs/mail")
	b.ReportMetric(loadMails/answered.Seconds(), "answered/s")
	b.ReportMetric(float64(notices)/loadMails, "notices/mail")
	b.ReportMetric(float64(owed[store.Sent])/all.Seconds(), "sent/s")
	return loadMails / all.Seconds()
}

// loadPostfix returns mails a second from the first connection until all are in the Maildir.
func loadPostfix(b *testing.B) float64 {
	p := mailtest.Postfix(b, mailtest.PostfixOptions{Deliver: []string{"ejemplo.test"}})
	start := time.Now()
	load(b, p.Addr, "soporte@ejemplo.test", loaded("soporte@ejemplo.test"))
	for {
		files, _ := os.ReadDir(filepath.Join(p.Maildir("ejemplo.test"), "new"))
		if len(files) == loadMails {
			return loadMails / time.Since(start).Seconds()
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// loaded are the mails of the load.
func loaded(to string) (list []string) {
	filler := strings.Repeat(
		"La factura de este mes no coincide con lo que figura en el sistema contable.\r\n",
		loadSize/78)
	for i := range loadMails {
		from := loadSender(i)
		list = append(list, fmt.Sprintf("From: Persona %d <%s>\r\nTo: <%s>\r\nSubject: "+
			"=?utf-8?q?No_coincide_la_facturaci=C3=B3n_%d?=\r\nMessage-ID: "+
			"<carga%d@cliente.test>\r\n"+
			"Date: Tue, 03 Mar 2026 09:01:%02d -0500\r\nMIME-Version: 1.0\r\nContent-Type: "+
			"text/plain; charset=utf-8\r\n\r\nHola, soy %d.\r\n\r\n%s",
			i, from, to, i, i, i%60, i, strings.TrimSuffix(filler, "\r\n")))
	}
	return list
}

func loadSender(i int) string { return fmt.Sprintf("persona%d@empresa%d.test", i, i/20) }

// load sends the mails, each connection many of them.
func load(b *testing.B, address, to string, mails []string) {
	var sending sync.WaitGroup
	for c := range loadConnections {
		sending.Go(func() {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			r := bufio.NewReader(conn)
			say := func(line string) {
				if line != "" {
					fmt.Fprintf(conn, "%s\r\n", line)
				}
				for {
					reply, err := r.ReadString('\n')
					if err != nil || reply[0] > '3' {
						b.Errorf("%.40q: %q %v", line, reply, err)
						return
					}
					if reply[3] == ' ' {
						return
					}
				}
			}
			say("")
			say("EHLO cliente.test")
			for i := c; i < loadMails; i += loadConnections {
				say("MAIL FROM:<" + loadSender(i) + ">")
				say("RCPT TO:<" + to + ">")
				say("DATA")
				say(mails[i] + "\r\n.")
			}
			say("QUIT")
		})
	}
	sending.Wait()
}
