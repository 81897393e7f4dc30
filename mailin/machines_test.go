package mailin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// machineMail is a mail of no person, and what it becomes when it answers a ticket and when it
// points at none.
type machineMail struct {
	name   string
	header []string
	from   string // "": the customer
	env    store.Envelope
	person bool // it is a person's after all
}

func (c machineMail) file(h *house, to, text string) store.Mail {
	from := c.from
	if from == "" {
		from = customer
	}
	c.env.Received, c.env.To = h.now, []string{to}
	if c.env.Door == "" {
		c.env.Door, c.env.From = "smtp", from
	}
	if c.env.NullSender {
		c.env.From = ""
	}
	return h.file(h.plain(from, to, "Re: x", text, c.header...), c.env)
}

// quietMachines plays mails to a ticket that is closed and to the desk: machines are answered by
// nothing, order nothing, move nothing, and are kept.
func quietMachines(t *testing.T, list []machineMail) {
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			n := h.opened()
			h.answer(n, "#cerrar\nListo.")
			at, items := h.token(n, customer), len(h.items(n))
			var reply, fresh store.Mail
			told := h.told(func() { reply = c.file(h, at, "reabrir") })
			after := h.told(func() { fresh = c.file(h, box, "No puedo entrar.") })
			class := h.ticket(n).Class
			if c.person {
				if class == desk.Closed || fresh.Outcome != store.OutcomeTicket {
					t.Errorf("a person's: %s, %s (%s); %s", reply.Outcome, fresh.Outcome,
						fresh.Reason, class)
				}
				return
			}
			// what is no mere absence is told to agents, once
			answered := strings.Contains(told, customer) || strings.Contains(told, "ack") ||
				after != ""
			if class != desk.Closed || answered {
				t.Errorf("%s (%s): the case is %s, told %q and %q", reply.Outcome, reply.Reason,
					class, told, after)
			}
			if reply.Outcome == store.OutcomeAutomatic && len(h.items(n)) != items+1 ||
				fresh.Outcome != store.OutcomeQuarantine {
				t.Errorf("kept as %s and %s", reply.Outcome, fresh.Outcome)
			}
		})
	}
}

// TestB01AutoSubmitted: every keyword but «no», with comments and parameters, in any field of that
// name.
func TestB01AutoSubmitted(t *testing.T) {
	t.Parallel()
	field := func(values ...string) (list []string) {
		for _, v := range values {
			list = append(list, "Auto-Submitted: "+v)
		}
		return list
	}
	quietMachines(t, []machineMail{
		{name: "replied", header: field("auto-replied")},
		{name: "a comment", header: field("AUTO-REPLIED (x)")},
		{name: "a parameter", header: field(`auto-notified; owner-email="a@b"`)},
		{name: "folded", header: field("\r\n auto-replied")},
		{name: "no, and then replied", header: field("no", "auto-replied")},
		{name: "no, of a human", header: field("no (human)"), person: true},
		{name: "No", header: field("No"), person: true},
	})
}

// TestB03NullSender: an empty return path, at our door or as an IMAP server wrote it down, and the
// names of mail systems.
func TestB03NullSender(t *testing.T) {
	t.Parallel()
	quietMachines(t, []machineMail{
		{name: "an empty envelope", env: store.Envelope{Door: "smtp", NullSender: true}},
		{name: "an empty Return-Path, by IMAP", header: []string{"Return-Path: <>"},
			env: store.Envelope{Door: "imap:x"}},
		{name: "mailer-daemon", from: "MAILER-DAEMON@cliente.test"},
	})
}

// TestB04ListsAndBulk: none of a list's, a campaign's or a program's marks is answered.
func TestB04ListsAndBulk(t *testing.T) {
	t.Parallel()
	var list []machineMail
	for _, f := range []string{"List-Id: <n.cliente.test>",
		"List-Unsubscribe: <https://x.test/baja>", "Precedence: bulk", "Precedence: junk",
		"Precedence: auto_reply", "X-Autoreply: yes", "X-Autorespond: x", "X-AutoResponse: 1",
		"X-Precedence: bulk", "X-FC-MachineGenerated: true",
		"Precedence: normal\r\nPrecedence: bulk"} {
		list = append(list, machineMail{name: strings.ReplaceAll(f, "\r\n", ", "),
			header: []string{f}})
	}
	quietMachines(t, list)
}

// TestB05MarksAreNotAcknowledged: what bears other marks is a person's, and is not acknowledged:
// a wish that no machine answers says nothing of who wrote.
func TestB05MarksAreNotAcknowledged(t *testing.T) {
	t.Parallel()
	for _, f := range []string{"X-Auto-Response-Suppress: DR, OOF, AutoReply", "Feedback-ID: 1:x",
		"X-Loop: a@x.test", "List-Post: <mailto:l@x.test>"} {
		h := newHouse(t)
		n := h.opened()
		h.answer(n, "#cerrar\nListo.")
		told := h.told(func() {
			h.file(h.plain("otra@correo.test", box, "Consulta",
				"No puedo entrar.", f))
		})
		if strings.Contains(told, "ack") || !strings.Contains(told, "new_ticket "+agent) {
			t.Errorf("%s: told %s", f, told)
		}
		h.file(h.plain(customer, h.token(n, customer), "Re: x", "reabrir", f))
		if h.ticket(n).Class == desk.Closed {
			t.Errorf("%s: a person's order is not done", f)
		}
	}
}

