package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/mailout"
	"buzon/store"
)

func (a *app) check() *cobra.Command {
	var send bool
	c := &cobra.Command{Use: "check", Short: "Check configuration, database, templates and logins", Args: cobra.NoArgs,
		Long: "Checks the configuration, the database, the templates and the logins, makes nothing, and says what to do. Exit status 1 when something is wrong.",
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := a.config()
			if err != nil {
				return err
			}
			if err := becomeOwner(conf.DataDir); err != nil {
				return failed(err)
			}
			return a.checkAll(c.Context(), conf, send)
		}}
	c.Flags().BoolVar(&send, "send", false, "send a mail to each IMAP account's address, to see that plus-addressing works")
	return c
}

// checkAll makes every check, so that one run shows everything that is wrong.
func (a *app) checkAll(ctx context.Context, conf config, send bool) error {
	wrong := 0
	report := func(what string, err error) {
		if err != nil {
			wrong++
			for line := range strings.Lines(err.Error()) {
				fmt.Fprintf(a.stdout, "%-14s %s\n", what+":", safe(strings.TrimSpace(line)))
			}
			return
		}
		fmt.Fprintf(a.stdout, "%-14s ok\n", what+":")
	}
	report("configuration", conf.checkOwner())
	report("templates", conf.checkTemplates())
	if exists(filepath.Join(conf.DataDir, "buzon.db")) {
		report("database", conf.checkDatabase(ctx))
	} else {
		fmt.Fprintf(a.stdout, "%-14s none yet in %s; buzon serve makes it\n", "database:", conf.DataDir)
	}
	if conf.SMTP != nil && conf.SMTP.TLSCert == "" {
		fmt.Fprintf(a.stdout, "%-14s without TLS: set smtp.tls_cert and smtp.tls_key where mail comes in over a network\n", "smtp:")
	} else if conf.SMTP != nil {
		report("smtp", conf.checkCertificate())
	}
	if conf.Relay == nil {
		fmt.Fprintf(a.stdout, "%-14s none; mail is written to %s\n", "relay:", filepath.Join(conf.DataDir, "outgoing"))
	} else {
		report("relay", conf.tryRelay(ctx))
	}
	for _, account := range conf.IMAP {
		account = account.withDefaults(conf)
		report("imap "+account.Name, a.tryIMAP(ctx, conf, account, send))
	}
	if wrong > 0 {
		return failed(fmt.Errorf("%d of the checks failed", wrong))
	}
	return nil
}

func (c config) checkTemplates() error {
	_, set, err := c.words()
	if err != nil {
		return err
	}
	return set.Check()
}

func (c config) checkDatabase(ctx context.Context) error {
	s, err := store.Open(ctx, c.DataDir, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Check(ctx)
}

// tryRelay logs in to the relay and out again.
func (c config) tryRelay(ctx context.Context) error {
	r, err := c.Relay.relay(c.hostname())
	if err != nil {
		return err
	}
	pool, err := mailout.NewRelay(r)
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return pool.Check(ctx)
}
