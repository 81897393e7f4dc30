package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// InlineSize is how large bytes may be to live in the database: below it a row is faster than a
// file, above it a file is (measured at 100 to 200 KB).
const InlineSize = 128 << 10

// ErrFull refuses new mail before the disk is quite full, so that what was sent can still be
// written down as sent.
var ErrFull = errors.New("the disk is nearly full: make room, or lower min_free")

func (s *Store) tmpDir() string  { return filepath.Join(s.dir, "tmp") }
func (s *Store) blobDir() string { return filepath.Join(s.dir, "blobs") }

// Spool takes bytes as they come: the first InlineSize in memory, more in a temporary file. It is
// filled by one goroutine and then given to a transaction by Keep. Close must be called, kept or
// not.
type Spool struct {
	store *Store
	buf   bytes.Buffer
	file  *os.File
	hash  hash.Hash
	size  int64
	err   error
	kept  bool
}

// Spool returns an empty spool, or a Fault when the disk has no room for more mail.
func (s *Store) Spool(context.Context) (*Spool, error) {
	if err := s.room(); err != nil {
		return nil, fault(err)
	}
	return s.NewSpool(), nil
}

// NewSpool returns an empty spool for bytes that must be kept however little room there is:
// notices, attachments of mail already taken.
func (s *Store) NewSpool() *Spool { return &Spool{store: s, hash: sha256.New()} }

// Write implements io.Writer. Its errors are Faults.
func (p *Spool) Write(b []byte) (int, error) {
	if p.err == nil && p.file == nil && p.buf.Len()+len(b) > InlineSize {
		p.file, p.err = os.CreateTemp(p.store.tmpDir(), "spool-")
		if p.err == nil {
			_, p.err = p.file.Write(p.buf.Bytes())
		}
		p.buf = bytes.Buffer{}
	}
	if p.err != nil {
		return 0, fault(p.err)
	}
	if p.file != nil {
		_, p.err = p.file.Write(b)
	} else {
		p.buf.Write(b)
	}
	if p.err != nil {
		return 0, fault(p.err)
	}
	p.hash.Write(b)
	p.size += int64(len(b))
	return len(b), nil
}

// Size is the number of bytes written.
func (p *Spool) Size() int64 { return p.size }

// SHA256 is the hash of the bytes written, in hex.
func (p *Spool) SHA256() string { return hex.EncodeToString(p.hash.Sum(nil)) }

// ReaderAt reads what was written.
func (p *Spool) ReaderAt() io.ReaderAt {
	if p.file != nil {
		return p.file
	}
	return bytes.NewReader(p.buf.Bytes())
}

// Close drops the spool; what was kept stays.
func (p *Spool) Close() error {
	if p.file == nil {
		return nil
	}
	err := p.file.Close()
	if !p.kept {
		err = errors.Join(err, os.Remove(p.file.Name()))
	}
	p.file = nil
	return err
}

// settle makes a large spool a durable file under its hash, so that a row may name it (write, sync,
// rename, sync the directory). It is done outside of any transaction: the sync of 25 MB must hold
// up nobody.
func (p *Spool) settle() error {
	if p.err == nil && p.file != nil && !p.kept {
		p.err = p.place() // what once failed to reach the disk is not trusted again
	}
	return p.err
}

func (p *Spool) place() error {
	if err := p.file.Sync(); err != nil {
		return fmt.Errorf("sync mail: %w", err)
	}
	path := p.store.blobPath(p.SHA256())
	err := p.store.blobShelf(filepath.Dir(path))
	if err == nil {
		err = os.Rename(p.file.Name(), path)
	}
	if errors.Is(err, fs.ErrPermission) {
		return p.store.unreadable(path, err)
	}
	if err != nil {
		return fmt.Errorf("keep mail: %w", err)
	}
	p.kept = true
	return syncPath(filepath.Dir(path))
}

// blobShelf makes the directory of a blob, durably: once in the life of a process, since another
// may have made it and died before it was.
func (s *Store) blobShelf(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if _, durable := s.shelves.Load(dir); durable {
		return nil
	}
	if err := syncPath(s.blobDir()); err != nil {
		return err
	}
	s.shelves.Store(dir, true)
	return nil
}

// syncPath makes a file, or the entries of a directory, durable.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (s *Store) blobPath(sha string) string { return filepath.Join(s.blobDir(), sha[:2], sha[2:]) }

