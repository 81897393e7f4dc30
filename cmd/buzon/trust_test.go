package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestReplyDomain: replies and bounces come to a domain of their own, beside the addresses that
// were given before, and the desk writes in the name of its public one.
func TestReplyDomain(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test",
		func(c *config) { c.Mailbox[0].ReplyDomain = "casos.Ejemplo.test" })
	d.write(vCarla, "soporte@ejemplo.test", "No imprime", "No imprime la factura.")
	d.settle()
	ack := d.last(vCarla)
	to := ack.replyTo()
	if !strings.HasSuffix(to, "@casos.ejemplo.test") ||
		!strings.Contains(ack.header.Get("From"), "soporte@ejemplo.test") {
		t.Errorf("from %s, replies to %s", ack.header.Get("From"), to)
	}
	for _, address := range []string{to, strings.Replace(to, "casos.", "", 1)} {
		d.write(vCarla, address, "Re: algo", "Sigue igual: "+address)
		d.settle()
		if m := d.outcome(); m.Evidence != "T" || m.Ticket != 1 ||
			m.Mailbox != "soporte@ejemplo.test" {
			t.Errorf("to %s: %+v", address, m)
		}
	}
	d.write(vCarla, "soporte@casos.ejemplo.test", "Otra cosa", "Otra cosa.")
	d.settle()
	if m := d.outcome(); m.Outcome != "ticket" {
		t.Errorf("to the bare address: %+v", m)
	}
	for _, m := range d.relay.mails {
		if !strings.HasSuffix(m.bounces, "@casos.ejemplo.test") {
			t.Errorf("what goes to %s bounces to %s", m.to, m.bounces)
		}
	}
	for key, wrong := range map[string]mailboxConfig{
		"want a domain": {Address: "a@b.test", PlusAddressing: true,
			ReplyDomain: "x@casos.b.test"},
		"needs plus_addressing": {Address: "a@b.test", ReplyDomain: "casos.b.test"},
	} {
		if _, err := wrong.mailbox(); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// TestCheckReplies: where replies come to the agents' own domain, the check warns and says why.
func TestCheckReplies(t *testing.T) {
	t.Parallel()
	agents := "[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n"
	with := func(line string) string {
		return strings.Replace(deskTOML, "plus_addressing = true", line, 1) + agents
	}
	for text, warns := range map[string]bool{
		with("plus_addressing = true"):                                        true,
		with("plus_addressing = true\nreply_domain = \"EJEMPLO.test\""):       true,
		with("plus_addressing = true\nreply_domain = \"casos.ejemplo.test\""): false,
		with(""): false,
	} {
		out := newCLIDesk(t, text).says(exitOK, nil, "check")
		if got := strings.Contains(out, "mailbox.reply_domain"); got != warns {
			t.Errorf("it warns %v of\n%s\n%s", got, text, out)
		}
	}
}

// TestGraveOrders: what an agent orders by mail for many cases, or about people, is done when he
// has said at his registered address that it is his; a second answer, a late one and another's do
// nothing.
func TestGraveOrders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, order, yes, no, asks string }{
		{"es", "#bloquear spam.test", "Sí", "No", "Cambian más que un caso"},
		{"en", "#block spam.test", "yes", "no", "They change more than one case"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test")
			d.speaks(c.language, vAna)
			n := d.opened(vCarla, "No imprime", "No imprime la factura.")
			notice := d.last(vAna)
			blocked := func() bool { return len(must(d.store.Blocks(t.Context()))(t)) > 0 }
			order := func() takenMail {
				t.Helper()
				d.answers(vAna, notice, "Ya lo vimos.\r\n\r\n"+c.order)
				if m := d.outcome(); m.Rule != "8a" || m.Outcome != store.OutcomeQuarantine ||
					blocked() {
					t.Fatalf("%+v", m)
				}
				return d.lastTo(vAna, c.asks, c.order)
			}
			asked := order()
			d.says(vLuis, asked.replyTo(), "Re", c.yes)
			d.says(vCarla, asked.replyTo(), "Re", c.yes)
			d.answers(vAna, asked, "¿?")
			again := d.lastTo(vAna, c.order)
			if blocked() || slices.ContainsFunc(d.to(vCarla),
				func(m takenMail) bool { return strings.Contains(wordsOf(t, m), "Ya lo vimos.") }) {
				t.Fatal("done without her word")
			}
			d.answers(vAna, again, c.no)
			d.answers(vAna, asked, c.yes)
			if blocked() {
				t.Fatal("done after she said no")
			}
			late := order()
			d.pass(25*time.Hour, 25*time.Hour)
			if d.answers(vAna, late, c.yes); blocked() {
				t.Fatal("done a day later")
			}
			d.answers(vAna, d.lastTo(vAna, c.order), c.yes)
			if !blocked() || !strings.Contains(wordsOf(t, d.about(vCarla, n)), "Ya lo vimos.") {
				t.Fatal("not done when she said yes")
			}
			d.lastTo(vAna, "spam.test")
			d.change(func(ctx context.Context, tx *store.Tx) error {
				_,
					err := tx.Unblock(ctx, "spam.test")
				return err
			})
			if d.answers(vAna, d.lastTo(vAna), c.yes); blocked() {
				t.Error("done twice")
			}
		})
	}
}

