package imappoll

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// errHungUp is a server that ended the connection while nothing was asked of it.
var errHungUp = errors.New("the server closed the connection")

// rest waits for news of the first folder, which is open. It tells true for news of that folder, and false when it is
// time to look at everything.
func (w *worker) rest(ctx context.Context, s *session, due time.Time) (news bool, err error) {
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	for {
		why := wakeRenew
		if w.idles(s) {
			why, err = w.idle(ctx, s, timer.C)
		} else {
			why, err = w.listen(ctx, s, w.Renew, timer.C)
		}
		if err != nil || why != wakeRenew {
			return why == wakeNews, err
		}
		// The server may have forgotten us without a word: an answer to NOOP proves that it has not (RFC 2177 leaves it 29 min).
		if err := s.do(ctx, "ask whether the server is there", func() error { return s.client.Noop().Wait() }); err != nil && !refused(err) {
			return false, err
		}
	}
}

func (w *worker) idles(s *session) bool {
	return !w.NoIdle && !s.deaf && (s.caps.Has(imap.CapIdle) || s.caps.Has(imap.CapIMAP4rev2)) && s.open.name == w.folders[0].name
}

// Why an IDLE ended.
type wake int

const (
	wakeRenew wake = iota // its time was up
	wakeNews              // the folder has news
	wakeAll               // every folder is to be looked at
)

// idle is one IDLE command.
func (w *worker) idle(ctx context.Context, s *session, due <-chan time.Time) (why wake, err error) {
	var cmd *imapclient.IdleCommand
	err = s.do(ctx, "IDLE", func() (err error) { cmd, err = s.client.Idle(); return err })
	if refused(err) && !errors.Is(err, errThrottle) { // promised and not kept: the schedule has to do
		s.deaf = true
		return wakeRenew, nil
	}
	if err != nil {
		return wakeRenew, err
	}
	why, err = w.listen(ctx, s, w.Renew-rand.N(w.Renew/8+1), due)
	if err != nil {
		s.wire.cut()
	}
	ended := s.do(ctx, "end IDLE", func() error { return errors.Join(cmd.Close(), cmd.Wait()) })
	return why, cmp.Or(err, ended) // of a connection that has ended, the end is all there is to tell
}

// listen waits for a reason to do something: news of the open folder, the schedule, an administrator.
func (w *worker) listen(ctx context.Context, s *session, most time.Duration, due <-chan time.Time) (wake, error) {
	renew, orders := time.NewTimer(most), time.NewTicker(listening)
	defer renew.Stop()
	defer orders.Stop()
	if w.asked(ctx) { // a schedule may be faster than the ticker
		return wakeAll, nil
	}
	for {
		select {
		case <-s.wake:
			return wakeNews, nil
		case <-due:
			return wakeAll, nil
		case <-renew.C:
			return wakeRenew, nil
		case <-s.client.Closed():
			return wakeAll, errHungUp
		case <-ctx.Done():
			return wakeAll, ctx.Err()
		case <-orders.C:
			if w.asked(ctx) {
				return wakeAll, nil
			}
		}
	}
}
