package store

import (
	"context"

	"buzon/store/desk"
)

var watched = newTable("alert", "a", "", []column[desk.Alert]{
	{"mailbox", func(a *desk.Alert) any { return &a.Mailbox }, once, nil},
	{"source", func(a *desk.Alert) any { return &a.Source }, once, nil},
	{"key", func(a *desk.Alert) any { return &a.Key }, once, nil},
	{"ticket", func(a *desk.Alert) any { return &a.Ticket }, always, nil},
	{"state", func(a *desk.Alert) any { return &a.State }, always, nil},
	{"level", func(a *desk.Alert) any { return &a.Level }, always, nil},
	{"proof", func(a *desk.Alert) any { return &a.Proof }, always, nil},
	{"count", func(a *desk.Alert) any { return &a.Count }, always, nil},
	{"turns", func(a *desk.Alert) any { return &a.Turns }, always, nil},
	{"turned_at", func(a *desk.Alert) any { return moment{&a.Turned} }, always, nil},
	{"flapping", func(a *desk.Alert) any { return &a.Flapping }, always, nil},
	{"first_at", func(a *desk.Alert) any { return moment{&a.First} }, always, nil},
	{"last_at", func(a *desk.Alert) any { return moment{&a.Last} }, always, nil},
})

var putAlert = watched.insertion(1) + `
	ON CONFLICT (mailbox, source, key) DO UPDATE SET
		ticket = excluded.ticket, state = excluded.state, level = excluded.level,
		proof = excluded.proof, count = excluded.count, turns = excluded.turns,
		turned_at = excluded.turned_at, flapping = excluded.flapping,
		first_at = excluded.first_at, last_at = excluded.last_at`

// Alert returns what is known of a thing that is watched.
func (r Reader) Alert(ctx context.Context, mailbox, source, key string) (desk.Alert, error) {
	return watched.one(ctx, r, "WHERE a.mailbox = $1 AND a.source = $2 AND a.key = $3",
		mailbox, source, key)
}

// AlertsOf lists what monitoring systems told that a ticket is about.
func (r Reader) AlertsOf(ctx context.Context, ticket int64) ([]desk.Alert, error) {
	return watched.list(ctx, r, "WHERE a.ticket = $1 ORDER BY a.first_at, a.key", ticket)
}

// AlertSource is how much an address writes of what it watches.
type AlertSource struct {
	Mailbox, Source        string
	Alerts, Open, Flapping int
	Told                   int // how often what was last wrong was told
}

// AlertSources lists who writes alerts, the busiest first.
func (r Reader) AlertSources(ctx context.Context) ([]AlertSource, error) {
	return several(ctx, r.statements, `
		SELECT mailbox, source, count(*), sum(CASE WHEN state = 'problem' THEN 1 ELSE 0 END),
			sum(flapping), sum(count) AS told
		FROM alert GROUP BY mailbox, source ORDER BY told DESC, source`, nil,
		func(s *AlertSource) []any {
			return []any{&s.Mailbox, &s.Source, &s.Alerts, &s.Open, &s.Flapping, &s.Told}
		})
}

// PutAlert writes what is known of it now.
func (tx *Tx) PutAlert(ctx context.Context, a desk.Alert) error {
	return tx.write(ctx, putAlert, watched.values(once, &a)...)
}
