package imappoll

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"buzon/store/desk/lazy"
)

// wire is the connection under go-imap, and under TLS. It counts what comes in, so that a command's
// deadline can tell slow from dead, and it alone decides when a connection has waited long enough.
type wire struct {
	net.Conn
	received atomic.Int64
	gone     atomic.Bool // cut by us
}

// cut ends the connection. No command may follow: go-imap would end those that are pending while
// its reader still hands them what has come.
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

// within runs a command and closes the connection when it takes too long or ctx ends, which ends
// the command. f has returned when within does.
func (w *wire) within(ctx context.Context, patience time.Duration, what string,
	f func() error) error {
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

// lastWords keep the end of what was said, for what go-imap does not tell.
type lastWords struct {
	mu   sync.Mutex
	tail []byte
}

const mostWords = 500 // octets

func (f *lastWords) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := p[max(0, len(p)-mostWords):]
	if over := len(f.tail) + len(last) - mostWords; over > 0 {
		f.tail = f.tail[:copy(f.tail, f.tail[min(over, len(f.tail)):])]
	}
	f.tail = append(f.tail, last...)
	return len(p), nil
}

// lines are the last, the newest first.
func (f *lastWords) lines() (list []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, line := range bytes.Split(f.tail, []byte("\n")) {
		list = append(list, string(bytes.TrimSpace(line)))
	}
	slices.Reverse(list)
	return list
}

// bye is the reason that the server gave for ending the connection (RFC 9051 section 7.1.5); "" for
// none.
func (f *lastWords) bye() string {
	for _, line := range f.lines() {
		if text, ok := strings.CutPrefix(line, "* BYE"); ok {
			return strings.TrimSpace(text)
		}
		if line != "" && !ours.MatchString(line) {
			return "" // or it would be the text of a mail
		}
	}
	return ""
}

// ours are commands, which may cross with BYE.
var ours = lazy.Compile(`^(T[0-9]+ |DONE$)`)

// answers end commands.
var answers = lazy.Compile(`(?i)^T[0-9]+ (OK|NO|BAD) `)

// readOnly reports whether the folder that was just opened can't be changed (RFC 9051 section 7.1).
func (f *lastWords) readOnly() bool {
	for _, line := range f.lines() {
		if answers.MatchString(line) { // its command may be written down after it
			return strings.Contains(line, "[READ-ONLY]")
		}
	}
	return false
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
