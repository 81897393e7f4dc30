package smtpd

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func TestMailArrivesWhole(t *testing.T) {
	s := open(t)
	c := s.hello()
	data := sample(3000) + ".stuffed\r\n"
	c.mail(strings.Replace(data, "\r\n.", "\r\n..", 1), "250 2.0.0 OK: queued as ")
	c.cmd("QUIT", "221")
	c.expectEnd()
	got := s.journal.all()[0]
	if got.body(t) != data {
		t.Errorf("got %q, wanted %q", got.body(t), data)
	}
	if got.From != "cliente@otro.test" || got.NullSender || len(got.To) != 1 || got.To[0] != ours ||
		got.Helo != "cliente.test" ||
		got.Protocol != "ESMTP" || got.TLS || got.Vouched ||
		got.Remote != netip.MustParseAddr("127.0.0.1") || got.Received.IsZero() {
		t.Errorf("envelope %+v", got.Envelope)
	}
	want := regexp.MustCompile(
		`^Received: from cliente\.test \(\[127\.0\.0\.1\]\)\r\n\tby mx\.ejemplo\.test with ESMTP id ` + got.QueueID +
			`\r\n\tfor <soporte@ejemplo\.test>;\r\n\t\w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4}\r\nFrom: `)
	if !want.MatchString(got.data) {
		t.Errorf("trace is %.300q", got.data)
	}
}

func TestEnvelope(t *testing.T) {
	s := open(t, func(o *Options) { o.Vouched = netip.Addr.IsLoopback })
	c := s.dial()
	c.expect("220 " + hostname)
	c.ok("HELO x\xffy")
	c.ok("MAIL FROM:<>")
	c.ok("RCPT TO:<Soporte+C1@EJEMPLO.Test>")
	c.ok("RCPT TO:<Soporte+C1@ejemplo.test>")
	c.ok("RCPT TO:<postmaster>")
	c.ok("RCPT TO:<Postmaster@ejemplo.test>")
	c.cmd("DATA", "354")
	c.cmd("a\r\n.", "250")
	got := s.journal.all()[0]
	if to := strings.Join(
		got.To,
		" "); to != "Soporte+C1@ejemplo.test postmaster@ejemplo.test Postmaster@ejemplo.test" {
		t.Errorf("recipients %s", to)
	}
	if !got.NullSender || got.From != "" || got.Protocol != "SMTP" || !got.Vouched {
		t.Errorf("envelope %+v", got.Envelope)
	}
	if strings.Contains(got.data, "for <") ||
		!strings.HasPrefix(got.data, "Received: from x?y ([127.0.0.1])") {
		t.Errorf("trace names recipients or repeats what the client made up: %q", got.data)
	}
}

func TestTraceIPv6(t *testing.T) {
	e := Envelope{Helo: "[IPv6:2001:db8::1]", Remote: netip.MustParseAddr("2001:db8::1"),
		To: []string{"a\r\nX: y@b"}}
	if got := e.trace("h"); !strings.HasPrefix(got,
		"Received: from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])\r\n\tby h") ||
		strings.Contains(got, "X:") {
		t.Errorf("trace %q", got)
	}
}

// Nothing that we receive is relayed: ACCEPTANCE D13.
func TestD13OpenRelay(t *testing.T) {
	s := open(t)
	c := s.hello()
	c.ok("MAIL FROM:<yo@ejemplo.test>")
	for _, to := range []string{
		"<x@otro.test>", "<x%otro.test@ejemplo.test>", `<"x@otro.test">`,
		`<"x@otro.test"@ejemplo.test>`, "<x@otro.test@ejemplo.test>",
		"<x%otro.test@mx.ejemplo.test>", "<x@[192.0.2.1]>", "<x@mx.ejemplo.test>",
		"<soporte%ejemplo.test@otro.test>",
		"<@ejemplo.test:x@otro.test>", "<@otro.test:soporte@ejemplo.test>",
		"@otro.test:soporte@ejemplo.test", " <@otro.test,@b:soporte@ejemplo.test>",
		"<otro.test!x@ejemplo.test>",
		"<soporte@ejemplo.test@otro.test>", "<postmaster@otro.test>",
		`<"soporte@otro.test"@ejemplo.test>`,
	} {
		got := c.cmd("RCPT TO:"+to, "5")
		if want := "550 5.7.1"; !strings.HasPrefix(got, want) && to != `<"x@otro.test">` {
			t.Errorf("%s: %q, wanted %s", to, got, want)
		}
	}
	c.cmd("DATA", "502")
}

