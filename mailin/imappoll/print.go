package imappoll

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// A print tells mails apart however a server numbers them and whatever it adds to their headers: it is made of the
// fields that their senders have written.
var printed = []string{"Message-ID", "Date", "From", "Subject"}

// printOf makes a print of fields as the server gives them.
func printOf(header []byte) []byte {
	sum := sha256.Sum256(bytes.Join(bytes.Fields(header), []byte(" ")))
	return sum[:16]
}

// fieldsOf picks the fields of a print out of a mail, in their order, as a server does for HEADER.FIELDS.
func fieldsOf(raw []byte) (fields []byte) {
	picked := false
	for line := range bytes.Lines(raw) {
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			picked = slices.ContainsFunc(printed, func(p string) bool { return strings.EqualFold(p, string(bytes.TrimSpace(name))) })
		}
		if picked {
			fields = append(fields, line...)
		}
	}
	return fields
}

// prints asks for the prints of mails.
func (s *session) prints(ctx context.Context, uids []uint32) (map[uint32][]byte, error) {
	found := map[uint32][]byte{}
	section := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true, HeaderFields: printed}
	err := s.headers(ctx, uids, section, func(uid uint32, h []byte) { found[uid] = printOf(h) })
	return found, err
}

// sample is how many mails of either end of a folder are looked at for being the same as before.
const sample = 50

// recognise looks whether mails that stay in the folder are the ones that they were. Where some are not, the server has
// given out their UIDs once more: others are the prints of these. Where none is, the account opens another mailbox now;
// what is old and what is new in that one only the administrator can say.
func (s *session) recognise(ctx context.Context) (others map[uint32][]byte, err error) {
	entries, err := s.Journal.Entries(ctx, s.open.Folder, 0)
	if err != nil {
		return nil, storeError(err)
	}
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return len(e.Print) == 0 })
	if n := len(entries); n > 2*sample {
		entries = append(entries[:sample:sample], entries[n-sample:]...)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	found, err := s.prints(ctx, uidsOf(entries))
	if refused(err) && !errors.Is(err, errThrottle) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	same, strangers, others := 0, 0, map[uint32][]byte{}
	for _, e := range entries {
		switch p := found[e.UID]; {
		case bytes.Equal(p, e.Print):
			same++
		case p != nil:
			others[e.UID] = p
			if e.State == Skipped { // and the server itself made both prints
				strangers++
			}
		}
	}
	if same == 0 && strangers >= 3 {
		return nil, errStrange
	}
	return others, nil
}

var errStrange = errors.New("the folder has other mail than before: if this is another mailbox, give the account another name")

// reprint notes the server's own prints of mails that were taken again. Ours of a mail that nobody parses like another
// would differ each time.
func (s *session) reprint(ctx context.Context, prints map[uint32][]byte) error {
	if len(prints) == 0 {
		return nil
	}
	entries, err := s.Journal.Entries(ctx, s.open.Folder, 0)
	if err != nil {
		return storeError(err)
	}
	var noted []Entry
	for _, e := range entries {
		if p := prints[e.UID]; p != nil && (e.State == Taken || e.State == Done) {
			noted = append(noted, Entry{UID: e.UID, State: e.State, Print: p})
		}
	}
	return s.note(ctx, 0, noted...)
}
