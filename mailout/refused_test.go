package mailout

import (
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
)

// What the relay refuses for good is sent no more: the case says so, its author is told once, and
// an address that does not exist is marked. ACCEPTANCE A29.
func TestA29RefusedForGood(t *testing.T) {
	for name, c := range map[string]struct {
		at     mailtest.Step
		reply  string
		marked bool
		why    string
	}{
		"no such mailbox": {mailtest.RCPT, "550 5.1.1 no such user", true,
			"no_such_address"},
		"without an enhanced code": {mailtest.RCPT, "550 no such user", true, "refused"},
		"mailbox that takes no mail": {mailtest.RCPT, "550 5.2.1 mailbox disabled", true,
			"mailbox_disabled"},
		"no such domain": {mailtest.RCPT, "550 5.4.4 host not found", true,
			"no_such_domain"},
		"at DATA": {mailtest.DATA, "554 5.1.1 no valid recipients", true,
			"no_such_address"},
		"a policy": {mailtest.RCPT, "550 5.7.1 greylisted for ever", false,
			"against_policy"},
		"spam, without a code":         {mailtest.DATA, "554 rejected", false, "refused"},
		"too big, after the final dot": {mailtest.End, "552 5.3.4 too big", false, "too_large"},
		"spam, after the final dot": {mailtest.End, "550 5.7.1 spam", false,
			"against_policy"},
		"its content, after the final dot": {mailtest.End, "554 5.6.0 malformed", false,
			"bad_content"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.owe(desk.ItemNotice, h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana,
				Text: "Hola"}), h.carla)
			host := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
			host.Script(c.at, mailtest.Act{Reply: c.reply, For: "carla@cliente.test", Always: true})
			r := h.run(relayTo(t, host))
			r.untilAll(store.Sent, 1, time.Second) // what Ana is told
			r.pass(24*time.Hour, 4*time.Hour)
			if o := h.row(1); o.State != store.Failed || o.Attempts != 1 {
				t.Errorf("%s after %d attempts", o.State, o.Attempts)
			}
			list, err := h.store.Outbox(t.Context(), store.OutboxFilter{})
			h.must(err)
			if len(list) != 2 || list[0].Kind != desk.Undelivered || list[0].Person != h.ana.ID ||
				list[0].Details.Reason != c.why {
				t.Errorf("told %+v", list)
			}
			carla, err := h.store.Person(t.Context(), h.carla.ID)
			h.must(err)
			if marked := !carla.UndeliverableSince.IsZero(); marked != c.marked {
				t.Errorf("marked undeliverable: %t, want %t", marked, c.marked)
			}
		})
	}
}

// A relay that refuses us, and not the mail, is the configuration's fault: the mail waits, nobody
// is marked, and the admins find one alarm a day when it takes mail again. ACCEPTANCE A29.
func TestA29RelayRefusesUs(t *testing.T) {
	for name, c := range map[string]struct {
		at    mailtest.Step
		reply string
	}{
		"login": {mailtest.AUTH, "535 5.7.8 authentication failed"},
		"EHLO":  {mailtest.EHLO, "550 go away"},
		"MAIL":  {mailtest.MAIL, "550 5.7.1 sender not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.letters(3)
			host := mailtest.NewSmarthost(t,
				mailtest.SmarthostOptions{Users: map[string]string{"soporte": "clave"}})
			host.Script(c.at, mailtest.Act{Reply: c.reply, Always: true})
			r := h.run(relayTo(t, host, func(r *Relay) {
				r.Username, r.Password = "soporte", "clave"
			}))
			r.pass(20*time.Hour, 10*time.Minute)
			r.until("held", 0, func() bool { return h.states()[store.Held] != 0 })
			if n := h.states(); n[store.Failed] != 0 || n[store.Sent] != 0 {
				t.Fatalf("while the relay refuses us: %v", n)
			}
			host.Script(c.at)
			r.untilAll(store.Sent, 4, time.Minute)
			list, err := h.store.Outbox(t.Context(), store.OutboxFilter{})
			h.must(err)
			if o := list[0]; o.Kind != desk.AlarmNotice || o.Person != h.luis.ID ||
				o.Details.Reason != "relay" || o.Details.Diagnostic == "" {
				t.Errorf("the alarm: %+v", o)
			}
			for _, o := range list[1:] {
				p, err := h.store.Person(t.Context(), o.Person)
				h.must(err)
				if o.Kind == desk.AlarmNotice || !p.UndeliverableSince.IsZero() {
					t.Errorf("%s to %+v", o.Kind, p)
				}
			}
		})
	}
}
