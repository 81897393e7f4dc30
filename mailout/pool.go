package mailout

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// Pool keeps the connections to the relay: each sends one mail at a time, is used again while the
// dialogue is in good order, and is thrown away after any time-out or lost byte, for nobody knows
// then which answer belongs to what.
type Pool struct {
	relay  Relay
	slots  chan struct{} // one for each connection that may be in use
	closed chan struct{}

	mu      sync.Mutex
	idle    []*connection // the one used last is last
	ending  bool
	token   string         // with which was logged in last
	limit   int64          // the largest mail that the relay said it takes; 0: it did not say
	dialing int            // connections that are being made
	dialed  *sync.Cond     // one of them has been made, or not
	open    int            // connections, used and idle
	spare   int            // places that the relay has no connection for, just now
	running sync.WaitGroup // connections that are being closed for age
}

var _ Transport = (*Pool)(nil)

// NewRelay makes a Transport of a relay. It does not connect yet; an error names what is wrong in
// [relay].
func NewRelay(r Relay) (*Pool, error) {
	r = r.defaults()
	if err := r.validate(); err != nil {
		return nil, err
	}
	p := &Pool{relay: r, slots: make(chan struct{}, r.Connections), closed: make(chan struct{})}
	p.dialed = sync.NewCond(&p.mu)
	return p, nil
}

var errClosed = errors.New("send mail: the relay has been closed")

// Send hands one mail to the relay and says what became of it. A cancelled ctx closes the
// connection at once; when that falls after the final dot the outcome is Uncertain.
func (p *Pool) Send(ctx context.Context, env Envelope, mail *io.SectionReader) Result {
	env, err := ready(env, mail)
	if err != nil {
		return refused("send mail: %w", err)
	}
	for {
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			return p.judge(ctx, stepDial, context.Cause(ctx))
		case <-p.closed:
			return Result{Outcome: Deferred, Err: errClosed}
		}
		r, err := p.sendOn(ctx, env, mail)
		if err != nil && p.narrow(err) {
			continue
		}
		<-p.slots
		if err != nil {
			return p.judge(ctx, stepDial, err)
		}
		return r
	}
}

// sendOn sends on an idle connection, or on a new one; an error is that of making it.
func (p *Pool) sendOn(ctx context.Context, env Envelope, mail *io.SectionReader) (Result, error) {
	if c := p.take(); c != nil {
		r, gone := c.send(ctx, env, mail)
		p.put(c)
		if !gone {
			return r, nil
		}
	}
	c, err := p.dial(ctx)
	if err != nil {
		return Result{}, err
	}
	r, _ := c.send(ctx, env, mail)
	p.put(c)
	return r, nil
}

// narrowed is for how long a relay that takes no further connection is asked for none.
const narrowed = 10 * time.Minute

// narrow reports whether a relay refuses a connection while it serves others of ours: it takes no
// more at once. The place is kept out of use for a while then, and the mail waits for one of them.
func (p *Pool) narrow(err error) bool {
	reply := replied(err)
	p.mu.Lock()
	defer p.mu.Unlock()
	if reply == nil || reply.Code/100 != 4 {
		return false
	}
	for p.open == 0 && p.dialing > 0 {
		p.dialed.Wait()
	}
	if p.open == 0 || p.spare == cap(p.slots)-1 {
		return false
	}
	p.spare++
	p.running.Go(func() {
		select {
		case <-time.After(narrowed):
		case <-p.closed:
		}
		p.mu.Lock()
		p.spare--
		p.mu.Unlock()
		<-p.slots
	})
	return true
}

// Check logs in to the relay and out again; nil means that mail would be taken.
func (p *Pool) Check(ctx context.Context) error {
	c, err := p.dial(ctx)
	if err != nil {
		return p.judge(ctx, stepDial, err).Err
	}
	c.quit()
	return nil
}

// Close waits for the mails that are being sent and closes the connections.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.ending {
		p.mu.Unlock()
		return nil
	}
	p.ending = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	close(p.closed)
	for _, c := range idle {
		c.age.Stop()
		c.quit()
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	p.running.Wait()
	return nil
}

// take gives out the connection used last.
func (p *Pool) take() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	c := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	c.age.Stop()
	return c
}

// put keeps a connection for the next mail, or ends it.
func (p *Pool) put(c *connection) {
	p.mu.Lock()
	keep := c.inOrder && !p.ending && c.mails < p.relay.PerConnection
	if keep {
		p.idle = append(p.idle, c)
		c.age = time.AfterFunc(p.relay.Idle, func() { p.expire(c) })
	}
	p.mu.Unlock()
	if !keep {
		c.quit()
	}
}

// expire closes a connection that nobody has taken for a while.
func (p *Pool) expire(c *connection) {
	p.mu.Lock()
	i := slices.Index(p.idle, c)
	if i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
		p.running.Add(1)
	}
	p.mu.Unlock()
	if i >= 0 {
		defer p.running.Done()
		c.quit()
	}
}

// learn notes the largest mail that the relay takes, and returns it.
func (p *Pool) learn(limit int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit = limit
	return limit
}

// learnToken notes a token that must show nowhere, and returns it.
func (p *Pool) learnToken(token string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = token
	return token
}

// Limit is the size of the largest mail that the relay takes, as it last said; 0 when it did not.
func (p *Pool) Limit(string) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}
