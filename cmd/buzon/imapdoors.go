package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"buzon/mailin"
	"buzon/mailin/imappoll"
)

// imapDoors are the accounts that mail is fetched from, each with the journal that keeps it.
func (h *house) imapDoors() (list []imappoll.Account) {
	for _, c := range h.config.accounts() {
		list = append(list, h.imapDoor(c))
	}
	return list
}

// imapDoor is one account with the desk's journal.
func (h *house) imapDoor(c imapConfig) imappoll.Account {
	a := c.account(h.config.DataDir)
	a.Log = h.log
	in := h.intake()
	a.Wanted = func(ctx context.Context, header []byte) (imappoll.Want, error) {
		return in.WantsSent(ctx, c.Mailbox, header)
	}
	a.Journal = mailin.IMAPJournal{Store: h.store, Mailbox: c.Mailbox, Sent: c.Sent, Log: h.log}
	return a
}

// soon is how long before its end a client secret is warned of.
const soon = 30 * 24 * time.Hour

// account is the account of a configuration with its defaults, as yet without a journal. Its files
// are read at each login and not here: where one is missing the account fails, and not the daemon.
func (c imapConfig) account(dir string) imappoll.Account {
	a := imappoll.Account{
		Name: c.Name, Host: c.Host, Port: c.Port, TLS: c.TLS, Username: c.Username,
		Shared: c.Shared, OAuthBearer: c.Auth == "oauthbearer", Folders: c.Folders, Sent: c.Sent,
		After: imappoll.After(c.After), MovedTo: c.MovedTo, Apart: c.Quarantine, Keyword: c.Flag,
		Since: c.Since, Archive: c.Archive, Schedule: c.Schedule, NoIdle: c.NoIdle,
		MaxSize: int64(c.MaxSize), AlarmAfter: time.Duration(c.AlarmAfter),
	}
	a.CAs = func() (*x509.CertPool, error) { return certificates("imap.ca_file", c.CAFile) }
	if c.Auth == "password" {
		a.Password = func() (string, error) {
			return secret(c.Password, c.PasswordFile, "imap.password_file")
		}
	} else {
		a.Token = c.tokens(dir)
	}
	return a
}

// certificates reads the authorities of an account's own, nil for the system's.
func certificates(key, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %s holds no certificate in PEM", key, file)
	}
	return pool, nil
}

// runIMAP fetches mail from all accounts until ctx ends.
func (h *house) runIMAP(ctx context.Context, accounts []imappoll.Account) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, a := range accounts {
		group.Go(func() error { return a.Run(ctx) })
	}
	return group.Wait()
}

// warnOfSecrets tells the admins of each secret that ends soon, once, and the log every time.
func (h *house) warnOfSecrets(ctx context.Context) (result string, err error) {
	soon := 0
	for _, c := range h.config.secrets() {
		if !c.expiring(h.store.Now()) {
			continue
		}
		soon++
		h.log.Warn("the client secret of an account expires soon: "+
			"make a new one and write it into client_secret_file",
			"account", c.Name, "secret_expires", c.SecretExpires)
		day, _ := c.ends()
		if e := h.store.WarnIMAP(ctx, c.Name, c.mailbox, day); e != nil {
			err = errors.Join(err, fmt.Errorf("the administrators could not be told "+
				"of the secret of %s: %w", c.Name, e))
		}
	}
	if soon > 0 {
		result = fmt.Sprintf("%d end soon", soon)
	}
	return result, err
}

// secretOf is an account with the mailbox whose administrators hear of its secret.
type secretOf struct {
	accessConfig
	mailbox string
}

// secrets are the IMAP accounts and relays.
func (c config) secrets() (list []secretOf) {
	for _, a := range c.accounts() {
		list = append(list, secretOf{a.accessConfig, a.Mailbox})
	}
	for _, r := range c.relays() {
		list = append(list, secretOf{r.accessConfig,
			cmp.Or(append(r.Mailboxes, c.firstMailbox())...)})
	}
	return list
}

// imapMetrics tells when each account was last looked through in full, and whether the
// administrators were alarmed.
func (h *house) imapMetrics(ctx context.Context, w io.Writer) error {
	if len(h.config.IMAP) == 0 {
		return nil
	}
	var good, alarm strings.Builder
	for _, c := range h.config.accounts() {
		st, err := h.store.IMAPStatus(ctx, c.Name)
		if err != nil {
			return err
		}
		seconds, alarmed := int64(0), 0
		if !st.Good.IsZero() {
			seconds = st.Good.Unix()
		}
		if !st.Alarmed.IsZero() {
			alarmed = 1
		}
		fmt.Fprintf(&good, "buzon_imap_last_success_seconds{account=%q} %d\n", st.Account, seconds)
		fmt.Fprintf(&alarm, "buzon_imap_alarm{account=%q} %d\n", st.Account, alarmed)
	}
	_, err := fmt.Fprint(w, "# HELP buzon_imap_last_success_seconds "+
		"When all folders of the account were last looked through, in Unix time; 0: never. "+
		"When it stands still, see buzon mailbox show.\n",
		"# TYPE buzon_imap_last_success_seconds gauge\n", good.String(),
		"# HELP buzon_imap_alarm 1 while the account fails for longer than alarm_after. "+
			"See buzon mailbox show, and buzon check.\n",
		"# TYPE buzon_imap_alarm gauge\n", alarm.String())
	return err
}
