package store

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store/schema"
)

func frozen(t testing.TB) string {
	t.Helper()
	return string(must(os.ReadFile("testdata/schema1.sql"))(t))
}

func TestFirstSchemaIsFrozen(t *testing.T) {
	if schema.SQLite()[0] != frozen(t) {
		t.Fatal("schema 1 is in the hands of people: append a migration, and leave " +
			"testdata/schema1.sql as it is")
	}
}

// oldDatabase makes the database of a release as it was, with a mail, a ticket and an item in it.
func oldDatabase(t *testing.T, dir, schema string) {
	t.Helper()
	db := must(sql.Open("sqlite", filepath.Join(dir, "buzon.db")))(t)
	defer db.Close()
	for _, text := range []string{schema, "PRAGMA user_version = 1",
		"INSERT INTO meta VALUES ('instance', 'old')",
		"INSERT INTO blob VALUES (1, zeroblob(32), 4, 'mail', 0)",
		"INSERT INTO journal (blob, received_at, door, envelope, envelope_from, attempts) VALUES " +
			"(1, 0, 'smtp', '{}', 'c@cliente.test', 1)",
		"INSERT INTO person (name, role, created_at) VALUES ('Carla', 'customer', 0)",
		"INSERT INTO ticket (mailbox, subject, status, severity, type, requester, controller, " +
			"items, created_at, updated_at) VALUES ('s@e.test', 'Factura', 'Abierto', 3, " +
			"'Incidente', 1, 1, 1, 0, 0)",
		"INSERT INTO item (ticket, number, type, author, visibility, state, created_at, text) " +
			"VALUES (1, 1, 'Incidente', 1, 'public', 'filed', 0, 'No cuadra')",
		"INSERT INTO address (address, person) VALUES ('carla@cliente.test', 1)",
		"INSERT INTO activity (ticket, at, person, mail, what, new) VALUES (1, 0, 1, 1, " +
			"'opened', '17')",
		"INSERT INTO imap_folder (account, folder, uidvalidity, uid) VALUES ('a', 'INBOX', 7, 3)",
		"INSERT INTO imap_mail (account, folder, uidvalidity, uid, mail, state, print) VALUES " +
			"('a', 'INBOX', 7, 3, 1, 'taken', x'01')",
		"INSERT INTO search (rowid, subject, body) VALUES (1, 'Factura', 'No cuadra')"} {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%.60s: %v", text, err)
		}
	}
}

func TestOldestDatabaseIsUpgraded(t *testing.T) {
	fileOnly(t)
	dir := t.TempDir()
	oldDatabase(t, dir, frozen(t))
	s := open(t, dir, Options{})
	same(t, "schema", must(sqliteVersion(ctx, s.db))(t), len(schema.SQLite()))
	same(t, "instance", s.Instance(), "old")
	same(t, "waiting mails", len(must(s.Unsettled(ctx, 0, s.Now(), 9))(t)), 1)
	found, _, err := s.Find(ctx, everything, Query{Words: "factura cuadra"})
	check(t, err)
	same(t, "a known customer, by a mail that proved nothing",
		must(s.Person(ctx, 1))(t).Known, false)
	if len(found) != 1 || found[0].Requester.Name != "Carla" {
		t.Errorf("the old ticket is not found: %+v", found)
	}
	same(t, "person", must(s.PersonByAddress(ctx, "carla@cliente.test"))(t).ID, 1)
	same(t, "history", must(s.Activities(ctx, 1))(t),
		[]Activity{{Ticket: 1, At: time.UnixMilli(0), Person: 1, Mail: 1, What: "opened",
			New: "17"}})
	// without its print, which was made in another way
	same(t, "owed to a mailbox", must(s.IMAPOwed(ctx, IMAPFolder{"a", "INBOX", 7}))(t),
		[]IMAPEntry{{UID: 3, State: "taken", Mail: 1}})
	k := openTicket(t, s, addPerson(t, s, "customer", "n@cliente.test"), "Nuevo")
	same(t, "next number", k.Number, 2)
}

