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
		"RCPT":  {mailtest.RCPT, "554 5.7.1 <x@y.test>: Relay access denied"},
		"dot":   {mailtest.End, "550 5.4.5 Daily user sending limit exceeded"},
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

// TestAboutUs: whom a refusal at RCPT or later is about.
func TestAboutUs(t *testing.T) {
	t.Parallel()
	for _, ours := range []string{
		"554 5.7.1 <carla@cliente.test>: Relay access denied",
		"550 5.7.1 Unable to relay", "550 relay not permitted", "550 5.7.1 relaying denied",
		"550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
		"553 5.7.1 <soporte@ejemplo.test>: Sender address rejected: not owned by user web",
		"550 5.1.8 <soporte@ejemplo.test>: Sender address rejected: no domain",
		"550 5.7.60 SMTP; Client does not have permissions to send as this sender",
		"554 5.2.252 SendAsDenied; ana@ejemplo.test not allowed to send as soporte@ejemplo.test",
		"554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
		"550 5.4.5 Daily user sending limit exceeded. see support.test",
		"550 5.1.8 Access denied, bad outbound sender AS(42004)",
		"550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
		"554 Message rejected: Email address is not verified. The following identities failed",
		"554 Message rejected: Sending paused for this account",
		"550 The from address does not match a verified Sender Identity. Mail cannot be sent",
		"550 Domain ejemplo.test has exceeded the max emails per hour (151/150 (100%)) allowed",
		"550 5.7.1 Authentication required", "554 5.3.5 Local configuration error",
	} {
		if !aboutUs(ours) {
			t.Errorf("%s: is taken to be about the recipient", ours)
		}
	}
	for _, theirs := range []string{
		"550 5.1.1 <carla@cliente.test>: Recipient address rejected: user unknown",
		"552 5.2.2 The email account that you tried to reach is over quota",
		"550 5.2.1 The account is disabled", "554 5.7.1 Message rejected as spam",
		"550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
		"550 5.7.1 You are not allowed to send to this list", "554 5.7.1 blocked by policy",
		"550 5.1.1 <c@x.test>: host mx.x.test said: 550 5.7.1 relaying denied",
		"550 5.7.1 <c@x.test>: host mx.x.test said: 550 relaying denied",
		"550 5.7.1 greylisted for ever", "552 5.3.4 message exceeds size limit",
		"550 5.7.26 this mail is unauthenticated", "550 no such user",
	} {
		if aboutUs(theirs) {
			t.Errorf("%s: is taken to be about us", theirs)
		}
	}
}
