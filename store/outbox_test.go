package store

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buzon/store/desk"
)

func outgoing(t testing.TB, s *Store, id int64) Outgoing {
	t.Helper()
	o, err := s.OutgoingMail(ctx, id)
	if err != nil {
		t.Fatalf("outgoing mail %d: %v", id, err)
	}
	return o
}

func due(t testing.TB, s *Store) (ids []int64) {
	t.Helper()
	for _, o := range must(s.DueMails(ctx, s.Now(), 99))(t) {
		ids = append(ids, o.ID)
	}
	return ids
}

// claim claims a mail and fixes its bytes, unless there are none to fix.
func claim(t testing.TB, s *Store, id int64, raw string) bool {
	t.Helper()
	o := outgoing(t, s, id)
	claimed := must(s.Claim(ctx, o))(t)
	if claimed && raw != "" {
		o.MessageID, o.EnvelopeFrom = "m@ejemplo.test", "bounce@ejemplo.test"
		check(t, s.Fix(ctx, &o, spool(t, s, raw)))
	}
	return claimed
}

func TestOutboxOrder(t *testing.T) {
	s, c := newStore(t)
	first, other, elsewhere, second := owe(t, s, 1, "a@x.test"), owe(t, s, 1, "b@x.test"),
		owe(t, s, 2, "a@x.test"), owe(t, s, 1, "a@x.test")
	same(t, "the oldest of each ticket and address", due(t, s), []int64{first, other, elsewhere})
	same(t, "but of its mailbox", len(must(s.DueMails(ctx, c.now(), 9, "soporte@ejemplo.test"))(t)),
		0)
	same(t, "but of another", len(must(s.DueMails(ctx, c.now(), 9, "x@y.test", "z@y.test"))(t)), 3)
	same(t, "claimed", claim(t, s, first, "raw"), true)
	same(t, "while the first is being sent", due(t, s), []int64{other, elsewhere})
	write(t, s, func(tx *Tx) error {
		return tx.Defer(ctx, first, Due, "450",
			c.now().Add(time.Minute))
	})
	same(t, "while the first waits", due(t, s), []int64{other, elsewhere})
	c.move(time.Minute)
	same(t, "when its time has come", due(t, s), []int64{other, elsewhere, first})
	same(t, "claimed again", claim(t, s, first, ""), true)
	write(t, s, func(tx *Tx) error { return tx.Fail(ctx, outgoing(t, s, first), "550") })
	same(t, "when it is settled", due(t, s), []int64{other, elsewhere, second})
}

func TestA25OutboxAndTheClock(t *testing.T) {
	s, c := newStore(t)
	same(t, "nothing is due", must(s.NextDue(ctx))(t).IsZero(), true)
	id, behind := owe(t, s, 1, "a@x.test"), owe(t, s, 1, "a@x.test")
	next := c.now().Add(time.Hour)
	same(t, "claimed", claim(t, s, id, ""), true)
	write(t, s, func(tx *Tx) error { return tx.Defer(ctx, id, Held, "535", next) })
	same(t, "next", must(s.NextDue(ctx))(t).Equal(next), true)
	same(t, "due", due(t, s), []int64{})
	c.move(-3 * time.Hour)
	check(t, s.SetBack(ctx))
	same(t, "due after the clock was set back", due(t, s), []int64{id})
	same(t, "behind it", outgoing(t, s, behind).State, Due)
}

func TestOneOfManyClaims(t *testing.T) {
	s, _ := newStore(t)
	id := owe(t, s, 1, "a@x.test")
	o := outgoing(t, s, id)
	var got atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if ok, err := s.Claim(ctx, o); err != nil {
				t.Error(err)
			} else if ok {
				got.Add(1)
			}
		})
	}
	group.Wait()
	same(t, "claims", got.Load(), 1)
	same(t, "state, attempts", []any{outgoing(t, s, id).State, outgoing(t, s, id).Attempts},
		[]any{Sending, 1})
}

