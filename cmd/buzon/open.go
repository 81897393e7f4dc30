package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"buzon/mailin"
	"buzon/mailin/message"
	"buzon/mailin/proof"
	"buzon/mailout"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// house is an open desk with everything that works on it.
type house struct {
	config    config
	log       *slog.Logger
	store     *store.Store
	keys      *threading.Keyring
	signer    *threading.Signer
	templates *templates.Set
	boxes     desk.Mailboxes
	location  *time.Location
	guesses   mailin.Guesses         // of those who try out signed addresses
	checker   *proof.Checker         // of what proves mail; nil: nothing does
	lock      *flock.Flock           // nil: the daemon has it, or nobody needs it
	lease     *store.Lease           // likewise
	health    *health                // of the daemon
	reread    func() (config, error) // the configuration as it is now; nil: it has no file
	standsBy  atomic.Pointer[string] // for whom: another daemon files and sends
}

// errRunning says that another process files and sends.
var errRunning = errors.New("another buzon works on this data directory: " +
	"stop it first, or use another --data")

// open opens the desk of a configuration, making its data directory when it is missing.
func open(ctx context.Context, c config, log *slog.Logger) (*house, error) {
	return openDesk(ctx, c, log, exists(c.keyFile())) // in this order: the database is made first
}

// openDesk is open; there reports whether the desk must have been made before.
func openDesk(ctx context.Context, c config, log *slog.Logger, there bool) (*house, error) {
	if err := becomeOwner(c.DataDir); err != nil {
		return nil, failed(err)
	}
	h, err := c.house(log, templates.Load)
	if err != nil {
		return nil, err
	}
	if c.file == "" && !c.named && !exists(c.DataDir) {
		return nil, errNoConfig
	}
	opt := c.storeOptions(log)
	opt.Existing = there
	if h.store, err = store.Open(ctx, c.DataDir, opt); err != nil {
		return nil, failed(c.missing(err))
	}
	if err = h.openKeys(ctx); err == nil {
		err = h.people(ctx)
	}
	if err != nil {
		h.close()
		return nil, failed(err)
	}
	return h, nil
}

// errNoConfig refuses to begin a desk wherever somebody happens to be.
var errNoConfig = errors.New("no configuration was found: name one with --config, " +
	"or write one with buzon init; to try buzon with its defaults, " +
	"name a directory with --data, or run buzon demo")

// keysAlone says that the database is gone and its keys are not.
func (c config) keysAlone() error {
	return fmt.Errorf("%s is there, but its database is missing or empty: "+
		"restore the last backup, or move the data directory aside to begin anew", c.keyFile())
}

// keysKey marks, among the facts of a desk, that its keys have been made.
const keysKey = "keys"

// keysMissing is an error where a desk's keys were made and are not there.
func (h *house) keysMissing(ctx context.Context) error {
	if exists(h.config.keyFile()) {
		return nil
	}
	made, err := h.store.Fact(ctx, keysKey)
	if err != nil {
		return err
	}
	mails, err := h.store.LastMail(ctx) // a desk of before the mark
	if err != nil || made == "" && mails == 0 {
		return err
	}
	return fmt.Errorf("the key file %s is missing: put it back from a backup. "+
		"Without it replies to mail sent until now prove nothing; "+
		"where it is lost for good, buzon key rotate --lost makes a new one", h.config.keyFile())
}

// openKeys opens the keys, and makes them for a new desk.
func (h *house) openKeys(ctx context.Context) error {
	if err := h.keysMissing(ctx); err != nil {
		return err
	}
	var err error
	if h.keys, err = threading.OpenKeyring(h.config.keyFile()); err != nil {
		return err
	}
	h.signer = threading.NewSigner(h.keys, h.store.Instance())
	made, err := h.store.Fact(ctx, keysKey)
	if err != nil || made != "" {
		return err
	}
	return h.store.Write(ctx, func(tx *store.Tx) error { return tx.SetFact(ctx, keysKey, "made") })
}

// house is what the configuration says of a desk, which is not open yet.
func (c config) house(log *slog.Logger, texts reading) (h *house, err error) {
	h = &house{config: c, log: log}
	if h.location, err = c.location(); err != nil {
		return nil, err
	}
	if h.boxes, err = c.mailboxes(); err != nil {
		return nil, err
	}
	if h.checker, err = h.newChecker(); err != nil {
		return nil, c.in(err)
	}
	h.config.Language, h.templates, err = c.words(texts)
	return h, err
}

// textsDir is the directory of the administrator's own texts, "" for none, and the language.
func (c config) textsDir() (language, dir string) {
	language, dir = c.Language, c.Templates
	if language != "es" && language != "en" && exists(language) {
		language, dir = filepath.Base(language), filepath.Dir(language)
	}
	return language, dir
}

// reading is templates.Load, or Trust.
type reading = func(dir string) (*templates.Set, error)

// words are the templates, and the language of people whose own is not known.
func (c config) words(read reading) (language string, set *templates.Set, err error) {
	language, dir := c.textsDir()
	if dir != "" && !exists(dir) {
		return "", nil, c.in(fmt.Errorf("templates: there is no directory %s", dir))
	}
	if set, err = read(dir); err != nil {
		return "", nil, c.in(fmt.Errorf("templates: %w", err))
	}
	if !slices.Contains(set.Languages(), language) {
		return "", nil, c.in(fmt.Errorf("language: %q: want one of %s, or a directory of your own",
			c.Language, strings.Join(set.Languages(), ", ")))
	}
	boxes, _ := c.mailboxes() // what is wrong with them is said elsewhere
	for _, address := range set.Mailboxes() {
		if !slices.Contains(boxes.Addresses(), address) {
			return "", nil, c.in(
				fmt.Errorf("templates: there is a folder for %s, which is no [[mailbox]]",
					address))
		}
	}
	return language, set, nil
}

