package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

var everything = desk.Sight{All: true}

// numbers are those of the tickets that a query finds, with whatever is on all its pages.
func numbers(t testing.TB, s *Store, sight desk.Sight, q Query) (list []int64) {
	t.Helper()
	for {
		page, next, err := s.Find(ctx, sight, q)
		check(t, err)
		for _, row := range page {
			list = append(list, row.Number)
		}
		if next == 0 {
			return list
		}
		if len(page) != q.Limit {
			t.Fatalf("a page of %d tickets of %d has one that follows", len(page), q.Limit)
		}
		q.Before = next
	}
}

// randomDesk is a desk of whatever people, organisations, projects, tickets and items.
type randomDesk struct {
	*rand.Rand
	store    *Store
	people   []desk.Person
	tickets  []desk.Ticket
	items    map[int64][]desk.Item
	projects []int64 // 0, for none, is the last

	organisations, types []int64 // likewise
}

var (
	randomWords    = strings.Fields("factura cobro nómina Ñandú impresora")
	randomBoxes    = []string{"a@e.test", "b@e.test", "c@e.test"}
	randomProfiles = []string{"", "x", "y", "lost"}
)

func (d *randomDesk) profile() desk.Profile {
	p := desk.Profile{Own: d.IntN(4) > 0, Followed: d.IntN(2) > 0, Organisation: d.IntN(2) > 0,
		Projects: d.IntN(2) > 0}
	if d.IntN(2) == 0 {
		p.Types = []string{"Incidente", "Consulta"}[:1+d.IntN(2)]
	}
	return p
}

func newRandomDesk(t testing.TB, seed uint64) *randomDesk {
	d := &randomDesk{Rand: rand.New(rand.NewPCG(seed, 0)), items: map[int64][]desk.Item{}}
	profiles := desk.Profiles{Named: map[string]desk.Profile{"x": d.profile(), "y": d.profile()},
		Mailboxes: map[string]string{}}
	for _, m := range randomBoxes[:d.IntN(3)] {
		profiles.Mailboxes[m] = pick(d, randomProfiles[1:])
	}
	d.store = open(t, t.TempDir(), Options{Now: newClock().now, Profiles: profiles})
	write(t, d.store, func(tx *Tx) error {
		for id := 1; id <= 3; id++ {
			put := func(e desk.Entry) int64 {
				e.Key = fmt.Sprint(e.Names["es"])
				return must(tx.Put(ctx, e))(t).ID
			}
			name := func(s string) map[string]string {
				return map[string]string{"es": fmt.Sprint(s, id)}
			}
			d.organisations = append(d.organisations,
				put(desk.Entry{Kind: desk.Organisations, Names: name("Cliente "),
					Profile: pick(d, randomProfiles)}))
			d.projects = append(d.projects,
				put(desk.Entry{Kind: desk.Projects, Names: name("Obra "),
					Parent: pick(d, d.organisations)}))
		}
		c := must(tx.Catalogue(ctx))(t)
		for _, name := range []string{"Incidente", "Consulta", "Mejora"} {
			d.types = append(d.types, c.Called(desk.Types, name)...)
		}
		d.organisations, d.projects = append(d.organisations, 0), append(d.projects, 0)
		for i := range 8 {
			p := desk.Person{Name: fmt.Sprint("P", i), Role: desk.Customer, Active: d.IntN(8) > 0,
				Organisation: pick(d, d.organisations)}
			if d.IntN(8) == 0 {
				p.Role = desk.Agent
			}
			p, err := tx.AddPerson(ctx, p)
			check(t, err)
			d.people = append(d.people, p)
			if d.IntN(3) == 0 {
				check(t, tx.FollowProject(ctx, pick(d, d.projects[:3]), p.ID))
			}
		}
		return nil
	})
	for range 40 {
		d.open(t)
	}
	return d
}

func (d *randomDesk) open(t testing.TB) {
	k := desk.Ticket{
		Mailbox: pick(d, randomBoxes), Subject: "Caso de " + pick(d, randomWords),
		Class:    pick(d, []desk.Class{desk.Open, desk.Waiting, desk.Closed}),
		Severity: 1 + d.IntN(3), Type: pick(d, d.types), Requester: pick(d, d.people),
		Controller: pick(d, d.people), Project: pick(d, d.projects), ProductionDown: d.IntN(5) == 0,
	}
	if d.IntN(2) == 0 {
		k.Assignee = pick(d, d.people)
	}
	write(t, d.store, func(tx *Tx) error {
		var err error
		k, _, err = tx.OpenTicket(ctx, k, nil)
		for _, p := range d.people {
			if err == nil && d.IntN(6) == 0 {
				err = tx.Follow(ctx, k.Number, p.ID)
			}
		}
		for i := d.IntN(4); i > 0 && err == nil; i-- {
			it := desk.Item{Ticket: k.Number, Author: pick(d, d.people),
				Text: pick(d, randomWords) + " " + pick(d, randomWords),
				Type: desk.Answer, Visibility: pick(d,
					[]desk.Visibility{desk.Public, desk.Internal}),
				State: pick(d, []desk.State{desk.Filed, desk.Filed, desk.Pending, desk.Rejected,
					desk.Held})}
			it, err = tx.AddItem(ctx, k.Subject, NewItem{Item: it})
			d.items[k.Number] = append(d.items[k.Number], it)
		}
		return err
	})
	d.tickets = append(d.tickets, ticket(t, d.store, k.Number))
}

