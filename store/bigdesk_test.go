package store_test

import (
	"maps"
	"math/rand/v2"

	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"buzon/internal/bigdesk"
	"buzon/internal/desktest"
	"buzon/store"
	"buzon/store/desk"
)

// bigDesk is the desk to measure on, on the engine of the tests. Nobody writes to it.
func bigDesk(b testing.TB) *store.Store {
	ctx := b.Context()
	if url := bigdesk.Database(); url != "" {
		s, err := store.Open(ctx, b.TempDir(), store.Options{Database: url, MinFree: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s
	}
	s, err := store.Open(ctx, bigdesk.Kept(b, bigdesk.Tickets), store.Options{MinFree: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	url := desktest.Engine(b)
	if url == "" {
		return s
	}
	if _, err = s.CopyTo(ctx, url, nil); err == nil {
		s, err = store.Open(ctx, b.TempDir(), store.Options{Database: url, MinFree: 1})
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// TestQuestions asks each question of a small desk, so that they are all right when it is measured.
func TestQuestions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	err := bigdesk.Fill(t.Context(), dir, 200)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), dir, store.Options{MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := newAsker(t, s, 200)
	for name, ask := range a.questions() {
		found := 0
		for range 20 {
			found += ask()
		}
		if found == 0 {
			t.Errorf("%s: nothing is found", name)
		}
	}
}

// asker asks a desk as its people do.
type asker struct {
	*rand.Rand
	b         testing.TB
	store     *store.Store
	customers []desk.Person
	tickets   int64
}

var everything = desk.Sight{All: true}

func newAsker(b testing.TB, s *store.Store, tickets int64) *asker {
	a := &asker{rand.New(rand.NewPCG(1, 2)), b, s, nil, tickets}
	for len(a.customers) < 200 {
		rows, _, err := s.Find(b.Context(), everything,
			store.Query{Numbers: []int64{1 + a.Int64N(a.tickets)}})
		if err != nil || len(rows) == 0 {
			b.Fatal(rows, err)
		}
		p, err := s.Person(b.Context(), rows[0].Requester.ID)
		if err != nil {
			b.Fatal(err)
		}
		a.customers = append(a.customers, p)
	}
	return a
}

func (a *asker) customer() desk.Person { return a.customers[a.IntN(len(a.customers))] }

func (a *asker) sight(p desk.Person) desk.Sight {
	s, err := a.store.Sight(a.b.Context(), p)
	if err != nil {
		a.b.Fatal(err)
	}
	return s
}

// find reads the first page that a person is answered with, and returns how long it is.
func (a *asker) find(s desk.Sight, q store.Query) int {
	q.Limit = 25
	rows, _, err := a.store.Find(a.b.Context(), s, q)
	if err != nil {
		a.b.Fatal(err)
	}
	return len(rows)
}

// tally counts cases by status, and reads the oldest and the newest of those that are open.
func (a *asker) tally(q store.Query) int {
	if _, err := a.store.Tally(a.b.Context(), everything, q); err != nil {
		a.b.Fatal(err)
	}
	q.Status = "open"
	n := a.find(everything, q)
	q.Oldest = true
	return n + a.find(everything, q)
}

// words are some that stand one behind the other in an item.
func (a *asker) words(n int) string {
	for {
		text := strings.Fields(bigdesk.Text(a.Rand, 40))
		if i := a.IntN(len(text) - n); n > 0 {
			return strings.Join(text[i:i+n], " ")
		}
	}
}

// phrase is one of an item that is there.
func (a *asker) phrase(n int) string {
	items, err := a.store.Items(a.b.Context(), 1+a.Int64N(a.tickets))
	if err != nil || len(items) == 0 {
		a.b.Fatal(items, err)
	}
	text := strings.Fields(items[0].Text)
	i := a.IntN(len(text) - n)
	return `"` + strings.Join(text[i:i+n], " ") + `"`
}

// panel is what an agent's panel asks for.
func (a *asker) panel() int {
	n := a.tally(store.Query{})
	ctx, now := a.b.Context(), time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC)
	c, err := a.store.Catalogue(ctx)
	if err == nil {
		_, err = a.store.Tally(ctx, everything, store.Query{DueBefore: now})
	}
	if err == nil {
		_, err = a.store.Trend(ctx, everything, now.AddDate(0, 0, -29), 30)
	}
	if err == nil {
		_, err = a.store.Undelivered(ctx, now, 1000)
	}
	if err != nil {
		a.b.Fatal(err)
	}
	for _, e := range c.All(desk.Statuses) {
		rows, _, err := a.store.Find(ctx, everything, store.Query{StatusID: e.ID, Limit: 10})
		if n += len(rows); err != nil {
			a.b.Fatal(err)
		}
	}
	return n + a.find(everything, store.Query{DueBefore: now, Oldest: true})
}

// history is all that a case has.
func (a *asker) history(number int64) int {
	items, err := a.store.Items(a.b.Context(), number)
	done, err2 := a.store.Activities(a.b.Context(), number)
	if err != nil || err2 != nil {
		a.b.Fatal(err, err2)
	}
	return len(items) + len(done)
}

// agents are the cases of an agent, as he is answered with them.
func (a *asker) agents(status string) int {
	list, err := a.store.Persons(a.b.Context(), desk.Agent)
	if err != nil {
		a.b.Fatal(err)
	}
	q := store.Query{Agent: list[a.IntN(len(list))].ID, Status: status}
	if _, err := a.store.Tally(a.b.Context(), everything, q); err != nil {
		a.b.Fatal(err)
	}
	return a.find(everything, q)
}

// named are the cases of people with a surname.
func (a *asker) named() int {
	name := strings.Fields(a.customer().Name)
	list, err := a.store.PeopleNamed(a.b.Context(), name[a.IntN(len(name))], 50)
	if err != nil {
		a.b.Fatal(err)
	}
	q := store.Query{Requesters: []int64{}}
	for _, p := range list {
		q.Requesters = append(q.Requesters, p.ID)
	}
	return a.find(everything, q)
}

// questions are those of which an answer may take 50 ms, for 99 of 100 who ask.
func (a *asker) questions() map[string]func() int {
	mine := func(status string) int {
		p := a.customer()
		return a.find(a.sight(p), store.Query{Requester: p.ID, Status: status})
	}
	company := func(status string) int {
		p := a.customer()
		return a.find(a.sight(p), store.Query{Organisation: p.Organisation, Status: status})
	}
	search := func(n int) int { return a.find(everything, store.Query{Words: a.words(n)}) }
	return map[string]func() int{
		"my cases":       func() int { return mine("all") },
		"my open cases":  func() int { return mine("open") + 1 },
		"company":        func() int { return company("all") },
		"company, open":  func() int { return company("open") },
		"all that I see": func() int { return a.find(a.sight(a.customer()), store.Query{}) },
		"agent, open":    func() int { return a.find(everything, store.Query{Status: "open"}) },
		"agent, closed":  func() int { return a.find(everything, store.Query{Status: "closed"}) },
		"agent's cases":  func() int { return a.agents("all") },
		"agent's open":   func() int { return a.agents("open") + 1 },
		"of a name":      a.named,
		"by author": func() int {
			return a.find(everything, store.Query{Words: a.words(1),
				Requesters: []int64{a.customer().ID}}) + 1
		},
		"how many closed": func() int { return a.tally(store.Query{Status: "closed"}) },
		"search a beginning": func() int {
			word := []rune(a.words(1))
			return a.find(everything, store.Query{Words: string(word[:max(1, len(word)-1)])}) + 1
		},
		"card": func() int {
			return a.tally(store.Query{Requester: a.customer().ID}) +
				1
		},
		"panel":         a.panel,
		"history":       func() int { return a.history(1 + a.Int64N(a.tickets)) },
		"search a word": func() int { return search(1) },
		"search two":    func() int { return search(2) },
		"search three":  func() int { return search(3) },
		"search a phrase": func() int {
			return a.find(everything,
				store.Query{Words: a.phrase(2)})
		},
		"search a sentence": func() int {
			return a.find(everything,
				store.Query{Words: a.phrase(5)})
		},
		"search and filter": func() int {
			return a.find(everything, store.Query{Words: a.words(1), Status: "open",
				Fields: map[string]string{"type": "Problema"}}) + 1
		},
		"a customer's search": func() int {
			return a.find(a.sight(a.customer()),
				store.Query{Words: a.words(1)})
		},
		"a customer's phrase": func() int {
			return a.find(a.sight(a.customer()),
				store.Query{Words: a.phrase(2)}) + 1
		},
		"one case": func() int {
			n := 1 + a.Int64N(a.tickets)
			_, err := a.store.Ticket(a.b.Context(), n)
			items, err2 := a.store.Items(a.b.Context(), n)
			if err != nil || err2 != nil {
				a.b.Fatal(err, err2)
			}
			return len(items)
		},
	}
}

// BenchmarkBigDesk asks each question many times, of other people and for other words, and reports
// the 50th and the 99th percentile, by the clock and by the processor.
func BenchmarkBigDesk(b *testing.B) {
	a := newAsker(b, bigDesk(b), bigdesk.Tickets)
	list := a.questions()
	for _, name := range slices.Sorted(maps.Keys(list)) {
		b.Run(name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			var clock, cpu []time.Duration
			for range b.N {
				begun, used := time.Now(), threadTime()
				list[name]()
				clock, cpu = append(clock, time.Since(begun)), append(cpu, threadTime()-used)
			}
			b.ReportMetric(0, "ns/op")
			for unit, d := range map[string]time.Duration{"ms-p50": at(clock, 50),
				"ms-p99": at(clock, 99), "cpu-ms-p50": at(cpu, 50), "cpu-ms-p99": at(cpu, 99)} {
				b.ReportMetric(float64(d)/1e6, unit)
			}
		})
	}
}

// at is a percentile.
func at(list []time.Duration, percent int) time.Duration {
	slices.Sort(list)
	return list[min(len(list)*percent/100, len(list)-1)]
}

// threadTime is the processor's time that this thread has had: a busy machine changes the clock's.
func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	syscall.Getrusage(thread, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
