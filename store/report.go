package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Counted is what a report must know of a ticket. A merged ticket is none: it is counted as the one
// in which it lives on.
type Counted struct {
	Status, Product, Type, Severity, Agent, Requester int64
	Created                                           time.Time
}

// countedAtOnce is how many tickets are handed over in one row: a row of its own for each costs
// several times as much as the ticket.
const countedAtOnce = 2000

// Counting hands over what a report counts, of the tickets opened between two times, in any order:
// some are read while f counts others, one at a time.
func (r Reader) Counting(ctx context.Context, since, until time.Time, f func(*Counted)) error {
	var last int64
	if _, err := r.row(ctx, "SELECT coalesce(max(number), 0) FROM ticket", nil, &last); err != nil {
		return err
	}
	var counting sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for from := int64(0); from < last; from += countedAtOnce {
		group.Go(func() error {
			text, err := r.figures(ctx, from, since, until)
			counting.Lock()
			defer counting.Unlock()
			eachCounted(text, f)
			return err
		})
	}
	return group.Wait()
}

// figures reads the figures of countedAtOnce tickets as eachCounted takes them.
func (r Reader) figures(ctx context.Context, from int64, since, until time.Time) (string, error) {
	var text string
	_, err := r.row(ctx, `
		SELECT coalesce(string_agg(concat_ws(' ', status, product, type, severity, agent,
			requester, created_at), ' '), '')
		FROM ticket
		WHERE number > $1 AND number <= $2 AND merged_into = 0
			AND created_at >= $3 AND created_at < $4`,
		args(from, from+countedAtOnce, since.UnixMilli(), until.UnixMilli()), &text)
	if err != nil {
		return "", fmt.Errorf("count tickets: %w", err)
	}
	return text, nil
}

// eachCounted reads the figures of tickets.
func eachCounted(text string, f func(*Counted)) {
	var c Counted
	var created int64
	to := []*int64{&c.Status, &c.Product, &c.Type, &c.Severity, &c.Agent, &c.Requester, &created}
	for i := 0; text != ""; i++ {
		var word string
		word, text, _ = strings.Cut(text, " ")
		if *to[i%len(to)], _ = strconv.ParseInt(word, 10, 64); i%len(to) == len(to)-1 {
			c.Created = time.UnixMilli(created)
			f(&c)
		}
	}
}

// Memberships are the organisations of all people who have one.
func (r Reader) Memberships(ctx context.Context) (map[int64]int64, error) {
	var text string
	_, err := r.row(ctx, `
		SELECT coalesce(string_agg(concat_ws(' ', id, organisation), ' '), '')
		FROM person
		WHERE organisation > 0`, nil, &text)
	list := make(map[int64]int64, len(text)/9)
	for text != "" {
		var person, organisation string
		person, text, _ = strings.Cut(text, " ")
		organisation, text, _ = strings.Cut(text, " ")
		id, _ := strconv.ParseInt(person, 10, 64)
		list[id], _ = strconv.ParseInt(organisation, 10, 64)
	}
	return list, err
}
