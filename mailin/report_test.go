package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// dsn is an RFC 3464 report to an address.
func dsn(to, action, status, returnedID string) string {
	return strings.ReplaceAll(fmt.Sprintf(`From: Mail Delivery System <MAILER-DAEMON@mx.cliente.test>
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

func TestBounces(t *testing.T) {
	null := func(to string) store.Envelope {
		return store.Envelope{Door: "smtp", NullSender: true, To: []string{to}}
	}
	for _, c := range []struct {
		name, action, status, flip string
		rule                       string
		state                      store.OutboxState
		undeliverable              bool
		told                       string
	}{
		{"hard", "failed", "5.1.1", "", "2", store.Failed, true, "undelivered ana@ejemplo.test"},
		{"policy", "failed", "5.7.1", "", "2", store.Failed, false, "undelivered ana@ejemplo.test"},
		{"delay", "delayed", "4.4.1", "", "2", store.Sent, false, ""},
		{"one letter of the proof changed", "failed", "5.1.1", "flip", "3", store.Sent, false, ""},
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
			if m.Rule != c.rule || o.State != c.state || p.UndeliverableSince.IsZero() == c.undeliverable || told != c.told {
				t.Errorf("rule %s, %s, undeliverable since %v, told %q (%s)", m.Rule, o.State, p.UndeliverableSince, told, m.Reason)
			}
			if h.ticket(n).Class != before.Class {
				t.Errorf("the ticket went from %s to %s", before.Class, h.ticket(n).Class)
			}
			if it := h.last(n); c.state == store.Failed && (it.Type != desk.Automatic || it.Visibility != desk.Internal || it.Text != "Pruebe ahora." || it.Mail != m.ID) {
				t.Errorf("item %+v", it)
			}
			if found, _ := h.store.PersonByAddress(t.Context(), "victima@otra.test"); found.ID != 0 {
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

func TestBounceBySignedMessageID(t *testing.T) {
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
	if ok, err := h.store.Claim(t.Context(), o); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := h.store.Fix(t.Context(), &o, spool); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ id, rule string }{{"c1.i2.p4.aaaaaaaaaaaaaaaaaaaaaaaaaaa@ejemplo.test", "3"}, {"m1@cliente.test", "3"}, {o.MessageID, "2"}} {
		m := h.file(dsn(box, "failed", "5.1.1", c.id), store.Envelope{Door: "imap:x", To: []string{box}})
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
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "Pruebe ahora.")
	to := h.o.Signer.BounceAddress(box, h.sentTo(customer).ID)
	m := h.file(h.plain(customer, to, "Fuera de oficina", "Vuelvo el lunes.", "Auto-Submitted: auto-replied"), store.Envelope{NullSender: true, To: []string{to}})
	if m.Rule != "6" || m.Ticket != n || h.ticket(n).Class != desk.Waiting {
		t.Errorf("%+v", m)
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
	return h.o.Signer.MessageID("ejemplo.test", threading.Token{Mailbox: box, Ticket: ticket, Item: 1, Person: p.ID, Kind: kind})
}
