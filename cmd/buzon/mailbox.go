package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/mailin/imappoll"
	"buzon/store"
)

func (a *app) mailbox() *cobra.Command {
	c := &cobra.Command{Use: "mailbox", Short: "The IMAP accounts that mail is fetched from"}
	c.AddCommand(
		&cobra.Command{Use: "list", Short: "List them, with the last success and the last error",
			Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
				return a.withAccounts(c.Context(), a.look, nil, a.listAccounts)
			}},
		&cobra.Command{Use: "show ACCOUNT", Short: "Show how an account is doing",
			Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
				return a.withAccounts(c.Context(), a.look, args, a.showAccount)
			}},
		&cobra.Command{Use: "poll [ACCOUNT]", Short: "Look for new mail now",
			Args: cobra.MaximumNArgs(1), RunE: func(c *cobra.Command, args []string) error {
				return a.orderAccounts(c.Context(), args, imappoll.PollNow)
			}},
		a.reconcile())
	return c
}

func (a *app) reconcile() *cobra.Command {
	var aside bool
	c := &cobra.Command{Use: "reconcile [ACCOUNT]",
		Short: "Compare the folders with the journal, mail by mail, and take what is missing",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			order := imappoll.ReconcileNow
			if aside {
				order = imappoll.ReconcileAside
			}
			return a.orderAccounts(c.Context(), args, order)
		}}
	c.Flags().BoolVar(&aside, "aside", false, "try again also what could not be read before")
	return c
}

// withAccounts calls f with the accounts that are named, or all.
func (a *app) withAccounts(ctx context.Context, open opener, names []string,
	f func(context.Context, *house, []imapConfig) error) error {
	h, err := open(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	var list []imapConfig
	for _, c := range h.config.accounts() {
		if len(names) == 0 || c.Name == names[0] {
			list = append(list, c)
		}
	}
	if len(list) == 0 && len(names) > 0 {
		_, err := h.config.imapAccount(names[0])
		return failed(err)
	}
	return failed(f(ctx, h, list))
}

// accountRow is an account for JSON.
type accountRow struct {
	Account  string   `json:"account"`
	Host     string   `json:"host"`
	Username string   `json:"username"`
	Mailbox  string   `json:"mailbox"`
	Folders  []string `json:"folders"`
	// ok, failing, never, stale: nobody has looked for longer than alarm_after, or expiring: the
	// client secret ends soon
	State      string  `json:"state"`
	LastTry    *string `json:"last_try"`
	LastGood   *string `json:"last_success"`
	Lag        float64 `json:"lag_seconds"`
	Error      string  `json:"error"`
	Alarmed    *string `json:"alarmed_at"`
	Taken      int     `json:"taken"`
	Aside      int     `json:"set_aside"`
	Unreadable int     `json:"unreadable"`
	Reconciled *string `json:"reconciled_at"`
	Report     string  `json:"report"`
	Expires    *string `json:"secret_expires"`
}

func (h *house) accountRow(ctx context.Context, c imapConfig) (accountRow, store.IMAPStatus,
	error) {
	st, err := h.store.IMAPStatus(ctx, c.Name)
	if err != nil {
		return accountRow{}, st, err
	}
	n, err := h.store.CountIMAP(ctx, c.Name)
	r := accountRow{Account: c.Name, Host: c.Host, Username: c.Username, Mailbox: c.Mailbox,
		Folders: c.Folders, State: "ok",
		LastTry: stamp(st.Tried), LastGood: stamp(st.Good), Error: st.Error,
		Alarmed: stamp(st.Alarmed), Taken: n.Taken, Aside: n.Aside,
		Unreadable: n.Waits, Reconciled: stamp(st.Reconciled), Report: st.Report,
		Expires: orNone(c.SecretExpires)}
	r.judge(c, st, h.store.Now())
	return r, st, err
}

// judge says how the account is doing.
func (r *accountRow) judge(c imapConfig, st store.IMAPStatus, now time.Time) {
	switch {
	case st.Good.IsZero() && st.Error == "":
		r.State = "never"
	case st.Error != "":
		r.State = "failing"
	case now.Sub(st.Good) > time.Duration(c.AlarmAfter):
		r.State, r.Error = "stale", "nobody looks for mail: is buzon serve running?"
	case c.expiring(now):
		r.State = "expiring"
	}
	if !st.Good.IsZero() {
		r.Lag = now.Sub(st.Good).Round(time.Second).Seconds()
	}
}

func (a *app) listAccounts(ctx context.Context, h *house, list []imapConfig) error {
	var rows [][]string
	for _, c := range list {
		r, st, err := h.accountRow(ctx, c)
		if err != nil {
			return err
		}
		if a.json {
			if err := a.object(r); err != nil {
				return err
			}
			continue
		}
		lag := ""
		if r.LastGood != nil {
			lag = (time.Duration(r.Lag) * time.Second).String()
		}
		rows = append(rows, []string{r.Account, r.State, a.clock(st.Good), lag,
			strconv.Itoa(r.Taken), strconv.Itoa(r.Aside), r.Error})
	}
	return a.table([]string{"ACCOUNT", "STATE", "LAST SUCCESS", "LAG", "TAKEN", "ASIDE",
		"ERROR"}, rows)
}

func (a *app) showAccount(ctx context.Context, h *house, list []imapConfig) error {
	r, st, err := h.accountRow(ctx, list[0])
	if err != nil {
		return err
	}
	if a.json {
		return a.object(r)
	}
	c := list[0]
	if c.After != "move" {
		c.MovedTo, c.Quarantine = "", "" // nothing goes there
	}
	facts(a.stdout, "account", r.Account, "server", fmt.Sprintf("%s:%d", r.Host, c.Port),
		"username", r.Username, "mailbox", r.Mailbox,
		"folders", `["`+strings.Join(c.Folders, `", "`)+`"]`, "after", c.After, "moved_to",
		c.MovedTo, "quarantine", c.Quarantine, "sent", c.Sent,
		"since", c.Since, "state", r.State, "last try", a.clock(st.Tried), "last success",
		a.clock(st.Good), "error", r.Error,
		"alarm since", a.clock(st.Alarmed), "taken", strconv.Itoa(r.Taken), "set aside",
		strconv.Itoa(r.Aside), "unreadable", strconv.Itoa(r.Unreadable),
		"reconciled", a.clock(st.Reconciled), "report", r.Report, "secret expires",
		deref(r.Expires))
	return nil
}

// orderAccounts has the daemon do something now, or does it here when none runs.
func (a *app) orderAccounts(ctx context.Context, names []string, order imappoll.Order) error {
	return a.withAccounts(ctx, a.existing, names,
		func(ctx context.Context, h *house, list []imapConfig) error {
			alone, err := h.takeLock(ctx, false)
			if err != nil {
				return err
			}
			var errs []error
			for _, c := range list {
				if alone {
					err = h.pollHere(ctx, c, order)
				} else {
					err = h.pollThere(ctx, c.Name, order)
				}
				if err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", c.Name, err))
				} else if err := a.reportPoll(ctx, h, c, order); err != nil {
					return err
				}
			}
			return errors.Join(errs...)
		})
}

