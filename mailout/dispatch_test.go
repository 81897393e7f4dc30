package mailout

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
)

// sink is a Transport that notes what it is given and answers as told.
type sink struct {
	answer func(to string, raw []byte) Result // nil: sent

	mu       sync.Mutex
	calls    []string // recipients in order
	raw      map[string][][]byte
	now, top int // at once
}

func (s *sink) Send(_ context.Context, env Envelope, mail *io.SectionReader) Result {
	raw, _ := io.ReadAll(mail)
	s.mu.Lock()
	if s.raw == nil {
		s.raw = map[string][][]byte{}
	}
	s.calls, s.raw[env.To] = append(s.calls, env.To), append(s.raw[env.To], raw)
	s.now++
	s.top = max(s.top, s.now)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	}()
	if s.answer == nil {
		return Result{Outcome: Sent, Reply: "250 ok"}
	}
	return s.answer(env.To, raw)
}

func (s *sink) Close() error { return nil }

// running is a dispatcher at work.
type running struct {
	h     *house
	d     *Dispatcher
	rests atomic.Int64 // how often it has gone to sleep
	stop  func()
}

func (h *house) run(transport Transport, change ...func(*Dispatcher)) *running {
	h.t.Helper()
	r := &running{h: h}
	r.d = &Dispatcher{Store: h.store, Renderer: h.renderer, Transport: transport,
		After: func(d time.Duration) <-chan time.Time {
			r.rests.Add(1)
			return h.clock.After(d)
		}}
	for _, f := range change {
		f(r.d)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.d.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				h.t.Error(err)
			}
		case <-time.After(mailtest.Patience):
			h.t.Error("the dispatcher does not stop")
		}
	})
	h.t.Cleanup(r.stop)
	return r
}

// pass moves the clock in steps, and lets the dispatcher work after each.
func (r *running) pass(total, step time.Duration) {
	for ; total > 0; total -= step {
		r.h.clock.Advance(step)
		time.Sleep(2 * time.Millisecond)
		for end := time.Now().Add(mailtest.Patience); r.busy() &&
			time.Now().Before(end); time.Sleep(time.Millisecond) {
		}
	}
}

func (r *running) busy() bool {
	if r.rests.Load() == 0 {
		return true // it has not begun
	}
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	return len(r.d.going) > 0
}

// until waits for a condition, and moves the clock by step between two looks.
func (r *running) until(what string, step time.Duration, ok func() bool) {
	r.h.t.Helper()
	for end := time.Now().Add(3 * time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			r.h.t.Fatalf("not %s: %v", what, r.h.states())
		}
		r.h.clock.Advance(step)
	}
}

func (h *house) states() map[store.OutboxState]int {
	h.t.Helper()
	n, err := h.store.CountOutbox(context.Background())
	h.must(err)
	return n
}

// untilQuiet waits until it no longer goes to sleep again and again: what it settled last wakes it a
// few times, one that spins is never quiet.
func (r *running) untilQuiet() {
	r.h.t.Helper()
	r.until("at rest while nothing happens", 0, func() bool {
		before := r.rests.Load()
		time.Sleep(50 * time.Millisecond)
		return r.rests.Load()-before <= 5
	})
}

func (r *running) untilAll(state store.OutboxState, n int, step time.Duration) {
	r.h.t.Helper()
	r.until(fmt.Sprintf("%d %s", n, state), step, func() bool { return r.h.states()[state] == n })
}

// letters owes n mails of one ticket each to customers c0, c1 …
func (h *house) letters(n int) (rows []store.Outgoing) {
	h.t.Helper()
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "Hola"})
	for i := range n {
		to := h.person(desk.Person{Name: "C",
			Addresses: []string{fmt.Sprintf("c%d@cliente.test", i)}, Role: desk.Customer})
		rows = append(rows, h.owe(desk.ItemNotice, it, to))
	}
	return rows
}

func TestSendsWhatIsOwed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.letters(3)
	s := &sink{}
	r := h.run(s)
	r.untilAll(store.Sent, 3, 0)
	// wakes by its commit, the clock stands
	more := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "Hola"})
	h.owe(desk.ItemNotice, more, h.carla)
	r.untilAll(store.Sent, 4, 0)
	if row := h.row(4); row.LastReply != "250 ok" || row.Attempts != 1 || row.Raw != 0 ||
		row.MessageID == "" {
		t.Errorf("%+v", row)
	}
}