func TestUpgradeKeepsACopyAndIsDoneOnce(t *testing.T) {
	fileOnly(t)
	dir := t.TempDir()
	oldDatabase(t, dir, frozen(t))
	s := open(t, dir, Options{})
	steps := append(slices.Clone(schema.SQLite()), "CREATE TABLE later (x INTEGER)")
	db := must(sql.Open("sqlite", source(filepath.Join(dir, "buzon.db"))+
		"?_txlock=immediate&_pragma=busy_timeout(5000)"))(t)
	defer db.Close()
	check(t, migrate(ctx, db, sqliteDialect, steps,
		func(v int) error { return sqliteCopy(ctx, s, db, v) }))
	same(t, "schema", must(sqliteVersion(ctx, db))(t), len(steps))
	path := filepath.Join(dir, "buzon-schema1.db")
	old := must(sql.Open("sqlite", path))(t)
	defer old.Close()
	same(t, "schema of the copy", must(sqliteVersion(ctx, old))(t), 1)
	same(t, "mode of the copy", must(os.Stat(path))(t).Mode(), "-rw-------")
	steps = append(steps, "CREATE TABLE latest (x INTEGER)")
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs { // processes that start together
		group.Go(func() {
			errs[i] = migrate(ctx, db, sqliteDialect, steps,
				func(int) error { return nil })
		})
	}
	group.Wait()
	check(t, errors.Join(errs...))
	same(t, "a failing step", migrate(ctx, db, sqliteDialect,
		append(steps, "CREATE TABLE more (x); nonsense"), func(int) error { return nil }) != nil,
		true)
	same(t, "schema after it", must(sqliteVersion(ctx, db))(t), len(steps))
	var n int
	check(t, db.QueryRow("SELECT count(*) FROM sqlite_master WHERE name = 'more'").Scan(&n))
	same(t, "what is left of it", n, 0)
}

func TestOpenRefuses(t *testing.T) {
	fileOnly(t)
	mail := strings.Repeat("x", InlineSize+1)
	for name, c := range map[string]struct {
		spoil func(dir, db string) error
		want  string
	}{
		"a newer schema": {func(_, db string) error {
			return execute(db,
				"PRAGMA user_version = 999")
		}, "run the newer buzon"},
		"another program's database": {func(_, db string) error {
			return errors.Join(os.Remove(db), execute(db, "CREATE TABLE theirs (x)"))
		}, "another program"},
		"a text file": {func(_,
			db string) error {
			return os.WriteFile(db, []byte(strings.Repeat("hola ", 999)), 0o600)
		}, "damaged"},
		"4 KB of noise in the middle": {func(_, db string) error { return mailtest.Noise(db) },
			"damaged"},
		"a file cut in half": {func(_, db string) error { return mailtest.Halve(db) },
			"damaged"},
		"an emptied file": {func(_, db string) error { return os.Truncate(db, 0) },
			"missing or empty"},
		"a file that is gone": {func(_, db string) error { return os.Remove(db) },
			"missing or empty"},
		"an emptied file with its log": {func(_, db string) error {
			return errors.Join(os.Truncate(db, 0), os.WriteFile(db+"-wal", []byte("frames"), 0o600))
		}, "missing or empty"},
		"a directory that others share": {func(dir,
			_ string) error {
			return os.Chmod(dir, 0o777|fs.ModeSticky)
		}, "directory of its own"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db := filepath.Join(dir, "buzon.db")
			s := open(t, dir, Options{})
			receive(t, s, mail)
			for range 20 {
				receive(t, s, strings.Repeat(t.Name(), 1000))
			}
			check(t, s.Close())
			check(t, c.spoil(dir, db))
			before, _ := os.ReadFile(db)
			s, err := Open(ctx, dir, Options{})
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want it to say %q", err, c.want)
			}
			if after, _ := os.ReadFile(db); !bytes.Equal(before, after) {
				t.Error("it was changed")
			}
		})
	}
}

func execute(path, text string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	_, err = db.Exec(text)
	return errors.Join(err, db.Close())
}

func TestOpenAfterACrashKeepsWhatWasCommitted(t *testing.T) {
	fileOnly(t)
	dir, copied := t.TempDir(), t.TempDir()
	s := open(t, dir, Options{})
	id := receive(t, s, "mail")
	// as kill -9 leaves it, without its shared memory
	for _, name := range []string{"buzon.db", "buzon.db-wal"} {
		check(t, os.WriteFile(filepath.Join(copied, name),
			must(os.ReadFile(filepath.Join(dir, name)))(t), 0o600))
	}
	again := open(t, copied, Options{})
	if _, err := again.Mail(ctx, id); err != nil {
		t.Errorf("the mail is not there: %v", err)
	}
}

func TestOpenWhileAnotherWrites(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	inside, leave := make(chan struct{}), make(chan struct{})
	wait := s.Begin(ctx, func(*Tx) error { close(inside); <-leave; return nil })
	<-inside
	again := open(t, dir, Options{})
	same(t, "instance", again.Instance(), s.Instance())
	close(leave)
	check(t, wait())
}

func TestOpenTogether(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	errs := make([]error, 3)
	names := map[string]bool{}
	var mu sync.Mutex
	for i := range errs {
		group.Go(func() {
			s, err := Open(ctx, dir, Options{})
			if errs[i] = err; err == nil {
				mu.Lock()
				names[s.Instance()] = true
				mu.Unlock()
				errs[i] = s.Close()
			}
		})
	}
	group.Wait()
	check(t, errors.Join(errs...))
	same(t, "names of the desk", len(names), 1)
}

