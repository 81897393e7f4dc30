package store

import (
	"context"
	"database/sql"
	"time"

	"buzon/store/desk"
)

// Background is what a mail about a ticket has to know of what its reader was sent and wrote.
type Background struct {
	Told    bool   // he was owed another mail about the item before this one
	Carries bool   // the mail says what others would have said too
	Subject string // the newest with which he gave the ticket another name, "" for none
	Wait
}

// Wait is why a ticket waits, where its customer's side is not what it waits for.
type Wait struct {
	Until time.Time // that day comes; zero for none
	Hangs bool      // another ticket is closed
}

// waitOf are the columns of Wait.
func waitOf(ticket string) string {
	return `
			(SELECT at FROM timer WHERE ticket = ` + ticket + ` AND kind = 'wake'),
			EXISTS (SELECT 1 FROM ticket_link l
					JOIN ticket need ON need.number = l.other
					JOIN entry s ON s.id = need.status
				WHERE l.ticket = ` + ticket + ` AND l.kind = 'depends' AND s.class <> 'closed')`
}

// Wait reads it.
func (r Reader) Wait(ctx context.Context, ticket int64) (h Wait, err error) {
	var until sql.NullInt64
	_, err = r.row(ctx, "SELECT"+waitOf("$1"), args(ticket), &until, &h.Hangs)
	h.Until = when(until)
	return h, err
}

// Background reads it in one question, since it is asked for each mail; the subject is only
// customers'.
func (r Reader) Background(ctx context.Context, o Outgoing, reader desk.Role) (b Background,
	err error) {
	var until sql.NullInt64
	_, err = r.row(ctx, `
		SELECT EXISTS (SELECT 1 FROM outbox
				WHERE ticket = $1 AND item = $2 AND person = $3 AND id < $4),
			EXISTS (SELECT 1 FROM outbox WHERE carrier = $4 AND carrier > 0),
			coalesce((SELECT subject FROM item WHERE $5 = 'customer'
					AND ticket = $1 AND author = $3 AND subject <> ''
				ORDER BY number DESC LIMIT 1), ''),`+waitOf("$1"),
		args(o.Ticket, o.Item, o.Person, o.ID, reader), &b.Told, &b.Carries, &b.Subject, &until,
		&b.Hangs)
	b.Until = when(until)
	return b, err
}

// Shared is what several outgoing mails are about, and whom they concern.
type Shared struct {
	Tickets map[int64]desk.Ticket
	Items   map[[2]int64]desk.Item // by ticket and number
	People  map[int64]desk.Person
	// by the mail: what its reader was sent and wrote before, and the last Message-IDs of it
	Backgrounds map[int64]Background
	Before      map[int64][]string
}

// Shared reads it for all of them at once, of the Message-IDs the last n. A ticket that was merged
// into another is left out.
func (r Reader) Shared(ctx context.Context, list []Outgoing, n int) (s Shared, err error) {
	s = Shared{map[int64]desk.Ticket{}, map[[2]int64]desk.Item{}, map[int64]desk.Person{},
		map[int64]Background{}, map[int64][]string{}}
	var mails, tickets, people []int64
	for _, o := range list {
		mails, tickets = append(mails, o.ID), append(tickets, o.Ticket)
		people = append(people, o.Person, o.Details.Author)
	}
	tickets, people = distinct(tickets), distinct(people)
	if err = r.sharedTickets(ctx, s, tickets); err == nil {
		err = r.sharedItems(ctx, s, mails)
	}
	if err == nil {
		err = r.sharedPeople(ctx, s, people)
	}
	if err == nil {
		err = r.backgrounds(ctx, s, mails)
	}
	if err == nil {
		err = r.before(ctx, s, mails, n)
	}
	return s, err
}