// One recipient's server says "later" for ever: his mails keep their order, nobody else waits, and
// nobody spins.
func TestOneBadRecipientKeepsHisOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	later := func(to string, raw []byte) Result {
		if to == "carla@cliente.test" {
			return Result{Outcome: Deferred, Reply: "450 4.2.0 greylisted",
				Err: errors.New("greylisted")}
		}
		return Result{Outcome: Sent}
	}
	ticket := h.ticket()
	for i := range 3 {
		it := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana,
			Text: fmt.Sprintf("mensaje %d", i)})
		h.owe(desk.ItemNotice, it, h.carla)
	}
	h.letters(20)
	s := &sink{answer: later}
	r := h.run(s)
	r.untilAll(store.Sent, 20, 0)
	r.untilQuiet()
	r.pass(8*time.Hour, 10*time.Minute)
	r.stop()
	tried := s.raw["carla@cliente.test"]
	if len(tried) < 3 || len(tried) > 12 {
		t.Errorf("tried %d times in 8 hours", len(tried))
	}
	for _, raw := range tried {
		if !bytes.Equal(raw, tried[0]) || !bytes.Contains(raw, []byte("mensaje 0")) {
			t.Fatalf("the first mail did not stay the first, or changed:\n%s", raw)
		}
	}
	s.answer = nil
	r = h.run(s)
	r.untilAll(store.Sent, 23, 10*time.Minute)
	last := s.raw["carla@cliente.test"][len(tried):]
	for i, raw := range last {
		if !bytes.Contains(raw, fmt.Appendf(nil, "mensaje %d", i)) {
			t.Errorf("mail %d came out of order", i)
		}
	}
}

// The smarthost is down for six hours with 500 rows due, and comes back.
func TestRelayDownForHours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tickets := make([]int64, 50)
	for i := range tickets {
		tickets[i] = h.ticket().Number
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for i := range 500 {
			ticket := tickets[i%50]
			it, err := tx.AddItem(ctx, "",
				store.NewItem{Item: desk.Item{Ticket: ticket, Type: desk.Answer, Author: h.ana,
					Visibility: desk.Public, State: desk.Filed,
					Text: fmt.Sprintf("mensaje %d.", i/50)}})
			if err != nil {
				return err
			}
			if _, err = tx.Owe(ctx, store.Outgoing{Kind: desk.ItemNotice, Ticket: ticket,
				Item: it.Number, Person: h.carla.ID, Mailbox: "soporte@ejemplo.test",
				Address: fmt.Sprintf("t%d@cliente.test", ticket),
				Details: store.Details{Author: h.ana.ID}}); err != nil {
				return err
			}
		}
		return nil
	})
	host := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	host.Stop()
	pool := relayTo(t, host)
	counted := &counting{Transport: pool}
	r := h.run(counted, func(d *Dispatcher) { d.Parallel = 3 })
	r.pass(6*time.Hour, 2*time.Minute)
	if n := counted.calls.Load(); n < 3 || n > 200 {
		t.Errorf("%d attempts in six hours without a relay", n)
	}
	host.Start(t)
	back := h.clock.Now()
	r.until("noticed", time.Second, func() bool { return len(host.Accepted()) > 0 })
	if took := h.clock.Now().Sub(back); took > 2*outageLongest {
		t.Errorf("its return was noticed only after %v", took)
	}
	r.untilAll(store.Sent, 500, time.Second)
	if counted.top.Load() > 3 {
		t.Errorf("%d mails at once, want 3", counted.top.Load())
	}
	r.stop()
	pool.Close()
	seen := map[string]int{}
	for _, m := range host.Accepted() {
		to := m.To[0]
		if !bytes.Contains(m.Raw, fmt.Appendf(nil, "mensaje %d.", seen[to])) {
			t.Errorf("%s: mail %d came out of order", to, seen[to])
		}
		seen[to]++
	}
	if len(host.Accepted()) != 500 {
		t.Errorf("%d mails arrived", len(host.Accepted()))
	}
}

// counting counts how often and how many at once a Transport is used.
type counting struct {
	Transport
	calls, now, top atomic.Int64
}

func (c *counting) Send(ctx context.Context, env Envelope, mail *io.SectionReader) Result {
	c.calls.Add(1)
	if n := c.now.Add(1); n > c.top.Load() {
		c.top.Store(n)
	}
	defer c.now.Add(-1)
	return c.Transport.Send(ctx, env, mail)
}

