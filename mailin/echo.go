package mailin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"buzon/store"
	"buzon/store/desk"
)

// A responder that marks nothing says the same whenever it is written to; at most a number in it
// changes. That, and not the haste of one answer, tells it from a person: people answer fast too.
// What it says may vary; but then it answers whatever it is sent, each time at once, and never
// writes unless it is written to.

// echoes reports whether the mail says what its sender said last, in the ticket or with his last
// new one, or is one of many that answer ours at once. A stranger's domain counts as one sender,
// whose responder may write from an address of its own each time.
func (f *filing) echoes(ctx context.Context, t desk.Ticket, d desk.Deed) (bool, error) {
	said, day := f.said, f.tx.Now().Add(-24*time.Hour)
	switch {
	case d.Act == desk.Refused: // once is enough for a person
		return true, nil
	case d.By.Agent(), d.By.ID == 0:
		return false, nil
	case said != "" && t.Number != 0:
		last, err := f.tx.LastText(ctx, t.Number, d.By.ID, f.place(), printed)
		if err != nil || print(last) == said {
			return err == nil, err
		}
	case said != "" && f.met:
		last, err := f.tx.AckedWords(ctx, f.from, day)
		if err != nil || last == said {
			return err == nil, err
		}
	}
	if f.met {
		return f.responds(ctx, t, d, day)
	}
	if f.shown() || said == "" && f.claimed() == 0 {
		return false, nil
	}
	return f.echoesDomain(ctx, said, day)
}

// place is the number before which the mail's item stands in its ticket: of what was approved its
// own, else behind all.
func (f *filing) place() int64 {
	if f.approved() {
		return f.mail.Item
	}
	return math.MaxInt32
}

// responses is how many mails in a row must answer ours, each within the moment, to look like a
// responder's; one less of who has never shown that he reads ours.
const (
	responses = 3
	moment    = time.Minute
)

// crowd is for how long the answers of several people to a ticket count as one burst: each is sent
// to all the others.
const crowd = 10 * time.Minute

// responds reports whether the mail is the third in a row that answers ours at once, or the third
// person's in a ticket.
func (f *filing) responds(ctx context.Context, t desk.Ticket, d desk.Deed, since time.Time) (
	bool, error) {
	exchange, err := f.tx.Exchange(ctx, d.By.Address(), f.from, since)
	row, least := atOnce(exchange, f.mail.ID, f.mail.Received), responses
	if !f.person.Known && !f.shown() {
		least--
	}
	if err != nil || row != 1 || t.Number == 0 {
		return row >= least, err
	}
	others, err := f.tx.CustomersSince(ctx, t.Number, d.By.ID, f.tx.Now().Add(-crowd))
	return others >= responses-1, err
}

// atOnce is how many mails in a row, up to the one with the id, came within a moment after one of
// ours and had one of ours to answer. Who writes once more before he is written to is a person. His
// and our mails have no order in common but that ours come after what they answer.
func atOnce(exchange []store.Contact, mail int64, received time.Time) (row int) {
	his := map[int64]time.Time{mail: received}
	for _, c := range exchange {
		if c.His {
			his[c.Answers] = c.Received
		}
	}
	answered := 0
	for _, id := range slices.Sorted(maps.Keys(his)) {
		at, ours, fast := his[id], 0, false
		for _, c := range exchange {
			if c.Sent && c.Answers < id && !c.Owed.After(at) {
				ours++
				fast = fast || c.Settled.IsZero() || at.Sub(c.Settled) < moment
			}
		}
		if row++; ours <= answered || !fast {
			row = 0
			continue
		}
		answered++
	}
	return row
}

// echoesDomain reports whether another address of the stranger's domain said the same and has its
// number, or has opened the ticket that he claims. While acknowledgements to the domain wait it is
// many people who write, and no responder.
func (f *filing) echoesDomain(ctx context.Context, said string, since time.Time) (bool, error) {
	own := store.Family(f.from)
	if c := f.claimed(); c != 0 && store.Family(f.ticket.Requester.Address()) == own {
		return true, nil
	}
	acked, err := f.tx.AckedStrangers(ctx, own, since, 8)
	same := false
	for _, a := range acked {
		if a.Settled.IsZero() {
			return false, err
		}
		same = same || a.Words == said
	}
	return same, err
}

// printed is how many characters of a text are compared, printedLeast how many letters it must
// have.
const (
	printed      = 4096
	printedLeast = 12
)

// print is a short form of what a text says, without its numbers and the words that have digits; ""
// when that is next to nothing.
func print(text string) string {
	n := 0
	for i := range text {
		if n++; n > printed {
			text = text[:i]
			break
		}
	}
	var b strings.Builder
	b.Grow(len(text))
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		if !strings.ContainsFunc(word, unicode.IsDigit) {
			b.WriteString(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
		}
	}
	if b.Len() < printedLeast {
		return ""
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}
