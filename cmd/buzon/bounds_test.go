package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/store"
)

// caps for a tenth of what real ones are made for.
func smallCaps(c *config) { c.Caps.AcksAll, c.Caps.AcksDomain = 20, 5 }

// burst has n strangers write at once, of many domains and of a large one.
func burst(d *virtualDesk, n int) (addresses []string) {
	for i := range n {
		domain := fmt.Sprintf("d%d.test", i)
		if i%3 == 0 {
			domain = "correo.test"
		}
		addresses = append(addresses, fmt.Sprintf("x%d@%s", i, domain))
	}
	var group sync.WaitGroup
	for k := range 16 {
		group.Go(func() {
			for i := k; i < n; i += 16 {
				// words of his own: what says the same but for numbers is a responder's
				raw := fmt.Sprintf("From: %s\r\nTo: soporte@uno.test\r\nSubject: Gane con mi "+
					"casino\r\nMessage-ID: <b%d@x.test>\r\n\r\nVea mi casino, soy %s.\r\n",
					addresses[i], i, strings.Repeat("y", i+1))
				d.take(addresses[i], "soporte@uno.test", raw)
			}
		})
	}
	group.Wait()
	d.settle()
	return addresses
}

var numberOf = regexp.MustCompile(`(?i)caso (<b[^>]*>)?#\d+`)

// A great many strangers at once: the admins hear of it at once, agents get a few lists, and
// everybody has his number within six hours, in words that none of them chose. Run with
// BUZON_TEST_LONG=1 for ten times as many.
func TestB16_BurstOfStrangers(t *testing.T) {
	t.Parallel()
	many, caps := 300, smallCaps
	if os.Getenv("BUZON_TEST_LONG") == "1" { // at its full size, with the caps that are usual
		many, caps = 3000, func(*config) {}
	}
	d := newVirtualDesk(t, "uno.test", caps)
	people := burst(d, many)
	if n := len(d.to("jefa@uno.test")); n == 0 {
		t.Error("the admin has heard nothing")
	}
	var alarms int
	for _, m := range d.to("jefa@uno.test") {
		if strings.Contains(m.subject, "Muchos mensajes") {
			alarms++
		}
	}
	if alarms == 0 || alarms > 2 { // of all, of one domain
		t.Errorf("%d alarms", alarms)
	}
	at := d.clock.Now()
	d.pass(6*time.Hour, 2*time.Minute)
	for _, a := range people {
		list := d.to(a)
		if len(list) != 1 || !numberOf.Match(list[0].raw) {
			t.Fatalf("%s has %d mails", a, len(list))
		}
		if m := list[0]; bytes.Contains(m.raw, []byte("casino")) ||
			strings.Contains(m.subject, "casino") {
			t.Errorf("the stranger's words come back:\n%s", m.raw)
		}
	}
	for _, agent := range []string{"ana@uno.test", "luis@uno.test", "jefa@uno.test"} {
		hour := 0
		for _, m := range d.to(agent) {
			if m.at.Before(at.Add(time.Hour)) {
				hour++
			}
		}
		if hour > 60 {
			t.Errorf("%s had %d mails in an hour", agent, hour)
		}
	}
	d.nothingLost(many)
}

// nothingLost checks that every mail has its ticket and that nothing owed has failed.
func (d *virtualDesk) nothingLost(tickets int) {
	d.t.Helper()
	list, _, err := d.store.Find(d.t.Context(), everything, store.Query{Limit: 9999})
	if err != nil || len(list) != tickets {
		d.t.Errorf("%d tickets, want %d, %v", len(list), tickets, err)
	}
	for state, n := range must(d.store.CountOutbox(d.t.Context()))(d.t) {
		if state != store.Sent {
			d.t.Errorf("%d mails are %s", n, state)
		}
	}
}

// What an admin drops does not go.
func TestB16_WhatABreakerHoldsIsDropped(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test", smallCaps)
	burst(d, 60)
	acked := len(d.to(".test")) - len(d.to(".uno.test"))
	var held []int64
	for _, o := range must(d.store.Outbox(t.Context(), store.OutboxFilter{State: store.Held}))(t) {
		held = append(held, o.ID)
	}
	must(d.store.DropOutgoing(t.Context(), held...))(t)
	d.pass(6*time.Hour, 10*time.Minute)
	if n := len(d.to(".test")) - len(d.to(".uno.test")); n != acked || acked > 20 {
		t.Errorf("%d acknowledgements at once, %d later", acked, n-acked)
	}
}

