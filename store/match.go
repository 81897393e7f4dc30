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
//	many tickets are looked at   the index has the items of each word in their order; whether the
//	                             person may see one, and the query chooses its ticket, is looked up
//	                             for each
//	few                          the index is asked for their items alone
//	very few                     the words of their items are compared here
//
// What is rare is found fast by the index, and what is common stands in the newest items. Where the
// last word is found in few, it is looked for as a beginning.

// veryFew tickets are so many at most; how many are few, the engine says. It is a variable for the
// test of all three ways.
var veryFew = 100

// maxChunk is how many items of the index are read at once: for more a server would read whole
// tables.
const maxChunk = 3200

// sifted are the tickets of a page in the making.
type sifted struct {
	limit   int
	before  int64
	needles []string
	text    string // what of an item they are looked for in
	seen    map[int64]bool
	list    []int64
	last    int64 // the item of the last ticket of the page
	next    int64
}

// newSifted begins a page. Phrases alone are not looked for in the name of an author.
func newSifted(limit int, before int64, needles []string, words bool) *sifted {
	text := authored
	switch {
	case len(needles) == 0:
		text = "''"
	case !words:
		text = worded
	}
	return &sifted{limit: limit, before: before, needles: needles, text: text,
		seen: map[int64]bool{}}
}

// add takes the newest item of each ticket, errEnough when the page is full.
func (p *sifted) add(ticket, item int64, text sql.NullString) error {
	if p.seen[ticket] || !text.Valid || !holds(text.String, p.needles) {
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
	w := &where{dialect: r.dialect, each: true}
	w.sight(s)
	w.query(c, s, q)
	w.item(s)
	tickets, err := r.few(ctx, c, s, q)
	switch {
	case err != nil || tickets != nil && len(tickets) == 0:
		return nil, 0, err
	case tickets != nil && len(tickets) <= veryFew:
		p := newSifted(limit, q.Before, words.needles(), true)
		err = r.compared(ctx, w, p, tickets)
		return p.list, p.next, err
	}
	terms, needles := words.terms()
	for _, beginning := range []bool{false, true} {
		p := newSifted(limit, q.Before, needles, len(needles) > len(words.phrases))
		match, err := r.dialect.match(ctx, r, terms, beginning)
		if err == nil {
			err = r.indexed(ctx, w, p, match, tickets)
		}
		if err != nil || !words.open || beginning || len(p.seen) >= limit {
			return p.list, p.next, err
		}
	}
	return nil, 0, nil
}

// few are tickets among which all are that the person may see and the query chooses; nil where they
// are many. Where one profile says what he sees, nothing but indexes is looked at.
func (r Reader) few(ctx context.Context, c *desk.Catalogue, s desk.Sight, q Query) ([]int64,
	error) {
	w := &where{dialect: r.dialect}
	from := ""
	if reasons := w.reasons(s, s.Profile); !s.All && len(s.Mailboxes) == 0 && len(reasons) > 0 {
		from = strings.Join(reasons, " UNION ALL ")
	} else {
		w = &where{dialect: r.dialect}
		w.sight(s)
		w.query(c, s, q)
		if len(w.conditions) == 1 { // that of merged tickets has every query
			return nil, nil
		}
		from = "SELECT t.number FROM ticket t " + q.requester() + w.String()
	}
	list, err := singles[int64](ctx, r, from+" LIMIT +"+w.bind(r.dialect.few+1), w.args...)
	if err != nil || len(list) > r.dialect.few {
		return nil, err
	}
	slices.Sort(list)
	return append([]int64{}, slices.Compact(list)...), nil
}

// compared looks for the words in the texts of tickets.
func (r Reader) compared(ctx context.Context, w *where, p *sifted, tickets []int64) error {
	c := w.copy()
	c.add("i.ticket IN (%s)", c.list("BIGINT", tickets))
	return enough(r.each(ctx, "i.ticket, i.id, "+p.text,
		"item i JOIN ticket t ON t.number = i.ticket JOIN person r ON r.id = t.requester "+
			c.String()+
			" ORDER BY i.id DESC", c.args, p.add))
}

// What is compared of an item: what phrases are looked for in, and with its author's name.
var (
	worded = strings.ReplaceAll(`t.subject || '/' || i.subject || '/' || i.text || '/' || coalesce((
		SELECT string_agg(filename, '/') FROM attachment WHERE item = i.id), '')`, "/", border)
	authored = strings.ReplaceAll(worded+`
		|| '/' || coalesce((SELECT name FROM person WHERE id = i.author), '')`, "/", border)
)

// indexed reads the items that the index has for the words, of all tickets, or of few: all behind
// one another, or, where the engine would read all before it hands over the first, some more each
// time.
func (r Reader) indexed(ctx context.Context, w *where, p *sifted, match string,
	tickets []int64) error {
	below := int64(math.MaxInt64)
	for most := r.dialect.chunk; ; most = min(most*4, maxChunk) {
		c := w.copy()
		var found string
		if tickets != nil {
			found = fmt.Sprintf(r.dialect.among, c.bind(match), c.list("BIGINT", tickets),
				c.bind(below))
		} else {
			found = fmt.Sprintf(r.dialect.found, c.bind(match), c.bind(below))
		}
		if most > 0 {
			found += fmt.Sprintf(" LIMIT %d", most)
		}
		read, last, err := r.found(ctx, c, p, found)
		if err != nil || most == 0 || read < most {
			return enough(err)
		}
		below = last
	}
}

// found sifts items that the index has, the newest first. It returns how many it has read, and the
// last of them.
func (r Reader) found(ctx context.Context, w *where, p *sifted, found string) (
	read int, last int64, err error,
) {
	err = r.each(ctx, "coalesce(i.ticket, 0), f.id, CASE WHEN "+w.all()+" THEN "+p.text+" END", `
		(`+found+`) f
		LEFT JOIN item i ON i.id = f.id LEFT JOIN ticket t ON t.number = i.ticket
		LEFT JOIN person r ON r.id = t.requester
		ORDER BY f.id DESC`, w.args, func(ticket, item int64, text sql.NullString) error {
		read, last = read+1, item
		return p.add(ticket, item, text)
	})
	return read, last, err
}

// enough is the error, where it is one.
func enough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// each yields items: their tickets, their ids and what is compared of them, NULL of what is not
// looked for.
func (r Reader) each(ctx context.Context, columns, from string, args []any,
	yield func(ticket, item int64, text sql.NullString) error) error {
	return r.rows(ctx, "SELECT "+columns+" FROM "+from, args, func(rows *sql.Rows) error {
		var ticket, item int64
		var text sql.NullString
		if err := rows.Scan(&ticket, &item, &text); err != nil {
			return err
		}
		return yield(ticket, item, text)
	})
}
