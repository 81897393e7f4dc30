package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// opened opens a ticket of the person and tells of it, and returns which notices are owed and which
// were held back.
func opened(t testing.TB, s *Store, by desk.Person, with func(*Telling)) (owed, held string) {
	t.Helper()
	k := openTicket(t, s, by, "x")
	e := Telling{Event: desk.Event{Kind: desk.TicketOpened, Ticket: k, Author: by,
		Item: desk.Item{Number: 1, Visibility: desk.Public}}}
	if with != nil {
		with(&e)
	}
	write(t, s, func(tx *Tx) error { return tx.Tell(ctx, e) })
	return told(t, s, k.Number)
}

// told is what is owed about a ticket: what goes now, and what a cap holds, with its reason.
func told(t testing.TB, s *Store, ticket int64) (owed, held string) {
	t.Helper()
	var out, back []string
	for _, o := range must(s.Outbox(ctx, OutboxFilter{Ticket: ticket}))(t) {
		name := string(o.Kind)
		if o.Details.Welcome {
			name += " welcome"
		}
		if o.State == Held {
			back = append([]string{string(o.Kind) + ": " + o.LastReply}, back...)
		} else {
			out = append([]string{name}, out...)
		}
	}
	for _, a := range must(s.Activities(ctx, ticket))(t) {
		if a.What == "not_told" {
			back = append(back, a.New)
		}
	}
	return strings.Join(out, ","), strings.Join(back, ",")
}

// letGo releases what may go and returns what is due then.
func letGo(t testing.TB, s *Store) (list []Outgoing) {
	t.Helper()
	for _, o := range must(s.DueMails(ctx, s.Now(), 999))(t) {
		if o.Capped() {
			check(t, s.Release(ctx, o.ID))
		}
	}
	return must(s.DueMails(ctx, s.Now(), 999))(t)
}

// sendAll sends what may go, and says what it was.
func sendAll(t testing.TB, s *Store) (sent []string) {
	t.Helper()
	for list := letGo(t, s); len(list) > 0; list = letGo(t, s) {
		for _, o := range list {
			what := string(o.Kind)
			for _, c := range must(s.Carries(ctx, o.ID, 999))(t) {
				what += fmt.Sprintf(" +%d", c.Ticket)
			}
			sent = append(sent, what)
			write(t, s, func(tx *Tx) error { return tx.Sent(ctx, o, "250") })
		}
	}
	return sent
}

func TestAcknowledgementsToOneAddress(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	for i, step := range []struct {
		wait       time.Duration
		owed, held string
		sent       string // before
	}{
		{0, "ack welcome", "", "[]"},
		{20 * time.Second, "", "ack: acknowledged a moment ago", "[ack]"},
		{20 * time.Second, "", "ack: acknowledged a moment ago", "[]"},
		{20 * time.Second, "", "ack: acknowledged a moment ago", "[ack +3]"}, // both numbers in one
		{time.Minute, "", "ack: acknowledged a moment ago", "[ack]"},
	} {
		c.move(step.wait)
		same(t, fmt.Sprintf("sent before mail %d", i), sendAll(t, s), step.sent)
		owed, held := opened(t, s, by, nil)
		same(t, fmt.Sprintf("mail %d", i), []string{owed, held}, []string{step.owed, step.held})
	}
	s.Close()
	again := open(t, s.Dir(), Options{Now: c.now})
	_, held := opened(t, again, by, nil)
	same(t, "after a restart", held, "ack: acknowledged a moment ago")
}

func TestAcknowledgementsOfADay(t *testing.T) {
	for name, c := range map[string]struct {
		stranger bool
		most     int
		caps     Caps
	}{
		"known":             {false, 20, Caps{}},
		"stranger":          {true, 5, Caps{}},
		"as configured":     {false, 7, Caps{AcksADay: 7}},
		"stranger, no more": {true, 2, Caps{AcksADay: 2}},
	} {
		s, clock := newStore(t)
		by := addPerson(t, s, desk.Customer, "carla@cliente.test")
		write := func() (owed, held string) {
			clock.move(10 * time.Minute)
			return opened(t, s, by, func(e *Telling) { e.Stranger, e.Caps = c.stranger, c.caps })
		}
		for i := range c.most {
			if owed, held := write(); !strings.HasPrefix(owed, "ack") || held != "" {
				t.Errorf("%s: mail %d: %s, held %s", name, i, owed, held)
			}
		}
		for range 2 {
			_, held := write()
			same(t, name, held, "ack: acknowledged often today")
		}
		sendAll(t, s)
		clock.move(24*time.Hour - 10*time.Minute*time.Duration(c.most+1) - time.Second)
		same(t, name+" before a day has gone", sendAll(t, s), "[]")
		clock.move(time.Second)
		same(t, name+" a day after the first", sendAll(t, s), fmt.Sprintf("[ack +%d]", c.most+2))
	}
}

