package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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
// delivers to a Maildir.
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
	b.Run("buzon", func(b *testing.B) {
		var rate float64
		for b.Loop() {
			rate = loadBuzon(b, binary)
		}
		b.ReportMetric(rate, "mails/s")
		if postfix > 0 {
			b.ReportMetric(rate/postfix, "x-postfix")
		}
	})
}

// loadBuzon returns mails a second from the first connection until all are tickets.
func loadBuzon(b *testing.B, binary string) float64 {
	dir := b.TempDir()
	config := filepath.Join(dir, "buzon.toml")
	text := fmt.Sprintf("data_dir = %q\n[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n"+
		"plus_addressing = true\n[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n"+
		"[smtp]\nlisten = \"127.0.0.1:0\"\n[relay]\nhost = \"127.0.0.1\"\nport = 1\ntls = "+
		"\"none\"\n[dns]\nserver = \"none\"\n", filepath.Join(dir, "data"))
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
	load(b, address, "soporte@ejemplo.test")
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
	return loadMails / all.Seconds()
}

// loadPostfix returns mails a second from the first connection until all are in the Maildir.
func loadPostfix(b *testing.B) float64 {
	p := mailtest.Postfix(b, mailtest.PostfixOptions{Deliver: []string{"ejemplo.test"}})
	start := time.Now()
	load(b, p.Addr, "soporte@ejemplo.test")
	for {
		files, _ := os.ReadDir(filepath.Join(p.Maildir("ejemplo.test"), "new"))
		if len(files) == loadMails {
			return loadMails / time.Since(start).Seconds()
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// load sends the mails, each connection many of them.
func load(b *testing.B, address, to string) {
	filler := strings.Repeat(
		"La factura de este mes no coincide con lo que figura en el sistema contable.\r\n",
		loadSize/78)
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
				from := fmt.Sprintf("persona%d@empresa%d.test", i, i/20)
				say("MAIL FROM:<" + from + ">")
				say("RCPT TO:<" + to + ">")
				say("DATA")
				say(fmt.Sprintf("From: Persona %d <%s>\r\nTo: <%s>\r\nSubject: "+
					"=?utf-8?q?No_coincide_la_facturaci=C3=B3n_%d?=\r\nMessage-ID: "+
					"<carga%d@cliente.test>\r\n"+
					"Date: Tue, 03 Mar 2026 09:01:%02d -0500\r\nMIME-Version: 1.0\r\n"+
					"Content-Type: text/plain; charset=utf-8\r\n\r\nHola, soy %d.\r\n\r\n%s.",
					i, from, to, i, i, i%60, i, filler))
			}
			say("QUIT")
		})
	}
	sending.Wait()
}
