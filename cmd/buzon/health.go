package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"buzon/mailin"
	"buzon/mailout"
	"buzon/store"
)

// intakeLate is how long mail may wait to be filed before the intake counts as being in trouble.
const intakeLate = 5 * time.Minute

// health knows how a running desk is doing.
type health struct {
	house      *house
	intake     *mailin.Intake
	dispatcher *mailout.Dispatcher

	mu     sync.Mutex
	next   time.Time // when the database and the files may be looked through again
	damage error     // what was found the last time
}

// troubles are what an administrator should know of at once, a sentence each.
func (s *health) troubles(ctx context.Context) (list []string) {
	add := func(what string, err error) {
		if err != nil {
			list = append(list, what+": "+strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
	add("disk", s.house.store.Ready())
	add("database and files", s.damaged(ctx))
	add("intake", s.late(ctx))
	add("outbox", heldOutbox(ctx, s.house.store))
	add("relay", s.dispatcher.Trouble())
	for _, c := range s.house.config.accounts() {
		add("imap "+c.Name, pollFails(ctx, s.house.store, c.Name))
	}
	return list
}

// damaged looks through the database and the files, as often as that takes a twentieth of the time.
func (s *health) damaged(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if begun := time.Now(); begun.After(s.next) {
		s.damage = s.house.store.Quick(ctx)
		s.next = time.Now().Add(min(max(20*time.Since(begun), time.Second), time.Hour))
	}
	return s.damage
}

// late reports that the intake can't work, or leaves mail lying.
func (s *health) late(ctx context.Context) error {
	if err := s.intake.Trouble(); err != nil {
		return err
	}
	_, err := filedLate(ctx, s.house.store)
	return err
}

// filedLate is how many mails wait to be filed, and the trouble that they have waited for long.
func filedLate(ctx context.Context, s *store.Store) (n int, err error) {
	since, n, err := s.Waiting(ctx)
	if waited := s.Now().Sub(since); err == nil && n > 0 && waited > intakeLate {
		err = fmt.Errorf("%d mails wait to be filed, the first for %v: see the log", n,
			waited.Round(time.Minute))
	}
	return n, err
}

// pollFails reports that an IMAP account fails: for longer than alarm_after, or from the beginning.
func pollFails(ctx context.Context, s *store.Store, account string) error {
	st, err := s.IMAPStatus(ctx, account)
	if err != nil {
		return err
	}
	if st.Error != "" && (st.Health != "" || st.Good.IsZero()) {
		return fmt.Errorf("%s: see buzon mailbox show %s, and buzon check", st.Error, account)
	}
	return nil
}

// serveHTTP answers monitoring.
func (h *house) serveHTTP(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", h.healthz)
	mux.HandleFunc("GET /metrics", h.metrics)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	stopped := context.AfterFunc(ctx, func() { server.Close() })
	defer stopped()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// healthz answers 200 and "ok", on a standby 200 and for whom it waits, or 503 and what is wrong, a
// line each.
func (h *house) healthz(w http.ResponseWriter, r *http.Request) {
	if holder := h.standsBy.Load(); holder != nil {
		fmt.Fprintln(w, "standby:", *holder, "files and sends")
		return
	}
	var list []string
	if h.store == nil {
		list = []string{"disk: " + errFull.Error()}
	} else {
		list = h.health.troubles(r.Context())
	}
	if len(list) > 0 {
		http.Error(w, safeText(strings.Join(list, "\n")), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// metrics counts mail by outcome and outgoing mail by state, in the text format of Prometheus.
func (h *house) metrics(w http.ResponseWriter, r *http.Request) {
	if h.store == nil {
		http.Error(w, errFull.Error(), http.StatusServiceUnavailable)
		return
	}
	mails, err := h.store.CountMails(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	outgoing, err := h.store.CountOutbox(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "# HELP buzon_mails Mails by outcome; an empty outcome waits to be filed. "+
		"When it grows, see the log.\n# TYPE buzon_mails gauge")
	for outcome, n := range mails {
		fmt.Fprintf(w, "buzon_mails{outcome=%q} %d\n", outcome, n)
	}
	fmt.Fprintln(w, "# HELP buzon_outbox Outgoing mails by state. When due or held grow, "+
		"see buzon outbox list and the relay.\n# TYPE buzon_outbox gauge")
	for state, n := range outgoing {
		fmt.Fprintf(w, "buzon_outbox{state=%q} %d\n", state, n)
	}
	if err := h.imapMetrics(r.Context(), w); err != nil {
		h.log.Error("cannot tell how the IMAP accounts are doing", "error", err)
	}
}
