package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"buzon/store/desk"
)

// Words are the words of an item's text and of the names of its attachments, in lower case and each once: a search finds the
// item by them. SQLite takes the more time over a text the longer it is, and everybody waits for its one writer: so they are
// best made before the transaction.
func Words(text string, attachments []NewAttachment) string {
	w := wordList{seen: map[string]bool{}}
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
	var word []byte
	for _, r := range text + "\n" { // that the last word ends too
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9': // most are
			word = append(word, byte(r))
		case r > ' ' && !apart(r):
			word = utf8.AppendRune(word, unicode.ToLower(r))
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

// apart tells what stands between words.
func apart(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) }

// writeIndex writes the search rows of a commit; nothing may be written after it.
func (tx *Tx) writeIndex(ctx context.Context) error {
	for _, x := range tx.index {
		if _, err := tx.exec(ctx, "INSERT INTO search (rowid, subject, body) VALUES ($1, $2, $3)", x.item, x.subject, x.body); err != nil {
			return fmt.Errorf("index item: %w", err)
		}
	}
	return nil
}

// Search lists the tickets in which every word of the query occurs in one item, accents and case aside, those with
// the newest such item first.
func (r Reader) Search(ctx context.Context, query string, limit int) ([]desk.Ticket, error) {
	match := matchAll(query)
	if match == "" {
		return nil, nil
	}
	return r.tickets(ctx, `JOIN (SELECT i.ticket, max(i.id) AS newest FROM item i JOIN (SELECT rowid AS id FROM search WHERE search MATCH $1 ORDER BY rowid DESC LIMIT 1000) f
		ON f.id = i.id GROUP BY i.ticket) x ON x.ticket = t.number ORDER BY x.newest DESC LIMIT +$2`, match, limit)
}

// matchAll quotes each word, so that no character of a query is an operator of FTS5. The last may be a beginning.
func matchAll(query string) string {
	words := strings.FieldsFunc(query, apart)
	for i, w := range words {
		words[i] = `"` + w + `"`
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, " ") + "*"
}
