package store

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

func ticket(t testing.TB, s *Store, number int64) desk.Ticket {
	t.Helper()
	k, err := s.Ticket(ctx, number)
	if err != nil {
		t.Fatalf("ticket %d: %v", number, err)
	}
	return k
}

func TestPeople(t *testing.T) {
	s, c := newStore(t)
	var organisation int64
	write(t, s, func(tx *Tx) error {
		e, err := tx.Put(ctx, desk.Entry{Kind: desk.Organisations,
			Domains: []string{"cliente.test"},
			Names:   map[string]string{"es": "Cliente SA"}})
		organisation = e.ID
		return err
	})
	p := addPerson(t, s, desk.Customer, "carla@cliente.test",
		func(p *desk.Person) { p.Addresses = append(p.Addresses, "a@otra.test") })
	same(t, "organisation", p.Organisation, organisation)
	same(t, "addresses", must(s.PersonByAddress(ctx, "a@otra.test"))(t).Addresses,
		[]string{"carla@cliente.test", "a@otra.test"})
	same(t, "nobody's address", must(s.PersonByAddress(ctx, "x@otra.test"))(t).ID, 0)
	same(t, "no address", must(s.PersonByAddress(ctx, ""))(t).ID, 0)
	err := s.Write(ctx, func(tx *Tx) error {
		_, err := tx.AddPerson(ctx, desk.Person{Name: "Otro", Role: desk.Customer,
			Addresses: []string{"a@otra.test"}})
		return err
	})
	same(t, "a taken address", errors.Is(err, ErrTaken), true)
	same(t, "people after it", len(must(s.Persons(ctx, ""))(t)), 1)
	agent := addPerson(t, s, desk.Admin, "ana@ejemplo.test", team, onCall)
	p.Name, p.UndeliverableSince, p.Language, p.Blocked = "Carla Ñ", c.now(), "es", true
	write(t, s, func(tx *Tx) error {
		return tx.ChangePerson(ctx, p.ID, func(q *desk.Person) {
			q.Name, q.UndeliverableSince, q.Language, q.Blocked = p.Name, p.UndeliverableSince,
				p.Language, p.Blocked
		})
	})
	write(t, s, func(tx *Tx) error {
		return tx.ChangePerson(ctx, p.ID,
			func(q *desk.Person) { q.Team = false })
	})
	got := must(s.Person(ctx, p.ID))(t)
	got.UndeliverableSince = got.UndeliverableSince.UTC()
	same(t, "person", got, p)
	same(t, "agents", must(s.Agents(ctx))(t), []desk.Person{must(s.Person(ctx, agent.ID))(t)})
	same(t, "customers", len(must(s.Persons(ctx, desk.Customer))(t)), 1)
	for _, want := range []bool{true, false} {
		write(t, s, func(tx *Tx) error {
			first, err := tx.Welcome(ctx, p)
			same(t, "welcome", first, want)
			return err
		})
	}
}

