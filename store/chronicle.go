package store

import (
	"cmp"
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

// alarmOf is when the alarm of a ticket was last raised, and the item that raised it; else the last
// that its customers wrote.
func (r Reader) alarmOf(ctx context.Context, ticket int64) (item int64, at time.Time, err error) {
	_, err = r.row(ctx, `
		SELECT a.at, coalesce((
			SELECT i.number FROM item i LEFT JOIN person p ON p.id = i.author
			WHERE i.ticket = $1 AND i.visibility = 'public' AND i.state = 'filed'
				AND (i.mail = a.mail OR p.role = 'customer')
			ORDER BY i.mail = a.mail DESC, i.number DESC LIMIT 1), 0)
		FROM activity a WHERE a.ticket = $1 AND a.what = $2 AND a.new = 'true'
		ORDER BY a.id DESC LIMIT 1`, args(ticket, productionDown), moment{&at}, &item)
	return item, at, err
}

// moments are the alarm, who was alerted, what the customer was told, who took it, and the answer,
// in their order.
func (tx *Tx) moments(ctx context.Context, t desk.Ticket) (list []Moment, err error) {
	list, err = tx.inHistory(ctx, t)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	told, err := tx.toldOfAlarm(ctx, t.Number, list[0].At)
	if err != nil {
		return nil, err
	}
	list = append(list, told...)
	var m Moment
	answered, err := tx.row(ctx, "SELECT i.created_at, "+nameOf+answersAlarm+
		" ORDER BY i.number LIMIT 1", args(t.Number, productionDown), moment{&m.At}, &m.Who)
	if m.What = "answered"; answered {
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b Moment) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(slices.Index(ends, a.What),
			slices.Index(ends, b.What)))
	})
	return list, err
}

// ends are the moments that come last of those of one instant, in their order.
var ends = []string{"taken", "answered", "resolved", "closed"}

// nameOf is how a timeline calls a person.
const nameOf = `coalesce(nullif(p.name, ''),
	(SELECT h.address FROM address h WHERE h.person = p.id ORDER BY h.position LIMIT 1), '')`

// inHistory are the moments that the history has, the alarm first; last who has ended it, where
// somebody has.
func (tx *Tx) inHistory(ctx context.Context, t desk.Ticket) (list []Moment, err error) {
	history, err := tx.Activities(ctx, t.Number)
	last := -1
	for i, a := range history {
		if a.What == "status" && a.Person != 0 {
			last = i
		}
	}
	for i, a := range history {
		what := ""
		switch {
		case a.What == productionDown && a.New == "true":
			what = "raised"
		case a.What == "agent" && a.Person != 0 && len(list) > 0:
			what = "taken"
		case i == last && len(list) > 0:
			what = map[desk.Class]string{desk.Resolved: "resolved", desk.Closed: "closed"}[t.Class]
		}
		if what == "" {
			continue
		}
		p, err := tx.Person(ctx, cmp.Or(a.Person, t.Requester.ID))
		if err != nil {
			return nil, err
		}
		list = append(list, Moment{a.At, what, cmp.Or(p.Name, p.Address())})
	}
	return list, err
}

// toldOfAlarm are the mails about the alarm, since it was raised.
func (r Reader) toldOfAlarm(ctx context.Context, ticket int64, since time.Time) (list []Moment,
	err error) {
	err = r.rows(ctx, `
		SELECT o.created_at, o.kind, o.state, `+nameOf+`
		FROM outbox o LEFT JOIN person p ON p.id = o.person
		WHERE o.ticket = $1 AND o.created_at >= $2
			AND o.kind IN ('production_down', 'still_waiting', 'ack_production_down')
		ORDER BY o.id`, args(ticket, since.UnixMilli()), func(rows *sql.Rows) error {
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