func TestOddPath(t *testing.T) {
	fileOnly(t)
	dir := filepath.Join(t.TempDir(), "mi mesa #1 ?x=%41 ñ")
	s := open(t, dir, Options{})
	receive(t, s, "mail")
	if _, err := os.Stat(filepath.Join(dir, "buzon.db")); err != nil {
		t.Error(err)
	}
}

func TestEverythingIsPrivate(t *testing.T) {
	fileOnly(t)
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, Options{})
	receive(t, s, strings.Repeat("x", InlineSize+1))
	receive(t, s, "small")
	db := must(sql.Open("sqlite", filepath.Join(dir, "buzon.db")))(t)
	defer db.Close()
	check(t, sqliteCopy(ctx, s, db, 1))
	open := spool(t, s, strings.Repeat("y", InlineSize+1))
	defer open.Close()
	files := 0
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err == nil && fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, fi.Mode())
		}
		files++
		return err
	}))
	// the directory, three in it, the database with two beside it, the copy, a blob, a spool
	if files < 9 {
		t.Errorf("only %d files were looked at", files)
	}
}

func TestSettings(t *testing.T) {
	fileOnly(t)
	s, _ := newStore(t)
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal",
		"foreign_keys": "1"} {
		var got string
		check(t, s.writer.conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got))
		same(t, pragma, got, want)
	}
	if _, err := s.db.Exec("DELETE FROM meta"); err == nil {
		t.Error("the read pool can write")
	}
}

func TestCheck(t *testing.T) {
	s, _ := newStore(t)
	id := receive(t, s, strings.Repeat("x", InlineSize+1))
	check(t, s.Check(ctx))
	m, err := s.Mail(ctx, id)
	check(t, err)
	path := s.blobPath(m.SHA256)
	check(t, os.Truncate(path, 10))
	if err := s.Check(ctx); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a cut file: %v", err)
	}
	if _, err := s.OpenMail(ctx, m); err == nil || Temporary(err) {
		t.Errorf("open a cut file: %v, temporary %v", err, Temporary(err))
	}
	var u *Unreadable
	if err := s.unreadable(path, &fs.PathError{Op: "open", Path: path,
		Err: fs.ErrPermission}); !errors.As(err, &u) || Temporary(err) ||
		!strings.Contains(err.Error(), "chown") || !strings.Contains(err.Error(), path) {
		t.Errorf("somebody else's file: %v", err)
	}
	if err := s.unreadable(path, &fs.PathError{Op: "open", Path: path,
		Err: syscall.EMFILE}); !Temporary(err) {
		t.Errorf("too many open files: %v", err)
	}
	check(t, os.Remove(path))
	if err := s.Check(ctx); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := s.OpenMail(ctx, m); !errors.Is(err, fs.ErrNotExist) || Temporary(err) {
		t.Errorf("open a missing file: %v, temporary %v", err, Temporary(err))
	}
}

func TestLookChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := Look(ctx, dir, Options{}); !errors.Is(err, ErrNoDesk) || exists(dir) {
		t.Errorf("look where there is nothing: %v", err)
	}
	check(t, os.Mkdir(dir, 0o700))
	oldDatabase(t, dir, frozen(t))
	before := must(os.ReadFile(filepath.Join(dir, database)))(t)
	if _, err := Look(ctx, dir, Options{}); err == nil ||
		!strings.Contains(err.Error(), "start buzon serve") {
		t.Errorf("look at an older schema: %v", err)
	}
	same(t, "the old database is as it was",
		bytes.Equal(before, must(os.ReadFile(filepath.Join(dir, database)))(t)), true)
	same(t, "files", len(must(os.ReadDir(dir))(t)), 1)

	s := must(Open(ctx, dir, Options{}))(t)
	receive(t, s, "mail")
	check(t, s.Close())
	files := len(must(os.ReadDir(dir))(t))
	look := must(Look(ctx, dir, Options{}))(t)
	same(t, "mails", len(must(look.Mails(ctx, MailFilter{}))(t)), 2)
	same(t, "instance", look.Instance(), "old")
	same(t, "a write", look.Write(ctx, func(*Tx) error { return nil }), ErrReadOnly)
	check(t, look.Close())
	same(t, "files", len(must(os.ReadDir(dir))(t)), files)
	check(t, os.Remove(filepath.Join(dir, database)))
	check(t, os.MkdirAll(filepath.Join(dir, "blobs", "ab"), 0o700))
	if _, err := Look(ctx, dir, Options{}); err == nil ||
		!strings.Contains(err.Error(), "missing or empty") {
		t.Errorf("look where the database is gone: %v", err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
