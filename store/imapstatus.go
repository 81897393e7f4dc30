package store

import (
	"context"
	"database/sql"
	"fmt"
)

// IMAPStatus returns how an account is doing; the zero value when it never ran.
func (r Reader) IMAPStatus(ctx context.Context, account string) (IMAPStatus, error) {
	st := IMAPStatus{Account: account}
	var tried, good, reconciled, alarmed sql.NullInt64
	_, err := r.row(ctx, `
		SELECT tried_at, good_at, error, report, reconciled_at, alarmed_at, health
		FROM imap_account WHERE account = $1`, args(account),
		&tried, &good, &st.Error, &st.Report, &reconciled, &alarmed, &st.Health)
	if err != nil {
		return st, err
	}
	st.Tried, st.Good = when(tried), when(good)
	st.Reconciled, st.Alarmed = when(reconciled), when(alarmed)
	return st, nil
}

// CountIMAP counts an account's mail; it looks at all of it.
func (r Reader) CountIMAP(ctx context.Context, account string) (c IMAPCount, err error) {
	_, err = r.row(ctx, `
		SELECT count(*) FROM imap_mail m JOIN journal j ON j.id = m.mail WHERE m.account = $1
		AND m.state <> 'aside' AND j.outcome <> 'duplicate'`,
		args(account), &c.Taken)
	if err != nil {
		return c, err
	}
	_, err = r.row(ctx, `
		SELECT count(CASE WHEN m.state = 'aside' THEN 1 END),
			count(CASE WHEN m.state = 'failed' THEN 1 END)
		FROM imap_folder f JOIN imap_mail m
			ON m.account = f.account AND m.folder = f.folder AND m.uidvalidity = f.uidvalidity
		WHERE f.account = $1`,
		args(account), &c.Aside, &c.Waits)
	return c, err
}

// SetIMAPStatus writes when the account was tried, went well and was reconciled, with the error and
// the report.
func (s *Store) SetIMAPStatus(ctx context.Context, st IMAPStatus) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			INSERT INTO imap_account (account, tried_at, good_at, error, report, reconciled_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (account) DO UPDATE
			SET tried_at = excluded.tried_at, good_at = excluded.good_at, error = excluded.error,
				report = excluded.report, reconciled_at = excluded.reconciled_at`,
			st.Account, millis(st.Tried), millis(st.Good), st.Error, st.Report,
			millis(st.Reconciled))
	}))
}

// OrderIMAP asks the daemon to do something with an account now.
func (s *Store) OrderIMAP(ctx context.Context, account, order string) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			INSERT INTO imap_account (account, asked) VALUES ($1, $2)
			ON CONFLICT (account) DO UPDATE SET asked = excluded.asked`,
			account, order)
	}))
}

// IMAPOrder takes what was asked of an account, "" for nothing.
func (s *Store) IMAPOrder(ctx context.Context, account string) (order string, err error) {
	_, err = s.row(ctx, "SELECT asked FROM imap_account WHERE account = $1", args(account), &order)
	if err != nil || order == "" {
		return "", fault(err)
	}
	err = s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			UPDATE imap_account SET asked = '' WHERE account = $1 AND asked = $2`, account, order)
	})
	if err != nil {
		return "", fmt.Errorf("take the order %q: %w", order, fault(err))
	}
	return order, nil
}
