package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

func TestMachines(t *testing.T) {
	for _, story := range []struct {
		sentence string
		play     func(*testing.T)
	}{
		{"an out-of-office changes nothing and is not answered", machinesChangeNothing},
		{"a bounce changes nothing but the address that it proves dead, and the agent is told once",
			bounceTellsOnce},
		{"a responder that ignores every header falls silent", responderFallsSilent},
		{"a responder with a new address each time falls silent", manyFacedResponder},
		{"two gateways facing each other fall silent", twoGateways},
		{"our own notification comes back and nothing follows", ownNotification},
	} {
		t.Run(story.sentence, func(t *testing.T) { t.Parallel(); story.play(t) })
	}
}

func machinesChangeNothing(t *testing.T) {
	d := opened(t, liveOptions{})
	d.send(d.last(ana).reply("¿Qué luz está encendida?"))
	answer, before := d.last(carla), d.ticket(1)
	sent := len(d.relay.Accepted())
	machine := func(change func(*letter)) letter {
		l := answer.reply("Estoy fuera de la oficina hasta el lunes.")
		change(&l)
		return l
	}
	for _, c := range []struct {
		name    string
		mail    letter
		outcome string
	}{
		{"out-of-office to the reply address",
			machine(func(l *letter) { l.Header = []string{"Auto-Submitted: auto-replied"} }),
			"automatic"},
		{"out-of-office without token or number", machine(func(l *letter) {
			l.To, l.Subject, l.InReplyTo, l.References, l.Header = soporte,
				"Respuesta automática: su consulta", "", "",
				[]string{"Auto-Submitted: auto-replied (vacation)"}
		}), "quarantine"},
		{"Outlook's, known by its subject and null sender", machine(func(l *letter) {
			l.Sender, l.Subject, l.Header = "<>", "Respuesta automática: "+answer.Subject,
				[]string{"X-Auto-Response-Suppress: All"}
		}), "automatic"},
		{"an agent's out-of-office", func() letter {
			l := d.last(ana).reply("Estoy de vacaciones. NOTA-XYZZY")
			l.Header = []string{"Auto-Submitted: auto-replied"}
			return l
		}(), "automatic"},
		{"a newsletter", machine(func(l *letter) {
			l.To, l.Subject, l.InReplyTo, l.References, l.Header = soporte, "Novedades", "", "",
				[]string{"List-Id: <novedades.cliente.test>", "Precedence: bulk"}
		}), "quarantine"},
	} {
		if m := d.send(c.mail); m.Outcome != c.outcome {
			t.Errorf("%s became %+v", c.name, m)
		}
	}
	after := d.ticket(1)
	if after.StatusClass != before.StatusClass || *after.Assignee != *before.Assignee ||
		len(d.tickets()) != 1 {
		t.Errorf("the case was %s of %s and is %s of %s; %d tickets", before.StatusClass,
			*before.Assignee, after.StatusClass, *after.Assignee, len(d.tickets()))
	}
	for _, m := range d.relay.Accepted()[sent:] {
		t.Errorf("a machine was answered, or somebody was told of it: %v\n%.800s", m.To, m.Raw)
	}
}

func bounceTellsOnce(t *testing.T) {
	d := opened(t, liveOptions{})
	d.send(d.last(ana).reply("¿Qué luz está encendida?"))
	answer := d.last(carla)
	sent := len(d.relay.Accepted())
	forged := regexp.MustCompile(`(\.a[a-z2-7]{19,25})([a-z2-7])@`).ReplaceAllStringFunc(
		bounceOf(answer, soporte), func(token string) string {
			last := "x"
			if strings.HasSuffix(token, "x@") {
				last = "y"
			}
			return token[:len(token)-2] + last + "@"
		})
	d.postRaw("", forged)
	d.quiet()
	if m := d.lastMail(); m.Outcome != "quarantine" || m.Rule != "3" || d.undeliverable(carla) {
		t.Errorf("a forged bounce became %+v; Carla undeliverable: %v", m, d.undeliverable(carla))
	}
	if n := len(d.relay.Accepted()); n != sent {
		t.Errorf("a forged bounce was told to %d people", n-sent)
	}
	for _, to := range []string{answer.From, answer.From, soporte} {
		d.postRaw("", bounceOf(answer, to), to)
		d.quiet()
		if m := d.lastMail(); m.Outcome != "automatic" || m.Rule != "2" {
			t.Errorf("the bounce to %s became %+v", to, m)
		}
	}
	if !d.undeliverable(carla) {
		t.Error("Carla's address is not marked")
	}
	if n := d.relay.Accepted()[sent:]; len(n) != 1 || n[0].To[0] != ana {
		t.Errorf("%d people were told, want Ana once", len(n))
	}
	if n := d.last(ana); !strings.Contains(n.Text, carla) ||
		!strings.Contains(n.Text, "luz está encendida") {
		t.Errorf("Ana reads:\n%s", n.Text)
	}
	if c := d.ticket(1); c.StatusClass != "waiting" || c.Items[1].Deliveries[0].State != "failed" {
		t.Errorf("the case: %+v", c)
	}
}

