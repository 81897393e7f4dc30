package mailout

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
)

// two are two relays in their order, on a clock of the test's.
func two(t *testing.T) (r *Relays, first, second *mailtest.Smarthost, clock *mailtest.Clock) {
	t.Helper()
	clock = mailtest.NewClock(time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC))
	first = mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	second = mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	r = NewRelays(clock.Now, Route{Name: "uno", Transport: relayTo(t, first)},
		Route{Name: "dos", Transport: relayTo(t, second)})
	return r, first, second, clock
}

// TestFailover: who tries the second relay, and who does not.
func TestFailover(t *testing.T) {
	for _, c := range []struct {
		name          string
		step          mailtest.Step
		act           mailtest.Act
		outcome       Outcome
		first, second int // mails that each has
	}{
		{"taken", "", mailtest.Usual(), Sent, 1, 0},
		{"busy at the greeting", mailtest.Connect, mailtest.Reply("421 4.3.2 busy"), Sent, 0, 1},
		{"does not want us", mailtest.Connect, mailtest.Reply("554 5.7.1 go away"), Sent, 0, 1},
		{"cut at the greeting", mailtest.Connect, mailtest.Cut(), Sent, 0, 1},
		{"no room", mailtest.MAIL, mailtest.Reply("452 4.3.1 no room"), Sent, 0, 1},
		{"wants a login", mailtest.MAIL, mailtest.Reply("530 5.7.0 log in"), Sent, 0, 1},
		{"greylisted", mailtest.RCPT, mailtest.Reply("450 4.7.1 later"), Deferred, 0, 0},
		{"nobody there", mailtest.RCPT, mailtest.Reply("550 5.1.1 nobody"), Refused, 0, 0},
		{"goes down at RCPT", mailtest.RCPT, mailtest.Reply("421 4.3.2 down"), Sent, 0, 1},
		{"cut at RCPT", mailtest.RCPT, mailtest.Cut(), Sent, 0, 1},
		{"cut in the content", mailtest.Content, mailtest.Act{DropAfter: 10}, Uncertain, 0, 0},
		{"busy at the dot", mailtest.End, mailtest.Reply("451 4.3.0 disk"), Sent, 0, 1},
		{"spam", mailtest.End, mailtest.Reply("554 5.7.1 spam"), Refused, 0, 0},
		{"cut after the dot", mailtest.End, mailtest.Act{Store: true, Cut: true}, Uncertain, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, first, second, _ := two(t)
			first.Script(c.step, c.act)
			want(t, send(t, r), c.outcome, "")
			wantCopies(t, first, c.first)
			wantCopies(t, second, c.second)
		})
	}
}

// TestFailoverRemembers: a relay that is away is asked again by one mail after a while, and is
// first again when it answers; a refused login is told though the mail went.
func TestFailoverRemembers(t *testing.T) {
	t.Parallel()
	r, first, second, clock := two(t)
	first.Script(mailtest.MAIL, mailtest.Act{Reply: "535 5.7.8 no", Always: true})
	if got := send(t, r); got.Outcome != Sent || got.Refusing != "535 5.7.8 no" {
		t.Fatalf("%+v, want sent by the second, and what the first said", got)
	}
	asked := len(first.Heard())
	for range 3 {
		want(t, send(t, r), Sent, "")
	}
	if len(first.Heard()) != asked {
		t.Errorf("the first relay is asked for every mail")
	}
	if err := r.Trouble(); err == nil {
		t.Error("nobody is told that the first relay refuses us")
	}
	first.Script(mailtest.MAIL)
	clock.Advance(time.Minute)
	want(t, send(t, r), Sent, "")
	wantCopies(t, first, 1)
	wantCopies(t, second, 4)
	if err := r.Trouble(); err != nil {
		t.Errorf("trouble %v", err)
	}
}

// TestRelayOfAMailbox: each mailbox has its own, and the outage of one holds up no other.
func TestRelayOfAMailbox(t *testing.T) {
	t.Parallel()
	first := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	second := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	r := NewRelays(time.Now,
		Route{Name: "uno", Mailboxes: []string{"uno@ejemplo.test"}, Transport: relayTo(t, first)},
		Route{Name: "dos", Mailboxes: []string{"dos@ejemplo.test"}, Transport: relayTo(t, second)})
	by := func(mailbox string) Result {
		return r.Send(t.Context(), Envelope{From: from, To: to, Mailbox: mailbox}, of(letter))
	}
	want(t, by("uno@ejemplo.test"), Sent, "")
	want(t, by("Dos@ejemplo.test"), Sent, "")
	wantCopies(t, first, 1)
	wantCopies(t, second, 1)
	first.Stop()
	if got := by("uno@ejemplo.test"); got.Outcome != Deferred || !got.Away || !got.Others {
		t.Errorf("%+v, want away, and that others may go", got)
	}
	want(t, by("dos@ejemplo.test"), Sent, "")
	second.Stop()
	if got := by("dos@ejemplo.test"); !got.Away || got.Others {
		t.Errorf("%+v, want that nobody may go", got)
	}
	want(t, by("tres@ejemplo.test"), Held, "relay.mailboxes")
}

