package mailin

import (
	"context"
	"testing"
	"time"

	"buzon/store"
)

func TestZZ(t *testing.T) {
	s, in := imapDesk(t)
	const n = 1000
	var list []store.IMAPMail
	for i := range n {
		p, _ := s.Spool(t.Context())
		p.Write(imapLetter(i))
		list = append(list, store.IMAPMail{UID: uint32(i + 1), State: "done", Spool: p, Envelope: store.Envelope{Door: "imap:x", To: []string{"soporte@ejemplo.test"}, Received: time.Now()}})
	}
	f := store.IMAPFolder{Account: "x", Name: "y", UIDValidity: 1}
	s.BeginIMAP(t.Context(), f, 0, nil)
	for k := 0; k < n; k += 100 {
		s.TakeIMAP(t.Context(), f, 0, list[k:k+100])
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	start := time.Now()
	// recovery files one by one: begin with an empty journal is not this
	go func() { done <- in.Run(ctx) }()
	for {
		if count, err := s.CountMails(ctx); err != nil || count[store.OutcomeTicket] == n {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("%v: %.0f/s", time.Since(start), n/time.Since(start).Seconds())
	stop()
	<-done
}