func (d *liveDesk) undeliverable(address string) bool {
	d.t.Helper()
	return rowsOf[personRow](d.t, d.cli("person", "show", address,
		"--json"))[0].UndeliverableSince != nil
}

// bounceOf is what a mail server says of a mail that it could not deliver (RFC 3464).
func bounceOf(n notice, to string) string {
	header, _, _ := bytes.Cut(n.Raw, []byte("\r\n\r\n"))
	return strings.ReplaceAll(
		fmt.Sprintf(`From: Mail Delivery System <MAILER-DAEMON@mx.cliente.test>
To: %s
Subject: Undelivered Mail Returned to Sender
Date: Mon, 2 Mar 2026 10:20:00 -0500
Message-ID: <dsn%d@mx.cliente.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=corte

--corte
Content-Type: text/plain; charset=us-ascii

%s: mailbox unavailable

--corte
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.cliente.test

Final-Recipient: rfc822; %s
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 mailbox unavailable

--corte
Content-Type: text/rfc822-headers

%s

--corte--
`, to, letters.Add(1), n.To[0], n.To[0], strings.ReplaceAll(string(header), "\r\n", "\n")), "\n",
		"\r\n")
}

// responderFallsSilent: a bot answers whatever it receives, at once, with new ids and none of our
// headers.
func responderFallsSilent(t *testing.T) {
	const bot = "robot@maquina.test"
	for _, c := range []struct {
		name   string
		answer func(notice, int) letter
	}{
		{"to the From, our subject", func(n notice,
			_ int) letter {
			return letter{To: soporte, Subject: "Re: " + n.Subject}
		}},
		{"to the From, a subject of its own", func(_ notice, i int) letter {
			return letter{To: soporte, Subject: fmt.Sprintf("Su mensaje fue recibido %d", i)}
		}},
		{"to the Reply-To", func(n notice,
			_ int) letter {
			return letter{To: n.Header.Get("Reply-To"), Subject: "Recibido"}
		}},
		{"to the envelope sender", func(n notice,
			_ int) letter {
			return letter{To: n.From, Subject: "Recibido"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newLiveDesk(t, liveOptions{})
			d.send(letter{From: bot, To: soporte, Subject: "Hola", Text: "Primera."})
			answered := d.converse(bot, func(n notice, i int) letter {
				l := c.answer(n, i)
				l.From, l.Text = bot, fmt.Sprintf(
					"Gracias por escribirnos. Su mensaje %d es importante.", i)
				return l
			})
			if answered > 6 {
				t.Errorf("the bot was written to %d times", answered)
			}
			// words of a person are never held back
			d.send(d.received(ana)[0].reply("¿Hay alguien ahí?"))
			if again := d.converse(bot, func(n notice, i int) letter {
				return letter{From: bot, To: soporte, Subject: "Re: " + n.Subject, Text: "Gracias."}
			}); again != answered+1 {
				t.Errorf("after an agent's answer the bot was written to %d times, before it %d",
					again, answered)
			}
		})
	}
}

// converse lets somebody answer everything that he has received or receives, and returns how much
// that was.
func (d *liveDesk) converse(who string, answer func(n notice, i int) letter) (received int) {
	d.t.Helper()
	for {
		list := d.received(who)
		if received == len(list) {
			return received
		}
		if received > 40 {
			d.t.Fatalf("%s was written to more than 40 times", who)
		}
		d.send(answer(list[received], received))
		received++
	}
}

func manyFacedResponder(t *testing.T) {
	d := newLiveDesk(
		t, liveOptions{Tail: "[caps]\nagent_notices_a_minute = 1000\nacks_domain_hour = 5"})
	count := func() (n int) {
		for _, m := range d.relay.Accepted() {
			if strings.HasSuffix(m.To[0], "@maquina.test") {
				n++
			}
		}
		return n
	}
	for i := range 12 { // each mail from a new address, whether or not the last was answered
		d.post(letter{From: fmt.Sprintf("x%d@maquina.test", i), To: soporte, Subject: "Recibido",
			Text: fmt.Sprintf("Su mensaje %d fue recibido.", i)})
	}
	d.quiet()
	if n := count(); n != 5 {
		t.Errorf("the domain was acknowledged %d times, want its cap of 5", n)
	}
	if n := len(d.tickets()); n != 12 {
		t.Errorf("%d tickets of 12 mails", n)
	}
}

var marks = regexp.MustCompile(
	`(?mi)^(X-[\w-]+|Auto-Submitted|Precedence|In-Reply-To|References):[^\n]*\n([ \t][^\n]*\n)*`)

func twoGateways(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(raw []byte, i int) []byte
	}{
		{"as they are", func(raw []byte, _ int) []byte { return raw }},
		{"marks stripped on the way", func(raw []byte, _ int) []byte {
			return marks.ReplaceAll(raw,
				nil)
		}},
		{"marks stripped and Message-IDs rewritten", func(raw []byte, i int) []byte {
			raw = marks.ReplaceAll(raw, nil)
			return regexp.MustCompile(`(?mi)^Message-ID:.*$`).ReplaceAll(raw,
				fmt.Appendf(nil, "Message-ID: <nuevo%d@medio.test>\r", i))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := newLiveDesk(t, liveOptions{}),
				newLiveDesk(t, liveOptions{Domain: "espejo.test"})
			a.postRaw("soporte@espejo.test",
				string(letter{From: "Espejo <soporte@espejo.test>", To: soporte,
					Subject: "Consulta", Text: "¿Cómo va?"}.raw()))
			ways := []struct {
				from, to *liveDesk
				address  string
				done     int
			}{{from: a, to: b, address: "@espejo.test"}, {from: b, to: a, address: "@ejemplo.test"}}
			for moved, total := true, 0; moved; {
				moved = false
				for i := range ways {
					w := &ways[i]
					w.from.quiet()
					for n, m := range gatewayMail(w.from, w.address) {
						if n < w.done {
							continue
						}
						mailtest.Send(t, w.to.addr, m.From, m.To, c.change(m.Raw, total))
						w.done++
						total++
						moved = true
					}
				}
				if total > 40 {
					t.Fatalf("%d mails have gone between the gateways", total)
				}
			}
			if ways[0].done > 4 || ways[1].done > 4 {
				t.Errorf("%d mails one way, %d the other; want at most 4", ways[0].done,
					ways[1].done)
			}
			if ways[0].done == 0 {
				t.Error("nothing was ever sent")
			}
		})
	}
}

