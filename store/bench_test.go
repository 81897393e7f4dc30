package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// spread runs f n times from the given number of goroutines.
func spread(b *testing.B, goroutines int, f func(i int) error) {
	b.ReportAllocs()
	b.ResetTimer()
	next := make(chan int)
	done := make(chan error)
	for range goroutines {
		go func() {
			var first error
			for i := range next {
				if err := f(i); err != nil && first == nil {
					first = err
				}
			}
			done <- first
		}()
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	for range goroutines {
		check(b, <-done)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

var words = strings.Fields("buenos días desde ayer el módulo de facturación electrónica rechaza " +
	"los documentos con error al validar la firma del cliente y no podemos cerrar el mes")

func body(i, size int) string {
	var b strings.Builder
	for n := i; b.Len() < size; n += 7 {
		fmt.Fprintf(&b, "%s%d ", words[n%len(words)], n%997)
	}
	return b.String()
}

func BenchmarkReceive(b *testing.B) {
	for _, goroutines := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("10KB/from%d", goroutines), func(b *testing.B) {
			s, _ := newStore(b)
			text := body(0, 10<<10)
			spread(b, goroutines, func(i int) error { return take(s, fmt.Sprint(i, text)) })
		})
	}
}

// Filing is a ticket with its item, three notices and its words in the index, as a customer's first
// mail makes it.
func BenchmarkFile(b *testing.B) {
	for _, goroutines := range []int{1, 64} {
		b.Run(fmt.Sprintf("from%d", goroutines), func(b *testing.B) {
			s, _ := newStore(b)
			by := addPerson(b, s, desk.Customer, "carla@cliente.test")
			spread(b, goroutines, func(i int) error {
				return s.Write(ctx, func(tx *Tx) error {
					k, _, err := tx.OpenTicket(ctx,
						desk.Ticket{Mailbox: "s@e.test", Subject: "Factura", Class: desk.Open,
							Requester: by, Controller: by},
						&NewItem{Item: desk.Item{Type: desk.Note, Author: by, Text: body(i, 1500),
							MessageID: fmt.Sprintf("%d@cliente.test", i)}})
					for n := 0; n < 3 && err == nil; n++ {
						_, err = tx.Owe(ctx, Outgoing{Kind: desk.NewTicket, Ticket: k.Number,
							Item: 1, Person: 1, Address: fmt.Sprintf("a%d@e.test", n)})
					}
					return err
				})
			})
		})
	}
}

func BenchmarkDueMails(b *testing.B) {
	s, c := newStore(b)
	write(b, s, func(tx *Tx) error {
		_, err := tx.exec(
			ctx,
			`INSERT INTO outbox (kind, ticket, item, person, address, mailbox, details, state, created_at, next_at, settled_at)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
			SELECT 'item', i / 5, 1, i % 50, 'a' || (i % 50) || '@e.test', '', '{}', 'sent', 0, 0, 1 FROM n`)
		return err
	})
	for i := range 20 {
		owe(b, s, int64(i), "a@e.test")
	}
	for name, f := range map[string]func() error{
		"DueMails":    func() error { _, err := s.DueMails(ctx, c.now(), 16); return err },
		"NextDue":     func() error { _, err := s.NextDue(ctx); return err },
		"CountOutbox": func() error { _, err := s.CountOutbox(ctx); return err },
		"Deliveries":  func() error { _, err := s.Deliveries(ctx, 500); return err },
		"CountOneTicket": func() error {
			return s.Write(ctx, func(tx *Tx) error {
				_, err := tx.countOutbox(ctx, 20,
					"ticket = $1 AND address = $2 AND created_at > $3", 0, "a1@e.test",
					time.Now().UnixMilli())
				return err
			})
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				check(b, f())
			}
		})
	}
}

// BenchmarkOutbox claims mails and settles them as the dispatcher's senders do: two transactions a
// mail.
func BenchmarkOutbox(b *testing.B) {
	s, _ := newStore(b)
	write(b, s, func(tx *Tx) error {
		for i := range b.N {
			if _, err := tx.Owe(ctx, Outgoing{Kind: desk.NewTicket, Ticket: int64(i + 1), Item: 1,
				Person: 1, Address: "a@e.test"}); err != nil {
				return err
			}
		}
		return nil
	})
	spread(b, 64, func(i int) error {
		o := Outgoing{ID: int64(i + 1), Ticket: int64(i + 1), Address: "a@e.test"}
		if claimed, err := s.Claim(ctx, o); err != nil || !claimed {
			return fmt.Errorf("claim %d: %v, %w", o.ID, claimed, err)
		}
		return s.Write(ctx, func(tx *Tx) error { return tx.Sent(ctx, o, "250 ok") })
	})
}
