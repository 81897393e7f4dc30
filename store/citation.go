package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Reference is where a Message-ID leads.
type Reference struct{ Ticket, Item int64 }

// Citation is a ticket in which a person's mail named an id that nobody knows.
type Citation struct {
	ID     string
	Ticket int64
}

// idsAtOnce is how many ids a statement asks about: always as many, so that there is one text to
// prepare.
const idsAtOnce = 10

// References looks up which of the Message-IDs are those of mail that was filed, where the first
// with an id keeps it; and which ones mails of the person named, in the newest ticket first. An id
// that two others have named, each in a ticket of his own, is that of a mail to many: whoever
// answers it again need not speak of the same.
func (r Reader) References(ctx context.Context, person int64,
	ids []string) (known map[string]Reference, cited []Citation, err error) {
	known = map[string]Reference{}
	for some := range slices.Chunk(ids, idsAtOnce) {
		a := args(person)
		for i := range idsAtOnce {
			a = append(a, some[min(i, len(some)-1)])
		}
		err := r.rows(ctx, referencesQuery, a, func(rows *sql.Rows) error {
			var id string
			var ref Reference
			var named bool
			err := rows.Scan(&id, &ref.Ticket, &ref.Item, &named)
			if named {
				cited = append(cited, Citation{id, ref.Ticket})
			} else {
				known[id] = ref
			}
			return err
		})
		if err != nil {
			return nil, nil, fault(err)
		}
	}
	return known, cited, nil
}

var referencesQuery = strings.ReplaceAll(`
	SELECT message_id, ticket, item, 0 AS cited
	FROM journal
	WHERE id IN (
		SELECT min(id) FROM journal
		WHERE message_id IN (IDS) AND message_id <> '' AND ticket <> 0
		GROUP BY message_id)
	UNION ALL
	SELECT relay_id, ticket, item, 0
	FROM outbox
	WHERE relay_id IN (IDS) AND relay_id <> '' AND ticket <> 0
	UNION ALL
	SELECT c.message_id, c.ticket, 0, 1
	FROM citation c
	WHERE c.message_id IN (IDS) AND c.person = $1
		AND (SELECT count(*) FROM (
			SELECT DISTINCT o.person FROM citation o
			WHERE o.message_id = c.message_id AND o.person <> c.person AND o.ticket <> c.ticket
			LIMIT 2) others) < 2
	ORDER BY cited, ticket DESC`, "IDS", placeholders(2, idsAtOnce))

// placeholders are n of them, from the first on.
func placeholders(first, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(list, ", ")
}

// Cite notes that a mail of the person in the ticket named ids that nobody knows.
func (tx *Tx) Cite(ctx context.Context, person, ticket int64, ids []string) error {
	a, rows := args(person, ticket), make([]string, len(ids))
	for i, id := range ids {
		a, rows[i] = append(a, id), fmt.Sprintf("($%d, $1, $2)", i+3)
	}
	return tx.write(ctx, `
		INSERT INTO citation (message_id, person, ticket)
		VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT DO NOTHING`, a...)
}
