package imappoll

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// A print tells mails apart however a server numbers them and whatever it adds to their headers: it
// is made of the fields that their senders have written. Only the server's own answers are
// compared: servers differ in what they take for a field.
var printed = []string{"Message-ID", "Date", "From", "Subject"}

// printOf makes a print, whatever the order and the case in which the server gives the fields; nil
// of none.
func printOf(header []byte) []byte {
	var fields []string
	for line := range bytes.Lines(header) {
		text := strings.Join(strings.Fields(string(line)), " ")
		switch name, rest, ok := strings.Cut(text, ":"); {
		case text == "":
		case (line[0] == ' ' || line[0] == '\t') && len(fields) > 0:
			fields[len(fields)-1] += " " + text
		case ok:
			fields = append(fields, strings.ToLower(strings.TrimSpace(name))+":"+
				strings.TrimSpace(rest))
		default:
			fields = append(fields, text)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	slices.Sort(fields)
	sum := sha256.Sum256([]byte(strings.Join(fields, "\n")))
	return sum[:16]
}

// prints asks for the prints of mails.
func (s *session) prints(ctx context.Context, uids []uint32) (map[uint32][]byte, error) {
	found := map[uint32][]byte{}
	section := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true,
		HeaderFields: printed}
	err := s.headers(ctx, uids, section, func(uid uint32, h []byte) {
		if p := printOf(h); p != nil {
			found[uid] = p
		}
	})
	f := s.learned.folder(s.open.name)
	switch {
	case err == nil && len(found) > 0:
		f.printPause = 0
	case err != nil && lost(err, s):
		f.printPause = min(max(2*f.printPause, 2*time.Minute), 24*time.Hour)
		f.noPrints = time.Now().Add(f.printPause)
	}
	return found, err
}

// mayPrint reports whether prints are asked for: they are never worth the mail that would come in
// instead.
func (s *session) mayPrint() bool {
	return !time.Now().Before(s.learned.folder(s.open.name).noPrints)
}

// print notes the prints that are missing: of skipped mail, and of what was just taken and stays in
// the folder.
func (s *session) print(ctx context.Context) error {
	if !s.mayPrint() {
		return nil
	}
	err := s.printSkipped(ctx)
	if err == nil && len(s.unprinted) > 0 {
		var found map[uint32][]byte
		if found, err = s.prints(ctx, s.unprinted); err == nil {
			s.unprinted, err = nil, s.reprint(ctx, found)
		}
	}
	if declined(err) {
		s.log.Warn("what tells mails apart can't be noted; trying again", "folder", s.open.name,
			"error", err)
		return nil
	}
	return err
}

func (s *session) printSkipped(ctx context.Context) error {
	at, _, err := s.Journal.Position(ctx, s.Name, s.open.name)
	if err != nil || at.Prints {
		return storeError(err)
	}
	entries, err := s.Journal.Entries(ctx, s.open.Folder, 0)
	if err != nil {
		return storeError(err)
	}
	uids := uidsOf(slices.DeleteFunc(entries, func(e Entry) bool {
		return e.State != Skipped ||
			e.Print != nil
	}))
	for len(uids) > 0 {
		some := uids[:min(mostAsked, len(uids))]
		uids = uids[len(some):]
		found, err := s.prints(ctx, some)
		if err != nil {
			return err
		}
		there, err := s.search(ctx, imap.SearchCriteria{UID: []imap.UIDSet{set(some)}})
		if err != nil {
			return err
		}
		var noted []Entry
		for _, uid := range some {
			p := found[uid]
			if p == nil && slices.Contains(there, uid) && !s.hopeless(uid) {
				f := s.learned.folder(s.open.name)
				f.noPrints = time.Now().Add(10 * time.Minute)
				continue
			}
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

// hopeless tells a mail whose print has not been had for a day.
func (s *session) hopeless(uid uint32) bool {
	m := s.learn(uid)
	if m.bare.IsZero() {
		m.bare = time.Now()
	}
	return time.Since(m.bare) > 24*time.Hour
}

// reprint notes prints of mails, whatever became of them.
func (s *session) reprint(ctx context.Context, prints map[uint32][]byte) error {
	lowest := uint32(0)
	for uid := range prints {
		if lowest == 0 || uid < lowest {
			lowest = uid
		}
	}
	if lowest == 0 {
		return nil
	}
	entries, err := s.Journal.Entries(ctx, s.open.Folder, lowest-1)
	if err != nil {
		return storeError(err)
	}
	var noted []Entry
	for _, e := range entries {
		if p := prints[e.UID]; p != nil {
			noted = append(noted, Entry{UID: e.UID, State: e.State, Attempts: e.Attempts,
				Error: e.Error, Print: p})
		}
	}
	return s.note(ctx, 0, noted...)
}

// sample is how many mails of either end of a folder are looked at for being the same as before.
const sample = 50

// recognise looks whether mails that stay in the folder are the ones that they were. Where some are
// not, the server has given out their UIDs once more: others are the prints of these. Where none
// is, either it has numbered all afresh, or the account opens another mailbox now; what is old and
// what is new in that one only the administrator can say.
func (s *session) recognise(ctx context.Context) (others map[uint32][]byte, err error) {
	entries, err := s.Journal.Entries(ctx, s.open.Folder, 0)
	if err != nil {
		return nil, storeError(err)
	}
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return len(e.Print) == 0 })
	had := map[string]bool{}
	for _, e := range entries {
		had[string(e.Print)] = true
	}
	if n := len(entries); n > 2*sample {
		entries = append(entries[:sample:sample], entries[n-sample:]...)
	}
	if len(entries) == 0 || !s.mayPrint() {
		return nil, nil
	}
	found, err := s.prints(ctx, uidsOf(entries))
	if declined(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	same, moved, others := 0, 0, map[uint32][]byte{}
	for _, e := range entries {
		switch p := found[e.UID]; {
		case bytes.Equal(p, e.Print):
			same++
		case p != nil:
			others[e.UID] = p
			if had[string(p)] {
				moved++
			}
		}
	}
	if same > 0 || len(others) < 3 {
		return others, nil
	}
	if moved == 0 {
		return nil, errStrange
	}
	at, _, err := s.Journal.Position(ctx, s.Name, s.open.name)
	if err != nil {
		return nil, storeError(err)
	}
	return nil, s.meetAgain(ctx, at)
}

var errStrange = errors.New("the folder has other mail than before: if this is another mailbox, " +
	"give the account another name")
