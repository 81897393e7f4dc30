package imappoll

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// meet begins with a folder that was never seen: what is there already is skipped, or old mail to be taken.
func (s *session) meet(ctx context.Context) error {
	all, err := s.search(ctx, imap.SearchCriteria{})
	if err != nil {
		return err
	}
	next := s.open.next
	if next == 0 && len(all) > 0 {
		next = all[len(all)-1] + 1
	}
	var take []uint32
	switch {
	case s.Since == "all" && !s.open.sent:
		take = all
	case s.Since != "now" && !s.open.sent:
		if take, err = s.search(ctx, imap.SearchCriteria{Since: s.since}); err != nil {
			return err
		}
	}
	var skip []Entry
	for _, uid := range all {
		if _, found := slices.BinarySearch(take, uid); !found && uid < next {
			skip = append(skip, Entry{UID: uid, State: Skipped})
		}
	}
	s.log.Info("first contact", "folder", s.open.name, "mails", len(all), "skipped", len(skip))
	if err := s.Journal.Begin(ctx, s.open.Folder, next, skip); err != nil {
		return storeError(err)
	}
	return s.print(ctx)
}

// meetAgain begins anew with a folder whose server has numbered its mail afresh (RFC 9051 section 2.3.1.1). What was
// skipped before is told by its print and skipped again, each print as often as it was there. All else is taken; what
// had been taken before is found out by its content, when it is filed.
func (s *session) meetAgain(ctx context.Context, at Position) error {
	s.log.Warn("the server has numbered the folder's mail afresh; looking through all of it", "folder", s.open.name,
		"uidvalidity", s.open.UIDValidity, "before", at.UIDValidity)
	prints, err := s.Journal.Prints(ctx, s.open.Folder)
	if err != nil {
		return storeError(err)
	}
	var skip []Entry
	if len(prints) > 0 {
		all, err := s.search(ctx, imap.SearchCriteria{})
		if err != nil {
			return err
		}
		left := map[string]int{}
		for _, p := range prints {
			left[string(p)]++
		}
		err = s.prints(ctx, all, func(uid uint32, p []byte) error {
			if left[string(p)]--; left[string(p)] >= 0 {
				skip = append(skip, Entry{UID: uid, State: Skipped, Print: p})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	var old uint32
	if at.Cursor+1 < at.Old { // old mail was still being taken
		old = s.open.next
	}
	return storeError(s.Journal.Begin(ctx, s.open.Folder, old, skip))
}

// print notes the prints of skipped mail that has none yet.
func (s *session) print(ctx context.Context) error {
	entries, err := s.Journal.Entries(ctx, s.open.Folder, 0)
	if err != nil {
		return storeError(err)
	}
	var uids []uint32
	for _, e := range entries {
		if e.State == Skipped && e.Print == nil {
			uids = append(uids, e.UID)
		}
	}
	for len(uids) > 0 {
		some := uids[:min(sizeBlock, len(uids))]
		uids = uids[len(some):]
		found := map[uint32][]byte{}
		if err := s.prints(ctx, some, func(uid uint32, p []byte) error { found[uid] = p; return nil }); err != nil {
			return err
		}
		var noted []Entry
		for _, uid := range some {
			p := found[uid]
			if p == nil {
				p = []byte{} // gone meanwhile: needs none
			}
			noted = append(noted, Entry{UID: uid, State: Skipped, Print: p})
		}
		if err := s.note(ctx, 0, noted...); err != nil {
			return err
		}
	}
	return nil
}

// prints asks for what tells mails apart however a server numbers them and whatever it adds to their headers.
func (s *session) prints(ctx context.Context, uids []uint32, f func(uid uint32, print []byte) error) error {
	for len(uids) > 0 {
		some := uids[:min(sizeBlock, len(uids))]
		uids = uids[len(some):]
		found := map[uint32][]byte{}
		section := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true,
			HeaderFields: []string{"Message-ID", "Date", "From", "Subject"}}
		err := s.headers(ctx, some, section, func(uid uint32, h []byte, _ int64) {
			sum := sha256.Sum256(bytes.Join(bytes.Fields(h), []byte(" ")))
			found[uid] = sum[:16]
		})
		if err != nil {
			return err
		}
		for _, uid := range some { // in order, whatever order the answers had
			if p := found[uid]; p != nil {
				if err := f(uid, p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
