// Package mailout sends what the desk owes to people.
//
//	outbox: due ─► claim: attempt counted ─► Render ─► bytes fixed ─► Transport ─► settle: sent, deferred, failed
//	          ▲                                                                     │
//	          └────────── later, the same bytes, the same Message-ID ◄──────────────┘
//
// What is due is claimed in batches, and made ready while others are being sent: then many share a
// commit, and the mails of a batch what they read. They come to the connections in the order in
// which they were due.
//
// What a cap has held back is released when its time has come, and then due like other mail. A mail
// that was being rendered when a process died is rendered before all others and alone, so that what
// ends the process is known by it.
//
// The retry state lives in the outbox, so that a process which dies loses nothing: what it was
// sending is sent again. Mail to one person about one ticket keeps its order; a recipient who can't
// be reached holds up nobody else, and a relay that can't be reached is asked again by one mail at
// a time.
package mailout

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"buzon/store"
)

// Dispatcher sends outbox rows as they become due. A Dispatcher runs once.
type Dispatcher struct {
	Store     *store.Store
	Renderer  *Renderer
	Transport Transport
	Backoff   Backoff
	Parallel  int           // mails that are sent at once; 4
	Grace     time.Duration // how long mails in hand may take after the end; 20 s
	Caps      store.Caps
	Log       *slog.Logger
	// After returns a channel that yields after d; time.After unless tests move the clock.
	After func(d time.Duration) <-chan time.Time

	seen time.Time // of the clock, when the outbox was last looked at
	// an administrator, or a restore, has all mail wait
	heldBack  bool
	last      <-chan struct{} // closed when the last mail that was taken has passed
	sending   chan struct{}   // a place for each that is being sent
	rendering chan struct{}   // and for each that is being rendered
	stopping  <-chan struct{}
	mu        sync.Mutex
	going     map[int64]bool // what is in hand
	pace      time.Duration  // how long it takes to send a mail, of late
	outage    outage
	freed     chan struct{}
}

// leastAhead and mostAhead are how many mails are in hand for each that is being sent: those behind
// it are claimed and rendered, and those before it written down. There are as many as a connection
// sends in a second: more keep a fast relay busy while commits are slow, and before a slow relay an
// alarm is not to stand behind many.
const (
	leastAhead = 8
	mostAhead  = 64
)

// line is how many mails may be in hand.
func (d *Dispatcher) line() int {
	ahead := leastAhead
	if d.pace > 0 {
		ahead = min(max(int(time.Second/d.pace), leastAhead), mostAhead)
	}
	return ahead * d.Parallel
}

// turn keeps the order of mails: each comes to a connection behind the one before it.
type turn struct {
	before <-chan struct{}
	pass   func()
}

