package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"buzon/mailin/smtpd"
	"buzon/store"
)

// Exit codes of deliver (sysexits.h), as MTAs read them.
const (
	exitDataErr  = 65 // EX_DATAERR: never, whatever is done
	exitTempFail = 75 // EX_TEMPFAIL: keep the mail and try again
)

// maxDelivery is the default size limit of a mail, in bytes.
const maxDelivery = smtpd.MaxSize

func (a *app) deliver() *cobra.Command {
	var from string
	var rcpt []string
	c := &cobra.Command{
		Use: "deliver [--from A] [--rcpt A] <mail", Short: "Take one mail from standard input",
		Args: cobra.NoArgs,
		Long: "Takes one mail from standard input, also while the daemon runs. Exit status: " +
			"0 taken, 65 refused for good, 75 try again later.",
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := a.config()
			if err != nil { // an MTA would bounce the mail at any other status
				return exitError{exitTempFail, err}
			}
			return a.deliverMail(c.Context(), conf,
				envelope(from, c.Flags().Changed("from"), rcpt))
		},
	}
	c.Flags().StringVar(&from, "from", "", "envelope sender; empty or <> for none")
	c.Flags().StringArrayVar(&rcpt, "rcpt", nil,
		"envelope recipient, one of the desk's addresses (repeatable)")
	return c
}

func envelope(from string, given bool, rcpt []string) store.Envelope {
	env := store.Envelope{Door: "deliver", From: from, To: rcpt, Received: time.Now(),
		NullSender: given && (from == "" || from == "<>")}
	if env.NullSender {
		env.From = ""
	}
	if u, err := user.Current(); err == nil {
		env.Helo = u.Username
	}
	return env
}

func (a *app) deliverMail(ctx context.Context, conf config, env store.Envelope) error {
	temporary := func(err error) error { return exitError{exitTempFail, err} }
	h, err := open(ctx, conf, slog.New(slog.DiscardHandler))
	if err != nil {
		return temporary(err)
	}
	defer h.close()
	for _, r := range env.To {
		if _, own := findMailbox(h.boxes, r); !own {
			return exitError{exitDataErr, fmt.Errorf("%s is no address of this desk", r)}
		}
	}
	spool, err := h.store.Spool(ctx)
	if err != nil {
		return temporary(err)
	}
	defer spool.Close()
	if err := a.copyMail(spool, conf); err != nil {
		return err
	}
	id, err := h.store.Receive(ctx, env, spool)
	if err != nil {
		return temporary(err)
	}
	return h.fileNow(ctx, id)
}

func (a *app) copyMail(to io.Writer, conf config) error {
	limit := int64(maxDelivery)
	if conf.SMTP != nil && conf.SMTP.MaxSize > 0 {
		limit = int64(conf.SMTP.MaxSize)
	}
	n, err := io.Copy(to, io.LimitReader(a.stdin, limit+1))
	if err != nil {
		return exitError{exitTempFail, fmt.Errorf("read mail: %w", err)}
	}
	if n > limit {
		return exitError{exitDataErr, fmt.Errorf("the mail is larger than %d bytes", limit)}
	}
	return nil
}

// fileNow files a mail that was just taken when no daemon is there to do it. The mail is safe
// already, so that nothing here may tell the MTA to send it again.
func (h *house) fileNow(ctx context.Context, id int64) error {
	if got, err := h.takeLock(ctx, false); err != nil || !got {
		return nil
	}
	if err := h.intake().FileOne(ctx, id); err != nil && !errors.Is(err, context.Canceled) {
		h.log.Warn("the mail is taken and will be filed when buzon serve runs", "error", err)
	}
	return nil
}
