package mailout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// renderAttempts is how often a mail is rendered in vain before it is given up. It is no fault of
// the relay's or the recipient's that waiting would mend, and behind it waits all later mail to
// that person about the ticket.
const renderAttempts = 5

// deliverAll makes one attempt at each mail of a batch, and releases those that a cap has held
// back.
func (d *Dispatcher) deliverAll(ctx context.Context, list []store.Outgoing, turns []turn) {
	left := map[int64]turn{}
	var ready []store.Outgoing
	for i, o := range list {
		left[o.ID] = turns[i]
		if o.Capped() {
			d.uncap(ctx, o)
			continue
		}
		ready = append(ready, o)
	}
	var each sync.WaitGroup
	claimed := d.claim(ctx, ready)
	b := d.renderer().batchOf(ctx, claimed)
	for _, o := range claimed {
		t := left[o.ID]
		delete(left, o.ID)
		each.Go(func() {
			defer d.release(o.ID)
			defer t.pass()
			d.deliver(ctx, o, b, t)
		})
	}
	for id, t := range left {
		t.pass()
		d.release(id)
	}
	each.Wait()
}

// uncap lets a mail go that a cap has held back.
func (d *Dispatcher) uncap(ctx context.Context, o store.Outgoing) {
	if err := d.Store.Release(ctx, o.ID); err != nil {
		d.Log.Error("cannot release a mail that was held back; trying again",
			"outbox", o.ID, "error", err)
		wait(ctx, time.Second)
	}
}

// deliver makes one attempt at one mail.
func (d *Dispatcher) deliver(ctx context.Context, o store.Outgoing, b *batch, t turn) {
	raw, failure := d.prepare(ctx, &o, b)
	switch {
	case errors.Is(failure, errUnseen):
		d.forgo(ctx, o, errUnseen)
		return
	case errors.Is(failure, errArrived):
		d.forgo(ctx, o, errArrived)
		return
	case failure != nil:
		d.settle(ctx, o, unrendered(o, failure))
		return
	}
	defer func() { raw.Close() }()
	if !d.enter(ctx, t) {
		d.giveBack(ctx, o)
		return
	}
	began := time.Now()
	r := d.send(ctx, o, raw)
	d.paced(time.Since(began))
	if smaller := d.shrink(ctx, &o, raw, r, b); smaller != nil {
		raw.Close()
		raw = smaller
		r = d.send(ctx, o, raw)
	}
	if ctx.Err() == nil {
		d.heard(r)
	}
	<-t.sending
	d.settle(ctx, o, r)
}

// enter waits for a mail's turn and a free place to be sent; false when there is no use in sending
// it now: the relay has gone away, or we are to end.
func (d *Dispatcher) enter(ctx context.Context, t turn) bool {
	select {
	case <-t.before:
	case <-ctx.Done():
		return false
	}
	select {
	case t.sending <- struct{}{}:
	case <-d.stopping:
		return false
	}
	t.pass()
	select {
	case <-d.stopping:
	default:
		if d.away() == 0 {
			return true
		}
	}
	<-t.sending
	return false
}

// paced notes how long it took to send a mail.
func (d *Dispatcher) paced(took time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pace += (max(took, time.Microsecond) - d.pace) / 8
}

// heard notes what an attempt says of the relay.
func (d *Dispatcher) heard(r Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r.Away = r.Away && !r.Others
	d.outage.heard(r, d.Store.Now(), d.Backoff.defaults().Retry[0])
}

// claim counts the attempts, and returns the mails at which there is one to make.
func (d *Dispatcher) claim(ctx context.Context, list []store.Outgoing) []store.Outgoing {
	if len(list) == 0 {
		return nil
	}
	claimed, err := d.Store.ClaimAll(ctx, list)
	if err != nil {
		d.Log.Error("cannot write to the outbox; trying again", "mails", len(list), "error", err)
		wait(ctx, time.Second)
		return nil
	}
	return claimed
}

