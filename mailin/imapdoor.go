package mailin

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"buzon/mailin/imappoll"
	"buzon/store"
)

// IMAPJournal lets the IMAP door write to the store's journal.
type IMAPJournal struct {
	Store   *store.Store
	Mailbox string // the address whose mail the account holds
	Sent    string // the account's folder of sent mail, "" for none
	Log     *slog.Logger
}

var _ imappoll.Journal = IMAPJournal{}

// The doors of mail that comes from IMAP accounts; the account's name follows.
const (
	imapDoor = "imap:"
	sentDoor = "imap-sent:"
)

// Spool begins a mail.
func (j IMAPJournal) Spool(ctx context.Context) (imappoll.Spool, error) {
	p, err := j.Store.Spool(ctx)
	if err != nil { // never a nil *Spool in an interface
		return nil, err
	}
	return p, nil
}

// Position returns how far the folder was taken.
func (j IMAPJournal) Position(ctx context.Context,
	account, folder string) (imappoll.Position, bool, error) {
	p, err := j.Store.IMAPPosition(ctx, account, folder)
	if errors.Is(err, store.ErrNotFound) {
		return imappoll.Position{}, false, nil
	}
	return imappoll.Position(p), err == nil, err
}

// Begin starts an epoch of the folder.
func (j IMAPJournal) Begin(ctx context.Context, f imappoll.Folder, old uint32,
	known []imappoll.Entry) error {
	return j.Store.BeginIMAP(ctx, store.IMAPFolder(f), old, stored(known))
}

// Entries lists the UIDs above the given one.
func (j IMAPJournal) Entries(ctx context.Context, f imappoll.Folder,
	above uint32) ([]imappoll.Entry, error) {
	list, err := j.Store.IMAPEntries(ctx, store.IMAPFolder(f), above)
	return entries(list), err
}

// Owed lists what something is still to be done about.
func (j IMAPJournal) Owed(ctx context.Context, f imappoll.Folder) ([]imappoll.Entry, error) {
	list, err := j.Store.IMAPOwed(ctx, store.IMAPFolder(f))
	return entries(list), err
}

// Prints lists those of mail that was skipped.
func (j IMAPJournal) Prints(ctx context.Context, f imappoll.Folder) ([][]byte, error) {
	return j.Store.IMAPPrints(ctx, f.Account, f.Name)
}

// Take makes mails durable, with their entries and the cursor.
func (j IMAPJournal) Take(ctx context.Context, f imappoll.Folder, cursor uint32,
	mails []imappoll.Mail) error {
	door := imapDoor
	if j.Sent != "" && f.Name == j.Sent {
		door = sentDoor
	}
	list := make([]store.IMAPMail, len(mails))
	for i, m := range mails {
		env := store.Envelope{
			Door: door + f.Account, To: []string{j.Mailbox}, Received: m.Received,
			Archive: m.Archive, Incomplete: m.Incomplete,
			Folder: f.Name, UIDValidity: f.UIDValidity, UID: m.UID}
		list[i] = store.IMAPMail{UID: m.UID, State: string(m.State),
			Spool: m.Spool.(*store.Spool), Envelope: env}
	}
	if err := j.Store.TakeIMAP(ctx, store.IMAPFolder(f), cursor, list); err != nil {
		return err
	}
	for _, m := range list {
		j.log().Info("mail fetched", "mail", m.ID, "door", m.Envelope.Door,
			"folder", f.Name, "uid", m.UID, "size", m.Spool.Size())
	}
	return nil
}

func (j IMAPJournal) log() *slog.Logger { return cmp.Or(j.Log, slog.New(slog.DiscardHandler)) }

// Note writes entries, and the cursor when it is not 0.
func (j IMAPJournal) Note(ctx context.Context, f imappoll.Folder, cursor uint32,
	list []imappoll.Entry) error {
	return j.Store.NoteIMAP(ctx, store.IMAPFolder(f), cursor, stored(list))
}

// Status returns how the account is doing.
func (j IMAPJournal) Status(ctx context.Context, account string) (imappoll.Status, error) {
	st, err := j.Store.IMAPStatus(ctx, account)
	return imappoll.Status{
		Tried: st.Tried, Good: st.Good, Error: st.Error, Report: st.Report,
		Reconciled: st.Reconciled,
	}, err
}

// SetStatus writes how the account is doing.
func (j IMAPJournal) SetStatus(ctx context.Context, account string, st imappoll.Status) error {
	return j.Store.SetIMAPStatus(ctx, store.IMAPStatus{
		Account: account, Tried: st.Tried, Good: st.Good, Error: st.Error, Report: st.Report,
		Reconciled: st.Reconciled,
	})
}

// Alarm tells the administrators.
func (j IMAPJournal) Alarm(ctx context.Context, account string, h imappoll.Health,
	why string) error {
	return j.Store.AlarmIMAP(ctx, account, j.Mailbox, string(h), why)
}

// Order takes what an administrator asked for.
func (j IMAPJournal) Order(ctx context.Context, account string) (imappoll.Order, error) {
	order, err := j.Store.IMAPOrder(ctx, account)
	return imappoll.Order(order), err
}

func stored(list []imappoll.Entry) []store.IMAPEntry {
	all := make([]store.IMAPEntry, len(list))
	for i, e := range list {
		all[i] = store.IMAPEntry{
			UID: e.UID, State: string(e.State), Attempts: e.Attempts, Error: e.Error,
			Print: e.Print,
		}
	}
	return all
}

func entries(list []store.IMAPEntry) []imappoll.Entry {
	all := make([]imappoll.Entry, len(list))
	for i, e := range list {
		all[i] = imappoll.Entry{
			UID: e.UID, State: imappoll.State(e.State), Attempts: e.Attempts, Error: e.Error,
			Print: e.Print, Settled: e.Outcome != "", Apart: e.Outcome == store.OutcomeQuarantine,
		}
	}
	return all
}