// A list of due mail may be older than what became of it: who claims by it would render the mail
// anew and send it early.
func TestClaimByAnOldList(t *testing.T) {
	s, c := newStore(t)
	id := owe(t, s, 1, "a@x.test")
	old := outgoing(t, s, id)
	same(t, "claimed", claim(t, s, id, "first"), true)
	write(t, s, func(tx *Tx) error { return tx.Defer(ctx, id, Due, "450", c.now().Add(time.Hour)) })
	same(t, "claimed by the old list", must(s.Claim(ctx, old))(t), false)
	same(t, "claimed by a new one", claim(t, s, id, ""), true)
	b := must(s.OpenOutgoing(ctx, id))(t)
	defer b.Close()
	same(t, "bytes", string(must(io.ReadAll(b.Reader()))(t)), "first")
}

func TestSettledMailDropsItsBytes(t *testing.T) {
	s, _ := newStore(t)
	blobs := func() (n int) {
		must(s.row(ctx, "SELECT count(*) FROM blob", nil, &n))(t)
		return n
	}
	a, b, c := owe(t, s, 1, "a@x.test"), owe(t, s, 1, "b@x.test"), owe(t, s, 1, "c@x.test")
	received := receive(t, s, "received")
	for id, raw := range map[int64]string{a: "one", b: "one", c: "received"} {
		claim(t, s, id, raw)
	}
	same(t, "blobs", blobs(), 2)
	for i, id := range []int64{a, b, c} {
		write(t, s, func(tx *Tx) error { return tx.Sent(ctx, outgoing(t, s, id), "250 ok") })
		// "one" goes with the second, the journal keeps its own
		same(t, "blobs left", blobs(), []int{2, 1, 1}[i])
	}
	o := outgoing(t, s, a)
	same(t, "settled", []any{o.State, o.LastReply, o.Raw, o.Settled.IsZero(), o.MessageID},
		[]any{Sent, "250 ok", 0, false, "m@ejemplo.test"})
	blob := must(s.OpenMail(ctx, mail(t, s, received)))(t)
	check(t, blob.Close())
	if _, err := s.OpenOutgoing(ctx, a); err == nil {
		t.Error("bytes of a settled mail were opened")
	}
}

func TestBounceIsFasterThanTheReceipt(t *testing.T) {
	s, _ := newStore(t)
	id := owe(t, s, 1, "a@x.test")
	claim(t, s, id, "raw")
	write(t, s, func(tx *Tx) error { return tx.Fail(ctx, outgoing(t, s, id), "bounced") })
	write(t, s, func(tx *Tx) error { return tx.Sent(ctx, outgoing(t, s, id), "250") })
	same(t, "state", outgoing(t, s, id).State, Failed)
	id = owe(t, s, 1, "a@x.test")
	claim(t, s, id, "raw")
	write(t, s, func(tx *Tx) error { return tx.Sent(ctx, outgoing(t, s, id), "250") })
	write(t, s, func(tx *Tx) error { return tx.Defer(ctx, id, Due, "late", s.Now()) })
	same(t, "state of a sent mail", outgoing(t, s, id).State, Sent)
	write(t, s, func(tx *Tx) error { return tx.Fail(ctx, outgoing(t, s, id), "bounced") })
	same(t, "state when it bounced", outgoing(t, s, id).State, Failed)
}

// What a mail carries is settled with it, also when it failed before and was tried again by hand.
// Who settles it needs not have read it again.
func TestCarriedIsSettledWithItsCarrier(t *testing.T) {
	s, _ := newStore(t)
	id, carried := owe(t, s, 1, "a@x.test"), owe(t, s, 2, "a@x.test")
	write(t, s, func(tx *Tx) error {
		return tx.write(ctx,
			"UPDATE outbox SET carrier = $1 WHERE id = $2", id, carried)
	})
	states := func() []OutboxState {
		return []OutboxState{outgoing(t, s, id).State,
			outgoing(t, s, carried).State}
	}
	o := outgoing(t, s, id)
	write(t, s, func(tx *Tx) error { return tx.Fail(ctx, o, "550") })
	write(t, s, func(tx *Tx) error { return tx.Sent(ctx, o, "250") })
	same(t, "failed", states(), []OutboxState{Failed, Failed})
	must(s.RetryOutgoing(ctx, id))(t)
	same(t, "claimed", must(s.Claim(ctx, o))(t), true)
	check(t, s.Fix(ctx, &o, spool(t, s, "raw")))
	write(t, s, func(tx *Tx) error { return tx.Sent(ctx, o, "250") })
	same(t, "sent", states(), []OutboxState{Sent, Sent})
	var blobs int
	must(s.row(ctx, "SELECT count(*) FROM blob", nil, &blobs))(t)
	same(t, "blobs", blobs, 0)
}

