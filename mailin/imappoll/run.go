package imappoll

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Run takes mail until ctx ends. It returns an error only for options that can't work.
func (a Account) Run(ctx context.Context) error {
	p, err := a.check()
	if err != nil {
		return err
	}
	// the store has bad moments; the next report writes it anew
	if p.status, err = p.Journal.Status(ctx, p.Name); err != nil {
		p.log.Error("cannot read the account's state", "error", err)
	}
	watching, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { p.watch(watching) })
	defer running.Wait()
	defer stop()
	w := &worker{plan: p, order: ReconcileNow}
	for tries := 0; ctx.Err() == nil; {
		began := time.Now()
		err := w.attempt(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if w.worked {
			tries = 0
		}
		w.fresh = errors.Is(err, errAuth)
		var least time.Duration
		if dial := (errDial{}); !errors.As(err, &dial) {
			least = w.ration(began)
		}
		wait := max(backoff(err, tries), least)
		tries++
		p.log.Warn("connection ended; trying again", "error", err, "in", wait.Round(time.Second))
		w.pause(ctx, least, wait)
	}
	return nil
}

// worker is a running account: what outlives a connection.
type worker struct {
	*plan
	order Order // what the next round shall do
	fresh bool  // the last login was refused: take a new token

	worked bool      // the last connection outlived a round
	spent  time.Time // until then the rations of logins are spent

	idleDeaths int       // connections in a row that ended over IDLE
	idleAgain  time.Time // until then there is none
}

// A server that lets us in and hangs up is soon come back to, but not more than twelve times in
// half an hour: six logins are in store, and one comes back every five minutes.
const (
	rations    = 6
	rationTime = 5 * time.Minute
)

// ration counts a login, and tells how long to wait for the next.
func (w *worker) ration(login time.Time) time.Duration {
	w.spent = later(w.spent, login).Add(rationTime)
	return time.Until(w.spent.Add(-(rations - 1) * rationTime))
}

// attempt is one connection, from login to its end. A panic in it ends the connection and not the
// daemon.
func (w *worker) attempt(ctx context.Context) error {
	w.worked = false
	err := guarded(func() error {
		s, err := w.connect(ctx, w.fresh)
		if err != nil {
			return err
		}
		defer s.close()
		return s.ended(w.serve(ctx, s))
	})
	if ctx.Err() == nil {
		w.report(ctx, err)
	}
	return err
}

// serve goes round the folders and waits for the next reason to, until the connection ends.
func (w *worker) serve(ctx context.Context, s *session) error {
	for early := filing / 2; ; {
		s.unfiled = false
		wrong := s.round(ctx, w.order)
		if ctx.Err() != nil || lost(wrong, s) {
			return wrong
		}
		w.order = NoOrder
		w.worked = true
		w.report(ctx, wrong)
		looked := time.Time{}
		due := w.schedule.Next(time.Now())
		if early = min(2*early, slowFiling); !s.unfiled {
			early = filing
		}
		for {
			if soon := time.Now().Add(early); s.unfiled && soon.Before(due) {
				due = soon
			}
			news, err := w.rest(ctx, s, due)
			if err != nil {
				return err
			}
			if !news {
				break
			}
			w.space(ctx, &looked)
			s.unfiled = false
			err = s.first(ctx)
			if ctx.Err() != nil || lost(err, s) {
				return err
			}
			if w.asked(ctx) {
				break // who asked shall not take this report for his
			}
			w.report(ctx, errors.Join(wrong, err))
		}
	}
}

// Mail that goes to a folder by what becomes of it, and is not filed yet, is soon looked at again;
// then more and more seldom.
const (
	filing     = 2 * time.Second
	slowFiling = 2 * time.Minute
)

// newsPause is how often at most the news of a server are looked at: some have them all the time.
const newsPause = 250 * time.Millisecond

// space waits until the last look at news is long enough ago.
func (w *worker) space(ctx context.Context, looked *time.Time) {
	select {
	case <-time.After(newsPause - time.Since(*looked)):
	case <-ctx.Done():
	}
	*looked = time.Now()
}

// lost tells an error after which the connection is of no use.
func lost(err error, s *session) bool {
	select {
	case <-s.client.Closed():
		return true
	default:
	}
	return s.wire.gone.Load() || errors.Is(err, errThrottle)
}

// backoff is how long to leave the server alone after so many failures in a row; jitter keeps
// accounts from coming back all at once.
func backoff(err error, tries int) time.Duration {
	first, most := 5*time.Second, 5*time.Minute
	var dial errDial
	switch {
	case errors.As(err, &dial):
		first, most = time.Second, time.Minute // no login was tried
	case errors.Is(err, errAuth), errors.Is(err, errToken):
		first, most = 30*time.Second, 10*time.Minute // some providers lock accounts
	}
	d := most
	if tries < 16 {
		d = min(first<<tries, most)
	}
	return d + rand.N(d/4+1)
}

// pause waits, but after the least time no longer than until an administrator asks for a poll.
func (w *worker) pause(ctx context.Context, least, most time.Duration) {
	began := time.Now()
	timer, orders := time.NewTimer(most), time.NewTicker(w.Listen)
	defer timer.Stop()
	defer orders.Stop()
	for {
		select {
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		case <-orders.C:
			if time.Since(began) >= least && w.asked(ctx) {
				return
			}
		}
	}
}

// asked takes an administrator's order.
func (w *worker) asked(ctx context.Context) bool {
	order, err := w.Journal.Order(ctx, w.Name)
	if err != nil || order == NoOrder {
		return false
	}
	if w.order == NoOrder || order != PollNow { // it does not take the place of a larger one
		w.order = order
	}
	return true
}

// report writes down how a round went.
func (p *plan) report(ctx context.Context, err error) {
	p.mu.Lock()
	p.status.Tried = time.Now()
	was := p.status.Error
	if p.status.Error = ""; err != nil {
		if p.status.Error = joined(err); p.status.Error != was { // not the same at each round
			p.log.Warn("mail could not be looked for", "error", err)
		}
	} else {
		if was != "" {
			p.log.Info("all is well again", "before", was)
		}
		p.status.Good = p.status.Tried
	}
	status := p.status
	p.mu.Unlock()
	if err := p.Journal.SetStatus(ctx, p.Name, status); err != nil && ctx.Err() == nil {
		p.log.Error("cannot write the account's state", "error", err)
	}
}

// joined is an error, or several, for a table.
func joined(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// watch raises the alarm when not all went well for too long, another when nothing did, and gives
// the all-clear; the journal remembers which was the last, so that each is told once.
func (p *plan) watch(ctx context.Context) {
	tick := time.NewTicker(max(p.AlarmAfter/15, time.Second))
	defer tick.Stop()
	began, down := time.Now(), time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		p.mu.Lock()
		good, looked, why := p.status.Good, p.looked, p.status.Error
		p.mu.Unlock()
		if good.After(time.Now()) {
			good = began // by a clock that was wrong
		}
		health := Well
		switch {
		case time.Since(later(looked, began)) > p.AlarmAfter:
			health, down = Down, time.Now()
		case time.Since(later(good, began)) > p.AlarmAfter && why != "": // a round may take hours
			if health = Partly; time.Since(down) <= p.AlarmAfter {
				continue // it may soon be well
			}
		case good.Before(began):
			continue // nothing is known yet
		}
		if err := p.Journal.Alarm(ctx, p.Name, health, why); err != nil && ctx.Err() == nil {
			p.log.Error("cannot tell the administrators", "error", err)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
