package imappoll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Checked is what a login found out.
type Checked struct {
	Folders             []string       // all that the server has
	Mails               map[string]int // in the account's own
	Same                []string       // those of which that are one on the server
	Idle, Move, UIDPlus bool
	// Makes are the folders for taken mail that would be made; "": they are there, or not needed
	Makes string
	Seen  bool // the awaited mail has come
}

// Check logs in, looks at the folders and tries IDLE. It changes no mail on the server and nothing
// in the journal. With an awaited Message-ID it looks for that mail until ctx ends.
func (a Account) Check(ctx context.Context, await string) (c Checked, err error) {
	p, err := a.check()
	if err != nil {
		return c, err
	}
	s, err := p.connect(ctx, false)
	for before := 0; err != nil && p.unlistable > before; before++ {
		s, err = p.connect(ctx, false)
	}
	if err != nil {
		return c, err
	}
	defer s.close()
	c = Checked{Folders: s.names.all, Mails: map[string]int{}, Idle: s.caps.Has(imap.CapIdle) ||
		s.caps.Has(imap.CapIMAP4rev2),
		Move: s.hasMove(), UIDPlus: s.caps.Has(imap.CapUIDPlus) || s.caps.Has(imap.CapIMAP4rev2)}
	c.Same = s.same()
	c.Makes = strings.Join(s.wouldMake(), " and the folder ")
	// the first comes last, and stays open
	for i := len(p.folders) - 1; i >= 0 && (err == nil || !lost(err, s)); i-- {
		err = errors.Join(s.examine(ctx, p.folders[i], &c), err)
	}
	if err != nil {
		return c, err
	}
	if c.Idle && !s.NoIdle {
		if err = s.tryIdle(ctx); err != nil {
			err = fmt.Errorf(
				"%w (the server promises IDLE and does not keep it: set no_idle = true)", err)
		}
	}
	for err == nil && await != "" && !c.Seen {
		c.Seen, err = s.awaits(ctx, await)
	}
	return c, err
}

// wouldMake are the target folders that are missing.
func (s *session) wouldMake() (missing []string) {
	for _, name := range []string{s.MovedTo, s.Apart} {
		if real, there := s.names.real(name); s.After == Move && name != "" && !there {
			missing = append(missing, real)
		}
	}
	return slices.Compact(missing)
}

func (s *session) examine(ctx context.Context, f folder, c *Checked) error {
	name, there := s.names.real(f.name)
	err := s.do(ctx, "open folder "+name, func() error {
		look := f.sent || s.After == Leave
		data, err := s.client.Select(name, &imap.SelectOptions{ReadOnly: look}).Wait()
		if err == nil && !look && s.last.readOnly() {
			err = errors.New("it can only be read: give the user the rights to change it, or set " +
				"after = \"leave\"")
		}
		if err == nil && data.UIDValidity == 0 {
			err = errors.New("the server gives no UIDVALIDITY, so mail can't be told apart: use " +
				"another server or folder")
		}
		if err == nil {
			c.Mails[f.name] = int(data.NumMessages)
		}
		return err
	})
	if err != nil && !there {
		err = fmt.Errorf("%w; the server has %s", err, strings.Join(s.names.all, ", "))
	}
	return err
}

func (s *session) tryIdle(ctx context.Context) error {
	return s.do(ctx, "try IDLE", func() error {
		cmd, err := s.client.Idle()
		if err != nil {
			return err
		}
		return errors.Join(cmd.Close(), cmd.Wait())
	})
}

// awaits looks for a mail in the open folder, at most every two seconds.
func (s *session) awaits(ctx context.Context, id string) (bool, error) {
	found, err := s.search(
		ctx, imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID",
			Value: id}}})
	if err != nil || len(found) > 0 {
		return err == nil, err
	}
	select {
	case <-time.After(2 * time.Second):
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return false, s.do(ctx, "ask for news", func() error { return s.client.Noop().Wait() })
}

// Poll takes what there is, once, for a process that runs no Run.
func (a Account) Poll(ctx context.Context, order Order) error {
	p, err := a.check()
	if err != nil {
		return err
	}
	if p.status, err = p.Journal.Status(ctx, p.Name); err != nil {
		return fmt.Errorf("read the state of IMAP account %s: %w", p.Name, err)
	}
	s, err := p.connect(ctx, false)
	if err == nil {
		defer s.close()
		err = s.round(ctx, order)
	}
	p.report(ctx, err)
	return err
}