func pick[T any](d *randomDesk, list []T) T { return list[d.IntN(len(list))] }

// What SQL finds is what desk.Sight says of each ticket and each item, whoever asks, whole and by
// pages.
func TestFindIsSight(t *testing.T) {
	for seed := range uint64(12) {
		d := newRandomDesk(t, seed)
		everybody := map[int64]desk.Person{}
		for _, p := range d.people {
			everybody[p.ID] = p
		}
		sights := must(d.store.Sights(ctx, everybody))(t)
		for _, p := range append(d.people, desk.Person{}) {
			sight := must(d.store.Sight(ctx, p))(t)
			if at, known := sights[p.ID]; known && fmt.Sprint(at) != fmt.Sprint(sight) {
				t.Errorf("seed %d: read with others %d sees %v, alone %v", seed, p.ID, at, sight)
			}
			d.lists(t, fmt.Sprintf("seed %d, person %d", seed, p.ID), sight)
			d.eachWay(func(way string) {
				d.searches(t, fmt.Sprintf("seed %d, person %d, %s", seed, p.ID, way), sight)
			})
		}
	}
}

// eachWay has a search look at texts, ask the index for the items of few tickets, and for all.
func (d *randomDesk) eachWay(f func(way string)) {
	engine, texts := d.store.Reader.dialect, veryFew
	defer func() { d.store.Reader.dialect, veryFew = engine, texts }()
	f("texts")
	veryFew = 0
	f("few")
	pieces := *engine
	pieces.chunk = min(engine.chunk, 2)
	d.store.Reader.dialect = &pieces
	f("few, in pieces")
	all := *engine
	all.few = 0
	d.store.Reader.dialect = &all
	f("all")
}

func (d *randomDesk) lists(t *testing.T, what string, sight desk.Sight) {
	who := pick(d, d.people).ID
	for name, c := range map[string]struct {
		q       Query
		chooses func(desk.Ticket) bool
	}{
		"all":   {Query{}, func(desk.Ticket) bool { return true }},
		"pages": {Query{Limit: 3}, func(desk.Ticket) bool { return true }},
		"open": {Query{Status: "open"},
			func(k desk.Ticket) bool { return k.Class != desk.Closed }},
		"class": {Query{Status: "waiting"},
			func(k desk.Ticket) bool { return k.Class == desk.Waiting }},
		"status": {Query{Status: "Abierto"},
			func(k desk.Ticket) bool { return k.Class == desk.Open }},
		"two people": {Query{Requester: who, Assignee: d.people[0].ID}, func(k desk.Ticket) bool {
			return k.Requester.ID == who && k.Assignee.ID == d.people[0].ID
		}},
		"controller": {Query{Controller: who},
			func(k desk.Ticket) bool { return k.Controller.ID == who }},
		"follower": {Query{Follower: who}, func(k desk.Ticket) bool {
			return slices.ContainsFunc(k.Followers, func(p desk.Person) bool { return p.ID == who })
		}},
		"organisation": {Query{Organisation: d.organisations[1], Severity: 1},
			func(k desk.Ticket) bool {
				return k.Requester.Organisation == d.organisations[1] && k.Severity == 1
			}},
		"fields": {Query{ProductionDown: true, Fields: map[string]string{"type": "Consulta",
			"project": "Obra 1"}},
			func(k desk.Ticket) bool {
				return k.ProductionDown && k.Type == d.types[1] && k.Project == d.projects[0]
			}},
		"dates": {Query{Since: d.store.Now().Add(time.Hour)},
			func(desk.Ticket) bool { return false }},
	} {
		var want []int64
		for _, k := range slices.Backward(d.tickets) {
			if sight.Ticket(k) && c.chooses(k) {
				want = append(want, k.Number)
			}
		}
		same(t, what+", "+name, numbers(t, d.store, sight, c.q), want)
	}
}

