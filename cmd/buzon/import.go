package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"buzon/store"
)

// A file is read twice. The first time each row is held against the desk, and all that is wrong
// with any is said; only when nothing is does the second time write, some hundred rows at once. A
// row that is there already as it says is left alone, so that a file may be imported again.

// importable is what one kind of file holds.
type importable struct {
	name, short, long string
	columns           []csvColumn
	// together is the column by which rows that follow one another are one thing; "": each row is
	// one
	together string
	plan     func(*importing, context.Context, store.Reader, []record) (planned, error)
}

var importables = []importable{importPeople, importOrgs, importProducts, importTickets}

// planned is what becomes of a thing: nothing where all is as the file says, or something is wrong.
type planned struct {
	what  fate
	write func(context.Context, *store.Tx) error
}

type fate string

const (
	added     fate = "added"
	changed   fate = "changed"
	unchanged fate = "unchanged"
)

// importing is one run.
type importing struct {
	*house
	importable
	path, encoding string
	bad            []lineError
	seen           map[string]int // what rows have named, and where first
	bar            progress
}

// importBatch is how many things are written at once: others write between.
const importBatch = 250

func (a *app) imports() *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "Take people, organisations, products and old " +
		"tickets from a file of comma-separated values"}
	for _, kind := range importables {
		c.AddCommand(a.importCommand(kind))
	}
	return c
}

func (a *app) importCommand(kind importable) *cobra.Command {
	m := importing{importable: kind}
	var dry bool
	c := &cobra.Command{Use: kind.name + " FILE.csv", Short: kind.short, Args: cobra.ExactArgs(1)}
	c.Long = kind.short + ".\n\nColumns, in any order, by these names or the Spanish ones: " +
		namesOf(kind.columns) + ".\n" + kind.long + "\n\nThe first line names the columns. " +
		"Commas, semicolons or tabs part the cells.\nNothing is written while a line is wrong; " +
		"what is there already is left alone. Nobody is told."
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := among("encoding", m.encoding, encodings...); err != nil {
			return err
		}
		open := a.existing
		if dry {
			open = a.look
		}
		return in(c.Context(), open, func(h *house) error {
			m.house, m.path = h, args[0]
			return failed(a.importFile(c.Context(), &m, dry))
		})
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would come of it, and write nothing")
	c.Flags().StringVar(&m.encoding, "encoding", "utf-8", "of the file: utf-8 or latin1")
	return c
}

// imported is the JSON of what came of a file.
type imported struct {
	File      string      `json:"file"`
	DryRun    bool        `json:"dry_run"`
	Added     int         `json:"added"`
	Changed   int         `json:"changed"`
	Unchanged int         `json:"unchanged"`
	Errors    []lineError `json:"errors"`
}

func (a *app) importFile(ctx context.Context, m *importing, dry bool) error {
	m.bar.to = io.Discard
	if terminal(a.stderr) {
		m.bar.to = a.stderr
	}
	count, err := m.check(ctx)
	if err == nil && len(m.bad) == 0 && !dry && count[added]+count[changed] > 0 {
		count, err = m.write(ctx)
	}
	m.bar.end()
	if err != nil {
		return fmt.Errorf("%s: %w", m.path, err)
	}
	if len(m.bad) > 0 {
		count = map[fate]int{}
	}
	return a.tellImport(m, count, dry)
}

// tellImport says what came of an import, or would.
func (a *app) tellImport(m *importing, count map[fate]int, dry bool) error {
	if a.json {
		err := a.object(imported{m.path, dry, count[added], count[changed], count[unchanged],
			nonNil(m.bad)})
		if err != nil || len(m.bad) == 0 {
			return err
		}
		return exitError{exitFailure, errors.New("")}
	}
	for _, e := range m.bad {
		fmt.Fprintf(a.stderr, "%s:%d: %s\n", safe(m.path), e.Line, safe(e.Text))
	}
	if n := len(m.bad); n > 0 {
		return fmt.Errorf("%s: %d wrong: nothing was imported", m.path, n)
	}
	would := ""
	if dry {
		would = "would be "
	}
	_, err := fmt.Fprintf(a.stdout, "%s%d added, %d changed, %d unchanged\n",
		would, count[added], count[changed], count[unchanged])
	return err
}

// fail notes what is wrong with a row.
func (m *importing) fail(r record, format string, a ...any) {
	m.bad = append(m.bad, lineError{r.line, fmt.Sprintf(format, a...)})
}

// once reports whether nothing before in the file has the name.
func (m *importing) once(r record, name, what string) bool {
	line, there := m.seen[name]
	if there {
		m.fail(r, "%s stands on line %d already", what, line)
	} else {
		m.seen[name] = r.line
	}
	return !there
}

// each hands over one thing of the file after the other.
func (m *importing) each(unit string, f func([]record) error) error {
	m.seen, m.bad, m.bar.unit = map[string]int{}, nil, unit
	file, bad, err := openCSV(m.path, m.encoding, m.columns)
	if err != nil {
		return err
	}
	defer file.close()
	if m.bad = bad; len(bad) > 0 {
		return nil
	}
	var thing []record
	for {
		r, wrong, err := file.next()
		m.bar.show(min(file.InputOffset(), file.size), file.size)
		switch {
		case wrong != nil:
			m.bad = append(m.bad, *wrong)
			continue
		case err != nil && err != io.EOF:
			return err
		}
		key := r.of(m.together)
		if err == nil && len(thing) > 0 && key != "" && key == thing[0].of(m.together) {
			thing = append(thing, r)
			continue
		}
		if len(thing) > 0 {
			if err := f(thing); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		thing = []record{r}
	}
}

// check holds every row against the desk, and counts what would come of them.
func (m *importing) check(ctx context.Context) (map[fate]int, error) {
	count := map[fate]int{}
	err := m.each("bytes read", func(thing []record) error {
		p, err := m.plan(m, ctx, m.house.store.Reader, thing)
		count[p.what]++
		return err
	})
	return count, err
}

// write does what the rows say.
func (m *importing) write(ctx context.Context) (map[fate]int, error) {
	count := map[fate]int{}
	var batch [][]record
	flush := func() error {
		some, err := m.writeBatch(ctx, batch)
		for what, n := range some {
			count[what] += n
		}
		batch = nil
		return err
	}
	err := m.each("bytes written", func(thing []record) error {
		if batch = append(batch, thing); len(batch) < importBatch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return count, err
}

// writeBatch writes some things in one transaction.
func (m *importing) writeBatch(ctx context.Context, batch [][]record) (count map[fate]int,
	err error) {
	err = m.house.store.Write(ctx, func(tx *store.Tx) error {
		count = map[fate]int{}
		for _, thing := range batch {
			m.seen, m.bad = map[string]int{}, nil // the first reading has looked
			p, err := m.plan(m, ctx, tx.Reader, thing)
			if err == nil && p.write != nil {
				err = p.write(ctx, tx)
			}
			if err == nil && len(m.bad) > 0 { // somebody has changed the desk meanwhile
				err = errors.New(m.bad[0].Text)
			}
			if err != nil {
				return fmt.Errorf("line %d: %w", thing[0].line, err)
			}
			count[p.what]++
		}
		return nil
	})
	return count, err
}
