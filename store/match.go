package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"buzon/store/desk"
)

// A search reads the items that a person may see from the newest on, and no further than the page:
//
//	the index                   has the items of each word in their order; whether the person may
//	                            see one, and the query chooses its ticket, is looked up for each
//	… when too many are others' where few tickets are looked at: their items, whose words are
//	                            compared here
//
// What is rare is found fast by the index, and what is common stands in the newest items. Where the
// last word is found in few, it is looked for as a beginning.

// Few tickets, and few items, are so many, and so many of the index are looked at in vain for them.
const (
	fewTickets = 500
	fewItems   = 2500
	inVain     = 500
)

// maxChunk is how many items of the index are read at once: for more a server would read whole
// tables.
const maxChunk = 3200

// sifted are the tickets of a page in the making.
type sifted struct {
	limit   int
	before  int64
	needles []string
	most    int // items that are looked at; 0: all
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
	of := func(w where) *where {
		w.dialect = r.dialect
		w.sight(s)
		w.query(c, s, q)
		return &w
	}
	few, err := r.few(ctx, of(where{most: 3 * fewTickets}))
	if err != nil {
		return nil, 0, err
	}
	each := of(where{each: true})
	each.item(s)
	for _, beginning := range []bool{false, true} {
		p := &sifted{limit: limit, before: q.Before, needles: words.phrases, seen: map[int64]bool{}}
		if few {
			p.most = inVain
		}
		err := r.indexed(ctx, each, p, slices.Concat(words.pairs, words.words), beginning)
		switch {
		case errors.Is(err, errInVain):
			return r.compared(ctx, of(where{}), s, words, limit, q.Before)
		case err != nil, !words.open, beginning, len(p.seen) >= limit:
			return p.list, p.next, err
		}
	}
	return nil, 0, nil
}

// errInVain ends a look at the index that finds too little of what is wanted.
var errInVain = errors.New("too many items are none that are looked for")

// atOnce is how many texts are read with one statement.
const atOnce = 250

// compared looks for the words in the items of few tickets.
func (r Reader) compared(ctx context.Context, w *where, s desk.Sight, words parsed, limit int,
	before int64) ([]int64, int64, error) {
	p := &sifted{limit: limit, before: before, needles: words.needles(), seen: map[int64]bool{}}
	numbers, err := singles[int64](ctx, r, `
		SELECT t.number FROM ticket t JOIN person r ON r.id = t.requester `+w.String(), w.args...)
	if err != nil {
		return nil, 0, err
	}
	w = &where{dialect: r.dialect}
	w.add("i.ticket IN (%s)", w.list("BIGINT", numbers))
	w.item(s)
	ids, err := singles[int64](ctx, r, "SELECT i.id FROM item i "+w.String(), w.args...)
	slices.Sort(ids)
	slices.Reverse(ids)
	for some := range slices.Chunk(ids, atOnce) {
		if err != nil {
			break
		}
		w := &where{dialect: r.dialect}
		list := w.list("BIGINT", some)
		err = r.each(ctx, "i.ticket, i.id, "+authored, "item i"+ticketOfItem+
			"WHERE i.id IN ("+list+") ORDER BY i.id DESC", w.args, p.add)
	}
	return p.list, p.next, enough(err)
}

// few reports whether few tickets are to be looked at, of some that the person may see. One
// condition, that of merged tickets, has every query.
func (r Reader) few(ctx context.Context, w *where) (bool, error) {
	if len(w.conditions) == 1 {
		return false, nil
	}
	chosen := &where{dialect: w.dialect, conditions: w.conditions, args: w.args}
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

// indexed reads the items that the index has for the words: all behind one another, or, where the
// engine would read all before it hands over the first, some more each time.
func (r Reader) indexed(ctx context.Context, w *where, p *sifted, words []string,
	beginning bool) error {
	match, err := r.dialect.match(ctx, r, words, beginning)
	if err != nil {
		return err
	}
	text := "''"
	if len(p.needles) > 0 {
		text = worded
	}
	read, looked, below := 0, 0, int64(math.MaxInt64)
	one := func(ticket, item int64, text string) error {
		read, looked, below = read+1, looked+1, item
		if p.most > 0 && looked > p.most {
			return errInVain
		}
		if ticket == 0 {
			return nil
		}
		return p.add(ticket, item, text)
	}
	for most := r.dialect.chunk; ; most = min(most*4, maxChunk) {
		c := &where{dialect: w.dialect, conditions: w.conditions, args: w.args}
		found := fmt.Sprintf(r.dialect.found, c.bind(match), c.bind(below))
		if most > 0 {
			found += fmt.Sprint(" LIMIT ", most)
		}
		read = 0
		err := r.each(ctx, "CASE WHEN "+c.all()+" THEN i.ticket ELSE 0 END, f.id, "+
			"CASE WHEN "+c.all()+" THEN "+text+" ELSE '' END", `
			(`+found+`) f
			LEFT JOIN item i ON i.id = f.id LEFT JOIN ticket t ON t.number = i.ticket
			LEFT JOIN person r ON r.id = t.requester
			ORDER BY f.id DESC`, c.args, one)
		if err != nil || most == 0 || read < most {
			return enough(err)
		}
	}
}

const ticketOfItem = " JOIN ticket t ON t.number = i.ticket JOIN person r ON r.id = t.requester "

// enough is the error, where it is one.
func enough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// each yields items: their tickets, their ids and what is compared of them.
func (r Reader) each(ctx context.Context, columns, from string, args []any,
	yield func(ticket, item int64, text string) error) error {
	return r.rows(ctx, "SELECT "+columns+" FROM "+from, args, func(rows *sql.Rows) error {
		var ticket, item int64
		var text string
		if err := rows.Scan(&ticket, &item, &text); err != nil {
			return err
		}
		return yield(ticket, item, text)
	})
}
