package store

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"
)

func settle(t testing.TB, s *Store, id int64, v Verdict) (first bool) {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		first, err = tx.Settle(ctx, id, v)
		return err
	})
	return first
}

func mail(t testing.TB, s *Store, id int64) Mail {
	t.Helper()
	m, err := s.Mail(ctx, id)
	if err != nil {
		t.Fatalf("mail %d: %v", id, err)
	}
	return m
}

func TestReceivedMailIsDurable(t *testing.T) {
	s, c := newStore(t)
	env := Envelope{Door: "smtp", From: "carla@cliente.test", To: []string{"soporte@ejemplo.test"},
		Remote: "192.0.2.1:25", Helo: "mx", TLS: true, Received: c.now()}
	id := must(s.Receive(ctx, env, spool(t, s, "Subject: x\r\n\r\nhola\r\n")))(t)
	again := open(t, s.Dir(), Options{}) // the first is still open, as after a crash
	m := mail(t, again, id)
	same(t, "envelope", m.Envelope, env)
	same(t, "attempts", m.Attempts, 1)
	same(t, "outcome", m.Outcome, "")
	b := must(again.OpenMail(ctx, m))(t)
	defer b.Close()
	same(t, "bytes", string(must(io.ReadAll(b.Reader()))(t)), "Subject: x\r\n\r\nhola\r\n")
	same(t, "waiting", len(must(again.Unsettled(ctx, 0, c.now(), 9))(t)), 1)
	same(t, "the last", must(again.LastMail(ctx))(t), id)
}

func TestReceiveWithItsCursor(t *testing.T) {
	s, _ := newStore(t)
	no := errors.New("no")
	var seen int64
	for _, fail := range []error{no, nil} {
		id, err := s.Receive(ctx, Envelope{Door: "imap:a"}, spool(t, s, "x"),
			func(tx *Tx, id int64) error {
				seen = id
				return errors.Join(meta(ctx, tx, "cursor"), fail)
			})
		same(t, "error", errors.Is(err, no), fail != nil)
		if err == nil {
			same(t, "id", id, seen)
		}
		same(t, "mails and cursors", []int{len(must(s.Mails(ctx, MailFilter{}))(t)), metas(t, s)},
			map[bool][]int{true: {0, 0}, false: {1, 1}}[fail != nil])
	}
}

func TestAttempts(t *testing.T) {
	s, c := newStore(t)
	id := receive(t, s, "x")
	check(t, s.Attempt(ctx, id))
	check(t, s.Postpone(ctx, id, "too strange", c.now().Add(4*time.Second)))
	m := mail(t, s, id)
	same(t, "attempts, error", []any{m.Attempts, m.Error}, []any{2, "too strange"})
	waiting := func() int { return len(must(s.Unsettled(ctx, 0, c.now(), 9))(t)) }
	same(t, "at once", waiting(), 0)
	c.move(4 * time.Second)
	same(t, "when it is time", waiting(), 1)
	c.move(-25 * time.Hour)
	same(t, "when the clock was set back", waiting(), 1)
	settle(t, s, id, Verdict{Outcome: OutcomeOwn})
	check(t, s.Attempt(ctx, id))
	same(t, "attempts of a settled mail", mail(t, s, id).Attempts, 2)
}

func TestMailIsSettledOnce(t *testing.T) {
	s, _ := newStore(t)
	id := receive(t, s, "x")
	same(t, "first", settle(t, s, id, Verdict{Outcome: OutcomeTicket, Ticket: 7, Item: 1,
		Rule: "23"}), true)
	same(t, "second", settle(t, s, id, Verdict{Outcome: OutcomeQuarantine}), false)
	m := mail(t, s, id)
	same(t, "outcome", []any{m.Outcome, m.Ticket, m.Item, m.Rule}, []any{OutcomeTicket, 7, 1, "23"})
	same(t, "waiting", len(must(s.Unsettled(ctx, 0, s.Now(), 9))(t)), 0)
	same(t, "counted", must(s.CountMails(ctx))(t), map[Outcome]int{OutcomeTicket: 1})
	same(t, "listed", len(must(s.Mails(ctx, MailFilter{Outcome: OutcomeTicket}))(t)), 1)
}

