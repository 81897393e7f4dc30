package imappoll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	mostMails = 100      // in one FETCH, and in one transaction of the journal
	mostBytes = 16 << 20 // likewise, but one mail at least
	sizeBlock = 500      // UIDs whose sizes are asked for at once
)

// take fetches mails and puts them into the journal. The UIDs have no entry yet and come in order. With advance the
// cursor moves behind each that has one then.
func (s *session) take(ctx context.Context, list []uint32, old uint32, advance bool) error {
	for len(list) > 0 {
		block := list[:min(sizeBlock, len(list))]
		list = list[len(block):]
		sizes, err := s.sizes(ctx, block)
		if err != nil {
			return err
		}
		rest, err := s.sift(ctx, block, sizes)
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
		if advance {
			if err := s.note(ctx, block[len(block)-1]); err != nil {
				return err
			}
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

// sift sets aside what is too large, and of sent mail passes over what nobody wants.
func (s *session) sift(ctx context.Context, block []uint32, sizes map[uint32]int64) (rest []uint32, err error) {
	for _, uid := range block {
		if sizes[uid] <= s.MaxSize {
			rest = append(rest, uid)
			continue
		}
		if s.open.sent {
			err = s.note(ctx, 0, Entry{UID: uid, State: Skipped})
		} else {
			err = s.setAside(ctx, Entry{UID: uid}, fmt.Sprintf("the mail has %d bytes, more than max_size", sizes[uid]))
		}
		if err != nil {
			return nil, err
		}
	}
	if s.open.sent {
		return s.wanted(ctx, rest)
	}
	return rest, nil
}

// portion is how many of the mails are fetched together.
func (s *session) portion(list []uint32, sizes map[uint32]int64) int {
	var bytes int64
	for i, uid := range list {
		if bytes += sizes[uid]; i > 0 && (i >= *s.chunk || bytes > mostBytes) {
			return i
		}
	}
	return len(list)
}

// takeChunk fetches mails with one command and journals them with one transaction. Whatever is missing from the answer
// is asked for alone.
func (s *session) takeChunk(ctx context.Context, uids []uint32, old uint32, advance bool) error {
	got, err := s.fetch(ctx, uids)
	defer got.close()
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
		*s.chunk = min(mostMails, *s.chunk*2)
	}
	var mails []Mail
	for _, uid := range uids {
		if b := got[uid]; !answered || b == nil || !b.whole || b.odd() {
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
	if advance {
		cursor = uids[len(uids)-1]
	}
	if len(mails) == 0 {
		return s.note(ctx, cursor)
	}
	return s.journal(ctx, cursor, mails)
}

// journal makes mails durable. What has been fetched is kept even while the daemon is stopping.
func (s *session) journal(ctx context.Context, cursor uint32, mails []Mail) error {
	return storeError(s.Journal.Take(context.WithoutCancel(ctx), s.open.Folder, cursor, mails))
}

func (s *session) mail(uid uint32, b *body, old uint32) Mail {
	m := Mail{UID: uid, Spool: b.spool, State: Taken, Size: b.read, Received: time.Now(), Archive: s.Archive && uid < old}
	if s.After == Leave || s.open.sent {
		m.State = Done
	}
	return m
}

// fetchAlone fetches one mail, after it was missing from an answer or odd in it. nil without an error: the mail is gone,
// or failed again, and has an entry that says so.
func (s *session) fetchAlone(ctx context.Context, uid uint32) (*body, error) {
	got, err := s.fetch(ctx, []uint32{uid})
	b := got[uid]
	switch {
	case err == nil && b != nil && b.whole:
		return b, nil // an odd size is believed the second time: some servers guess it
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
			there, serr := s.search(ctx, imap.SearchCriteria{UID: []imap.UIDSet{imap.UIDSetNum(imap.UID(uid))}})
			if serr != nil {
				return nil, serr
			}
			if len(there) == 0 {
				return nil, s.note(ctx, 0, Entry{UID: uid, State: Vanished})
			}
		}
	}
	return nil, s.fail(ctx, uid, 1, err)
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

// fetch asks for whole mails and spools them as they come. What it returns counts only without an error: then the
// server has said OK at the end.
func (s *session) fetch(ctx context.Context, uids []uint32) (got bodies, err error) {
	got = bodies{}
	asked := set(uids)
	whole := []*imap.FetchItemBodySection{{Peek: true}} // or \Seen would be set
	var kept error                                      // an error of our own disk; the answer is still read to its end
	err = s.do(ctx, "fetch mail", func() error {
		fc := s.client.Fetch(asked, &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: whole})
		for m := fc.Next(); m != nil; m = fc.Next() {
			if err := s.read(ctx, m, asked, got); err != nil {
				kept = err
				if errors.Is(err, errHuge) {
					s.wire.Conn.Close() // nobody reads that to its end
				}
			}
		}
		return fc.Close()
	})
	if errors.Is(kept, errHuge) {
		return got, kept
	}
	return got, errors.Join(err, storeError(kept))
}

var errHuge = errors.New("the server sends a mail larger than it said")

// read takes one mail of an answer.
func (s *session) read(ctx context.Context, m *imapclient.FetchMessageData, asked imap.UIDSet, got bodies) error {
	var b *body
	for it := m.Next(); it != nil; it = m.Next() {
		switch it := it.(type) {
		case imapclient.FetchItemDataUID:
			if uid := uint32(it.UID); asked.Contains(it.UID) && got[uid] == nil {
				b = &body{}
				got[uid] = b
			}
		case imapclient.FetchItemDataRFC822Size:
			if b != nil {
				b.size = it.Size
			}
		case imapclient.FetchItemDataBodySection:
			if b == nil || it.Literal == nil || b.whole {
				continue
			}
			if err := s.spool(ctx, b, it.Literal); err != nil {
				return err
			}
		}
	}
	return nil
}

// spool copies a literal; a connection that ends in it leaves the body not whole.
func (s *session) spool(ctx context.Context, b *body, lit imap.LiteralReader) (err error) {
	if lit.Size() > s.MaxSize+s.MaxSize/4 {
		return errHuge
	}
	if b.spool, err = s.Journal.Spool(ctx); err != nil {
		b.spool = nil
		return err
	}
	w := &watched{w: b.spool}
	b.read, err = io.Copy(w, lit)
	b.whole = err == nil && b.read == lit.Size()
	return w.err
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

// sizes asks how large mails are. A server that refuses is believed to have none too large.
func (s *session) sizes(ctx context.Context, uids []uint32) (map[uint32]int64, error) {
	sizes := map[uint32]int64{}
	err := s.do(ctx, "ask for sizes", func() error {
		found, err := s.client.Fetch(set(uids), &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
		for _, m := range found {
			sizes[uint32(m.UID)] = m.RFC822Size
		}
		return err
	})
	if refused(err) && !errors.Is(err, errThrottle) {
		err = nil
	}
	return sizes, err
}
