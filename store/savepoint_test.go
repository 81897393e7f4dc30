package store

import (
	"errors"
	"testing"

	"buzon/store/desk"
)

// TestTry: what fails leaves nothing, and what was before and comes behind it stays.
func TestTry(t *testing.T) {
	s, _ := newStore(t)
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	wrong := errors.New("wrong")
	for name, fails := range map[string]func(*Tx) error{
		"an error": func(*Tx) error { return wrong },
		"a statement": func(tx *Tx) error {
			_, err := tx.exec(ctx, "INSERT INTO ticket (number) VALUES ($1)", "x")
			return errors.Join(err, wrong)
		},
	} {
		var numbers []int64
		write(t, s, func(tx *Tx) error {
			open := func(word string) error {
				k, _, err := tx.OpenTicket(ctx, desk.Ticket{Requester: by, Class: desk.Open,
					Subject: word},
					&NewItem{Item: desk.Item{Type: desk.Note, Author: by, Text: word}})
				numbers = append(numbers, k.Number)
				return err
			}
			check(t, open("before"))
			err := tx.Try(ctx, func() error {
				check(t, open("taken"))
				must(tx.Put(ctx, desk.Entry{Kind: desk.Products,
					Names: map[string]string{"es": "CRM"}}))(t)
				return fails(tx)
			})
			if !errors.Is(err, wrong) {
				t.Errorf("%s: %v", name, err)
			}
			c := must(tx.Catalogue(ctx))(t)
			if _, there := c.Find(desk.Products, "CRM"); there {
				t.Errorf("%s: the catalogue has what was taken back", name)
			}
			check(t, tx.Try(ctx, func() error { return open("behind") }))
			return nil
		})
		same(t, name, []any{numbers[1] == numbers[2], ticket(t, s, numbers[2]).Subject},
			[]any{true, "behind"})
		page, _, err := s.Find(ctx, desk.Sight{All: true}, Query{Words: "taken"})
		same(t, name+": found", []any{len(page), err}, []any{0, nil})
	}
}
