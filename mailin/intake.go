package mailin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"buzon/store"
)

// lookAhead is how many mails are taken from the journal before the oldest of them is filed.
const lookAhead = 128

// lookAheadSize is how many bytes of mail, or one mail more, are taken at once: what has been read
// waits in memory.
const lookAheadSize = 32 << 20

// Run files what is in the journal until ctx ends. What an earlier process may have had in hand
// comes first and alone, with the attempt counted before it begins: should one of these mails end
// the process, the count tells which.
func (in *Intake) Run(ctx context.Context) error {
	if err := in.recover(ctx); err != nil {
		return err
	}
	in.work(ctx)
	return nil
}

// work files what comes.
func (in *Intake) work(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(in.second)
	defer tick.Stop()
	order, after := newOrder(), int64(0)
	for {
		changed := in.o.Store.Changed()
		if room := order.room(); room > 0 {
			order.look()
			list, err := in.o.Store.Unsettled(ctx, after, in.o.Store.Now(), room)
			if err != nil && ctx.Err() == nil {
				in.o.Log.Error("cannot read the journal; trying again", "error", err)
			}
			for _, m := range list {
				if order.heavy() {
					break
				}
				after = m.ID
				if t := order.add(m); t != nil {
					running.Go(func() {
						defer order.done(t)
						in.handle(ctx, t)
					})
				}
			}
		}
		select {
		case <-changed:
		case <-order.freed:
		case <-tick.C:
			after = 0 // an older mail may be due again
		case <-ctx.Done():
			return
		}
	}
}

// recover files what the last process may have had in hand, one mail at a time: it took no more
// than lookAhead of the oldest, and of the others none was begun.
func (in *Intake) recover(ctx context.Context) error {
	list, err := in.o.Store.Unsettled(ctx, 0, in.o.Store.Now(), lookAhead)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	// suspects last
	slices.SortStableFunc(list, func(a, b store.Mail) int { return a.Attempts - b.Attempts })
	calm := time.After(calmSeconds * in.second)
	for _, m := range list {
		if m.Attempts == attempts-1 && m.Error == "" && calm != nil {
			select {
			case <-calm:
				calm = nil
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		in.retry(ctx, alone(m))
	}
	return nil
}

// calmSeconds is how long a process must have lived before it tries a mail for the last time that
// was in hand when two others died: one that is killed over and over by somebody else does not come
// so far, and puts no good mail aside.
const calmSeconds = 5

// FileOne files one mail of the journal now, for a process that runs no Intake.
func (in *Intake) FileOne(ctx context.Context, id int64) error {
	m, err := store.Optional(in.o.Store.Mail(ctx, id))
	if err != nil || m.ID == 0 || m.Outcome != "" {
		return err
	}
	in.handle(ctx, alone(m))
	approved, err := in.o.Store.Approved(ctx) // by this mail
	for _, m := range approved {
		in.handle(ctx, alone(m))
	}
	return err
}

// handle tries a mail. The attempt of a mail that was just received was counted with its receipt.
func (in *Intake) handle(ctx context.Context, t *turn) {
	if t.mail.Error != "" || t.mail.Attempts > 1 {
		in.retry(ctx, t)
		return
	}
	in.try(ctx, t)
}

// retry counts the attempt, durably, and then tries; after the last the mail goes to quarantine.
func (in *Intake) retry(ctx context.Context, t *turn) {
	m := &t.mail
	if m.Attempts >= attempts {
		in.giveUp(ctx, *m, cmp.Or(m.Error, "the process ended while it was being filed"))
		return
	}
	if err := in.o.Store.Attempt(ctx, m.ID); err != nil {
		in.pause(ctx, err, in.second)
		return // still unsettled: it comes again
	}
	m.Attempts++
	if !in.try(ctx, t) { // told to stop: that is no fault of the mail's
		if err := in.o.Store.Unattempt(context.WithoutCancel(ctx), m.ID); err != nil {
			in.o.Log.Error("cannot take back the attempt at a mail", "mail", m.ID, "error", err)
		}
	}
}

// try makes one attempt, and waits out what is the store's fault and not the mail's. It returns
// false when ctx ended before the attempt did.
func (in *Intake) try(ctx context.Context, t *turn) bool {
	m := t.mail
	for wait := in.second; ; wait = min(2*wait, 8*in.second) {
		err := in.guarded(ctx, t)
		switch {
		case err == nil:
			in.trouble.Store(nil)
			return true
		case ctx.Err() != nil:
			return false
		case store.Temporary(err):
			in.pause(ctx, err, wait)
			continue
		}
		in.o.Log.Warn("mail could not be filed", "mail", m.ID, "attempt", m.Attempts, "error", err)
		if m.Attempts >= attempts {
			in.giveUp(ctx, m, err.Error())
			return true
		}
		next := in.o.Store.Now().Add(time.Duration(m.Attempts) * 2 * in.second)
		if err := in.o.Store.Postpone(ctx, m.ID, err.Error(), next); err != nil {
			in.pause(ctx, err, in.second)
		}
		return true
	}
}

// Trouble is the fault of the store that the intake waits out, nil while it works.
func (in *Intake) Trouble() error {
	if err := in.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// pause says what is wrong with the store and waits a little.
func (in *Intake) pause(ctx context.Context, err error, wait time.Duration) {
	in.trouble.Store(&err)
	in.o.Log.Error("the store can't be written; mail waits in the journal", "error", err)
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}

// errSlow is a mail that ran past its time.
var errSlow = errors.New("the mail took longer than it may (limits.work)")

// guarded prepares the mail on a goroutine of its own, so that neither a panic nor an endless loop
// in it holds up the others, and files it when its turn has come.
func (in *Intake) guarded(ctx context.Context, t *turn) error {
	select {
	case in.workers <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	release := sync.OnceFunc(func() { <-in.workers })
	defer release()
	ctx, cancel := context.WithTimeout(ctx, in.limit(t.mail))
	defer cancel()
	type result struct {
		p   *prepared
		err error
	}
	ready := make(chan result, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				ready <- result{err: fmt.Errorf("panic while reading: %v\n%s", r, debug.Stack())}
			}
		}()
		defer release()
		p, err := in.prepare(ctx, t.mail)
		release() // the place is for the processor; the DNS and the disk take their time
		if err == nil {
			in.prove(ctx, p)
			err = p.settle()
		}
		ready <- result{p, err}
	}()
	select {
	case r := <-ready:
		if r.err != nil {
			return r.err
		}
		t.wait(in.patience)
		return in.file(context.WithoutCancel(ctx), r.p, t.pass)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return errSlow
		}
		return ctx.Err()
	}
}

// giveUp puts a mail whole into quarantine and tells the admins.
func (in *Intake) giveUp(ctx context.Context, m store.Mail, cause string) {
	v := store.Verdict{
		Mailbox: m.Mailbox, Rule: "25", Reason: "attempts",
		Outcome: store.OutcomeQuarantine, Error: cause,
	}
	for {
		err := in.o.Store.Write(ctx, func(tx *store.Tx) error {
			return in.quarantine(ctx, tx, m, v)
		})
		if err == nil || ctx.Err() != nil {
			in.filed(m, v)
			return
		}
		in.pause(ctx, err, in.second)
	}
}
