package store

import (
	"testing"
	"time"

	"buzon/store/desk"
)

func TestSatisfactionByMonth(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	s := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	bogota := must(time.LoadLocation("America/Bogota"))(t)
	rated := func(score int) {
		t.Helper()
		check(t, s.Write(ctx, func(tx *Tx) error {
			p, err := tx.AddPerson(ctx, desk.Person{Role: desk.Customer, Active: true})
			if err != nil {
				return err
			}
			k, _, err := tx.OpenTicket(ctx, desk.Ticket{Requester: p, Class: desk.Open}, nil)
			if err != nil {
				return err
			}
			for i, want := range []bool{true, false} {
				if asked := must(tx.AskScore(ctx, k.Number, p.ID))(t); asked != want {
					t.Errorf("time %d: asked %v", i, asked)
				}
				done := score > 0 && must(tx.Rate(ctx, k.Number, score-i))(t)
				if done != (want && score > 0) {
					t.Errorf("time %d: rated %v", i, done)
				}
			}
			return nil
		}))
	}
	rated(2) // still February in Bogotá
	now = now.Add(24 * time.Hour)
	rated(5)
	rated(4)
	rated(0)
	list := must(s.SatisfactionByMonth(ctx, now, bogota, 3))(t)
	var got []Satisfaction
	for _, m := range list {
		got = append(got, m.Satisfaction)
	}
	same(t, "months", got, []Satisfaction{{3, 2, 4.5}, {1, 1, 2}, {}})
	same(t, "first", list[2].First, time.Date(2026, 1, 1, 0, 0, 0, 0, bogota))
}
