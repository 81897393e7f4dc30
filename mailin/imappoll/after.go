package imappoll

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// after does what is owed on the server to mail that is in the journal: to these UIDs and to no
// others.
func (s *session) after(ctx context.Context) error {
	if s.open.sent {
		return nil // not even what is owed from a time when it was not
	}
	owed, err := s.Journal.Owed(ctx, s.open.Folder)
	if err != nil {
		return storeError(err)
	}
	owed = slices.DeleteFunc(owed, func(e Entry) bool {
		if m := s.known(e.UID); m.moving >= mostDeaths && time.Since(m.moved) < time.Hour {
			err = fmt.Errorf(
				"the connection ends when the mail with UID %d is to be removed: it stays", e.UID)
			return true
		}
		if e.State == Failed || e.State == Waiting {
			return true
		}
		unfiled := s.Apart != "" && s.After == Move && !e.Settled // where it goes is not known yet
		s.unfiled = s.unfiled || unfiled
		return unfiled
	})
	for len(owed) > 0 {
		some := owed[:min(s.pace.moved, len(owed))]
		owed = owed[len(some):]
		settled := s.settle(ctx, some)
		if settled == nil {
			s.pace.moved = min(mostMails, 2*s.pace.moved)
			continue
		}
		err = fmt.Errorf("%s mail that is in the journal: %w", s.After, settled)
		if declined(err) {
			continue
		}
		if ctx.Err() == nil && !isStoreError(err) && !errors.Is(err, errThrottle) {
			s.blamed, s.pace.moved = true, max(1, len(some)/4)
			if len(some) == 1 {
				m := s.learn(some[0].UID)
				m.moving, m.moved = m.moving+1, time.Now()
			}
		}
		return err
	}
	if kept := s.learned.folder(s.open.name).kept; err == nil && kept > 0 {
		err = fmt.Errorf("the server says that it has removed %d mails, and keeps them: has the "+
			"user the right to remove mail?", kept)
	}
	return err
}

// settle deals with some of it. What another client has removed meanwhile is done with.
func (s *session) settle(ctx context.Context, owed []Entry) error {
	there, err := s.search(ctx, imap.SearchCriteria{UID: []imap.UIDSet{set(uidsOf(owed))}})
	if err != nil {
		return err
	}
	var gone, here []Entry
	for _, e := range owed {
		if _, found := slices.BinarySearch(there, e.UID); found {
			here = append(here, e)
		} else {
			gone = append(gone, e)
		}
	}
	if err := s.done(ctx, gone); err != nil {
		return err
	}
	switch {
	case len(here) == 0:
		return nil
	case s.After == Leave:
		return s.done(ctx, here)
	case s.After == Flag || !s.canMove():
		return s.flag(ctx, here)
	case s.After == Delete:
		err = s.remove(ctx, here)
	default:
		err = s.moveAll(ctx, here)
	}
	if err != nil && !declined(err) {
		return err
	}
	return errors.Join(err, s.confirm(ctx, here))
}

// confirm looks whether mail that the server says it has removed is gone. Without the right to,
// some say OK and do nothing (RFC 4314 section 4): such mail is not tried again, or it would be
// copied for ever.
func (s *session) confirm(ctx context.Context, list []Entry) error {
	there, err := s.search(ctx, imap.SearchCriteria{UID: []imap.UIDSet{set(uidsOf(list))}})
	f := s.learned.folder(s.open.name)
	if err == nil && len(there) == 0 {
		f.kept = 0 // it has removed all
	}
	if err != nil || len(there) == 0 {
		return err
	}
	owed, err := s.Journal.Owed(ctx, s.open.Folder)
	if err != nil {
		return storeError(err)
	}
	var kept []Entry
	for _, uid := range without(there, owed) {
		if slices.ContainsFunc(list, func(e Entry) bool { return e.UID == uid }) {
			kept = append(kept, Entry{UID: uid, State: Done, Error: "the server keeps it"})
		}
	}
	if f.kept += len(kept); len(kept) == 0 {
		f.kept = 0 // it has removed others
	}
	return s.note(context.WithoutCancel(ctx), 0, kept...)
}

func uidsOf(list []Entry) (uids []uint32) {
	for _, e := range list {
		uids = append(uids, e.UID)
	}
	return uids
}

func (s *session) done(ctx context.Context, list []Entry) error {
	for _, e := range list {
		s.forget(e.UID)
	}
	return s.noteAll(ctx, list, Done)
}

func (s *session) noteAll(ctx context.Context, list []Entry, state State) error {
	noted := make([]Entry, len(list))
	for i, e := range list {
		noted[i] = Entry{UID: e.UID, State: state}
	}
	return s.note(context.WithoutCancel(ctx), 0, noted...)
}

// canMove reports whether one mail can be taken out of the folder without touching others: by MOVE
// (RFC 6851), or by UID EXPUNGE (RFC 4315). A plain EXPUNGE would remove whatever another client
// has marked.
func (s *session) canMove() bool { return s.expunges() || s.hasMove() && s.After == Move }

