package imappoll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	mostMails = 100      // in one FETCH, and in one transaction of the journal
	mostBytes = 16 << 20 // likewise, but one mail at least
)

// take fetches mails and puts them into the journal. The UIDs have no entry yet and come in order.
// With advance the cursor moves behind each that has one then.
func (s *session) take(ctx context.Context, list []uint32, old uint32, advance bool) (err error) {
	defer func() { err = errors.Join(err, s.saved()) }()
	for len(list) > 0 {
		block := list[:min(mostAsked, len(list))]
		list = list[len(block):]
		sizes, err := s.sizes(ctx, block)
		if err != nil {
			return err
		}
		rest, err := s.sift(ctx, block, sizes, old)
		if err != nil {
			return err
		}
		for len(rest) > 0 {
			n := s.portion(rest, sizes)
			if err := s.takeChunk(ctx, rest[:n], old, advance); err != nil {
				return err
			}
			rest = rest[n:]
		}
		if err := s.saved(); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) note(ctx context.Context, cursor uint32, entries ...Entry) error {
	if cursor == 0 && len(entries) == 0 {
		return nil
	}
	return storeError(s.Journal.Note(ctx, s.open.Folder, cursor, entries))
}

// sift passes over sent mail that nobody wants, and sets aside what is too large.
func (s *session) sift(ctx context.Context, block []uint32, sizes map[uint32]int64,
	old uint32) (rest []uint32, err error) {
	if s.open.sent {
		if block, err = s.wanted(ctx, block); err != nil {
			return nil, err
		}
	}
	for _, uid := range block {
		if sizes[uid] <= s.MaxSize {
			rest = append(rest, uid)
			continue
		}
		if err := s.setAside(ctx, Entry{UID: uid}, old,
			fmt.Sprintf("the mail has %d bytes, more than max_size", sizes[uid])); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// portion is how many of the mails are fetched together.
func (s *session) portion(list []uint32, sizes map[uint32]int64) int {
	var bytes int64
	for i, uid := range list {
		if bytes += sizes[uid]; i > 0 && (i >= s.pace.mails || bytes > mostBytes) {
			return i
		}
	}
	return len(list)
}

// takeChunk fetches mails with one command and journals them with one transaction, which goes on
// while the next are fetched: saved tells what came of it. Whatever is missing from the answer is
// asked for alone.
func (s *session) takeChunk(ctx context.Context, uids []uint32, old uint32, advance bool) error {
	got, err := s.fetch(ctx, uids)
	handedOn := false
	defer func() {
		if !handedOn {
			got.close()
		}
	}()
	// first of all: the cursor must never pass what is not in the journal
	if unsaved := s.saved(); unsaved != nil {
		return errors.Join(unsaved, err)
	}
	switch {
	case isStoreError(err):
		return err
	case err != nil && (errors.Is(err, errThrottle) || ctx.Err() != nil):
		return err
	case err != nil && !refused(err):
		return errors.Join(err, s.blame(ctx, uids, got, err))
	}
	answered := err == nil
	if answered {
		s.pace.mails = min(mostMails, 2*s.pace.mails)
	}
	var mails []Mail
	for _, uid := range uids {
		if b := got[uid]; !answered || b == nil || !b.whole || b.odd() && !s.guesses {
			got.drop(uid)
			if b, err = s.fetchAlone(ctx, uid); err != nil {
				return err
			}
			if b == nil {
				continue // it has an entry now
			}
			got[uid] = b
		}
		mails = append(mails, s.mail(uid, got[uid], old))
	}
	var cursor uint32
	if advance && len(mails) > 0 {
		cursor = mails[len(mails)-1].UID
	}
	if len(mails) == 0 {
		return s.note(ctx, cursor)
	}
	handedOn = true
	s.save(func() error {
		defer got.close()
		return s.journal(ctx, cursor, mails)
	})
	return nil
}

// save begins to journal mails; saved must be called before anything else is written.
func (s *session) save(journal func() error) {
	done := make(chan error, 1)
	s.saving = done
	go func() { done <- guarded(journal) }()
}

// saved waits for what save has begun.
func (s *session) saved() error {
	if s.saving == nil {
		return nil
	}
	err := <-s.saving
	s.saving = nil
	return err
}

// journal makes mails durable. What has been fetched is kept even while the daemon is stopping.
func (s *session) journal(ctx context.Context, cursor uint32, mails []Mail) error {
	err := s.Journal.Take(context.WithoutCancel(ctx), s.open.Folder, cursor, mails)
	if err == nil && slices.ContainsFunc(mails, func(m Mail) bool { return m.Incomplete == "" }) {
		s.works()
	}
	return storeError(err)
}

// works notes that mail can be taken.
func (s *session) works() {
	if s.open.sent {
		return
	}
	s.mu.Lock()
	s.looked = time.Now()
	s.mu.Unlock()
}

func (s *session) mail(uid uint32, b *body, old uint32) Mail {
	m := Mail{UID: uid, Spool: b.spool, State: s.taken(), Size: b.read, Received: time.Now(),
		Archive: s.old(uid, old)}
	s.forget(uid)
	if s.stays() {
		s.unprinted = append(s.unprinted[max(0, len(s.unprinted)-sample+1):], uid)
	}
	return m
}

// old tells mail that was there at first contact and is filed without notices.
func (s *session) old(uid, old uint32) bool { return s.Archive && uid < old }

// taken is the state of mail that is in the journal.
func (s *session) taken() State {
	if s.After == Leave || s.open.sent {
		return Done
	}
	return Taken
}

// stays reports whether mail is left in the folder when it has been taken.
func (s *session) stays() bool {
	return s.open.sent || s.After == Leave || s.After == Flag || !s.canMove()
}

// fetchAlone fetches one mail, after it was missing from an answer or odd in it. nil without an
// error: the mail is gone, or failed again, and has an entry that says so.
func (s *session) fetchAlone(ctx context.Context, uid uint32) (*body, error) {
	got, err := s.fetch(ctx, []uint32{uid})
	b := got[uid]
	switch {
	case err == nil && b != nil && b.whole:
		s.guesses = s.guesses || b.odd() // the same once more: Exchange, for one, estimates sizes
		return b, nil
	case isStoreError(err), errors.Is(err, errThrottle), ctx.Err() != nil:
		got.close()
		return nil, err
	case err != nil && !refused(err):
		got.close()
		return nil, errors.Join(err, s.blame(ctx, []uint32{uid}, got, err))
	}
	got.close()
	if err == nil {
		if err = errNoBody; b == nil {
			there, serr := s.search(ctx,
				imap.SearchCriteria{UID: []imap.UIDSet{imap.UIDSetNum(imap.UID(uid))}})
			if serr != nil {
				return nil, serr
			}
			if !slices.Contains(there, uid) {
				return nil, s.note(ctx, 0, Entry{UID: uid, State: Vanished})
			}
		}
	}
	if refused(err) {
		return nil, s.refusal(ctx, uid, err)
	}
	return nil, s.fail(ctx, uid, 1, err)
}

// refusal counts an answer NO against the mail, where it is not the server that is ill.
func (s *session) refusal(ctx context.Context, uid uint32, why error) error {
	ill, err := s.isIll(ctx, uid)
	if err != nil {
		return err
	}
	if ill {
		return s.fail(ctx, uid, 1, why)
	}
	if err := s.fail(ctx, uid, 0, why); err != nil {
		return err
	}
	if s.noes = append(s.noes, why); len(s.noes) >= mostNoes {
		return s.none()
	}
	return nil
}

// none is the error of a server that has only refused mail.
func (s *session) none() error {
	if len(s.noes) == 0 {
		return nil
	}
	err := fmt.Errorf("the server gives no mail at all: %w", s.noes[0])
	s.noes, s.outage = nil, true
	return err
}

// isIll reports whether an answer NO speaks of the mail and not of the server's disk: another of
// the folder could be had since. Where there is no other, it is ill after three hours.
func (s *session) isIll(ctx context.Context, uid uint32) (bool, error) {
	m, f := s.learn(uid), s.learned.folder(s.open.name)
	if m.refused.IsZero() {
		m.refused = time.Now()
	}
	if s.good != 0 && !f.fetched.After(m.refused) { // can it be had once more, or its beginning?
		err := s.readHeaders(ctx, []uint32{s.good}, &imap.FetchItemBodySection{Peek: true},
			func(uint32, []byte, int64) { f.fetched = time.Now() })
		if err != nil && !declined(err) {
			return false, err
		}
	}
	return !f.fetched.Before(m.refused) || time.Since(m.refused) > 3*time.Hour, nil
}

var errNoBody = errors.New("the server answers without the mail's text, or with part of it")

// body is a mail as far as it has come in.
type body struct {
	spool Spool
	read  int64
	size  int64 // RFC822.SIZE; 0: not told
	whole bool
}

// odd tells a mail that is not as long as the server says elsewhere.
func (b *body) odd() bool { return b.size != 0 && b.size != b.read }

type bodies map[uint32]*body

// close drops what was not kept.
func (g bodies) close() {
	for uid := range g {
		g.drop(uid)
	}
}

func (g bodies) drop(uid uint32) {
	if b := g[uid]; b != nil && b.spool != nil {
		b.spool.Close()
	}
	delete(g, uid)
}

// fetch asks for whole mails and spools them as they come. What it returns counts only without an
// error: then the server has said OK at the end.
func (s *session) fetch(ctx context.Context, uids []uint32) (got bodies, err error) {
	got = bodies{}
	asked := set(uids)
	var kept error // an error of our own disk; the answer is still read to its end
	err = s.do(ctx, "fetch mail", func() error {
		return s.each(asked, &imap.FetchItemBodySection{Peek: true},
			func(m fetched) error { // without Peek it would set \Seen
				if b := got[m.uid]; b != nil && b.whole || !asked.Contains(imap.UID(m.uid)) {
					return nil
				}
				b := &body{size: m.size}
				got[m.uid] = b
				if m.text == nil {
					return nil
				}
				var theirs error
				// go-imap would wait for ever
				ours := guarded(func() (err error) {
					err,
						theirs = s.spool(ctx, b, m.text)
					return err
				})
				kept = errors.Join(kept, ours)
				return theirs
			})
	})
	for uid, b := range got {
		if err == nil && b.whole {
			s.learned.folder(s.open.name).fetched, s.noes, s.good, s.outage = time.Now(), nil,
				uid, false
			break
		}
	}
	return got, errors.Join(err, storeError(kept))
}

// fetched is one mail of an answer.
type fetched struct {
	uid  uint32
	size int64              // RFC822.SIZE; 0: not told
	text imap.LiteralReader // of the section; nil: not given
}

// each asks for UIDs, sizes and a section of mails, and calls f with what comes. An error of f ends
// the connection.
//
// QUIRK: once a literal has failed, go-imap's own reader goes on with the connection; to read the
// rest of the answer then would be to read against it. So nothing more is taken of the answer, not
// even its end.
func (s *session) each(uids imap.UIDSet, section *imap.FetchItemBodySection,
	f func(fetched) error) error {
	o := &imap.FetchOptions{UID: true, RFC822Size: true}
	if section != nil {
		o.BodySection = []*imap.FetchItemBodySection{section}
	}
	fc := s.client.Fetch(uids, o)
	for m := fc.Next(); m != nil; m = fc.Next() {
		var one fetched
		for it := m.Next(); it != nil; it = m.Next() {
			switch it := it.(type) {
			case imapclient.FetchItemDataUID:
				one.uid = uint32(it.UID)
			case imapclient.FetchItemDataRFC822Size:
				one.size = it.Size
			case imapclient.FetchItemDataBodySection:
				if one.text = it.Literal; one.text == nil {
					continue
				}
				if err := f(one); err != nil {
					s.wire.cut()
					return err
				}
				one.uid = 0 // done with
			}
		}
		if one.uid != 0 {
			if err := f(one); err != nil {
				s.wire.cut()
				return err
			}
		}
	}
	return fc.Close()
}

// pass reads over mail that nobody asked for.
func pass(m *imapclient.FetchMessageData) {
	for it := m.Next(); it != nil; it = m.Next() {
		if b, ok := it.(imapclient.FetchItemDataBodySection); ok && b.Literal != nil {
			if n, err := io.Copy(io.Discard, b.Literal); err != nil || n < b.Literal.Size() {
				return
			}
		}
	}
}

var errHuge = errors.New("the server sends more than it said")

// refuse ends the connection, and the literal with it, which nobody reads to its end.
func (s *session) refuse(lit imap.LiteralReader) error {
	s.wire.cut()
	io.Copy(io.Discard, lit) // go-imap waits until it has been read or has failed
	return errHuge
}

// spool copies a literal. An error of theirs leaves the body not whole, and the connection of no
// use.
func (s *session) spool(ctx context.Context, b *body, lit imap.LiteralReader) (ours, theirs error) {
	if lit.Size() > s.MaxSize+s.MaxSize/4 {
		return nil, s.refuse(lit)
	}
	spool, err := s.Journal.Spool(ctx)
	if err != nil {
		return err, nil // go-imap reads over the literal
	}
	b.spool = spool
	w := &watched{w: spool}
	if s.buffer == nil {
		s.buffer = make([]byte, 32<<10)
	}
	b.read, err = io.CopyBuffer(w, lit, s.buffer)
	switch {
	case w.err != nil:
		return w.err, nil
	case err == nil && b.read < lit.Size():
		err = io.ErrUnexpectedEOF
	}
	b.whole, s.torn = err == nil, err != nil
	return nil, err
}

// watched remembers the writer's own error, as apart from the reader's.
type watched struct {
	w   io.Writer
	err error
}

func (w *watched) Write(p []byte) (n int, err error) {
	n, w.err = w.w.Write(p)
	return n, w.err
}

func set(uids []uint32) (all imap.UIDSet) {
	for _, uid := range uids {
		all.AddNum(imap.UID(uid))
	}
	return all
}
