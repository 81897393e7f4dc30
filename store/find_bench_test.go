package store

import (
	"fmt"
	"syscall"
	"testing"

	"buzon/store/desk"
)

// readDesk is a desk of 1,000 tickets of 200 people in 20 organisations; the first ticket has 301
// items.
func readDesk(b *testing.B) (s *Store, people []desk.Person) {
	s, _ = newStore(b)
	ana := addPerson(b, s, desk.Agent, "ana@ejemplo.test")
	var organisations []int64
	write(b, s, func(tx *Tx) error {
		for o := 1; o <= 20; o++ {
			e, err := tx.Put(ctx, desk.Entry{Kind: desk.Organisations,
				Names: map[string]string{"es": fmt.Sprint("Cliente ", o)}})
			check(b, err)
			organisations = append(organisations, e.ID)
		}
		return nil
	})
	for i := range 200 {
		people = append(people, addPerson(b, s, desk.Customer, fmt.Sprintf("p%d@c%d.test", i, i%20),
			func(p *desk.Person) { p.Organisation = organisations[i%20] }))
	}
	write(b, s, func(tx *Tx) error {
		for i := range 1000 {
			by := people[i*7%200]
			k, _, err := tx.OpenTicket(ctx,
				desk.Ticket{Mailbox: "s@e.test", Subject: fmt.Sprint("Factura ", i),
					Class:    desk.Open,
					Severity: 3, Requester: by, Controller: by, Assignee: ana, Agent: ana},
				&NewItem{Item: desk.Item{Type: desk.Note, Author: by, Text: body(i, 500),
					Visibility: desk.Public, State: desk.Filed}})
			check(b, err)
			if i%3 == 0 {
				check(b, tx.Follow(ctx, k.Number, people[(i*7+1)%200].ID))
			}
		}
		for i := range 300 {
			_, err := tx.AddItem(ctx, "",
				NewItem{Item: desk.Item{Ticket: 1, Type: desk.Note, Author: people[i%2],
					Text:       body(i, 500),
					Visibility: desk.Public, State: desk.Filed}})
			check(b, err)
		}
		return nil
	})
	return s, people
}

func BenchmarkFind(b *testing.B) {
	s, people := readDesk(b)
	carla := must(s.Sight(ctx, people[0]))(b)
	for name, c := range map[string]struct {
		sight desk.Sight
		q     Query
		want  int
	}{
		"1000":              {everything, Query{}, 1000},
		"page":              {everything, Query{Limit: 100}, 100},
		"page of open":      {everything, Query{Limit: 100, Status: "open"}, 100},
		"page of a person":  {carla, Query{Limit: 100}, 52},
		"search":            {everything, Query{Words: "factura rechaza", Limit: 100}, 100},
		"search a person's": {carla, Query{Words: "factura rechaza", Limit: 100}, 52},
		"search a phrase":   {everything, Query{Words: `"factura 7"`, Limit: 100}, 1},
	} {
		b.Run(name, func(b *testing.B) {
			for cpuLoop(b) {
				page, _, err := s.Find(ctx, c.sight, c.q)
				if err != nil || len(page) != c.want {
					b.Fatalf("%d tickets, %v", len(page), err)
				}
			}
		})
	}
	b.Run("301 items", func(b *testing.B) {
		for cpuLoop(b) {
			must(s.Items(ctx, 1))(b)
		}
	})
	b.Run("one ticket", func(b *testing.B) {
		for cpuLoop(b) {
			must(s.Ticket(ctx, 500))(b)
		}
	})
	b.Run("history of a notice", func(b *testing.B) {
		for cpuLoop(b) {
			must(s.Earlier(ctx, everything, 1, 301, true, 3, 4000))(b)
		}
	})
}

// cpuLoop is b.Loop that reports the time of the processor: a busy machine changes what the clock
// says.
func cpuLoop(b *testing.B) bool {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	now := u.Utime.Nano() + u.Stime.Nano()
	if cpuBegun[b] == 0 {
		cpuBegun[b] = now
	}
	if b.Loop() {
		return true
	}
	b.ReportMetric(float64(now-cpuBegun[b])/float64(b.N)/1e3, "cpu-µs/op")
	return false
}

var cpuBegun = map[*testing.B]int64{}
