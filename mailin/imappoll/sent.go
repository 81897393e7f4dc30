package imappoll

import (
	"context"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Want is whether a sent mail belongs to a ticket.
type Want int

const (
	Unwanted Want = iota
	Wanted
	Unknown // it answers a mail that has not come yet, or is not filed
)

// mostWaits is how many nights a sent mail waits for the one that it answers.
const mostWaits = 3

// wanted asks which sent mails belong to a ticket, passes over the others and has some wait.
func (s *session) wanted(ctx context.Context, uids []uint32) (rest []uint32, err error) {
	headers, err := s.sentHeaders(ctx, uids)
	if err != nil {
		return nil, err
	}
	var noted []Entry
	for _, uid := range uids {
		want, err := s.wants(ctx, headers[uid])
		switch {
		case err != nil:
			return nil, err
		case want == Wanted:
			rest = append(rest, uid)
		case want == Unwanted:
			noted = append(noted, Entry{UID: uid, State: Skipped})
		default:
			noted = append(noted, Entry{UID: uid, State: Waiting})
			if h := headers[uid]; h != nil {
				s.learn(uid).header = h
			}
		}
	}
	return rest, s.note(ctx, 0, noted...)
}

func (s *session) wants(ctx context.Context, header []byte) (Want, error) {
	if len(header) == 0 {
		return Unknown, nil
	}
	want, err := s.Wanted(ctx, header)
	return want, storeError(err)
}

// sentHeaders asks for whole headers. One that is not to be had is missing.
func (s *session) sentHeaders(ctx context.Context, uids []uint32) (map[uint32][]byte, error) {
	headers := map[uint32][]byte{}
	whole := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true}
	err := s.headers(ctx, uids, whole, func(uid uint32, h []byte) { headers[uid] = h })
	if declined(err) {
		err = nil
	}
	return headers, err
}

// wantedNow asks again about sent mail that waits. Its headers are kept in memory: the server is
// not asked in each round. With night one more has gone by.
func (s *session) wantedNow(ctx context.Context, waiting []Entry, night bool, old uint32) error {
	var bare []uint32
	for _, e := range waiting {
		if s.known(e.UID).header == nil {
			bare = append(bare, e.UID)
		}
	}
	headers, err := s.sentHeaders(ctx, bare)
	if err != nil {
		return err
	}
	for _, uid := range bare {
		if h := headers[uid]; h != nil {
			s.learn(uid).header = h
		}
	}
	f := s.learned.folder(s.open.name)
	// a night may be begun over several connections
	if night = night && time.Since(f.counted) > 12*time.Hour; night {
		f.counted = time.Now()
	}
	var wanted []uint32
	for _, e := range waiting {
		want, err := s.wants(ctx, s.known(e.UID).header)
		if err != nil {
			return err
		}
		if night {
			e.Attempts++
		}
		switch {
		case want == Wanted:
			wanted = append(wanted, e.UID)
			continue
		case want == Unwanted, e.Attempts >= mostWaits:
			err = s.note(ctx, 0, Entry{UID: e.UID, State: Skipped})
		case night:
			if err := s.note(ctx, 0, e); err != nil {
				return err
			}
			continue
		default:
			continue
		}
		if err != nil {
			return err
		}
		s.forget(e.UID)
	}
	return s.take(ctx, wanted, old, false)
}