func TestRecipients(t *testing.T) {
	s := open(t, func(o *Options) { o.Recipients = 2 })
	c := s.hello()
	c.ok("MAIL FROM:<a@otro.test>")
	c.cmd("RCPT TO:<nadie@ejemplo.test>", "550 5.1.1")
	c.ok("RCPT TO:<ayuda@ejemplo.test.>")
	c.ok("RCPT TO:<ayuda+x@ejemplo.test>")
	c.cmd("RCPT TO:<ayuda+y@ejemplo.test>", "452 4.5.3")
	c.cmd("MAIL FROM:<b@otro.test>", "503")
	c.cmd("VRFY soporte", "252")
	c.cmd("EXPN soporte", "502")
	c.ok("RSET")
	c.ok("MAIL FROM:<b@otro.test>")
}

type permanent struct {
	error
	code int
	text string
}

func (p permanent) SMTP() (int, [3]int, string) { return p.code, [3]int{5, 7, 1}, p.text }

type full struct{ error }

func (full) Full() bool { return true }

func TestJournalErrors(t *testing.T) {
	secret := errors.New("SQL logic error near /var/lib/buzon: database is locked (5)")
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"internal", secret, "451 4.3.0 Temporary failure, please try again later\r\n"},
		{"full disk", fmt.Errorf("write: %w", syscall.ENOSPC), "452 4.3.1"},
		{"over quota", syscall.EDQUOT, "452 4.3.1"},
		{"full database, wrapped", fmt.Errorf("journal: %w", full{secret}), "452 4.3.1"},
		{"refusal, wrapped", fmt.Errorf("journal: %w", permanent{secret, 550, "Not here"}),
			"550 5.7.1 Not here\r\n"},
		{"refusal with line breaks", permanent{secret, 550, "Not\r\n250 here"},
			"550 5.7.1 Not  250 here\r\n"},
		{"refusal that is none", permanent{secret, 250, "OK"}, "451 4.3.0"},
	} {
		for place, set := range map[string]func(*memory){
			"spool":   func(j *memory) { j.spoolErr = c.err },
			"write":   func(j *memory) { j.writeErr = c.err },
			"receive": func(j *memory) { j.receiveErr = c.err },
		} {
			t.Run(c.name+"/"+place, func(t *testing.T) {
				s := open(t)
				set(s.journal)
				client := s.hello()
				for range 2 { // the session goes on, DATA and BDAT alike
					if got := client.mail(sample(100_000), c.want); strings.Contains(got, "SQL") {
						t.Errorf("internals shown: %q", got)
					}
					client.ok("MAIL FROM:<a@otro.test>")
					client.ok("RCPT TO:<" + ours + ">")
					client.cmd("BDAT 2000 LAST\r\n"+strings.TrimSuffix(sample(2000), "\r\n"),
						c.want)
				}
				s.journal.spoolErr, s.journal.writeErr, s.journal.receiveErr = nil, nil, nil
				client.mail(sample(2000), "250")
			})
		}
	}
}

func TestNotReady(t *testing.T) {
	var err error = full{errors.New("x")}
	s := open(t, func(o *Options) { o.Ready = func() error { return err } })
	c := s.hello()
	c.cmd("MAIL FROM:<a@otro.test>", "452 4.3.1")
	err = nil
	c.mail(sample(100), "250")
}

