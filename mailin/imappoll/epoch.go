package imappoll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// meet begins with a folder that was never seen: what is there already is skipped, or old mail to be taken.
func (s *session) meet(ctx context.Context) error {
	all, err := s.search(ctx, imap.SearchCriteria{})
	if err != nil {
		return err
	}
	from, since := s.beginning()
	next := s.open.next
	if open := s.client.Mailbox(); open != nil && len(all) < int(open.NumMessages) && (next == 0 || since != "now") {
		return fmt.Errorf("the server lists %d of the folder's %d mails", len(all), open.NumMessages)
	}
	if next == 0 && len(all) > 0 {
		next = all[len(all)-1] + 1
	}
	var take []uint32
	switch since {
	case "now":
	case "all":
		take = all
	default:
		if take, err = s.search(ctx, imap.SearchCriteria{Since: from}); err != nil {
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
	return storeError(s.Journal.Begin(ctx, s.open.Folder, next, skip))
}

// beginning tells from when on the open folder's mail is taken. Of a folder that was awaited, all that came into it is new;
// whoever gave its name to another folder has not made that one's mail new.
func (s *session) beginning() (from time.Time, since string) {
	switch awaited := s.learned.folder(s.open.name).awaited; {
	case s.open.sent:
		return from, "now"
	case !awaited.IsZero() && s.Since == "now":
		return awaited.UTC().Add(-12 * time.Hour), "the day that it was awaited" // the server's day may not be ours
	}
	return s.since, s.Since
}

// meetAgain begins anew with a folder whose server has numbered its mail afresh (RFC 9051 section 2.3.1.1). What was
// skipped before is told by its print and skipped again, each print as often as it was there. All else is taken; what
// had been taken before is found out by its content, when it is filed.
func (s *session) meetAgain(ctx context.Context, at Position) error {
	s.log.Warn("the server has numbered the folder's mail afresh; looking through all of it", "folder", s.open.name,
		"uidvalidity", s.open.UIDValidity, "before", at.UIDValidity, "uidnext", s.open.next, "seen", at.Cursor)
	known, err := s.Journal.Prints(ctx, s.open.Folder)
	if err != nil {
		return storeError(err)
	}
	var skip []Entry
	if len(known) > 0 {
		all, err := s.search(ctx, imap.SearchCriteria{})
		if err != nil {
			return err
		}
		left := map[string]int{}
		for _, p := range known {
			left[string(p)]++
		}
		found, err := s.prints(ctx, all)
		if err != nil {
			return err
		}
		for _, uid := range all {
			p := found[uid]
			if left[string(p)]--; p != nil && left[string(p)] >= 0 {
				skip = append(skip, Entry{UID: uid, State: Skipped, Print: p})
			}
		}
		if at.UIDValidity == s.open.UIDValidity && len(skip) == 0 && len(known) >= 3 && len(all) >= 3 {
			s.learned.folder(s.open.name).setBack, s.open = false, selected{}
			return errStrange
		}
	}
	var old uint32
	if _, since := s.beginning(); since != "now" && at.Cursor+1 < at.Old { // old mail was still being taken
		old = s.open.next
	}
	return storeError(s.Journal.Begin(ctx, s.open.Folder, old, skip))
}

// rewound tells a server that gives out UIDs once more, as after its disk was set back to an older state, though it
// says that they are the same (RFC 9051 section 2.3.1.1 forbids it). One whose UIDNEXT is never right is believed once.
func (s *session) rewound(at Position) bool {
	f := s.learned.folder(s.open.name)
	before := f.setBack
	f.setBack = s.open.next != 0 && s.open.next <= at.Cursor
	return f.setBack && !before
}

// print notes the prints of skipped mail that has none yet.
func (s *session) print(ctx context.Context) error {
	at, _, err := s.Journal.Position(ctx, s.Name, s.open.name)
	if err != nil || at.Prints {
		return storeError(err)
	}
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
		some := uids[:min(mostAsked, len(uids))]
		uids = uids[len(some):]
		found, err := s.prints(ctx, some)
		if refused(err) && !errors.Is(err, errThrottle) {
			s.log.Warn("what was there at first contact can't be noted; trying again", "folder", s.open.name, "error", err)
			return nil
		}
		if err != nil {
			return err
		}
		var noted []Entry
		for _, uid := range some {
			p := found[uid]
			if p == nil {
				p = []byte{} // gone meanwhile, or not to be had: needs none
			}
			noted = append(noted, Entry{UID: uid, State: Skipped, Print: p})
		}
		if err := s.note(ctx, 0, noted...); err != nil {
			return err
		}
	}
	return nil
}
