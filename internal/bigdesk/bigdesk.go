// Package bigdesk makes the desk of a company in its fifth year, to measure on and for tests only:
// 200,000 tickets with 1,000,000 items, of 20,000 people in 1,000 organisations. What it makes
// hangs on nothing but the seed and the number of tickets.
//
// The largest organisation has a twentieth of all people, and common words stand in most items, as
// in life: what is slow is slow there.
package bigdesk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// Tickets and Items are what a whole desk has.
const (
	Tickets = 200_000
	Items   = 5 * Tickets
)

const (
	seed    = 20_260_302
	version = 2 // of what is made: change it with the code, for desks are kept
)

// years are how long the desk has been there.
const years = 5 * 365 * 24 * time.Hour

// Mailbox is the one that all is written to.
const Mailbox = "soporte@ejemplo.test"

// Kept is a data directory with a desk of so many tickets. It is made once, and kept among the
// temporary files for the next run: who writes to it works on a copy.
func Kept(t testing.TB, tickets int) (dir string) {
	t.Helper()
	dir = filepath.Join(os.TempDir(), fmt.Sprintf("buzon-bigdesk-%d-%d", tickets, version))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	made, err := os.MkdirTemp("", "buzon-bigdesk-new-")
	if err == nil {
		defer os.RemoveAll(made)
		err = Fill(t.Context(), made, tickets)
	}
	if err == nil {
		err = os.Rename(made, dir)
	}
	if err != nil && !errors.Is(err, os.ErrExist) { // another process was faster
		t.Fatal(err)
	}
	return dir
}