// opener is look, existing or made.
type opener = func(context.Context) (*house, error)

// in does something in a desk, and closes it.
func in(ctx context.Context, open opener, do func(*house) error) error {
	h, err := open(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	return do(h)
}

// look opens a desk to be read: nothing is made or changed.
func (a *app) look(ctx context.Context) (*house, error) {
	debug.SetGCPercent(400) // a command is over before it is worth its while to collect
	c, err := a.config()
	if err == nil {
		err = failed(becomeOwner(c.DataDir))
	}
	if err != nil {
		return nil, err
	}
	h, err := c.house(a.logger(slog.LevelWarn), templates.Trust)
	if err != nil {
		return nil, err
	}
	if h.store, err = store.Look(ctx, c.DataDir, c.storeOptions(h.log)); err != nil {
		return nil, failed(c.missing(err))
	}
	if err := h.keysMissing(ctx); err != nil {
		h.close()
		return nil, failed(err)
	}
	return h, nil
}

// existing opens a desk that must be there already, to change it.
func (a *app) existing(ctx context.Context) (*house, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	return openDesk(ctx, c, a.logger(slog.LevelWarn), true)
}

// made opens a desk to change it, and makes it where it is not there.
func (a *app) made(ctx context.Context) (*house, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	return open(ctx, c, a.logger(slog.LevelWarn))
}

func (c config) storeOptions(log *slog.Logger) store.Options {
	profiles, _ := c.profiles() // check has looked at both
	times, _ := c.times()
	boxes, _ := c.mailboxes()
	return store.Options{Log: log, MinFree: int64(c.MinFree), Database: c.Database,
		Profiles: profiles, Times: times, Mailboxes: boxes}
}

// deskThere reports whether the database has been made.
func (c config) deskThere(ctx context.Context) bool {
	return store.Exists(ctx, c.DataDir, c.storeOptions(nil))
}

// missing says what is missing where there is no database.
func (c config) missing(err error) error {
	switch {
	case !errors.Is(err, store.ErrNoDesk):
		return err
	case exists(c.keyFile()):
		return c.keysAlone()
	}
	return c.noDesk()
}

func (c config) noDesk() error {
	return fmt.Errorf("there is no desk in %s yet: start buzon serve, or name another with --data",
		c.DataDir)
}

// close gives everything back.
func (h *house) close() error {
	var errs []error
	if h.lease != nil {
		errs = append(errs, h.lease.Release())
	}
	errs = append(errs, h.store.Close())
	if h.lock != nil {
		errs = append(errs, h.lock.Unlock())
	}
	return errors.Join(errs...)
}

// takeLock makes this process the one that files and sends; false when another is. The lock ends
// with its process, whatever becomes of it; the lease holds also where the lock file was removed,
// or is another machine's. For patient see store.TakeLease.
func (h *house) takeLock(ctx context.Context, patient bool) (bool, error) {
	lock := flock.New(filepath.Join(h.config.DataDir, "lock"), flock.SetPermissions(0o600))
	// the lease does without it, and a second daemon may have the same directory
	if h.store.CanStandBy() {
		lock = nil
	} else if got, err := lock.TryLock(); err != nil || !got {
		return false, err
	}
	lease, err := h.store.TakeLease(ctx, patient)
	if err != nil {
		if lock != nil {
			err = errors.Join(err, lock.Unlock())
		}
		if errors.Is(err, store.ErrLeased) {
			err = nil
		}
		return false, err
	}
	h.lock, h.lease = lock, lease
	return true, nil
}

// intake returns what files mail.
func (h *house) intake() *mailin.Intake {
	l := h.config.Limits
	return mailin.New(mailin.Options{
		Store: h.store, Signer: h.signer, Mailboxes: h.boxes, Markers: h.config.Markers,
		AgentProof: h.config.agentProof(), Form: mailin.LabelsOf(h.templates),
		Proof: h.checker, Authserv: h.config.authserv(), Guesses: &h.guesses,
		Language: h.config.Language, Languages: h.templates.Languages(), Hops: l.Hops,
		Caps: h.config.Caps.caps(), Log: h.log, Alerts: h.config.Alerts.options(),
		Filter: h.config.Milter.filtering(), Hash: hashed,
		Limits: message.Limits{Depth: l.Depth, Parts: l.Parts, Header: int(l.Header),
			Text: int(l.Text), Time: time.Duration(l.Work)},
	})
}

// dispatcher returns what sends mail; the transport must be closed.
func (h *house) dispatcher() (*mailout.Dispatcher, mailout.Transport, error) {
	transport, err := h.config.transport(h.store.Now)
	if err != nil {
		return nil, nil, err
	}
	keys, err := h.config.dkimKeys()
	if err != nil {
		return nil, nil, err
	}
	backoff := mailout.Backoff{GiveUp: time.Duration(h.config.Outbox.GiveUp)}
	for _, d := range h.config.Outbox.Retry {
		backoff.Retry = append(backoff.Retry, time.Duration(d))
	}
	return &mailout.Dispatcher{
		Store: h.store, Transport: transport, Backoff: backoff, Parallel: h.config.parallel(),
		Caps: h.config.Caps.caps(), Log: h.log,
		Renderer: &mailout.Renderer{Store: h.store, Signer: h.signer, Templates: h.templates,
			Mailboxes: h.boxes, Language: h.config.Language, Location: h.location,
			DKIM: keys},
	}, transport, nil
}
