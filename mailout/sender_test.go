package mailout

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/goleak"

	"buzon/internal/mailtest"
)

const (
	from = "soporte+b7.abc@ejemplo.test"
	to   = "luis@cliente.test"
)

var letter = []byte("From: Soporte <soporte@ejemplo.test>\r\nTo: luis@cliente.test\r\nSubject: " +
	"Caso\r\n\r\nHola\r\n.\r\n..dos\r\n.tres\r\nadi=C3=B3s\r\n")

// relayTo is a relay that reaches the smarthost, with times fit for a test.
func relayTo(t *testing.T, s *mailtest.Smarthost, change ...func(*Relay)) *Pool {
	t.Helper()
	r := Relay{Host: "127.0.0.1", Port: s.Port(), TLS: "none", RootCAs: s.Pool(),
		Hello: "buzon.test", Timeout: 5 * time.Second, FinalTimeout: 5 * time.Second}
	for _, f := range change {
		f(&r)
	}
	p, err := NewRelay(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func send(t *testing.T, p Transport) Result {
	t.Helper()
	return p.Send(t.Context(), Envelope{From: from, To: to}, of(letter))
}

func want(t *testing.T, r Result, outcome Outcome, text string) {
	t.Helper()
	var refusal *Refusal
	switch {
	case r.Outcome != outcome:
		t.Fatalf("outcome %s (%q, %v), want %s", r.Outcome, r.Reply, r.Err, outcome)
	case (r.Err == nil) != (outcome == Sent):
		t.Fatalf("%s with error %v", outcome, r.Err)
	case errors.As(r.Err, &refusal) != (outcome == Refused):
		t.Fatalf("%s with error %#v: only a refusal is a *Refusal", outcome, r.Err)
	case !strings.Contains(fmt.Sprint(r.Reply, r.Err), text):
		t.Fatalf("reply %q and error %v say nothing of %q", r.Reply, r.Err, text)
	}
}

// wantCopies checks how often the mail arrived, each time with the same bytes.
func wantCopies(t *testing.T, s *mailtest.Smarthost, n int) {
	t.Helper()
	got := s.Accepted()
	if len(got) != n {
		t.Fatalf("the smarthost has %d mails, want %d; it heard\n%s", len(got), n,
			strings.Join(s.Heard(), "\n"))
	}
	for _, m := range got {
		if !bytes.Equal(m.Raw, letter) || m.From != from || len(m.To) != 1 || m.To[0] != to {
			t.Fatalf("altered on the way: from %q to %q\n%q", m.From, m.To, m.Raw)
		}
	}
}

func TestSendsTheBytesAsTheyAre(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{Extensions: []string{"SMTPUTF8",
		"PIPELINING", "CHUNKING", "8BITMIME"}})
	p := relayTo(t, s)
	want(t, send(t, p), Sent, "250 2.0.0 queued")
	wantCopies(t, s, 1)
	if got := s.Accepted()[0].Params; strings.Contains(got, "SMTPUTF8") {
		t.Errorf("MAIL says %q for plain addresses", got)
	}
}

func TestNullSender(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	want(t, relayTo(t, s).Send(t.Context(), Envelope{To: to}, of(letter)), Sent, "")
	if got := s.Accepted()[0].From; got != "" {
		t.Errorf("sender %q, want <>", got)
	}
	if heard := strings.Join(s.Heard(), "\n"); !strings.Contains(heard, "MAIL FROM:<>") {
		t.Error(heard)
	}
}

// What the relay does, what becomes of the mail, how many copies the relay has.
func TestEveryAnswer(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      mailtest.Step
		act     mailtest.Act
		outcome Outcome
		text    string
		copies  int
	}{
		{"greeting 421", mailtest.Connect, mailtest.Reply("421 4.3.2 too busy"), Deferred,
			"421 4.3.2 too busy", 0},
		{"greeting 554", mailtest.Connect, mailtest.Reply("554 5.7.1 blocked"), Held,
			"554 5.7.1 blocked", 0},
		{"no greeting", mailtest.Connect, mailtest.Cut(), Deferred, "", 0},
		{"greeting never comes", mailtest.Connect, mailtest.Act{Stall: mailtest.Forever}, Deferred,
			"timeout", 0},
		{"greeting is not SMTP", mailtest.Connect, mailtest.Reply("HTTP/1.1 400 Bad Request"), Held,
			"", 0},
		{"greeting that is no text", mailtest.Connect, mailtest.Reply("\x1b[31m\x00\xff"), Held,
			"[31m", 0},
		{"EHLO 550", mailtest.EHLO, mailtest.Act{Reply: "550 5.7.1 who are you", Always: true},
			Held, "550 5.7.1 who are you", 0},
		{"EHLO 451", mailtest.EHLO, mailtest.Act{Reply: "451 4.3.0 later", Always: true}, Deferred,
			"451 4.3.0", 0},
		{"EHLO cut", mailtest.EHLO, mailtest.Cut(), Deferred, "", 0},
		{"MAIL 451", mailtest.MAIL, mailtest.Reply("451 4.3.0 later"), Deferred,
			"451 4.3.0 later", 0},
		{"MAIL 550", mailtest.MAIL, mailtest.Reply("550 5.7.1 sender not yours"), Held,
			"sender not yours", 0},
		{"MAIL 530", mailtest.MAIL, mailtest.Reply("530 5.7.0 log in"), Held,
			"check username and password", 0},
		{"MAIL cut", mailtest.MAIL, mailtest.Cut(), Deferred, "", 0},
		{"RCPT 450 greylisted", mailtest.RCPT, mailtest.Reply("450 4.7.1 greylisted"), Deferred,
			"450 4.7.1 greylisted", 0},
		{"RCPT 452", mailtest.RCPT, mailtest.Reply("452 4.5.3 too many"), Deferred, "452", 0},
		{"RCPT 550", mailtest.RCPT, mailtest.Reply(
			"550-5.1.1 no such user\r\n550 5.1.1 see example.test"), Refused,
			"550 5.1.1 no such user 5.1.1 see example.test", 0},
		{"RCPT 421", mailtest.RCPT, mailtest.Reply("421 4.4.2 bye"), Deferred, "421", 0},
		{"RCPT 535", mailtest.RCPT, mailtest.Reply("535 5.7.8 session expired"), Held, "535", 0},
		{"RCPT cut", mailtest.RCPT, mailtest.Cut(), Deferred, "", 0},
		{"DATA 451", mailtest.DATA, mailtest.Reply("451 4.3.0 later"), Deferred, "451", 0},
		{"DATA 554", mailtest.DATA, mailtest.Reply("554 5.5.1 no valid recipients"), Refused,
			"no valid recipients", 0},
		{"DATA 250", mailtest.DATA, mailtest.Reply("250 what"), Deferred, "", 0},
		{"DATA cut", mailtest.DATA, mailtest.Cut(), Deferred, "", 0},
		{"end 451", mailtest.End, mailtest.Reply("451 4.7.1 scanner down"), Deferred,
			"451 4.7.1 scanner down", 0},
		{"end 552", mailtest.End, mailtest.Reply("552 5.3.4 too big"), Refused,
			"552 5.3.4 too big", 0},
		{"end 554", mailtest.End, mailtest.Reply("554 5.7.1 spam"), Refused, "554 5.7.1 spam", 0},
		{"end 421", mailtest.End, mailtest.Reply("421 4.3.0 bye"), Deferred, "421", 0},
		{"end 354", mailtest.End, mailtest.Reply("354 again?"), Uncertain, "", 0},
		{"end 252", mailtest.End, mailtest.Reply("252 sort of"), Sent, "252 sort of", 1},
		{"end garbage", mailtest.End, mailtest.Act{Reply: "ok", Store: true}, Uncertain, "", 1},
		{"end cut, kept", mailtest.End, mailtest.Act{Cut: true, Store: true}, Uncertain, "", 1},
		{"end cut, lost", mailtest.End, mailtest.Cut(), Uncertain, "", 0},
		{"end never answered", mailtest.End, mailtest.Act{Stall: mailtest.Forever}, Uncertain,
			"timeout", 1},
		{"end half an answer", mailtest.End, mailtest.Act{Reply: "250-queued", Stall: 1}, Uncertain,
			"", 1},
		{"slow answers", mailtest.End, mailtest.Act{Trickle: time.Millisecond}, Sent, "250", 1},
		{"control characters", mailtest.RCPT,
			mailtest.Reply("550 no\x1b[31m\x07 \xff such \u202euser"), Refused,
			"550 no [31m such user", 0},
		{"a long line", mailtest.RCPT, mailtest.Reply("550 " + strings.Repeat("no ", 40_000)),
			Refused, "550 no no", 0},
		{"greeting that drips", mailtest.Connect,
			mailtest.Act{Reply: strings.Repeat("2", 99), Stall: 1, Trickle: 40 * time.Millisecond},
			Deferred, "timeout", 0},
		{"greeting without end", mailtest.Connect,
			mailtest.Reply(strings.Repeat("220-hola\r\n", 200_000) + "220 hola"), Held,
			"has no end", 0},
		{"answer without end", mailtest.RCPT,
			mailtest.Reply(strings.Repeat("250-hola\r\n", 200_000) + "250 hola"), Deferred,
			"has no end", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
			s.Script(c.at, c.act)
			p := relayTo(t, s, func(r *Relay) {
				if c.act.Stall != 0 {
					r.Timeout, r.FinalTimeout = 300*time.Millisecond, 300*time.Millisecond
				}
			})
			r := send(t, p)
			want(t, r, c.outcome, c.text)
			wantCopies(t, s, c.copies)
			if text := fmt.Sprint(r.Reply, r.Err); len(r.Reply) > maxReply ||
				strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("kept of the reply: %d bytes: %q", len(text), text)
			}
			s.Script(c.at)
			want(t, send(t, p), Sent, "")
			wantCopies(t, s, c.copies+1)
		})
	}
}

