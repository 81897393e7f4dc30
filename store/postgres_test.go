package store

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"buzon/internal/desktest"
)

// TestEnginesHaveTheSameColumns: a step of one schema must not be forgotten in the other.
func TestEnginesHaveTheSameColumns(t *testing.T) {
	lite := open(t, t.TempDir(), Options{Database: sqliteOnly})
	pg := open(t, t.TempDir(), Options{Database: desktest.Postgres(t)})
	columns := func(s *Store, query string) (list []string) {
		rows := must(s.db.QueryContext(ctx, query))(t)
		defer rows.Close()
		for rows.Next() {
			var name string
			check(t, rows.Scan(&name))
			list = append(list, name)
		}
		check(t, rows.Err())
		slices.Sort(list)
		return list
	}
	// The search has tables of the engine's own, and PostgreSQL has its version in a table.
	same(t, "columns", columns(pg, `
		SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name NOT IN ('search', 'migration')`),
		columns(lite, `
		SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'search%' AND m.name NOT LIKE 'sqlite%'`))
	same(t, "indexes", columns(pg, `
		SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname NOT LIKE '%_key'
			AND indexname NOT LIKE '%_pkey' AND indexname <> 'search_words'`),
		columns(
			lite,
			"SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'"))
}

// TestTextsThatPostgresRefuses: a mail has them all the same.
func TestTextsThatPostgresRefuses(t *testing.T) {
	s := open(t, t.TempDir(), Options{Database: desktest.Postgres(t)})
	write(t, s, func(tx *Tx) error { return tx.SetFact(ctx, "odd", "a\x00b\xffc") })
	same(t, "what is kept", must(s.Fact(ctx, "odd"))(t), "ab\uFFFDc")
}

// TestPostgresEndsConnections: the server's own end, or an administrator's, costs what was under
// way and nothing else.
func TestPostgresEndsConnections(t *testing.T) {
	url := desktest.Postgres(t)
	s := open(t, t.TempDir(), Options{Database: url})
	other := open(t, t.TempDir(), Options{Database: url})
	for i := range 20 {
		id := receive(t, s, "mail")
		_, err := other.db.ExecContext(ctx, `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE application_name = 'buzon' AND pid <> pg_backend_pid() AND datname = current_database()`)
		check(t, err)
		for _, err = s.Mails(ctx, MailFilter{}); err != nil; _, err = s.Mails(ctx, MailFilter{}) {
			if !Temporary(err) {
				t.Fatal(err)
			}
		}
		again := receive(t, s, "mail")
		same(t, "mails", []int64{id, again}, []int64{int64(2*i + 1), int64(2*i + 2)})
	}
}

// TestLastFewAreReadInOrder: of the thousands of mails to one agent, or to strangers, no more are
// read than are asked for, also of those of one moment.
func TestLastFewAreReadInOrder(t *testing.T) {
	s := open(t, t.TempDir(), Options{Database: desktest.Postgres(t)})
	for _, text := range []string{`
		INSERT INTO outbox (kind, ticket, item, person, address, stranger, mailbox, state, created_at, next_at)
		SELECT 'item', n, 1, 1, 'a@x.test', 1, '', 'sent', 0, 0 FROM generate_series(1, 5000) n`,
		"ANALYZE outbox"} {
		write(t, s, func(tx *Tx) error { return tx.write(ctx, text) })
	}
	for _, which := range []string{"address = 'a@x.test'", "stranger = 1"} {
		var steps []string
		check(t, s.rows(ctx, "EXPLAIN SELECT details FROM outbox WHERE "+which+
			" AND created_at > -1 ORDER BY created_at DESC, id DESC LIMIT 3", nil,
			func(rows *sql.Rows) error {
				var step string
				err := rows.Scan(&step)
				steps = append(steps, step)
				return err
			}))
		if plan := strings.Join(steps, "\n"); strings.Contains(plan, "Sort") {
			t.Errorf("%s:\n%s", which, plan)
		}
	}
}

// TestServer: what an administrator must change about the server is said.
func TestServer(t *testing.T) {
	s := open(t, t.TempDir(), Options{Database: desktest.Postgres(t)})
	server := must(s.Server(ctx))(t)
	if server.RoundTrip <= 0 || server.Version == "" {
		t.Errorf("found %+v", server)
	}
	all := strings.Join(server.Warnings, "\n")
	if !strings.Contains(all, "fsync") || strings.Contains(all, "may not") {
		t.Errorf("warned of %q", all)
	}
	lite := open(t, t.TempDir(), Options{Database: sqliteOnly})
	if server := must(lite.Server(ctx))(t); server != nil {
		t.Errorf("a server of SQLite: %+v", server)
	}
}