func TestPanic(t *testing.T) {
	for name, end := range map[string]string{"DATA": "DATA\r\na\r\n.\r\n",
		"BDAT": "BDAT 3 LAST\r\na\r\n"} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			var once bool
			s.journal.receive = func(context.Context) {
				if !once {
					once = true
					panic("boom")
				}
			}
			c := s.hello()
			c.ok("MAIL FROM:<a@otro.test>")
			c.ok("RCPT TO:<" + ours + ">")
			c.send(end)
			got := c.reply()
			if strings.HasPrefix(got, "354") {
				got = c.reply()
			}
			if !strings.HasPrefix(got, "421 ") || strings.Contains(got, "boom") {
				t.Fatalf("got %q, wanted 421", got)
			}
			c.expectEnd()
			s.hello().mail(sample(100), "250")
		})
	}
}

func TestSize(t *testing.T) {
	const limit = 5000
	s := open(t, func(o *Options) { o.MaxSize = limit })
	c := s.hello()
	if got := c.ok("EHLO x"); !strings.Contains(got, "SIZE 5000\r\n") {
		t.Errorf("EHLO says %q", got)
	}
	c.cmd("MAIL FROM:<a@otro.test> SIZE=5001", "552 5.3.4")
	c.ok("MAIL FROM:<a@otro.test> SIZE=5000")
	c.ok("RSET")
	c.mail(sample(limit), "250")
	c.mail(sample(limit+1), "552 5.3.4")
	c.mail(sample(100*limit), "552 5.3.4")
	bdat := func(size int, want string) {
		c.ok("MAIL FROM:<a@otro.test>")
		c.ok("RCPT TO:<" + ours + ">")
		half := sample(size)
		c.send(fmt.Sprintf("BDAT %d\r\n%sBDAT %d LAST\r\n%s", 1000, half[:1000], size-1000,
			half[1000:]))
		c.expect("250")
		c.expect(want)
	}
	bdat(limit, "250")
	bdat(limit+1, "552 5.3.4")
	c.mail(sample(limit), "250")
	if got := s.journal.all(); len(got) != 3 || got[1].body(t) != sample(limit) {
		t.Errorf("%d mails journalled, wanted 3 of %d bytes", len(got), limit)
	}
}

func TestHops(t *testing.T) {
	s := open(t, func(o *Options) { o.Hops = 3 })
	c := s.hello()
	c.mail(strings.Repeat("Received: from a by b\r\n", 3)+"\r\n", "250")
	c.mail(strings.Repeat("Received: from a by b\r\n", 4)+"\r\n", "554 5.4.6")
	c.mail("Subject: x\r\n\r\n"+strings.Repeat("Received: from a by b\r\n", 9), "250")
}

func TestOddContent(t *testing.T) {
	s := open(t)
	c := s.hello()
	for name, data := range map[string]string{
		"empty":                  "",
		"no header":              "hola\r\n",
		"NUL":                    "Subject: x\r\n\r\na\x00b\r\n",
		"invalid UTF-8":          "Subject: \xc3(\r\n\r\n\xff\xfe\r\n",
		"line of 999":            "\r\n" + strings.Repeat("a", 999) + "\r\n",
		"line of 10 MB":          "Subject: x\r\n\r\n" + strings.Repeat("a", 10<<20) + "\r\n",
		"header line of 1 MB":    "Subject: " + strings.Repeat("a", 1<<20) + "\r\n\r\n",
		"commands in the mail":   "RSET\r\nMAIL FROM:<x@y>\r\nQUIT\r\n",
		"LF only, from a script": "Subject: x\n\nhola\n\r\n",
	} {
		c.mail(data, "250")
		got := s.journal.all()
		if body := got[len(got)-1].body(t); body != data {
			t.Errorf("%s: %d bytes kept, wanted the same %d", name, len(body), len(data))
		}
	}
}

