package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"buzon/store"
)

func (a *app) copy() *cobra.Command {
	var to string
	c := &cobra.Command{Use: "copy --to postgres://…|DIRECTORY",
		Short: "Copy the database to another engine",
		Long: "Copies all rows of the database to an empty PostgreSQL database, or to a new " +
			"SQLite database in a directory, and reads them again: the copy is good when every " +
			"table has as many rows and the same hash on both sides. The daemon must be stopped. " +
			"What is broken off leaves nothing behind; begin it again. The source stays as it " +
			"is, and large mails, attachments and keys stay in the data directory.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return fmt.Errorf("--to is missing: name a PostgreSQL database as " +
					"postgres://USER@HOST/NAME, or a directory")
			}
			return failed(a.copyTo(c.Context(), to))
		}}
	c.Flags().StringVar(&to, "to", "",
		"the empty database: postgres://USER@HOST/NAME, or a `DIRECTORY` for SQLite")
	return c
}

func (a *app) copyTo(ctx context.Context, to string) error {
	return in(ctx, a.existing, func(h *house) error {
		if got, err := h.takeLock(ctx, false); err != nil || !got {
			return cmp.Or(err, errRunning)
		}
		bar := progress{to: io.Discard}
		if terminal(a.stderr) {
			bar.to = a.stderr
		}
		list, err := h.store.CopyTo(ctx, to, bar.show)
		bar.end()
		if err != nil {
			return err
		}
		err = printAll(a, list, itself, []string{"TABLE", "ROWS", "SHA-256"},
			func(t store.Copied) []string {
				return []string{t.Table, strconv.FormatInt(t.Rows, 10), t.SHA256}
			})
		if err == nil && !a.json {
			_, err = fmt.Fprintln(a.stdout, "\n"+h.afterCopy(to))
		}
		return err
	})
}

// afterCopy says what is left to do.
func (h *house) afterCopy(to string) string {
	data := absolute(h.config.DataDir)
	const equal = "Every table has the same rows on both sides. "
	const archive = "Start buzon serve, and keep the old database until you have seen " +
		"that all is well."
	switch {
	case strings.Contains(to, "://"):
		return equal + "Large mails, attachments and keys stay in " + data +
			": leave data_dir as it is, and set database to the URL. " + archive
	case absolute(to) == data:
		return equal + "Large mails, attachments and keys are in " + data +
			" already: take database out of the configuration. " + archive
	}
	return equal + fmt.Sprintf("Copy %s and %s to %s too, set data_dir to it, "+
		"and take database out of the configuration. ",
		filepath.Join(data, "blobs"), h.config.keyFile(), absolute(to)) + archive
}

// progress draws how far a long work has come.
type progress struct {
	to    io.Writer
	unit  string // of what is counted; "": rows
	drawn string
}

func (p *progress) show(done, all int64) {
	const width = 40
	n := int(done * width / max(all, 1))
	line := fmt.Sprintf("[%s%s] %d %%, %d of %d %s", strings.Repeat("#", n),
		strings.Repeat(".", width-n), done*100/max(all, 1), done, all, cmp.Or(p.unit, "rows"))
	if line != p.drawn {
		p.drawn = line
		fmt.Fprint(p.to, "\r"+line)
	}
}

func (p *progress) end() {
	if p.drawn != "" {
		fmt.Fprintln(p.to)
	}
}
