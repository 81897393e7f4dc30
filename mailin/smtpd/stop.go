package smtpd

import (
	"context"
	"time"
)

// gone is called once for each wire that has closed.
func (d *door) gone(w *wire) {
	d.server.places.give(w.place)
	d.mu.Lock()
	delete(d.wires, w)
	d.mu.Unlock()
	d.leave()
}

// begin counts a mail in; false when the door has closed meanwhile.
func (d *door) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopping && d.active == 0 {
		return false
	}
	d.active++
	return true
}

func (d *door) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.active--; d.stopping && d.active == 0 {
		close(d.idle)
	}
}

const goodbye = "421 4.3.2 Service shutting down, try again later"

// stop dismisses all sessions and waits. After Grace it breaks off the mails in flight, with 421 to
// those who listen.
func (d *door) stop() {
	d.mu.Lock()
	d.stopping = true
	if d.active == 0 {
		close(d.idle)
	}
	d.mu.Unlock()
	d.each(func(w *wire) { w.dismiss(goodbye) })
	d.await(d.opts().Grace)
	d.cancel()
	d.each((*wire).breakOff)
	d.await(time.Second)
	d.each(func(w *wire) { w.raw.Close() })
	<-d.idle
	for _, q := range d.queues() {
		q.Close()
		// waits for its goroutines, which have nothing left to do
		q.smtp.Shutdown(context.Background())
	}
}

// await waits until nothing is active, but not longer than t.
func (d *door) await(t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-d.idle:
	case <-timer.C:
	}
}

func (d *door) each(f func(*wire)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for w := range d.wires {
		f(w)
	}
}