// content is the bytes of a mail. Close must be called.
type content interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// prepare makes the bytes of a mail at its first attempt and keeps them; later ones send the same.
func (d *Dispatcher) prepare(ctx context.Context, o *store.Outgoing, b *batch) (content, error) {
	if err := d.arrived(ctx, *o); err != nil {
		return nil, err
	}
	if o.Raw == 0 {
		return d.render(ctx, o, d.limit(o.Mailbox), b)
	}
	raw, err := d.Store.OpenOutgoing(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	return keptBytes{raw}, nil
}

// errArrived is a notice that a mail is late which has gone, or failed, meanwhile.
var errArrived = errors.New(store.Arrived)

// arrived is errArrived for such a notice. It is asked at each attempt: the relay that kept the mail
// back may have kept the notice too.
func (d *Dispatcher) arrived(ctx context.Context, o store.Outgoing) error {
	if o.Kind != desk.Undelivered || o.Details.Reason != "late" {
		return nil
	}
	late, err := store.Optional(d.Store.OutgoingMail(ctx, o.Details.Number))
	if err == nil && !late.Settled.IsZero() {
		return errArrived
	}
	return err
}

// fresh and keptBytes are the bytes of a mail that was just rendered, and of one that was before.
type (
	fresh     struct{ *store.Spool }
	keptBytes struct{ *store.Blob }
)

func (f fresh) ReadAt(p []byte, at int64) (int, error) { return f.ReaderAt().ReadAt(p, at) }
func (k keptBytes) Size() int64                        { return k.Blob.Size }

// limit is the size of the largest mail that the relay of a mailbox takes, 0 where it is not known.
func (d *Dispatcher) limit(mailbox string) int64 {
	if t, ok := d.Transport.(interface{ Limit(mailbox string) int64 }); ok {
		return t.Limit(mailbox)
	}
	return 0
}

// shrink renders a mail anew that was refused for its size alone; nil when it has not become
// smaller: files stay behind that the mail names. It was taken by nobody, so that its bytes may
// change.
func (d *Dispatcher) shrink(ctx context.Context, o *store.Outgoing, before content, r Result,
	b *batch) content {
	var large *TooLarge
	if !errors.As(r.Err, &large) {
		return nil
	}
	after, err := d.render(ctx, o, cmp.Or(large.Limit, before.Size()/2), b)
	if err != nil {
		d.Log.Error("cannot make a mail smaller", "outbox", o.ID, "error", err)
		return nil
	}
	if after.Size() >= before.Size() {
		after.Close()
		return nil
	}
	return after
}

// render makes the bytes of a mail, of at most limit bytes where leaving files out can do that, and
// keeps them. A panic is an error like another.
func (d *Dispatcher) render(ctx context.Context, o *store.Outgoing, limit int64, b *batch) (
	w content, err error) {
	raw := d.Store.NewSpool()
	defer func() {
		if r := recover(); r != nil {
			d.Log.Error("panic while rendering", "outbox", o.ID, "panic", r, "stack",
				string(debug.Stack()))
			err = fmt.Errorf("panic: %v", r)
		}
		if err != nil {
			w = nil
			raw.Close()
		}
	}()
	d.rendering <- struct{}{}
	out, err := func() (Rendered, error) {
		defer func() { <-d.rendering }()
		return b.r.renderIn(ctx, b, *o, raw, limit)
	}()
	if err != nil {
		return nil, err
	}
	o.MessageID, o.EnvelopeFrom = out.MessageID, out.EnvelopeFrom
	return fresh{raw}, d.Store.Fix(ctx, o, raw)
}

// forgo settles a mail that its reader is not to have: nobody hears that it was not sent.
func (d *Dispatcher) forgo(ctx context.Context, o store.Outgoing, why error) {
	err := d.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return tx.Forgo(context.WithoutCancel(ctx), o, why.Error())
	})
	if err != nil {
		d.Log.Error("cannot write to the outbox; the mail is looked at again",
			"outbox", o.ID, "error", err)
	}
}

// giveBack puts a mail that was prepared, and not sent, back into the outbox.
func (d *Dispatcher) giveBack(ctx context.Context, o store.Outgoing) {
	if err := d.Store.GiveBack(context.WithoutCancel(ctx), o); err != nil {
		d.Log.Error("cannot write to the outbox; the next process sends the mail",
			"outbox", o.ID, "error", err)
	}
}

// unreadAttempts is the same for a mail whose kept bytes, or an attachment's, can't be read.
const unreadAttempts = 3

// unrendered is the Result of a mail that could not be made, or read: try again, unless it has
// failed too often.
func unrendered(o store.Outgoing, failure error) Result {
	most := renderAttempts
	if u := (*store.Unreadable)(nil); errors.As(failure, &u) {
		most = unreadAttempts
	}
	if o.Attempts < most || store.Temporary(failure) {
		return Result{Outcome: Deferred, Err: failure}
	}
	return Result{Outcome: Refused, Err: &Refusal{Cause: failure}}
}

// send hands the fixed bytes to the transport. After a panic nobody knows whether they went out.
func (d *Dispatcher) send(ctx context.Context, o store.Outgoing, raw content) (r Result) {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("panic while sending", "outbox", o.ID, "panic", p, "stack",
				string(debug.Stack()))
			r = Result{Outcome: Uncertain, Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return d.Transport.Send(ctx,
		Envelope{From: o.EnvelopeFrom, To: o.Address, Mailbox: o.Mailbox},
		io.NewSectionReader(raw, 0, raw.Size()))
}

// settleTries is for how many seconds the store may be out of order before a mail is left as it is,
// to be sent again by the next process.
const settleTries = 60

// settle writes down what became of an attempt. That must not be lost for want of patience: what
// was sent and not written down would be sent again.
func (d *Dispatcher) settle(ctx context.Context, o store.Outgoing, r Result) {
	for range settleTries {
		var failed bool
		err := d.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) (err error) {
			failed, err = d.write(context.WithoutCancel(ctx), tx, o, r)
			return err
		})
		if err == nil {
			d.logSettled(o, r, failed)
			return
		}
		d.Log.Error("cannot write down what became of a mail; trying again",
			"outbox", o.ID, "outcome", r.Outcome, "error", err)
		if !wait(ctx, time.Second) {
			return
		}
	}
}

