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
// a time. Mailboxes with relays of their own have lines of their own: a slow one holds up no other.
package mailout

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
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
	rendering chan struct{} // a place for each that is being rendered
	stopping  <-chan struct{}
	ways      map[string]*way // by the names of their relays
	mu        sync.Mutex
	going     map[int64]string // the mailboxes of what is in hand
	pace      time.Duration    // how long it takes to send a mail, of late
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

// way is the line of mails that go by the same relays: where those are slow, no other line waits.
type way struct {
	last    <-chan struct{} // closed when the last mail that was taken has passed
	sending chan struct{}   // a place for each that is being sent
	inHand  int
}

// pinned is a Transport of which some part is for some mailboxes alone.
type pinned interface {
	Pinned() bool
	Way(mailbox string) string
}

// way is that of a mailbox; mu is held.
func (d *Dispatcher) way(mailbox string) *way {
	name := ""
	if p, ok := d.Transport.(pinned); ok {
		name = p.Way(mailbox)
	}
	if d.ways[name] == nil {
		passed := make(chan struct{})
		close(passed)
		d.ways[name] = &way{last: passed, sending: make(chan struct{}, d.Parallel)}
	}
	return d.ways[name]
}

// line is how many mails of a way may be in hand.
func (d *Dispatcher) line() int {
	ahead := leastAhead
	if d.pace > 0 {
		ahead = min(max(int(time.Second/d.pace), leastAhead), mostAhead)
	}
	return ahead * d.Parallel
}

// turn keeps the order of mails: each comes to a connection behind the one before it.
type turn struct {
	before  <-chan struct{}
	pass    func()
	sending chan struct{}
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
	d.going, d.freed = map[int64]string{}, make(chan struct{}, 1)
	d.ways = map[string]*way{}
	d.rendering = make(chan struct{}, 2*runtime.GOMAXPROCS(0))
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
		if w := d.take(o); w != nil {
			passed := make(chan struct{})
			taken = append(taken, o)
			turns = append(turns,
				turn{w.last, sync.OnceFunc(func() { close(passed) }), w.sending})
			w.last = passed
		}
	}
	return taken, turns
}

// take reserves a place for the mail on its way; nil when it is in hand or no place is free.
func (d *Dispatcher) take(o store.Outgoing) *way {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.way(o.Mailbox)
	inHand := w.inHand
	if d.outage.asked > 0 {
		inHand = len(d.going)
	}
	_, going := d.going[o.ID]
	if going || inHand >= d.outage.places(d.line(), d.Store.Now()) {
		return nil
	}
	d.going[o.ID] = o.Mailbox
	w.inHand++
	return w
}

func (d *Dispatcher) release(id int64) {
	d.mu.Lock()
	d.way(d.going[id]).inHand--
	delete(d.going, id)
	d.mu.Unlock()
	select {
	case d.freed <- struct{}{}:
	default:
	}
}

// due lists what may be sent now: nothing while most places are taken or the relay is away.
func (d *Dispatcher) due(ctx context.Context) []store.Outgoing {
	p := d.places()
	if p.crowded {
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
	list, err := d.Store.DueMails(ctx, now, p.look, p.full...)
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

// places are those of the mails in hand.
type places struct {
	inHand  int
	most    int           // that may be in hand on a way
	look    int           // that are worth to be read, in hand or not
	crowded bool          // no way has enough places for a look to be worth it
	full    []string      // mailboxes of ways that have not, where others may
	away    time.Duration // for how long the relay is left alone
}

// away is for how long the relay is left alone.
func (d *Dispatcher) away() time.Duration {
	now := d.Store.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outage.left(now)
}

func (d *Dispatcher) places() places {
	now := d.Store.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	p := places{inHand: len(d.going), most: d.outage.places(d.line(), now),
		away: d.outage.left(now)}
	if apart, ok := d.Transport.(pinned); !ok || !apart.Pinned() || d.outage.asked > 0 {
		p.crowded, p.look = crowded(p.most, p.inHand), p.most
		return p
	}
	p.look = p.most + p.inHand
	for _, mailbox := range d.going {
		if crowded(p.most, d.way(mailbox).inHand) && !slices.Contains(p.full, mailbox) {
			p.full = append(p.full, mailbox)
		}
	}
	return p
}

// crowded reports whether most places are taken: it is better to wait, and claim many together.
func crowded(most, inHand int) bool { return most-inHand < inHand || most <= inHand }

// heldLook is how often is looked whether the outbox is still held: another process may release it.
const heldLook = 5 * time.Second

// rest waits until there may be something to do: a commit, a free place, or the time of the next
// mail.
func (d *Dispatcher) rest(ctx context.Context, changed <-chan struct{}) {
	wait := time.Minute
	switch p := d.places(); {
	case p.away > 0:
		changed, wait = nil, p.away
	case p.crowded:
		changed = nil
	case d.heldBack:
		wait = heldLook
	case p.inHand > 0:
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
