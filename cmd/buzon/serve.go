package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"

	"golang.org/x/sync/errgroup"

	"buzon/mailin"
	"buzon/mailin/smtpd"
)

// logger writes what the administrator should know to stderr.
func (a *app) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}

// memoryLimit is what the daemon's garbage may take, in bytes. Mail makes much short-lived garbage
// beside a small heap: collecting it a third as often saves a tenth of the work, and the limit
// keeps large mails from taking the memory that this would cost. Tests run many desks in one
// process.
var memoryLimit int64 = 48 << 20

// serve runs the doors, the intake and the dispatcher until ctx ends: take nothing new, finish what
// is in hand, close.
func (h *house) serve(ctx context.Context, ready func(line string)) error {
	debug.SetGCPercent(300)
	debug.SetMemoryLimit(memoryLimit)
	dispatcher, transport, err := h.dispatcher()
	if err != nil {
		return err
	}
	defer transport.Close()
	accounts := h.imapDoors()
	doors, err := h.listen()
	if err != nil {
		return err
	}
	if _, err := h.watchOutbox(ctx); err != nil {
		return err
	}
	if held := heldOutbox(ctx, h.store); held != nil {
		h.log.Warn(held.Error())
		ready("outbox held: " + held.Error())
	}
	in := h.intake()
	h.health = &health{house: h, intake: in, dispatcher: dispatcher}
	group, running := errgroup.WithContext(ctx)
	for _, d := range doors {
		group.Go(func() error { return d.serve(running, d.listener) })
		ready(fmt.Sprintf("%s listening on %s", d.name, d.listener.Addr()))
	}
	for _, account := range accounts {
		ready(fmt.Sprintf("imap fetching %s from %s", account.Name, account.Host))
	}
	for _, run := range []func(context.Context) error{
		func(ctx context.Context) error { return h.runIMAP(ctx, accounts) },
		in.Run, dispatcher.Run, h.runJobs, h.lease.Keep,
		func(ctx context.Context) error { return h.rereadTexts(ctx, dispatcher) },
	} {
		group.Go(func() error { return run(running) })
	}
	if err := group.Wait(); ctx.Err() == nil || !errors.Is(err, context.Canceled) {
		return err
	}
	return nil // told to stop while it was starting
}

// door is a listener and what serves it.
type door struct {
	name     string
	listener net.Listener
	serve    func(context.Context, net.Listener) error
}

// listen opens the doors of the configuration; all or none.
func (h *house) listen() (doors []door, err error) {
	defer func() {
		if err != nil {
			for _, d := range doors {
				d.listener.Close()
			}
		}
	}()
	add := func(name string, l net.Listener, err error,
		serve func(context.Context, net.Listener) error) error {
		if err != nil {
			return fmt.Errorf("open the %s door: %w", name, listenError(err))
		}
		doors = append(doors, door{name, l, serve})
		return nil
	}
	if s := h.config.SMTP; s != nil {
		server, err := h.smtpServer()
		if err != nil {
			return doors, err
		}
		if s.Listen != "" {
			l, err := net.Listen("tcp", s.Listen)
			if err := add("smtp", l, err, server.Serve); err != nil {
				return doors, err
			}
		}
		if s.LMTP != "" {
			l, err := s.listenLMTP()
			if err := add("lmtp", l, err, server.ServeLMTP); err != nil {
				return doors, err
			}
		}
	}
	if h.config.HTTP != nil {
		l, err := net.Listen("tcp", h.config.HTTP.Listen)
		if err := add("http", l, err, h.serveHTTP); err != nil {
			return doors, err
		}
	}
	return doors, nil
}

func domainsOf(addresses []string) (domains []string) {
	for _, address := range addresses {
		_, domain, _ := strings.Cut(address, "@")
		domains = append(domains, domain)
	}
	return domains
}

func (h *house) smtpServer() (*smtpd.Server, error) {
	s := h.config.SMTP
	trusted, err := networks("smtp.trusted", s.Trusted)
	vouched, err2 := networks("smtp.trusted_networks", s.Networks)
	relays, err3 := networks("smtp.relays", s.Relays)
	if err := cmp.Or(err, err2, err3); err != nil {
		return nil, err
	}
	if s.Relays == nil {
		relays = thisHost
	}
	boxes := mailin.Lookup(h.boxes)
	var login func(user, password string) error
	if s.Auth {
		login = h.login()
	}
	return smtpd.New(smtpd.Options{
		Auth:    login,
		Journal: h.journal(), Ready: h.ready, Log: h.log, Inspect: h.inspect(),
		Slow:     func(client netip.Addr) bool { return h.guesses.Slow(client, h.store.Now()) },
		Mailbox:  func(address string) bool { _, _, ok := boxes.Find(address); return ok },
		Domains:  domainsOf(h.boxes.Addresses()),
		Hostname: h.config.hostname(), MaxSize: int64(s.MaxSize), Connections: s.Connections,
		PerAddress: s.PerAddress, Hops: h.config.Limits.Hops,
		TLSCert: s.TLSCert, TLSKey: s.TLSKey,
		Trusted: within(trusted), Vouched: within(vouched), Relay: within(relays),
	})
}

// hostname is how the desk names itself to other servers.
func (c config) hostname() string {
	if c.Hostname != "" {
		return c.Hostname
	}
	if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") {
		return name
	}
	return "localhost"
}
