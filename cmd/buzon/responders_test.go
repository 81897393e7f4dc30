package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// absentAgent is Ana's responder, which marks nothing.
const absentAgent = "Estoy de vacaciones hasta el lunes; vea Luis los casos."

// An agent's responder that marks nothing, whichever way it answers, is heard by no customer and
// comes to rest; so do two agents' that answer each other, and a customer's and an agent's.
func TestB11_AgentsResponder(t *testing.T) {
	const ana, luis = "ana@uno.test", "luis@uno.test"
	byReply := func(text func(n int) string) bot {
		return func(m takenMail, n int) (string, string, string, string) {
			return m.to, m.replyTo(), "Re: " + m.subject, text(n)
		}
	}
	absent := func(int) string { return absentAgent }
	for name, c := range map[string]struct {
		bots    map[string]bot
		said    bool // what it says first may be a person's
		most    int  // mails to Ana
		trusted bool
	}{
		"by the reply address": {bots: map[string]bot{ana: byReply(absent)}, most: 6},
		"and is another's servant": {bots: map[string]bot{ana: byReply(absent),
			luis: byReply(absent)}, most: 6},
		"other words each time": {bots: map[string]bot{ana: byReply(words)}, said: true,
			most: 8},
		"both, other words": {bots: map[string]bot{ana: byReply(words),
			luis: byReply(words)}, said: true, most: 12},
		"beside a customer's": {bots: map[string]bot{ana: byReply(absent),
			"carla@cliente.test": byReply(words)}, most: 8},
		"both sides, other words": {bots: map[string]bot{ana: byReply(words),
			"carla@cliente.test": byReply(words)}, said: true, most: 12},
		"to the public address":    {bots: map[string]bot{ana: toPublic(absent)}, most: 6},
		"a fresh thread each time": {bots: map[string]bot{ana: toPublic(words)}, most: 8},
		"the same, and it is proven": {bots: map[string]bot{ana: toPublic(words)}, most: 11,
			trusted: true},
		"absent, and it is proven": {bots: map[string]bot{ana: toPublic(absent)}, most: 6,
			trusted: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test")
			d.trusts = c.trusted
			d.write("carla@cliente.test", "soporte@uno.test", "Consulta", "Hola, una consulta.")
			d.settle()
			d.write(ana, d.to(ana)[0].replyTo(), "Re: Consulta", "#tomar\r\n#nota\r\nLuis, ¿la ve?")
			d.settle()
			d.next()
			before := len(d.to(ana))
			d.write("carla@cliente.test", d.to("carla@cliente.test")[0].replyTo(), "Re: Consulta",
				"Sigue sin funcionar.")
			d.conversing(func(m takenMail, n int) (string, string, string, string) {
				if b := c.bots[m.to]; b != nil {
					return b(m, n)
				}
				return "", "", "", ""
			}, 24*time.Hour)
			for _, m := range d.to("carla@cliente.test") {
				if !c.said && bytes.Contains(m.raw, []byte("vacaciones")) {
					t.Errorf("the customer reads what a responder said:\n%s", m.raw)
				}
			}
			if n := len(d.to(ana)) - before; n > c.most || n == 0 {
				for _, m := range d.to(ana)[before:] {
					t.Log(m.at.Format("15:04:05"), m.subject, m.header.Get("Auto-Submitted"))
				}
				t.Errorf("%d mails to Ana in a day, want %d at most", n, c.most)
			}
			if n := len(d.to("carla@cliente.test")); n > 6 {
				t.Errorf("%d mails to the customer in a day", n)
			}
		})
	}
}

// toPublic answers under the mailbox's own address.
func toPublic(text func(n int) string) bot {
	return func(m takenMail, n int) (string, string, string, string) {
		return m.to, "soporte@uno.test", fmt.Sprint("Aviso ", n), text(n)
	}
}

// What a forger writes in an agent's name is not confirmed by that agent's responder.
func TestB11_ResponderConfirmsNothing(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test")
	d.write("carla@cliente.test", "soporte@uno.test", "Consulta", "Hola, una consulta.")
	d.settle()
	d.next()
	for i, subject := range []string{"Otra cosa", "[Caso #1] Consulta"} {
		d.write("ana@uno.test", "soporte@uno.test", subject, "#cerrar\r\nPague en la cuenta 666.")
		d.conversing(func(m takenMail, n int) (string, string, string, string) {
			if m.to != "ana@uno.test" {
				return "", "", "", ""
			}
			return m.to, m.replyTo(), "Re: " + m.subject, words(n) + " gracias"
		}, time.Duration(i+1)*time.Hour)
	}
	for _, m := range d.to("carla@cliente.test") {
		if bytes.Contains(m.raw, []byte("666")) {
			t.Errorf("the customer reads:\n%s", m.raw)
		}
	}
	if n := len(d.to("ana@uno.test")); n > 14 {
		t.Errorf("%d mails to the agent", n)
	}
	if strings.Contains(fmt.Sprint(must(d.store.CountMails(t.Context()))(t)), "ticket:2") {
		t.Error("the forged mail opened a case")
	}
}
