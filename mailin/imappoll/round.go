package imappoll

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// look is how thoroughly folders are looked at.
type look struct {
	full  bool // compared with the journal, UID by UID
	night bool // as it is done each night
	// aside: what was set aside is tried again, unless it was within so long; 0: it is not
	aside time.Duration
}

func (s *session) how(order Order) look {
	night := s.nightDue()
	switch {
	case order == ReconcileAside:
		return look{true, night, 10 * time.Minute}
	case night && order == NoOrder:
		return look{true, night, 11 * time.Hour}
	}
	return look{order == ReconcileNow || night, night, 0}
}

// round looks at every folder; what is wrong with one does not keep it from the others. In the end
// the first is open.
func (s *session) round(ctx context.Context, order Order) error {
	how := s.how(order)
	var errs []error
	var total tally
	wrong := func(f folder, err error) error {
		err = fmt.Errorf("folder %s: %w", f.name, err)
		errs = append(errs, err)
		total.lines = append(total.lines, joined(err))
		return errors.Join(errs...)
	}
	well, firstWell := 0, false
	for _, f := range s.byTrouble() {
		trouble := &s.learned.folder(f.name).trouble
		if time.Now().Before(trouble.until) {
			wrong(f, fmt.Errorf("left alone until %s, for the connection ends there: %s",
				trouble.until.Format(time.TimeOnly), trouble.why))
			continue
		}
		err := s.visit(ctx, f, how, &total)
		if err != nil {
			err = wrong(f, err)
		} else if f == s.folders[0] {
			firstWell = true
		}
		switch {
		case ctx.Err() != nil, isStoreError(err):
			return err
		case err != nil && lost(err, s):
			s.endedIn(f, err, well > 0)
			return err
		}
		trouble.ends = 0
		well++
	}
	// also with a folder in trouble: the others shall not be gone through in each round until it is
	// well
	if how.full {
		s.reconciled(total)
	}
	first := s.folders[0]
	if len(s.folders) == 1 || s.open.name == first.name ||
		time.Now().Before(s.learned.folder(first.name).until) {
		return errors.Join(errs...)
	}
	if err := s.visit(ctx, first, look{}, &total); err != nil && (firstWell || lost(err, s)) {
		return wrong(first, err)
	}
	return errors.Join(errs...)
}

// byTrouble is the order in which folders are visited: sent mail last, for it answers what is in
// the others; but behind all a folder in which the connection has ended, so that it does not keep
// us from these.
func (s *session) byTrouble() []folder {
	list := slices.Clone(s.folders)
	slices.SortStableFunc(list, func(a, b folder) int {
		return cmp.Compare(s.learned.folder(a.name).ends, s.learned.folder(b.name).ends)
	})
	return list
}

// endedIn notes that the connection ended in a folder. Where that comes again though other folders
// are well, and no mail is to blame, it is left alone for a while.
func (s *session) endedIn(f folder, why error, othersWell bool) {
	t := s.learned.folder(f.name)
	t.ends, t.why = t.ends+1, joined(why)
	if t.ends > 1 && othersWell && !s.blamed {
		t.until = time.Now().Add(5 * time.Minute)
	}
}

func isStoreError(err error) bool {
	var e errStore
	return errors.As(err, &e)
}

// first looks at the first folder, which has news.
func (s *session) first(ctx context.Context) error {
	if s.open.name == "" {
		return nil // it could not be opened
	}
	err := s.look(ctx, func() error { return s.after(ctx) }, func() error { return s.print(ctx) })
	if err != nil {
		return fmt.Errorf("folder %s: %w", s.open.name, err)
	}
	return nil
}

// run takes steps in the open folder. One that is refused does not keep us from the next.
func (s *session) run(ctx context.Context, steps ...func() error) (err error) {
	for _, step := range steps {
		err = errors.Join(err, step())
		if err != nil && (ctx.Err() != nil || lost(err, s) || isStoreError(err)) {
			return err
		}
	}
	return errors.Join(err, s.none())
}

