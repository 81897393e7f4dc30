package main

import (
	"strings"
	"testing"
)

// TestReplyDomain: replies and bounces come to a domain of their own, beside the addresses that were
// given before, and the desk writes in the name of its public one.
func TestReplyDomain(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test", func(c *config) { c.Mailbox[0].ReplyDomain = "casos.Ejemplo.test" })
	d.write(vCarla, "soporte@ejemplo.test", "No imprime", "No imprime la factura.")
	d.settle()
	ack := d.last(vCarla)
	to := ack.replyTo()
	if !strings.HasSuffix(to, "@casos.ejemplo.test") || !strings.Contains(ack.header.Get("From"), "soporte@ejemplo.test") {
		t.Errorf("from %s, replies to %s", ack.header.Get("From"), to)
	}
	for _, address := range []string{to, strings.Replace(to, "casos.", "", 1)} {
		d.write(vCarla, address, "Re: algo", "Sigue igual: "+address)
		d.settle()
		if m := d.outcome(); m.Evidence != "T" || m.Ticket != 1 || m.Mailbox != "soporte@ejemplo.test" {
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
		"want a domain":         {Address: "a@b.test", PlusAddressing: true, ReplyDomain: "x@casos.b.test"},
		"needs plus_addressing": {Address: "a@b.test", ReplyDomain: "casos.b.test"},
	} {
		if _, err := wrong.mailbox("es"); err == nil || !strings.Contains(err.Error(), key) {
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
