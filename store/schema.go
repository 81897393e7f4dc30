package store

import (
	"context"
	"database/sql"
	"fmt"
)

// migrate brings the database to the newest schema. An old database is copied first, by before.
func migrate(ctx context.Context, db *sql.DB, d *dialect, steps []string,
	before func(version int) error) error {
	version, err := d.version(ctx, db)
	if err == nil && version > 0 && version < len(steps) {
		err = before(version)
	}
	if err == nil && version < len(steps) {
		version, err = upgrade(ctx, db, d, steps)
	}
	if err == nil && version > len(steps) {
		err = newer(version, len(steps))
	}
	return err
}

func newer(version, known int) error {
	return fmt.Errorf("the database has schema %d and this buzon knows %d: "+
		"run the newer buzon that made it", version, known)
}

// upgrade takes the steps that are missing, all in one transaction: whoever opens the database
// meanwhile sees it as it was, or whole. It returns the version that they led to, which is read
// again under the lock: another process may have been faster.
func upgrade(ctx context.Context, db *sql.DB, d *dialect, steps []string) (version int, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("begin migration: %w", err)
	}
	defer tx.Rollback()
	if d.lock != "" {
		if _, err := tx.ExecContext(ctx, d.lock); err != nil {
			return 0, fmt.Errorf("begin migration: %w", err)
		}
	}
	if version, err = d.version(ctx, tx); err != nil || version >= len(steps) {
		return version, err
	}
	from := version
	for err == nil && version < len(steps) {
		_, err = tx.ExecContext(ctx, steps[version])
		version++
	}
	if err == nil && from > 0 && from < d.searchStep && version >= d.searchStep {
		_, err = tx.ExecContext(ctx, beginReindex)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, fmt.Sprintf(d.setVersion, version))
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return version, fmt.Errorf("migrate the database to schema %d: %w", version, err)
	}
	return version, nil
}
