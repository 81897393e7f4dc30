package imappoll

import (
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// wire is the connection under go-imap, and under TLS. It counts what comes in, so that a command's deadline can tell
// slow from dead, and it alone decides when a connection has waited long enough.
type wire struct {
	net.Conn
	received atomic.Int64
	gone     atomic.Bool // cut by us
}

// cut ends the connection. No command may follow: go-imap would end those that are pending while its reader still hands
// them what has come.
func (w *wire) cut() {
	w.gone.Store(true)
	w.Conn.Close()
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.received.Add(int64(n))
	return n, err
}

// SetReadDeadline does nothing.
//
// QUIRK: go-imap allows five minutes for a literal, however large and however steadily it comes in.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetDeadline bounds writing only.
func (w *wire) SetDeadline(t time.Time) error { return w.Conn.SetWriteDeadline(t) }

// progress is how many bytes buy a command another span of patience.
const progress = 4 << 10

// within runs a command and closes the connection when it takes too long or ctx ends, which ends the command. f has
// returned when within does.
func (w *wire) within(ctx context.Context, patience time.Duration, what string, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- guarded(f) }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for seen := w.received.Load(); ; {
		select {
		case err := <-done:
			if err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			return nil
		case <-ctx.Done():
			w.cut()
			<-done
			return ctx.Err()
		case <-timer.C:
		}
		if now := w.received.Load(); now-seen >= progress {
			seen = now
			timer.Reset(patience)
			continue
		}
		w.cut()
		<-done
		return fmt.Errorf("%s: %w", what, errTimeout)
	}
}

// guarded keeps a panic over what a server says from ending the daemon.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}
