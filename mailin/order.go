package mailin

import (
	"sync"
	"time"

	"buzon/store"
)

// order lets mail that is read by several workers at once be filed in the order of the journal: a
// reply is filed behind what it answers, and cases are numbered as they came.
type order struct {
	mu    sync.Mutex
	open  map[int64]int64 // size of each mail on its way
	bytes int64           // of them all
	gone  map[int64]bool  // done since the journal was looked at: what that saw of them is old
	last  chan struct{}   // of the mail handed out before
	freed chan struct{}   // there is room for more
}

// turn is a mail on its way, with its place in the journal's order.
type turn struct {
	mail   store.Mail
	before <-chan struct{} // closed when the mail before it has passed; nil: none
	passed chan struct{}
	once   sync.Once
}

func newOrder() *order {
	return &order{open: map[int64]int64{}, gone: map[int64]bool{}, freed: make(chan struct{}, 1)}
}

// look is called before the journal is looked at for more.
func (o *order) look() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gone = map[int64]bool{}
}

// alone is the turn of a mail that waits for no other.
func alone(m store.Mail) *turn { return &turn{mail: m, passed: make(chan struct{})} }

// room is for how much more mail the journal is worth looking at: none until a good part of what is
// on its way has ended.
func (o *order) room() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := lookAhead - len(o.open)
	if room < lookAhead/4 || o.bytes >= lookAheadSize {
		return 0
	}
	return room
}

// heavy reports whether what is on its way has as many bytes as it may.
func (o *order) heavy() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes >= lookAheadSize
}

// add takes a mail behind those before it; nil when it is on its way already, or was when the
// journal was looked at.
func (o *order) add(m store.Mail) *turn {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, taken := o.open[m.ID]; taken || o.gone[m.ID] {
		return nil
	}
	t := alone(m)
	t.before, o.last, o.open[m.ID] = o.last, t.passed, m.Size
	o.bytes += m.Size
	return t
}

// done makes room for another mail.
func (o *order) done(t *turn) {
	t.pass()
	o.mu.Lock()
	o.bytes -= o.open[t.mail.ID]
	delete(o.open, t.mail.ID)
	o.gone[t.mail.ID] = true
	o.mu.Unlock()
	select {
	case o.freed <- struct{}{}:
	default:
	}
}

// wait returns when the mail's turn has come, or it has waited long enough.
func (t *turn) wait(patience time.Duration) {
	if t.before == nil {
		return
	}
	select {
	case <-t.before:
	case <-time.After(patience):
	}
}

// pass lets the next mail be filed.
func (t *turn) pass() { t.once.Do(func() { close(t.passed) }) }