// TestC23AddressChangesByOrder: what a customer writes of his address changes nothing by itself; an
// agent's order does, when he has confirmed it, and the old address is told.
func TestC23AddressChangesByOrder(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	n := d.opened(vCarla, "No imprime", "No imprime la factura.")
	notice := d.last(vAna)
	for i, text := range []string{"Mi nueva dirección es carla@mal.test, escríbanme allí.",
		"#persona " + vCarla + " Agregar dirección: carla@mal.test",
		"Agregar dirección: carla@mal.test"} {
		d.says(vCarla, "soporte@ejemplo.test", "Cambio de correo", text, "Reply-To: carla@mal.test",
			"Cc: carla@mal.test")
		d.says("carla@mal.test", "soporte@ejemplo.test", "[Caso #1] No imprime",
			fmt.Sprintf("Soy Carla, ahora escribo desde aquí. %d", i))
	}
	d.replies(vAna, n, "Lo estamos viendo, le contamos mañana.")
	if p := d.person(vCarla); len(p.Addresses) != 1 {
		t.Fatalf("her addresses: %v", p.Addresses)
	}
	for _, m := range d.to("carla@mal.test") {
		if strings.Contains(wordsOf(t, m), "le contamos mañana") {
			t.Error("what is Carla's went to the address that a mail named")
		}
	}
	order := func(line string) takenMail {
		d.answers(vAna, notice, line)
		if m := d.last(vAna); strings.Contains(m.subject, "Confirme sus órdenes") {
			d.answers(vAna, m, "sí")
		}
		return d.last(vAna)
	}
	d.answers(vAna, notice, "#persona "+vCarla+" Agregar dirección: carla@nueva.test")
	d.answers(vAna, d.lastTo(vAna, "Confirme sus órdenes"), "sí")
	if p := d.person(vCarla); !slices.Equal(p.Addresses, []string{vCarla, "carla@nueva.test"}) {
		t.Errorf("her addresses: %v", p.Addresses)
	}
	d.lastTo(vCarla, "carla@nueva.test", "quedó agregada")
	for line, want := range map[string]string{
		"#persona " + vCarla + " Nombre: Carla Ruiz":                      "quedó así",
		"#persona " + vCarla + " Agregar dirección: " + vLuis:             "no se puede usar",
		"#persona " + vLuis + " Agregar dirección: x@mal.test":            "no",
		"#persona nadie@otra.test Nombre: Nadie":                          "No conocemos a la persona",
		"#persona " + vCarla + " Zapato: 42":                              "No entendimos qué cambiar",
		"#persona " + vCarla + " Agregar dirección: soporte@ejemplo.test": "no se puede usar",
		"#bloquear ejemplo.test":                                          "no se bloquea",
		"#bloquear " + vLuis:                                              "no se bloquea",
	} {
		m := order(line)
		if text := wordsOf(t, m); !strings.Contains(text, want) {
			t.Errorf("%s:\n%s", line, text)
		}
	}
	if p := d.person(vCarla); p.Name != "Carla Ruiz" || len(p.Addresses) != 2 ||
		len(d.person(vLuis).Addresses) != 1 {
		t.Errorf("%+v", p)
	}
}

