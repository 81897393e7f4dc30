package mailout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store"
)

// graphTo sends by the server as the shared mailbox; its tokens are T1, T2 …, the next when a fresh
// one is asked for.
func graphTo(t *testing.T, s *mailtest.GraphServer, now func() time.Time) *Graph {
	t.Helper()
	var mu sync.Mutex
	n := 1
	g := NewGraph(GraphOptions{Mailbox: "soporte@ejemplo.test", URL: s.Base(), Now: now,
		Token: func(_ context.Context, fresh bool) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if fresh {
				n++
			}
			return fmt.Sprintf("T%d", n), nil
		}})
	t.Cleanup(func() { g.Close() })
	return g
}

func TestGraphSendsTheMailAsItIs(t *testing.T) {
	t.Parallel()
	s := mailtest.NewGraph(t, "T1")
	g := graphTo(t, s, time.Now)
	want(t, send(t, g), Sent, "202")
	got := s.Accepted()
	if len(got) != 1 || !bytes.Equal(got[0].Raw, letter) || got[0].User != "soporte@ejemplo.test" {
		t.Errorf("took %+v", got)
	}
	if err := g.Check(t.Context()); err != nil || len(s.Accepted()) != 2 {
		t.Logf("check: %v", err)
	}
}

func TestGraphAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		act     mailtest.GraphAct
		outcome Outcome
		away    bool
		text    string
		copies  int
	}{
		{mailtest.GraphAct{Status: 400, Code: "ErrorInvalidRecipients"}, Refused, false,
			"ErrorInvalidRecipients", 0},
		{mailtest.GraphAct{Status: 403, Code: "ErrorAccessDenied"}, Held, true,
			"Mail.Send.Shared", 0},
		{mailtest.GraphAct{Status: 404, Code: "ErrorInvalidUser"}, Held, true,
			"may not send as", 0},
		{mailtest.GraphAct{Status: 413, Code: "RequestEntityTooLarge"}, Refused, false,
			"larger than the relay takes", 0},
		{mailtest.GraphAct{Status: 429, Code: "ApplicationThrottled", After: "7"}, Deferred, true,
			"429", 0},
		{mailtest.GraphAct{Status: 503, Code: "serviceNotAvailable"}, Deferred, true, "503", 0},
		{mailtest.GraphAct{Status: 500, Code: "InternalServerError"}, Deferred, false, "500", 0},
		{mailtest.GraphAct{Status: 504, Code: "UnknownError", Keep: true}, Uncertain, false,
			"504", 1},
		{mailtest.GraphAct{Cut: true}, Uncertain, false, "", 1},
		{mailtest.GraphAct{Status: 302, Moved: "/v1.0/login"}, Held, true, "not Microsoft Graph",
			0},
		{mailtest.GraphAct{Status: 200, Page: true}, Held, true, "not Microsoft Graph", 0},
		{mailtest.GraphAct{Status: 400, Page: true}, Deferred, false, "400", 0},
		{mailtest.GraphAct{Status: 503, Page: true}, Deferred, true, "503", 0},
		{mailtest.GraphAct{Status: 502, Page: true, Keep: true}, Uncertain, false, "502", 1},
		{mailtest.GraphAct{Status: 400, Code: "ErrorMessageSizeExceeded"}, Refused, false,
			"larger than the relay takes", 0},
		{mailtest.GraphAct{Status: 400, Code: "ErrorQuotaExceeded"}, Held, true, "full", 0},
		{mailtest.GraphAct{Status: 403, Code: "ErrorSendAsDenied"}, Held, false,
			"right to send as it", 0},
		{mailtest.GraphAct{Status: 409, Code: "ErrorIrresolvableConflict"}, Deferred, false, "409",
			0},
		{mailtest.GraphAct{Status: 423, Code: "ErrorMailboxMoveInProgress"}, Deferred, false,
			"423", 0},
	} {
		s := mailtest.NewGraph(t, "T1")
		s.Script(c.act)
		r := send(t, graphTo(t, s, time.Now))
		want(t, r, c.outcome, c.text)
		if r.Away != c.away || len(s.Accepted()) != c.copies {
			t.Errorf("%d: away %v, %d copies", c.act.Status, r.Away, len(s.Accepted()))
		}
		if strings.Contains(fmt.Sprint(r.Reply, r.Err), "T1") {
			t.Errorf("%d: the token shows: %v", c.act.Status, r.Err)
		}
	}
}

