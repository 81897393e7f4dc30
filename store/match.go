package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"

	"buzon/store/desk"
)

// A search reads the items that a person may see from the newest on, and no further than the page:
//
//	few tickets are looked at       all their items are read, and their words compared here
//	many, and the last word whole   the index has the items of each word in their order
//	… found in few                  the last word as a beginning: the index gathers all its words
//
// What is rare is found fast by the index, and what is common stands in the newest items. Words of
// which the last is a beginning cost the index the more, the more items have one of them.

// Few tickets, and few items, are so many.
const (
	fewTickets = 600
	fewItems   = 3000
)

// firstChunk is how many items of the index are read at first; then more and more.
const firstChunk = 200

// sifted are the tickets of a page in the making.
type sifted struct {
	limit   int
	before  int64
	needles []string
	seen    map[int64]bool
	list    []int64
	last    int64 // the item of the last ticket of the page
	next    int64
}

// add takes the newest item of each ticket, errEnough when the page is full.
func (p *sifted) add(ticket, item int64, text string) error {
	if p.seen[ticket] || !holds(text, p.needles) {
		return nil
	}
	p.seen[ticket] = true
	switch {
	case p.before != 0 && item >= p.before: // of an earlier page
	case len(p.list) == p.limit:
		p.next = p.last
		return errEnough
	default:
		p.list, p.last = append(p.list, ticket), item
	}
	return nil
}

// search returns the numbers of the tickets in which the words of the query are found, no more than
// limit, and the item by which the following page begins.
func (r Reader) search(ctx context.Context, c *desk.Catalogue, s desk.Sight, q Query, limit int) (
	list []int64, next int64, err error,
) {
	words := parseWords(q.Words)
	if len(words.words) == 0 {
		return nil, 0, nil
	}
	w := &where{dialect: r.dialect}
	w.sight(s)
	w.query(c, q)
	few, err := r.few(ctx, w)
	if err != nil {
		return nil, 0, err
	}
	w.item(s)
	p := &sifted{limit: limit, before: q.Before, seen: map[int64]bool{}}
	if few {
		p.needles = words.needles()
		err = enough(r.each(ctx, w, "item i", "i.id DESC", authored, p.add))
		return p.list, p.next, err
	}
	p.needles = words.phrases
	err = r.indexed(ctx, w, p, words.words, false)
	if err == nil && words.open && len(p.seen) < limit {
		*p = sifted{limit: limit, before: q.Before, needles: p.needles, seen: map[int64]bool{}}
		err = r.indexed(ctx, w, p, words.words, true)
	}
	return p.list, p.next, err
}

// few reports whether few tickets are to be looked at. One condition, that of merged tickets, has
// every query.
func (r Reader) few(ctx context.Context, w *where) (bool, error) {
	if len(w.conditions) == 1 {
		return false, nil
	}
	chosen := &where{w.dialect, w.conditions, w.args}
	var tickets, items int
	_, err := r.row(ctx, `
		SELECT count(*), coalesce(sum(items), 0) FROM (
			SELECT t.items FROM ticket t JOIN person r ON r.id = t.requester
			`+chosen.String()+" LIMIT +"+chosen.bind(fewTickets)+") few",
		chosen.args, &tickets, &items)
	return tickets < fewTickets && items <= fewItems, err
}

// What is compared of an item: what phrases are looked for in, and with its author's name.
var (
	worded = strings.ReplaceAll(`t.subject || '/' || i.subject || '/' || i.text || '/' || coalesce((
		SELECT string_agg(filename, '/') FROM attachment WHERE item = i.id), '')`, "/", border)
	authored = strings.ReplaceAll(worded+`
		|| '/' || coalesce((SELECT name FROM person WHERE id = i.author), '')`, "/", border)
)

// indexed reads the items that the index has for the words, some more each time.
func (r Reader) indexed(ctx context.Context, w *where, p *sifted, words []string,
	beginning bool) error {
	text := "''"
	if len(p.needles) > 0 {
		text = worded
	}
	for most, below := firstChunk, int64(math.MaxInt64); ; most *= 8 {
		chunk := &where{w.dialect, w.conditions, w.args}
		found := fmt.Sprintf(r.dialect.found, chunk.bind(r.dialect.match(words, beginning)))
		chunk.add("f.id < %s", chunk.bind(below))
		read := 0
		err := r.each(ctx, chunk, "("+found+") f JOIN item i ON i.id = f.id",
			"f.id DESC LIMIT +"+chunk.bind(most), text,
			func(ticket, item int64, text string) error {
				read, below = read+1, item
				return p.add(ticket, item, text)
			})
		if err != nil || read < most {
			return enough(err)
		}
	}
}

// enough is the error, where it is one.
func enough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// each yields items in an order: their tickets, their ids and what is compared of them.
func (r Reader) each(ctx context.Context, w *where, from, order, text string,
	yield func(ticket, item int64, text string) error) error {
	return r.rows(ctx, `
		SELECT i.ticket, i.id, `+text+`
		FROM `+from+` JOIN ticket t ON t.number = i.ticket JOIN person r ON r.id = t.requester
		`+w.String()+" ORDER BY "+order, w.args, func(rows *sql.Rows) error {
		var ticket, item int64
		var text string
		if err := rows.Scan(&ticket, &item, &text); err != nil {
			return err
		}
		return yield(ticket, item, text)
	})
}
