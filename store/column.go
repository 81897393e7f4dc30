package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// ErrNotFound says that what was asked for is not there.
var ErrNotFound = errors.New("not found")

// Optional makes the zero value of what is not there, for who can do without.
func Optional[T any](v T, err error) (T, error) {
	if errors.Is(err, ErrNotFound) {
		return v, nil
	}
	return v, err
}

// table is what a Go value reads and writes of a table: SELECT, Scan, INSERT, UPDATE and the
// history come of its one list of columns.
type table[T any] struct {
	name     string
	columns  []column[T]
	selected string // the SELECT of all columns, up to the WHERE
}

func newTable[T any](name, alias, joins string, columns []column[T]) *table[T] {
	list := make([]string, len(columns))
	for i, c := range columns {
		if list[i] = c.name; !strings.ContainsAny(c.name, ".(") {
			list[i] = alias + "." + c.name
		}
	}
	text := fmt.Sprintf("SELECT %s FROM %s %s %s ", strings.Join(list, ", "), name, alias, joins)
	return &table[T]{name: name, columns: columns, selected: text}
}

// column is one column of a table.
type column[T any] struct {
	name string
	at   func(*T) any // where in the value it stands, as a pointer
	use  use
	said func(*T) string // what the history says; nil: the value
}

// within are the columns of a value that is part of another.
func within[T, U any](columns []column[T], part func(*U) *T) (list []column[U]) {
	for _, c := range columns {
		at := func(u *U) any { return c.at(part(u)) }
		list = append(list, column[U]{c.name, at, derived, nil})
	}
	return list
}

// use is what is done with a column beside reading it.
type use int

const (
	// nothing: it is an expression, another table's, or the database gives it
	derived  use = 0
	once     use = 1 << iota // written with the row
	changed                  // written again when the row changes
	recorded                 // the history says how it changed

	always = once | changed
	kept   = once | changed | recorded
)

// names are the columns with a use.
func (t *table[T]) names(u use) (list []string) {
	for _, c := range t.columns {
		if c.use&u != 0 {
			list = append(list, c.name)
		}
	}
	return list
}

// values are what a value has in the columns with a use.
func (t *table[T]) values(u use, v *T) (list []any) {
	for _, c := range t.columns {
		if c.use&u != 0 {
			list = append(list, c.value(v))
		}
	}
	return list
}

func (c column[T]) value(v *T) any {
	at := c.at(v)
	if _, ok := at.(driver.Valuer); ok {
		return at
	}
	return reflect.ValueOf(at).Elem().Interface()
}

// insertion is the INSERT of so many rows, with more columns behind those of values(once).
func (t *table[T]) insertion(rows int, more ...string) string {
	names := slices.Concat(t.names(once), more)
	list := make([]string, rows)
	for i := range list {
		list[i] = "(" + placeholders(1+i*len(names), len(names)) + ")"
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s",
		t.name, strings.Join(names, ", "), strings.Join(list, ", "))
}

// numberedRow is an INSERT of a row that gets a number.
type numberedRow struct {
	table, key string
	text       string                // the database counts
	given      func(rows int) string // the number stands behind the other values of each
}

func (t *table[T]) numbered(key string, more ...string) numberedRow {
	return numberedRow{t.name, key, t.insertion(1, more...),
		func(rows int) string { return t.insertion(rows, append(more, key)...) }}
}

// insertRow writes a row and returns its number.
func (tx *Tx) insertRow(ctx context.Context, n numberedRow, a ...any) (int64, error) {
	if tx.last != nil {
		a = append(a, tx.last[n.table]+1)
	}
	return tx.insertRows(ctx, n, 1, a)
}

// insertRows writes as many rows and returns the number of the first; the others have the next
// ones. Where the transaction counts, the values have the numbers.
func (tx *Tx) insertRows(ctx context.Context, n numberedRow, rows int,
	a []any) (first int64, err error) {
	if tx.last == nil {
		last, err := tx.insert(ctx, n.key, n.text, a...)
		return last - int64(rows) + 1, err
	}
	first = tx.last[n.table] + 1
	tx.last[n.table] += int64(rows)
	return first, tx.gather(ctx, n, rows, a)
}

