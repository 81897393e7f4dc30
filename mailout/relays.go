package mailout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Relays are several relays as one Transport. A mail goes by the first, in their order, that is for
// its mailbox and that takes it:
//
//	taken, refused for good, put off for this recipient's sake   that is what became of it
//	uncertain                                                    that too: another would send it twice
//	not reached, lets us not in, too busy, lacks SMTPUTF8        the next is tried
//
// A relay that was not reached is left alone for a while, and then asked by one mail. It is tried
// first again as soon as it answers.
type Relays struct {
	routes []*route
	now    Clock
	retry  time.Duration
}

// Clock tells the time of the desk.
type Clock func() time.Time

// Route is one of several relays.
type Route struct {
	Name      string
	Mailboxes []string // whose mail it takes; none: everybody's
	Transport Transport
}

// route is a Route with what is known of its state.
type route struct {
	Route
	mu     sync.Mutex
	outage outage
	asking bool // one mail asks whether the outage is over
}

var _ Transport = (*Relays)(nil)

// NewRelays makes one Transport of several, which its Close closes. now is the desk's clock.
func NewRelays(now Clock, routes ...Route) *Relays {
	r := &Relays{now: now, retry: outageFirst}
	for _, one := range routes {
		r.routes = append(r.routes, &route{Route: one})
	}
	return r
}

// Send hands the mail to the first relay that takes it.
func (r *Relays) Send(ctx context.Context, env Envelope, mail *io.SectionReader) Result {
	last := Result{Outcome: Held, Others: true, Away: true,
		Err: fmt.Errorf("no relay is for the mail of %s: name it in relay.mailboxes", env.Mailbox)}
	var refusing, refuser string
	unable := true // all so far can't take such a mail at all
	for _, one := range r.routes {
		if !one.serves(env.Mailbox) {
			continue
		}
		result := one.send(ctx, env, mail, r.now, r.retry)
		if incapable := result.Outcome == Refused && result.Elsewhere; !incapable || unable {
			last, unable = result, incapable
		}
		if !result.Elsewhere {
			break
		}
		if result.Outcome == Held {
			refusing, refuser = cmp.Or(result.Reply, result.Err.Error()), one.Name
		}
	}
	if last.Outcome != Held {
		last.Refusing, last.Refuser = refusing, refuser
	}
	if last.Away {
		open, mailbox := r.open()
		last.Others, last.Open = last.Others || open, mailbox
	}
	return last
}

// send hands the mail to one relay, unless it is left alone for now.
func (r *route) send(ctx context.Context, env Envelope, mail *io.SectionReader, now Clock,
	retry time.Duration) Result {
	if rest, why := r.begin(now()); rest > 0 {
		return Result{Outcome: Deferred, Err: why, Away: true, Elsewhere: true, Wait: rest}
	}
	result := r.Transport.Send(ctx, env, mail)
	r.heard(result, now(), retry)
	return result
}

func (r *route) serves(mailbox string) bool {
	return len(r.Mailboxes) == 0 || slices.ContainsFunc(r.Mailboxes, func(m string) bool {
		return strings.EqualFold(m, mailbox)
	})
}

// begin is for how long the relay is left alone, and why. While it is away one mail at a time asks
// for it, and the others soon hear what it says.
func (r *route) begin(now time.Time) (rest time.Duration, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch left := r.outage.left(now); {
	case r.outage.asked == 0:
		return 0, nil
	case left > 0:
		return left, r.outage.why
	case r.asking:
		return outageFirst, r.outage.why
	}
	r.asking = true
	return 0, nil
}

func (r *route) heard(result Result, now time.Time, retry time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asking = false
	r.outage.heard(result, now, retry)
}

// Pinned reports whether some relay is for some mailboxes alone.
func (r *Relays) Pinned() bool {
	return slices.ContainsFunc(r.routes, func(one *route) bool { return len(one.Mailboxes) > 0 })
}

// Way names the relays of a mailbox.
func (r *Relays) Way(mailbox string) (names string) {
	for _, one := range r.routes {
		if one.serves(mailbox) {
			names += one.Name + "\n"
		}
	}
	return names
}

// open reports whether some relay is not known to be away, and names a mailbox that it is for.
func (r *Relays) open() (open bool, mailbox string) {
	for _, one := range r.routes {
		if !one.away() && (!open || mailbox == "") {
			open, mailbox = true, slices.Concat(one.Mailboxes, []string{""})[0]
		}
	}
	return open, mailbox
}

func (r *route) away() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outage.asked > 0
}

// Trouble is why relays take no mail from us, though others may; nil while all do.
func (r *Relays) Trouble() error {
	var errs []error
	for _, one := range r.routes {
		one.mu.Lock()
		if err := one.outage.why; err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", one.Name, err))
		}
		one.mu.Unlock()
	}
	return errors.Join(errs...)
}

// Limit is the size of the largest mail that the relays of a mailbox all take; 0 when none says.
func (r *Relays) Limit(mailbox string) (least int64) {
	for _, one := range r.routes {
		t, ok := one.Transport.(interface{ Limit(string) int64 })
		if !ok || !one.serves(mailbox) {
			continue
		}
		if n := t.Limit(mailbox); n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// Close closes all relays.
func (r *Relays) Close() error {
	var errs []error
	for _, one := range r.routes {
		errs = append(errs, one.Transport.Close())
	}
	return errors.Join(errs...)
}
