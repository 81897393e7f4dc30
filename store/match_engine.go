package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// FTS5 has the items of each word in their order, and reads no more of them than are wanted; but it
// gathers all that have one of the words with a beginning before the first is read. Where these
// words are few it is asked for one of them.
const maxExpanded = 200

// matchFTS5 quotes each word, so that no character of a query is an operator of FTS5.
func matchFTS5(ctx context.Context, r Reader, words []string, beginning bool) (string, error) {
	if !beginning {
		return `"` + strings.Join(words, `" "`) + `"`, nil
	}
	all, last := words[:len(words)-1], words[len(words)-1]
	list, err := r.beginningWith(ctx, last)
	if err != nil {
		return "", err
	}
	text := `"` + last + `"*`
	if len(list) > 0 && len(list) < maxExpanded {
		text = `("` + strings.Join(list, `" OR "`) + `")`
	}
	for _, w := range all {
		text = `"` + w + `" AND ` + text
	}
	return text, nil
}

// beginningWith are the words of the index that begin so, no more than maxExpanded. Each is looked
// up, since the list of words has one row for each item that has a word.
func (r Reader) beginningWith(ctx context.Context, beginning string) (list []string, err error) {
	for next := beginning; len(list) < maxExpanded; {
		var word string
		ok, err := r.row(ctx, "SELECT term FROM search_word WHERE term >= $1 LIMIT 1", args(next), &word)
		if err != nil || !ok || !strings.HasPrefix(word, beginning) {
			return list, err
		}
		list, next = append(list, word), word+"\x00"
	}
	return list, nil
}

// PostgreSQL's index has no order: whoever asks it for a word gets all items that have it. So each
// word is kept behind the number of its item's bucket, and the buckets are asked one after the
// other, the newest first, until there is enough.
const bucketBits = 14

// bucketed is what the index has of an item's words.
func bucketed(item int64, words string) string {
	bucket := strconv.FormatInt(item>>bucketBits, 10) + "/"
	return bucket + strings.ReplaceAll(strings.TrimSpace(words), " ", " "+bucket)
}

// foundInBuckets asks for the words that stand behind "#/". No plan but a loop over the buckets is
// possible, which keeps their order, and ends it at the LIMIT.
var foundInBuckets = fmt.Sprintf(`
	SELECT s.item AS id
	FROM generate_series((
		SELECT least(max(item), %%[2]s::bigint - 1) >> %[1]d FROM search), 0, -1) bucket
	CROSS JOIN LATERAL (
		SELECT item FROM search
		WHERE words @@ replace(%%[1]s, '#', bucket::text)::tsquery AND item < %%[2]s
		ORDER BY item DESC) s`, bucketBits)

// matchTSQuery joins the words; they are letters, numbers and what pairs are joined by.
func matchTSQuery(_ context.Context, _ Reader, words []string, beginning bool) (string, error) {
	text := "'#/" + strings.Join(words, "' & '#/") + "'"
	if beginning {
		text += ":*"
	}
	return text, nil
}

// reindex writes the words of all items: after a change of the index, or from another engine, which
// can't read what this one has. What is read goes to pieces of so many items.
func reindex(ctx context.Context, from, to *statements) error {
	const piece = 500
	for last, n := int64(0), piece; n == piece; {
		list := []indexed{}
		err := from.rows(ctx, `
			SELECT i.id, t.subject, i.subject || '/' || i.text, coalesce(p.name, ''), coalesce((
				SELECT string_agg(filename, '/' ORDER BY position) FROM attachment WHERE item = i.id), '')
			FROM item i JOIN ticket t ON t.number = i.ticket LEFT JOIN person p ON p.id = i.author
			WHERE i.id > $1
			ORDER BY i.id LIMIT +$2`, args(last, piece), func(rows *sql.Rows) error {
			var x indexed
			var text, files string
			err := rows.Scan(&x.item, &x.subject, &text, &x.author, &files)
			x.words = Words(text+"\n"+files, nil)
			list = append(list, x)
			return err
		})
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := to.writeWords(ctx, x); err != nil {
				return err
			}
			last = x.item
		}
		n = len(list)
	}
	return nil
}
