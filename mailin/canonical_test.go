package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
)

// TestCopies: what is the same mail, and what is another.
func TestCopies(t *testing.T) {
	t.Parallel()
	mail := "From: Carla <carla@cliente.test>\r\nTo: soporte@ejemplo.test\r\nSubject: No " +
		"imprime\r\nMessage-ID: <a@cliente.test>\r\n" +
		"Date: Tue, 3 Mar 2026 09:00:00 +0000\r\n\r\nHola.\r\n\r\nNo imprime.\r\n"
	bare := strings.ReplaceAll(strings.ReplaceAll(mail, "Message-ID: <a@cliente.test>\r\n", ""),
		"Date: Tue, 3 Mar 2026 09:00:00 +0000\r\n", "")
	trace := "Received: from mx by ejemplo.test;\r\n\tTue, 3 Mar 2026 09:00:01 +0000\r\n"
	long := strings.Repeat("palabra ", 9000)
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"to the byte", mail, mail, true},
		{"other trace", trace + mail, "Return-Path: <x@y.test>\r\nDelivered-To: z@y.test\r\n" +
			"DKIM-Signature: v=1;\r\n b=abc\r\n" + mail, true},
		{"LF for CRLF", mail, strings.ReplaceAll(mail, "\r\n", "\n"), true},
		{"blank lines at the end", mail, mail + "\r\n\r\n", true},
		{"no line end at the end", mail, strings.TrimRight(mail, "\r\n"), true},
		{"folded subject", mail, strings.Replace(mail, "Subject: No imprime",
			"Subject: No\r\n imprime", 1), true},
		{"same id, one byte of the body", mail, strings.Replace(mail, "Hola.", "Hola!", 1), false},
		{"same id, other subject", mail, strings.Replace(mail, "Subject: No", "Subject: no", 1),
			false},
		{"a blank line in the middle", mail,
			strings.Replace(mail, "Hola.\r\n\r\n", "Hola.\r\n\r\n\r\n", 1), false},
		{"no ids, the same", bare, trace + bare, true},
		{"no ids, one byte", bare, strings.Replace(bare, "Hola.", "Hola!", 1), false},
		{"no header, other text above the blank line", trace + "hola\r\n\r\nfin\r\n",
			trace + "chau\r\n\r\nfin\r\n", false},
		{"no header at all, one byte", "hola", "holb", false},
		{"header only, resent", trace + "From: carla@cliente.test\r\nSubject: x\r\n",
			trace + trace + "From: carla@cliente.test\r\nSubject: x\r\n", true},
		{"header only, other subject", "From: carla@cliente.test\r\nSubject: x\r\n",
			"From: carla@cliente.test\r\nSubject: y\r\n", false},
		{"a long line, shifted", mail + long, trace + mail + long, true},
		{"a long line, one byte", mail + long, mail + long + ".", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			a := h.file(c.a)
			b := h.file(c.b, store.Envelope{Door: "imap:soporte", To: []string{box}})
			if (b.Outcome == store.OutcomeDuplicate) != c.same ||
				a.Outcome == store.OutcomeDuplicate {
				t.Errorf("%s, then %s (rule %s, %s); want the same %v", a.Outcome, b.Outcome,
					b.Rule, b.Reason, c.same)
			}
			if c.same && (b.Rule != "5" || b.Ticket != a.Ticket || b.Item != a.Item) {
				t.Errorf("%+v", b)
			}
		})
	}
}

// TestNamesake: a Message-ID that is used twice makes no mail vanish.
func TestNamesake(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw := h.plain(customer, box, "No imprime", "Uno.")
	first := h.file(raw)
	second := h.file(strings.Replace(raw, "Uno.", "Dos.", 1))
	third := h.file(raw)
	if second.Outcome != store.OutcomeTicket || second.Ticket == first.Ticket ||
		third.Outcome != store.OutcomeDuplicate {
		t.Errorf("%s, %s, %s", first.Outcome, second.Outcome, third.Outcome)
	}
	if !strings.Contains(second.Reason, fmt.Sprintf("mail %d has the same Message-ID", first.ID)) {
		t.Errorf("reason %q", second.Reason)
	}
	var noted bool
	for _, a := range must(h.store.Activities(t.Context(), second.Ticket)) {
		noted = noted || a.What == "same_message_id" && a.Mail == second.ID
	}
	if !noted {
		t.Error("the ticket does not say so")
	}
}

// TestOneMailToTwoMailboxes is one ticket, at the first of them in To, whichever copy comes first.
func TestOneMailToTwoMailboxes(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{box, "ventas@ejemplo.test"}, {"ventas@ejemplo.test", box}} {
		h := newHouse(t)
		raw := h.plain(customer, "otro@x.test, "+box+", ventas@ejemplo.test", "x", "x")
		told := h.told(func() {
			for _, to := range order {
				h.file(raw, store.Envelope{Door: "imap:" + to, To: []string{to}})
			}
		})
		if tk := h.ticket(1); tk.Mailbox != box || strings.Count(told, "ack") != 1 {
			t.Errorf("%v: %s, told %s", order, tk.Mailbox, told)
		}
	}
}

// FuzzFile: whatever the bytes are, the mail ends in exactly one outcome.
func FuzzFile(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte("hola"))
	f.Add([]byte("\x00\xff\r\n.\r\n"))
	f.Add([]byte("From: ana@ejemplo.test\nTo: soporte@ejemplo.test\nSubject: [Caso #1]\n\n#cerrar"))
	f.Add(
		[]byte("From: a@evil@good\nContent-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--"))
	f.Add([]byte("From: MAILER-DAEMON\nContent-Type: multipart/report; " +
		"report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" +
		"Final-Recipient: rfc822; x@y\nAction: failed\nStatus: 5.1.1\n\n--b--"))
	h := newHouse(f)
	h.opened()
	f.Fuzz(func(t *testing.T, raw []byte) {
		h.t = t
		m := h.file(string(raw))
		if m.Outcome == "" || m.Error != "" || m.Rule == "" {
			t.Errorf("%q: %+v", raw, m)
		}
	})
}