// TestGraphIsLeftAloneWhenItAsks: nothing is asked before Retry-After has passed.
func TestGraphIsLeftAloneWhenItAsks(t *testing.T) {
	t.Parallel()
	clock := mailtest.NewClock(time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC))
	s := mailtest.NewGraph(t, "T1")
	s.Script(mailtest.GraphAct{Status: 429, Code: "ApplicationThrottled", After: "120"})
	g := graphTo(t, s, clock.Now)
	if r := send(t, g); r.Wait != 2*time.Minute {
		t.Errorf("%+v, want to wait for two minutes", r)
	}
	for range 3 {
		want(t, send(t, g), Deferred, "429")
	}
	if asked, _ := s.Asked(); asked != 1 {
		t.Errorf("asked %d times while throttled", asked)
	}
	clock.Advance(2 * time.Minute)
	want(t, send(t, g), Sent, "")
	if n := len(s.Accepted()); n != 1 {
		t.Errorf("%d mails", n)
	}
	s.Script(mailtest.GraphAct{Status: 429, Code: "ApplicationThrottled", After: "86400"})
	for range 3 { // a day is an hour, and not no time at all
		want(t, send(t, g), Deferred, "429")
	}
	if asked, _ := s.Asked(); asked != 3 {
		t.Errorf("asked %d times in all", asked)
	}
}

// TestGraphTokens: one that has expired is asked for anew, once; one that stays refused holds the
// mail.
func TestGraphTokens(t *testing.T) {
	t.Parallel()
	s := mailtest.NewGraph(t, "T2")
	g := graphTo(t, s, time.Now)
	want(t, send(t, g), Sent, "")
	s.Good("T9")
	want(t, send(t, g), Held, "buzon oauth login")
	if asked, _ := s.Asked(); asked != 4 {
		t.Errorf("asked %d times", asked)
	}
	g.opts.Token = func(context.Context, bool) (string, error) {
		return "", &TokenDenied{errors.New("invalid_grant")}
	}
	want(t, send(t, g), Held, "invalid_grant")
}

// TestGraphLimits: what is too large is not sent, and no more at a time than allowed.
func TestGraphLimits(t *testing.T) {
	t.Parallel()
	s := mailtest.NewGraph(t, "T1")
	s.Stall = 5 * time.Millisecond
	g := graphTo(t, s, time.Now)
	large := append(bytes.Clone(letter), bytes.Repeat([]byte("0123456789abcdef\r\n"), 200_000)...)
	want(t, g.Send(t.Context(), Envelope{From: from, To: to}, of(large)), Refused, "3515 KB")
	if asked, _ := s.Asked(); asked != 0 {
		t.Error("it was sent")
	}
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() { send(t, g) })
	}
	all.Wait()
	if asked, most := s.Asked(); asked != 12 || most > 4 {
		t.Errorf("%d requests, %d at a time", asked, most)
	}
}

// TestGraphThroughTheDay: a desk's mails, of which the provider throttles one, is down at one and
// finds one too large, with a token that ends meanwhile. Each of the others arrives once, and who
// wrote what could not go is told.
func TestGraphThroughTheDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.letters(5)
	s := mailtest.NewGraph(t, "T2")
	s.Script(mailtest.GraphAct{Status: 429, Code: "ApplicationThrottled", After: "120"},
		mailtest.GraphAct{Status: 503, Code: "serviceNotAvailable"},
		mailtest.GraphAct{Status: 413, Code: "RequestEntityTooLarge"})
	began := h.clock.Now()
	r := h.run(graphTo(t, s, h.clock.Now), func(d *Dispatcher) { d.Parallel = 1 })
	r.until("one failed", 5*time.Second, func() bool { return h.states()[store.Failed] == 1 })
	if waited := h.clock.Now().Sub(began); waited < 2*time.Minute {
		t.Errorf("asked again after %v, though it wants to be left alone for two minutes", waited)
	}
	s.Good("T3") // the desk's ends
	r.until("nothing left", 5*time.Second, func() bool {
		n := h.states()
		return n[store.Due]+n[store.Sending]+n[store.Uncertain]+n[store.Held] == 0
	})
	r.stop()
	customers, told := map[string]int{}, 0
	for _, m := range s.Accepted() {
		switch to := headerOf(m.Raw, "To"); {
		case strings.Contains(to, "ana@"):
			told++
		case strings.Contains(to, "@cliente.test"):
			customers[to]++
		}
	}
	if told == 0 || len(customers) != 4 {
		t.Errorf("Ana is told %d times, and to customers went %v", told, customers)
	}
	for to, n := range customers {
		if n != 1 {
			t.Errorf("%s has %d copies", to, n)
		}
	}
	list, err := h.store.Outbox(t.Context(), store.OutboxFilter{State: store.Failed})
	h.must(err)
	if len(list) != 1 || !strings.Contains(list[0].LastReply, "larger than the relay takes") {
		t.Errorf("failed: %d, %q", len(list), list[0].LastReply)
	}
}

// headerOf is a field of a mail as it was written.
func headerOf(raw []byte, name string) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err.Error()
	}
	return m.Header.Get(name)
}