// A recipient that is refused leaves the connection good; 421 and anything lost does not.
func TestConnectionsAreUsedAgainOnlyInOrder(t *testing.T) {
	for _, c := range []struct {
		at          mailtest.Step
		act         mailtest.Act
		connections int
	}{
		{mailtest.RCPT, mailtest.Reply("550 5.1.1 no"), 1},
		{mailtest.RCPT, mailtest.Reply("450 4.1.1 no"), 1},
		{mailtest.MAIL, mailtest.Reply("451 4.1.1 no"), 1},
		{mailtest.DATA, mailtest.Reply("451 4.1.1 no"), 1},
		{mailtest.End, mailtest.Reply("554 5.1.1 no"), 1},
		{mailtest.RCPT, mailtest.Reply("421 4.1.1 no"), 2},
		{mailtest.End, mailtest.Reply("421 4.1.1 no"), 2},
		{mailtest.End, mailtest.Act{Stall: 600 * time.Millisecond}, 2},
		{mailtest.RCPT, mailtest.Act{Stall: 600 * time.Millisecond}, 2},
	} {
		t.Run(fmt.Sprint(c.at, c.act), func(t *testing.T) {
			t.Parallel()
			s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
			s.Script(c.at, c.act)
			p := relayTo(t, s, func(r *Relay) {
				if c.act.Stall != 0 {
					r.Timeout, r.FinalTimeout = 200*time.Millisecond, 200*time.Millisecond
				}
			})
			if r := send(t, p); r.Outcome == Sent {
				t.Fatal("sent at once")
			}
			want(t, send(t, p), Sent, "")
			if got := s.Connections(); got != c.connections {
				t.Errorf("%d connections, want %d", got, c.connections)
			}
		})
	}
}

