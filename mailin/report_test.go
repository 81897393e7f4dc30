package mailin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// dsn is an RFC 3464 report to an address.
func dsn(to, action, status, returnedID string) string {
	return strings.ReplaceAll(
		fmt.Sprintf(`From: Mail Delivery System <MAILER-DAEMON@mx.cliente.test>
To: %s
Subject: Undelivered Mail Returned to Sender
Message-ID: <d%s%s@mx.cliente.test>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.cliente.test

Final-Recipient: rfc822; victima@otra.test
Action: %s
Status: %s
Diagnostic-Code: smtp; 550 No such user

--b
Content-Type: text/rfc822-headers

Message-ID: <%s>
Subject: x

--b--
`, to, status, action, action, status, returnedID), "\n", "\r\n")
}

// sentTo is the outbox row of an agent's answer to the customer, as if sent.
func (h *house) sentTo(address string) store.Outgoing {
	h.t.Helper()
	all, err := h.store.Outbox(h.t.Context(), store.OutboxFilter{})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, o := range all {
		if o.Address == address {
			h.write(func(tx *store.Tx) error { return tx.Sent(h.t.Context(), o, "250 ok") })
			return o
		}
	}
	h.t.Fatalf("nothing went to %s", address)
	return store.Outgoing{}
}

// TestB12Bounces: only a signed address proves which mail came back, and only a hard failure marks
// the address. What the report says of others counts for nothing.
func TestB12Bounces(t *testing.T) {
	t.Parallel()
	null := func(to string) store.Envelope {
		return store.Envelope{Door: "smtp", NullSender: true, To: []string{to}}
	}
	for _, c := range []struct {
		name, action, status, flip string
		rule                       string
		state                      store.OutboxState
		undeliverable              bool
		told, why                  string
	}{
		{"hard", "failed", "5.1.1", "", "2", store.Failed, true, "undelivered ana@ejemplo.test",
			"no_such_address"},
		{"full", "failed", "5.2.2", "", "2", store.Failed, true, "undelivered ana@ejemplo.test",
			"mailbox_full"},
		{"policy", "failed", "5.7.1", "", "2", store.Failed, false, "undelivered ana@ejemplo.test",
			"against_policy"},
		{"of the mail", "failed", "5.3.4", "", "2", store.Failed, false,
			"undelivered ana@ejemplo.test", "too_large"},
		{"of the time", "failed", "4.4.7", "", "2", store.Failed, false,
			"undelivered ana@ejemplo.test", "out_of_reach"},
		{"of which nothing is said", "failed", "5.9.9", "", "2", store.Failed, true,
			"undelivered ana@ejemplo.test", "bounced"},
		{"that is a success", "failed", "2.0.0", "", "2", store.Failed, false,
			"undelivered ana@ejemplo.test", "bounced"},
		{"for now, says the status", "failed", "4.0.0", "", "2", store.Failed, false,
			"undelivered ana@ejemplo.test", "bounced"},
		{"that was passed on", "relayed", "5.1.1", "", "2", store.Sent, false, "", ""},
		{"delay", "delayed", "4.4.1", "", "2", store.Sent, false, "", ""},
		{"one letter of the proof changed", "failed", "5.1.1", "flip", "3", store.Sent, false,
			"", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			n := h.opened()
			h.answer(n, "Pruebe ahora.")
			o := h.sentTo(customer)
			to := h.o.Signer.BounceAddress(box, o.ID)
			if c.flip != "" {
				at := strings.IndexByte(to, '@')
				to = to[:at-1] + otherLetter(to[at-1]) + to[at:]
			}
			before := h.ticket(n)
			var m store.Mail
			told := h.told(func() {
				m = h.file(dsn(to, c.action, c.status, "x@y"), null(to))
				// a second report changes nothing
				h.file(dsn(to, c.action, c.status+" again", "x@y"), null(to))
			})
			o, _ = h.store.OutgoingMail(t.Context(), o.ID)
			p := h.by(customer)
			if m.Rule != c.rule || o.State != c.state ||
				p.UndeliverableSince.IsZero() == c.undeliverable || told != c.told {
				t.Errorf("rule %s, %s, undeliverable since %v, told %q (%s)", m.Rule, o.State,
					p.UndeliverableSince, told, m.Reason)
			}
			if h.ticket(n).Class != before.Class {
				t.Errorf("the ticket went from %s to %s", before.Class, h.ticket(n).Class)
			}
			if it := h.last(n); c.state == store.Failed &&
				(it.Type != desk.Automatic || it.Visibility != desk.Internal ||
					it.Text != "Pruebe ahora." || it.Mail != m.ID) {
				t.Errorf("item %+v", it)
			}
			if o := h.lastOutgoing(); c.state == store.Failed && o.Details.Reason != c.why {
				t.Errorf("told why: %q, want %q", o.Details.Reason, c.why)
			}
			if found, _ := h.store.PersonByAddress(t.Context(),
				"victima@otra.test"); found.ID != 0 {
				t.Errorf("the report made a person: %+v", found)
			}
			// answers no mail of ours
			h.file(h.plain(customer, box, "Otra cosa", "Esto es otro tema."))
			if p := h.by(customer); p.UndeliverableSince.IsZero() == c.undeliverable {
				t.Errorf("undeliverable since %v after a mail of his own", p.UndeliverableSince)
			}
			h.reply(n, customer, "Gracias, funciona.")
			if p := h.by(customer); !p.UndeliverableSince.IsZero() {
				t.Errorf("undeliverable since %v though he has answered", p.UndeliverableSince)
			}
		})
	}
}

