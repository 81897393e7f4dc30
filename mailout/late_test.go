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

// TestLateMail: its author hears of it once, in words, after a quarter of an hour.
func TestLateMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Type: desk.Answer,
		Visibility: desk.Public, State: desk.Filed, Text: "Ya quedó."})
	h.owe(desk.ItemNotice, it, h.carla)
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
}
