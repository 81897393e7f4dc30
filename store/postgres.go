package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"buzon/store/schema"
)

// postgresDialect is the second engine, PostgreSQL 15 or newer. The one writer holds an advisory
// lock while it writes, as BEGIN IMMEDIATE does for SQLite, so that what one transaction has read
// stays true until it commits.
var postgresDialect = &dialect{
	migrations: schema.Postgres,
	searchStep: 28,
	open:       openPostgres,
	look:       lookPostgres,
	version:    postgresVersion,
	setVersion: schema.SetPostgresVersion,
	lock:       postgresLock,
	copyOf:     postgresCopy,
	begin:      postgresBegin,
	commit:     postgresCommit,
	pipeline:   pipeline,
	lost:       lost,
	committed:  postgresCommitted,
	returning:  true,
	args:       postgresArgs,
	fault:      postgresFault,
	domain:     "split_part(address, '@', 2)",
	indexAll: `
		INSERT INTO search (item, words)
		SELECT item, array_to_tsvector(array_remove(string_to_array(words, ' '), ''))
		FROM unnest($1::bigint[], $2::text[]) AS x(item, words)`,
	unindex: "DELETE FROM search WHERE item = $1",
	words:   bucketed,
	found:   foundInBuckets,
	among:   amongBuckets,
	chunk:   200,
	few:     1000, // it looks at each of their items
	match:   matchTSQuery,
	list:    "json_array_elements_text(%s::json) AS list(value)",
	// with the standby's own second a takeover takes less than ten
	beat:     beat{2 * time.Second, 4},
	standby:  true,
	vacant:   postgresVacant,
	snapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	tables: `
		SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name NOT IN ('search', 'migration')
		ORDER BY table_name, ordinal_position`,
	references: `
		SELECT a.relname, b.relname FROM pg_constraint c
		JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
		WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace`,
	copied: postgresCopied,
	scrub:  postgresScrub,
	same:   func(*Store) error { return nil },
	intact: postgresIntact,
	server: postgresServer,
	watch:  postgresWatch,
}

// oldestPostgres is the oldest server that is supported, as server_version_num says it.
const oldestPostgres = 150000

// postgresLock is held by who writes. Its number is the schema's, so that several desks may live in
// one database.
const postgresLock = "SELECT pg_advisory_xact_lock(7239151, hashtext(current_schema()))"

// openPostgres connects to a server. What the desk must be able to rely on is asked of it first.
func openPostgres(ctx context.Context, s *Store) (write, read *sql.DB, err error) {
	if read, err = connectPostgres(s.opt.Database, true); err != nil {
		return nil, nil, err
	}
	schema, err := usable(ctx, read)
	switch {
	case err != nil || schema > 0:
	case s.opt.Existing:
		err = ErrNoDesk
	default:
		err = s.nothingLeft()
	}
	if err == nil {
		err = s.makeDirs()
	}
	if err == nil {
		write, err = connectPostgres(s.opt.Database, false)
	}
	if err != nil {
		return nil, nil, errors.Join(err, read.Close())
	}
	return write, read, nil
}

func lookPostgres(ctx context.Context, s *Store) (*sql.DB, error) {
	read, err := connectPostgres(s.opt.Database, true)
	if err != nil {
		return nil, err
	}
	schema, err := usable(ctx, read)
	if err == nil && schema == 0 {
		err = cmp.Or(s.nothingLeft(), ErrNoDesk)
	}
	if err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return read, nil
}

// quick has a server plan for statements that are over in milliseconds and find their rows by an
// index, in pages that are in memory: to compile one, or to begin other processes for it, takes
// several times as long, and so does reading a whole table in place of its index.
var quick = map[string]string{"jit": "off", "max_parallel_workers_per_gather": "0",
	"random_page_cost": "1.1"}

// connectPostgres makes a pool of connections; the first of them is made when it is used.
func connectPostgres(url string, reads bool) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database: %w (wanted: postgres://USER@HOST/NAME)", err)
	}
	config.RuntimeParams["application_name"] = "buzon"
	// whatever the server's default: a 250 is a promise
	config.RuntimeParams["synchronous_commit"] = "on"
	for name, value := range quick {
		config.RuntimeParams[name] = value
	}
	if reads {
		config.RuntimeParams["default_transaction_read_only"] = "on"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(max(8, runtime.NumCPU()))
	db.SetMaxIdleConns(max(8, runtime.NumCPU()))
	return db, nil
}