func TestB12BounceBySignedMessageID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "Pruebe ahora.")
	var o store.Outgoing
	for _, candidate := range must(h.store.Outbox(t.Context(), store.OutboxFilter{Ticket: n})) {
		if candidate.Address == customer && candidate.Kind == desk.ItemNotice {
			o = candidate
		}
	}
	o.MessageID = h.o.Signer.MessageID("ejemplo.test", token(n, o))
	spool := h.store.NewSpool()
	spool.Write([]byte("rendered"))
	claimed, err := h.store.ClaimAll(t.Context(), []store.Outgoing{o})
	if len(claimed) != 1 || err != nil {
		t.Fatal(claimed, err)
	}
	if err := h.store.Fix(t.Context(), &o, spool); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id,
		rule string
	}{{"c1.i2.p4.aaaaaaaaaaaaaaaaaaaaaaaaaaa@ejemplo.test", "3"}, {"m1@cliente.test", "3"},
		{o.MessageID, "2"}} {
		m := h.file(dsn(box, "failed", "5.1.1", c.id),
			store.Envelope{Door: "imap:x", To: []string{box}})
		if m.Rule != c.rule {
			t.Errorf("%s: rule %s, want %s (%s)", c.id, m.Rule, c.rule, m.Reason)
		}
	}
	if o, _ = h.store.OutgoingMail(t.Context(), o.ID); o.State != store.Failed {
		t.Errorf("state %s", o.State)
	}
}

