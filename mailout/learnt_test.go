package mailout

import (
	"testing"

	"buzon/internal/mailtest"
	"buzon/store/desk"
)

func TestLearnt(t *testing.T) {
	t.Parallel()
	const ses = "0102018f3a2b4c5d-6d1c2b3a-1234-5678-9abc-def012345678-000000"
	for _, c := range []struct{ host, reply, want string }{
		{"email-smtp.us-east-1.amazonaws.com", "250 Ok " + ses, ses + "@email.amazonses.com"},
		{"email-smtp.eu-west-1.amazonaws.com", "250 Ok " + ses, ses + "@eu-west-1.amazonses.com"},
		{"vpce-0a1b-2c3d.email-smtp.eu-west-1.vpce.amazonaws.com", "250 Ok " + ses,
			ses + "@eu-west-1.amazonses.com"},
		{"smtp.ejemplo.test", "250 Ok " + ses, ""},
		{"email-smtp.eu-west-1.amazonaws.com.malo.test", "250 Ok " + ses, ""},
		{"x.test", "250 2.6.0 <abc.1@prod.outlook.test> [InternalId=7] Queued mail for delivery",
			"abc.1@prod.outlook.test"},
		{"x.test", "250 2.0.0 Ok: queued as 4XyZ", ""},
		{"x.test", "250 2.0.0 <a@b@c>", ""},
		{"x.test", "250 2.1.5 mail from <Soporte@ejemplo.test> to <carla@cliente.test> taken", ""},
		{"x.test", "250 2.0.0 <carla@cliente.test>: <abc.1@prod.outlook.test> [Hostname=E1]",
			"abc.1@prod.outlook.test"},
	} {
		env := Envelope{From: "soporte@ejemplo.test", To: "carla@cliente.test"}
		if got := learnt(c.host, c.reply, env); got != c.want {
			t.Errorf("%s says %q: learnt %q, want %q", c.host, c.reply, got, c.want)
		}
	}
}

// TestRelayRenamesTheMail: later mails cite the id that people have, and what cites it is known.
func TestRelayRenamesTheMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.End, mailtest.Act{Reply: "250 2.6.0 <otro.1@relay.test> queued", Store: true})
	ticket := h.ticket().Number
	it := h.item(desk.Item{Ticket: ticket, Author: h.ana, Text: "Hola"})
	o := h.owe(desk.ItemNotice, it, h.carla)
	r := h.run(relayTo(t, s))
	r.untilAll("sent", 1, 0)
	found, err := h.store.OutgoingByMessageID(t.Context(), "otro.1@relay.test")
	h.must(err)
	if found.ID != o.ID || found.MessageID == "otro.1@relay.test" {
		t.Errorf("found %+v", found)
	}
	known, _, err := h.store.References(t.Context(), h.carla.ID, []string{"otro.1@relay.test"})
	h.must(err)
	if ref := known["otro.1@relay.test"]; ref.Ticket != ticket || ref.Item != it.Number {
		t.Errorf("a reply to it is led to %+v", ref)
	}
	ids, err := h.store.CorrespondenceIDs(t.Context(), ticket, h.carla.ID, o.ID+1, 5)
	h.must(err)
	if len(ids) != 1 || ids[0] != "otro.1@relay.test" {
		t.Errorf("she has %q", ids)
	}
}