// Copy is a data directory with a copy of the kept desk, to be written to.
func Copy(t testing.TB, tickets int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(Kept(t, tickets))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Database is the URL of a PostgreSQL database with a whole desk, to which it was brought by buzon
// copy, since that takes long; "": the tests bring it there themselves. Some write to it.
func Database() string { return os.Getenv("BUZON_TEST_BIGDESK") }

// Fill makes a desk of so many tickets in a directory without one.
func Fill(ctx context.Context, dir string, tickets int) error {
	g := &generator{
		random: rand.New(rand.NewPCG(seed, uint64(tickets))),
		now:    time.Date(2021, 3, 1, 8, 0, 0, 0, time.UTC), tickets: tickets,
	}
	s, err := store.Open(ctx, dir, store.Options{Now: func() time.Time { return g.now },
		MinFree: 1})
	if err != nil {
		return err
	}
	err = s.Write(ctx, func(tx *store.Tx) error { return g.people(ctx, tx) })
	for i := 0; i < tickets && err == nil; i += 500 {
		err = s.Write(ctx, func(tx *store.Tx) error {
			for range min(500, tickets-i) {
				if err := g.ticket(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return errors.Join(err, s.Close())
}

type generator struct {
	random    *rand.Rand
	now       time.Time
	tickets   int
	customers []desk.Person
	agents    []desk.Person
	entries   map[desk.Kind][]int64
	recent    []desk.Ticket // that people still write to
	opened    int
	opening   desk.ItemType
}

// few picks one of n, the first of them most often.
func few(r *rand.Rand, n int) int {
	x := r.Float64()
	return int(x * x * x * float64(n))
}

func one[T any](g *generator, list []T) T { return list[few(g.random, len(list))] }

// people writes who and what there is before the first ticket.
func (g *generator) people(ctx context.Context, tx *store.Tx) error {
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	g.opening, g.entries = c.Opening(c.DefaultType()), map[desk.Kind][]int64{}
	for _, e := range c.All(desk.Types) {
		g.entries[desk.Types] = append(g.entries[desk.Types], e.ID)
	}
	n := max(20, g.tickets/200)
	err = errors.Join(g.put(ctx, tx, desk.Organisations, n, ""),
		g.put(ctx, tx, desk.Products, 40, ""),
		g.put(ctx, tx, desk.Modules, 120, desk.Products),
		g.put(ctx, tx, desk.Projects, n/5, ""))
	if err != nil {
		return err
	}
	add := func(role desk.Role, name, address string, organisation int64) (desk.Person, error) {
		return tx.AddPerson(ctx, desk.Person{Name: name, Role: role, Active: true, Known: true,
			Organisation: organisation, Team: role == desk.Agent, Addresses: []string{address}})
	}
	for i := range 40 {
		p, err := add(desk.Agent, person(g.random), fmt.Sprintf("agente%d@ejemplo.test", i), 0)
		if err != nil {
			return err
		}
		g.agents = append(g.agents, p)
	}
	for i := range g.tickets / 10 {
		o := few(g.random, n)
		p, err := add(desk.Customer, person(g.random), fmt.Sprintf("p%d@cliente%d.test", i, o),
			g.entries[desk.Organisations][o])
		if err != nil {
			return err
		}
		g.customers = append(g.customers, p)
	}
	return nil
}

// alive are the classes of what is not closed.
var alive = []desk.Class{desk.Open, desk.Open, desk.Waiting, desk.Waiting, desk.InProgress,
	desk.Queued, desk.Resolved}

// put writes n rows of a catalogue.
func (g *generator) put(ctx context.Context, tx *store.Tx, kind desk.Kind, n int,
	parent desk.Kind) error {
	for i := range n {
		e := desk.Entry{Kind: kind, Names: map[string]string{
			"es": fmt.Sprintf("%s %s %d", title(g.random), title(g.random), i+1)}}
		if parent != "" {
			e.Parent = g.entries[parent][i%len(g.entries[parent])]
		}
		e, err := tx.Put(ctx, e)
		if err != nil {
			return err
		}
		g.entries[kind] = append(g.entries[kind], e.ID)
	}
	return nil
}

// ticket opens one, and has people write to those of the last days.
func (g *generator) ticket(ctx context.Context, tx *store.Tx) error {
	g.now = g.now.Add(time.Duration(g.random.Int64N(2 * int64(years) / int64(g.tickets))))
	by := g.customers[g.random.IntN(len(g.customers))]
	agent := one(g, g.agents)
	t := desk.Ticket{Mailbox: Mailbox, Subject: Text(g.random, 3+g.random.IntN(5)),
		Severity: 1 + g.random.IntN(3), Requester: by, Controller: by, Agent: agent,
		Class: g.class()}
	switch t.Class {
	case desk.Closed:
		t.ClosedAt = g.now.Add(48 * time.Hour)
	case desk.Waiting, desk.Resolved:
		t.Assignee = by
	default:
		t.Assignee = agent
	}
	t.Type, t.Product = one(g, g.entries[desk.Types]), one(g, g.entries[desk.Products])
	if g.random.IntN(3) == 0 {
		t.Project = one(g, g.entries[desk.Projects])
	}
	if g.random.IntN(50) == 0 && len(g.recent) > 0 {
		t.MergedInto = g.recent[g.random.IntN(len(g.recent))].Number
		t.Class, t.Assignee, t.ClosedAt = desk.Closed, desk.Person{}, g.now
	}
	t, _, err := tx.OpenTicket(ctx, t, &store.NewItem{Item: g.item(g.opening, by, desk.Public)})
	if err != nil {
		return err
	}
	if err := g.tie(ctx, tx, t); err != nil {
		return err
	}
	if g.recent = append(g.recent, t); len(g.recent) > 300 {
		g.recent = g.recent[1:]
	}
	for range Items/Tickets - 1 {
		if err := g.answer(ctx, tx, g.recent[g.random.IntN(len(g.recent))]); err != nil {
			return err
		}
	}
	return nil
}

// class is closed for nearly all that is old, and for two of three that are of the last weeks.
func (g *generator) class() desk.Class {
	g.opened++
	open := 300
	if g.opened > g.tickets*98/100 {
		open = 3
	}
	if g.random.IntN(open) > 0 {
		return desk.Closed
	}
	return alive[g.random.IntN(len(alive))]
}

// tie writes the ticket's history, followers and links.
func (g *generator) tie(ctx context.Context, tx *store.Tx, t desk.Ticket) error {
	err := tx.Note(ctx,
		store.Activity{Ticket: t.Number, Person: t.Requester.ID, What: "opened"},
		store.Activity{Ticket: t.Number, Person: t.Agent.ID, What: "agent", New: t.Agent.Address()})
	if err == nil && g.random.IntN(5) == 0 {
		err = tx.Follow(ctx, t.Number, g.customers[g.random.IntN(len(g.customers))].ID)
	}
	if err == nil && g.random.IntN(20) == 0 && len(g.recent) > 0 {
		err = tx.Link(ctx, t.Number, g.recent[g.random.IntN(len(g.recent))].Number, "cites")
	}
	return err
}

// answer adds an item of either side, one in six a note.
func (g *generator) answer(ctx context.Context, tx *store.Tx, t desk.Ticket) error {
	it := g.item(desk.Answer, t.Agent, desk.Public)
	switch g.random.IntN(6) {
	case 0:
		it = g.item(desk.Note, t.Agent, desk.Internal)
	case 1, 2, 3:
		it = g.item(desk.MoreInformation, t.Requester, desk.Public)
	}
	it.Ticket = t.Number
	_, err := tx.AddItem(ctx, t.Subject, store.NewItem{Item: it})
	return err
}

func (g *generator) item(kind desk.ItemType, by desk.Person, v desk.Visibility) desk.Item {
	return desk.Item{Type: kind, Author: by, Visibility: v, State: desk.Filed,
		Text: Text(g.random, 20+g.random.IntN(60))}
}
