package mailout

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// maildir is the Transport of an installation without relay: the mails wait in a Maildir for
// somebody to look at them.
type maildir struct {
	dir  string
	host string
	last atomic.Uint64 // mails of this process, for names that differ
}

var _ Transport = (*maildir)(nil)

// NewMaildir opens the Maildir in dir, or makes it, with mode 0700.
func NewMaildir(dir string) (Transport, error) {
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("make maildir: %w", err)
		}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return &maildir{dir: dir, host: strings.NewReplacer("/", `\057`, ":", `\072`).Replace(host)},
		nil
}

// Send writes the mail into new, with the envelope on top as a delivery agent notes it. It is
// durable when Send says Sent.
func (m *maildir) Send(ctx context.Context, env Envelope, mail *io.SectionReader) Result {
	env, err := ready(env, mail)
	if err != nil {
		return refused("write mail: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return Result{Outcome: Deferred, Err: fmt.Errorf("write mail: %w", err)}
	}
	head := fmt.Sprintf("Return-Path: <%s>\r\nDelivered-To: %s\r\nX-Envelope-To: %s\r\n",
		env.From, env.To, env.To)
	now := time.Now()
	name := fmt.Sprintf("%d.M%06dP%dQ%08d.%s",
		now.Unix(), now.Nanosecond()/1000, os.Getpid(), m.last.Add(1), m.host)
	tmp, final := filepath.Join(m.dir, "tmp", name), filepath.Join(m.dir, "new", name)
	err = writeDurably(tmp, strings.NewReader(head), io.NewSectionReader(mail, 0, mail.Size()))
	if err == nil {
		err = os.Rename(tmp, final)
	}
	if err != nil {
		os.Remove(tmp)
		return Result{Outcome: Deferred, Err: fmt.Errorf("write mail: %w", err)}
	}
	// it is there, but perhaps not after a power cut
	if err := syncDir(filepath.Dir(final)); err != nil {
		return Result{Outcome: Uncertain, Err: fmt.Errorf("write mail: %w", err)}
	}
	return Result{Outcome: Sent, Reply: "written to " + final}
}

// Close does nothing: no mail is open between two Sends.
func (m *maildir) Close() error { return nil }

func writeDurably(name string, parts ...io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, part := range parts {
		if _, err := io.Copy(f, part); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