// look takes what is new in the open folder, and then the steps. It notes that mail could be taken,
// whatever becomes of these.
func (s *session) look(ctx context.Context, steps ...func() error) error {
	scanned := false
	scan := func() error { err := s.scan(ctx); scanned = err == nil; return err }
	err := s.run(ctx, append([]func() error{scan}, steps...)...)
	if scanned && !s.outage {
		s.works()
	}
	return err
}

// visit opens a folder, takes what is new and does what is owed.
func (s *session) visit(ctx context.Context, f folder, how look, total *tally) error {
	var others map[uint32][]byte
	seen := s.learned.folder(f.name)
	s.unprinted = nil
	err := s.enter(ctx, f)
	if err == nil && (how.full || !seen.recognised) {
		others, err = s.recognise(ctx)
		seen.strange, seen.recognised = false, err == nil
	}
	if seen.strange = seen.strange || errors.Is(err, errStrange); err == nil && seen.strange {
		err = errStrange
	}
	if err != nil {
		s.open = selected{}
		return err
	}
	var steps []func() error
	if how.full {
		steps = append(steps, func() error { return s.reconcile(ctx, others, how, total) })
	}
	return s.look(ctx, append(steps,
		func() error { return s.again(ctx, how.night) },
		func() error { return s.after(ctx) },
		func() error { return s.print(ctx) })...)
}

// enter selects a folder and, on first contact or when its UIDs have lost their meaning, begins its
// epoch.
func (s *session) enter(ctx context.Context, f folder) error {
	name, there := s.names.real(f.name)
	select {
	case <-s.wake: // of the folder before
	default:
	}
	var data *imap.SelectData
	err := s.do(ctx, "open", func() (err error) {
		data,
			err = s.client.Select(name, nil).Wait()
		return err
	})
	s.open, s.noes, s.good, s.outage = selected{}, nil, 0, false
	if err != nil {
		if seen := s.learned.folder(f.name); refused(err) && !there && seen.awaited.IsZero() &&
			len(s.names.all) > 0 {
			seen.awaited = time.Now()
		}
		if f == s.folders[0] {
			return err
		}
		return s.busy(ctx, err)
	}
	if data.UIDValidity == 0 {
		return errors.New("the server gives no UIDVALIDITY, so mail can't be told apart: use " +
			"another server or folder")
	}
	flags := data.PermanentFlags
	s.open = selected{folder: f, Folder: Folder{s.Name, f.name, data.UIDValidity},
		next: uint32(data.UIDNext),
		keywords: slices.Contains(flags, imap.FlagWildcard) ||
			slices.Contains(flags, imap.Flag(s.Keyword))}
	at, known, err := s.Journal.Position(ctx, s.Name, f.name)
	switch {
	case err != nil:
		return storeError(err)
	case !known:
		return s.meet(ctx)
	case at.UIDValidity != data.UIDValidity:
		return s.renumbered(ctx, at)
	case s.rewound(at):
		return s.meetAgain(ctx, at)
	}
	return nil
}

// search lists UIDs, in order.
func (s *session) search(ctx context.Context, c imap.SearchCriteria) (list []uint32, err error) {
	err = s.do(ctx, "list UIDs", func() error {
		found, err := s.client.UIDSearch(&c, nil).Wait()
		if err != nil {
			return err
		}
		list, err = s.listed(found)
		return err
	})
	slices.Sort(list)
	return slices.Compact(list), err
}

// listed spells out the UIDs of an answer: a few octets can claim four thousand million of them,
// and go-imap would list them all. A folder may grow while the answer is on its way.
func (s *session) listed(found *imap.SearchData) (list []uint32, err error) {
	all, _ := found.All.(imap.UIDSet)
	most := uint64(10_000)
	if open := s.client.Mailbox(); open != nil {
		most += 2 * uint64(open.NumMessages)
	}
	for _, r := range all {
		if r.Start == 0 || r.Stop < r.Start || r.Stop == math.MaxUint32 ||
			uint64(len(list))+uint64(r.Stop-r.Start) >= most {
			return nil, fmt.Errorf("the server lists UIDs that can't be: %s", all)
		}
		for uid := uint64(r.Start); uid <= uint64(r.Stop); uid++ {
			list = append(list, uint32(uid))
		}
	}
	return list, nil
}