func TestGreylistedThenTakenWithTheSameBytes(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	p := relayTo(t, s)
	s.Script(mailtest.RCPT, mailtest.Reply("450 4.2.0 greylisted"),
		mailtest.Reply("450 4.2.0 greylisted"))
	want(t, send(t, p), Deferred, "greylisted")
	want(t, send(t, p), Deferred, "greylisted")
	want(t, send(t, p), Sent, "")
	wantCopies(t, s, 1)
}

func TestOneBadRecipientHoldsUpNobody(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.RCPT, mailtest.Act{For: "malo@cliente.test", Reply: "550 5.1.1 no such user",
		Always: true})
	p := relayTo(t, s)
	for range 3 {
		want(t, p.Send(t.Context(), Envelope{From: from, To: "malo@cliente.test"}, of(letter)),
			Refused, "no such user")
		want(t, send(t, p), Sent, "")
	}
	wantCopies(t, s, 3)
}

// Scanning a mail takes longer than any other command, and is waited for.
func TestFinalDotHasMoreTime(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.End, mailtest.Act{Stall: 600 * time.Millisecond})
	p := relayTo(t, s, func(r *Relay) {
		r.Timeout, r.FinalTimeout = 300*time.Millisecond,
			10*time.Second
	})
	want(t, send(t, p), Sent, "")
}