// Put off, cut after the dot with the mail kept, cut without: every copy is the same mail.
func TestRetriesAreTheSameMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.letters(1)
	host := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	host.Script(mailtest.End, mailtest.Act{Store: true, Reply: "451 4.3.0 later"},
		mailtest.Act{Store: true, Cut: true}, mailtest.Act{Cut: true})
	r := h.run(relayTo(t, host))
	r.until("uncertain", time.Minute, func() bool { return h.row(1).State == store.Uncertain })
	h.write(func(ctx context.Context,
		tx *store.Tx) error { // what was said of the ticket since changes no mail
		old, err := tx.Ticket(ctx, 1)
		changed := old
		changed.Subject = "Otro asunto"
		if err == nil {
			_, err = tx.Change(ctx, old, changed, h.ana.ID, 0)
		}
		return err
	})
	r.untilAll(store.Sent, 1, time.Minute)
	got := host.Accepted()
	if len(got) != 3 || h.row(1).Attempts != 4 {
		t.Fatalf("%d copies, row %+v", len(got), h.row(1))
	}
	for _, m := range got {
		if !bytes.Equal(m.Raw, got[0].Raw) || m.From != got[0].From {
			t.Errorf("a retry differs:\n%s\n%s", got[0].Raw, m.Raw)
		}
	}
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		kind   desk.Notice
		author func(*house) desk.Person
		answer Result
		told   int
		reason string
	}{
		{"an agent's words refused", desk.ItemNotice, func(h *house) desk.Person { return h.ana },
			Result{Outcome: Refused, Reply: "550 5.1.1 unknown",
				Err: &Refusal{Reply: "550 5.1.1 unknown", Cause: io.EOF}}, 1, "no_such_address"},
		{"an agent's words that can't be sent at all", desk.ItemNotice,
			func(h *house) desk.Person { return h.ana },
			Result{Outcome: Refused, Err: &Refusal{Cause: io.EOF}}, 1, "unsendable"},
		{"an agent's words put off for four days", desk.ItemNotice,
			func(h *house) desk.Person { return h.ana }, Result{Outcome: Deferred, Err: io.EOF}, 1,
			"expired"},
		{"uncertain for four days", desk.ItemNotice, func(h *house) desk.Person { return h.ana },
			Result{Outcome: Uncertain, Err: io.EOF}, 1, "expired"},
		{"an acknowledgement refused", desk.Ack, func(h *house) desk.Person { return h.carla },
			Result{Outcome: Refused, Err: &Refusal{Cause: io.EOF}}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			it := h.item(desk.Item{Ticket: h.ticket().Number, Author: c.author(h), Text: "Hola"})
			h.owe(c.kind, it, h.carla)
			r := h.run(&sink{answer: func(to string, _ []byte) Result {
				if to == h.carla.Address() {
					return c.answer
				}
				return Result{Outcome: Sent}
			}})
			r.until("failed", 2*time.Hour, func() bool { return h.row(1).State == store.Failed })
			r.untilAll(store.Sent, c.told, time.Minute)
			r.pass(10*time.Hour, time.Hour)
			list, err := h.store.Outbox(t.Context(), store.OutboxFilter{})
			h.must(err)
			if len(list) != 1+c.told {
				t.Fatalf("%d mails, want %d notices of the failure", len(list), c.told)
			}
			if c.told > 0 && (list[0].Kind != desk.Undelivered ||
				list[0].Address != "ana@ejemplo.test" || list[0].Details.Reason != c.reason) {
				t.Errorf("told %+v", list[0])
			}
		})
	}
}

// A relay that refuses our login is the configuration's fault: nothing fails, however long it
// takes.
func TestHeldMailNeverFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	letters := h.letters(8)
	host := mailtest.NewSmarthost(t,
		mailtest.SmarthostOptions{Users: map[string]string{"soporte": "bien"}})
	wrong := relayTo(t, host, func(r *Relay) { r.Username, r.Password = "soporte", "mal" })
	counted := &counting{Transport: wrong}
	r := h.run(counted)
	r.pass(30*time.Minute, 15*time.Second)
	if n := counted.calls.Load(); n < 2 || n > 25 {
		t.Errorf("%d logins in half an hour", n)
	}
	r.pass(120*time.Hour, time.Hour)
	if n := h.states(); n[store.Failed] != 0 || n[store.Held] == 0 {
		t.Errorf("after five days: %v", n)
	}
	r.stop()
	right := relayTo(t, host, func(r *Relay) { r.Username, r.Password = "soporte", "bien" })
	h.run(right).until("all letters sent", 10*time.Second,
		func() bool { // and the alarms behind them
			return !slices.ContainsFunc(letters,
				func(o store.Outgoing) bool { return h.row(o.ID).State != store.Sent })
		})
}

