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
		_, err = tx.Put(ctx, desk.Entry{Kind: desk.Products, Key: "crm", Names: map[string]string{"es": "CRM"}, Agent: 7})
		if found, ok := must(tx.Catalogue(ctx))(t).Find(desk.Products, "crm"); !ok || found.Agent != 7 {
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
		same(t, "the writer knows too", must(tx.Catalogue(ctx))(t).Names(desk.Products, "es"), []string{"CRM"})
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
			got.Class != want.Class || got.Position != want.Position || !slices.Equal(got.Follows.From, want.Follows.From) {
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