// TestB08Hops: a hundred hops are filed; what has more waits, and the admins hear of it.
func TestB08Hops(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]store.Outcome{99: store.OutcomeTicket,
		101: store.OutcomeQuarantine} {
		h := newHouse(t, func(o *Options) { o.Hops = 100 })
		var hops []string
		for i := range n {
			hops = append(
				hops, fmt.Sprintf(
					"Received: from a%d.test by b.test; Tue, 3 Mar 2026 09:00:00 +0000", i))
		}
		if m := h.file(h.plain(customer, box, "x", "Hola.", hops...),
			store.Envelope{Door: "imap:x"}); m.Outcome != want {
			t.Errorf("%d hops: %s, want %s", n, m.Outcome, want)
		}
	}
}

// TestB13Delay: a report of delay is noted and changes nothing.
func TestB13Delay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "Pruebe ahora.")
	o, before := h.sentTo(customer), h.ticket(n)
	to := h.o.Signer.BounceAddress(box, o.ID)
	told := h.told(func() {
		h.file(dsn(to, "delayed", "4.4.1", "x@y"),
			store.Envelope{NullSender: true, To: []string{to}})
	})
	o, _ = h.store.OutgoingMail(t.Context(), o.ID)
	if told != "" || o.State != store.Sent || h.ticket(n).Class != before.Class ||
		!h.by(customer).UndeliverableSince.IsZero() {
		t.Errorf("told %q; %s, %s", told, o.State, h.ticket(n).Class)
	}
}

// TestB19ReplyAllStorm: of 25 people who follow, each with an out-of-office, none hears of
// another's.
func TestB19ReplyAllStorm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	follow := ""
	for i := range 25 {
		follow += fmt.Sprintf("#seguidor f%d@otro.test\n", i)
	}
	h.answer(n, follow)
	told := h.told(func() {
		for i := range 25 {
			from := fmt.Sprintf("f%d@otro.test", i)
			h.file(h.plain(from, h.token(n, from), "Re: x", "Vuelvo el lunes.",
				"Auto-Submitted: auto-replied"))
		}
	})
	if told != "" || len(h.ticket(n).Followers) < 25 {
		t.Errorf("%d followers, told %s", len(h.ticket(n).Followers), told)
	}
}

// TestB21RuleSendsNoticesBack: a notice that a rule sends back, whole or as its headers are left,
// is recorded and followed by nothing.
func TestB21RuleSendsNoticesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	mark := "X-Buzon-Loop: " + h.o.Signer.LoopMark(1)
	told := h.told(func() {
		for _, raw := range []string{
			h.plain(box, box, "x", "Su caso.", mark),
			strings.Replace(h.plain(box, box, "x", "Su caso."), "Message-ID: <", "Message-ID: <"+
				h.noticeID(n, agent)+">\r\nX-Was: <", 1),
			strings.Replace(h.plain("otra@ajeno.test", box, "x", "Su caso.", mark), "Message-ID: <",
				"Message-ID: <"+h.noticeID(n, agent)+">\r\nX-Was: <", 1),
		} {
			if m := h.file(raw, store.Envelope{Door: "smtp", From: agent, To: []string{box},
				Received: h.now}); m.Outcome != store.OutcomeOwn {
				t.Errorf("became %s by rule %s (%s)", m.Outcome, m.Rule, m.Reason)
			}
			h.now = h.now.Add(time.Minute)
		}
	})
	if told != "" {
		t.Errorf("told %s", told)
	}
}

// TestB06OwnMailComesBack: a notice of ours that comes back, by whichever door and whatever was
// stripped of it, is written down and does nothing, also to a closed case.
func TestB06OwnMailComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.answer(n, "#cerrar\nListo.")
	mark := "X-Buzon-Loop: " + h.o.Signer.LoopMark(1)
	withID := func(raw string) string {
		return strings.Replace(raw, "Message-ID: <", "Message-ID: <"+h.noticeID(n, customer)+
			">\r\nX-Was: <", 1)
	}
	told := h.told(func() {
		for name, raw := range map[string]string{
			"as it was": withID(h.plain("Soporte <"+box+">", customer,
				"[Caso #1] x", "Su caso.", mark)),
			"all but the Message-ID gone": withID(h.plain("Soporte <"+box+">", customer, "x",
				"Su caso.")),
			"all but the mark gone": h.plain("Soporte <"+box+">", box, "x", "Su caso.", mark),
		} {
			for _, door := range []string{"smtp", "imap:soporte"} {
				env := store.Envelope{Door: door, From: box, To: []string{box}, Received: h.now}
				if m := h.file(raw, env); m.Outcome != store.OutcomeOwn &&
					m.Outcome != store.OutcomeDuplicate {
					t.Errorf("%s, %s: %s by rule %s (%s)", name, door, m.Outcome, m.Rule, m.Reason)
				}
			}
		}
	})
	if told != "" || h.ticket(n).Class != desk.Closed {
		t.Errorf("told %s; the case is %s", told, h.ticket(n).Class)
	}
}
