package store

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/store/desk"
)

// TestMain collects as seldom as the daemon does: the heap of a test is small, and is looked
// through the more often.
func TestMain(m *testing.M) {
	debug.SetGCPercent(300)
	m.Run()
}

var ctx = context.Background()

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t testing.TB, dir string, opt Options) *Store {
	t.Helper()
	if opt.MinFree == 0 {
		opt.MinFree = 1
	}
	switch opt.Database {
	case "":
		opt.Database = engine(t, dir)
	case sqliteOnly:
		opt.Database = ""
	}
	if opt.Database == "" {
		desktest.Copy(t, dir, makeStore)
	}
	s, err := Open(ctx, dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func makeStore(dir string) error {
	s, err := Open(ctx, dir, Options{MinFree: 1})
	if err != nil {
		return err
	}
	return s.Close()
}

// engine is where the desk of a directory has its tables: in SQLite, or in a schema of PostgreSQL.
func engine(t testing.TB, dir string) string {
	t.Helper()
	url, there := schemas.Load(dir)
	if !there {
		url, _ = schemas.LoadOrStore(dir, desktest.Engine(t))
	}
	return url.(string)
}

// sqliteOnly asks open for SQLite, whatever the engine of the tests.
const sqliteOnly = "sqlite"

// fileOnly skips a test of what only SQLite has: a file of its own, pragmas, query plans.
func fileOnly(t testing.TB) {
	t.Helper()
	if os.Getenv("BUZON_TEST_ENGINE") == "postgres" {
		t.Skip("is about SQLite's file")
	}
}

var schemas sync.Map // URLs by directory

func newStore(t testing.TB) (*Store, *clock) {
	t.Helper()
	c := newClock()
	return open(t, t.TempDir(), Options{Now: c.now}), c
}

// must ends the test on an error and yields the value.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, s *Store, f func(*Tx) error) {
	t.Helper()
	check(t, s.Write(ctx, f))
}

func spool(t testing.TB, s *Store, text string) *Spool {
	t.Helper()
	p := s.NewSpool()
	t.Cleanup(func() { p.Close() })
	_, err := p.Write([]byte(text))
	check(t, err)
	return p
}

func receive(t testing.TB, s *Store, text string) int64 {
	t.Helper()
	return must(s.Receive(ctx, Envelope{Door: "smtp", From: "c@cliente.test",
		To: []string{"soporte@ejemplo.test"}, Received: s.Now()}, spool(t, s, text)))(t)
}

func addPerson(t testing.TB, s *Store, role desk.Role, address string,
	with ...func(*desk.Person)) (p desk.Person) {
	t.Helper()
	p = desk.Person{Name: strings.SplitN(address, "@", 2)[0], Role: role, Active: true,
		Addresses: []string{address}}
	for _, f := range with {
		f(&p)
	}
	write(t, s, func(tx *Tx) (err error) {
		p, err = tx.AddPerson(ctx, p)
		return err
	})
	return p
}

func team(p *desk.Person)   { p.Team = true }
func onCall(p *desk.Person) { p.OnCall = true }

func openTicket(t testing.TB, s *Store, by desk.Person, subject string) (k desk.Ticket) {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		k, _, err = tx.OpenTicket(ctx, desk.Ticket{Mailbox: "soporte@ejemplo.test",
			Subject: subject, Class: desk.Open, Severity: 3,
			Requester: by, Controller: by}, nil)
		return err
	})
	return k
}

func addItem(t testing.TB, s *Store, k desk.Ticket, by desk.Person, text string,
	attachments ...NewAttachment) (it desk.Item) {
	t.Helper()
	check(t, Settled(attachments))
	write(t, s, func(tx *Tx) (err error) {
		it, err = tx.AddItem(ctx, k.Subject,
			NewItem{Item: desk.Item{Ticket: k.Number, Type: desk.MoreInformation, Author: by,
				Visibility: desk.Public,
				State:      desk.Filed, Text: text, MessageID: fmt.Sprintf("%d.%s@cliente.test",
					k.Number,
					text)}, Attachments: attachments})
		return err
	})
	return it
}

func owe(t testing.TB, s *Store, ticket int64, address string) (id int64) {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		id, err = tx.Owe(ctx, Outgoing{Kind: desk.ItemNotice, Ticket: ticket, Item: 1, Person: 1,
			Address: address, Mailbox: "soporte@ejemplo.test"})
		return err
	})
	return id
}

// same fails the test unless what was got is what was wanted.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want); g != w {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}
