package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// What the search has of an item is made anew from its texts: after an update that changes its form
// (dialect.searchStep), and for another engine, which can't read what this one has.

// reindexKey is the fact that says how far that is after an update: the last item that is done. It
// is not there when all are.
const reindexKey = "reindex"

const beginReindex = `
	INSERT INTO meta (key, value) VALUES ('` + reindexKey + `', '0')
	ON CONFLICT (key) DO UPDATE SET value = '0'`

// Texts of so many items are read at once, and so many are committed together.
const (
	reindexPiece  = 500
	reindexCommit = 4000
)

// reindexSays is how often one is told how far it is.
const reindexSays = 5 * time.Second

// reindex makes the search anew where an update has begun that, before the desk is open to anybody.
// It is committed now and then, so that whoever is broken off goes on where he was.
func (s *Store) reindex(ctx context.Context, db *sql.DB) error {
	there := 0
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM meta WHERE key = $1",
		reindexKey).Scan(&there)
	if err != nil || there == 0 { // without a wait for whoever writes
		return err
	}
	begun, said := time.Now(), time.Time{}
	for {
		last, all, err := s.reindexSome(ctx, db, reindexCommit)
		switch {
		case err != nil:
			return fmt.Errorf("make the search anew: %w", err)
		case last == all && said.IsZero(): // nothing, or little, was to be done
			return nil
		case last == all:
			s.opt.Log.Info("the search is made anew", "items", all,
				"took", time.Since(begun).Round(time.Second))
			return nil
		case said.IsZero():
			s.opt.Log.Info("the search is being made anew, as this update needs it to be, once: "+
				"the desk opens when that is done; what is broken off goes on where it was",
				"items", all)
			said = time.Now()
		case time.Since(said) >= reindexSays:
			s.opt.Log.Info("the search is being made anew", "items", last, "of", all,
				"percent", 100*last/all)
			said = time.Now()
		}
	}
}

// reindexSome writes the words of the next items, and commits them. It returns the last that is
// done, and the last that there is: the same ones when nothing is left to be done.
func (s *Store) reindexSome(ctx context.Context, db *sql.DB, most int) (last, all int64,
	err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, 0, err
	}
	defer tx.Rollback()
	if s.dialect.lock != "" {
		if _, err := tx.ExecContext(ctx, s.dialect.lock); err != nil {
			return 0, 0, err
		}
	}
	// under the lock: another process may have done some
	err = tx.QueryRowContext(ctx, `
		SELECT CAST(value AS BIGINT), (SELECT coalesce(max(id), 0) FROM item)
		FROM meta WHERE key = $1`, reindexKey).Scan(&last, &all)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	st := newStatements(s.dialect, tx.PrepareContext)
	for n := 0; err == nil && last < all && n < most; n += reindexPiece {
		last, err = reindex(ctx, st, st, last, min(most, reindexPiece))
	}
	if err == nil && last < all {
		err = st.write(ctx, "UPDATE meta SET value = $1 WHERE key = $2", fmt.Sprint(last),
			reindexKey)
	} else if err == nil {
		err = st.write(ctx, "DELETE FROM meta WHERE key = $1", reindexKey)
	}
	if err = errors.Join(err, st.close()); err != nil {
		return 0, 0, err
	}
	return last, all, tx.Commit()
}

// reindexAll writes the words of all items of one database to another.
func reindexAll(ctx context.Context, from, to *statements) error {
	for last := int64(0); ; {
		next, err := reindex(ctx, from, to, last, reindexPiece)
		if err != nil || next == last {
			return err
		}
		last = next
	}
}

// reindex writes the words of the items behind one, no more than most. It returns the last of them.
func reindex(ctx context.Context, from, to *statements, last int64, most int) (int64, error) {
	var list []indexed
	err := from.rows(ctx, `
		SELECT i.id, t.subject, i.subject || '/' || i.text, coalesce(p.name, ''), coalesce((
			SELECT string_agg(filename, '/' ORDER BY position) FROM attachment WHERE item = i.id), '')
		FROM item i JOIN ticket t ON t.number = i.ticket LEFT JOIN person p ON p.id = i.author
		WHERE i.id > $1
		ORDER BY i.id LIMIT +$2`, args(last, most), func(rows *sql.Rows) error {
		var x indexed
		var text, files string
		err := rows.Scan(&x.item, &x.subject, &text, &x.author, &files)
		x.words = Words(text+"\n"+files, nil)
		list = append(list, x)
		return err
	})
	for _, x := range list {
		if err == nil {
			err, last = to.writeWords(ctx, x), x.item
		}
	}
	return last, err
}
