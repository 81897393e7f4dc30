package store

import (
	"slices"
	"testing"

	"buzon/store/desk"
)

func TestCatalogueIsReadAgainWhenSomebodyElseWritesIt(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	before := must(s.Catalogue(ctx))(t)
	same(t, "kept while nobody writes", must(s.Catalogue(ctx))(t) == before, true)
	other := open(t, dir, s.opt)
	err := other.Write(ctx, func(tx *Tx) error {
		open, _ := before.Find(desk.Statuses, "abierto")
		open.Names = map[string]string{"es": "Nuevo", "en": "New"}
		_, err := tx.Put(ctx, open)
		if err != nil {
			return err
		}
		_, err = tx.Put(ctx, desk.Entry{Kind: desk.Products, Key: "crm",
			Names: map[string]string{"es": "CRM"}, Agent: 7})
		if found, ok := must(tx.Catalogue(ctx))(t).Find(desk.Products, "crm"); !ok ||
			found.Agent != 7 {
			t.Errorf("what the transaction wrote it reads as %+v", found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c := must(s.Catalogue(ctx))(t)
	status, _ := c.Status(desk.Open)
	same(t, "renamed", status.Name("es")+", "+status.Name("en")+", "+status.Key, "Nuevo, New, open")
	same(t, "products", c.Names(desk.Products, "en"), []string{"CRM"})
	if err := s.Write(ctx, func(tx *Tx) error {
		same(t, "the writer knows too", must(tx.Catalogue(ctx))(t).Names(desk.Products, "es"),
			[]string{"CRM"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestNewDeskHasTheRowsThatComeWithBuzon(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	c := must(s.Catalogue(ctx))(t)
	for _, want := range desk.Shipped() {
		got, ok := c.Keyed(want.Kind, want.Key)
		got.ID = 0
		if !ok || got.Name("es") != want.Name("es") || got.Name("en") != want.Name("en") ||
			got.Class != want.Class || got.Position != want.Position ||
			!slices.Equal(got.Follows.From, want.Follows.From) {
			t.Errorf("%s %s is %+v, want %+v", want.Kind, want.Key, got, want)
		}
	}
	same(t, "as many", len(must(s.entries(ctx))(t)), len(desk.Shipped()))
}

func putEntry(t *testing.T, s *Store, e desk.Entry) desk.Entry {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		e, err = tx.Put(ctx, e)
		return err
	})
	return e
}

// TestReplacedRow: what had a row that is removed has another, and the history goes on naming it.
func TestReplacedRow(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	k := openTicket(t, s, by, "Factura")
	c := must(s.Catalogue(ctx))(t)
	named := func(name string) map[string]string { return map[string]string{"es": name} }
	trial := putEntry(t, s, desk.Entry{Kind: desk.Statuses, Names: named("En pruebas"),
		Class: desk.InProgress})
	visit := putEntry(t, s, desk.Entry{Kind: desk.ItemTypes, Names: named("Visita")})
	low := putEntry(t, s, desk.Entry{Kind: desk.Severities, Names: named("mínima")})
	running, _ := c.Status(desk.InProgress)
	write(t, s, func(tx *Tx) error {
		next := k
		next.Class, next.Status, next.Severity = trial.Class, trial.ID, low.Position
		_, err := tx.Change(ctx, k, next, by.ID, 0)
		check(t, err)
		_, err = tx.AddItem(ctx, "", NewItem{Item: desk.Item{Ticket: k.Number,
			Type: desk.ItemType(visit.Key), Author: by}})
		return err
	})
	answer, _ := c.Keyed(desk.ItemTypes, "answer")
	worst, _ := c.Severity(1)
	for _, r := range []struct{ row, by desk.Entry }{{trial, running}, {visit, answer},
		{low, worst}} {
		same(t, "uses of "+r.row.Key, must(s.Used(ctx, r.row))(t), 1)
		write(t, s, func(tx *Tx) error { return tx.Drop(ctx, r.row, r.by) })
		same(t, "uses of "+r.row.Key+" without it", must(s.Used(ctx, r.row))(t), 0)
	}
	got := ticket(t, s, k.Number)
	same(t, "the ticket", []any{got.Status, got.Severity}, []any{running.ID, 1})
	same(t, "the item", must(s.Item(ctx, k.Number, 1))(t).Type, desk.Answer)
	c = must(s.Catalogue(ctx))(t)
	_, there := c.Find(desk.Statuses, "En pruebas")
	same(t, "it is found", there, false)
	history := must(s.Activities(ctx, k.Number))(t)
	last := history[0]
	same(t, "history", c.Shown(last.What, last.New, "es"), "En pruebas")
	changed := slices.IndexFunc(history, func(a Activity) bool {
		return a.What == string(desk.ItemTypes)
	})
	same(t, "the item's other type stands in the history",
		[]string{c.Shown("itemtype", history[changed].Old, "es"),
			c.Shown("itemtype", history[changed].New, "es")}, []string{"Visita", "Respuesta"})
	again := putEntry(t, s, desk.Entry{Kind: desk.Statuses, Names: named("En pruebas"),
		Class: desk.InProgress})
	same(t, "the key is free again", again.Key, trial.Key)
}

// TestRefusedRow: a row that can't be written leaves the catalogue as it was, and everybody's copy
// of it.
func TestRefusedRow(t *testing.T) {
	s, _ := newStore(t)
	err := s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Put(ctx, desk.Entry{Kind: desk.Products,
			Names: map[string]string{"es": "CRM"}})
		check(t, err)
		_, err = tx.Put(ctx, desk.Entry{Kind: desk.Products, Names: map[string]string{"es": "crm"}})
		return err
	})
	same(t, "refused for good", err != nil && !Temporary(err), true)
	write(t, s, func(tx *Tx) error {
		same(t, "the writer's", len(must(tx.Catalogue(ctx))(t).All(desk.Products)), 0)
		return nil
	})
	same(t, "the readers'", len(must(s.Catalogue(ctx))(t).All(desk.Products)), 0)
}
