// Package mailout sends what the desk owes to people.
//
//	outbox: due ─► Render ─► claim: bytes fixed, attempt counted ─► Transport ─► settle: sent, deferred, failed
//	          ▲                                                                    │
//	          └────────── later, the same bytes, the same Message-ID ◄─────────────┘
//
// The retry state lives in the outbox, so that a process which dies loses nothing: what it was sending is sent again.
// Mail to one person about one ticket keeps its order; a recipient who can't be reached holds up nobody else.
package mailout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// Dispatcher sends outbox rows as they become due.
type Dispatcher struct {
	Store     *store.Store
	Renderer  *Renderer
	Transport Transport
	Backoff   Backoff
	Parallel  int // mails at once; 4
	Caps      store.Caps
	Log       *slog.Logger
	// After returns a channel that yields after d; time.After unless tests move the clock.
	After func(d time.Duration) <-chan time.Time

	mu    sync.Mutex
	going map[int64]bool
	freed chan struct{}
}

// relayRetry is the longest wait after the relay itself was away: its return is noticed soon, whatever a mail's own age.
const relayRetry = 5 * time.Minute

// Run sends until ctx ends; mails in hand are finished or, when the relay is slow, given back.
func (d *Dispatcher) Run(ctx context.Context) error {
	d.defaults()
	n, err := d.Store.RecoverOutbox(ctx)
	if err != nil {
		return fmt.Errorf("recover the outbox: %w", err)
	}
	if n > 0 {
		d.Log.Info("mails that were being sent when the last process ended are sent again", "mails", n)
	}
	var sending sync.WaitGroup
	defer sending.Wait()
	for ctx.Err() == nil {
		changed := d.Store.Changed()
		list, err := d.Store.DueMails(ctx, d.Store.Now(), 4*d.Parallel)
		if err != nil && ctx.Err() == nil {
			d.Log.Error("cannot read the outbox; trying again", "error", err)
		}
		for _, o := range list {
			if !d.take(o.ID) {
				continue
			}
			sending.Go(func() {
				defer d.release(o.ID)
				d.deliver(ctx, o)
			})
		}
		d.rest(ctx, changed)
	}
	return nil
}

func (d *Dispatcher) defaults() {
	if d.Parallel == 0 {
		d.Parallel = 4
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.After == nil {
		d.After = time.After
	}
	d.going, d.freed = map[int64]bool{}, make(chan struct{}, 1)
}

// take reserves a place for the mail; false when it is in hand or all places are taken.
func (d *Dispatcher) take(id int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.going[id] || len(d.going) >= d.Parallel {
		return false
	}
	d.going[id] = true
	return true
}

func (d *Dispatcher) release(id int64) {
	d.mu.Lock()
	delete(d.going, id)
	d.mu.Unlock()
	select {
	case d.freed <- struct{}{}:
	default:
	}
}

// rest waits until there may be something to do: a commit, a free place, or the time of the next mail.
func (d *Dispatcher) rest(ctx context.Context, changed <-chan struct{}) {
	wait := time.Minute
	if next, err := d.Store.NextDue(ctx); err == nil && !next.IsZero() {
		wait = min(wait, max(next.Sub(d.Store.Now()), 0))
	}
	d.mu.Lock()
	busy := len(d.going) > 0
	d.mu.Unlock()
	if busy {
		wait = max(wait, time.Second) // what is due may be in hand
	}
	select {
	case <-changed:
	case <-d.freed:
	case <-d.After(wait):
	case <-ctx.Done():
	}
}

// deliver makes one attempt at one mail.
func (d *Dispatcher) deliver(ctx context.Context, o store.Outgoing) {
	defer func() {
		if r := recover(); r != nil {
			d.Log.Error("panic while sending", "mail", o.ID, "panic", r)
			d.settle(ctx, o, Result{Outcome: Held, Err: fmt.Errorf("panic: %v", r)})
		}
	}()
	if ok, err := d.claim(ctx, &o); err != nil || !ok {
		if err != nil && ctx.Err() == nil {
			d.postpone(ctx, o, err)
		}
		return
	}
	raw, err := d.Store.OpenOutgoing(ctx, o.ID)
	if err != nil {
		d.settle(ctx, o, Result{Outcome: Deferred, Err: err})
		return
	}
	defer raw.Close()
	d.settle(ctx, o, d.Transport.Send(ctx, Envelope{From: o.EnvelopeFrom, To: o.Address}, io.NewSectionReader(raw, 0, raw.Size)))
}

// claim renders the mail, if this is its first attempt, and takes it for sending.
func (d *Dispatcher) claim(ctx context.Context, o *store.Outgoing) (bool, error) {
	if o.Raw != 0 {
		return d.Store.Claim(ctx, *o, nil)
	}
	spool := d.Store.NewSpool()
	defer spool.Close()
	out, err := d.Renderer.Render(ctx, *o, spool)
	if err != nil {
		return false, err
	}
	o.MessageID, o.EnvelopeFrom = out.MessageID, out.EnvelopeFrom
	return d.Store.Claim(ctx, *o, spool)
}

// postpone puts off a mail that could not even be rendered or claimed: the next may fare better.
func (d *Dispatcher) postpone(ctx context.Context, o store.Outgoing, cause error) {
	d.Log.Error("mail can't be prepared; trying again", "mail", o.ID, "kind", o.Kind, "error", cause)
	next := d.Store.Now().Add(time.Minute)
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Defer(ctx, o.ID, store.Held, cause.Error(), next) })
	if err != nil {
		d.pause(ctx)
	}
}

