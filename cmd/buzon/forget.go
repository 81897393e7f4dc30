package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"buzon/store/desk"
)

func (a *app) personForget() *cobra.Command {
	var yes bool
	forget := func(c *cobra.Command, h *house, p desk.Person) error {
		if p.Agent() {
			return fmt.Errorf("%s is an agent: end that first, with buzon agent remove %s",
				p.Address(), p.Address())
		}
		if !yes {
			return exitError{exitUsage, fmt.Errorf("this can't be undone: what %s wrote is erased "+
				"for good. Keep it with buzon person export first, if it must be kept; then say "+
				"--yes",
				p.Address())}
		}
		return a.forget(c.Context(), h, p)
	}
	c := a.withPerson(a.existing, "forget ADDRESS",
		"Erase a person: his words, files, addresses and name, for good", forget)
	c.Long = "Erases what a person wrote, with its files and originals, from the tickets, the " +
		"journal, the outbox and\nthe search, his addresses, and his name wherever others write " +
		"it. What others wrote stays without his\nname; their mails that quote or name him lose " +
		"their originals. Tickets, items and mails are still\ncounted. The database is written " +
		"anew, so that it takes a while and as much room again; the daemon may\nrun. Backups of " +
		"your own keep what they have."
	c.Flags().BoolVar(&yes, "yes", false, "erase without asking")
	return c
}

// forgetFiles removes mails about a person that are kept as files.
func (h *house) forgetFiles(ctx context.Context, p desk.Person, tickets []int64) (int, error) {
	about := func(path string) bool { return aboutPerson(path, p.Addresses, tickets) }
	sent, err := h.store.ForgetSent(ctx, about)
	if err != nil {
		return sent, err
	}
	written, err := forgetWritten(h.config.DataDir, about)
	return sent + written, err
}

func (a *app) forget(ctx context.Context, h *house, p desk.Person) error {
	done, err := h.store.Forget(ctx, p)
	if err != nil {
		return err
	}
	n, err := h.forgetFiles(ctx, p, done.Tickets)
	if done.Files += n; err != nil {
		return err
	}
	for _, path := range olderCopies(h.config.DataDir) {
		fmt.Fprintf(a.stderr, "%s is a copy of the database from before: it still has the person\n",
			path)
	}
	if a.json {
		done.Tickets = nonNil(done.Tickets)
		return a.object(done)
	}
	_, err = fmt.Fprintf(a.stdout,
		"forgotten in %d tickets: %d items, %d mails, %d outgoing mails, "+
			"%d files\n", len(done.Tickets), done.Items, done.Mails, done.Outgoing, done.Files)
	return err
}

// olderCopies are those that an upgrade has left.
func olderCopies(data string) []string {
	list, _ := filepath.Glob(filepath.Join(data, "buzon-schema*.db"))
	return list
}

// forgetWritten removes the mails about a person that lie in the data directory, where no relay is
// configured.
func forgetWritten(data string, about func(string) bool) (removed int, err error) {
	files, err := filepath.Glob(filepath.Join(data, "outgoing", "*", "*"))
	for _, path := range files {
		if about(path) {
			err = errors.Join(err, os.Remove(path))
			removed++
		}
	}
	return removed, err
}

// aboutPerson reports whether a file is a mail of ours to a person, or about one of his tickets.
func aboutPerson(path string, addresses []string, tickets []int64) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	m, err := mail.ReadMessage(bufio.NewReader(f))
	if err != nil || m.Header.Get("X-Buzon-Loop") == "" {
		return false
	}
	number, _ := strconv.ParseInt(m.Header.Get("X-Buzon-Caso"), 10, 64)
	to, err := mail.ParseAddress(m.Header.Get("To"))
	his := err == nil && slices.Contains(addresses, desk.Canonical(to.Address))
	return his || slices.Contains(tickets, number)
}
