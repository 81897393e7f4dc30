package imappoll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
)

// A mail that the server can't or won't give is tried three times, one that ends the connection
// twice. Then what is known of it goes into the journal, for the quarantine, and the mail itself
// stays where it is.
const (
	patienceEnds = 3 // points of failure
	killing      = 2 // points for ending the connection
	hopeless     = 8 // points without even a header
)

// fail notes that a mail could not be read.
func (s *session) fail(ctx context.Context, uid uint32, points int, why error) error {
	e, err := s.entry(ctx, uid)
	if err != nil {
		return err
	}
	e.UID, e.State, e.Attempts, e.Error = uid, Failed, e.Attempts+points, why.Error()
	s.log.Warn("a mail can't be read", "folder", s.open.name, "uid", uid, "points", e.Attempts,
		"error", why)
	return s.note(context.WithoutCancel(ctx), 0, e)
}

// entry is what the journal has of a UID so far.
func (s *session) entry(ctx context.Context, uid uint32) (Entry, error) {
	list, err := s.Journal.Owed(context.WithoutCancel(ctx), s.open.Folder)
	for _, e := range list {
		if e.UID == uid {
			return e, nil
		}
	}
	return Entry{}, storeError(err)
}

// blame finds the mail at which the connection ended, and from now on asks for one at a time.
func (s *session) blame(ctx context.Context, uids []uint32, got bodies, why error) error {
	s.pace.mails, s.pace.asked = 1, 1
	for _, uid := range uids {
		if b := got[uid]; b == nil || !b.whole {
			s.blamed = true
			return s.fail(ctx, uid, killing, why)
		}
	}
	return nil // all had come in: it was not their doing
}

// retry tries a mail once more, alone, or sets it aside.
func (s *session) retry(ctx context.Context, e Entry, old uint32) error {
	if e.Attempts >= patienceEnds {
		return s.setAside(ctx, e, old, e.Error)
	}
	b, err := s.fetchAlone(ctx, e.UID)
	if err != nil || b == nil {
		return err
	}
	defer b.spool.Close()
	return s.journal(ctx, 0, []Mail{s.mail(e.UID, b, old)})
}

// setAside journals what is known of a mail that can't be had.
func (s *session) setAside(ctx context.Context, e Entry, old uint32, why string) error {
	var header []byte
	var size int64
	if e.Attempts < hopeless {
		var err error
		header, size, err = s.header(ctx, e.UID)
		switch {
		case declined(err):
			return s.fail(ctx, e.UID, 1, err) // it may be the server that is ill, and not the mail
		case err != nil && errors.Is(err, errThrottle), ctx.Err() != nil:
			return err
		case err != nil:
			s.blamed = true
			return errors.Join(err, s.fail(ctx, e.UID, hopeless, errors.New(why)))
		}
	}
	spool, err := s.Journal.Spool(ctx)
	if err != nil {
		return storeError(err)
	}
	defer spool.Close()
	_, err = fmt.Fprintf(
		spool, "X-Buzon-Incomplete: account=%s; folder=%q; uidvalidity=%d; uid=%d; size=%d\r\n%s",
		s.Name, s.open.name, s.open.UIDValidity, e.UID, size, header)
	if err == nil && len(header) == 0 {
		_, err = io.WriteString(spool, "\r\n")
	}
	if err != nil {
		return storeError(err)
	}
	s.log.Warn("a mail is set aside; it stays on the server", "folder", s.open.name, "uid", e.UID,
		"reason", why)
	return s.journal(ctx, 0, []Mail{{UID: e.UID, Spool: spool, State: Aside, Incomplete: why,
		Size: size, Received: time.Now(), Archive: s.old(e.UID, old)}})
}

// header asks for a mail's header and size.
func (s *session) header(ctx context.Context, uid uint32) (header []byte, size int64, err error) {
	err = s.readHeaders(ctx, []uint32{uid},
		&imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true},
		func(_ uint32, h []byte, n int64) { header, size = h, n })
	return header, size, err
}
