package store

import (
	"context"
	"fmt"
	"time"
)

// slowServer is how long a server may take for a round trip: a mail waits for a good ten of them.
const slowServer = 5 * time.Millisecond

// connectionsUsed is how many a daemon has at most: its readers, its writer, and what listens.
const connectionsUsed = 12

// Server is what a check finds out about a database server.
type Server struct {
	Version   string
	RoundTrip time.Duration
	Warnings  []string // sentences that say what to do
}

// Server looks at the server; nil where the engine has none.
func (s *Store) Server(ctx context.Context) (*Server, error) {
	if s.dialect.server == nil {
		return nil, nil
	}
	return s.dialect.server(ctx, s)
}

// postgresServer asks a server what the desk hangs on. Too old a version and another encoding are
// refused when it is opened.
func postgresServer(ctx context.Context, s *Store) (*Server, error) {
	var v Server
	var most, used int
	var create, write, durable bool
	err := s.db.QueryRowContext(ctx, `
		SELECT current_setting('server_version'),
			current_setting('max_connections')::int
				- current_setting('superuser_reserved_connections')::int,
			(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
			has_schema_privilege(current_schema(), 'CREATE'),
			has_table_privilege('journal', 'SELECT, INSERT, UPDATE')
				AND has_table_privilege('blob', 'DELETE'),
			current_setting('fsync')::bool AND current_setting('full_page_writes')::bool`).
		Scan(&v.Version, &most, &used, &create, &write, &durable)
	if err != nil {
		return nil, postgresFault(err)
	}
	warn := func(wrong bool, format string, a ...any) {
		if wrong {
			v.Warnings = append(v.Warnings, fmt.Sprintf(format, a...))
		}
	}
	if v.RoundTrip, err = roundTrip(ctx, s); err != nil {
		return nil, postgresFault(err)
	}
	warn(!create, "the user may not make tables, so that an upgrade will fail: "+
		"make it the owner of the schema, ALTER SCHEMA public OWNER TO NAME")
	warn(!write, "the user may not write the tables: "+
		"make it their owner, REASSIGN OWNED BY OTHER TO NAME")
	warn(!durable, "fsync or full_page_writes is off: a power cut loses mail that was accepted; "+
		"set both to on in postgresql.conf")
	warn(v.RoundTrip > slowServer, "a question takes %v: "+
		"a mail waits for ten of them; run buzon nearer to the server",
		v.RoundTrip.Round(100*time.Microsecond))
	warn(most-used < connectionsUsed, "%d of %d connections are free, and the daemon needs "+
		"up to %d: raise max_connections", max(most-used, 0), most, connectionsUsed)
	return &v, nil
}

// roundTrip is the shortest of a few.
func roundTrip(ctx context.Context, s *Store) (shortest time.Duration, err error) {
	for range 5 {
		begun := time.Now()
		if err := s.db.PingContext(ctx); err != nil {
			return 0, err
		}
		if took := time.Since(begun); shortest == 0 || took < shortest {
			shortest = took
		}
	}
	return shortest, nil
}