// A mail larger than the buffers in between, so that the cut falls while the content is being
// written: the relay cannot have it.
func TestCutInTheContent(t *testing.T) {
	t.Parallel()
	big := append(bytes.Clone(letter), bytes.Repeat([]byte("0123456789abcdef0123456789abcdef\r\n"),
		1<<18)...)
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.Content, mailtest.Act{DropAfter: 5000})
	p := relayTo(t, s)
	want(t, p.Send(t.Context(), Envelope{From: from, To: to}, of(big)), Deferred, "send content")
	wantCopies(t, s, 0)
	want(t, p.Send(t.Context(), Envelope{From: from, To: to}, of(big)), Sent, "")
	if got := s.Accepted(); len(got) != 1 || !bytes.Equal(got[0].Raw, big) {
		t.Error("the big mail did not arrive whole")
	}
}

// Wherever the connection breaks inside the mail, the relay has nothing, and the mail is tried
// again.
func TestCutAtEveryByte(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	p := relayTo(t, s)
	for n := range len(letter) {
		s.Script(mailtest.Content, mailtest.Act{DropAfter: n + 1})
		if r := send(t, p); r.Outcome != Deferred && r.Outcome != Uncertain {
			t.Fatalf("cut after %d bytes: %s, %v", n+1, r.Outcome, r.Err)
		}
	}
	wantCopies(t, s, 0)
	want(t, send(t, p), Sent, "")
	wantCopies(t, s, 1)
}

func TestStallInTheContent(t *testing.T) {
	t.Parallel()
	big := append(bytes.Clone(letter), bytes.Repeat([]byte("0123456789abcdef0123456789abcdef\r\n"),
		1<<18)...)
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.Content, mailtest.Act{Stall: mailtest.Forever})
	p := relayTo(t, s, func(r *Relay) { r.Timeout = 200 * time.Millisecond })
	want(t, p.Send(t.Context(), Envelope{From: from, To: to}, of(big)), Deferred, "timeout")
}

// The relay answers 552 in the middle of the content and hangs up: the reason must not be lost.
func TestRelayRefusesBeforeTheDot(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		b := make([]byte, 4096)
		for _, answer := range []string{"220 hi", "250 hi", "250 ok", "250 ok", "354 go",
			"552 5.3.4 too big"} {
			fmt.Fprintf(c, "%s\r\n", answer)
			c.Read(b)
		}
		c.(*net.TCPConn).CloseRead()
		time.Sleep(300 * time.Millisecond)
	}()
	p, err := NewRelay(Relay{Host: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port, TLS: "none",
		Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	big := bytes.Repeat([]byte("0123456789abcdef0123456789abcdef\r\n"), 1<<18)
	want(t, p.Send(t.Context(), Envelope{From: from, To: to}, of(big)), Refused,
		"552 5.3.4 too big")
}

func TestCutsNeverMakeMoreCopiesThanCutsAndOne(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	cut := mailtest.Act{Cut: true, Store: true}
	s.Script(mailtest.End, cut, cut, cut)
	p := relayTo(t, s)
	for range 3 {
		want(t, send(t, p), Uncertain, "final dot")
	}
	want(t, send(t, p), Sent, "")
	wantCopies(t, s, 4)
}

func TestConnectionIsKeptForTheNextMail(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	p := relayTo(t, s, func(r *Relay) { r.PerConnection = 3 })
	for range 7 {
		want(t, send(t, p), Sent, "")
	}
	var used []int
	for _, m := range s.Accepted() {
		used = append(used, m.Conn)
	}
	if got := fmt.Sprint(used); got != "[1 1 1 2 2 2 3]" {
		t.Errorf("mails went over connections %s", got)
	}
	p.Close()
	if n := strings.Count(strings.Join(s.Heard(), "\n"), "QUIT"); n != 3 {
		t.Errorf("%d connections ended with QUIT, want 3", n)
	}
}

func TestIdleConnectionIsClosed(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	p := relayTo(t, s, func(r *Relay) { r.Idle = 20 * time.Millisecond })
	want(t, send(t, p), Sent, "")
	for end := time.Now().Add(mailtest.Patience); s.Open() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the idle connection stays open")
		}
	}
	want(t, send(t, p), Sent, "")
	if s.Connections() != 2 {
		t.Errorf("%d connections, want 2", s.Connections())
	}
}