// TestResponderToTheBounceAddress: vacation replies go to the envelope sender and often name
// nothing else.
func TestResponderToTheBounceAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, text, mark string
		who                    string // of the envelope
		rule, told             string
	}{
		{"marked", customer, "Vuelvo el lunes.", "Auto-Submitted: auto-replied", "", "6", ""},
		{"vacation(1), which marks nothing", customer, "Estoy de vacaciones.", "X: 1", customer,
			"6", ""},
		{"no mere absence", customer, "La nueva dirección de esta oficina es otra.", "X: 2",
			customer, "6", "item ana@ejemplo.test"},
		{"an agent's", agent, "Estoy de vacaciones.", "X: 3", agent, "7", ""},
		{"a stranger's", "x@mal.test", "#cerrar\nHola.", "X: 4", "x@mal.test", "7", ""},
	} {
		h := newHouse(t)
		n := h.opened()
		h.answer(n, "Pruebe ahora.")
		to := h.o.Signer.BounceAddress(box, h.sentTo(customer).ID)
		var m store.Mail
		env := store.Envelope{Door: "smtp", From: c.who, NullSender: c.who == "", To: []string{to},
			Received: h.now}
		told := h.told(func() {
			m = h.file(h.plain(c.from, to, "Re: su mensaje", c.text, c.mark),
				env)
		})
		if m.Rule != c.rule || told != c.told || c.rule == "6" && m.Ticket != n ||
			h.ticket(n).Class != desk.Waiting {
			t.Errorf("%s: told %s, %+v", c.name, told, m)
		}
	}
}

// TestB12MarkIsTakenBack: by mail that is proven to come from the address, and by the person's mail
// going to another one.
func TestB12MarkIsTakenBack(t *testing.T) {
	t.Parallel()
	const second = "carla@casa.test"
	for _, c := range []struct {
		name string
		step func(h *house, n int64)
		back bool
	}{
		{"a new mail, unproven", func(h *house,
			n int64) {
			h.file(h.plain(customer, box, "x", "Otro tema."))
		}, false},
		{"a new mail, proven", func(h *house,
			n int64) {
			h.file(h.plain(customer, box, "x", "Otro tema."), trusted)
		}, true},
		{"a reply to what he was sent",
			func(h *house, n int64) { h.reply(n, customer, "Sigue.") }, true},
		{"from his other address", func(h *house,
			n int64) {
			h.file(h.plain(second, box, "x", "Otro."), trusted)
		}, false},
		{"a machine's", func(h *house, n int64) {
			h.file(h.plain(customer, h.token(n, customer), "x", "Vuelvo.",
				"Auto-Submitted: auto-replied"), trusted)
		}, false},
		{"his mail goes elsewhere", func(h *house, n int64) {
			p := h.by(customer)
			p.Addresses = []string{second, customer}
			h.write(func(tx *store.Tx) error { return tx.SetAddresses(t.Context(), p) })
		}, true},
	} {
		h := newHouse(t)
		n := h.opened()
		h.answer(n, "Pruebe ahora.")
		o, p := h.sentTo(customer), h.by(customer)
		p.Addresses = append(p.Addresses, second)
		h.write(func(tx *store.Tx) error { return tx.SetAddresses(t.Context(), p) })
		to := h.o.Signer.BounceAddress(box, o.ID)
		h.file(dsn(to, "failed", "5.1.1", "x@y"),
			store.Envelope{NullSender: true, To: []string{to}})
		if h.by(customer).UndeliverableSince.IsZero() {
			t.Fatalf("%s: the bounce marks nothing", c.name)
		}
		c.step(h, n)
		if back := h.by(customer).UndeliverableSince.IsZero(); back != c.back {
			t.Errorf("%s: the mark is taken back: %v, want %v", c.name, back, c.back)
		}
	}
}

// TestB12OldAddress: what comes back from an address that the person has left marks nothing.
func TestB12OldAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "Pruebe ahora.")
	o, p := h.sentTo(customer), h.by(customer)
	p.Addresses = []string{"carla@casa.test"}
	h.write(func(tx *store.Tx) error { return tx.SetAddresses(t.Context(), p) })
	to := h.o.Signer.BounceAddress(box, o.ID)
	h.file(dsn(to, "failed", "5.1.1", "x@y"), store.Envelope{NullSender: true, To: []string{to}})
	if p := h.by("carla@casa.test"); !p.UndeliverableSince.IsZero() {
		t.Error("the new address is marked")
	}
}

