package main

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk/lazy"
)

// A backup is a tar file:
//
//	buzon.db               the database as it was at one moment; not where a server has it
//	blobs/ab/cdef…         the kept files that it names
//	keys.json oauth/ dkim/ what is secret and lies in the data directory
//	backup.json            what is in it, and the hashes; the last, so that a part is known for one

// backupFile is backup.json.
type backupFile struct {
	Version  string            `json:"version"`
	Schema   int               `json:"schema"`
	Instance string            `json:"instance"`
	Taken    time.Time         `json:"taken_at"`
	Server   bool              `json:"server"` // has the database, which is not in the file
	Mails    int64             `json:"mails"`
	Tickets  int64             `json:"tickets"`
	Items    int64             `json:"items"`
	Owed     int64             `json:"owed"`
	Files    int               `json:"files"`
	Bytes    int64             `json:"bytes"`
	Lost     []string          `json:"lost"`   // kept files that were damaged before
	Hashes   map[string]string `json:"sha256"` // of what is not named for its hash
}

const (
	backupName = "backup.json"
	storedDB   = "buzon.db"
)

func (a *app) backup() *cobra.Command {
	return &cobra.Command{Use: "backup FILE", Args: cobra.ExactArgs(1),
		Short: "Write all that the desk has into a file; the daemon may run",
		Long: "Writes the database as it is at this moment, mails, attachments, signing keys and " +
			"tokens into a\nnew tar file, and reads it again; - is the standard output. " +
			"The daemon may run. The file is as\nsecret as the desk: keep it elsewhere, and " +
			"encrypt it. The configuration, with the files that it\nnames, and texts of your own " +
			"are not in it. Where PostgreSQL has the database, take that with\npg_dump first, " +
			"and the rest with this.",
		RunE: func(c *cobra.Command, args []string) error {
			return failed(a.writeBackup(c.Context(), args[0]))
		}}
}

func (a *app) writeBackup(ctx context.Context, path string) error {
	to, done, err := a.backupTarget(path) // as who asks, and not yet as the data's owner
	if err != nil {
		return err
	}
	h, err := a.look(ctx)
	if err != nil {
		return errors.Join(err, done(false))
	}
	defer h.close()
	about, err := h.backUp(ctx, to)
	if err == nil {
		err = verified(to, about)
	}
	if err = errors.Join(err, done(err == nil)); err != nil {
		return err
	}
	return a.tellBackup(about, path, h.config.Database != "")
}

// backupTarget opens a new file; done keeps it, durable, or takes it away.
func (a *app) backupTarget(path string) (to io.Writer, done func(whole bool) error, err error) {
	if path == "-" {
		return a.stdout, func(bool) error { return nil }, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		err = fmt.Errorf("%s is there already: name a new file", path)
	}
	if err != nil {
		return nil, nil, errors.Join(err, dir.Close())
	}
	return f, func(whole bool) error {
		defer dir.Close()
		if !whole {
			return errors.Join(f.Close(), os.Remove(path))
		}
		return errors.Join(f.Sync(), f.Close(), dir.Sync())
	}, nil
}

// verified reads a backup again, where it is a file.
func verified(to io.Writer, about backupFile) error {
	f, ok := to.(*os.File)
	if !ok {
		return nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil // a pipe
	}
	_, err := readBackup(f, func(string) (io.WriteCloser, error) {
		return nothing{io.Discard}, nil
	})
	if err != nil {
		return fmt.Errorf("the backup can't be read again: %w", err)
	}
	return nil
}

type nothing struct{ io.Writer }

func (nothing) Close() error { return nil }

func (a *app) tellBackup(about backupFile, path string, server bool) error {
	out := a.stdout
	if path == "-" {
		out = a.stderr
	}
	if a.json && path != "-" {
		return a.object(about)
	}
	fmt.Fprintf(out, "%s: %d cases, %d mails, %d files, %d MB\n"+
		"It holds keys and tokens: keep it as secret as the desk. "+
		"The configuration, and texts of your own, are not in it.\n",
		path, about.Tickets, about.Mails, about.Files, about.Bytes>>20)
	if server {
		fmt.Fprintln(out, "The database is not in it: take it with pg_dump, before this.")
	}
	if len(about.Lost) > 0 {
		return fmt.Errorf(
			"the backup has all but %d kept files that were missing or damaged before: "+
				"buzon check names them", len(about.Lost))
	}
	return nil
}

// backUp writes the archive.
func (h *house) backUp(ctx context.Context, to io.Writer) (about backupFile, err error) {
	snapshot, err := h.store.Snapshot(ctx)
	if err != nil {
		return about, err
	}
	defer snapshot.Close()
	about = describe(snapshot)
	w := archive{Writer: tar.NewWriter(to), about: &about}
	if snapshot.Database != "" {
		err = w.file(storedDB, snapshot.Database)
	}
	for _, k := range snapshot.Kept {
		if err = cmp.Or(err, ctx.Err()); err == nil {
			err = w.kept(k)
		}
	}
	for _, path := range h.config.secretFiles() {
		if err == nil {
			name, _ := filepath.Rel(h.config.DataDir, path)
			err = w.file(name, path)
		}
	}
	if err == nil {
		err = w.end()
	}
	return about, err
}