// A mail that can't be rendered is tried a few times, told of, and does not hold up the others.
func TestPoison(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "Hola"})
	h.owe("no_such_kind", it, h.carla)
	h.owe(desk.ItemNotice, it, h.carla)
	h.letters(5)
	s := &sink{}
	r := h.run(s)
	r.untilAll(store.Sent, 5, 0)
	r.until("put off", 0, func() bool { return h.row(1).LastReply != "" })
	r.untilQuiet()
	if row := h.row(1); row.State != store.Due || row.Attempts != 1 ||
		!strings.Contains(row.LastReply, "no_such_kind") {
		t.Errorf("%+v", row)
	}
	r.untilAll(store.Failed, 1, time.Minute)
	r.untilAll(store.Sent, 7, time.Minute) // the mail behind it, and the notice to the agent
	list, err := h.store.Outbox(t.Context(), store.OutboxFilter{Limit: 1})
	h.must(err)
	if row := h.row(1); row.Attempts != renderAttempts || list[0].Details.Reason != "unsendable" {
		t.Errorf("%+v, told %+v", row, list)
	}
}

// TestFullDiskGivesNoMailUp: what ails the desk itself costs a mail none of its attempts.
func TestFullDiskGivesNoMailUp(t *testing.T) {
	t.Parallel()
	tried := store.Outgoing{Attempts: 10 * renderAttempts}
	for _, c := range []struct {
		failure error
		want    Outcome
	}{
		{fmt.Errorf("render: %w", syscall.ENOSPC), Deferred},
		{errors.New("no such template"), Refused},
	} {
		if got := unrendered(tried, c.failure); got.Outcome != c.want {
			t.Errorf("%v: %v, want %v", c.failure, got.Outcome, c.want)
		}
	}
}

// TestUnreadableFile: a mail whose attachment, or whose own kept bytes, can't be read costs three
// attempts; the ticket's agent is told, and the others go on.
func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	k := h.ticket().Number
	photo := attachment{"foto.jpg", "image/jpeg", bytes.Repeat([]byte("f"), 2*store.InlineSize)}
	it := h.item(desk.Item{Ticket: k, Author: h.ana, Text: "Va la foto."}, photo)
	spoil := func(sha string) {
		h.must(os.WriteFile(filepath.Join(h.store.Dir(), "blobs", sha[:2], sha[2:]), []byte("x"),
			0o600))
	}
	spoil(fmt.Sprintf("%x", sha256.Sum256(photo.content)))
	h.owe(desk.ItemNotice, it, h.carla)
	h.letters(3)
	s := &sink{}
	r := h.run(s)
	r.untilAll(store.Sent, 3, 0)
	r.untilAll(store.Failed, 1, time.Minute)
	if row := h.row(1); row.Attempts != unreadAttempts ||
		!strings.Contains(row.LastReply, "backup") {
		t.Errorf("attachment: %+v", row)
	}
	r.untilAll(store.Sent, 4, time.Minute) // and the notice to the agent
	r.stop()

	long := h.item(desk.Item{Ticket: k, Author: h.ana,
		Text: strings.Repeat("Una línea más.\n", 40_000)})
	o := h.owe(desk.ItemNotice, long, h.carla)
	s.answer = func(to string, raw []byte) Result {
		if to == o.Address {
			spoil(fmt.Sprintf("%x", sha256.Sum256(raw)))
			return Result{Outcome: Deferred, Reply: "451 later", Err: errors.New("later")}
		}
		return Result{Outcome: Sent, Reply: "250 ok"}
	}
	r = h.run(s)
	r.untilAll(store.Failed, 2, time.Minute)
	if row := h.row(o.ID); row.Attempts != unreadAttempts ||
		!strings.Contains(row.LastReply, "backup") {
		t.Errorf("kept bytes: %+v", row)
	}
	r.stop()
}