// TestRelayThatCannotTakeIt: an address with an accent goes by whichever relay can write it, now or
// later, and fails only where none can.
func TestRelayThatCannotTakeIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		able    [2]bool // has SMTPUTF8
		away    int     // which is, 2: none
		outcome Outcome
	}{
		{[2]bool{false, true}, 2, Sent}, {[2]bool{true, false}, 2, Sent},
		{[2]bool{false, false}, 2, Refused}, {[2]bool{true, false}, 0, Deferred},
		{[2]bool{false, true}, 1, Deferred},
	} {
		clock := mailtest.NewClock(time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC))
		var routes []Route
		for i, able := range c.able {
			var o mailtest.SmarthostOptions
			if able {
				o.Extensions = []string{"SMTPUTF8"}
			}
			s := mailtest.NewSmarthost(t, o)
			if i == c.away {
				s.Stop()
			}
			routes = append(routes, Route{Name: fmt.Sprint(i), Transport: relayTo(t, s)})
		}
		r := NewRelays(clock.Now, routes...)
		for range 2 { // the second time it is left alone
			got := r.Send(t.Context(), Envelope{From: from, To: "josé@cliente.test"}, of(letter))
			if got.Outcome != c.outcome {
				t.Errorf("%+v: %s, %v", c, got.Outcome, got.Err)
			}
		}
	}
}

// TestFailoverThroughAnOutage: while the first relay takes nothing a desk's mails go by the second,
// and by the first once it does; each arrives once, in the order of its reader. What waiting does
// not mend is told to the admins, by the way that is open.
func TestFailoverThroughAnOutage(t *testing.T) {
	noTLS := mailtest.Act{Reply: "250-smarthost.test\r\n250 AUTH PLAIN", Always: true}
	quota := mailtest.Act{Reply: "550 5.4.5 Daily user sending limit exceeded", Always: true}
	for name, c := range map[string]struct {
		fail, mend func(*testing.T, *mailtest.Smarthost)
		alarm      string
	}{
		"down": {func(_ *testing.T, s *mailtest.Smarthost) { s.Stop() },
			func(t *testing.T, s *mailtest.Smarthost) { s.Start(t) }, ""},
		"no TLS": {func(_ *testing.T, s *mailtest.Smarthost) { s.Script(mailtest.EHLO, noTLS) },
			func(_ *testing.T, s *mailtest.Smarthost) { s.Script(mailtest.EHLO) },
			"offers no STARTTLS"},
		"login": {func(_ *testing.T, s *mailtest.Smarthost) { s.SetPassword("soporte", "otra") },
			func(_ *testing.T, s *mailtest.Smarthost) { s.SetPassword("soporte", "clave") }, "535"},
		"quota": {func(_ *testing.T, s *mailtest.Smarthost) { s.Script(mailtest.End, quota) },
			func(_ *testing.T, s *mailtest.Smarthost) { s.Script(mailtest.End) }, "sending limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			first := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{TLS: "starttls",
				Users: map[string]string{"soporte": "clave"}})
			second := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
			r := h.run(NewRelays(h.clock.Now,
				Route{Name: "uno", Transport: relayTo(t, first, func(r *Relay) {
					r.TLS, r.Username, r.Password, r.PerConnection = "starttls", "soporte", "clave", 1
				})}, Route{Name: "dos", Transport: relayTo(t, second)}))
			ticket, n := h.ticket(), 0
			send := func(more int) {
				t.Helper()
				for range more {
					h.owe(desk.ItemNotice, h.item(desk.Item{Ticket: ticket.Number, Author: h.ana,
						Text: fmt.Sprintf("mensaje %d.", n)}), h.carla)
					n++
				}
				r.until("sent", time.Second, func() bool {
					return len(mailsTo(h.carla, first, second)) == n
				})
			}
			send(2)
			c.fail(t, first)
			send(6)
			c.mend(t, first)
			h.clock.Advance(10 * time.Minute)
			send(2)
			r.stop()
			if a := len(mailsTo(h.carla, first)); a != 4 {
				t.Errorf("%d by the first relay, %d in all", a, n)
			}
			firsts := mailsTo(h.carla, first)
			all := slices.Concat(firsts[:2], mailsTo(h.carla, second), firsts[2:])
			for n, m := range all {
				if !bytes.Contains(m.Raw, fmt.Appendf(nil, "mensaje %d.", n)) {
					t.Errorf("mail %d came out of order", n)
				}
			}
			h.alarmed(c.alarm, "(uno)", "por otro servidor", second)
		})
	}
}

// mailsTo are the mails that relays took for a person.
func mailsTo(p desk.Person, relays ...*mailtest.Smarthost) (list []mailtest.Mail) {
	for _, s := range relays {
		for _, m := range s.Accepted() {
			if m.To[0] == p.Address() {
				list = append(list, m)
			}
		}
	}
	return list
}

