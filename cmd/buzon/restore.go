package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"buzon/store"
	"buzon/threading"
)

func (a *app) restore() *cobra.Command {
	return &cobra.Command{Use: "restore FILE", Args: cobra.ExactArgs(1),
		Short: "Unpack a backup into the data directory, which must have no desk",
		Long: "Unpacks what buzon backup has written into the data directory, which must have no " +
			"desk, and looks\nthrough all of it; - is the standard input. Nothing is sent from " +
			"it until buzon outbox release:\nwhat it owes may have been sent after the backup. " +
			"Where PostgreSQL has the database, restore that\nwith pg_restore first. What breaks " +
			"off leaves nothing.",
		RunE: func(c *cobra.Command, args []string) error {
			return failed(a.readBackupFile(c.Context(), args[0]))
		}}
}

func (a *app) readBackupFile(ctx context.Context, path string) error {
	from := a.stdin
	if path != "-" {
		f, err := os.Open(path) // as who asks, and not yet as the data's owner
		if err != nil {
			return err
		}
		defer f.Close()
		from = f
	}
	c, err := a.config()
	if err == nil {
		err = becomeOwner(c.DataDir)
	}
	if err == nil {
		err = c.unoccupied()
	}
	if err != nil {
		return err
	}
	about, err := c.restore(ctx, from)
	if err != nil {
		return err
	}
	return a.tellRestored(c, about)
}

func (a *app) tellRestored(c config, about backupFile) error {
	if a.json {
		return a.object(about)
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %d cases, %d mails, %d files, as they were on %s\n"+
		"Nothing is sent, and %d mails wait: start buzon serve, look at buzon outbox list, drop "+
		"what has been sent\nsince then (buzon outbox drop), then buzon outbox release.\n",
		absolute(c.DataDir), about.Tickets, about.Mails, about.Files, a.clock(about.Taken),
		about.Owed)
	return err
}

// unoccupied refuses a data directory that has a desk, or remains of one.
func (c config) unoccupied() error {
	list, err := os.ReadDir(c.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range list {
		name := e.Name()
		inside, _ := os.ReadDir(filepath.Join(c.DataDir, name))
		if name == "buzon.db" || name == "buzon.db-wal" || name == "keys.json" ||
			len(inside) > 0 && (name == "blobs" || name == "oauth" || name == "dkim") {
			return fmt.Errorf("%s has a desk already, or what is left of one (%s): move it away, "+
				"or name another with --data", absolute(c.DataDir), name)
		}
	}
	return err
}

// unpacked is the directory, in the data directory, in which a backup is unpacked.
const unpacked = "restoring"

// restore unpacks a backup beside its place, and puts it there when it is known to be good: the
// database last, without which nothing starts.
func (c config) restore(ctx context.Context, from io.Reader) (about backupFile, err error) {
	beside := filepath.Join(c.DataDir, unpacked)
	if err := os.RemoveAll(beside); err != nil { // of a restore that was killed
		return about, err
	}
	if err := os.MkdirAll(beside, 0o700); err != nil {
		return about, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(beside)) }()
	root, err := os.OpenRoot(beside)
	if err != nil {
		return about, err
	}
	defer root.Close()
	if about, err = readBackup(from, placeIn(ctx, root)); err != nil {
		return about, err
	}
	return about, c.putBack(ctx, beside, about)
}

// putBack puts what was unpacked in its place.
func (c config) putBack(ctx context.Context, beside string, about backupFile) error {
	if err := c.fits(about); err != nil {
		return err
	}
	if !about.Server {
		if err := c.settle(ctx, beside, about); err != nil {
			return err
		}
	}
	for _, name := range []string{"blobs", "oauth", "dkim", "keys.json", storedDB + "-wal",
		storedDB} {
		if err := moveTo(c.DataDir, filepath.Join(beside, name)); err != nil {
			return err
		}
	}
	if about.Server {
		return c.settle(ctx, c.DataDir, about)
	}
	return nil
}

// placeIn makes the files of a backup below a directory, and nowhere else.
func placeIn(ctx context.Context, root *os.Root) func(name string) (io.WriteCloser, error) {
	return func(name string) (io.WriteCloser, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return nil, err
		}
		return root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	}
}

// fits refuses a backup of another engine than the configuration's.
func (c config) fits(about backupFile) error {
	switch {
	case about.Server && c.Database == "":
		return errors.New(
			"the backup is of a desk on PostgreSQL: restore its dump with pg_restore, " +
				"and name the database in the configuration")
	case !about.Server && c.Database != "":
		return errors.New("the backup holds its database, and the configuration names another " +
			"(database): take that key out, restore, and move the desk with buzon copy --to")
	}
	return nil
}

// settle opens the restored desk, looks through all of it, and holds its outbox.
func (c config) settle(ctx context.Context, dir string, about backupFile) error {
	opt := c.storeOptions(slog.New(slog.DiscardHandler))
	opt.Existing = true
	s, err := store.Open(ctx, dir, opt)
	if errors.Is(err, store.ErrNoDesk) {
		err = errors.New("the database is empty: restore it with pg_restore first, " +
			"and begin with an empty data directory again")
	}
	if err != nil {
		return err
	}
	defer s.Close()
	if s.Instance() != about.Instance {
		return errors.New("the database is of another desk than the backup: take both of one time")
	}
	if exists(filepath.Join(dir, "keys.json")) {
		if _, err := threading.OpenKeyring(filepath.Join(dir, "keys.json")); err != nil {
			return err
		}
	}
	why := "the desk was restored from a backup of " + about.Taken.Format("2006-01-02 15:04 MST")
	if err := s.SettleIn(ctx, why); err != nil || len(about.Lost) > 0 {
		return err
	}
	return s.Check(ctx)
}

// moveTo puts a file or a directory into its place, durably; what is not there is no error.
func moveTo(dir, path string) error {
	to := filepath.Join(dir, filepath.Base(path))
	err := os.Rename(path, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	d, opened := os.Open(dir)
	if err = errors.Join(err, opened); err != nil {
		return fmt.Errorf("put %s into its place: %s", filepath.Base(path),
			strings.TrimPrefix(err.Error(), "rename "))
	}
	return errors.Join(unix.Syncfs(int(d.Fd())), d.Close())
}