func TestPanicWhileRendering(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.letters(2)
	good := h.renderer
	h.renderer = &Renderer{Store: h.store}
	r := h.run(&sink{})
	r.until("tried", 0, func() bool {
		a, b := h.row(1), h.row(2)
		return a.Attempts == 1 && b.Attempts == 1 && a.State == store.Due && b.State == store.Due &&
			a.LastReply != "" && b.LastReply != ""
	})
	if row := h.row(1); !strings.Contains(row.LastReply, "panic") {
		t.Errorf("%+v", row)
	}
	r.stop()
	h.renderer = good
	h.run(&sink{}).untilAll(store.Sent, 2, time.Minute)
}

// Two dispatchers on one outbox: no row is sent by both.
func TestNoRowIsSentTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := &sink{answer: func(string, []byte) Result {
		time.Sleep(time.Millisecond)
		return Result{Outcome: Sent}
	}}
	a := h.run(s)
	r := h.run(s, func(d *Dispatcher) { d.Parallel = 8 })
	// Whoever starts sends again what is being sent: so both start before there is anything.
	r.until("at rest", 0, func() bool { return a.rests.Load() > 0 && r.rests.Load() > 0 })
	h.letters(60)
	r.untilAll(store.Sent, 60, 0)
	for to, raw := range s.raw {
		if len(raw) != 1 {
			t.Errorf("%s got %d mails", to, len(raw))
		}
	}
}

func TestStopFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.letters(6)
	begun := make(chan bool, 6)
	var at *Dispatcher
	r := h.run(&sink{answer: func(string, []byte) Result {
		begun <- true
		<-at.stopping
		return Result{Outcome: Sent}
	}}, func(d *Dispatcher) { at, d.Parallel = d, 2 })
	<-begun
	<-begun
	r.stop()
	if n := h.states(); n[store.Sent] != 2 || n[store.Due] != 4 {
		t.Errorf("after the end: %v", n)
	}
}

// The relay stalls at some step; the end waits for no longer than the grace, and the mail is sent
// by the next process.
func TestStopWhileTheRelayStalls(t *testing.T) {
	t.Parallel()
	for _, step := range []mailtest.Step{mailtest.Connect, mailtest.DATA, mailtest.End} {
		h := newHouse(t)
		h.letters(1)
		host := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
		host.Script(step, mailtest.Act{Stall: mailtest.Forever})
		pool := relayTo(t, host, func(r *Relay) {
			r.Timeout, r.FinalTimeout = time.Hour,
				time.Hour
		})
		counted := &counting{Transport: pool}
		r := h.run(counted, func(d *Dispatcher) { d.Grace = 100 * time.Millisecond })
		r.until("begun", 0, func() bool { return counted.calls.Load() == 1 })
		time.Sleep(20 * time.Millisecond)
		begin := time.Now()
		r.stop()
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s: stopped after %v", step, took)
		}
		host.Script(step)
		h.run(pool).untilAll(store.Sent, 1, time.Minute)
	}
}

// What was being sent when the process died is sent again, the same.
func TestDiedWhileSending(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	row := h.letters(1)[0]
	spool := h.store.NewSpool()
	out, err := h.renderer.Render(t.Context(), row, spool)
	h.must(err)
	row.MessageID, row.EnvelopeFrom = out.MessageID, out.EnvelopeFrom
	claimed, err := h.store.ClaimAll(t.Context(), []store.Outgoing{row})
	if len(claimed) != 1 || err != nil {
		t.Fatal(claimed, err)
	}
	h.must(h.store.Fix(t.Context(), &row, spool))
	want, err := io.ReadAll(io.NewSectionReader(spool.ReaderAt(), 0, spool.Size()))
	h.must(err)
	h.clock.Advance(time.Hour)
	s := &sink{}
	h.run(s).untilAll(store.Sent, 1, 0)
	if got := s.raw["c0@cliente.test"]; len(got) != 1 || !bytes.Equal(got[0], want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// What the relay refuses for the configuration's sake is tried again soon, however often it was:
// its own backoff is for recipients.
func TestHeldMailIsTriedSoon(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	row := h.letters(1)[0]
	row.Attempts = 5
	d := &Dispatcher{}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := d.write(ctx, tx, row, Result{Outcome: Held, Reply: "535 5.7.8"})
		return err
	})
	o, err := h.store.OutgoingMail(t.Context(), row.ID)
	h.must(err)
	if wait := o.Next.Sub(h.clock.Now()); o.State != store.Held || wait > outageLongest {
		t.Errorf("%s, tried again in %v, want %v at most", o.State, wait, outageLongest)
	}
}
