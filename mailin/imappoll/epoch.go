package imappoll

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// meet begins with a folder that was never seen: what is there already is skipped, or old mail to
// be taken.
func (s *session) meet(ctx context.Context) error {
	all, err := s.search(ctx, imap.SearchCriteria{})
	if err != nil {
		return err
	}
	from, since, awaited := s.beginning()
	next := s.open.next
	open := s.client.Mailbox()
	if open != nil && len(all) > int(open.NumMessages) {
		return fmt.Errorf("the server lists %d mails of the folder's %d", len(all),
			open.NumMessages)
	}
	short := open != nil && len(all) < int(open.NumMessages)
	if short && (next == 0 || since != "now") {
		return fmt.Errorf("the server lists %d of the folder's %d mails", len(all),
			open.NumMessages)
	}
	if !short { // nobody is kept from taking what comes by an UIDNEXT that is not true
		next = 0
		if len(all) > 0 {
			next = all[len(all)-1] + 1
		}
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
	if awaited { // nothing of it is older than we
		next = 0
	}
	s.log.Info("first contact", "folder", s.open.name, "mails", len(all), "skipped", len(skip))
	return s.begin(ctx, next, skip)
}

func (s *session) begin(ctx context.Context, old uint32, known []Entry) error {
	for id := range s.mails {
		if id.Account == s.open.Account && id.Name == s.open.Name {
			delete(s.mails, id)
		}
	}
	return storeError(s.Journal.Begin(ctx, s.open.Folder, old, known))
}

// beginning tells from when on the open folder's mail is taken. Of a folder that was awaited, all
// that came into it is new; whoever gave its name to another folder has not made that one's mail
// new.
func (s *session) beginning() (from time.Time, since string, awaited bool) {
	switch at := s.learned.folder(s.open.name).awaited; {
	case s.open.sent:
		return from, "now", false
	case !at.IsZero() && s.Since == "now":
		// the server's day may not be ours
		return at.UTC().Add(-12 * time.Hour), "the day that it was awaited", true
	}
	return s.since, s.Since, false
}

// meetAgain begins anew with a folder whose server has numbered its mail afresh (RFC 9051 section
// 2.3.1.1). What was skipped before is told by its print and skipped again, each print as often as
// it was there. All else is taken; what had been taken before is found out by its content, when it
// is filed.
func (s *session) meetAgain(ctx context.Context, at Position) error {
	s.log.Warn("the server has numbered the folder's mail afresh; looking through all of it",
		"folder", s.open.name,
		"uidvalidity", s.open.UIDValidity, "before", at.UIDValidity, "uidnext", s.open.next, "seen",
		at.Cursor)
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
		bare := slices.DeleteFunc(slices.Clone(all), func(uid uint32) bool {
			return found[uid] != nil || s.known(uid).deaths == 0 || s.hopeless(uid)
		})
		if len(bare) > 0 {
			return errors.New("the server has numbered the folder's mail afresh and ends the " +
				"connection when it is asked what it is: old mail can't be told from new")
		}
		for _, uid := range all {
			p := found[uid]
			if left[string(p)]--; p != nil && left[string(p)] >= 0 {
				skip = append(skip, Entry{UID: uid, State: Skipped, Print: p})
			}
		}
		if at.UIDValidity == s.open.UIDValidity && len(skip) == 0 && len(known) >= 3 &&
			len(all) >= 3 {
			if any, err := s.anyOf(ctx, found); err != nil || !any &&
				s.learned.folder(s.open.name).stranger() {
				return cmp.Or(err, errStrange)
			}
		}
	}
	var old uint32
	// old mail was still being taken
	if _, since, _ := s.beginning(); since != "now" && at.Cursor+1 < at.Old {
		old = s.open.next
	}
	return s.begin(ctx, old, skip)
}

// stranger tells a folder that seems to be another mailbox's, for a day: it may have been set back
// when all that was known of it had gone.
func (f *aboutFolder) stranger() bool {
	if f.since.IsZero() {
		f.since = time.Now()
	}
	return time.Since(f.since) < 24*time.Hour
}

// anyOf reports whether one of the mails is known in this epoch.
func (s *session) anyOf(ctx context.Context, found map[uint32][]byte) (bool, error) {
	entries, err := s.Journal.Entries(ctx, s.open.Folder, 0)
	if err != nil {
		return false, storeError(err)
	}
	here := map[string]bool{}
	for _, p := range found {
		here[string(p)] = true
	}
	return slices.ContainsFunc(entries, func(e Entry) bool {
		return len(e.Print) > 0 &&
			here[string(e.Print)]
	}), nil
}

// rewound tells a server that gives out UIDs once more, as after its disk was set back to an older
// state, though it says that they are the same (RFC 9051 section 2.3.1.1 forbids it). One whose
// UIDNEXT is never right is believed once a day.
func (s *session) rewound(at Position) bool {
	return s.open.next != 0 && s.open.next <= at.Cursor && time.Since(at.SetBack) > 24*time.Hour
}

// renumbered begins anew with a folder that has another UIDVALIDITY. Where that comes again and
// again mail would be taken for ever.
func (s *session) renumbered(ctx context.Context, at Position) error {
	f := s.learned.folder(s.open.name)
	f.epochs = slices.DeleteFunc(f.epochs,
		func(t time.Time) bool { return time.Since(t) > 24*time.Hour })
	if len(f.epochs) >= 3 {
		return errors.New("the server numbers the folder's mail afresh again and again " +
			"(UIDVALIDITY), so it can't be told apart: use another server or folder")
	}
	err := s.meetAgain(ctx, at)
	if err == nil {
		f.epochs = append(f.epochs, time.Now())
	}
	return err
}