// gatewayMail is what a gateway has sent to the mailboxes of the other; its own agents are not
// meant.
func gatewayMail(d *liveDesk, domain string) (list []mailtest.Mail) {
	for _, m := range d.relay.Accepted() {
		if strings.HasPrefix(m.To[0], "soporte") && strings.HasSuffix(m.To[0], domain) {
			list = append(list, m)
		}
	}
	return list
}

func ownNotification(t *testing.T) {
	d := opened(t, liveOptions{})
	n := d.last(ana)
	ids := regexp.MustCompile(`(?mi)^(Message-ID|References|In-Reply-To):[^\n]*\n([ \t][^\n]*\n)*`)
	foreign := regexp.MustCompile(`(?m)^From: [^\n]*\n([ \t][^\n]*\n)*`).ReplaceAll(n.Raw,
		[]byte("From: <otro@ajeno.test>\r\n"))
	for _, c := range []struct {
		name    string
		raw     []byte
		outcome string
		told    int // agents
	}{
		{"unchanged, forwarded by Ana's server", n.Raw, "own", 0},
		{"only the Message-ID left, under another's From", marks.ReplaceAll(foreign, nil),
			"own", 0},
		{"only the loop mark left", ids.ReplaceAll(n.Raw, nil), "own", 0},
		{"only the loop mark left, under another's From", ids.ReplaceAll(foreign, nil),
			"quarantine", 2},
		{"only the From left", marks.ReplaceAll(ids.ReplaceAll(n.Raw, nil),
			[]byte("X-Other: 1\r\n")), "quarantine", 2},
	} {
		sent := len(d.relay.Accepted())
		d.postRaw(ana, string(c.raw)+"\r\n"+c.name+"\r\n")
		d.quiet()
		if m := d.lastMail(); m.Outcome != c.outcome || len(d.relay.Accepted())-sent != c.told {
			t.Errorf("%s: %d mails more, became %+v", c.name, len(d.relay.Accepted())-sent, m)
		}
	}
	if len(d.received(carla)) != 1 || len(d.tickets()) != 1 || len(d.ticket(1).Items) != 1 {
		t.Errorf("something followed: Carla has %d mails, %d tickets", len(d.received(carla)),
			len(d.tickets()))
	}
}
