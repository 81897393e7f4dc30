package mailout

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
)

// TestOutboxHeld: nothing goes while the outbox is held, and all of it after the release.
func TestOutboxHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.letters(3)
	h.must(h.store.HoldOutbox(t.Context(), "restored"))
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	r := h.run(relayTo(t, s))
	r.pass(time.Hour, 10*time.Minute)
	if n := len(s.Accepted()); n != 0 {
		t.Fatalf("%d mails went", n)
	}
	if held, err := h.store.ReleaseOutbox(t.Context()); err != nil || !held {
		t.Fatal(held, err)
	}
	r.untilAll(store.Sent, 3, heldLook)
}

// answered owes Carla an answer of Ana's.
func (h *house) answered() {
	h.t.Helper()
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Type: desk.Answer,
		Visibility: desk.Public, State: desk.Filed, Text: "Ya quedó."})
	h.owe(desk.ItemNotice, it, h.carla)
}

// TestLateNoMore: while the relay is down the author can't hear that his mail is late; when both go
// at once he is not told what is over.
func TestLateNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answered()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Stop()
	r := h.run(relayTo(t, s), func(d *Dispatcher) { d.Parallel = 1 })
	r.pass(16*time.Minute, time.Minute)
	if n, err := h.store.TellLate(t.Context(), store.Caps{}, 10); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	r.pass(time.Hour, time.Minute)
	s.Start(t)
	_, err := h.store.RetryOutgoing(t.Context(), 1)
	h.must(err)
	r.until("all settled", time.Second, func() bool { return !h.row(2).Settled.IsZero() })
	if told := mailsTo(h.ana, s); len(told) != 0 || len(mailsTo(h.carla, s)) != 1 ||
		h.row(2).LastReply != store.Arrived {
		t.Errorf("Ana was told %d times, %+v", len(told), h.row(2))
	}
	missed, err := h.store.Undelivered(t.Context(), nine, 10)
	if len(missed) != 0 || err != nil {
		t.Errorf("the admins' list has %+v, %v", missed, err)
	}
}

// TestLateMail: its author hears of it once, in words, after a quarter of an hour.
func TestLateMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answered()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.RCPT, mailtest.Act{For: h.carla.Address(), Reply: "450 4.7.1 vuelva luego",
		Always: true})
	r := h.run(relayTo(t, s))
	late := func(want int) {
		t.Helper()
		if n, err := h.store.TellLate(t.Context(), store.Caps{}, 10); n != want || err != nil {
			t.Errorf("told of %d late mails, %v, want %d", n, err, want)
		}
	}
	r.pass(14*time.Minute, time.Minute)
	late(0)
	r.pass(2*time.Minute, time.Minute)
	tried, err := h.store.Tried(t.Context(), h.clock.Now().Add(-15*time.Minute))
	if err != nil || tried.Mails != 1 || tried.Refused || !strings.HasPrefix(tried.Reply, "450") ||
		tried.Since.IsZero() {
		t.Errorf("tried in vain: %+v, %v", tried, err)
	}
	late(1)
	late(0)
	r.until("told", time.Second, func() bool { return len(s.Accepted()) == 1 })
	got := s.Accepted()[0]
	m, err := message.Read(t.Context(), bytes.NewReader(got.Raw), int64(len(got.Raw)),
		message.Limits{})
	h.must(err)
	for _, want := range []string{"todavía no llega a " + h.carla.Address(),
		"450 4.7.1 vuelva luego",
		"No hace falta que lo envíe otra vez", "Ya quedó."} {
		if got.To[0] != h.ana.Address() || !strings.Contains(m.Text, want) {
			t.Errorf("to %s, no %q in\n%s", got.To, want, m.Text)
		}
	}
	s.Script(mailtest.RCPT, mailtest.Act{For: h.carla.Address(), Reply: "550 5.1.1 no existe"})
	r.until("failed", time.Minute, func() bool { return len(mailsTo(h.ana, s)) == 2 })
	r.pass(8*time.Hour, time.Hour)
	late(0)
	if n := len(s.Accepted()); n != 2 {
		t.Errorf("%d mails in all", n)
	}
}
