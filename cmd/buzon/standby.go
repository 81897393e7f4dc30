package main

import (
	"context"
	"errors"
	"net"

	"golang.org/x/sync/errgroup"
)

// standBy waits until the daemon that has the lease is gone, and takes its place; without an error
// and without a lease when ctx ended before. Monitoring is answered meanwhile. The other doors stay
// shut: who sends mail keeps it, or takes it to the other.
func (h *house) standBy(ctx context.Context) error {
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	group, waiting := errgroup.WithContext(waiting)
	if c := h.config.HTTP; c != nil {
		if l, err := net.Listen("tcp", c.Listen); err != nil {
			h.log.Warn("standing by without monitoring", "error", listenError(err))
		} else {
			group.Go(func() error { return h.serveHTTP(waiting, l) })
		}
	}
	group.Go(func() (err error) {
		defer stop()
		h.lease, err = h.store.StandBy(waiting, func(holder string) {
			h.standsBy.Store(&holder)
			h.log.Info("standing by: another buzon files and sends, "+
				"and this one takes over when it is gone", "other", holder)
		})
		return err
	})
	err := group.Wait()
	if holder := h.standsBy.Swap(nil); holder != nil && h.lease != nil {
		h.log.Info("taking over: the other buzon is gone", "other", *holder)
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
