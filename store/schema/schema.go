// Package schema holds the migrations of the database, for each engine.
//
// They lead from one schema to the next; the database counts those that have run. Files are only
// ever added: a released one is frozen, and a test upgrades the first schema through all of them.
// PostgreSQL's first has all that SQLite's first ten came to; a test holds the columns of the two
// engines against each other.
//
// Times are Unix milliseconds, hashes are 32 bytes, booleans 0 or 1, and 0 or the empty text means
// none: a NULL is kept for what is not known yet.
package schema

import (
	"embed"
	"path"
	"sync"
)

//go:embed sqlite postgres
var files embed.FS

// SQLite and Postgres are the texts of each engine's migrations, in the order of their numbers.
var (
	SQLite   = sync.OnceValue(func() []string { return migrations("sqlite") })
	Postgres = sync.OnceValue(func() []string { return migrations("postgres") })
)

func migrations(engine string) (steps []string) {
	list, err := files.ReadDir(engine)
	for _, file := range list {
		var text []byte
		if err == nil {
			text, err = files.ReadFile(path.Join(engine, file.Name()))
		}
		steps = append(steps, string(text))
	}
	if err != nil {
		panic(err) // they are part of the program
	}
	return steps
}

// SetPostgresVersion is the statement that counts a migration as run, with %d.
const SetPostgresVersion = "INSERT INTO migration (version) VALUES (%d)"
