package store

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buzon/store/desk"
)

// Whatever is done in whatever order: a mail has one outcome, items are numbered without gaps, and
// nobody is sent the second mail about a ticket before the first is settled.
func TestAnyOrderOfOperations(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		check(t, flag.Set("rapid.checks", "20")) // each opens a store; ask for more by the flag
	}
	rapid.Check(t, func(r *rapid.T) {
		c := newClock()
		s, err := Open(ctx, t.TempDir(), Options{Now: c.now, MinFree: 1})
		check(t, err)
		defer s.Close()
		// it is the rules that are tested here, not the disk
		must(s.writer.conn.ExecContext(ctx, "PRAGMA synchronous = OFF"))(t)
		by := addPerson(t, s, desk.Customer, "carla@cliente.test")
		tickets := []desk.Ticket{openTicket(t, s, by, "a"), openTicket(t, s, by, "b")}
		var mails []int64
		settled, items, texts := map[int64]bool{}, map[int64]int64{}, map[int64]string{}
		r.Repeat(map[string]func(*rapid.T){
			"receive": func(r *rapid.T) {
				mails = append(mails, receive(t, s,
					rapid.SampledFrom([]string{"a", "b", large}).Draw(r, "mail")))
			},
			"settle": func(r *rapid.T) {
				if len(mails) == 0 {
					return
				}
				id := rapid.SampledFrom(mails).Draw(r, "id")
				if first := settle(t, s, id, Verdict{Outcome: OutcomeItem}); first == settled[id] {
					r.Fatalf("mail %d: settled before %v, and now %v", id, settled[id], first)
				}
				settled[id] = true
			},
			"item": func(r *rapid.T) {
				k := rapid.SampledFrom(tickets).Draw(r, "ticket")
				fails := rapid.Bool().Draw(r, "fails")
				err := s.Write(ctx, func(tx *Tx) error {
					it, err := tx.AddItem(ctx, "x",
						NewItem{Item: desk.Item{Ticket: k.Number, Type: desk.Note, Author: by}})
					if err == nil && it.Number != items[k.Number]+1 {
						err = fmt.Errorf("item %d behind %d", it.Number, items[k.Number])
					}
					if err == nil && fails {
						err = fmt.Errorf("on purpose")
					}
					return err
				})
				if (err != nil) != fails {
					r.Fatal(err)
				}
				if err == nil {
					items[k.Number]++
				}
			},
			"owe": func(r *rapid.T) {
				owe(t, s, rapid.SampledFrom(tickets).Draw(r, "ticket").Number,
					rapid.SampledFrom([]string{"a@x.test", "b@x.test"}).Draw(r, "address"))
			},
			"send": func(r *rapid.T) {
				list := must(s.DueMails(ctx, c.now(), 9))(t)
				if len(list) == 0 {
					return
				}
				o := rapid.SampledFrom(list).Draw(r, "mail")
				var raw *Spool
				if o.Raw == 0 {
					raw = spool(t, s, fmt.Sprintf("raw %d of attempt %d", o.ID, o.Attempts))
					texts[o.ID] = raw.SHA256()
				}
				if ok := must(s.Claim(ctx, o))(t); !ok {
					r.Fatalf("mail %d is due and can't be claimed", o.ID)
				}
				if raw != nil {
					check(t, s.Fix(ctx, &o, raw))
				}
				b := must(s.OpenOutgoing(ctx, o.ID))(t)
				if b.SHA256 != texts[o.ID] {
					r.Fatalf("mail %d has other bytes than at first", o.ID)
				}
				how := rapid.SampledFrom([]string{"sent", "failed", "deferred",
					"dies"}).Draw(r, "how")
				write(t, s, func(tx *Tx) error {
					switch how {
					case "sent":
						return tx.Sent(ctx, o, "250")
					case "failed":
						return tx.Fail(ctx, o, "550")
					case "deferred":
						return tx.Defer(ctx, o.ID, Due, "450", c.now().Add(time.Minute))
					}
					return nil
				})
				if how == "dies" {
					must(s.RecoverOutbox(ctx))(t)
				}
			},
			"retry": func(r *rapid.T) {
				for _, o := range must(s.Outbox(ctx, OutboxFilter{State: Failed}))(t) {
					must(s.RetryOutgoing(ctx, o.ID))(t)
				}
			},
			"wait": func(*rapid.T) { c.move(30 * time.Second) },
			"": func(r *rapid.T) {
				for _, k := range tickets {
					for i, it := range must(s.Items(ctx, k.Number))(t) {
						if it.Number != int64(i+1) {
							r.Fatalf("ticket %d has item %d in place %d", k.Number, it.Number, i+1)
						}
					}
				}
				open, waiting := map[string]int64{}, len(must(s.Unsettled(ctx, 0, c.now(), 999))(t))
				if waiting != len(mails)-len(settled) {
					r.Fatalf("%d mails wait, want %d", waiting, len(mails)-len(settled))
				}
				for _, o := range must(s.DueMails(ctx, c.now(), 999))(t) {
					key := fmt.Sprint(o.Ticket, o.Address)
					if open[key] != 0 {
						r.Fatalf("mails %d and %d are due to one address at once", open[key], o.ID)
					}
					open[key] = o.ID
				}
				for _, o := range must(s.Outbox(ctx, OutboxFilter{}))(t) { // the newest first
					if id := open[fmt.Sprint(o.Ticket, o.Address)]; id > o.ID &&
						o.Settled.IsZero() {
						r.Fatalf("mail %d is due before %d", id, o.ID)
					}
					if !o.Settled.IsZero() && o.Raw != 0 {
						r.Fatalf("mail %d is settled and keeps its bytes", o.ID)
					}
				}
			},
		})
		check(t, s.Check(ctx))
	})
}
