package imappoll

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

const (
	mostDeaths = 2   // then a mail is asked about once an hour
	mostAsked  = 500 // mails in one question
	mostNoes   = 5   // in a row, and nothing but those, are the server's doing
)

// ask asks about mails. One that is ill must not keep what is to be known of the others: a question
// that is refused is put again in halves, and what is refused alone is left out, as is a mail that
// was twice the first without an answer when the connection ended. An answer NO is returned when
// there was no other.
//
// q puts the question and calls heard for each mail that it hears of.
func (s *session) ask(ctx context.Context, uids []uint32,
	q func(some []uint32, heard func(uid uint32)) error) error {
	if len(uids) == 0 {
		return nil
	}
	a := asking{session: s, q: q, last: uids[len(uids)-1]}
	for len(uids) > 0 {
		some := uids[:min(s.pace.asked, len(uids))]
		uids = uids[len(some):]
		if err := a.about(ctx, some); err != nil {
			return err
		}
	}
	s.pace.asked = min(mostAsked, 2*s.pace.asked)
	if a.heard == 0 {
		return a.no
	}
	return nil
}

// asking is one call of ask.
type asking struct {
	*session
	q     func(some []uint32, heard func(uid uint32)) error
	heard int
	noes  int
	last  uint32 // of all that are asked about
	no    error  // the last
}

func (a *asking) about(ctx context.Context, uids []uint32) error {
	uids = slices.DeleteFunc(slices.Clone(uids), a.deadly)
	if len(uids) == 0 {
		return nil
	}
	heard := map[uint32]bool{}
	err := a.q(uids, func(uid uint32) {
		heard[uid] = true
		if a.known(uid).deaths > 0 {
			a.learn(uid).deaths = 0
		}
	})
	a.heard += len(heard)
	uids = slices.DeleteFunc(uids, func(uid uint32) bool { return heard[uid] })
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errThrottle), ctx.Err() != nil, isStoreError(err):
		return err
	case !refused(err):
		a.pace.asked = 1
		if len(uids) > 0 {
			a.blamed = true
			m := a.learn(uids[0])
			m.deaths, m.died = m.deaths+1, time.Now()
		}
		return err
	case len(uids) > 1:
		half := len(uids) / 2
		if err := a.about(ctx, uids[:half]); err != nil {
			return err
		}
		return a.about(ctx, uids[half:])
	}
	a.noes, a.no = a.noes+1, err
	if a.heard > 0 || a.noes != mostNoes {
		return nil
	}
	if last := a.last; last != uids[0] { // all of the first are: is the last?
		a.last = uids[0]
		if err := a.about(ctx, []uint32{last}); err != nil {
			return err
		}
	}
	if a.heard == 0 {
		return err
	}
	return nil
}

// deadly tells a mail that is better not asked about.
func (s *session) deadly(uid uint32) bool {
	m := s.known(uid)
	return m.deaths >= mostDeaths && time.Since(m.died) < time.Hour
}

// sizes asks how large mails are. Where that is not to be had a mail is believed not to be too
// large.
func (s *session) sizes(ctx context.Context, uids []uint32) (map[uint32]int64, error) {
	sizes := map[uint32]int64{}
	err := s.ask(ctx, uids, func(some []uint32, heard func(uint32)) error {
		return s.do(ctx, "ask for sizes", func() error {
			return s.each(set(some), nil, func(m fetched) error {
				heard(m.uid)
				sizes[m.uid] = m.size
				return nil
			})
		})
	})
	if declined(err) {
		err = nil
	}
	return sizes, err
}

// headers asks for a section of the headers of mails.
func (s *session) headers(ctx context.Context, uids []uint32, section *imap.FetchItemBodySection,
	f func(uid uint32, header []byte)) error {
	return s.ask(ctx, uids, func(some []uint32, heard func(uint32)) error {
		return s.readHeaders(ctx, some, section, func(uid uint32, header []byte, _ int64) {
			heard(uid)
			f(uid, header)
		})
	})
}

// mostHeader bounds what is read of a header.
const mostHeader = 256 << 10

// readHeaders asks for headers, or the beginnings of other sections, with one command.
func (s *session) readHeaders(ctx context.Context, uids []uint32,
	section *imap.FetchItemBodySection, f func(uid uint32, header []byte, size int64)) error {
	section.Partial = &imap.SectionPartial{Size: mostHeader}
	return s.do(ctx, "fetch headers", func() error {
		return s.each(set(uids), section, func(m fetched) error {
			if m.text == nil {
				return nil
			}
			if m.text.Size() > mostHeader {
				return s.refuse(m.text)
			}
			header, err := io.ReadAll(m.text)
			if err == nil && int64(len(header)) < m.text.Size() {
				err = io.ErrUnexpectedEOF
			}
			if s.torn = err != nil; !s.torn {
				f(m.uid, header, m.size)
			}
			return err
		})
	})
}
