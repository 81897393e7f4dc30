package mailin

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestListsThatAskToConfirm: whoever subscribes the desk to a list has it asked whether that is
// meant, and any answer would say yes: there is none.
func TestListsThatAskToConfirm(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string][]string{
		"Mailman": {"todos-confirm+fd65c57f@listas.test", "Auto-Submitted: auto-generated",
			"Precedence: list", "List-Id: <todos.listas.test>"},
		"ezmlm": {"todos-help@listas.test",
			"Mailing-List: contact todos-help@listas.test; run by ezmlm",
			"Reply-To: todos-sc.1772528400.abcd-soporte=ejemplo.test@listas.test",
			"Delivered-To: responder for todos@listas.test"},
		"Majordomo": {"Majordomo@listas.test", "Reply-To: Majordomo@listas.test"},
		"LISTSERV":  {"LISTSERV@listas.test", "X-LISTSERV-Command: confirm"},
		"Sympa": {"sympa@listas.test", "Auto-Submitted: auto-generated",
			"X-Loop: sympa@listas.test"},
		"Google": {"todos+subconfirm-abc@googlegroups.test", "Precedence: bulk",
			"X-Google-Loop: sub_requires_email_confirmation"},
		"mlmmj": {"todos+owner@listas.test",
			"Reply-To: todos+confsub-0123456789abcdef@listas.test", "Precedence: bulk"},
		"phpList": {"noreply@listas.test", "X-Mailer: phplist v3", "X-MessageID: systemmessage",
			"Precedence: bulk"},
	} {
		h := newHouse(t)
		told := h.told(func() {
			h.file(h.plain(fields[0], box, "confirm subscribe to todos@listas.test",
				"Please reply to this mail to confirm.", fields[1:]...),
				store.Envelope{Door: "smtp", From: fields[0], To: []string{box}, Received: h.now})
		})
		if strings.Contains(told, "ack ") {
			t.Errorf("%s: told %s", name, told)
		}
	}
}

// TestReportsThatProveNothing: a report of success changes no person, and one with a forged
// Message-ID, an envelope of ours or another's address settles nothing.
func TestReportsThatProveNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, action, status string
		to                   func(h *house, n int64) (to, id string)
	}{
		{"delivered", "delivered", "2.1.5", bounceOf(customer)},
		{"relayed", "relayed", "2.0.0", bounceOf(customer)},
		{"expanded", "expanded", "2.0.0", bounceOf(customer)},
		{"a forged Message-ID", "failed", "5.1.1", func(h *house, n int64) (string, string) {
			return box, fmt.Sprintf("c%d.i1.p2.a%s@ejemplo.test", n, strings.Repeat("a", 26))
		}},
		{"the reply address is no bounce address", "failed", "5.1.1",
			func(h *house, n int64) (string, string) {
				return h.token(n, customer), "x@y"
			}},
	} {
		h := newHouse(t)
		n := h.opened()
		h.answer(n, "Pruebe ahora.")
		to, id := c.to(h, n)
		before := h.ticket(n)
		told := h.told(func() {
			h.file(dsn(to, c.action, c.status, id), store.Envelope{Door: "smtp", NullSender: true,
				To: []string{to}, Received: h.now})
		})
		if !h.by(customer).UndeliverableSince.IsZero() || h.ticket(n).Class != before.Class ||
			strings.Contains(told, customer) {
			t.Errorf("%s: undeliverable since %v, %s, told %s", c.name,
				h.by(customer).UndeliverableSince, h.ticket(n).Class, told)
		}
	}
}

func bounceOf(address string) func(h *house, n int64) (string, string) {
	return func(h *house, _ int64) (string, string) {
		return h.o.Signer.BounceAddress(box, h.sentTo(address).ID), "x@y"
	}
}

// TestBorrowedMessageID: who uses the Message-ID of another's mail, before him or after, neither
// makes it vanish nor gets into its case.
func TestBorrowedMessageID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	with := func(raw, id string) string {
		return strings.Replace(raw, "Message-ID: <", "Message-ID: <"+id+">\r\nX-Was: <", 1)
	}
	spy := func(text string) store.Mail {
		return h.file(with(h.plain("x@mal.test", box, "Hola", text), "suyo@cliente.test"),
			store.Envelope{Door: "smtp", From: "x@mal.test", To: []string{box}, Received: h.now})
	}
	first := spy("Yo primero.")
	hers := h.file(with(h.plain(customer, box, "No imprime", "No imprime la factura."),
		"suyo@cliente.test"))
	last := spy("Y yo después.")
	if hers.Outcome != store.OutcomeTicket || hers.Ticket == first.Ticket ||
		last.Ticket == hers.Ticket {
		t.Errorf("first %+v, hers %+v, last %+v", first, hers, last)
	}
	reply := h.file(h.plain("x@mal.test", box, "Re: No imprime", "#cerrar\nSigo yo.",
		"In-Reply-To: <suyo@cliente.test>", "References: <suyo@cliente.test>"),
		store.Envelope{Door: "smtp", From: "x@mal.test", To: []string{box}, Received: h.now})
	if reply.Ticket == hers.Ticket && reply.Outcome != store.OutcomePending ||
		h.ticket(hers.Ticket).Class == desk.Closed {
		t.Errorf("a reply to it: %+v", reply)
	}
}