// The relay hangs up while we are idle, with or without 421: the next mail goes over a new
// connection, and nobody notices.
func TestRelayHungUpWhileIdle(t *testing.T) {
	t.Parallel()
	t.Run("closed", func(t *testing.T) {
		s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
		p := relayTo(t, s)
		want(t, send(t, p), Sent, "")
		s.HangUp()
		want(t, send(t, p), Sent, "")
		wantCopies(t, s, 2)
	})
	t.Run("421", func(t *testing.T) {
		s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
		p := relayTo(t, s)
		want(t, send(t, p), Sent, "")
		s.Script(mailtest.MAIL, mailtest.Reply("421 4.4.2 idle for too long"))
		want(t, send(t, p), Sent, "")
		wantCopies(t, s, 2)
	})
	t.Run("and stays down", func(t *testing.T) {
		s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
		p := relayTo(t, s)
		want(t, send(t, p), Sent, "")
		s.Stop()
		want(t, send(t, p), Deferred, "refused")
		s.Start(t)
		want(t, send(t, p), Sent, "")
		wantCopies(t, s, 2)
	})
	t.Run("but not after RCPT", func(t *testing.T) {
		s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
		p := relayTo(t, s)
		want(t, send(t, p), Sent, "")
		s.Script(mailtest.RCPT, mailtest.Cut())
		want(t, send(t, p), Deferred, "RCPT")
	})
}

func TestConcurrentMailsHaveConnectionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.End, mailtest.Act{Stall: 5 * time.Millisecond, Always: true})
	p := relayTo(t, s, func(r *Relay) { r.Connections = 3 })
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			raw := fmt.Appendf(nil, "Subject: %d\r\n\r\n%s", i, letter)
			r := p.Send(t.Context(), Envelope{From: from, To: fmt.Sprintf("c%d@cliente.test", i)},
				of(raw))
			if r.Outcome != Sent {
				t.Errorf("mail %d: %s %v", i, r.Outcome, r.Err)
			}
		})
	}
	all.Wait()
	if n := s.Connections(); n > 3 || n < 2 {
		t.Errorf("%d connections, want at most 3 and more than 1", n)
	}
	seen := map[string]bool{}
	for _, m := range s.Accepted() {
		var i int
		fmt.Sscanf(m.To[0], "c%d@", &i)
		if seen[m.To[0]] || !bytes.HasPrefix(m.Raw, fmt.Appendf(nil, "Subject: %d\r\n", i)) {
			t.Errorf("%s got %.20q, or got it twice", m.To[0], m.Raw)
		}
		seen[m.To[0]] = true
	}
	if len(seen) != 30 {
		t.Errorf("%d mails arrived, want 30", len(seen))
	}
}

// TestRelayTakesFewerConnections: whatever is configured, mail waits for those that it takes, and
// none is put off.
func TestRelayTakesFewerConnections(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{Most: 2})
	s.Script(mailtest.End, mailtest.Act{Stall: 2 * time.Millisecond, Always: true})
	p := relayTo(t, s, func(r *Relay) { r.Connections = 8 })
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			if r := send(t, p); r.Outcome != Sent {
				t.Errorf("%s: %v", r.Outcome, r.Err)
			}
		})
	}
	all.Wait()
	wantCopies(t, s, 60)
	if n := s.Connections(); n > 10 {
		t.Errorf("asked for a connection %d times", n)
	}
	s.Stop()
	want(t, send(t, p), Deferred, "")
}

func TestOneConnectionKeepsTheOrder(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	p := relayTo(t, s, func(r *Relay) { r.Connections = 1 })
	for i := range 10 {
		want(t, p.Send(t.Context(), Envelope{From: from, To: to},
			of(fmt.Appendf(nil, "X-N: %d\r\n\r\n", i))), Sent, "")
	}
	for i, m := range s.Accepted() {
		if string(m.Raw) != fmt.Sprintf("X-N: %d\r\n\r\n", i) {
			t.Errorf("mail %d is %q", i, m.Raw)
		}
	}
}

func TestCancel(t *testing.T) {
	for _, c := range []struct {
		at      mailtest.Step
		outcome Outcome
	}{
		{mailtest.Connect, Deferred}, {mailtest.EHLO, Deferred}, {mailtest.MAIL, Deferred},
		{mailtest.RCPT, Deferred}, {mailtest.DATA, Deferred}, {mailtest.End, Uncertain},
	} {
		t.Run(string(c.at), func(t *testing.T) {
			t.Parallel()
			s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
			s.Script(c.at, mailtest.Act{Stall: mailtest.Forever})
			// by then it has come so far
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			p := relayTo(t, s, func(r *Relay) { r.Timeout, r.FinalTimeout = time.Hour, time.Hour })
			r := p.Send(ctx, Envelope{From: from, To: to}, of(letter))
			want(t, r, c.outcome, "")
			if !errors.Is(r.Err, context.DeadlineExceeded) {
				t.Errorf("error %v does not say that it was cancelled", r.Err)
			}
			want(t, send(t, p), Sent, "")
		})
	}
}