// secretFiles are those in the data directory beside the database.
func (c config) secretFiles() (list []string) {
	for _, pattern := range []string{"keys.json", "oauth/*.json", "dkim/*.pem"} {
		found, _ := filepath.Glob(filepath.Join(c.DataDir, pattern))
		list = append(list, found...)
	}
	return list
}

// archive is a backup that is being written.
type archive struct {
	*tar.Writer
	about *backupFile
}

// file adds a file, and notes its hash.
func (w archive) file(name, path string) error {
	sum, err := w.add(name, path)
	w.about.Hashes[name] = sum
	return err
}

// kept adds a file of kept bytes. One that is damaged is added as it is, and noted.
func (w archive) kept(k store.Kept) error {
	sum, err := w.add(filepath.Join("blobs", k.SHA256[:2], k.SHA256[2:]), k.Path)
	if w.about.Files++; err == nil && sum != k.SHA256 {
		w.about.Lost = append(w.about.Lost, k.SHA256)
	}
	return err
}

func (w archive) add(name, path string) (sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return "", err
	}
	err = w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: fi.Size(),
		ModTime: fi.ModTime()})
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, hash), f)
	w.about.Bytes += n
	return hex.EncodeToString(hash.Sum(nil)), err
}

// end adds what says that the backup is whole.
func (w archive) end() error {
	text, err := json.MarshalIndent(w.about, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	err = w.WriteHeader(&tar.Header{Name: backupName, Mode: 0o600, Size: int64(len(text)),
		ModTime: w.about.Taken})
	if err == nil {
		_, err = w.Write(text)
	}
	return errors.Join(err, w.Close())
}

// inBackup are the names of the files of a backup.
var inBackup = lazy.Compile(
	`^(buzon\.db|keys\.json|backup\.json|blobs/[0-9a-f]{2}/[0-9a-f]{62}|(oauth|dkim)/[^/]+)$`)

var errNoBackup = errors.New("this is no backup, or a part of one: " +
	"take a file that buzon backup has written, unpacked and decrypted")

// maxManifest bounds backup.json: 100,000 lost files take 7 MB.
const maxManifest = 64 << 20

// describe is what a backup says of itself.
func describe(s *store.Snapshot) backupFile {
	return backupFile{Version: release, Schema: s.Schema, Instance: s.Instance,
		Taken: s.Taken.UTC(), Server: s.Database == "", Mails: s.Mails, Tickets: s.Tickets,
		Items: s.Items, Owed: s.Owed, Lost: nonNil(s.Lost), Hashes: map[string]string{}}
}

// readBackup reads a backup to its end, gives each file to a writer of place, and compares the
// hashes.
func readBackup(from io.Reader, place func(name string) (io.WriteCloser, error)) (
	about backupFile, err error) {
	sums, files := map[string]string{}, 0
	for r := tar.NewReader(from); ; {
		head, err := r.Next()
		switch {
		case err != nil:
			return about, fmt.Errorf("%w (%w)", errNoBackup, err)
		case head.Typeflag != tar.TypeReg || !inBackup.MatchString(head.Name):
			return about, fmt.Errorf("%w (it has %q)", errNoBackup, head.Name)
		case head.Name == backupName:
			if err := json.NewDecoder(io.LimitReader(r, maxManifest)).Decode(&about); err != nil {
				return about, fmt.Errorf("%w (%w)", errNoBackup, err)
			}
			return about, about.compare(sums, files)
		}
		sum, err := unpackFile(r, head.Name, place)
		if err != nil {
			return about, err
		}
		if dir, rest := filepath.Split(head.Name); filepath.Dir(filepath.Dir(dir)) == "blobs" {
			files++
			if name := filepath.Base(dir) + rest; name != sum {
				sums[name] = sum
			}
			continue
		}
		sums[head.Name] = sum
	}
}

func unpackFile(r io.Reader, name string, place func(name string) (io.WriteCloser, error)) (
	sum string, err error) {
	w, err := place(name)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(w, hash), r)
	switch err = errors.Join(err, w.Close()); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("%w (it ends in %s)", errNoBackup, name)
	case err != nil:
		err = fmt.Errorf("unpack %s: %w", name, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), err
}

// compare returns an error where the files that were read are not those that were written: sums
// are the hashes of those that are not named for them.
func (b backupFile) compare(sums map[string]string, files int) error {
	for name, sum := range sums {
		if b.Hashes[name] != sum && !slices.Contains(b.Lost, name) {
			return fmt.Errorf("the backup is damaged: %s is not what was written", name)
		}
	}
	for name := range b.Hashes {
		if sums[name] == "" {
			return fmt.Errorf("the backup is damaged: it lacks %s", name)
		}
	}
	if files != b.Files {
		return fmt.Errorf("the backup is damaged: it has %d kept files instead of %d", files,
			b.Files)
	}
	return nil
}
