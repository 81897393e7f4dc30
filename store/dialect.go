package store

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
)

// dialect is all that differs between the engines. The text of statements is the same but for what
// stands here.
type dialect struct {
	migrations func() []string
	searchStep int // the schema in which the search is made anew
	// open connects the one writer and the readers. It refuses a database that must not be worked
	// on.
	open       func(context.Context, *Store) (write, read *sql.DB, err error)
	look       func(context.Context, *Store) (read *sql.DB, err error)
	version    func(context.Context, querier) (int, error) // of the schema; 0: there is none
	setVersion string                                      // with %d
	// what keeps two migrations apart, if BEGIN does not
	lock   string
	copyOf func(ctx context.Context, s *Store, db *sql.DB, version int) error
	// copyInto writes what is committed to a file, and opens it; nil: a server has its own tools
	copyInto func(ctx context.Context, s *Store, path string) (*sql.DB, error)

	// begin takes the one place of a writer among all processes.
	begin  func(context.Context, *sql.Conn) (begun, error)
	commit func(context.Context, *statements) error
	// lost reports whether an error means that the connection is gone; nil: there is none that
	// could be.
	lost func(error) bool
	// committed reports whether a transaction whose commit was cut off has taken place.
	committed func(ctx context.Context, c *sql.Conn, name string) (bool, error)

	// pipeline sends statements whose results nobody reads with one wait for all; nil: there is no
	// such thing.
	pipeline  func(context.Context, *sql.Conn, *pgx.Batch) error
	returning bool                  // the id of a new row is had by RETURNING
	args      func(args []any)      // makes the values of a statement ones that the engine takes
	fault     func(err error) error // marks an error of the connection as the store's

	domain string // behind the @ of the column address

	index string // writes the words of an item for the search
	// indexAll is index for lists of items and of their words; "": each is written by itself
	indexAll string
	// takes the words of an item, by its id, out of it
	unindex string
	words   func(item int64, text string) string // what index takes of an item's words
	found   string                               // the items below id %[2]s that match %[1]s
	// those of the list of tickets %[2]s below id %[3]s that match %[1]s
	among string
	// how many of them are read at first; 0: all, the newest first
	chunk int
	few   int // of no more tickets than these among is asked
	// what found looks for: items that have all words, the last of which may be a beginning
	match func(ctx context.Context, r Reader, words []string, beginning bool) (string, error)

	list string // the elements of the JSON array %s as the column value

	// vacant opens an empty database to be copied to; finish closes it, and puts it into its place
	// or takes it away.
	vacant func(ctx context.Context, to string) (
		db *sql.DB, finish func(whole bool) error, err error)
	snapshot   string // begins a transaction that reads
	tables     string // the tables with their columns, without those of the engine's own
	references string // which of them refers to which
	copied     func(context.Context, *statements) error

	beat    beat // of the lease
	standby bool // a second daemon may wait for the first to end

	server func(context.Context, *Store) (*Server, error) // nil: there is none

	// scrub leaves nothing to read in the bytes of the database that its rows do not say.
	scrub  func(context.Context, *Store) error
	same   func(*Store) error // nil while the database is the one that was opened
	intact func(ctx context.Context, s *Store, quickly bool) error
	watch  func(context.Context, *Store) // calls changed.wake when another process has committed
}

// begun is what a transaction knows from its beginning.
type begun struct {
	name  string // by which the engine knows what becomes of it
	lease string // who files and sends
	// the highest id of a table, where it is the transaction that counts them
	last map[string]int64
}

// querier is a connection or a transaction.
type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

func run(ctx context.Context, c *sql.Conn, text string) error {
	_, err := c.ExecContext(ctx, text)
	return err
}