func TestCancelledWhileWaitingForAConnection(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	s.Script(mailtest.End, mailtest.Act{Stall: mailtest.Forever})
	p := relayTo(t, s, func(r *Relay) { r.Connections = 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if r := p.Send(ctx, Envelope{From: from, To: to}, of(letter)); !errors.Is(r.Err,
				context.DeadlineExceeded) {
				t.Errorf("%s %v", r.Outcome, r.Err)
			}
		})
	}
	all.Wait()
}

func TestCloseWaitsAndLeavesNothing(t *testing.T) {
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	p := relayTo(t, s)
	s.Script(mailtest.End, mailtest.Act{Stall: 50 * time.Millisecond})
	done := make(chan Result, 1)
	go func() { done <- send(t, p) }()
	for len(s.Heard()) < 4 {
		time.Sleep(time.Millisecond)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	want(t, <-done, Sent, "")
	want(t, send(t, p), Deferred, "closed")
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	for end := time.Now().Add(mailtest.Patience); s.Open() > 0 &&
		time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	wantCopies(t, s, 1)
}

func TestMailsThatMustNotLeave(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	p := relayTo(t, s)
	dir, err := NewMaildir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	good := "Subject: x\r\n\r\nx\r\n"
	for _, c := range []struct{ name, from, to, raw, text string }{
		{"bare LF", from, to, "Subject: x\n\r\nx\r\n", "bare CR or LF at byte 10"},
		{"bare CR that hides a dot", from, to, "Subject: x\r\n\r\nx\r.\r\nMAIL FROM:<x@y>\r\n",
			"bare CR or LF"},
		{"LF first", from, to, "\nx\r\n", "byte 0"},
		{"CR last", from, to, good + "\r", "does not end"},
		{"no CRLF at the end", from, to, "Subject: x\r\n\r\nx", "does not end"},
		{"CR CR LF", from, to, "Subject: x\r\r\n\r\nx\r\n", "bare CR"},
		{"empty", from, to, "", "does not end"},
		{"no recipient", from, "", good, "no address"},
		{"a command in the recipient", from, "a@b>\r\nDATA", good, "no address"},
		{"parameters in the sender", "a@b> SIZE=1", to, good, "no address"},
		{"no domain", from, "luis", good, "no address"},
		{"domain that cannot be", from, "luis@a\u2028ñ.test", good, "no address"},
		{"letters that the relay does not take", from, "josé@cliente.test", good, "beyond ASCII"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want(t, p.Send(t.Context(), Envelope{From: c.from, To: c.to}, of([]byte(c.raw))),
				Refused, c.text)
			if c.text != "beyond ASCII" {
				want(t, dir.Send(t.Context(), Envelope{From: c.from, To: c.to}, of([]byte(c.raw))),
					Refused, c.text)
			}
		})
	}
	wantCopies(t, s, 0)
	want(t, send(t, p), Sent, "")
}

func TestAddressesBeyondASCII(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{Extensions: []string{"SMTPUTF8"}})
	p := relayTo(t, s)
	for to, heard := range map[string]string{
		"josé@cliente.test": "josé@cliente.test SMTPUTF8", "luis@año.test": "luis@xn--ao-zja.test ",
		"luis@cliente.test": "luis@cliente.test ",
	} {
		want(t, p.Send(t.Context(), Envelope{From: from, To: to}, of(letter)), Sent, "")
		mails := s.Accepted()
		m := mails[len(mails)-1]
		if got := m.To[0] + " " + m.Params; got != heard {
			t.Errorf("%s was sent as %q, want %q", to, got, heard)
		}
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	users := map[string]string{"soporte": "clave-secreta"}
	for _, mechanisms := range []string{"PLAIN LOGIN", "LOGIN", "PLAIN", "XOAUTH2 login"} {
		for _, security := range []string{"tls", "starttls", "none"} {
			s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{TLS: security, Users: users,
				Mechanisms: mechanisms})
			p := relayTo(t, s, func(r *Relay) {
				r.TLS, r.Username, r.Password = security, "soporte",
					"clave-secreta"
			})
			want(t, send(t, p), Sent, "")
			if m := s.Accepted()[0]; m.User != "soporte" || m.TLS != (security != "none") {
				t.Errorf("%s %s: user %q, TLS %v", mechanisms, security, m.User, m.TLS)
			}
		}
	}
}

func TestLoginRefusedIsHeldAndTellsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "clave-muy-secreta"
	plain := base64.StdEncoding.EncodeToString([]byte("\x00soporte\x00" + secret))
	for _, c := range []struct {
		name, mechanisms string
		act              mailtest.Act
		outcome          Outcome
		text             string
	}{
		{"wrong password", "PLAIN LOGIN", mailtest.Usual(), Held, "check username and password"},
		{"the relay repeats the password", "PLAIN",
			mailtest.Reply("535 5.7.8 bad password " + secret), Held, "535 5.7.8 bad password ***"},
		{"the relay repeats the response", "PLAIN",
			mailtest.Reply("535 5.7.8 cannot read " + plain), Held, "535 5.7.8 cannot read ***"},
		{"the relay repeats it and speaks no SMTP", "PLAIN",
			mailtest.Reply("2bad password " + secret), Held, "bad password ***"},
		{"454", "LOGIN", mailtest.Reply("454 4.7.0 directory is down"), Deferred,
			"454 4.7.0 directory is down"},
		{"no known mechanism", "GSSAPI", mailtest.Usual(), Held, "no login that buzon knows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mailtest.NewSmarthost(t,
				mailtest.SmarthostOptions{TLS: "starttls",
					Users: map[string]string{"soporte": "otra"}, Mechanisms: c.mechanisms})
			s.Script(mailtest.AUTH, c.act)
			p := relayTo(t, s, func(r *Relay) {
				r.TLS, r.Username, r.Password = "starttls",
					"soporte", secret
			})
			r := send(t, p)
			want(t, r, c.outcome, c.text)
			wantCopies(t, s, 0)
			for _, text := range []string{fmt.Sprintf("%+v %#v", r, r), r.Err.Error(),
				fmt.Sprintf("%v %+v %#v", p.relay, p.relay, p.relay)} {
				if strings.Contains(text, secret) || strings.Contains(text, plain) {
					t.Errorf("a secret shows in %s", text)
				}
			}
		})
	}
}

// Whatever is wrong with TLS: the mail is held, and neither login nor mail goes in clear.
func TestTLSIsAsConfiguredOrNotAtAll(t *testing.T) {
	known := mailtest.Certify(t, time.Hour)
	for _, c := range []struct {
		name, relay, smarthost string
		certificate            mailtest.Certificate
		step                   mailtest.Step
		act                    mailtest.Act
		outcome                Outcome
		text                   string
	}{
		{"no STARTTLS", "starttls", "none", known, "", mailtest.Usual(), Held,
			"offers no STARTTLS"},
		{"STARTTLS stripped", "starttls", "starttls", known, mailtest.EHLO,
			mailtest.Reply("250-smarthost.test\r\n250 AUTH PLAIN LOGIN"), Held,
			"offers no STARTTLS"},
		{"EHLO refused, HELO taken", "starttls", "starttls", known, mailtest.EHLO,
			mailtest.Reply("502 5.5.1 HELO please"), Held, "offers no STARTTLS"},
		{"STARTTLS refused", "starttls", "starttls", known, mailtest.STARTTLS,
			mailtest.Reply("454 4.7.0 TLS not available"), Deferred, "454 4.7.0 TLS not available"},
		{"STARTTLS answered in clear", "starttls", "starttls", known, mailtest.STARTTLS,
			mailtest.Reply("220 go\r\n250-injected\r\n250 AUTH PLAIN"), Held, "TLS"},
		{"STARTTLS and cut", "starttls", "starttls", known, mailtest.STARTTLS, mailtest.Cut(),
			Deferred, ""},
		{"unknown signer", "starttls", "starttls", mailtest.Certify(t, time.Hour), "",
			mailtest.Usual(), Held, "unknown authority"},
		{"expired", "starttls", "starttls", mailtest.Certify(t, -time.Minute), "", mailtest.Usual(),
			Held, "expired"},
		{"other name", "starttls", "starttls", mailtest.Certify(t, time.Hour, "otro.test"), "",
			mailtest.Usual(), Held, "127.0.0.1"},
		{"unknown signer, tls", "tls", "tls", mailtest.Certify(t, time.Hour), "", mailtest.Usual(),
			Held, "unknown authority"},
		{"tls to a plain port", "tls", "none", known, "", mailtest.Usual(), Held, "TLS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mailtest.NewSmarthost(t,
				mailtest.SmarthostOptions{TLS: c.smarthost, Certificate: c.certificate,
					Users: map[string]string{"soporte": "clave"}})
			s.Script(c.step, c.act)
			p := relayTo(t, s, func(r *Relay) {
				r.TLS, r.Username, r.Password = c.relay, "soporte", "clave"
				if strings.Contains(c.name, "unknown") {
					r.RootCAs = known.Pool
				}
			})
			want(t, send(t, p), c.outcome, c.text)
			wantCopies(t, s, 0)
			for _, l := range s.Lines() {
				if verb, _, _ := strings.Cut(l.Text, " "); verb == "AUTH" || verb == "MAIL" ||
					strings.Contains(l.Text, "Subject") {
					t.Errorf("sent although TLS failed: %q", l.Text)
				}
			}
		})
	}
}