func TestNoCapOnTheTimeBetweenAcknowledgements(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	for range 3 {
		owed, _ := opened(t, s, by, func(e *Telling) { e.Caps.AckEvery = -1 })
		same(t, "ack_every = 0s", strings.HasPrefix(owed, "ack"), true)
	}
}

// That production is down is acknowledged whatever the caps; of many in a minute the numbers come
// in one mail.
func TestProductionDownIsAcknowledged(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	caps := func(down bool) func(*Telling) {
		return func(e *Telling) {
			e.Stranger, e.Caps, e.Ticket.ProductionDown = true, Caps{AcksADay: 2, AcksAll: 1}, down
		}
	}
	opened(t, s, by, caps(false))
	_, held := opened(t, s, by, caps(false))
	same(t, "another case", held, "ack: acknowledged a moment ago")
	owed, held := opened(t, s, by, caps(true))
	same(t, "production is down", []string{owed, held}, []string{"ack_production_down", ""})
	_, held = opened(t, s, by, caps(true))
	same(t, "again in the minute", held, "ack_production_down: acknowledged a moment ago")
	sendAll(t, s)
	c.move(time.Minute)
	same(t, "a minute later", sendAll(t, s), "[ack_production_down +2]")
}

func TestSilence(t *testing.T) {
	s, _ := newStore(t)
	addPerson(t, s, desk.Agent, "ana@ejemplo.test", team)
	owed, held := opened(t, s, addPerson(t, s, desk.Customer, "robot@cliente.test"),
		func(e *Telling) { e.Silent = true })
	same(t, "a machine", []string{owed, held},
		[]string{"new_ticket", "ack: a machine, or an address that may be somebody else's"})
}

func TestAcknowledgementsToStrangers(t *testing.T) {
	s, c := newStore(t)
	addPerson(t, s, desk.Admin, "jefa@ejemplo.test")
	caps := Caps{AcksDomain: 3, AcksAll: 5}
	n := 0
	ack := func(domain string, stranger bool) string {
		n++
		owed, _ := opened(t, s, addPerson(t, s, desk.Customer, fmt.Sprintf("x%d@%s", n, domain)),
			func(e *Telling) { e.Stranger, e.Caps = stranger, caps })
		return strings.TrimSuffix(owed, ",new_ticket")
	}
	for range 6 { // people who are known have no part in the caps of strangers
		same(t, "known", ack("conocido.test", false), "ack welcome")
	}
	for _, step := range []struct {
		domain string
		acked  bool
	}{{"bot.test", true}, {"bot.test", true}, {"bot.test", true}, {"bot.test", false},
		{"sub.bot.test", true}, {"otra.test", false}, {"mas.test", false}} {
		same(t, "stranger of "+step.domain, strings.HasPrefix(ack(step.domain, true), "ack"),
			step.acked)
	}
	same(t, "known", ack("bot.test", false), "ack welcome")
	var alarms []string
	for _, o := range must(s.Outbox(ctx, OutboxFilter{}))(t) {
		if o.Kind == desk.AlarmNotice {
			alarms = append(alarms, o.Details.Reason+" "+o.Details.Failed+" to "+o.Address)
		}
	}
	same(t, "the admins hear of each breaker once", alarms,
		"[breaker  to jefa@ejemplo.test breaker_domain bot.test to jefa@ejemplo.test]")
	sendAll(t, s)
	c.move(time.Hour + time.Minute)
	sent := sendAll(t, s)
	same(t, "what was held has gone", strings.Count(strings.Join(sent, ","), "ack"), 3)
	same(t, "an hour later", strings.HasPrefix(ack("bot.test", true), "ack"), true)
}

