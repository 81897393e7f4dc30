package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"
)

// sqliteScrub writes the search and the whole file anew: what was deleted stays in segments of the
// one and in free pages of the other, and in the log until all of it is in the file.
func sqliteScrub(ctx context.Context, s *Store) error {
	err := s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, "INSERT INTO search (search) VALUES ('optimize')")
	})
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", source(filepath.Join(s.dir, database))+"?_txlock=immediate"+
		patient)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return err
	}
	return emptyLog(ctx, db)
}

// emptyLog has all that the log has be in the file.
func emptyLog(ctx context.Context, db *sql.DB) error {
	for range 100 { // somebody may be reading what the log alone has
		var busy, log, done int
		err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done)
		if err != nil || busy == 0 {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.New("the log of the database is being read all the time: " +
		"restart buzon serve, and forget once more")
}

// postgresScrub writes the tables anew that have texts.
func postgresScrub(ctx context.Context, s *Store) error {
	db, err := connectPostgres(s.opt.Database, false)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, table := range []string{"person", "address", "ticket", "item", "attachment", "activity",
		"journal", "outbox", "blob", "citation", "search"} {
		if _, err := db.ExecContext(ctx, "VACUUM FULL "+table); err != nil {
			return err
		}
	}
	return nil
}