// keep writes the row of a settled spool, or finds the one that has the same bytes, and returns its
// id.
func (tx *Tx) keep(ctx context.Context, p *Spool) (id int64, err error) {
	if err := p.settled(); err != nil {
		return 0, err
	}
	sum := p.hash.Sum(nil)
	var data any
	if !p.kept {
		data = p.buf.Bytes()
		if p.size == 0 {
			data = []byte{}
		}
	}
	id, err = tx.insert(ctx, "id", `
		INSERT INTO blob (sha256, size, data, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`,
		sum, p.size, data, tx.store.Now().UnixMilli())
	if err == nil && id == 0 {
		_, err = tx.row(ctx, "SELECT id FROM blob WHERE sha256 = $1", args(sum), &id)
	}
	return id, err
}

// settled makes sure that the file which a row will name is there: between settle and the
// transaction a Sweep, which runs in a transaction too, may have taken an old file of the same
// bytes for an orphan.
func (p *Spool) settled() error {
	if p.err != nil {
		return fault(p.err)
	}
	if p.file != nil && !p.kept {
		return errors.New("bytes were not made durable before their transaction")
	}
	if !p.kept {
		return nil
	}
	_, err := os.Stat(p.store.blobPath(p.SHA256()))
	return fault(err)
}

// Blob is stored bytes, opened for reading. Close must be called.
type Blob struct {
	io.ReaderAt
	Size   int64
	SHA256 string
	closer io.Closer
}

// Close releases the file, if it is one.
func (b *Blob) Close() error {
	if b.closer == nil {
		return nil
	}
	return b.closer.Close()
}

// Reader reads the blob from its beginning.
func (b *Blob) Reader() io.Reader { return io.NewSectionReader(b, 0, b.Size) }

// openBlob opens the bytes with the id. What can't be read is Unreadable and no Fault, unless it is
// all of them.
func (s *Store) openBlob(ctx context.Context, id int64) (*Blob, error) {
	var sum, data []byte
	var size int64
	ok, err := s.row(ctx, "SELECT sha256, size, data FROM blob WHERE id = $1", args(id),
		&sum, &size, &data)
	if err != nil {
		return nil, fault(err)
	}
	if !ok {
		return nil, fmt.Errorf("blob %d: %w", id, fs.ErrNotExist)
	}
	b := &Blob{Size: size, SHA256: hex.EncodeToString(sum)}
	if int64(len(data)) == size {
		b.ReaderAt = bytes.NewReader(data)
		return b, nil
	}
	return b, s.openFile(b, sum)
}

func (s *Store) openFile(b *Blob, sum []byte) error {
	path := s.blobPath(b.SHA256)
	f, err := os.Open(path)
	if err != nil {
		return s.unreadable(path, err)
	}
	b.ReaderAt, b.closer = f, f
	if err := sound(f, b.Size, sum); err != nil {
		return errors.Join(&Unreadable{path, err}, f.Close())
	}
	return nil
}

// OpenAttachment opens stored bytes by their SHA-256 in hex.
func (s *Store) OpenAttachment(ctx context.Context, sha string) (*Blob, error) {
	sum, err := hex.DecodeString(sha)
	if err != nil {
		return nil, fmt.Errorf("SHA-256 %q: %w", sha, err)
	}
	var id int64
	if _, err := s.row(ctx, "SELECT id FROM blob WHERE sha256 = $1", args(sum), &id); err != nil {
		return nil, fault(err)
	}
	return s.openBlob(ctx, id)
}

// dropBlob forgets bytes that nothing refers to any more. The file goes with the next Sweep.
func (tx *Tx) dropBlob(ctx context.Context, id int64) error {
	if id == 0 {
		return nil
	}
	return tx.write(ctx, `
		DELETE FROM blob
		WHERE id = $1
			AND NOT EXISTS (SELECT 1 FROM journal WHERE blob = $1)
			AND NOT EXISTS (SELECT 1 FROM attachment WHERE blob = $1)
			AND NOT EXISTS (SELECT 1 FROM outbox WHERE raw = $1)`, id)
}

// room returns ErrFull when the disk has no room for more mail.
func (s *Store) room() error { return s.roomFor(0) }

// roomFor is room once n bytes more are on the disk.
func (s *Store) roomFor(n int64) error {
	var st unix.Statfs_t
	if err := unix.Statfs(s.dir, &st); err != nil {
		return nil // a file system that can't say is not a full one
	}
	need := s.opt.MinFree
	if need == 0 {
		need = min(int64(st.Blocks)*int64(st.Bsize)/20, 500<<20)
	}
	if int64(st.Bavail)*int64(st.Bsize) < need+n {
		return ErrFull
	}
	return nil
}

// Ready returns a Fault when no more mail can be taken.
func (s *Store) Ready() error { return fault(s.room()) }
