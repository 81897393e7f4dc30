package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// opened opens a ticket of the person and tells of it, and returns which notices are owed and which were held back.
func opened(t testing.TB, s *Store, by desk.Person, with func(*Telling)) (owed, held string) {
	t.Helper()
	k := openTicket(t, s, by, "x")
	e := Telling{Event: desk.Event{Kind: desk.TicketOpened, Ticket: k, Author: by, Item: desk.Item{Number: 1, Visibility: desk.Public}}}
	if with != nil {
		with(&e)
	}
	write(t, s, func(tx *Tx) error { return tx.Tell(ctx, e) })
	return told(t, s, k.Number)
}

func told(t testing.TB, s *Store, ticket int64) (owed, held string) {
	t.Helper()
	var out, back []string
	for _, o := range must(s.Outbox(ctx, OutboxFilter{Ticket: ticket}))(t) {
		name := string(o.Kind)
		if o.Details.Welcome {
			name += " welcome"
		}
		out = append([]string{name}, out...)
	}
	for _, a := range must(s.Activities(ctx, ticket))(t) {
		if a.What == "not_told" {
			back = append(back, a.New)
		}
	}
	return strings.Join(out, ","), strings.Join(back, ",")
}

func TestAcknowledgementsToOneAddress(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	for i, step := range []struct {
		wait       time.Duration
		owed, held string
	}{
		{0, "ack welcome", ""},
		{9 * time.Minute, "", "ack: acknowledged a moment ago"},
		{time.Minute, "ack", ""},
		{10 * time.Minute, "ack", ""},
		{10 * time.Minute, "ack", ""},
		{10 * time.Minute, "ack", ""},
		{10 * time.Minute, "", "ack: acknowledged often today"},
		{10 * time.Hour, "", "ack: acknowledged often today"},
		{14 * time.Hour, "ack", ""},
	} {
		c.move(step.wait)
		owed, held := opened(t, s, by, nil)
		same(t, fmt.Sprintf("mail %d", i), []string{owed, held}, []string{step.owed, step.held})
	}
	s.Close()
	again := open(t, s.Dir(), Options{Now: c.now})
	_, held := opened(t, again, by, nil)
	same(t, "after a restart", held, "ack: acknowledged a moment ago")
}

func TestSilence(t *testing.T) {
	s, _ := newStore(t)
	addPerson(t, s, desk.Agent, "ana@ejemplo.test", team)
	owed, held := opened(t, s, addPerson(t, s, desk.Customer, "robot@cliente.test"), func(e *Telling) { e.Silent = true })
	same(t, "a machine", []string{owed, held}, []string{"new_ticket", ""})
}

func TestAcknowledgementsToStrangers(t *testing.T) {
	s, c := newStore(t)
	caps := Caps{AcksDomain: 3, AcksAll: 5}
	n := 0
	ack := func(domain string, stranger bool) string {
		n++
		owed, _ := opened(t, s, addPerson(t, s, desk.Customer, fmt.Sprintf("x%d@%s", n, domain)), func(e *Telling) { e.Stranger, e.Caps = stranger, caps })
		return owed
	}
	for range 6 { // people who are known have no part in the caps of strangers
		same(t, "known", ack("conocido.test", false), "ack welcome")
	}
	for _, step := range []struct {
		domain string
		acked  bool
	}{{"bot.test", true}, {"bot.test", true}, {"bot.test", true}, {"bot.test", false}, {"sub.bot.test", true}, {"otra.test", true}, {"mas.test", false}} {
		same(t, "stranger of "+step.domain, ack(step.domain, true) != "", step.acked)
	}
	same(t, "known", ack("bot.test", false), "ack welcome")
	c.move(time.Hour + time.Minute)
	same(t, "an hour later", ack("bot.test", true), "ack welcome")
}

func TestManyMailsAboutOneTicket(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	ana := addPerson(t, s, desk.Agent, "ana@ejemplo.test", team, onCall)
	k := openTicket(t, s, by, "x")
	tell := func(kind desk.EventKind, author desk.Person) {
		write(t, s, func(tx *Tx) error {
			return tx.Tell(ctx, Telling{Event: desk.Event{Kind: kind, Ticket: k, Author: author, Item: desk.Item{Number: 1, Visibility: desk.Public}}})
		})
	}
	count := func() (owed, held int) {
		o, h := told(t, s, k.Number)
		return strings.Count(o, "item"), strings.Count(h, "many mails")
	}
	for range 25 {
		tell(desk.ItemWritten, by)
	}
	owed, held := count()
	same(t, "of a customer, to the agent", []int{owed, held}, []int{20, 5})
	tell(desk.ProductionFell, by)
	all, _ := told(t, s, k.Number)
	same(t, "the alarm", strings.HasSuffix(all, "production_down"), true)
	for range 25 {
		tell(desk.ItemWritten, ana)
	}
	owed, held = count()
	same(t, "an agent's words", []int{owed, held}, []int{45, 5})
	c.move(time.Hour)
	tell(desk.ItemWritten, by)
	owed, _ = count()
	same(t, "an hour later", owed, 46)
}

func TestManyTicketsOfOneRequester(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "monitor@cliente.test")
	addPerson(t, s, desk.Agent, "ana@ejemplo.test", team, onCall)
	told := 0
	for range 30 {
		owed, _ := opened(t, s, by, nil)
		told += strings.Count(owed, "new_ticket")
	}
	same(t, "agents are told of", told, 20)
	owed, _ := opened(t, s, by, func(e *Telling) { e.Ticket.ProductionDown = true })
	same(t, "production down", owed, "production_down")
}

func TestAlarmGoesToEverybodyOnCallAtOnce(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	addPerson(t, s, desk.Agent, "guardia@ejemplo.test", onCall)
	addPerson(t, s, desk.Agent, "ana@ejemplo.test", team, onCall)
	addPerson(t, s, desk.Admin, "jefa@ejemplo.test", team)
	addPerson(t, s, desk.Agent, "beto@ejemplo.test", team)
	addPerson(t, s, desk.Agent, "ida@ejemplo.test", team, func(p *desk.Person) { p.Active = false })
	owed, held := opened(t, s, by, func(e *Telling) { e.Ticket.ProductionDown, e.Details.EchoSender = true, true })
	same(t, "owed", []string{owed, held}, []string{"ack_production_down welcome,production_down,production_down,production_down,new_ticket", ""})
}
