package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Check looks for damage: in the database, and among the files that its rows name.
func (s *Store) Check(ctx context.Context) error {
	var result string
	if err := s.db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return fmt.Errorf("check database: %w", err)
	}
	if result != "ok" {
		return fmt.Errorf("the database is damaged (%s): stop buzon and restore the last backup", result)
	}
	var missing []string
	err := s.rows(ctx, "SELECT lower(hex(sha256)) FROM blob WHERE data IS NULL", nil, func(rows *sql.Rows) error {
		var sha string
		if err := rows.Scan(&sha); err != nil {
			return err
		}
		if _, err := os.Stat(s.blobPath(sha)); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, s.blobPath(sha))
		}
		return nil
	})
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("%d files are missing, the first %s: restore them from a backup", len(missing), missing[0])
	}
	return err
}