// What is not to go takes nothing along that it was to say too.
func TestForgoneLetsGoWhatItCarries(t *testing.T) {
	s, _ := newStore(t)
	id, carried := owe(t, s, 1, "a@x.test"), owe(t, s, 2, "a@x.test")
	write(t, s, func(tx *Tx) error {
		return tx.write(ctx, "UPDATE outbox SET carrier = $1 WHERE id = $2", id, carried)
	})
	o := outgoing(t, s, id)
	write(t, s, func(tx *Tx) error { return tx.Forgo(ctx, o, "not to go") })
	same(t, "state", outgoing(t, s, id).State, Failed)
	other := outgoing(t, s, carried)
	same(t, "what it carried", []any{other.State, other.Carrier}, []any{Due, int64(0)})
	same(t, "claimed", must(s.Claim(ctx, other))(t), true)
}

func TestRecoverOutbox(t *testing.T) {
	s, _ := newStore(t)
	sending, waiting, sent := owe(t, s, 1, "a@x.test"), owe(t, s, 1, "b@x.test"),
		owe(t, s, 1, "c@x.test")
	claim(t, s, sending, "raw")
	claim(t, s, sent, "raw")
	write(t, s, func(tx *Tx) error { return tx.Sent(ctx, outgoing(t, s, sent), "250") })
	same(t, "recovered", must(s.RecoverOutbox(ctx))(t), 1)
	for id, want := range map[int64]OutboxState{sending: Uncertain, waiting: Due, sent: Sent} {
		same(t, "state", outgoing(t, s, id).State, want)
	}
	same(t, "due", len(due(t, s)), 2)
	same(t, "the same bytes", outgoing(t, s, sending).Raw != 0, true)
}

func TestRetryAndDropByHand(t *testing.T) {
	s, c := newStore(t)
	id := owe(t, s, 1, "a@x.test")
	claim(t, s, id, "first")
	same(t, "retry what is being sent", must(s.RetryOutgoing(ctx, id))(t), []int64{})
	same(t, "drop what is being sent", must(s.DropOutgoing(ctx, id))(t), []int64{})
	write(t, s, func(tx *Tx) error { return tx.Fail(ctx, outgoing(t, s, id), "550") })
	same(t, "retry what failed", must(s.RetryOutgoing(ctx, id))(t), []int64{id})
	same(t, "its bytes", outgoing(t, s, id).Raw, 0)
	same(t, "claim", claim(t, s, id, "anew"), true)
	b := must(s.OpenOutgoing(ctx, id))(t)
	defer b.Close()
	same(t, "rendered", string(must(io.ReadAll(b.Reader()))(t)), "anew")
	write(t, s, func(tx *Tx) error {
		return tx.Defer(ctx, id, Held, "535",
			c.now().Add(time.Hour))
	})
	same(t, "retry what is held", must(s.RetryOutgoing(ctx, id))(t), []int64{id})
	same(t, "due", due(t, s), []int64{id})
	same(t, "drop", must(s.DropOutgoing(ctx, id))(t), []int64{id})
	same(t, "drop again", must(s.DropOutgoing(ctx, id))(t), []int64{})
	same(t, "state", outgoing(t, s, id).State, Failed)
	sent := owe(t, s, 2, "b@x.test")
	owe(t, s, 2, "b@x.test")
	claim(t, s, sent, "raw")
	write(t, s, func(tx *Tx) error { return tx.Sent(ctx, outgoing(t, s, sent), "250") })
	same(t, "counted", must(s.CountOutbox(ctx))(t), map[OutboxState]int{Failed: 1, Sent: 1, Due: 1})
	same(t, "listed", len(must(s.Outbox(ctx, OutboxFilter{State: Failed, Ticket: 1}))(t)), 1)
	same(t, "listed of another ticket", len(must(s.Outbox(ctx, OutboxFilter{Ticket: 3}))(t)), 0)
}