func (s *session) expunges() bool {
	return s.caps.Has(imap.CapUIDPlus) || s.caps.Has(imap.CapIMAP4rev2)
}

func (s *session) hasMove() bool {
	return s.caps.Has(imap.CapMove) ||
		s.caps.Has(imap.CapIMAP4rev2)
}

// moveAll moves each mail to the folder for its outcome.
func (s *session) moveAll(ctx context.Context, list []Entry) error {
	var apart, processed []Entry
	for _, e := range list {
		if e.Apart && s.Apart != "" {
			apart = append(apart, e)
		} else {
			processed = append(processed, e)
		}
	}
	return errors.Join(s.moveTo(ctx, s.MovedTo, processed), s.moveTo(ctx, s.Apart, apart))
}

func (s *session) moveTo(ctx context.Context, folder string, list []Entry) error {
	if len(list) == 0 {
		return nil
	}
	target, err := s.target(ctx, folder)
	if err != nil {
		return err
	}
	// QUIRK: go-imap's Move would send COPY, STORE and EXPUNGE without waiting for the answers:
	// what was not copied would be destroyed. Each is waited for here, and a mail that was copied
	// is not copied again.
	copied, fresh := []Entry(nil), list
	if s.expunges() {
		copied, fresh = nil, nil
		for _, e := range list {
			if e.State == Copied {
				copied = append(copied, e)
			} else {
				fresh = append(fresh, e)
			}
		}
	}
	if s.hasMove() {
		err = piecewise(fresh, func(some []Entry) error {
			err := s.do(ctx, "move to "+target,
				func() error {
					_, err := s.client.Move(set(uidsOf(some)),
						target).Wait()
					return err
				})
			if err != nil {
				return s.missing(target, s.busy(ctx, err))
			}
			return s.done(ctx, some)
		})
	} else {
		err = piecewise(fresh, func(some []Entry) error {
			err := s.do(ctx, "copy to "+target,
				func() error {
					_, err := s.client.Copy(set(uidsOf(some)),
						target).Wait()
					return err
				})
			if err != nil {
				return s.missing(target, s.busy(ctx, err))
			}
			copied = append(copied, some...)
			return s.noteAll(ctx, some, Copied)
		})
	}
	if err != nil && !declined(err) {
		return err
	}
	return errors.Join(err, s.remove(ctx, copied))
}

// piecewise does something with mails; what the server refuses to do with all, it is asked to do
// with each, so that one does not hold up the others.
func piecewise(list []Entry, do func(some []Entry) error) error {
	if len(list) == 0 {
		return nil
	}
	err := do(list)
	var e *imap.Error
	if len(list) == 1 || !errors.As(err, &e) || !declined(err) || ofFolder(e) ||
		e.Code == imap.ResponseCodeTryCreate || e.Code == imap.ResponseCodeNonExistent ||
		e.Code == imap.ResponseCodeOverQuota {
		return err
	}
	well, refusals := 0, 0
	for _, i := range rand.Perm(len(list)) { // not always those that are refused first
		one := list[i]
		switch alone := do(list[i : i+1]); {
		case alone == nil:
			well++
		case !refused(alone):
			return alone
		default:
			refusals, err = refusals+1, fmt.Errorf("mail with UID %d: %w", one.UID, alone)
		}
		if well == 0 && refusals >= mostNoes {
			return err
		}
	}
	if refusals == 0 {
		return nil
	}
	return err
}

// missing has the target folder made again, should somebody have removed it.
func (s *session) missing(target string, err error) error {
	var e *imap.Error
	if errors.As(err, &e) && (e.Code == imap.ResponseCodeTryCreate ||
		e.Code == imap.ResponseCodeNonExistent) {
		delete(s.ready, target)
		s.names.all = slices.DeleteFunc(s.names.all,
			func(name string) bool { return name == target })
	}
	return err
}

// remove expunges exactly these mails.
func (s *session) remove(ctx context.Context, list []Entry) error {
	return piecewise(list, func(some []Entry) error {
		uids := set(uidsOf(some))
		if err := s.store(ctx, uids, imap.FlagDeleted); err != nil {
			return err
		}
		if err := s.do(ctx, "expunge",
			func() error { return s.client.UIDExpunge(uids).Close() }); err != nil {
			return err
		}
		return s.done(ctx, some)
	})
}

// flag marks mail as taken and leaves it where it is.
func (s *session) flag(ctx context.Context, list []Entry) error {
	if s.open.keywords {
		if err := s.store(ctx, set(uidsOf(list)), imap.Flag(s.Keyword)); err != nil &&
			!refused(err) {
			return err
		}
	}
	return s.done(ctx, list)
}

func (s *session) store(ctx context.Context, uids imap.UIDSet, flag imap.Flag) error {
	return s.do(ctx, "set "+string(flag), func() error {
		return s.client.Store(uids, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true,
			Flags: []imap.Flag{flag}}, nil).Close()
	})
}
