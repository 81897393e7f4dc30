package mailin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"buzon/store"
	"buzon/store/desk"
)

// A responder that marks nothing says the same whenever it is written to; at most a number in it changes. That, and not the
// haste of its answer, tells it from a person: people answer fast too.

// echoes reports whether the mail says what its sender said last, in the ticket or with his last new one. A stranger's domain
// counts as one sender, whose responder may write from an address of its own each time.
func (f *filing) echoes(ctx context.Context, e desk.Event) (bool, error) {
	said, day := print(f.text), f.tx.Now().Add(-24*time.Hour)
	switch {
	case e.Kind == desk.ReplyRejected: // once is enough for a person
		return true, nil
	case e.Author.Agent(), e.Author.ID == 0:
		return false, nil
	case said != "" && e.Item.Number > 1:
		last, err := f.tx.LastText(ctx, e.Ticket.Number, e.Author.ID, e.Item.Number, printed)
		return print(last) == said, err
	case said != "":
		last, err := f.tx.AckedWords(ctx, f.from, day)
		if err != nil || last == said {
			return err == nil, err
		}
	}
	if f.met || f.shown() || said == "" && f.claimed() == 0 {
		return false, nil
	}
	return f.echoesDomain(ctx, said, day)
}

// echoesDomain reports whether another address of the stranger's domain said the same and has its number, or has opened the
// ticket that he claims. While acknowledgements to the domain wait it is many people who write, and no responder.
func (f *filing) echoesDomain(ctx context.Context, said string, since time.Time) (bool, error) {
	own := store.Family(f.from)
	if c := f.claimed(); c != 0 && store.Family(f.ticket.Requester.Address()) == own {
		return true, nil
	}
	acked, err := f.tx.AckedStrangers(ctx, since, 8)
	same := false
	for _, a := range acked {
		if store.Family(a.Address) != own {
			continue
		}
		if a.Settled.IsZero() {
			return false, err
		}
		same = same || a.Words == said
	}
	return same, err
}

// printed is how many characters of a text are compared, printedLeast how many letters it must have.
const (
	printed      = 4096
	printedLeast = 12
)

// print is a short form of what a text says, without its numbers and the words that have digits; "" when that is next to nothing.
func print(text string) string {
	if r := []rune(text); len(r) > printed {
		text = string(r[:printed])
	}
	var b strings.Builder
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
