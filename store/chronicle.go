package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"buzon/store/desk"
)

// Moment is something that happened between the alarm of Producción Caída and its answer.
type Moment struct {
	At   time.Time
	What string // a key of the phrases' [timeline]
	Who  string
}

// chronicle writes the item that tells what happened when, for agents. words writes it out.
func (tx *Tx) chronicle(ctx context.Context, t desk.Ticket, words func([]Moment) string) error {
	list, err := tx.moments(ctx, t)
	if err != nil || words == nil || len(list) == 0 {
		return err
	}
	it := desk.Item{Ticket: t.Number, Type: desk.Automatic, Visibility: desk.Internal,
		State: desk.Filed, Text: words(list)}
	_, err = tx.AddItem(ctx, t.Subject, NewItem{Item: it})
	if err != nil {
		return fmt.Errorf("write the timeline: %w", err)
	}
	return nil
}

// moments are the alarm, who was alerted, what the customer was told, who took it, and the answer,
// in their order.
func (tx *Tx) moments(ctx context.Context, t desk.Ticket) (list []Moment, err error) {
	done, err := tx.raisedAndTaken(ctx, t)
	if err != nil {
		return nil, err
	}
	told, err := tx.toldOfAlarm(ctx, t.Number)
	if err != nil {
		return nil, err
	}
	items, err := tx.items(ctx, `
		WHERE i.ticket = $1 AND i.visibility = 'public' AND i.id = (
			SELECT min(f.id) FROM item f JOIN person q ON q.id = f.author
			WHERE f.ticket = $1 AND f.visibility = 'public' AND q.role <> 'customer')`, t.Number)
	list = slices.Concat(done, told)
	for _, it := range items {
		list = append(list, Moment{it.CreatedAt, "answered", it.Author.Name})
	}
	slices.SortStableFunc(list, func(a, b Moment) int { return a.At.Compare(b.At) })
	return list, err
}

// raisedAndTaken are the moments that the history has.
func (tx *Tx) raisedAndTaken(ctx context.Context, t desk.Ticket) (list []Moment, err error) {
	history, err := tx.Activities(ctx, t.Number)
	for _, a := range history {
		switch {
		case a.What == productionDown && a.New == "true":
			list = append(list, Moment{a.At, "raised", t.Requester.Name})
		case a.What == "agent" && a.Person != 0:
			p, err := tx.Person(ctx, a.Person)
			if err != nil {
				return nil, err
			}
			list = append(list, Moment{a.At, "taken", p.Name})
		}
	}
	return list, err
}

// toldOfAlarm are the mails about the alarm.
func (r Reader) toldOfAlarm(ctx context.Context, ticket int64) (list []Moment, err error) {
	err = r.rows(ctx, `
		SELECT o.created_at, o.kind, o.state, p.name FROM outbox o LEFT JOIN person p ON p.id = o.person
		WHERE o.ticket = $1 AND o.kind IN ('production_down', 'still_waiting', 'ack_production_down')
		ORDER BY o.id`, args(ticket), func(rows *sql.Rows) error {
		var at int64
		var kind, state, name string
		err := rows.Scan(&at, &kind, &state, &name)
		m := Moment{time.UnixMilli(at), map[string]string{"production_down": "alerted"}[kind], name}
		switch {
		case m.What == "" && state == string(Failed):
			m.What = "not_told"
		case m.What == "":
			m.What = "told"
		case state == string(Failed):
			m.What = "not_alerted"
		}
		list = append(list, m)
		return err
	})
	return list, err
}