// usable refuses a server that is too old or would lose characters, and another program's tables.
// It returns the schema.
func usable(ctx context.Context, db *sql.DB) (schema int, err error) {
	var version, tables int
	var encoding string
	err = db.QueryRowContext(ctx, `
		SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
			(SELECT count(*) FROM pg_tables WHERE schemaname = current_schema())`).
		Scan(&version, &encoding, &tables)
	if err != nil {
		return 0, fmt.Errorf("connect to PostgreSQL: %w", postgresFault(err))
	}
	schema, err = postgresVersion(ctx, db)
	switch {
	case err != nil:
		return 0, err
	case version < oldestPostgres:
		return 0, fmt.Errorf("PostgreSQL %d is too old: buzon needs 15 or newer", version/10000)
	case encoding != "UTF8":
		return 0, fmt.Errorf("the database's encoding is %s: make one with ENCODING 'UTF8'",
			encoding)
	case schema == 0 && tables > 0:
		return 0, errors.New("the database has another program's tables: give buzon one of its own")
	}
	return schema, nil
}

func postgresVersion(ctx context.Context, db querier) (version int, err error) {
	var there bool
	err = db.QueryRowContext(ctx, "SELECT to_regclass('migration') IS NOT NULL").Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM migration").Scan(&version)
	return version, err
}

// postgresVacant opens a database for a copy. One that a copy made, and nobody has worked on, is as
// good as a new one.
func postgresVacant(ctx context.Context, to string) (*sql.DB, func(bool) error, error) {
	db, err := connectPostgres(to, false)
	if err != nil {
		return nil, nil, err
	}
	schema, err := usable(ctx, db)
	if err == nil && schema > 0 {
		var used bool
		err = db.QueryRowContext(ctx, `
			SELECT EXISTS (SELECT 1 FROM meta) OR EXISTS (SELECT 1 FROM journal)`).Scan(&used)
		if err == nil && used {
			err = fmt.Errorf("%w: make a new one with createdb", errNotEmpty)
		}
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, func(whole bool) (err error) {
		if whole { // or searches would read a long list until the server comes to it by itself
			_, err = db.ExecContext(ctx, "VACUUM search, item, ticket, person")
		}
		return errors.Join(err, db.Close())
	}, nil
}

// postgresCopied has the database count on from the highest ids, and know how the tables are
// filled.
func postgresCopied(ctx context.Context, s *statements) error {
	var counted []string
	err := s.rows(ctx, `
		SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND is_identity = 'YES'`, nil,
		func(rows *sql.Rows) error {
			var table, column string
			err := rows.Scan(&table, &column)
			counted = append(counted, fmt.Sprintf(`
			SELECT setval(pg_get_serial_sequence('%[1]s', '%[2]s'), coalesce(max(%[2]s), 0) + 1, false) FROM %[1]s`,
				table, column))
			return err
		})
	for _, text := range append(counted, "ANALYZE") {
		if err == nil {
			err = s.write(ctx, text)
		}
	}
	return err
}

// postgresCopy leaves the copy to the administrator's own backups: the server has the files, and
// steps of the schema are transactions here.
func postgresCopy(_ context.Context, s *Store, _ *sql.DB, version int) error {
	s.opt.Log.Info("the database's schema is brought up to date; pg_dump keeps what was before",
		"schema", version)
	return nil
}

// counted are the tables whose ids the writer counts by itself, holding the lock: a new row needs
// no answer then.
var counted = []string{"journal", "person", "ticket", "item", "outbox"}

var postgresBeginning = `
	SELECT pg_current_xact_id()::text, coalesce((SELECT value FROM meta WHERE key = '` + leaseKey +
	`'), ''),
		(SELECT coalesce(max(id), 0) FROM journal), (SELECT coalesce(max(id), 0) FROM person),
		(SELECT coalesce(max(number), 0) FROM ticket), (SELECT coalesce(max(id), 0) FROM item),
		(SELECT coalesce(max(id), 0) FROM outbox)`

func postgresBegin(ctx context.Context, c *sql.Conn) (b begun, err error) {
	var batch pgx.Batch
	last := make([]int64, len(counted))
	batch.Queue("BEGIN")
	batch.Queue(postgresLock)
	batch.Queue(postgresBeginning).QueryRow(func(row pgx.Row) error {
		return row.Scan(&b.name, &b.lease, &last[0], &last[1], &last[2], &last[3], &last[4])
	})
	if err := pipeline(ctx, c, &batch); err != nil {
		return begun{}, err
	}
	b.last = map[string]int64{}
	for i, table := range counted {
		b.last[table] = last[i]
	}
	return b, nil
}

// postgresCommit sends what is still to be written with the commit. After an error the server
// answers ROLLBACK to it.
func postgresCommit(ctx context.Context, s *statements) error {
	b := s.takePending()
	b.Queue("NOTIFY buzon")
	b.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return errors.New("PostgreSQL rolled the transaction back")
		}
		return nil
	})
	return pipeline(ctx, s.conn, b)
}