// alarmed checks that the admin has been told by a relay, once, what another one said; nothing
// where said is "".
func (h *house) alarmed(said, which, fate string, by *mailtest.Smarthost) {
	h.t.Helper()
	told := mailsTo(h.luis, by)
	if said == "" && len(told) == 0 {
		return
	}
	if len(told) != 1 {
		h.t.Fatalf("the admin has %d mails", len(told))
	}
	m, err := message.Read(h.t.Context(), bytes.NewReader(told[0].Raw), int64(len(told[0].Raw)),
		message.Limits{})
	h.must(err)
	for _, words := range []string{said, which, fate} {
		if said == "" || !strings.Contains(m.Text, words) {
			h.t.Errorf("want %q in\n%s", words, m.Text)
		}
	}
}

// TestSlowRelayHoldsUpNoOtherMailbox: a relay that keeps all its mails waiting at the final dot, with
// more behind them than there are places, has the mail of another mailbox go at once.
func TestSlowRelayHoldsUpNoOtherMailbox(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	boxes := []string{"soporte@ejemplo.test", "ventas@ejemplo.test"}
	h.renderer.Mailboxes = append(h.renderer.Mailboxes,
		desk.Mailbox{Address: boxes[1], Name: "Ventas", Plus: true, Tag: "Caso"})
	say := func(box string) {
		ticket := h.ticket(func(t *desk.Ticket) { t.Mailbox = box }).Number
		h.owe(desk.ItemNotice, h.item(desk.Item{Ticket: ticket, Author: h.ana, Text: "Hola"}),
			h.carla)
	}
	for range 3 * leastAhead {
		say(boxes[1])
	}
	first := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	second := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	second.Script(mailtest.End, mailtest.Act{Stall: mailtest.Forever, Always: true})
	slow := func(r *Relay) { r.FinalTimeout, r.Connections = time.Hour, 1 }
	h.run(NewRelays(h.clock.Now,
		Route{Name: "uno", Mailboxes: boxes[:1], Transport: relayTo(t, first)},
		Route{Name: "dos", Mailboxes: boxes[1:], Transport: relayTo(t, second, slow)}),
		func(d *Dispatcher) { d.Parallel, d.Grace = 1, time.Millisecond })
	second.Wait(t, 1)
	for n := range 3 {
		say(boxes[0])
		first.Wait(t, n+1)
	}
	if n := len(second.Accepted()); n != 1 {
		t.Errorf("the slow relay has %d mails", n)
	}
}

// TestRelayOfAMailboxForHours: one mailbox's relay refuses our login for six hours. The other's mail
// goes as usual, the admin hears of it that way, the relay is asked now and then, and in the end
// each mail arrives once, in order.
func TestRelayOfAMailboxForHours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	boxes := []string{"soporte@ejemplo.test", "ventas@ejemplo.test"}
	h.renderer.Mailboxes = append(h.renderer.Mailboxes,
		desk.Mailbox{Address: boxes[1], Name: "Ventas", Plus: true, Tag: "Caso"})
	first := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	second := mailtest.NewSmarthost(t,
		mailtest.SmarthostOptions{Users: map[string]string{"ventas": "nueva"}})
	for range 10 {
		for i, box := range boxes {
			number := h.ticket(func(t *desk.Ticket) { t.Mailbox = box }).Number
			to := h.person(desk.Person{Name: "C", Role: desk.Customer,
				Addresses: []string{fmt.Sprintf("%d@cliente%d.test", number, i)}})
			for n := range 4 {
				it := h.item(desk.Item{Ticket: number, Author: h.ana,
					Text: fmt.Sprintf("mensaje %d.", n)})
				h.owe(desk.ItemNotice, it, to)
			}
		}
	}
	r := h.run(NewRelays(h.clock.Now,
		Route{Name: "uno", Mailboxes: boxes[:1], Transport: relayTo(t, first)},
		Route{Name: "dos", Mailboxes: boxes[1:], Transport: relayTo(t, second, func(r *Relay) {
			r.Username, r.Password = "ventas", "vieja"
		})}))
	r.until("the other mailbox's mail and the alarm sent", time.Second,
		func() bool { return len(first.Accepted()) == 41 })
	h.alarmed("535", "(ventas@ejemplo.test)", "El de los demás buzones sale", first)
	r.pass(6*time.Hour, 5*time.Minute)
	if n := second.Connections(); n < 3 || n > 100 {
		t.Errorf("%d logins in six hours", n)
	}
	second.SetPassword("ventas", "vieja")
	back := h.clock.Now()
	r.untilAll(store.Sent, 81, time.Second)
	if took := h.clock.Now().Sub(back); took > outageLongest+time.Minute {
		t.Errorf("all went only after %v", took)
	}
	seen := map[string]int{}
	for _, m := range second.Accepted() {
		if !bytes.Contains(m.Raw, fmt.Appendf(nil, "mensaje %d.", seen[m.To[0]])) {
			t.Errorf("%s: mail %d came out of order", m.To[0], seen[m.To[0]])
		}
		seen[m.To[0]]++
	}
	if len(second.Accepted()) != 40 || len(seen) != 10 {
		t.Errorf("%d mails for %d people", len(second.Accepted()), len(seen))
	}
}
