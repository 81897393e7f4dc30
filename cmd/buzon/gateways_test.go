package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	gatewayIDs = regexp.MustCompile(
		`(?mi)^(Message-ID|In-Reply-To|References):[^\n]*\n([ \t][^\n]*\n)*`)
	gatewaySigned = regexp.MustCompile(`(?mi)^(Reply-To|Subject):[^\n]*\n([ \t][^\n]*\n)*`)
)

// Two desks, each the other's customer, whatever the servers between them leave of a mail, come to
// rest: in a day at most four mails go each way. ACCEPTANCE B10.
func TestB10TwoGateways(t *testing.T) {
	reopen := func(c *config) { c.Mailbox[0].ClosedReply = "reopen" }
	reject := func(c *config) { c.Mailbox[0].ClosedReply = "reject" }
	stripped := func(raw []byte, _ int) []byte { return marks.ReplaceAll(raw, nil) }
	rewritten := func(raw []byte, n int) []byte {
		return fmt.Appendf(nil, "Message-ID: <otro%d@medio.test>\r\n%s", n,
			gatewayIDs.ReplaceAll(stripped(raw, n), nil))
	}
	unthreaded := func(raw []byte, n int) []byte {
		return fmt.Appendf(nil, "Subject: aviso %d\r\n%s", n,
			gatewaySigned.ReplaceAll(rewritten(raw, n), nil))
	}
	answers :=
		func(raw []byte,
			n int) []byte { // a gateway of another make, that says something else each time
			head, _, _ := strings.Cut(string(rewritten(raw, n)), "\r\n\r\n")
			head = regexp.MustCompile(
				`(?mi)^(MIME-Version|Content-[\w-]+):[^\n]*\n([ \t][^\n]*\n)*`).ReplaceAllString(
				head+"\r\n", "")
			return []byte(head + "\r\n" + words(n) + "\r\n")
		}
	for _, c := range []struct {
		name   string
		way    func(raw []byte, n int) []byte
		change []func(*config)
	}{
		{"as they are", func(raw []byte, _ int) []byte { return raw }, nil},
		{"marks stripped", stripped, nil},
		{"ids rewritten", rewritten, nil},
		{"ids rewritten, closed cases reopen", rewritten, []func(*config){reopen}},
		{"ids rewritten, closed cases take no reply", rewritten, []func(*config){reject}},
		{"no reply address and another subject each time", unthreaded, nil},
		{"other words each time", answers, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			uno, dos := newVirtualDesk(t, "uno.test", c.change...),
				newVirtualDesk(t, "dos.test", c.change...)
			uno.write("soporte@dos.test", "soporte@uno.test", "Consulta",
				"Hola, ¿cómo va lo nuestro?")
			there, back, n := 0, 0, 0
			for range 24 * 6 {
				for moved := true; moved; {
					moved = false
					for _, w := range []struct {
						from, to *virtualDesk
						count    *int
					}{{uno, dos, &there}, {dos, uno, &back}} {
						w.from.settle()
						for _, m := range w.from.next() {
							if strings.HasPrefix(m.to, "soporte") &&
								!strings.HasSuffix(m.to, m.fromDomain()) {
								n++
								*w.count++
								w.to.take("soporte"+m.fromDomain(), m.to, string(c.way(m.raw, n)))
								moved = true
							}
						}
						w.to.settle()
					}
				}
				uno.clock.Advance(10 * time.Minute)
				dos.clock.Advance(10 * time.Minute)
			}
			if there > 4 || back > 4 || there == 0 {
				t.Errorf("%d mails there, %d back", there, back)
			}
			for _, d := range []*virtualDesk{uno, dos} {
				if n := len(d.to("ana@" + d.config.Mailbox[0].Address[len("soporte@"):])); n > 12 {
					t.Errorf("an agent had %d mails", n)
				}
			}
		})
	}
}

// fromDomain is the domain of the desk that sent the mail.
func (m takenMail) fromDomain() string {
	from := m.header.Get("From")
	return strings.Trim(from[strings.LastIndex(from, "@"):], "> ")
}
