package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// errNotEmpty refuses to copy over another desk.
var errNotEmpty = errors.New("the database is not empty")

// Copied is a table that was copied: how many rows it has, and a hash over them, the same on both
// sides whatever the order.
type Copied struct {
	Table  string `json:"table"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// CopyTo copies all rows to another database: a PostgreSQL URL, or a data directory for SQLite. The
// target must be empty, and gets everything in one transaction, which ends only when its rows, read
// again, are those of the source: what is broken off leaves nothing. The kept files are not
// touched. progress is told how many rows of how many are done, each once to be written and once to
// be compared.
func (s *Store) CopyTo(ctx context.Context, to string,
	progress func(done, all int64)) (list []Copied, err error) {
	d := sqliteDialect
	if strings.Contains(to, "://") {
		d = postgresDialect
	}
	db, finish, err := d.vacant(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("copy to %s: %w", place(to), err)
	}
	defer func() { err = errors.Join(err, finish(err == nil)) }()
	if err := migrate(ctx, db, d, d.migrations(), nil); err != nil {
		return nil, err
	}
	source, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	target, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer target.Close()
	if err := run(ctx, source, s.dialect.snapshot); err != nil {
		return nil, err
	}
	defer run(context.WithoutCancel(ctx), source, "ROLLBACK")
	c := &copier{
		from:     newStatements(s.dialect, source.PrepareContext),
		to:       writerStatements(d, target, nil),
		progress: progress,
	}
	return c.transaction(ctx, target)
}

// transaction copies all, or nothing.
func (c *copier) transaction(ctx context.Context, target *sql.Conn) (list []Copied, err error) {
	if err := run(ctx, target, "BEGIN"); err != nil {
		return nil, err
	}
	if list, err = c.all(ctx); err == nil {
		err = c.to.dialect.commit(ctx, c.to)
	}
	if err != nil {
		run(context.WithoutCancel(ctx), target, "ROLLBACK")
	}
	return list, err
}

// place is a target without the password that its URL may hold.
func place(to string) string {
	scheme, rest, ok := strings.Cut(to, "://")
	if _, host, secret := strings.Cut(rest, "@"); ok && secret {
		return scheme + "://…@" + host
	}
	return to
}

// copier copies one database to another.
type copier struct {
	from, to   *statements
	progress   func(done, all int64)
	done, rows int64
}

// shape is a table with its columns.
type shape struct {
	name    string
	columns []string
}

func (t shape) selection() string {
	return fmt.Sprintf("SELECT %s FROM %s", strings.Join(t.columns, ", "), t.name)
}

// all copies every table, compares it, and makes the search anew.
func (c *copier) all(ctx context.Context) (list []Copied, err error) {
	tables, err := c.shapes(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.empty(ctx, tables); err != nil {
		return nil, err
	}
	for _, t := range tables {
		one, err := c.table(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("copy table %s: %w", t.name, err)
		}
		list = append(list, one)
	}
	if err := c.compare(ctx, tables, list); err != nil {
		return nil, err
	}
	if err := reindexAll(ctx, c.from, c.to); err != nil {
		return nil, fmt.Errorf("make the search: %w", err)
	}
	// nobody works there yet, and its search is whole
	err = c.to.write(ctx, "DELETE FROM meta WHERE key IN ($1, $2)", leaseKey, reindexKey)
	if err != nil {
		return nil, err
	}
	return list, c.to.dialect.copied(ctx, c.to)
}

// empty takes away what a new desk begins with, and counts what is to be done.
func (c *copier) empty(ctx context.Context, tables []shape) error {
	for _, t := range slices.Backward(tables) {
		if err := c.to.write(ctx, "DELETE FROM "+t.name); err != nil {
			return err
		}
		n := int64(0)
		if _, err := c.from.row(ctx, "SELECT count(*) FROM "+t.name, nil, &n); err != nil {
			return err
		}
		c.rows += 2 * n
	}
	return nil
}

// compare reads what was written.
func (c *copier) compare(ctx context.Context, tables []shape, list []Copied) error {
	for i, t := range tables {
		there, err := c.sum(ctx, c.to, t, nil)
		if err != nil {
			return fmt.Errorf("read table %s again: %w", t.name, err)
		}
		if there != list[i] {
			return fmt.Errorf("table %s is not the same: %d rows (%s) became %d (%s)",
				t.name, list[i].Rows, list[i].SHA256, there.Rows, there.SHA256)
		}
	}
	return nil
}

// table writes the rows of a table.
func (c *copier) table(ctx context.Context, t shape) (Copied, error) {
	insert := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)",
		t.name, strings.Join(t.columns, ", "), placeholders(1, len(t.columns)))
	return c.sum(ctx, c.from, t, func(row []any) error { return c.to.write(ctx, insert, row...) })
}

// sum reads a table, and hashes it as both engines would keep it.
func (c *copier) sum(ctx context.Context, from *statements, t shape,
	each func([]any) error) (Copied, error) {
	total, n := new(big.Int), int64(0)
	to := make([]any, len(t.columns))
	err := from.rows(ctx, t.selection(), nil, func(rows *sql.Rows) error {
		row := make([]any, len(to))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		c.to.dialect.args(row)
		hash := rowHash(row)
		total.Add(total, new(big.Int).SetBytes(hash[:]))
		n++
		if c.done++; c.progress != nil && (c.done%1000 == 0 || c.done == c.rows) {
			c.progress(c.done, c.rows)
		}
		if each == nil {
			return nil
		}
		return each(row)
	})
	sum := sha256.Sum256(total.Bytes())
	return Copied{t.name, n, hex.EncodeToString(sum[:])}, err
}

// rowHash is a hash over the values of a row, each with its length.
func rowHash(row []any) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, v := range row {
		var b []byte
		switch v := v.(type) {
		case nil:
			h.Write([]byte{0})
			continue
		case string:
			b = []byte(v)
		case []byte:
			b = v
		default:
			b = fmt.Append(nil, v)
		}
		h.Write(binary.BigEndian.AppendUint64([]byte{1}, uint64(len(b))))
		h.Write(b)
	}
	h.Sum(sum[:0])
	return sum
}

// shapes are the tables of the target, those first to which others refer.
func (c *copier) shapes(ctx context.Context) (list []shape, err error) {
	err = c.to.rows(ctx, c.to.dialect.tables, nil, func(rows *sql.Rows) error {
		var table, column string
		err := rows.Scan(&table, &column)
		if n := len(list); n == 0 || list[n-1].name != table {
			list = append(list, shape{name: table})
		}
		last := &list[len(list)-1]
		last.columns = append(last.columns, column)
		return err
	})
	if err != nil {
		return nil, err
	}
	measure, err := c.depths(ctx)
	slices.SortStableFunc(list, func(a, b shape) int {
		return cmp.Compare(measure(a.name), measure(b.name))
	})
	return list, err
}

// depths tells how many tables stand before one, by way of those to which it refers.
func (c *copier) depths(ctx context.Context) (func(table string) int, error) {
	refers := map[string][]string{}
	err := c.to.rows(ctx, c.to.dialect.references, nil, func(rows *sql.Rows) error {
		var table, other string
		err := rows.Scan(&table, &other)
		refers[table] = append(refers[table], other)
		return err
	})
	depth := map[string]int{}
	var measure func(table string) int
	measure = func(table string) int {
		if _, ok := depth[table]; !ok {
			depth[table] = 0 // for one that refers to itself
			for _, other := range refers[table] {
				depth[table] = max(depth[table], measure(other)+1)
			}
		}
		return depth[table]
	}
	return measure, err
}