func TestSMTPUTF8(t *testing.T) {
	s := open(t)
	c := s.hello()
	if got := c.ok("EHLO x"); !strings.Contains(got, "SMTPUTF8") ||
		!strings.Contains(got, "8BITMIME") || strings.Contains(got, "AUTH") ||
		strings.Contains(got, "STARTTLS") {
		t.Errorf("EHLO says %q", got)
	}
	c.ok("MAIL FROM:<josé@correo.test> BODY=8BITMIME SMTPUTF8")
	c.ok("RCPT TO:<ñandú@ejemplo.test>")
	c.cmd("DATA", "354")
	c.cmd("Subject: Producción Caída\r\n\r\nñ\r\n.", "250")
	if got := s.journal.all()[0]; got.From != "josé@correo.test" ||
		got.To[0] != "ñandú@ejemplo.test" ||
		got.body(t) != "Subject: Producción Caída\r\n\r\nñ\r\n" {
		t.Errorf("got %+v", got)
	}
}

func TestCommandLimits(t *testing.T) {
	s := open(t)
	c := s.hello()
	c.cmd("MAIL FROM:<"+strings.Repeat("a", 2100)+"@x>", "500 5.5.2")
	c.cmd("NOOP "+strings.Repeat("a", 100_000), "500 5.5.2")
	c.cmd("MAIL FROM:<a\rRSET\x00@x>", "500 5.5.2")
	c.mail(sample(100), "250")
	for range 18 {
		c.cmd("XYZZY", "500 5.5.2")
	}
	c.send("NOOP\r\n")
	c.expect("421 4.7.0 Too many errors")
	c.expectEnd()
	c = s.hello()
	c.send(strings.Repeat("NOOP\r\n", maxCommands+1))
	for range maxCommands - 1 {
		c.expect("250")
	}
	c.expect("250")
	c.expect("421 4.7.0 Too many commands")
	c.expectEnd()
}

func TestPipelining(t *testing.T) {
	s := open(t)
	c := s.hello()
	one := "MAIL FROM:<a@otro.test>\r\nRCPT TO:<" + ours + ">\r\nRCPT TO:<x@otro.test>\r\nDATA\r\n"
	c.send(one)
	for _, want := range []string{"250", "250", "550", "354"} {
		c.expect(want)
	}
	c.send("hola\r\n.\r\n" + one)
	for _, want := range []string{"250", "250", "250", "550", "354"} {
		c.expect(want)
	}
	c.send("dos\r\n.\r\nQUIT\r\n")
	c.expect("250")
	c.expect("221")
	c.expectEnd()
	if n := len(s.journal.all()); n != 2 {
		t.Errorf("%d mails, wanted 2", n)
	}
}

func TestNothingSensitiveIsLogged(t *testing.T) {
	s := open(t, func(o *Options) {
		o.AuthLoopback = true
		o.Auth = func(string, string) error { return ErrAuth }
	})
	c := s.hello()
	c.cmd("AUTH PLAIN AGFuYQBDQU5BUklP", "535") // ana, CANARIO
	c.ok("MAIL FROM:<CANARIO@otro.test>")
	c.ok("RCPT TO:<soporte+CANARIO@ejemplo.test>")
	c.cmd("DATA", "354")
	c.cmd("Subject: CANARIO\r\n.", "250")
	s.journal.receiveErr = errors.New("no")
	c.mail("Subject: CANARIO\r\n", "451")
	c.cmd("CANARIO", "500")
	s.shut()
	if log := s.log.String(); strings.Contains(log, "CANARIO") || strings.Contains(log, "AGFuYQ") ||
		!strings.Contains(log, "mail taken") {
		t.Errorf("log:\n%s", log)
	}
}

func TestOptions(t *testing.T) {
	for name, change := range map[string]setup{
		"no journal":        func(o *Options) { o.Journal = nil },
		"no mailboxes":      func(o *Options) { o.Mailbox = nil },
		"no host name":      func(o *Options) { o.Hostname = "" },
		"host name injects": func(o *Options) { o.Hostname = "a\r\nb" },
		"negative limit":    func(o *Options) { o.Connections = -1 },
		"negative time":     func(o *Options) { o.Idle = -1 },
		"certificate alone": func(o *Options) { o.TLSCert = "x" },
		"no such file":      func(o *Options) { o.TLSCert, o.TLSKey = "x", "y" },
		"bare LF":           func(o *Options) { o.BareLF = "maybe" },
	} {
		o := options(&memory{})
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