func TestCorrespondence(t *testing.T) {
	s, c := newStore(t)
	by := addPerson(t, s, desk.Customer, "c@cliente.test")
	k := openTicket(t, s, by, "x")
	var want []string
	for i, text := range []string{"a", "b", "c"} {
		it := addItem(t, s, k, by, text)
		want = append(want, it.MessageID)
		c.move(time.Second)
		id := owe(t, s, k.Number, "c@cliente.test")
		o := outgoing(t, s, id)
		o.MessageID = text + "@ejemplo.test"
		must(s.Claim(ctx, o))(t)
		check(t, s.Fix(ctx, &o, spool(t, s, text)))
		if i < 2 {
			want = append(want, o.MessageID)
		}
		c.move(time.Second)
		if i == 2 {
			same(t, "what he has", must(s.CorrespondenceIDs(ctx, k.Number, by.ID, id, 9))(t), want)
			same(t, "the last two", must(s.CorrespondenceIDs(ctx, k.Number, by.ID, id, 2))(t),
				want[3:])
			// what is read for several mails together is the same
			all := must(s.Outbox(ctx, OutboxFilter{}))(t)
			shared := must(s.Shared(ctx, all, 2))(t)
			for _, o := range all {
				same(t, "read together", []any{shared.Before[o.ID], shared.Backgrounds[o.ID]},
					[]any{must(s.CorrespondenceIDs(ctx, o.Ticket, o.Person, o.ID, 2))(t),
						must(s.Background(ctx, o, desk.Customer))(t)})
			}
		}
	}
	same(t, "deliveries of the item", len(must(s.Deliveries(ctx, k.Number))(t)[1]), 3)
	same(t, "sent to him", must(s.WasSent(ctx, k.Number, 1, by.ID))(t), true)
	same(t, "sent to another", must(s.WasSent(ctx, k.Number, 1, 99))(t), false)
}

// What ends the process whenever it is rendered is set aside the second time; the admins hear of
// it, and the others go on.
func TestMailThatEndsTheProcess(t *testing.T) {
	s, _ := newStore(t)
	addPerson(t, s, desk.Admin, "jefa@ejemplo.test")
	bad, good := owe(t, s, 1, "a@x.test"), owe(t, s, 2, "b@x.test")
	sent := owe(t, s, 3, "c@x.test")
	for round, want := range []OutboxState{Uncertain, Failed} {
		claim(t, s, bad, "")
		if round == 0 {
			claim(t, s, good, "")
			claim(t, s, sent, "rendered")
		}
		must(s.RecoverOutbox(ctx))(t)
		same(t, "state", outgoing(t, s, bad).State, want)
		same(t, "another in its company", outgoing(t, s, good).State, Uncertain)
		same(t, "one that was rendered is no suspect", outgoing(t, s, sent).Deaths, 0)
	}
	suspects := must(s.Suspects(ctx))(t)
	same(t, "suspects", len(suspects) == 1 && suspects[0].ID == good, true)
	alarms := must(s.Outbox(ctx, OutboxFilter{State: Due}))(t)
	same(t, "alarm", fmt.Sprint(alarms[0].Kind, alarms[0].Address, alarms[0].Details.Number),
		fmt.Sprint(desk.AlarmNotice, "jefa@ejemplo.test", bad))
	same(t, "tried again by hand", must(s.RetryOutgoing(ctx, bad))(t), []int64{bad})
}

// Claim is ClaimAll of one mail, and reports whether it was claimed.
func (s *Store) Claim(ctx context.Context, o Outgoing) (bool, error) {
	claimed, err := s.ClaimAll(ctx, []Outgoing{o})
	return len(claimed) == 1, err
}