func (d *randomDesk) searches(t *testing.T, what string, sight desk.Sight) {
	word, phrase := pick(d, randomWords), pick(d, randomWords)+" "+pick(d, randomWords)
	for _, q := range []Query{{Words: word}, {Words: word, Limit: 2}, {Words: word, Status: "open"},
		{Words: `"` + phrase + `"`}, {Words: word, Fields: map[string]string{"type": "Mejora"}}} {
		type hit struct{ ticket, item int64 }
		var hits []hit
		for _, k := range d.tickets {
			if q.Fields["type"] == "Mejora" && k.Type != d.types[2] || q.Status == "open" &&
				k.Class == desk.Closed {
				continue
			}
			newest := int64(0)
			for _, it := range d.items[k.Number] {
				text := plain(k.Subject) + border + plain(it.Text)
				if sight.Item(k, it) && strings.Contains(text, plain(strings.Trim(q.Words, `"`))) {
					newest = it.ID
				}
			}
			if newest > 0 {
				hits = append(hits, hit{k.Number, newest})
			}
		}
		slices.SortFunc(hits, func(a, b hit) int { return int(b.item - a.item) })
		var want []int64
		for _, h := range hits {
			want = append(want, h.ticket)
		}
		same(t, what+", words "+q.Words, numbers(t, d.store, sight, q), want)
	}
}

func TestPageIsComplete(t *testing.T) {
	s, _ := newStore(t)
	carla := addPerson(t, s, desk.Customer, "carla@cliente.test")
	ana := addPerson(t, s, desk.Agent, "ana@ejemplo.test")
	k, other := openTicket(t, s, carla, "Factura"), openTicket(t, s, ana, "Otro")
	write(t, s, func(tx *Tx) error {
		check(t, tx.Follow(ctx, k.Number, ana.ID))
		return tx.Link(ctx, k.Number, other.Number, "cites")
	})
	page, _, err := s.Find(ctx, everything, Query{})
	check(t, err)
	same(t, "rows", len(page), 2)
	k = ticket(t, s, k.Number)
	same(t, "the ticket", []any{page[1].Subject, page[1].CreatedAt, page[1].Requester.ID,
		page[1].Requester.Name, page[1].Class},
		[]any{k.Subject, k.CreatedAt, carla.ID, carla.Name, desk.Open})
	same(t, "people", []string{page[1].Requester.Address(), page[1].Followers[0].Address()},
		[]string{"carla@cliente.test", "ana@ejemplo.test"})
	same(t, "links", [][]Link{page[1].Links, page[0].Links},
		[][]Link{{{other.Number, "cites"}}, {{k.Number, "cites_by"}}})
}

// TestPageCost: what a list costs does not grow with what is on it, and a notice reads no more than
// it quotes.
func TestPageCost(t *testing.T) {
	cost := 0
	s := open(t, t.TempDir(), Options{Trace: func(string) { cost++ }})
	carla := addPerson(t, s, desk.Customer, "carla@cliente.test")
	for i := range 30 {
		k := openTicket(t, s, addPerson(t, s, desk.Customer, fmt.Sprintf("p%d@cliente.test", i)),
			"Factura")
		addItem(t, s, k, carla, "Una factura")
		write(t, s, func(tx *Tx) error { return tx.Follow(ctx, k.Number, carla.ID) })
	}
	for i := range 30 {
		addItem(t, s, desk.Ticket{Number: 1}, carla, fmt.Sprint("línea ", i),
			NewAttachment{desk.Attachment{Filename: "a.txt"}, spool(t, s, "x")})
	}
	sight := must(s.Sight(ctx, carla))(t)
	write(t, s, func(tx *Tx) error { _, err := tx.Catalogue(ctx); return err })
	for name, c := range map[string]struct {
		most int
		f    func(Reader) (int, error)
		rows int
	}{
		"a page": {3, func(r Reader) (int, error) {
			page, _, err := r.Find(ctx, everything, Query{Limit: 25})
			return len(page), err
		}, 25},
		"a customer's page": {3, func(r Reader) (int, error) {
			page, _, err := r.Find(ctx, sight, Query{Limit: 25})
			return len(page), err
		}, 25},
		"a search": {4, func(r Reader) (int, error) {
			page, _, err := r.Find(ctx, everything, Query{Words: "factura", Limit: 25})
			return len(page), err
		}, 25},
		"a customer's search, who may see little": {5, func(r Reader) (int, error) {
			page, _, err := r.Find(ctx, sight, Query{Words: "factura", Limit: 25})
			return len(page), err
		}, 25},
		"a ticket": {3, func(r Reader) (int, error) {
			_, err := r.Ticket(ctx, 1)
			return 1,
				err
		}, 1},
		"its items": {3, func(r Reader) (int, error) {
			list,
				err := r.Items(ctx, 1)
			return len(list), err
		}, 31},
		"what a notice quotes": {2, func(r Reader) (int, error) {
			list, err := r.Earlier(ctx, everything, 1, 31, true, 3, 100)
			return len(list), err
		}, 3},
	} {
		n := 0
		write(t, s, func(tx *Tx) (err error) {
			cost = 0
			n, err = c.f(tx.Reader)
			return err
		})
		if n != c.rows || cost > c.most {
			t.Errorf("%s: %d rows in %d statements, want %d in %d", name, n, cost, c.rows, c.most)
		}
	}
}
