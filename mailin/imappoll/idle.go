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

// rest waits for news of the first folder, which is open. It tells true for news of that folder,
// and false when it is time to look at everything.
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
		// The server may have forgotten us without a word: an answer to NOOP proves that it has not
		// (RFC 2177 leaves it 29 min).
		if err := s.do(ctx, "ask whether the server is there",
			func() error { return s.client.Noop().Wait() }); err != nil && !refused(err) {
			return false, err
		}
	}
}

func (w *worker) idles(s *session) bool {
	return !w.NoIdle && !s.deaf && !time.Now().Before(w.idleAgain) &&
		(s.caps.Has(imap.CapIdle) || s.caps.Has(imap.CapIMAP4rev2)) &&
		s.open.name == w.folders[0].name
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
	if declined(err) { // promised and not kept: the schedule has to do
		s.deaf = true
		return wakeRenew, nil
	}
	if err != nil {
		w.unanswered(ctx)
		return wakeRenew, err
	}
	why, err = w.listen(ctx, s, w.Renew-rand.N(w.Renew/8+1), due)
	if err != nil {
		s.wire.cut()
	}
	ended := s.do(ctx, "end IDLE", func() error { return errors.Join(cmd.Close(), cmd.Wait()) })
	if ended != nil && err == nil {
		w.unanswered(ctx)
	} else if ended == nil {
		w.idleDeaths = 0
	}
	// of a connection that has ended, the end is all there is to tell
	return why, cmp.Or(err, ended)
}

// unanswered notes a connection that ended over IDLE. Where that is the rule the schedule has to
// do, and IDLE is tried again once an hour.
func (w *worker) unanswered(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	if w.idleDeaths++; w.idleDeaths >= 2 {
		w.idleAgain = time.Now().Add(time.Hour)
		w.log.Warn("the server promises IDLE and does not answer it: mail is found by the " +
			"schedule (no_idle = true says so for good)")
	}
}

// listen waits for a reason to do something: news of the open folder, the schedule, an
// administrator.
func (w *worker) listen(ctx context.Context, s *session, most time.Duration,
	due <-chan time.Time) (wake, error) {
	renew, orders := time.NewTimer(most), time.NewTicker(w.Listen)
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
