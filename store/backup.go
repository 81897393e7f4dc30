package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Snapshot is a desk as it was at one moment, to be copied while the desk goes on: nothing that
// happens later changes it. Close must be called.
type Snapshot struct {
	Taken    time.Time
	Schema   int
	Instance string
	Database string // the file's path; "" where a server has the database
	Kept     []Kept
	Lost     []string // kept files, by their SHA-256, that were gone or cut already

	Mails, Tickets, Items, Owed int64

	dir string
}

// Kept is a file of kept bytes, by its SHA-256 in hex.
type Kept struct {
	SHA256, Path string
	Size         int64
}

// snapshotTries is how often a snapshot is taken anew because a file went while it was taken.
const snapshotTries = 3

// errWent says that a file went with its row after the database was copied.
var errWent = errors.New("a kept file was removed meanwhile: try again")

// Snapshot copies the database, and links the kept files that it names into the same directory of
// its own: what is swept or forgotten meanwhile is still there.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	for try := 1; ; try++ {
		p, err := s.snapshot(ctx)
		if errors.Is(err, errWent) && try < snapshotTries {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("copy the desk: %w", err)
		}
		return p, nil
	}
}

func (s *Store) snapshot(ctx context.Context) (p *Snapshot, err error) {
	p = &Snapshot{Taken: s.Now(), Schema: len(s.dialect.migrations()), Instance: s.instance}
	if err := s.makeDirs(); err != nil { // with a server it may be new
		return nil, err
	}
	if p.dir, err = os.MkdirTemp(s.dir, snapshotDir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	from := s.Reader
	if s.dialect.copyInto != nil {
		p.Database = filepath.Join(p.dir, database)
		db, err := s.dialect.copyInto(ctx, s, p.Database)
		if err != nil {
			return nil, err
		}
		from = Reader{newStatements(s.dialect, db.PrepareContext)}
		defer func() { err = errors.Join(err, from.close(), db.Close()) }()
	}
	if err := p.count(ctx, from); err != nil {
		return nil, err
	}
	if p.Database == "" {
		return p, s.linkAll(p)
	}
	return p, s.linkNamed(ctx, p, from)
}

func (p *Snapshot) count(ctx context.Context, from Reader) error {
	_, err := from.row(ctx, `
		SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM ticket),
			(SELECT count(*) FROM item), (SELECT count(*) FROM outbox WHERE settled_at IS NULL)`,
		nil, &p.Mails, &p.Tickets, &p.Items, &p.Owed)
	return err
}

// linkNamed links the kept files that the copied database names.
func (s *Store) linkNamed(ctx context.Context, p *Snapshot, from Reader) error {
	return from.rows(ctx, "SELECT sha256, size FROM blob WHERE data IS NULL ORDER BY id", nil,
		func(rows *sql.Rows) error {
			var sum []byte
			var size int64
			if err := rows.Scan(&sum, &size); err != nil {
				return err
			}
			name := hex.EncodeToString(sum)
			there, err := p.link(s.blobPath(name), Kept{SHA256: name, Size: size})
			if there || err != nil {
				return err
			}
			p.Lost = append(p.Lost, name)
			named, err := s.row(ctx, "SELECT id FROM blob WHERE sha256 = $1", args(sum), new(int64))
			if err == nil && !named {
				err = errWent
			}
			return err
		})
}

// linkAll links all kept files: which of them a dump of the server's names is not known here.
func (s *Store) linkAll(p *Snapshot) error {
	return filepath.WalkDir(s.blobDir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name := filepath.Base(filepath.Dir(path)) + d.Name()
		fi, err := d.Info()
		if err == nil {
			_, err = p.link(path, Kept{SHA256: name, Size: fi.Size()})
		}
		return err
	})
}

// link adds a file; false when it is not there, or cut.
func (p *Snapshot) link(path string, k Kept) (there bool, err error) {
	k.Path = filepath.Join(p.dir, k.SHA256)
	err = os.Link(path, k.Path)
	var fi fs.FileInfo
	if err == nil {
		fi, err = os.Stat(k.Path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && fi.Size() != k.Size:
		return false, nil
	case err != nil:
		return false, err
	}
	p.Kept = append(p.Kept, k)
	return true, nil
}

// snapshotDir begins the names of directories with snapshots.
const snapshotDir = "snapshot-"

// Close removes the snapshot.
func (p *Snapshot) Close() error { return os.RemoveAll(p.dir) }

// SettleIn makes a restored desk one that works here: nobody works on it yet, and it sends nothing
// until ReleaseOutbox, for what it owes may have been sent after the backup.
func (s *Store) SettleIn(ctx context.Context, why string) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		err := tx.write(ctx, "DELETE FROM meta WHERE key = $1 OR key = $2", leaseKey, standbyKey)
		if err != nil {
			return err
		}
		return tx.holdOutbox(ctx, why)
	}))
}

// sqliteCopyInto has SQLite write what is committed to a new file, while others go on writing.
func sqliteCopyInto(ctx context.Context, s *Store, path string) (*sql.DB, error) {
	fi, err := os.Stat(filepath.Join(s.dir, database))
	if err != nil {
		return nil, err
	}
	if s.roomFor(fi.Size()) != nil {
		return nil, fmt.Errorf("%s has no room for a copy of the database, %d MB: make room",
			s.dir, fi.Size()>>20+1)
	}
	if err := private(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source(filepath.Join(s.dir, database))+"?mode=rw"+patient)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", path)
	if err = errors.Join(err, db.Close()); err != nil {
		if damaged(err) {
			err = damage(err.Error())
		}
		return nil, err
	}
	return openIntact(ctx, path)
}

// openIntact opens a database for reading that has no damage.
func openIntact(ctx context.Context, path string) (*sql.DB, error) {
	copied, err := readers(path, "mode=ro")
	if err != nil {
		return nil, err
	}
	var result string
	err = copied.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result)
	if err == nil && result != "ok" {
		err = damage(result)
	}
	if err != nil {
		return nil, errors.Join(err, copied.Close())
	}
	return copied, nil
}
