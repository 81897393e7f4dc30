package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"
)

// IMAPFolder is a folder of an IMAP account in one epoch: its UIDs mean nothing in another.
type IMAPFolder struct {
	Account, Name string
	UIDValidity   uint32
}

// IMAPEntry is what became of one UID; the states are imappoll's.
type IMAPEntry struct {
	UID      uint32
	State    string
	Attempts int
	Error    string
	Print    []byte  // of mail that stays in the folder; nil: none was taken yet
	Mail     int64   // journal row, 0 for none
	Outcome  Outcome // of that row
}

// IMAPPosition is how far a folder has been taken.
type IMAPPosition struct {
	UIDValidity, Cursor, Old uint32
	Prints                   bool // every skipped UID has its print
	// when its epoch last began once more under the same UIDVALIDITY; zero: never
	SetBack time.Time
}

// IMAPMail is a mail that goes into the journal with its entry.
type IMAPMail struct {
	ID       int64 // of its journal row, once it is taken
	UID      uint32
	State    string
	Envelope Envelope
	Spool    *Spool
}

// IMAPStatus is how an account is doing.
type IMAPStatus struct {
	Account       string
	Tried, Good   time.Time
	Error, Report string
	Reconciled    time.Time
	Alarmed       time.Time // zero: the administrators know of no trouble
	Health        string    // that they know of, in the words of imappoll
}

// IMAPCount is what became of an account's mail.
type IMAPCount struct {
	Taken int // in the journal, but for what came twice
	Aside int // of the present epochs: set aside, since it could not be read
	Waits int // of the present epochs: seen and not in the journal yet
}

// IMAPPosition is how far the folder was taken; one that was never seen is not found.
func (r Reader) IMAPPosition(ctx context.Context,
	account, folder string) (p IMAPPosition, err error) {
	ok, err := r.row(ctx, `
		SELECT uidvalidity, uid, old, set_back_at FROM imap_folder
		WHERE account = $1 AND folder = $2`,
		args(account, folder), &p.UIDValidity, &p.Cursor, &p.Old, moment{&p.SetBack})
	if err != nil || !ok {
		return p, cmp.Or(err, ErrNotFound)
	}
	var uid uint32
	bare, err := r.row(ctx, `
		SELECT uid FROM imap_mail
		WHERE account = $1 AND folder = $2 AND uidvalidity = $3
			AND state = 'skipped' AND print IS NULL
		LIMIT 1`,
		args(account, folder, p.UIDValidity), &uid)
	p.Prints = !bare
	return p, err
}

// BeginIMAP starts an epoch of a folder, with what is known of its UIDs. Should it bear the number
// of an earlier one, that one's UIDs are forgotten; that they were taken is kept under UIDVALIDITY
// 0, which no server gives.
func (s *Store) BeginIMAP(ctx context.Context, f IMAPFolder, old uint32, known []IMAPEntry) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		err := tx.write(ctx, `
			INSERT INTO imap_folder (account, folder, uidvalidity, uid, old)
			VALUES ($1, $2, $3, 0, $4)
			ON CONFLICT (account, folder) DO UPDATE
			SET uidvalidity = excluded.uidvalidity, uid = 0, old = excluded.old,
				set_back_at = CASE WHEN imap_folder.uidvalidity = excluded.uidvalidity
					THEN $5 ELSE imap_folder.set_back_at END`,
			f.Account, f.Name, f.UIDValidity, old, tx.store.Now().UnixMilli())
		if err == nil {
			err = tx.write(ctx, `
				INSERT INTO imap_mail (account, folder, uidvalidity, uid, mail, state)
				SELECT account, folder, 0, mail, mail, 'done'
				FROM imap_mail
				WHERE account = $1 AND folder = $2 AND uidvalidity = $3
					AND mail <> 0 AND state <> 'aside'
				ON CONFLICT DO NOTHING`,
				f.Account, f.Name, f.UIDValidity)
		}
		if err == nil {
			err = tx.write(ctx, `
				DELETE FROM imap_mail WHERE account = $1 AND folder = $2 AND uidvalidity = $3`,
				f.Account, f.Name, f.UIDValidity)
		}
		for _, e := range known {
			if err == nil {
				err = tx.noteIMAP(ctx, f, e)
			}
		}
		return err
	}))
}

// noteIMAP writes an entry. Of an older one stay the journal's row and the print, where the new one
// has none.
func (tx *Tx) noteIMAP(ctx context.Context, f IMAPFolder, e IMAPEntry) error {
	var print any // a nil slice is no NULL to the driver
	if e.Print != nil {
		print = e.Print
	}
	return tx.write(ctx, `
		INSERT INTO imap_mail (account, folder, uidvalidity, uid, mail, state, attempts, error,
			print)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account, folder, uidvalidity, uid) DO UPDATE
		SET state = excluded.state, attempts = excluded.attempts, error = excluded.error,
			mail = CASE WHEN excluded.mail = 0 THEN imap_mail.mail ELSE excluded.mail END,
			print = coalesce(excluded.print, imap_mail.print)`,
		f.Account, f.Name, f.UIDValidity, e.UID, e.Mail, e.State, e.Attempts, e.Error, print)
}

func (tx *Tx) moveIMAP(ctx context.Context, f IMAPFolder, cursor uint32) error {
	if cursor == 0 {
		return nil
	}
	return tx.write(ctx, `
		UPDATE imap_folder SET uid = $4 WHERE account = $1 AND folder = $2 AND uidvalidity = $3
		AND uid < $4`, f.Account, f.Name, f.UIDValidity, cursor)
}