// TestB17AgentsMissNotices: the admins hear once a day that an agent's notices come back; nobody
// hears of what comes back from themselves but the others.
func TestB17AgentsMissNotices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	bounce := func(o store.Outgoing) string {
		to := h.o.Signer.BounceAddress(box, o.ID)
		return h.told(func() {
			h.file(dsn(to, "failed", "5.2.2", fmt.Sprint(o.ID)),
				store.Envelope{NullSender: true, To: []string{to}})
		})
	}
	if told := bounce(h.sentTo(agent)); told != "alarm admin@ejemplo.test" {
		t.Errorf("told %s", told)
	}
	all := must(h.store.Outbox(t.Context(), store.OutboxFilter{Limit: 1}))
	if d := all[0].Details; d.Reason != "agent_missed" || d.Cause != "mailbox_full" ||
		d.Failed != agent || d.Old != n {
		t.Errorf("%+v", d)
	}
	alarm := all[0]
	h.reply(n, customer, "Sigue.")
	if told := bounce(h.sentTo(agent)); told != "" {
		t.Errorf("the second of the day is told: %s", told)
	}
	if told := bounce(h.sentTo("luis@ejemplo.test")); told != "alarm admin@ejemplo.test" {
		t.Errorf("another agent's: told %s", told)
	}
	h.write(func(tx *store.Tx) error { return tx.Sent(t.Context(), alarm, "250") })
	if told := bounce(alarm); told != "" {
		t.Errorf("the alarm's own failure is told: %s", told)
	}
	if p := h.by(agent); p.UndeliverableSince.IsZero() {
		t.Error("the agent's address is not marked")
	}
	h.now = h.now.Add(25 * time.Hour)
	h.reply(n, customer, "Y sigue.")
	if told := bounce(h.sentTo(agent)); told != "alarm admin@ejemplo.test" {
		t.Errorf("a day later: told %s", told)
	}
}

// otherLetter is a letter of base 32 that is not this one.
func otherLetter(b byte) string {
	if b == 'a' {
		return "b"
	}
	return "a"
}

// noticeID is the Message-ID of a notice about the ticket's first item to somebody.
func (h *house) noticeID(ticket int64, to string) string {
	p := h.by(to)
	kind := threading.Customer
	if p.Agent() {
		kind = threading.Agent
	}
	return h.o.Signer.MessageID("ejemplo.test", threading.Token{Mailbox: box, Ticket: ticket,
		Item: 1, Person: p.ID, Kind: kind})
}

// TestB14BouncesOfNoStandard: a bounce that is only words opens no case, is answered by nobody, and
// marks no address, wherever it is sent and whomever it names.
func TestB14BouncesOfNoStandard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	bodies := map[string]string{
		"qmail": "Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't " +
			"able to deliver your message to the following addresses.\nThis is a permanent " +
			"error; I've given up. Sorry it didn't work out.\n\n<" + customer +
			">:\n192.0.2.8 does not like recipient.\nRemote host said: 550 5.1.1 unknown\n",
		"Exchange 2003": "This is an automatically generated Delivery Status Notification.\n\n" +
			"Delivery to the following recipients failed.\n\n       " + customer + "\n",
	}
	for name, text := range bodies {
		for _, to := range []string{box, h.token(n, customer)} {
			for _, from := range []string{"", "mailer-daemon@mx.test"} {
				env := store.Envelope{Door: "smtp", From: from, NullSender: from == "",
					To: []string{to}, Received: h.now}
				var m store.Mail
				told := h.told(func() {
					m = h.file(h.plain("MAILER-DAEMON@mx.test", to,
						"failure notice", text), env)
				})
				opened := m.Outcome == store.OutcomeTicket
				if opened || told != "" || !h.by(customer).UndeliverableSince.IsZero() ||
					h.ticket(n).Class == desk.Closed {
					t.Errorf("%s to %s from %q: %s by rule %s, told %s", name, to, from, m.Outcome,
						m.Rule, told)
				}
			}
		}
	}
}