// One sender who opens a great many cases costs agents a few mails, and he gets his numbers.
func TestB18_TicketFlood(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test")
	const many = 200
	for i := range many {
		d.write("carla@cliente.test", "soporte@uno.test", fmt.Sprintf("No abre %d", i),
			fmt.Sprintf("Algo ha pasado con el equipo número %d del cuarto de abajo.", i))
		if i%40 == 39 {
			d.settle()
			d.clock.Advance(time.Minute)
		}
	}
	d.settle()
	d.pass(30*time.Minute, time.Minute)
	if n := len(d.to("ana@uno.test")); n > 25 {
		t.Errorf("%d mails to an agent", n)
	}
	d.pass(48*time.Hour, time.Hour)
	d.nothingLost(many)
}

// bot is a responder that marks nothing: what it answers a mail with; from nobody: nothing.
type bot func(m takenMail, n int) (from, to, subject, text string)

const absent = "Estoy de vacaciones y vuelvo el lunes. Para urgencias llame a recepción. "

// Responders that mark nothing get at most six mails a day, whichever way they answer.
func TestB09_Responders(t *testing.T) {
	reject := func(c *config) { c.Mailbox[0].ClosedReply = "reject" }
	reopen := func(c *config) { c.Mailbox[0].ClosedReply = "reopen" }
	for name, c := range map[string]struct {
		change func(*config)
		bot    bot
	}{
		"by the reply address": {nil, func(m takenMail, n int) (string, string, string, string) {
			return "bot@cliente.test", m.replyTo(), "Re: " + m.subject, fmt.Sprint(absent, n)
		}},
		"to the public address": {nil, func(m takenMail, n int) (string, string, string, string) {
			return "bot@cliente.test", "soporte@uno.test", "Re: " + m.subject, fmt.Sprint(absent, n)
		}},
		"a fresh thread each time": {nil, func(_ takenMail, n int) (string, string, string,
			string) {
			return "bot@cliente.test", "soporte@uno.test", fmt.Sprint("Fuera de oficina ", n),
				fmt.Sprint(absent, n)
		}},
		"a fresh thread and other words each time": {nil,
			func(_ takenMail, n int) (string, string, string, string) {
				return "bot@cliente.test", "soporte@uno.test", fmt.Sprint("Fuera ", n), words(n)
			}},
		"a fresh address each time": {nil, func(m takenMail, n int) (string, string, string,
			string) {
			return fmt.Sprintf("bot%d@cliente.test", n), "soporte@uno.test", "Re: " + m.subject,
				fmt.Sprint(absent, n)
		}},
		"a fresh domain below its own each time": {nil,
			func(m takenMail, n int) (string, string, string, string) {
				return fmt.Sprintf("bot@s%d.cliente.test", n), "soporte@uno.test", "Hola",
					fmt.Sprint(absent, n)
			}},
		"closes": {nil, func(m takenMail, n int) (string, string, string, string) {
			return "bot@cliente.test", m.replyTo(), "Re: " + m.subject, "cerrar"
		}},
		"to a closed case that takes no reply": {reject,
			func(m takenMail, n int) (string, string, string, string) {
				if n == 1 {
					return "bot@cliente.test", m.replyTo(), "Re: " + m.subject, "cerrar"
				}
				return "bot@cliente.test", m.replyTo(), "Re: " + m.subject,
					strings.Repeat("b"+string(rune('a'+n%26)), 9)
			}},
		"closes and reopens": {reopen, func(m takenMail, n int) (string, string, string, string) {
			return "bot@cliente.test", m.replyTo(), "Re: " + m.subject,
				[]string{"cerrar", "reabrir"}[(n+1)%2]
		}},
		"closes, and says other things in what replaces it": {nil,
			func(m takenMail, n int) (string, string, string, string) {
				if n%2 == 1 {
					return "bot@cliente.test", m.replyTo(), "Re: " + m.subject, "cerrar"
				}
				return "bot@cliente.test", m.replyTo(), "Re: " + m.subject, words(n)
			}},
		"known, and other words in a fresh thread each time": {nil,
			func(m takenMail, n int) (string, string, string, string) {
				if n == 1 {
					return "bot@cliente.test", m.replyTo(), "Re: " + m.subject, "cerrar"
				}
				return "bot@cliente.test", "soporte@uno.test", "Fuera: " + words(n), words(n + 1)
			}},
		"known, and slow": {nil, func(m takenMail, n int) (string, string, string, string) {
			if n == 1 {
				return "bot@cliente.test", m.replyTo(), "Re: " + m.subject, "cerrar"
			}
			return "bot@cliente.test", m.replyTo(), "Re: " + m.subject,
				"Volveré a leer su mensaje cuando termine la licencia."
		}},
		"production down": {nil, func(m takenMail, n int) (string, string, string, string) {
			return "bot@cliente.test", "soporte@uno.test", fmt.Sprint("Producción caída ", n),
				fmt.Sprint(absent, n)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := []func(*config){}
			if c.change != nil {
				change = append(change, c.change)
			}
			d := newVirtualDesk(t, "uno.test", change...)
			d.write("bot@cliente.test", "soporte@uno.test", "Consulta", "Hola, una consulta.")
			d.answered(c.bot, 24*time.Hour)
			if n := len(d.to(".cliente.test")); n > 6 {
				t.Errorf("%d mails in a day", n)
			}
		})
	}
}

