package mailout

import (
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
	refusing, unable := "", true // all so far can't take such a mail at all
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
			refusing = result.Reply
		}
	}
	if last.Outcome != Held {
		last.Refusing = refusing
	}
	last.Others = last.Away && (last.Others || r.open())
	return last
}

// send hands the mail to one relay, unless it is left alone for now.
func (r *route) send(ctx context.Context, env Envelope, mail *io.SectionReader, now Clock,
	retry time.Duration) Result {
	if resting, why := r.begin(now()); resting {
		return Result{Outcome: Deferred, Err: why, Away: true, Elsewhere: true}
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

// begin reports whether the relay is left alone for now, and why. While it is away one mail at a
// time asks for it.
func (r *route) begin(now time.Time) (resting bool, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outage.asked == 0 {
		return false, nil
	}
	if r.asking || r.outage.left(now) > 0 {
		return true, r.outage.why
	}
	r.asking = true
	return false, nil
}

func (r *route) heard(result Result, now time.Time, retry time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asking = false
	r.outage.heard(result, now, retry)
}

// open reports whether some relay is not known to be away.
func (r *Relays) open() bool {
	return slices.ContainsFunc(r.routes, func(one *route) bool {
		one.mu.Lock()
		defer one.mu.Unlock()
		return one.outage.asked == 0
	})
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