// above is the criteria for UIDs past one. "n:*" always holds the last mail, however low its UID
// (RFC 9051 section 6.4.4).
func above(uid uint32) imap.SearchCriteria {
	return imap.SearchCriteria{UID: []imap.UIDSet{{imap.UIDRange{Start: imap.UID(uid + 1)}}}}
}

// scan takes what is past the cursor.
func (s *session) scan(ctx context.Context) error {
	for range mostPasses {
		at, met, err := s.Journal.Position(ctx, s.Name, s.open.name)
		if err == nil && (!met || at.UIDValidity != s.open.UIDValidity) {
			// what is past the cursor of another epoch would be old mail taken for new
			err = errors.New("a folder that was not met is looked through")
		}
		if err != nil {
			return storeError(err)
		}
		list, err := s.search(ctx, above(at.Cursor))
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(uid uint32) bool { return uid <= at.Cursor })
		known, err := s.Journal.Entries(ctx, s.open.Folder, at.Cursor)
		if err != nil {
			return storeError(err)
		}
		if len(list) == 0 {
			return nil
		}
		last := seen(list, known)
		if list, err = s.passOver(ctx, without(list, known), at.Old); err != nil {
			return err
		}
		if len(list) == 0 {
			return s.note(ctx, last) // so that it is not all looked through again
		}
		if err := s.take(ctx, list, at.Old, true); err != nil {
			return err
		}
	}
	return nil
}

// mostPasses bounds how long one folder is scanned while more comes in, before others have their
// turn.
const mostPasses = 20

// seen is the highest UID of mail that was there for sure, 0 for none: a server that lists a mail
// which can't be had must not move the cursor past those that will come.
func seen(list []uint32, known []Entry) (last uint32) {
	for _, e := range known {
		if _, listed := slices.BinarySearch(list, e.UID); listed && e.State != Vanished &&
			e.State != Failed && e.State != Aside {
			last = e.UID
		}
	}
	return last
}

// passOver skips what was there at first contact and is not to be taken, though the server did not
// list it then.
func (s *session) passOver(ctx context.Context, list []uint32, old uint32) (rest []uint32,
	err error) {
	if _, since, _ := s.beginning(); since != "now" {
		return list, nil
	}
	n, _ := slices.BinarySearch(list, old)
	skip := make([]Entry, n)
	for i, uid := range list[:n] {
		skip[i] = Entry{UID: uid, State: Skipped}
	}
	return list[n:], s.note(ctx, 0, skip...)
}

// without leaves out the UIDs that have an entry.
func without(list []uint32, known []Entry) []uint32 {
	have := make(map[uint32]bool, len(known))
	for _, e := range known {
		have[e.UID] = true
	}
	return slices.DeleteFunc(list, func(uid uint32) bool { return have[uid] })
}

// again tries once more what could not be read, each alone, and asks again for whom sent mail is
// that waits. With night one more has gone by.
func (s *session) again(ctx context.Context, night bool) error {
	owed, err := s.Journal.Owed(ctx, s.open.Folder)
	if err != nil {
		return storeError(err)
	}
	at, _, err := s.Journal.Position(ctx, s.Name, s.open.name)
	if err != nil {
		return storeError(err)
	}
	waiting := slices.DeleteFunc(slices.Clone(owed),
		func(e Entry) bool { return e.State != Waiting })
	owed = slices.DeleteFunc(owed, func(e Entry) bool { return e.State != Failed })
	return s.run(ctx, func() error {
		for _, i := range rand.Perm(len(owed)) { // not always those that are refused first
			if err := s.retry(ctx, owed[i], at.Old); err != nil {
				return err
			}
		}
		return nil
	}, func() error { return s.wantedNow(ctx, waiting, night, at.Old) })
}

// nightDue reports whether the night's reconciliation is due.
func (s *session) nightDue() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status.Reconciled.IsZero() || !time.Now().Before(s.nightly.Next(s.status.Reconciled))
}
