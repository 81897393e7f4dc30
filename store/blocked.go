package store

import (
	"context"
	"fmt"
	"io"
	"time"
)

// blockedKept is how long mails of blocked senders are kept as they came.
const blockedKept = 30 * 24 * time.Hour

// blockedMail is what is left of one then.
const blockedMail = "Subject: (erased)\r\nAuto-Submitted: auto-generated\r\n\r\n" +
	"The sender of this mail was blocked. It was kept for 30 days.\r\n"

// EraseBlocked puts another text in the place of the mails of blocked senders that have been kept
// long enough, and returns how many those were. They are still counted. Files of theirs go with the
// next Sweep.
func (s *Store) EraseBlocked(ctx context.Context) (erased int, err error) {
	for {
		n := 0
		rest := s.NewSpool()
		if _, err := io.WriteString(rest, blockedMail); err != nil {
			return erased, err
		}
		err := s.Write(ctx, func(tx *Tx) (err error) {
			n, err = tx.eraseBlocked(ctx, rest)
			return err
		})
		if err != nil {
			return erased, fmt.Errorf("erase mails of blocked senders: %w", err)
		}
		if erased += n; n < sweepBatch {
			return erased, nil
		}
	}
}

func (tx *Tx) eraseBlocked(ctx context.Context, rest *Spool) (int, error) {
	left, err := tx.keep(ctx, rest)
	if err != nil {
		return 0, err
	}
	type original struct{ mail, blob int64 }
	list, err := several(ctx, tx.statements, `
		SELECT id, blob FROM journal
		WHERE outcome = $1 AND settled_at < $2 AND blob <> $3
		ORDER BY id LIMIT $4`,
		args(OutcomeBlocked, tx.Now().Add(-blockedKept).UnixMilli(), left, sweepBatch),
		func(o *original) []any { return []any{&o.mail, &o.blob} })
	for _, o := range list {
		if err == nil {
			err = tx.write(ctx, "UPDATE journal SET blob = $2 WHERE id = $1", o.mail, left)
		}
		if err == nil {
			err = tx.dropBlob(ctx, o.blob)
		}
	}
	if err == nil && len(list) == 0 {
		err = tx.dropBlob(ctx, left)
	}
	return len(list), err
}