func TestItems(t *testing.T) {
	s, _ := newStore(t)
	carla, ana := addPerson(t, s, desk.Customer, "carla@cliente.test"),
		addPerson(t, s, desk.Agent, "ana@ejemplo.test")
	k := openTicket(t, s, carla, "Factura")
	logo := func() NewAttachment {
		return NewAttachment{desk.Attachment{Filename: "logo.png", ContentType: "image/png",
			Inline: true, ContentID: "l"}, spool(t, s, "PNG")}
	}
	addItem(t, s, k, carla, "uno", logo(), NewAttachment{desk.Attachment{Filename: "grande.pdf"},
		spool(t, s, large)})
	addItem(t, s, k, ana, "dos", logo())
	list := must(s.Items(ctx, k.Number))(t)
	same(t, "numbers", []any{list[0].Number, list[1].Number}, []any{1, 2})
	same(t, "author", list[1].Author.Name, "ana")
	a := list[0].Attachments
	same(t, "attachments", []any{len(a), a[0].Filename, a[0].Inline, a[0].Size, a[1].Filename,
		a[1].Size}, []any{2, "logo.png", true, 3, "grande.pdf", len(large)})
	b := must(s.OpenAttachment(ctx, a[1].SHA256))(t)
	defer b.Close()
	same(t, "bytes", string(must(io.ReadAll(b.Reader()))(t)) == large, true)
	same(t, "one item", must(s.Item(ctx, k.Number, 2))(t).Text, "dos")
	if _, err := s.Item(ctx, k.Number, 3); !errors.Is(err, ErrNotFound) {
		t.Errorf("an item that is not there: %v", err)
	}
	same(t, "agents who wrote", must(s.Witnesses(ctx, k.Number))(t)[0].ID, ana.ID)
	err := s.Write(ctx, func(tx *Tx) error {
		_, err := tx.AddItem(ctx, "", NewItem{Item: desk.Item{Ticket: 99, Type: desk.Note,
			Author: carla}})
		return err
	})
	same(t, "an item of no ticket", err != nil && !Temporary(err), true)
}

func TestTicketAndItsHistory(t *testing.T) {
	s, c := newStore(t)
	carla, ana := addPerson(t, s, desk.Customer, "carla@cliente.test"),
		addPerson(t, s, desk.Agent, "ana@ejemplo.test")
	k, other := openTicket(t, s, carla, "Factura"), openTicket(t, s, carla, "Otro")
	name := func(id int64) string { return must(s.Catalogue(ctx))(t).Name(id, "es") }
	same(t, "status", name(k.Status), "Abierto")
	cobros := putEntry(t, s, desk.Entry{Kind: desk.Modules, Key: "cobros",
		Names: map[string]string{"es": "Cobros"}})
	write(t, s, func(tx *Tx) error {
		return errors.Join(tx.Follow(ctx, k.Number, ana.ID), tx.Follow(ctx, k.Number, ana.ID),
			tx.Link(ctx, k.Number, other.Number, "cites"),
			tx.Link(ctx, k.Number, other.Number, "cites"))
	})
	same(t, "followers", ticket(t, s, k.Number).Followers[0].Name, "ana")
	same(t, "links", must(s.Links(ctx, k.Number))(t), []Link{{other.Number, "cites"}})
	same(t, "links of the other", must(s.Links(ctx, other.Number))(t),
		[]Link{{k.Number, "cites_by"}})
	c.move(time.Hour)
	next := k
	next.Class, next.Agent, next.Severity, next.Module, next.Progress = desk.Closed, ana, 1,
		cobros.ID, 100
	change := func(old, k desk.Ticket) {
		write(t, s, func(tx *Tx) error {
			_, err := tx.Change(ctx, old, k, ana.ID, 7)
			return err
		})
	}
	change(k, next)
	got := ticket(t, s, k.Number)
	same(t, "closed", []any{name(got.Status), got.ClosedAt.Equal(c.now()),
		got.UpdatedAt.Equal(c.now()), got.Agent.ID}, []any{"Cerrado", true, true, ana.ID})
	var said []string
	for _, a := range must(s.Activities(ctx, k.Number))(t) {
		shown := must(s.Catalogue(ctx))(t).Shown
		said = append(said, a.What+" "+shown(a.What, a.Old, "es")+" "+shown(a.What, a.New, "es"))
		same(t, "who and by which mail", []any{a.Person, a.Mail}, []any{ana.ID, 7})
	}
	same(t, "history", strings.Join(said, "; "),
		"status Abierto Cerrado; severity 3 1; agent  ana@ejemplo.test; module  Cobros; progress "+
			"0 100")
	reopened := got
	reopened.Class = desk.Open
	change(got, reopened)
	same(t, "closed at", ticket(t, s, k.Number).ClosedAt.IsZero(), true)
	for name, c := range map[string]struct {
		f    Query
		want int
	}{
		"open": {Query{Status: "open"}, 2}, "by status": {Query{Status: "Abierto"}, 2},
		"by class": {Query{Status: "closed"}, 0},
		"all":      {Query{Status: "all"}, 2}, "by severity": {Query{Severity: 1}, 1},
		"by requester": {Query{Requester: carla.ID}, 2},
		"by module":    {Query{Fields: map[string]string{"module": "Cobros"}}, 1},
		"by injection": {Query{Fields: map[string]string{"module": "' OR 1=1 --"}}, 0},
	} {
		same(t, name, len(numbers(t, s, everything, c.f)), c.want)
	}
	same(t, "his tickets", must(s.PersonTickets(ctx, carla.ID, 9))(t),
		[]int64{other.Number, k.Number})
	same(t, "since an hour", must(s.TicketsSince(ctx, carla.ID, c.now().Add(-time.Minute), 20))(t),
		0)
	same(t, "since two", must(s.TicketsSince(ctx, carla.ID, c.now().Add(-2*time.Hour), 20))(t), 2)
}

