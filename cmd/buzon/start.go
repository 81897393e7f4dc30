package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"buzon/mailin"
	"buzon/mailin/smtpd"
	"buzon/store"
	"buzon/templates"
)

func (a *app) serve() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Run the daemon", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := a.config()
			if err != nil {
				return err
			}
			if err := conf.checkStart(); err != nil {
				return err
			}
			h, err := a.start(c.Context(), conf)
			if err != nil || h == nil {
				return err
			}
			defer h.close()
			h.reread = a.config
			return failed(h.serve(c.Context(), func(line string) { fmt.Fprintln(a.stderr, line) }))
		},
	}
}

// checkStart looks at what the daemon alone needs, and may be the only one who can read: secrets
// and certificates.
func (c config) checkStart() error {
	if _, err := c.routes(); err != nil { // makes no connection
		return c.in(err)
	}
	if _, err := c.dkimKeys(); err != nil {
		return c.in(err)
	}
	return c.in(c.checkCertificate())
}

func (c config) checkCertificate() error {
	if c.SMTP == nil || c.SMTP.TLSCert == "" {
		return nil
	}
	if _, err := tls.LoadX509KeyPair(c.SMTP.TLSCert, c.SMTP.TLSKey); err != nil {
		return fmt.Errorf("smtp.tls_cert, smtp.tls_key: %w", err)
	}
	return nil
}

// start opens the desk for the daemon, and says which. While the disk is too full even for that,
// the doors are open and answer that it is; nil without an error when ctx ended meanwhile.
func (a *app) start(ctx context.Context, c config) (*house, error) {
	open := func() (*house, error) {
		h, err := open(ctx, c, a.logger(slog.LevelInfo))
		if err != nil {
			return nil, err
		}
		got, err := h.takeLock(ctx, !h.store.CanStandBy())
		switch {
		case err == nil && got:
			return h, nil
		case err == nil && h.store.CanStandBy():
			if err = h.standBy(ctx); err == nil && h.lease != nil {
				return h, nil
			}
		case err == nil:
			err = errRunning
		}
		return nil, failed(errors.Join(err, h.close()))
	}
	h, err := open()
	if store.Full(err) {
		h, err = a.waitForRoom(ctx, c, err, open)
	}
	if h != nil {
		fmt.Fprintln(a.stderr, h.config.source()+", data in "+absolute(c.DataDir))
	}
	return h, err
}

// roomEvery is how often it is seen whether the disk has room to begin.
const roomEvery = 2 * time.Second

// waitForRoom holds the doors until the desk can be opened.
func (a *app) waitForRoom(ctx context.Context, c config, full error,
	open func() (*house, error)) (h *house, err error) {
	a.logger(slog.LevelInfo).Error("the disk is full: mail is answered 452 until there is room",
		"data", c.DataDir, "error", full)
	closed, err := c.house(a.logger(slog.LevelInfo), templates.Load)
	if err != nil {
		return nil, err
	}
	doors, err := closed.listen()
	if err != nil {
		return nil, failed(err)
	}
	waiting, stop := context.WithCancel(ctx)
	group, waiting := errgroup.WithContext(waiting)
	for _, d := range doors {
		group.Go(func() error { return d.serve(waiting, d.listener) })
		fmt.Fprintf(a.stderr, "%s listening on %s\n", d.name, d.listener.Addr())
	}
	h, err = untilRoom(waiting, open)
	stop()
	return h, errors.Join(err, group.Wait())
}

// untilRoom opens the desk when there is room.
func untilRoom(ctx context.Context, open func() (*house, error)) (h *house, err error) {
	tick := time.NewTicker(roomEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
		if ctx.Err() == nil {
			h, err = open()
		}
		if ctx.Err() != nil || !store.Full(err) {
			return h, err
		}
	}
}

// errFull is what the doors answer while the desk could not be opened.
var errFull = &store.Fault{Cause: store.ErrFull}

// ready reports whether mail can be taken.
func (h *house) ready() error {
	if h.store == nil {
		return errFull
	}
	return h.store.Ready()
}

// journal is where the SMTP door writes to.
func (h *house) journal() smtpd.Journal {
	if h.store == nil {
		return noJournal{}
	}
	return mailin.SMTPJournal{Store: h.store}
}

// noJournal takes no mail.
type noJournal struct{}

func (noJournal) Spool(context.Context) (smtpd.Spool, error) { return nil, errFull }

func (noJournal) Receive(context.Context, smtpd.Envelope, smtpd.Spool) (int64, error) {
	return 0, errFull
}

// source names the configuration.
func (c config) source() string {
	if c.file == "" {
		return "no configuration was found: working with the embedded defaults"
	}
	return "configuration from " + absolute(c.file)
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
