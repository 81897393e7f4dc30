package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
)

// object prints one JSON object on one line, whose strings hold no character that a terminal obeys.
func (a *app) object(v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return failed(err)
	}
	_, err := io.WriteString(a.stdout, escape(b.String(), "\n"))
	return failed(err)
}

// table prints rows under a head, in columns. What strangers wrote can't move the cursor or forge a
// line.
func (a *app) table(head []string, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
	for _, r := range append([][]string{head}, rows...) {
		for i, cell := range r {
			r[i] = safe(cell)
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(r, "\t"), "\t"))
	}
	return failed(w.Flush())
}

// printAll prints a list: an object each where JSON is asked for, else a table.
func printAll[T, J any](a *app, list []T, object func(T) J, head []string,
	cells func(T) []string) error {
	var rows [][]string
	for _, one := range list {
		if a.json {
			if err := a.object(object(one)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, cells(one))
	}
	return a.table(head, rows)
}

// itself is the object of what is one.
func itself[T any](v T) T { return v }

// facts prints what is known of one thing, a line each; empty values are left out.
func facts(w io.Writer, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(w, "%-14s %s\n", pairs[i]+":", safe(pairs[i+1]))
		}
	}
}

// stamp writes a time for JSON: RFC 3339 in UTC, or null.
func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339)
	return &s
}

// clock writes a time for people in the desk's zone, and names that: theirs may be another.
func (a *app) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(cmp.Or(a.zone, time.Local)).Format("2006-01-02 15:04:05 -0700")
}

// cut shortens a text for a column.
func cut(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes-1]) + "…"
	}
	return s
}

// nonNil makes an empty list of a nil one, for JSON.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// number reads the id of an argument.
func number(arg, what string) (int64, error) {
	var n int64
	if _, err := fmt.Sscanf(strings.TrimPrefix(arg, "#")+"\n", "%d\n", &n); err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is no %s: want a number", arg, what)
	}
	return n, nil
}

// among refuses a value that a flag does not know, which would find nothing; empty is none.
func among[T ~string](flag string, value T, known ...T) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return fmt.Errorf("--%s: %q: want one of %s", flag, value, strings.Join(names, ", "))
}

// about is a subcommand about one thing that has a number; what and list name it and where to look
// for it. The desk is opened by look or by existing.
func about[T any](open opener, use, short, what, list string,
	get func(context.Context, *house, int64) (T, error),
	f func(context.Context, *house, T) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			n, err := number(args[0], what)
			if err != nil {
				return err
			}
			h, err := open(c.Context())
			if err != nil {
				return err
			}
			defer h.close()
			one, err := get(c.Context(), h, n)
			switch {
			case errors.Is(err, store.ErrNotFound):
				return failed(fmt.Errorf("there is no %s %d: see %s", what, n, list))
			case err != nil:
				return failed(err)
			}
			return failed(f(c.Context(), h, one))
		}}
}
