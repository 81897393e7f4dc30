package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"buzon/store/desk"
)

// Words are the words of an item's text and of the names of its attachments, in lower case and each once: a search finds the
// item by them. SQLite takes the more time over a text the longer it is, and everybody waits for its one writer: so they are
// best made before the transaction.
func Words(text string, attachments []NewAttachment) string {
	var w wordList
	w.add(text)
	for _, a := range attachments {
		w.add(a.Filename)
	}
	return w.list.String()
}

type wordList struct {
	list strings.Builder
	seen map[string]bool
}

func (w *wordList) add(text string) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	var word []byte
	for _, r := range text + "\n" { // that the last word ends too
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9': // most are
			word = append(word, byte(r))
		case unicode.IsMark(r): // an accent written apart
		case r > ' ' && !apart(r):
			word = utf8.AppendRune(word, bare(unicode.ToLower(r)))
		case len(word) > 0:
			if !w.seen[string(word)] {
				w.seen[string(word)] = true
				w.list.Write(word)
				w.list.WriteByte(' ')
			}
			word = word[:0]
		}
	}
}

// bare is a lower-case letter without its accents.
func bare(r rune) rune {
	if r < 'ß' {
		return r
	}
	if d := norm.NFD.Properties(utf8.AppendRune(nil, r)).Decomposition(); d != nil {
		r, _ = utf8.DecodeRune(d)
	}
	return r
}

// apart reports whether r stands between words.
func apart(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) }

// writeIndex writes the search rows of a commit; nothing may be written after it.
func (tx *Tx) writeIndex(ctx context.Context) error {
	for _, x := range tx.index {
		subject, body := tx.dialect.words(x.subject), x.words+tx.dialect.words(x.author)
		if _, err := tx.exec(ctx, tx.dialect.index, x.item, subject, body); err != nil {
			return fmt.Errorf("index item: %w", err)
		}
	}
	return nil
}

// Search lists the tickets in which every word of the query occurs in one item, accents and case aside, those with
// the newest such item first.
func (r Reader) Search(ctx context.Context, query string, limit int) ([]desk.Ticket, error) {
	var w wordList
	w.add(query)
	words := strings.Fields(w.list.String())
	if len(words) == 0 {
		return nil, nil
	}
	return r.tickets(ctx, `JOIN (SELECT i.ticket, max(i.id) AS newest FROM item i JOIN (`+r.dialect.found+`) f
		ON f.id = i.id GROUP BY i.ticket) x ON x.ticket = t.number ORDER BY x.newest DESC LIMIT +$2`, r.dialect.match(words), limit)
}