// update is the UPDATE of a row by its key, which stands behind values(changed).
func (t *table[T]) update(key ...string) string {
	set := t.names(changed)
	n := len(set)
	for i, name := range set {
		set[i] = fmt.Sprintf("%s = $%d", name, i+1)
	}
	where := slices.Clone(key)
	for i, name := range where {
		where[i] = fmt.Sprintf("%s = $%d", name, n+i+1)
	}
	return fmt.Sprintf("UPDATE %s SET %s WHERE %s",
		t.name, strings.Join(set, ", "), strings.Join(where, " AND "))
}

// updateCounting is update with what is added to a count, behind values(changed). It returns the
// count.
func (t *table[T]) updateCounting(count, key string) string {
	n := len(t.names(changed)) + 1
	set, where, _ := strings.Cut(t.update(key), " WHERE ")
	where = strings.Replace(where, fmt.Sprintf("$%d", n), fmt.Sprintf("$%d", n+1), 1)
	return fmt.Sprintf("%s, %s = %s + $%d WHERE %s RETURNING %s",
		set, count, count, n, where, count)
}

// difference is a column in which two values differ.
type difference struct{ column, old, new string }

// differences are what the history says of a change.
func (t *table[T]) differences(old, v *T) (list []difference) {
	for _, c := range t.columns {
		if c.use&recorded == 0 {
			continue
		}
		say := c.said
		if say == nil {
			say = func(v *T) string { return fmt.Sprint(c.value(v)) }
		}
		if a, b := say(old), say(v); a != b {
			list = append(list, difference{c.name, a, b})
		}
	}
	return list
}

// list reads the rows that the rest of the statement chooses.
func (t *table[T]) list(ctx context.Context, r Reader, where string,
	a ...any) (list []T, err error) {
	err = t.each(ctx, r, where, a, func(v T) error {
		list = append(list, v)
		return nil
	})
	return list, err
}

// one reads the row that the rest of the statement chooses, the first of several.
func (t *table[T]) one(ctx context.Context, r Reader, where string, a ...any) (v T, err error) {
	list, err := t.list(ctx, r, where, a...)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return v, err
	}
	return list[0], nil
}

// each calls f for one row after the other.
func (t *table[T]) each(ctx context.Context, r Reader, where string, a []any,
	f func(T) error) error {
	var v, none T
	to := make([]any, len(t.columns))
	for i, c := range t.columns {
		to[i] = c.at(&v)
	}
	return r.rows(ctx, t.selected+where, a, func(rows *sql.Rows) error {
		v = none
		if err := rows.Scan(to...); err != nil {
			return err
		}
		return f(v)
	})
}

// moment carries a time: Unix milliseconds in the database, NULL for the zero time.
type moment struct{ at *time.Time }

func (m moment) Scan(from any) error {
	n, there := from.(int64)
	*m.at = when(sql.NullInt64{Int64: n, Valid: there})
	return nil
}

func (m moment) Value() (driver.Value, error) { return millis(*m.at).Value() }

// encoded carries a value as JSON; an empty text is the zero value, and the other way round.
type encoded struct{ at any }

func (e encoded) Scan(from any) error {
	var text string
	switch v := from.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	}
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), e.at)
}

func (e encoded) Value() (driver.Value, error) {
	text, err := json.Marshal(e.at)
	if err != nil || string(text) == "{}" || string(text) == "null" {
		return "", err
	}
	return string(text), nil
}

// digest carries a hash that is hexadecimal in Go.
type digest struct{ at *string }

func (d digest) Scan(from any) error {
	sum, _ := from.([]byte)
	*d.at = hex.EncodeToString(sum)
	return nil
}

// fields carries a list of what has no blanks.
type fields struct{ at *[]string }

func (f fields) Scan(from any) error {
	text, _ := from.(string)
	*f.at = strings.Fields(text)
	return nil
}

func (f fields) Value() (driver.Value, error) { return strings.Join(*f.at, " "), nil }