// pipeline sends statements one behind the other and waits once. After the first that fails none is
// run.
func pipeline(ctx context.Context, c *sql.Conn, b *pgx.Batch) error {
	var failed error
	err := c.Raw(func(conn any) error {
		failed = conn.(*stdlib.Conn).Conn().SendBatch(ctx, b).Close()
		return nil
	})
	return postgresFault(cmp.Or(err, failed))
}

// postgresCommitted asks what became of a transaction whose commit was cut off: the connection may
// have ended before the commit or behind it.
func postgresCommitted(ctx context.Context, c *sql.Conn, name string) (bool, error) {
	var status sql.NullString
	err := c.QueryRowContext(ctx, "SELECT pg_xact_status($1::text::xid8)", name).Scan(&status)
	return status.String == "committed", err
}

// postgresArgs makes the values of a statement what the server takes: booleans are 0 and 1 in the
// schema, and a text has neither NUL nor octets that are no UTF-8, which mail does have.
func postgresArgs(args []any) {
	for i, a := range args {
		switch v := a.(type) {
		case bool:
			args[i] = 0
			if v {
				args[i] = 1
			}
		case string:
			if strings.ContainsRune(v, 0) {
				v = strings.ReplaceAll(v, "\x00", "")
			}
			args[i] = strings.ToValidUTF8(v, "\uFFFD")
		}
	}
}

// postgresFault marks an error that is the connection's and not the statement's.
func postgresFault(err error) error {
	var pe *pgconn.PgError
	if err == nil || errors.As(err, &pe) || errors.Is(err, sql.ErrNoRows) ||
		errors.Is(err, context.Canceled) {
		return err
	}
	return fault(err)
}

// lost reports whether the connection is gone: what runs next needs another.
func lost(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) { // the server ends, or an administrator has ended the connection
		return strings.HasPrefix(pe.Code, "57P") || strings.HasPrefix(pe.Code, "08")
	}
	var f *Fault
	return errors.As(err, &f) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, sql.ErrConnDone)
}

// postgresFull reports whether an error means a full disk.
func postgresFull(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "53100"
}

// postgresBroken reports whether an error blames the server and not the statement or its values: of
// the classes of SQLSTATE those for connections, rollbacks, resources, interventions, the system,
// and damage.
func postgresBroken(err error) bool {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return false
	}
	for _, class := range []string{"08", "25", "40", "53", "55", "57", "58", "F0", "XX"} {
		if strings.HasPrefix(pe.Code, class) {
			return true
		}
	}
	return false
}

// postgresIntact asks for a row: the server watches over its own files.
func postgresIntact(ctx context.Context, s *Store, _ bool) error {
	_, err := s.LastMail(ctx)
	return err
}

// postgresWatch listens for the commits of other processes.
func postgresWatch(ctx context.Context, s *Store) {
	for ctx.Err() == nil {
		err := listen(ctx, s)
		if ctx.Err() != nil {
			return
		}
		s.opt.Log.Warn("cannot listen to PostgreSQL; trying again", "error", err)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

func listen(ctx context.Context, s *Store) error {
	conn, err := pgx.Connect(ctx, s.opt.Database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN buzon"); err != nil {
		return err
	}
	s.changed.wake() // what was committed meanwhile
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		s.changed.wake()
	}
}

// nothingLeft refuses to begin an empty desk where files of another are.
func (s *Store) nothingLeft() error {
	list, err := os.ReadDir(s.blobDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(list) > 0 {
		err = fmt.Errorf("the database is empty, but %s is not: restore the last backup,"+
			" or move the data directory aside to begin anew", s.blobDir())
	}
	return err
}
