package mailin

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestC20GuessesAreSlowed: who brings many forged addresses waits, and nobody else does; every mail
// is filed, and a right address among wrong ones gets the answer that it always gets.
func TestC20GuessesAreSlowed(t *testing.T) {
	t.Parallel()
	g := new(Guesses)
	h := newHouse(t, func(o *Options) { o.Guesses = g })
	n := h.opened()
	forger, other := netip.MustParseAddr(forgerServer), netip.MustParseAddr(ourServer)
	for i := range guessesAnHour {
		if g.Slow(forger, h.now) {
			t.Fatalf("slow after %d", i)
		}
		to := fmt.Sprintf("soporte+c%d.p2.a%s@ejemplo.test", n, strings.Repeat("a", 19)+
			string("abcdefghijklmnopqrstuvwxyz"[i]))
		env := by(forgerServer, "x@mal.test")
		env.To = []string{to}
		m := h.file(h.plain("x@mal.test", to, fmt.Sprintf("[Caso #%d] x", n),
			fmt.Sprintf("Hola %d.", i)), env)
		if m.Ticket == n || m.Evidence != "N" || m.Outcome != store.OutcomeTicket {
			t.Fatalf("a forged address: %+v", m)
		}
	}
	alarms := func() (list []string) {
		for _, o := range must(h.store.Outbox(h.t.Context(), store.OutboxFilter{})) {
			if o.Kind == desk.AlarmNotice {
				list = append(list, o.Address+": "+o.Details.Reason+" "+o.Details.Failed)
			}
		}
		return list
	}
	if got := fmt.Sprint(alarms()); got != "[admin@ejemplo.test: guesses x@mal.test]" {
		t.Errorf("the admins hear %s", got)
	}
	later := h.now.Add(time.Hour / guessesAnHour)
	if !g.Slow(forger, h.now) || g.Slow(other, h.now) || g.Slow(forger, later) {
		t.Errorf("slow: forger %v, another %v; later %v", g.Slow(forger, h.now),
			g.Slow(other, h.now), g.Slow(forger, later))
	}
	honest := by(forgerServer, customer)
	if m := h.file(h.plain(customer, h.token(n, customer), "x", "Sigue."), honest); m.Ticket != n {
		t.Errorf("honest mail that was taken: %+v", m)
	}
	for _, pair := range [][2]string{{"2001:db8::1", "2001:db8::ffff"},
		{"::ffff:192.0.2.1", "192.0.2.1"}} {
		for range guessesAnHour {
			g.Forged(pair[0], "", h.now)
		}
		if !g.Slow(netip.MustParseAddr(pair[1]), h.now) {
			t.Errorf("%v are two", pair)
		}
	}
}

// TestC20FetchedGuesses: of mail that is fetched nobody knows the server: its sender is counted,
// and the admins hear of him once.
func TestC20FetchedGuesses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.Guesses = new(Guesses) })
	n := h.opened()
	alarms := 0
	for i := range 2 * guessesAnHour {
		to := fmt.Sprintf("soporte+c%d.p2.a%s@ejemplo.test", n, strings.Repeat("a", 20))
		text := fmt.Sprintf("Hola %d.", i)
		env := store.Envelope{Door: "imap:soporte", To: []string{box}, Received: h.now}
		told := h.told(func() { h.file(h.plain("x@mal.test", to, "x", text), env) })
		alarms += strings.Count(told, "alarm ")
		if want := i >= guessesAnHour-1; (alarms == 1) != want {
			t.Fatalf("after %d: %d alarms", i+1, alarms)
		}
	}
}

// TestC08ForgedTokens: whatever is changed of a valid address, the mail is filed, and not in that
// ticket, though its subject names it.
func TestC08ForgedTokens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n, other := h.opened(), h.opened()
	good := h.token(n, customer)
	at := strings.IndexByte(good, '@')
	list := []string{
		strings.Replace(good, fmt.Sprintf("+c%d.", n), fmt.Sprintf("+c%d.", other), 1),
		strings.Replace(good, "soporte+", "ventas+", 1),
		h.token(n, agent)[:at-10] + good[at-10:],
	}
	for _, shapeless := range []string{good[:at] + "." + good[at:], good[:at] +
		strings.Repeat("a", 64<<10) + good[at:]} {
		if m := h.file(h.plain(customer, shapeless, "Otra cosa",
			"Hola a todos.")); m.Outcome != store.OutcomeTicket || m.Evidence != "N" {
			t.Errorf("%.80s: %s, evidence %s", shapeless, m.Outcome, m.Evidence)
		}
	}
	for i := strings.LastIndexByte(good[:at], '.') + 1; i < at; i++ {
		c := byte('a')
		if good[i] == c {
			c = 'b'
		}
		list = append(list, good[:i]+string(c)+good[i+1:])
	}
	for i, to := range list {
		m := h.file(h.plain(customer, to, fmt.Sprintf("[Caso #%d] x", n),
			fmt.Sprintf("cerrar %d", i)))
		if m.Ticket == n || m.Ticket == other || m.Outcome == store.OutcomePending ||
			m.Outcome == "" {
			t.Errorf("%.80s: %s by rule %s, evidence %s, case %d", to, m.Outcome, m.Rule,
				m.Evidence, m.Ticket)
		}
	}
	if m := h.file(h.plain(customer, strings.ToUpper(good[:at])+good[at:], "x",
		"Sigue.")); m.Ticket != n || m.Evidence != "T" {
		t.Errorf("in capitals: %+v", m)
	}
}

// TestC01TwelveCells: of an agent's From that passes, that proves nothing and that fails, with his
// own address, another agent's, the customer's or none, "#cerrar" runs with his own alone, unless
// it fails.
func TestC01TwelveCells(t *testing.T) {
	t.Parallel()
	ran := 0
	for proof, server := range map[string]string{"A2": ourServer, "A1": "", "A0": forgerServer} {
		for _, token := range []string{agent, "luis@ejemplo.test", customer, ""} {
			h := provenHouse(t)
			n := h.opened()
			to, env := box, by(server, agent)
			if env.Received = h.now; server == "" {
				env.Door = "deliver"
			}
			if token != "" {
				to = h.token(n, token)
			}
			var m store.Mail
			told := h.told(
				func() {
					m = h.file(h.plain(agent, to, "Re: x", "#cerrar\nPague en la cuenta 666."),
						env)
				})
			runs := token == agent && proof != "A0"
			closed := h.ticket(n).ClosedAt.After(time.Time{})
			if m.Proof != proof || closed != runs || strings.Contains(told, customer) != runs {
				t.Errorf("%s with the address of %q: proof %s, rule %s, closed %v, told %s", proof,
					token, m.Proof, m.Rule, closed, told)
			}
			if closed {
				ran++
			}
		}
	}
	if ran != 2 {
		t.Errorf("it runs in %d of 12 cells", ran)
	}
}