// TestAgentAnswersALateNotice: his answer to a notice of long ago waits, and goes out when he has
// said by the address of the question that it is his.
func TestAgentAnswersALateNotice(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	n := d.opened(vCarla, "No imprime", "No imprime la factura.")
	notice := d.last(vAna)
	d.pass(31*24*time.Hour, 31*24*time.Hour)
	d.answers(vAna, notice, "Ya quedó.\r\n\r\n#cerrar")
	if m := d.outcome(); m.Rule != "8b" || m.Outcome != store.OutcomePending {
		t.Fatalf("%+v", m)
	}
	d.answers(vAna, d.lastTo(vAna, "Ya quedó.", "#aprobar"), "#aprobar")
	if k := d.caseOf(n); k.Class != desk.Closed ||
		!strings.Contains(wordsOf(t, d.about(vCarla, n)), "Ya quedó.") {
		t.Errorf("after her answer it is %s", k.Class)
	}
}

// TestB20AgentsAddressIsOurs: nobody of the desk, and nobody who is told of a case, has an address
// of the desk's own, however it is written: its notices would come back to it.
func TestB20AgentsAddressIsOurs(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test", func(c *config) {
		c.Mailbox[0].Aliases = []string{"ayuda@uno.test"}
		c.Mailbox = append(c.Mailbox, mailboxConfig{Address: "ventas@uno.test",
			PlusAddressing: true})
	})
	ours := []string{"soporte@uno.test", "SOPORTE@Uno.Test", "soporte+x@uno.test", "ayuda@uno.test",
		"ventas@uno.test"}
	for _, address := range ours {
		for what, set := range map[string]func(*config){
			"agent":   func(c *config) { c.Agents = map[string]string{address: "Ana"} },
			"on call": func(c *config) { c.OnCall.Addresses = []string{address} },
			"ladder": func(c *config) {
				c.Escalation.Steps = []escalationStep{{After: duration(5 * time.Minute),
					To: []string{address}}}
			},
		} {
			c := d.config
			set(&c)
			if err := c.checkValues(); err == nil ||
				!strings.Contains(err.Error(), "is a mailbox of the desk") {
				t.Errorf("%s %s: %v", what, address, err)
			}
		}
	}
	d.trusts = true
	d.write("carla@cliente.test", "soporte@uno.test", "Consulta", "Hola, una consulta.")
	d.settle()
	for _, address := range ours {
		d.write("ana@uno.test", d.to("ana@uno.test")[0].replyTo(), "Re: Consulta",
			"#nota\r\nVa.\r\n#seguidor "+address+"\r\n#cliente "+address)
		d.write("ana@uno.test", "soporte@uno.test", "Otro", "#nuevo "+address+"\r\nHola.")
		d.settle()
	}
	for _, m := range d.next() {
		if domainOf(m.to) == "uno.test" &&
			!slices.Contains([]string{"ana@uno.test", "luis@uno.test", "jefa@uno.test"}, m.to) {
			t.Errorf("to %s: %s", m.to, m.subject)
		}
	}
	for _, address := range ours {
		if p, _ := d.store.PersonByAddress(t.Context(), desk.Canonical(address)); p.ID != 0 {
			t.Errorf("%s became a person: %+v", address, p)
		}
	}
}
