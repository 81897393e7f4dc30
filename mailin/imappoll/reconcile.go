package imappoll

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// tally counts what a reconciliation found, folder by folder.
type tally struct{ lines []string }

// reconcile compares the folder with the journal, UID by UID: what the journal lacks is taken, what
// should have been moved and was not is moved.
//
// A UID that was dealt with and is on the server all the same may be another mail by now: it is
// taken again, and its content tells whether it has been filed before. others are the prints of
// UIDs that surely are.
func (s *session) reconcile(ctx context.Context, others map[uint32][]byte, how look,
	total *tally) error {
	server, err := s.search(ctx, imap.SearchCriteria{})
	if err != nil {
		return err
	}
	entries, err := s.Journal.Entries(ctx, s.open.Folder, 0)
	if err != nil {
		return storeError(err)
	}
	at, _, err := s.Journal.Position(ctx, s.Name, s.open.name)
	if err != nil {
		return storeError(err)
	}
	on := make(map[uint32]bool, len(server))
	for _, uid := range server {
		on[uid] = true
	}
	missing, err := s.passOver(ctx, without(slices.Clone(server), entries), at.Old)
	if err != nil {
		return err
	}
	open := s.client.Mailbox()
	count, behind, noted := s.compare(on, entries, open != nil &&
		len(server) >= int(open.NumMessages))
	for uid := range others {
		behind = append(behind, uid)
	}
	list := slices.Concat(missing, behind)
	slices.Sort(list)
	if err := s.take(ctx, slices.Compact(list), at.Old, false); err != nil {
		return err
	}
	if err := s.note(ctx, 0, noted...); err != nil {
		return err
	}
	if err := s.reprint(ctx, others); err != nil {
		return err
	}
	if how.aside > 0 {
		if err := s.asideAgain(ctx, on, entries, at.Old, how.aside); err != nil {
			return err
		}
	}
	total.lines = append(total.lines,
		fmt.Sprintf("%s: %d on the server, %d taken, %d not ours, %d set aside, %d were missing, "+
			"%d left behind, %d gone unread",
			s.open.name, len(server), count[Done]+count[Taken]+count[Copied]+len(missing),
			count[Skipped], count[Aside], len(missing), len(behind), count[Vanished]))
	return nil
}

// compare counts the entries of mail that is on the server, and says what was left behind there and
// which entries must change. listed says that the server has listed all of it.
func (s *session) compare(on map[uint32]bool, entries []Entry, listed bool) (count map[State]int,
	behind []uint32, noted []Entry) {
	count = map[State]int{}
	for _, e := range entries {
		switch {
		case !on[e.UID] && (e.State == Failed || e.State == Waiting):
			s.forget(e.UID)
			noted = append(noted, Entry{UID: e.UID, State: Vanished, Error: e.Error})
			count[Vanished]++
		case !on[e.UID] && e.State == Skipped && len(e.Print) > 0 && listed:
			// the print tells nothing any more
			noted = append(noted, Entry{UID: e.UID, State: Skipped, Print: []byte{}})
		case !on[e.UID] && e.State == Vanished:
			count[Vanished]++
		case !on[e.UID]:
		case e.State == Done && e.Error == "" && !s.open.sent && s.canMove() &&
			(s.After == Move || s.After == Delete):
			behind = append(behind, e.UID)
		case e.State == Vanished && s.open.sent: // and is back: it was hidden for a while
			noted = append(noted, Entry{UID: e.UID, State: Waiting})
		case e.State == Vanished:
			noted = append(noted, Entry{UID: e.UID, State: Failed, Error: e.Error})
		default:
			count[e.State]++
		}
	}
	return count, behind, noted
}

// asideAgain tries what was set aside once more, each mail only after a pause: one of them may end
// the connection.
func (s *session) asideAgain(ctx context.Context, on map[uint32]bool, entries []Entry, old uint32,
	pause time.Duration) error {
	for _, e := range entries {
		if e.State != Aside || !on[e.UID] || time.Since(s.known(e.UID).tried) < pause {
			continue
		}
		s.learn(e.UID).tried = time.Now()
		sizes, err := s.sizes(ctx, []uint32{e.UID})
		if err != nil {
			return err
		}
		if sizes[e.UID] > s.MaxSize {
			continue
		}
		got, err := s.fetch(ctx, []uint32{e.UID})
		b := got[e.UID]
		if err == nil && b != nil && b.whole {
			err = s.journal(ctx, 0, []Mail{s.mail(e.UID, b, old)})
		} else if refused(err) {
			err = nil
		}
		got.close()
		if err != nil {
			return err
		}
	}
	return nil
}

// reconciled notes that every folder was compared.
func (s *session) reconciled(total tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Reconciled, s.status.Report = time.Now(), strings.Join(total.lines, "; ")
	s.log.Info("reconciled", "report", s.status.Report)
}