// logSettled writes the log's line about an attempt: the mail was sent, is tried again, or has
// failed.
func (d *Dispatcher) logSettled(o store.Outgoing, r Result, failed bool) {
	log := d.Log.With("outbox", o.ID, "kind", o.Kind, "ticket", o.Ticket, "item", o.Item,
		"to", o.Address, "attempt", o.Attempts, "reply", r.Reply)
	switch {
	case r.Outcome == Sent:
		log.Info("mail sent")
	case failed:
		log.Warn("mail failed", "outcome", r.Outcome, "error", r.Err)
	default:
		log.Warn("mail not sent; it is tried again", "outcome", r.Outcome, "error", r.Err)
	}
}

// wait returns false when ctx ended before.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// refuse gives up a mail that is refused for good; its address too, where that is what is wrong.
func (d *Dispatcher) refuse(ctx context.Context, tx *store.Tx, o store.Outgoing, r Result,
	reply string) error {
	why, lasting := desk.Failed(r.Reply)
	if isTooLarge(r.Err) {
		why, lasting = desk.TooLarge, false
	}
	if lasting {
		if err := tx.MarkUndeliverable(ctx, o.Person, o.Address); err != nil {
			return err
		}
	}
	return d.fail(ctx, tx, o, cmp.Or(string(why), reasonOf(r.Err)), reply)
}

// write writes down what became of an attempt, and reports whether the mail is given up.
func (d *Dispatcher) write(ctx context.Context, tx *store.Tx, o store.Outgoing,
	r Result) (failed bool, err error) {
	reply := r.Reply
	if reply == "" && r.Err != nil {
		reply = r.Err.Error()
	}
	if r.Refusing != "" { // another relay has it, or will
		d := store.Details{Cause: "other", Failed: r.Refuser, Diagnostic: r.Refusing}
		if err := tx.RelayRefuses(ctx, o.Mailbox, d); err != nil {
			return false, err
		}
	}
	next, giveUp := d.Backoff.Next(o.Attempts, o.Created, tx.Now(), rand.Float64)
	switch {
	case r.Outcome == Sent:
		if r.ID != "" && r.ID != o.MessageID {
			if err := tx.Renamed(ctx, o.ID, r.ID); err != nil {
				return false, err
			}
		}
		return false, tx.Sent(ctx, o, reply)
	case r.Outcome == Refused:
		return true, d.refuse(ctx, tx, o, r, reply)
	case r.Outcome == Held: // the configuration's fault: no mail fails for it, however long it takes
		if err := tx.Defer(ctx, o.ID, store.Held, reply, soon(next, tx.Now())); err != nil {
			return false, err
		}
		if r.Open != "" { // the alarm goes by a way that is open
			return false, tx.RelayRefuses(ctx, r.Open,
				store.Details{Cause: "mailbox", Failed: o.Mailbox, Diagnostic: reply})
		}
		return false, tx.RelayRefuses(ctx, o.Mailbox, store.Details{Diagnostic: reply})
	case giveUp:
		return true, d.fail(ctx, tx, o, "expired", reply)
	case r.Outcome == Uncertain:
		return false, tx.Defer(ctx, o.ID, store.Uncertain, reply, next)
	case r.Away && r.Wait > 0: // no earlier, and no later: it may be over then
		next = tx.Now().Add(min(r.Wait, outageAsked))
	case r.Away:
		next = soon(next, tx.Now())
	}
	return false, tx.Defer(ctx, o.ID, store.Due, reply, next)
}

// reasonOf is the code of the sentence that tells agents who refused: the relay, or buzon itself.
func reasonOf(err error) string {
	var refusal *Refusal
	if errors.As(err, &refusal) && refusal.Reply == "" {
		return "unsendable"
	}
	return "refused"
}

// soon is when a mail that met an outage may ask again: its own backoff is the recipient's, not the
// relay's.
func soon(next, now time.Time) time.Time {
	if latest := now.Add(outageLongest); next.IsZero() || next.After(latest) {
		return latest
	}
	return next
}

// fail gives a mail up. When it carried an agent's words to a customer, the ticket says so and its
// agents are told; the failure of an automatic mail makes no further mail.
func (d *Dispatcher) fail(ctx context.Context, tx *store.Tx, o store.Outgoing,
	reason, reply string) error {
	why := store.Details{Reason: reason, Failed: o.Address, Diagnostic: reply}
	_, err := tx.Undelivered(ctx, o, why, d.Caps, desk.Item{})
	return err
}
