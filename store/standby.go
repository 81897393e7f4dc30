package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// standbyKey is the fact that names the process which waits, as it was seen the last time.
const standbyKey = "standby"

// standbyLook is how often a process that waits looks whether the other is gone; standbyBeat, how
// often it says that it waits.
const (
	standbyLook = time.Second
	standbyBeat = 10 * time.Second
)

// waiter is a process that waits, as the database names it.
type waiter struct {
	holder
	Seen int64 `json:"seen"`
}

// CanStandBy reports whether a second daemon may wait until the first is gone.
func (s *Store) CanStandBy() bool { return s.dialect.standby }

// StandBy waits until the process that has the lease is gone, and takes the lease. waits is told
// who has it, at first and whenever it is another. That the database can't be reached for a while
// is no reason to end.
func (s *Store) StandBy(ctx context.Context, waits func(holder string)) (*Lease, error) {
	me := waiter{holder: thisProcess()}
	defer s.sayStandby(context.WithoutCancel(ctx), me, true)
	var seen holder
	var since, said time.Time
	for tick := time.NewTicker(standbyLook); ; {
		now, err := s.leaseholder(ctx)
		switch {
		case err != nil:
			s.opt.Log.Warn("cannot see who files and sends; trying again", "error", err)
		case now != seen:
			if now.Token != seen.Token && now.Token != "" {
				waits(now.String())
			}
			seen, since = now, time.Now()
		}
		lives, known := now.lives()
		// it may hang
		if err == nil && (known && !lives || time.Since(since) >= s.dialect.beat.patience()) {
			l, err := s.takeFrom(ctx, now)
			if err == nil || ctx.Err() != nil {
				tick.Stop()
				return l, err
			}
			if !errors.Is(err, ErrLeased) {
				s.opt.Log.Warn("cannot take over; trying again", "error", err)
			}
		}
		if time.Since(said) >= standbyBeat {
			s.sayStandby(ctx, me, false)
			said = time.Now()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return nil, ctx.Err()
		}
	}
}

// sayStandby writes down that a process waits, or that it does no longer. Nothing hangs on it.
func (s *Store) sayStandby(ctx context.Context, me waiter, ends bool) {
	err := s.Write(ctx, func(tx *Tx) error {
		if ends {
			if now, err := tx.waiter(ctx); err != nil || now.Token != me.Token {
				return err
			}
			return tx.SetFact(ctx, standbyKey, "")
		}
		me.Seen = tx.Now().UnixMilli()
		text, err := json.Marshal(me)
		if err != nil {
			return err
		}
		return tx.SetFact(ctx, standbyKey, string(text))
	})
	if err != nil && ctx.Err() == nil {
		s.opt.Log.Warn("cannot write down that this process stands by", "error", err)
	}
}

func (r Reader) waiter(ctx context.Context) (w waiter, err error) {
	text, err := r.Fact(ctx, standbyKey)
	if err != nil || text == "" {
		return waiter{}, err
	}
	return w, json.Unmarshal([]byte(text), &w)
}

// Waiter says which process stands by, "" for none: one of this machine that lives, or one that was
// seen lately.
func (s *Store) Waiter(ctx context.Context) (string, error) {
	w, err := s.waiter(ctx)
	lives, known := w.lives()
	if known && !lives || !known && s.Now().Sub(time.UnixMilli(w.Seen)) > 3*standbyBeat {
		return "", err
	}
	return w.String(), err
}