func TestOldTLSIsNotSpoken(t *testing.T) {
	t.Parallel()
	for _, security := range []string{"tls", "starttls"} {
		s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{TLS: security,
			MaxTLS: tls.VersionTLS11})
		want(t, send(t, relayTo(t, s, func(r *Relay) { r.TLS = security })), Held, "version")
	}
}

func TestCheckLogsIn(t *testing.T) {
	t.Parallel()
	s := mailtest.NewSmarthost(
		t, mailtest.SmarthostOptions{Users: map[string]string{"soporte": "clave"}})
	p := relayTo(t, s, func(r *Relay) { r.Username, r.Password = "soporte", "clave" })
	if err := p.Check(t.Context()); err != nil {
		t.Error(err)
	}
	s.Script(mailtest.AUTH, mailtest.Reply("535 no"))
	if err := p.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "535 no") {
		t.Errorf("error %v, want the relay's answer", err)
	}
}

func TestRelayConfiguration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		relay Relay
		want  string // in the error; "" = good
	}{
		{Relay{Host: "smtp.ejemplo.test"}, ""},
		{Relay{Host: "127.0.0.1", TLS: "none"}, ""},
		{Relay{Host: "::1", TLS: "none"}, ""},
		{Relay{Host: "10.0.0.1", TLS: "none", AllowPlain: true}, ""},
		{Relay{}, "host"},
		{Relay{Host: "smtp ejemplo"}, "host"},
		{Relay{Host: "10.0.0.1", TLS: "none"}, `tls = "none"`},
		{Relay{Host: "x.test", TLS: "ssl"}, `tls = "ssl"`},
		{Relay{Host: "x.test", Port: 70000}, "port 70000"},
		{Relay{Host: "x.test", Username: "a"}, "password"},
		{Relay{Host: "x.test", Password: "geheim"}, "no username"},
		{Relay{Host: "x.test", Hello: "a b"}, "hello"},
		{Relay{Host: "x.test", Connections: -1}, "negative"},
	} {
		p, err := NewRelay(c.relay)
		if got := fmt.Sprint(err); (err == nil) != (c.want == "") ||
			!strings.Contains(got, c.want) || strings.Contains(got, "geheim") {
			t.Errorf("%v: error %v, want %q", c.relay, err, c.want)
		}
		if err == nil && (p.relay.Port == 0 || p.relay.FinalTimeout != 10*time.Minute ||
			p.relay.PerConnection != 100 || p.relay.Idle != 45*time.Second) {
			t.Errorf("%v: defaults are missing", c.relay)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add("550 no\r\nsuch \x1b[31m user \xff")
	f.Add(strings.Repeat("ñ", 300))
	f.Add("AHNvcG9ydGUAZ2VoZWlt geheim Z2VoZWlt")
	p, err := NewRelay(Relay{Host: "x.test", Username: "soporte", Password: "geheim"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, said string) {
		got := p.reply(550, said)
		if len(got) > maxReply || !utf8.ValidString(got) ||
			strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) ||
			strings.Contains(got, "geheim") || strings.Contains(got, "Z2VoZWlt") {
			t.Errorf("%q became %q", said, got)
		}
	})
}

func BenchmarkSend(b *testing.B) {
	s := mailtest.NewSmarthost(b, mailtest.SmarthostOptions{})
	p, err := NewRelay(Relay{Host: "127.0.0.1", Port: s.Port(), TLS: "none"})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	raw := append(bytes.Clone(letter), bytes.Repeat([]byte("0123456789abcdef0123456789abcdef\r\n"),
		300)...)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if r := p.Send(b.Context(), Envelope{From: from, To: to}, of(raw)); r.Outcome != Sent {
			b.Fatal(r.Err)
		}
	}
}

// of is a mail as the store hands it over.
func of(raw []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(raw), 0, int64(len(raw)))
}