// A breaker trips at many times what is usual.
func TestBreakersGrowWithTheUsualTraffic(t *testing.T) {
	s, c := newStore(t)
	usual := func(perHour int, domain string) {
		write(t, s, func(tx *Tx) error {
			for hour := 25; hour < 25+14*24; hour++ {
				for range perHour {
					_, err := tx.exec(ctx,
						`INSERT INTO outbox (kind, ticket, item, person, address, stranger, mailbox, details, state, created_at, next_at, settled_at)
						VALUES ('ack', 1, 1, 1, $1, 1, '', '{}', 'sent', $2, 0, 1)`, "x@"+domain,
						c.now().Add(-time.Duration(hour)*time.Hour).UnixMilli())
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	usual(3, "grande.test")
	usual(1, "otra.test")
	for domain, want := range map[string]int{"": 40, "grande.test": 30, "otra.test": 10,
		"nueva.test": 5} {
		write(t, s, func(tx *Tx) error {
			n, err := tx.breaker(ctx, domain, 5, c.now())
			if n < want-1 || n > want { // the first hour is not whole
				t.Errorf("%q: the breaker trips at %d, want %d", domain, n, want)
			}
			return err
		})
	}
}

func TestManyMailsAboutOneTicket(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	pepe := addPerson(t, s, desk.Customer, "pepe@cliente.test")
	ana := addPerson(t, s, desk.Agent, "ana@ejemplo.test", team, onCall)
	k := openTicket(t, s, by, "x")
	k.Followers = append(k.Followers, pepe)
	tell := func(kind desk.EventKind, author desk.Person, n int) (to map[string]int) {
		before := must(s.Outbox(ctx, OutboxFilter{}))(t)
		for range n {
			write(t, s, func(tx *Tx) error {
				return tx.Tell(ctx, Telling{Event: desk.Event{Kind: kind, Ticket: k, Author: author,
					Item: desk.Item{Number: 1, Visibility: desk.Public}},
					Caps: Caps{AgentsAMinute: 99}})
			})
		}
		to = map[string]int{}
		for _, o := range must(s.Outbox(ctx, OutboxFilter{Limit: 9999}))(t)[:] {
			if len(before) == 0 || o.ID > before[0].ID {
				to[o.Address+" "+string(o.State)]++
			}
		}
		return to
	}
	same(t, "of a customer", tell(desk.ItemWritten, by, 25),
		map[string]int{"ana@ejemplo.test due": 20, "ana@ejemplo.test held": 5,
			"pepe@cliente.test due": 20, "pepe@cliente.test held": 5})
	same(t, "the alarm", tell(desk.ProductionFell, by, 1)["ana@ejemplo.test due"], 1)
	same(t, "an agent's words", tell(desk.ItemWritten, ana, 25),
		map[string]int{"carla@cliente.test due": 25, "pepe@cliente.test due": 25})
	sendAll(t, s)
	c.move(time.Hour)
	same(t, "what was held", sendAll(t, s), "[item +1 +1 +1 +1 +1 list +1 +1 +1 +1 +1]")
	c.move(6 * time.Minute)
	same(t, "an hour later", tell(desk.ItemWritten, by, 1)["ana@ejemplo.test due"], 1)
}

// Past a few notices in a minute an agent gets a list of them in each minute.
func TestAgentsGetAList(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "monitor@cliente.test")
	ana := addPerson(t, s, desk.Agent, "ana@ejemplo.test", team, onCall)
	addPerson(t, s, desk.Agent, "beto@ejemplo.test")
	mails, notices := 0, 0
	for minute := range 60 {
		for range 10 {
			opened(t, s, by, nil)
		}
		for _, o := range letGo(t, s) {
			if o.Address == ana.Address() {
				mails++
				notices += max(1, len(must(s.Carries(ctx, o.ID, 999))(t)))
			}
			write(t, s, func(tx *Tx) error { return tx.Sent(ctx, o, "250") })
		}
		if minute == 0 {
			same(t, "in the first minute", mails, 6)
		}
		c.move(time.Minute)
	}
	if mails > 60 || mails < 30 {
		t.Errorf("%d mails in an hour", mails)
	}
	c.move(time.Hour)
	for _, o := range letGo(t, s) {
		notices += len(must(s.Carries(ctx, o.ID, 999))(t))
	}
	same(t, "notices", notices, 600)
	owed, _ := opened(t, s, by, func(e *Telling) { e.Ticket.ProductionDown = true })
	same(t, "production down", owed, "ack_production_down,production_down")
}

func TestAlertsAreFoldedBySenderAndMinute(t *testing.T) {
	s, c := newStore(t)
	addPerson(t, s, desk.Agent, "guardia@ejemplo.test", onCall)
	down := func(by desk.Person) (alerts int) {
		owed, _ := opened(t, s, by, func(e *Telling) { e.Ticket.ProductionDown = true })
		return strings.Count(owed, "production_down") - strings.Count(owed, "ack_production_down")
	}
	carla, pepe := addPerson(t, s, desk.Customer, "carla@cliente.test"),
		addPerson(t, s, desk.Customer, "pepe@cliente.test")
	same(t, "one, and another", []int{down(carla), down(pepe), down(carla), down(carla)},
		"[1 1 1 1]")
	same(t, "of the same again", []int{down(carla), down(carla)}, "[0 0]")
	same(t, "while a list waits", down(pepe), 0)
	sendAll(t, s)
	c.move(time.Minute)
	same(t, "a minute later", strings.Contains(strings.Join(sendAll(t, s), ","),
		"list +5 +6 +7"), true)
	c.move(time.Hour)
	alerts := 0
	for i := range 50 {
		alerts += down(addPerson(t, s, desk.Customer, fmt.Sprintf("x%d@cliente.test", i)))
	}
	same(t, "of a great many senders", alerts, 20)
}

// Notices about no ticket count by what they are about: many quarantined mails do not swallow the
// alarm that a mailbox is down, nor does one that waits keep back another.
func TestNoticesAboutNoTicket(t *testing.T) {
	s, c := newStore(t)
	addPerson(t, s, desk.Admin, "jefa@ejemplo.test", team)
	for i := range 40 {
		write(t, s, func(tx *Tx) error {
			return tx.Tell(ctx, Telling{Event: desk.Event{Kind: desk.MailQuarantined},
				Mail: int64(i + 1)})
		})
	}
	check(t, s.AlarmIMAP(ctx, "soporte@imap", "", "down", "refused"))
	due := must(s.DueMails(ctx, c.now(), 99))(t)
	same(t, "the first", due[0].Kind, desk.MailboxDownNotice)
	same(t, "due", len(due), 7)
	write(t, s, func(tx *Tx) error {
		return tx.Defer(ctx, due[1].ID, Due, "450",
			c.now().Add(time.Hour))
	})
	same(t, "due when one is put off", len(must(s.DueMails(ctx, c.now(), 99))(t)), 6)
	sendAll(t, s)
	c.move(time.Minute)
	same(t, "the others", strings.Count(sendAll(t, s)[0], "+"), 34)
}

// The fourth mail of a day that answers what looks like a responder's waits, whatever kind it is; a
// stranger's third.
func TestResponders(t *testing.T) {
	s, c := newStore(t)
	n := 0
	ack := func(address string, stranger bool) bool {
		n++
		c.move(2 * time.Minute)
		owed, _ := opened(t, s, addPerson(t, s, desk.Customer, address),
			func(e *Telling) { e.Stranger, e.Echo = stranger, true })
		return strings.HasPrefix(owed, "ack")
	}
	for i, want := range []bool{true, true, false, false, false} {
		same(t, fmt.Sprint("stranger ", i), ack(fmt.Sprintf("bot%d@s%d.bot.test", i, i),
			true), want)
	}
	same(t, "one of another domain", ack("x@otra.test", true), true)
	same(t, "one who is known", ack("y@bot.test", false), true)
	sendAll(t, s)
	c.move(24 * time.Hour)
	same(t, "a day later", len(sendAll(t, s)) > 0, true)
}

// An agent's answer brings the number that was held back.
func TestAnswerCarriesTheNumber(t *testing.T) {
	s, c := newStore(t)
	by, ana := addPerson(t, s, desk.Customer, "carla@cliente.test"),
		addPerson(t, s, desk.Agent, "ana@ejemplo.test")
	opened(t, s, by, nil)
	k := openTicket(t, s, by, "x")
	tell := func(kind desk.EventKind, author desk.Person) {
		write(t, s, func(tx *Tx) error {
			return tx.Tell(ctx, Telling{Event: desk.Event{Kind: kind, Ticket: k, Author: author,
				Item: desk.Item{Number: 1, Visibility: desk.Public}}})
		})
	}
	tell(desk.TicketOpened, by)
	tell(desk.ItemWritten, ana)
	same(t, "sent", sendAll(t, s), "[item +2 ack]") // an agent's words go first
	c.move(time.Hour)
	same(t, "later", sendAll(t, s), "[]")
}

func TestAlarmGoesToEverybodyOnCallAtOnce(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	addPerson(t, s, desk.Agent, "guardia@ejemplo.test", onCall)
	addPerson(t, s, desk.Agent, "ana@ejemplo.test", team, onCall)
	addPerson(t, s, desk.Admin, "jefa@ejemplo.test", team)
	addPerson(t, s, desk.Agent, "beto@ejemplo.test", team)
	addPerson(t, s, desk.Agent, "ida@ejemplo.test", team, func(p *desk.Person) { p.Active = false })
	owed, held := opened(t, s, by, func(e *Telling) {
		e.Ticket.ProductionDown,
			e.Details.EchoSender = true, true
	})
	same(t, "owed", []string{owed, held},
		[]string{"ack_production_down " +
			"welcome,production_down,production_down,production_down,new_ticket", ""})
}
