package mailout

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"buzon/internal/mailtest"
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

// TestFailoverThroughAnOutage: while the first relay is down a desk's mails go by the second, and
// by the first once it is back; each arrives once, in the order of its reader.
func TestFailoverThroughAnOutage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	second := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	relays := NewRelays(h.clock.Now, Route{Name: "uno", Transport: relayTo(t, first)},
		Route{Name: "dos", Transport: relayTo(t, second)})
	ticket := h.ticket()
	owe := func(from, to int) {
		for n := from; n < to; n++ {
			it := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana,
				Text: fmt.Sprintf("mensaje %d.", n)})
			h.owe(desk.ItemNotice, it, h.carla)
		}
	}
	owe(0, 2)
	r := h.run(relays)
	r.untilAll(store.Sent, 2, 0)
	first.Stop()
	owe(2, 8)
	r.untilAll(store.Sent, 8, time.Second)
	first.Start(t)
	h.clock.Advance(10 * time.Minute)
	owe(8, 10)
	r.untilAll(store.Sent, 10, time.Second)
	r.stop()
	if a, b := len(first.Accepted()), len(second.Accepted()); a != 4 || b != 6 {
		t.Fatalf("%d by the first relay, %d by the second", a, b)
	}
	all := slices.Concat(first.Accepted()[:2], second.Accepted(), first.Accepted()[2:])
	for n, m := range all {
		if !bytes.Contains(m.Raw, fmt.Appendf(nil, "mensaje %d.", n)) {
			t.Errorf("mail %d came out of order", n)
		}
	}
}
