package store

import (
	"context"
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
		ok, err := r.row(ctx, "SELECT term FROM search_word WHERE term >= $1 LIMIT 1",
			args(next), &word)
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
// possible, which keeps their order, and ends it at the LIMIT. Where there is no item there is no
// bucket. The "+" keeps the server from looking up all items below an id for each bucket.
var foundInBuckets = fmt.Sprintf(`
	SELECT s.item AS id
	FROM generate_series((
		SELECT max(item) >> %[1]d FROM search WHERE item < %%[2]s), 0, -1) bucket
	CROSS JOIN LATERAL (
		SELECT item FROM search
		WHERE words @@ replace(%%[1]s, '#', bucket::text)::tsquery AND item + 0 < %%[2]s
		ORDER BY item DESC) s`, bucketBits)

// amongBuckets looks at what the index has of the items that are wanted, the newest first, each by
// the words of its bucket, which are made once. "OFFSET 0" has each looked up by itself.
var amongBuckets = fmt.Sprintf(`
	SELECT i.id
	FROM (
		SELECT id FROM item WHERE ticket IN (%%[2]s) AND id + 0 < %%[3]s ORDER BY id DESC) i
	CROSS JOIN LATERAL (
		SELECT 1 FROM search s
		WHERE s.item = i.id AND s.words @@ ((
			SELECT array_agg(replace(%%[1]s, '#', bucket::text)::tsquery ORDER BY bucket)
			FROM generate_series(0, (SELECT max(item) >> %[1]d FROM search)) bucket
		))[(i.id >> %[1]d) + 1]
		OFFSET 0) s
	ORDER BY i.id DESC`, bucketBits)

// matchTSQuery joins the words; they are letters, numbers and what pairs are joined by.
func matchTSQuery(_ context.Context, _ Reader, words []string, beginning bool) (string, error) {
	text := "'#/" + strings.Join(words, "' & '#/") + "'"
	if beginning {
		text += ":*"
	}
	return text, nil
}