// words are others for each n.
func words(n int) string { return strings.Repeat("ba"+string(rune('a'+n%26)), 8) }

// A customer who writes many mails gets the number of each within the hour, however fast he writes:
// before he is answered, or when he has had the time to.
func TestB09_PeopleAreNoResponders(t *testing.T) {
	const many = 12
	for name, pause := range map[string]time.Duration{"all at once": 0,
		"every half minute": 30 * time.Second, "every two minutes": 2 * time.Minute,
		"every hour": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test")
			d.write("carla@cliente.test", "soporte@uno.test", "Consulta", "Hola, una consulta.")
			d.settle()
			d.write("carla@cliente.test", d.to("carla@cliente.test")[0].replyTo(), "Re: Consulta",
				"cerrar")
			d.settle()
			for n := range many {
				d.write("carla@cliente.test", "soporte@uno.test", fmt.Sprint("Otra cosa ", n),
					words(n))
				d.settle()
				d.pass(pause, pause/6)
			}
			d.pass(time.Hour, time.Minute)
			all := ""
			for _, m := range d.to("carla@cliente.test") {
				all += m.subject + "\n" + string(m.raw)
			}
			for n := range many + 1 {
				if !strings.Contains(all, fmt.Sprintf("#%d", n+1)) {
					t.Errorf("case %d has no number after an hour; %d mails", n+1,
						len(d.to("carla@cliente.test")))
				}
			}
		})
	}
}

// Followers whose responders mark nothing, and say other things each time, do not set each other
// off.
func TestB09_FollowersRespond(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test")
	d.write("carla@cliente.test", "soporte@uno.test", "Consulta", "Hola, una consulta.")
	d.settle()
	follow := ""
	for i := range 10 {
		follow += fmt.Sprintf("#seguidor f%d@otro%d.test\r\n", i, i)
	}
	for _, text := range []string{follow, "Hola a todos."} {
		d.write("ana@uno.test", d.to("ana@uno.test")[0].replyTo(), "Re: Consulta", text)
		d.settle()
	}
	d.answered(func(m takenMail, n int) (string, string, string, string) {
		if m.to == "carla@cliente.test" {
			return "", "", "", ""
		}
		return m.to, m.replyTo(), "Re: " + m.subject, words(n)
	}, 24*time.Hour)
	for i := range 10 {
		if n := len(d.to(fmt.Sprintf("f%d@otro%d.test", i, i))); n > 6 || n == 0 {
			t.Errorf("%d mails to follower %d", n, i)
		}
	}
}

// answered lets time pass in which the bot answers at once what leaves the desk.
func (d *virtualDesk) answered(b bot, total time.Duration) {
	d.t.Helper()
	d.conversing(func(m takenMail, n int) (from, to, subject, text string) {
		if strings.HasSuffix(m.to, "uno.test") {
			return "", "", "", ""
		}
		return b(m, n)
	}, total)
}

// conversing lets time pass in which somebody answers at once whatever is sent; who answers from
// nobody does not.
func (d *virtualDesk) conversing(b bot, total time.Duration) {
	d.t.Helper()
	n := 0
	for ; total > 0; total -= 10 * time.Minute {
		d.settle()
		for list := d.next(); len(list) > 0 && n < 200; list = d.next() {
			for _, m := range list {
				if from, to, subject, text := b(m, n+1); from != "" {
					n++
					d.write(from, to, subject, text)
				}
			}
			d.settle()
		}
		d.clock.Advance(10 * time.Minute)
	}
}
