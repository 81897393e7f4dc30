package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"buzon/mailin"
	"buzon/mailin/message"
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
	lock      *flock.Flock // nil: the daemon has it, or nobody needs it
}

// errRunning says that another process files and sends.
var errRunning = errors.New("another buzon works on this data directory: stop it first, or use another --data")

// open opens the desk of a configuration, making its data directory when it is missing.
func open(ctx context.Context, c config, log *slog.Logger) (*house, error) {
	if err := becomeOwner(c.DataDir); err != nil {
		return nil, failed(err)
	}
	h, err := c.house(log)
	if err != nil {
		return nil, err
	}
	if h.store, err = store.Open(ctx, c.DataDir, store.Options{Log: log, MinFree: int64(c.MinFree)}); err != nil {
		return nil, failed(err)
	}
	if h.keys, err = threading.OpenKeyring(c.keyFile()); err != nil {
		h.store.Close()
		return nil, failed(err)
	}
	h.signer = threading.NewSigner(h.keys, h.store.Instance())
	if err := errors.Join(h.missKeys(ctx), h.people(ctx)); err != nil {
		h.close()
		return nil, failed(err)
	}
	return h, nil
}

// house is what the configuration says of a desk, which is not open yet.
func (c config) house(log *slog.Logger) (h *house, err error) {
	h = &house{config: c, log: log}
	if h.location, err = c.location(); err != nil {
		return nil, err
	}
	if h.boxes, err = c.mailboxes(); err != nil {
		return nil, err
	}
	h.config.Language, h.templates, err = c.words()
	return h, err
}

// missKeys warns when the keys are new and the desk is not: they were lost, or left out of a backup.
func (h *house) missKeys(ctx context.Context) error {
	if !h.keys.Made() {
		return nil
	}
	list, err := h.store.Tickets(ctx, store.TicketFilter{Status: "all", Limit: 1})
	if len(list) > 0 {
		h.log.Warn("the key file was missing, so replies to mail sent until now prove nothing: put it back from a backup and start again", "file", h.config.keyFile())
	}
	return err
}

// words are the templates, and the language of people whose own is not known.
func (c config) words() (language string, set *templates.Set, err error) {
	language, dir := c.Language, c.Templates
	if language != "es" && language != "en" && exists(language) { // a directory of the administrator's own
		language, dir = filepath.Base(language), filepath.Dir(language)
	}
	if dir != "" && !exists(dir) {
		return "", nil, c.in(fmt.Errorf("templates: there is no directory %s", dir))
	}
	if set, err = templates.Load(dir); err != nil {
		return "", nil, c.in(fmt.Errorf("templates: %w", err))
	}
	if !slices.Contains(set.Languages(), language) {
		return "", nil, c.in(fmt.Errorf("language: %q: want one of %s, or a directory of your own", c.Language, strings.Join(set.Languages(), ", ")))
	}
	return language, set, nil
}

// opener is look or existing.
type opener = func(context.Context) (*house, error)

// look opens a desk to be read: nothing is made or changed.
func (a *app) look(ctx context.Context) (*house, error) {
	c, err := a.config()
	if err == nil {
		err = failed(becomeOwner(c.DataDir))
	}
	if err != nil {
		return nil, err
	}
	h, err := c.house(a.logger())
	if err != nil {
		return nil, err
	}
	h.store, err = store.Look(ctx, c.DataDir, store.Options{Log: h.log, MinFree: int64(c.MinFree)})
	if errors.Is(err, store.ErrNoDesk) {
		err = c.noDesk()
	}
	return h, failed(err)
}

// existing opens a desk that must be there already, to change it.
func (a *app) existing(ctx context.Context) (*house, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	if !exists(filepath.Join(c.DataDir, "buzon.db")) {
		return nil, failed(c.noDesk())
	}
	return open(ctx, c, a.logger(slog.LevelWarn))
}

func (c config) noDesk() error {
	return fmt.Errorf("there is no desk in %s yet: start buzon serve, or name another with --data", c.DataDir)
}

// close gives everything back.
func (h *house) close() error {
	err := h.store.Close()
	if h.lock != nil {
		err = errors.Join(err, h.lock.Unlock())
	}
	return err
}

// takeLock makes this process the one that files and sends; false when another is.
func (h *house) takeLock() (bool, error) {
	h.lock = flock.New(filepath.Join(h.config.DataDir, "lock"), flock.SetPermissions(0o600))
	got, err := h.lock.TryLock()
	if err != nil || !got {
		h.lock = nil
	}
	return got, err
}

// intake returns what files mail.
func (h *house) intake() *mailin.Intake {
	l := h.config.Limits
	return mailin.New(mailin.Options{
		Store: h.store, Signer: h.signer, Mailboxes: h.boxes, Markers: h.config.Markers, AgentProof: h.config.agentProof(),
		Form: mailin.FormLabels(h.templates), Language: h.config.Language, Hops: l.Hops, Caps: h.config.Caps.caps(), Log: h.log,
		Limits: message.Limits{Depth: l.Depth, Parts: l.Parts, Header: int(l.Header), Text: int(l.Text), Time: time.Duration(l.Work)},
	})
}

// dispatcher returns what sends mail; the transport must be closed.
func (h *house) dispatcher() (*mailout.Dispatcher, mailout.Transport, error) {
	transport, err := h.transport()
	if err != nil {
		return nil, nil, err
	}
	backoff := mailout.Backoff{GiveUp: time.Duration(h.config.Outbox.GiveUp)}
	for _, d := range h.config.Outbox.Retry {
		backoff.Retry = append(backoff.Retry, time.Duration(d))
	}
	return &mailout.Dispatcher{
		Store: h.store, Transport: transport, Backoff: backoff, Caps: h.config.Caps.caps(), Log: h.log,
		Renderer: &mailout.Renderer{Store: h.store, Signer: h.signer, Templates: h.templates, Mailboxes: h.boxes,
			Language: h.config.Language, Location: h.location},
	}, transport, nil
}

// transport is the relay, or a Maildir where none is configured.
func (h *house) transport() (mailout.Transport, error) {
	if h.config.Relay == nil {
		return mailout.NewMaildir(filepath.Join(h.config.DataDir, "outgoing"))
	}
	relay, err := h.config.Relay.relay(h.config.hostname())
	if err != nil {
		return nil, err
	}
	return mailout.NewRelay(relay)
}
