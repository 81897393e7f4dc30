package mailout

import (
	"context"
	"sync"

	"buzon/store"
	"buzon/store/desk"
)

// batch is what mails share that were claimed together: the notices of one item to several people
// say nearly the same. Each thing is read when the first of them needs it, and so after all of them
// were claimed: nothing in it is older than a claim. It goes with its mails.
type batch struct {
	r       *Renderer
	people  memo[int64, desk.Person]
	sights  memo[int64, desk.Sight]
	tickets memo[int64, desk.Ticket]
	items   memo[[2]int64, desk.Item]
	// by the mail
	backgrounds memo[int64, store.Background]
	before      memo[int64, []string]
	quotes      memo[quotesOf, []desk.Item]
	names       memo[struct{}, *desk.Catalogue]
	everyone    memo[struct{}, *staff]
}

// quotesOf is which earlier items a mail quotes: agents are shown the same ones.
type quotesOf struct {
	ticket, before, reader int64 // the reader is 0 for who sees all
	internal               bool
	most                   int
}

func (r *Renderer) newBatch() *batch { return &batch{r: r} }

// batchOf reads at once what mails are about that were claimed together. What can't be read now is
// read, or found wrong, when a mail needs it.
func (r *Renderer) batchOf(ctx context.Context, claimed []store.Outgoing) *batch {
	b := r.newBatch()
	if len(claimed) < 2 {
		return b
	}
	shared, err := r.Store.Shared(ctx, claimed, referencesKept)
	if err != nil {
		return b
	}
	b.tickets.fill(shared.Tickets)
	b.items.fill(shared.Items)
	b.people.fill(shared.People)
	b.backgrounds.fill(shared.Backgrounds)
	b.before.fill(shared.Before)
	if sights, err := r.Store.Sights(ctx, shared.People); err == nil {
		b.sights.fill(sights)
	}
	return b
}

func (b *batch) person(ctx context.Context, id int64) (desk.Person, error) {
	return b.people.get(id, func() (desk.Person, error) { return b.r.Store.Person(ctx, id) })
}

// sight is that of a person as the batch has read him.
func (b *batch) sight(ctx context.Context, p desk.Person) (desk.Sight, error) {
	return b.sights.get(p.ID, func() (desk.Sight, error) { return b.r.Store.Sight(ctx, p) })
}

func (b *batch) ticket(ctx context.Context, number int64) (desk.Ticket, error) {
	return b.tickets.get(number, func() (desk.Ticket, error) {
		return b.r.Store.Ticket(ctx, number)
	})
}

func (b *batch) item(ctx context.Context, ticket, number int64) (desk.Item, error) {
	return b.items.get([2]int64{ticket, number},
		func() (desk.Item, error) { return b.r.Store.Item(ctx, ticket, number) })
}

func (b *batch) catalogue(ctx context.Context) (*desk.Catalogue, error) {
	return b.names.get(struct{}{},
		func() (*desk.Catalogue, error) { return b.r.Store.Catalogue(ctx) })
}

// earlier are the items that a mail quotes, shortened.
func (b *batch) earlier(ctx context.Context, s desk.Sight, of quotesOf) ([]desk.Item, error) {
	if !s.All {
		of.reader = s.Person
	}
	return b.quotes.get(of, func() ([]desk.Item, error) {
		list, err := b.r.Store.Earlier(ctx, s, of.ticket, of.before, of.internal, of.most,
			quotedLength+1)
		for i, it := range list {
			if text := []rune(it.Text); len(text) > quotedLength {
				list[i].Text = string(text[:quotedLength]) + " …"
			}
		}
		return list, err
	})
}

// staff is what nobody else may look like.
func (b *batch) staff(ctx context.Context) (*staff, error) {
	return b.everyone.get(struct{}{}, func() (*staff, error) {
		s := new(staff)
		agents, err := b.r.Store.Agents(ctx)
		for _, a := range agents {
			s.Names = append(s.Names, a.Name)
			s.Addresses = append(s.Addresses, a.Addresses...)
		}
		for _, m := range b.r.Mailboxes {
			s.Desks = append(s.Desks, m.Name)
		}
		s.Addresses = append(s.Addresses, b.r.Mailboxes.Addresses()...)
		s.Staff = s.Ready()
		return s, err
	})
}

// staff compares each face with all agents' once.
type staff struct {
	desk.Staff
	faces memo[[2]string, face]
}

// face is how somebody may be shown.
type face struct {
	name, address string
	guise         desk.Guise
}

func (s *staff) shown(name, address string) face {
	f, _ := s.faces.get([2]string{name, address}, func() (f face, err error) {
		f.name, f.address, f.guise = s.Shown(name, address)
		return f, nil
	})
	return f
}

// memo reads each value once, whoever asks for it at the same time.
type memo[K comparable, V any] struct {
	mu   sync.Mutex
	read map[K]func() (V, error)
}

func (m *memo[K, V]) get(key K, read func() (V, error)) (V, error) {
	m.mu.Lock()
	if m.read == nil {
		m.read = map[K]func() (V, error){}
	}
	once := m.read[key]
	if once == nil {
		once = sync.OnceValues(read)
		m.read[key] = once
	}
	m.mu.Unlock()
	return once()
}

// fill adds what has been read.
func (m *memo[K, V]) fill(values map[K]V) {
	for key, v := range values {
		m.get(key, func() (V, error) { return v, nil })
	}
}