// A change and the mail about it are one: either both are there or neither.
func TestNoMailAboutWhatWasRolledBack(t *testing.T) {
	s, _ := newStore(t)
	k := openTicket(t, s, addPerson(t, s, desk.Customer, "c@cliente.test"), "x")
	err := s.Write(ctx, func(tx *Tx) error {
		next := k
		next.Class = desk.Closed
		if _, err := tx.Change(ctx, k, next, 0, 0); err != nil {
			return err
		}
		if err := tx.Tell(ctx, Telling{Event: desk.Event{Kind: desk.TicketClosed,
			Ticket: next}}); err != nil {
			return err
		}
		panic("the process has an odd day")
	})
	same(t, "error", err != nil, true)
	same(t, "class, mails, history", []any{ticket(t, s, k.Number).Class, len(due(t, s)),
		len(must(s.Activities(ctx, k.Number))(t))}, []any{desk.Open, 0, 0})
}

func TestSearch(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	accents, old, both := openTicket(t, s, by, "Facturación electrónica"),
		openTicket(t, s, by, "Impresora"), openTicket(t, s, by, "Impresora nueva")
	addItem(t, s, accents, by, "La PRODUCCIÓN está caída: error C++ 0x80070005 (ñandú)")
	addItem(t, s, old, by, "atascada", NewAttachment{desk.Attachment{Filename: "foto-bandeja.jpg"},
		spool(t, s, "x")})
	addItem(t, s, both, by, "atascada también")
	a, o, b := accents.Number, old.Number, both.Number
	for query, want := range map[string][]int64{
		"produccion caida": {a}, "ÑANDU": {a}, "facturacion ELECTRO": {a}, "0x8007": {a},
		"impresora": {b, o}, "atascada nueva": {b},
		"bandeja": {o}, "carla": {b, o, a}, "impresora factura": nil, "resora": nil, "*": nil,
		`"`: nil, "\x00": nil, "́": nil,
		`impresora" OR "produccion`: nil, "impresora NOT atascada": nil, "subject:impresora": nil,
		"impresora*": {b, o}, "(impresora": {b, o},
		"NEAR(impresora atascada, 5)": nil, "error C++": {a}, "impresora AND": nil,
		`"facturación electrónica"`: {a}, `caida "produccion esta"`: {a}, `"esta produccion"`: nil,
		`"impresora"`: {b, o}, `"foto bandeja"`: {o}, "^impresora": {b, o}, "-impresora": {b, o},
	} {
		same(t, query, numbers(t, s, everything, Query{Words: query, Limit: 9}), want)
	}
	addItem(t, s, old, by, "sigue igual")
	same(t, "the ticket with the newest item first",
		numbers(t, s, everything, Query{Words: "impresora", Limit: 1})[0], o)
}