// recover takes up what was in hand when the last process ended.
func (d *Dispatcher) recover(ctx context.Context) error {
	n, err := d.Store.RecoverOutbox(ctx)
	for store.Temporary(err) && ctx.Err() == nil {
		d.Log.Error("cannot write to the outbox; trying again", "error", err)
		wait(ctx, time.Second)
		n, err = d.Store.RecoverOutbox(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("recover the outbox: %w", err)
	case n > 0:
		d.Log.Info("mails that were being sent when the last process ended are sent again",
			"mails", n)
	}
	return nil
}

// Run sends until ctx ends. Mails in hand then have the grace to be finished, and are given back to
// the outbox after it.
func (d *Dispatcher) Run(ctx context.Context) error {
	d.defaults()
	if err := d.recover(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	working, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	d.suspects(ctx)
	var sending sync.WaitGroup
	d.stopping = ctx.Done()
	for ctx.Err() == nil {
		changed := d.Store.Changed()
		if list, turns := d.takeAll(d.due(ctx)); len(list) > 0 {
			sending.Go(func() { d.deliverAll(working, list, turns) })
		}
		d.rest(ctx, changed)
	}
	defer time.AfterFunc(d.Grace, abandon).Stop()
	sending.Wait()
	return nil
}

// Trouble is why the relay, or one of several, takes no mail from us; nil while all do.
func (d *Dispatcher) Trouble() error {
	if t, ok := d.Transport.(interface{ Trouble() error }); ok {
		if err := t.Trouble(); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outage.why
}

func (d *Dispatcher) defaults() {
	if d.Parallel == 0 {
		d.Parallel = 4
	}
	if d.Grace == 0 {
		d.Grace = 20 * time.Second
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.After == nil {
		d.After = time.After
	}
	d.going, d.freed = map[int64]bool{}, make(chan struct{}, 1)
	d.sending = make(chan struct{}, d.Parallel)
	d.rendering = make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	passed := make(chan struct{})
	close(passed)
	d.last = passed
}

// Render has the mails that are claimed from now on rendered by another renderer.
func (d *Dispatcher) Render(by *Renderer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Renderer = by
}

func (d *Dispatcher) renderer() *Renderer {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Renderer
}

// takeAll reserves places for the mails, and gives each its turn. It leaves out what is in hand and
// what has no place.
func (d *Dispatcher) takeAll(list []store.Outgoing) (taken []store.Outgoing, turns []turn) {
	for _, o := range list {
		if d.take(o.ID) {
			passed := make(chan struct{})
			taken = append(taken, o)
			turns = append(turns, turn{d.last, sync.OnceFunc(func() { close(passed) })})
			d.last = passed
		}
	}
	return taken, turns
}

// take reserves a place for the mail; false when it is in hand or no place is free.
func (d *Dispatcher) take(id int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.going[id] || len(d.going) >= d.outage.places(d.line(), d.Store.Now()) {
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

// due lists what may be sent now: nothing while most places are taken or the relay is away.
func (d *Dispatcher) due(ctx context.Context) []store.Outgoing {
	free, inHand, _ := d.places()
	if crowded(free, inHand) {
		return nil
	}
	if held, err := d.Store.OutboxHold(ctx); err != nil || !held.Since.IsZero() {
		d.heldBack = true
		return nil
	}
	d.heldBack = false
	now := d.Store.Now()
	if now.Before(d.seen) {
		if err := d.Store.SetBack(ctx); err != nil {
			d.Log.Error("cannot adjust the outbox to a clock that was set back; trying again",
				"error", err)
			return nil
		}
	}
	d.seen = now
	list, err := d.Store.DueMails(ctx, now, free+inHand)
	if err != nil && ctx.Err() == nil {
		d.Log.Error("cannot read the outbox; trying again", "error", err)
	}
	return list
}

// calm is how long a process must have lived before it tries once more what may have ended the
// last.
const calm = 5 * time.Second

// suspects renders what may have ended the last process, one mail at a time.
func (d *Dispatcher) suspects(ctx context.Context) {
	list, err := d.Store.Suspects(ctx)
	if err != nil {
		d.Log.Error("cannot look for mails that ended the last process", "error", err)
	}
	// a process that somebody else kills over and over does not come so far, and blames no good
	// mail
	if len(list) > 0 {
		select {
		case <-time.After(calm):
		case <-ctx.Done():
		}
	}
	for _, o := range list {
		if ctx.Err() != nil {
			return
		}
		for _, o := range d.claim(ctx, []store.Outgoing{o}) {
			d.try(ctx, o)
		}
	}
}

// try renders a mail, and does not send it.
func (d *Dispatcher) try(ctx context.Context, o store.Outgoing) {
	raw, failure := d.prepare(ctx, &o, d.renderer().newBatch())
	if failure != nil {
		d.settle(ctx, o, unrendered(o, failure))
		return
	}
	raw.Close()
	d.giveBack(ctx, o)
}

// places is how many mails are in hand, how many more may be, and how long the relay is left alone.
func (d *Dispatcher) places() (free, inHand int, away time.Duration) {
	now := d.Store.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	inHand = len(d.going)
	return d.outage.places(d.line(), now) - inHand, inHand, d.outage.left(now)
}

// crowded reports whether most places are taken: it is better to wait, and claim many together.
func crowded(free, inHand int) bool { return free < inHand || free <= 0 }

// heldLook is how often is looked whether the outbox is still held: another process may release it.
const heldLook = 5 * time.Second

// rest waits until there may be something to do: a commit, a free place, or the time of the next
// mail.
func (d *Dispatcher) rest(ctx context.Context, changed <-chan struct{}) {
	wait := time.Minute
	switch free, inHand, away := d.places(); {
	case away > 0:
		changed, wait = nil, away
	case crowded(free, inHand):
		changed = nil
	case d.heldBack:
		wait = heldLook
	case inHand > 0:
		wait = time.Second // what is due may be in hand
	default:
		if next, err := d.Store.NextDue(ctx); err == nil && !next.IsZero() {
			wait = min(wait, max(next.Sub(d.Store.Now()), 0))
		}
	}
	select {
	case <-changed:
	case <-d.freed:
	case <-d.After(wait):
	case <-ctx.Done():
	}
}
