package smtpd

import (
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/emersion/go-smtp"
)

// dialogue is go-smtp as we use it. Time-outs are the wire's, so are line limits and TLS.
func (d *door) dialogue() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(d.newSession))
	s.LMTP = d.lmtp
	s.Domain = d.opts().Hostname
	s.MaxMessageBytes = d.opts().MaxSize
	s.MaxRecipients = d.opts().Recipients
	s.MaxLineLength = 0 // none of its own, or mail in chunks has it too
	s.EnableSMTPUTF8 = true
	s.AllowInsecureAuth = true // the session decides
	s.ErrorLog = errorLog{d.opts().Log}
	return s
}

// queue is the listener through which go-smtp gets the connections that we have accepted.
type queue struct {
	smtp  *smtp.Server
	wires chan *wire
	done  chan struct{}
	once  sync.Once
}

func newQueue(s *smtp.Server) *queue {
	return &queue{smtp: s, wires: make(chan *wire), done: make(chan struct{})}
}

func (q *queue) push(w *wire) {
	select {
	case q.wires <- w:
	case <-q.done:
		w.Close()
	}
}

func (q *queue) Accept() (net.Conn, error) {
	select {
	case w := <-q.wires:
		return w, nil
	case <-q.done:
		return nil, net.ErrClosed
	}
}

func (q *queue) Close() error   { q.once.Do(func() { close(q.done) }); return nil }
func (q *queue) Addr() net.Addr { return &net.TCPAddr{} }

// errorLog is where go-smtp reports a panic that it has caught in a session.
//
// QUIRK: a client that goes away right after BDAT makes go-smtp call a session that it has already
// forgotten. It catches that panic too, and no mail is touched; a report without a line of this
// package in it is that.
type errorLog struct{ log *slog.Logger }

func (e errorLog) Printf(format string, v ...any) { e.log.Error(fmt.Sprintf(format, v...)) }
func (e errorLog) Println(v ...any)               { e.log.Error(fmt.Sprint(v...)) }