// reportPoll says what came of it.
func (a *app) reportPoll(ctx context.Context, h *house, c imapConfig, order imappoll.Order) error {
	row, st, err := h.accountRow(ctx, c)
	switch {
	case err != nil:
		return err
	case a.json:
		return a.object(row)
	case order == imappoll.PollNow:
		st.Report = "looked through"
	}
	fmt.Fprintf(a.stdout, "%s: %s\n", c.Name, safe(st.Report))
	return nil
}

// pollHere fetches mail in this process, and files it.
func (h *house) pollHere(ctx context.Context, c imapConfig, order imappoll.Order) error {
	if err := h.imapDoor(c).Poll(ctx, order); err != nil {
		return err
	}
	in := h.intake()
	for after := int64(0); ; {
		list, err := h.store.Unsettled(ctx, after, h.store.Now(), 100)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, m := range list {
			after = m.ID
			if err := in.FileOne(ctx, m.ID); err != nil {
				return err
			}
		}
	}
}

// pollThere asks the daemon and waits until it has done it.
func (h *house) pollThere(ctx context.Context, account string, order imappoll.Order) error {
	before, err := h.store.IMAPStatus(ctx, account)
	if err != nil {
		return err
	}
	if err := h.store.OrderIMAP(ctx, account, string(order)); err != nil {
		return err
	}
	for begun := time.Now(); time.Since(begun) < 10*time.Minute; {
		select {
		case <-h.store.Changed():
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
		now, err := h.store.IMAPStatus(ctx, account)
		tried := now.Tried.After(before.Tried)
		switch {
		case err != nil:
			return err
		case tried && now.Error != "":
			return errors.New(now.Error)
		case tried && (order == imappoll.PollNow || now.Reconciled.After(before.Reconciled)):
			return nil
		// from its start on it would have tried
		case now.Tried.IsZero() && time.Since(begun) > 20*time.Second:
			return errors.New("the daemon knows nothing of this account: restart buzon serve, it " +
				"reads its configuration when it starts")
		}
	}
	return errors.New("the daemon has not answered in ten minutes: see its log")
}