func (r Reader) sharedTickets(ctx context.Context, s Shared, numbers []int64) error {
	w := &where{dialect: r.dialect}
	of := "WHERE t.merged_into = 0 AND t.number IN (" + w.list("BIGINT", numbers) + ")"
	page, err := r.page(ctx, persons, len(numbers), of, w.args)
	for _, row := range page {
		s.Tickets[row.Number] = row.Ticket
	}
	return err
}

func (r Reader) sharedItems(ctx context.Context, s Shared, mails []int64) error {
	w := &where{dialect: r.dialect}
	items, err := r.items(ctx, `
		WHERE i.id IN (
			SELECT x.id FROM outbox o JOIN item x ON x.ticket = o.ticket AND x.number = o.item
			WHERE o.id IN (`+w.list("BIGINT", mails)+`))`, w.args...)
	for _, it := range items {
		s.Items[[2]int64{it.Ticket, it.Number}] = it
	}
	return err
}

func (r Reader) sharedPeople(ctx context.Context, s Shared, ids []int64) error {
	w := &where{dialect: r.dialect}
	who, err := r.persons(ctx, "WHERE p.id IN ("+w.list("BIGINT", ids)+")", w.args...)
	for _, p := range who {
		s.People[p.ID] = p
	}
	return err
}

// backgrounds is Background of each mail.
func (r Reader) backgrounds(ctx context.Context, s Shared, mails []int64) error {
	w := &where{dialect: r.dialect}
	return r.rows(ctx, `
		SELECT o.id,
			EXISTS (SELECT 1 FROM outbox x WHERE x.ticket = o.ticket AND x.item = o.item
				AND x.person = o.person AND x.id < o.id),
			EXISTS (SELECT 1 FROM outbox x WHERE x.carrier = o.id AND x.carrier > 0),
			coalesce((SELECT i.subject FROM item i WHERE p.role = 'customer'
					AND i.ticket = o.ticket AND i.author = o.person AND i.subject <> ''
				ORDER BY i.number DESC LIMIT 1), ''),`+waitOf("o.ticket")+`
		FROM outbox o JOIN person p ON p.id = o.person
		WHERE o.id IN (`+w.list("BIGINT", mails)+")", w.args, func(rows *sql.Rows) error {
		var id int64
		var until sql.NullInt64
		var b Background
		err := rows.Scan(&id, &b.Told, &b.Carries, &b.Subject, &until, &b.Hangs)
		b.Until = when(until)
		s.Backgrounds[id] = b
		return err
	})
}

// before is CorrespondenceIDs of each mail.
func (r Reader) before(ctx context.Context, s Shared, mails []int64, n int) error {
	for _, id := range mails {
		s.Before[id] = nil
	}
	w := &where{dialect: r.dialect}
	of := w.list("BIGINT", mails)
	return r.rows(ctx, `
		SELECT mail, message_id
		FROM (
			SELECT x.*, row_number() OVER (
				PARTITION BY mail ORDER BY at DESC, kind DESC, id DESC) AS place
			FROM (
				SELECT o.id AS mail, i.message_id, i.created_at AS at, 0 AS kind, i.id
				FROM outbox o JOIN item i ON i.ticket = o.ticket AND i.author = o.person
				WHERE o.id IN (`+of+`) AND i.message_id <> ''
				UNION ALL
				SELECT o.id, CASE WHEN e.relay_id <> '' THEN e.relay_id ELSE e.message_id END,
					e.created_at, 1, e.id
				FROM outbox o JOIN outbox e ON e.ticket = o.ticket AND e.person = o.person
					AND e.id < o.id
				WHERE o.id IN (`+of+`) AND e.message_id <> '' AND e.state <> 'failed'
			) AS x
		) AS f
		WHERE place <= `+w.bind(n)+`
		ORDER BY mail, at, kind, id`, w.args, func(rows *sql.Rows) error {
		var mail int64
		var id string
		err := rows.Scan(&mail, &id)
		s.Before[mail] = append(s.Before[mail], id)
		return err
	})
}
