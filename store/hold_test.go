package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"buzon/store/desk"
)

// holdingDesk has a ticket of Carla's, and agents who have read of it.
func holdingDesk(t *testing.T, hold time.Duration, agents int) (*Store, desk.Ticket,
	[]desk.Person) {
	s := open(t, t.TempDir(), Options{Now: newClock().now,
		Mailboxes: desk.Mailboxes{{Address: "soporte@ejemplo.test", Hold: hold}}})
	k := openTicket(t, s, addPerson(t, s, desk.Customer, "carla@cliente.test"), "Sin red")
	var list []desk.Person
	for i := range agents {
		list = append(list, addPerson(t, s, desk.Agent, fmt.Sprintf("a%d@ejemplo.test", i)))
	}
	return s, k, list
}

// TestExactlyOneAnswerGoesOut: of those who answer what they have read at the same moment.
func TestExactlyOneAnswerGoesOut(t *testing.T) {
	t.Parallel()
	s, k, agents := holdingDesk(t, 0, 8)
	var running sync.WaitGroup
	for _, a := range agents {
		running.Go(func() {
			check(t, s.Write(ctx, func(tx *Tx) error {
				d := desk.Deed{By: a, Item: desk.Item{Text: "x"},
					Read: desk.Notified{Item: 1, At: s.Now()}}
				_, err := tx.Do(ctx, k.Number, d, Origin{})
				return err
			}))
		})
	}
	running.Wait()
	states := map[desk.State]int{}
	for _, it := range must(s.Items(ctx, k.Number))(t) {
		states[it.State]++
	}
	owed, _ := told(t, s, k.Number)
	same(t, "answers", []any{states[desk.Filed], states[desk.Held], owed}, []any{1, 7, "item"})
}

// TestWithdrawnOrSent: whoever is faster, the dispatcher or the author, an answer is one of the
// two.
func TestWithdrawnOrSent(t *testing.T) {
	t.Parallel()
	s, k, agents := holdingDesk(t, time.Minute, 1)
	for i := range 20 {
		doDeed(t, s, k.Number, desk.Deed{By: agents[0], Item: desk.Item{Text: fmt.Sprint(i)}})
		list := must(s.Outbox(ctx, OutboxFilter{State: Due, Limit: 1}))(t)
		if len(list) != 1 || !list[0].Next.Equal(s.Now().Add(time.Minute)) {
			t.Fatalf("owed: %+v", list)
		}
		o := list[0]
		var claimed, withdrawn bool
		var running sync.WaitGroup
		running.Go(func() { claimed = must(s.Claim(ctx, o))(t) })
		running.Go(func() {
			write(t, s, func(tx *Tx) (err error) {
				withdrawn, err = tx.Withdraw(ctx, o.Ticket, o.Item)
				return err
			})
		})
		running.Wait()
		it := must(s.Item(ctx, o.Ticket, o.Item))(t)
		after := must(s.OutgoingMail(ctx, o.ID))(t)
		want := []any{!withdrawn, desk.Filed, desk.Public, Sending}
		if withdrawn {
			want = []any{!withdrawn, desk.Cancelled, desk.Internal, Failed}
		}
		same(t, "claimed", []any{claimed, it.State, it.Visibility, after.State}, want)
		var left int
		must(s.row(ctx, "SELECT count(*) FROM hold", nil, &left))(t)
		same(t, "holds", left, 0)
		if claimed {
			write(t, s, func(tx *Tx) error { return tx.Sent(ctx, o, "250") })
		}
	}
}

// TestMeanwhile: what counts as a colleague's being faster.
func TestMeanwhile(t *testing.T) {
	t.Parallel()
	s, k, agents := holdingDesk(t, 0, 3)
	ana, luis, boss := agents[0], agents[1], agents[2]
	read := desk.Notified{Item: 1, At: s.Now()}
	faster := func() (name string) {
		write(t, s, func(tx *Tx) error {
			now := must(tx.Ticket(ctx, k.Number))(t)
			m, err := tx.meanwhile(ctx, now, desk.Deed{By: ana, Read: read})
			if name = m.By.Name; m.Took {
				name += " took"
			}
			return err
		})
		return name
	}
	order := func(v desk.Verb, arg string) []desk.Order {
		return []desk.Order{desk.NewOrder(v, arg,
			"es")}
	}
	for _, step := range []struct {
		what string
		deed desk.Deed
		want string
	}{
		{"a customer writes", desk.Deed{By: k.Requester, Item: desk.Item{Text: "x"}}, ""},
		{"a colleague's note", desk.Deed{By: luis,
			Item: desk.Item{Text: "x", Visibility: desk.Internal}}, ""},
		{"she took it herself", desk.Deed{By: ana, Orders: order(desk.VerbTake, "")}, ""},
		{"she gave it away", desk.Deed{By: ana, Orders: order("assign", luis.Name)}, ""},
		{"a colleague takes it", desk.Deed{By: luis, Orders: order(desk.VerbTake, "")}, ""},
		{"it is hers again", desk.Deed{By: boss, Orders: order("assign", ana.Name)}, ""},
		{"a third one gives it away", desk.Deed{By: boss, Orders: order("assign", luis.Name)},
			luis.Name + " took"},
		{"her own answer", desk.Deed{By: ana, Item: desk.Item{Text: "x"}}, ""},
		{"a colleague answers", desk.Deed{By: luis, Item: desk.Item{Text: "x"}}, luis.Name},
		{"another takes it then", desk.Deed{By: boss, Orders: order(desk.VerbTake, "")}, luis.Name},
	} {
		doDeed(t, s, k.Number, step.deed)
		same(t, step.what, faster(), step.want)
	}
	read.Item = int64(len(must(s.Items(ctx, k.Number))(t))) // the notice of all that
	same(t, "she has read it", faster(), boss.Name+" took")
	read.At = read.At.Add(time.Second)
	same(t, "and that", faster(), "")
}