// TakeIMAP makes mails durable, all or none, together with their entries and the folder's cursor.
// Only when it returns may the server's copies be touched. A cursor of 0 stays.
func (s *Store) TakeIMAP(ctx context.Context, f IMAPFolder, cursor uint32, mails []IMAPMail) error {
	for _, m := range mails {
		if err := m.Spool.settle(); err != nil {
			return fault(err)
		}
		s.recent.put(m.Spool)
	}
	return fault(s.Write(ctx, func(tx *Tx) error {
		var one int
		if begun, err := tx.row(ctx, `
			SELECT 1 FROM imap_folder WHERE account = $1 AND folder = $2 AND uidvalidity = $3`,
			args(f.Account, f.Name, f.UIDValidity), &one); err != nil || !begun {
			return cmp.Or(err, fmt.Errorf(
				"mail is taken from folder %s of account %s, which was not begun with",
				f.Name, f.Account))
		}
		if err := tx.supersede(ctx, f, mails); err != nil {
			return err
		}
		for i, m := range mails {
			id, err := tx.receive(ctx, m.Envelope, m.Spool)
			if err == nil {
				err = tx.noteIMAP(ctx, f, IMAPEntry{UID: m.UID, State: m.State, Mail: id})
			}
			mails[i].ID = id
			if err != nil {
				return err
			}
		}
		return tx.moveIMAP(ctx, f, cursor)
	}))
}

// supersede drops from the quarantine what was known of mails that could not be read before, and
// now are here whole.
func (tx *Tx) supersede(ctx context.Context, f IMAPFolder, mails []IMAPMail) error {
	if len(mails) == 0 {
		return nil
	}
	low, high := mails[0].UID, mails[0].UID
	for _, m := range mails {
		low, high = min(low, m.UID), max(high, m.UID)
	}
	whole := map[uint32]bool{}
	for _, m := range mails {
		whole[m.UID] = m.Envelope.Incomplete == ""
	}
	old, err := tx.imapEntries(ctx, "m.state = 'aside' AND m.uid BETWEEN $4 AND $5",
		f.Account, f.Name, f.UIDValidity, low, high)
	for _, e := range old {
		if err == nil && whole[e.UID] {
			err = tx.dropPart(ctx, e.Mail)
		}
	}
	return err
}

func (tx *Tx) dropPart(ctx context.Context, id int64) error {
	return tx.write(ctx, `
		UPDATE journal SET outcome = 'dropped', error = 'the whole mail came later'
		WHERE id = $1 AND outcome = 'quarantine'`, id)
}

// DropParts drops from the quarantine what was known of a mail before it came whole, under another
// UID. Whoever only borrows a Message-ID does not make another's mail vanish from there.
func (tx *Tx) DropParts(ctx context.Context, whole Verdict) error {
	list, err := tx.mails(ctx, `
		WHERE j.message_id = $1 AND j.message_id <> '' AND j.outcome = 'quarantine'`,
		whole.MessageID)
	for _, m := range list {
		same := m.Sender == whole.Sender && m.Subject == whole.Subject
		if err == nil && m.Envelope.Incomplete != "" && same {
			err = tx.dropPart(ctx, m.ID)
		}
	}
	return err
}

// NoteIMAP writes entries, and the cursor when it is not 0.
func (s *Store) NoteIMAP(ctx context.Context, f IMAPFolder, cursor uint32,
	entries []IMAPEntry) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		for _, e := range entries {
			if err := tx.noteIMAP(ctx, f, e); err != nil {
				return err
			}
		}
		return tx.moveIMAP(ctx, f, cursor)
	}))
}

const imapSelection = `
	SELECT m.uid, m.state, m.attempts, m.error, m.print, m.mail, coalesce(j.outcome, '')
	FROM imap_mail m LEFT JOIN journal j ON j.id = m.mail
	WHERE m.account = $1 AND m.folder = $2 AND m.uidvalidity = $3 AND `

func (r Reader) imapEntries(ctx context.Context, where string,
	a ...any) (list []IMAPEntry, err error) {
	err = r.rows(ctx, imapSelection+where+" ORDER BY m.uid", a, func(rows *sql.Rows) error {
		var e IMAPEntry
		err := rows.Scan(&e.UID, &e.State, &e.Attempts, &e.Error, &e.Print, &e.Mail, &e.Outcome)
		list = append(list, e)
		return err
	})
	return list, err
}

// IMAPEntries lists the UIDs of a folder above the given one, in order.
func (r Reader) IMAPEntries(ctx context.Context, f IMAPFolder, above uint32) ([]IMAPEntry, error) {
	return r.imapEntries(ctx, "m.uid > $4", f.Account, f.Name, f.UIDValidity, above)
}

// IMAPOwed lists mail of a folder that something is still to be done about.
func (r Reader) IMAPOwed(ctx context.Context, f IMAPFolder) ([]IMAPEntry, error) {
	return r.imapEntries(ctx, "m.state IN ('taken', 'copied', 'failed', 'waiting')",
		f.Account, f.Name, f.UIDValidity)
}

// IMAPPrints lists the prints of mail that was skipped in the folder's present epoch, which is
// about to end.
func (r Reader) IMAPPrints(ctx context.Context, account, folder string) ([][]byte, error) {
	return singles[[]byte](ctx, r, `
		SELECT m.print
		FROM imap_mail m JOIN imap_folder f
			ON f.account = m.account AND f.folder = m.folder AND f.uidvalidity = m.uidvalidity
		WHERE m.account = $1 AND m.folder = $2
			AND m.state = 'skipped' AND length(m.print) > 0`, account, folder)
}