func TestTwinAndNamesake(t *testing.T) {
	s, _ := newStore(t)
	one, two := []byte("one"), []byte("two")
	first, dropped, now := receive(t, s, "a"), receive(t, s, "b"), receive(t, s, "c")
	settle(t, s, first, Verdict{MessageID: "m@x", Canonical: one, Outcome: OutcomeTicket, Ticket: 1,
		Item: 1})
	settle(t, s, dropped, Verdict{MessageID: "d@x", Canonical: one, Outcome: OutcomeDropped})
	for _, c := range []struct {
		name, id       string
		content        []byte
		twin, namesake int64
	}{
		{"the same again", "m@x", one, first, 0},
		{"the same id with other content", "m@x", two, 0, first},
		{"the same content with another id", "n@x", one, 0, 0},
		{"what an administrator dropped", "d@x", one, 0, 0},
		{"without an id", "", two, 0, 0},
		{"nothing to compare", "m@x", nil, 0, 0},
	} {
		m, err := s.Twin(ctx, now, c.id, c.content, time.Time{})
		if c.twin != 0 || !errors.Is(err, ErrNotFound) {
			check(t, err)
		}
		same(t, c.name+": twin", m.ID, c.twin)
		same(t, c.name+": namesake", must(s.Namesake(ctx, now, c.id, c.content))(t), c.namesake)
	}
	if _, err := s.Twin(ctx, first, "m@x", one, time.Time{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("its own twin: %v", err)
	}
}

func TestReferences(t *testing.T) {
	s, _ := newStore(t)
	for _, v := range []Verdict{
		{MessageID: "apart@x", Outcome: OutcomeQuarantine},
		{MessageID: "m@x", Outcome: OutcomeTicket, Ticket: 7, Item: 1},
		{MessageID: "m@x", Outcome: OutcomeTicket, Ticket: 9, Item: 1}, // the first keeps the id
		{MessageID: "r@x", Outcome: OutcomeItem, Ticket: 7, Item: 2},
		{Outcome: OutcomeItem, Ticket: 7, Item: 3},
	} {
		settle(t, s, receive(t, s, fmt.Sprint(v)), v)
	}
	known, _, err := s.References(ctx, 0, []string{"r@x", "unknown@x", "apart@x", "m@x", ""})
	check(t, err)
	same(t, "references", known, map[string]Reference{"m@x": {7, 1}, "r@x": {7, 2}})
}

func TestQuarantine(t *testing.T) {
	s, _ := newStore(t)
	kept, filed := receive(t, s, "a"), receive(t, s, "b")
	settle(t, s, kept, Verdict{Outcome: OutcomeQuarantine, Error: "odd"})
	settle(t, s, filed, Verdict{Outcome: OutcomeItem})
	same(t, "requeue filed mail", must(s.Requeue(ctx, filed, Override{Decision: Release}))(t),
		false)
	same(t, "drop filed mail", must(s.DropMail(ctx, filed))(t), false)
	check(t, s.Attempt(ctx, kept))
	same(t, "requeue", must(s.Requeue(ctx, kept, Override{Decision: Release}))(t), true)
	m := mail(t, s, kept)
	same(t, "released mail", []any{m.Override.Decision, m.Attempts, m.Outcome, m.Error,
		m.Settled.IsZero()}, []any{Release, 1, "", "", true})
	same(t, "waiting", len(must(s.Unsettled(ctx, 0, s.Now(), 9))(t)), 1)
	settle(t, s, kept, Verdict{Outcome: OutcomeQuarantine})
	same(t, "drop", must(s.DropMail(ctx, kept))(t), true)
	same(t, "drop again", must(s.DropMail(ctx, kept))(t), false)
	b := must(s.OpenMail(ctx, mail(t, s, kept)))(t)
	defer b.Close()
	same(t, "its bytes", string(must(io.ReadAll(b.Reader()))(t)), "a")
}