func (d *Dispatcher) pause(ctx context.Context) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
}

// settle writes down what became of an attempt. That must not be lost for want of patience: what was sent and not
// written down would be sent again.
func (d *Dispatcher) settle(ctx context.Context, o store.Outgoing, r Result) {
	o.Attempts++
	ctx = context.WithoutCancel(ctx)
	for try := range 60 {
		err := d.Store.Write(ctx, func(tx *store.Tx) error { return d.write(ctx, tx, o, r) })
		if err == nil {
			break
		}
		d.Log.Error("cannot write down what became of a mail; trying again", "mail", o.ID, "outcome", r.Outcome, "error", err)
		time.Sleep(time.Duration(min(try+1, 5)) * time.Second / 5)
	}
	if r.Outcome != Sent {
		d.Log.Warn("mail not sent", "mail", o.ID, "kind", o.Kind, "outcome", r.Outcome, "attempt", o.Attempts, "reply", r.Reply, "error", r.Err)
	}
}

func (d *Dispatcher) write(ctx context.Context, tx *store.Tx, o store.Outgoing, r Result) error {
	reply := r.Reply
	if reply == "" && r.Err != nil {
		reply = r.Err.Error()
	}
	next, giveUp := d.Backoff.Next(o.Attempts, o.Created, tx.Now(), rand.Float64)
	state := store.Due
	switch r.Outcome {
	case Sent:
		return tx.Sent(ctx, o.ID, reply)
	case Refused:
		return d.fail(ctx, tx, o, "refused", reply)
	case Uncertain:
		state = store.Uncertain
	case Held:
		state = store.Held
	}
	if giveUp {
		return d.fail(ctx, tx, o, "expired", reply)
	}
	if state == store.Held || unreachable(r.Err) {
		next = earlier(next, tx.Now().Add(relayRetry*time.Duration(50+rand.IntN(50))/100))
	}
	return tx.Defer(ctx, o.ID, state, reply, next)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// unreachable tells that the relay could not even be connected to.
func unreachable(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// fail gives a mail up. When it carried an agent's words to a customer, the ticket says so and its agents are told; the
// failure of an automatic mail makes no further mail.
func (d *Dispatcher) fail(ctx context.Context, tx *store.Tx, o store.Outgoing, reason, reply string) error {
	if err := tx.Fail(ctx, o.ID, reply); err != nil || o.Ticket == 0 {
		return err
	}
	return Failure(ctx, tx, o, store.Details{Reason: reason, Failed: o.Address, Diagnostic: reply}, d.Caps)
}

// Failure records in a ticket that a mail did not reach somebody.
func Failure(ctx context.Context, tx *store.Tx, o store.Outgoing, details store.Details, caps store.Caps) error {
	ticket, ok, err := tx.Ticket(ctx, o.Ticket)
	if err != nil || !ok {
		return err
	}
	item, err := tx.Item(ctx, o.Ticket, o.Item)
	if err != nil {
		return err
	}
	activity := store.Activity{Ticket: o.Ticket, Person: o.Person, What: "not_delivered", Old: o.Address, New: details.Diagnostic}
	if err := tx.Note(ctx, activity); err != nil {
		return err
	}
	reader, err := tx.Person(ctx, o.Person)
	if err != nil || reader.Agent() || !item.Author.Agent() || o.Kind.Acknowledges() {
		return err
	}
	if item, err = tx.AddItem(ctx, ticket.Subject, desk.Item{Ticket: o.Ticket, Type: desk.Automatic, Author: item.Author, Visibility: desk.Internal,
		State: desk.Filed, Text: item.Text, Quoted: details.Diagnostic}, nil); err != nil {
		return err
	}
	return tx.Tell(ctx, store.Telling{Event: desk.Event{Kind: desk.DeliveryFailed, Ticket: ticket, Item: item, Author: item.Author}, Details: details, Caps: caps})
}
