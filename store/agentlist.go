package store

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"buzon/store/desk"
)

const (
	alertsAMinute  = 20              // alerts that production is down, to one address,
	alertsOfSender = 3               // and of one sender
	listEvery      = time.Minute     // between two lists to an agent
	listOften      = 30              // mails to an agent in an hour, past which
	listRarely     = 5 * time.Minute // it is longer
)

// heldAlert folds the alerts of one sender, and of a great many, by the minute.
func (tx *Tx) heldAlert(ctx context.Context, e Telling, o Outgoing, now time.Time) (h delay,
	err error) {
	if h, err = tx.join(ctx, o); h.why != "" || err != nil {
		return h, err
	}
	all, own := 0, 0
	err = tx.rows(ctx, `
		SELECT o.kind, coalesce(t.requester, 0)
		FROM outbox o LEFT JOIN ticket t ON t.number = o.ticket
		WHERE o.address = $1 AND o.created_at > $2 AND o.created_at <= $3
			AND o.lane < 1 AND o.`+alerts+`
		LIMIT +$4`,
		args(o.Address, now.Add(-listEvery).UnixMilli(), now.UnixMilli(), alertsAMinute),
		func(rows *sql.Rows) error {
			var kind desk.Notice
			var requester int64
			err := rows.Scan(&kind, &requester)
			if all++; requester == e.Ticket.Requester.ID {
				own++
			}
			if kind.Trait().Lists || own >= alertsOfSender || all >= alertsAMinute {
				h = delay{heldList, now.Add(listEvery)}
			}
			return err
		})
	return h, err
}

// heldForList holds back a notice to an agent who gets more of them than anybody reads one by one.
func (tx *Tx) heldForList(ctx context.Context, e Telling, o Outgoing, why string,
	now time.Time) (delay, error) {
	heard, known := e.heard[o.Address]
	if !known { // a customer's that has become one of many
		list, err := tx.heardLately(ctx, e.Caps, []string{o.Address})
		if err != nil {
			return delay{}, err
		}
		heard = list[o.Address]
	}
	switch {
	case !heard.waits.IsZero():
		return delay{cmp.Or(why, heldList), heard.waits}, nil
	case why == "" && !heard.crowd && heard.list.IsZero():
		return delay{}, nil
	}
	wait, err := tx.listWait(ctx, o.Address, now)
	next := heard.list.Add(wait)
	if !next.After(now) {
		if why == "" && !heard.crowd {
			return delay{}, err
		}
		next = now.Add(wait)
	}
	return delay{cmp.Or(why, heldList), next}, err
}

// heard is what an agent heard of late.
type heard struct {
	waits time.Time // until then waits the list that a notice may join; zero: none waits
	list  time.Time // when the last list was made
	crowd bool      // many notices came within a minute
	n     int
}

// heardLately is what each agent heard of late.
func (tx *Tx) heardLately(ctx context.Context, caps Caps,
	addresses []string) (map[string]heard, error) {
	now := tx.store.Now()
	all := map[string]heard{}
	for _, address := range addresses {
		all[address] = heard{}
	}
	return all, tx.eachAddress(ctx, addresses, `
		SELECT address, kind, at, waits FROM (
			SELECT address, kind, created_at AS at, 0 AS waits FROM outbox
			WHERE address = ADDRESS AND created_at > $1 AND created_at <= $2 AND lane > 1
			ORDER BY created_at DESC, id DESC LIMIT +$3
		) f
		UNION ALL SELECT address, kind, at, waits FROM (
			SELECT address, kind, next_at AS at, 1 AS waits FROM outbox
			WHERE address = ADDRESS AND lane = $4 AND `+capped+` AND NOT `+keptFor+`
			ORDER BY id LIMIT 1
		) x`, args(now.Add(-listRarely).UnixMilli(), now.UnixMilli(), caps.AgentsAMinute, Bulk),
		func(address string, kind desk.Notice, millis int64, waits bool) {
			h, at := all[address], time.UnixMilli(millis)
			if waits {
				h.waits = at
			} else {
				h.add(kind, at, caps.AgentsAMinute, now.Add(-listEvery))
			}
			all[address] = h
		})
}

// add counts one more notice, of which most since a time are a crowd.
func (h *heard) add(kind desk.Notice, at time.Time, most int, since time.Time) {
	if h.n++; h.n == most {
		h.crowd = at.After(since)
	}
	if kind.Trait().Lists && h.list.IsZero() {
		h.list = at
	}
}

// join is the delay of what waits for the same list already.
func (tx *Tx) join(ctx context.Context, o Outgoing) (h delay, err error) {
	var next int64
	ok, err := tx.row(ctx, `
		SELECT next_at FROM outbox
		WHERE address = $1 AND lane = $2 AND `+capped+` AND NOT `+keptFor+`
		ORDER BY id LIMIT 1`, args(o.Address, o.Lane), &next)
	if err != nil || !ok {
		return h, err
	}
	return delay{heldList, time.UnixMilli(next)}, nil
}

// listWait is how long notices are gathered for a list: longer where the agent had many mails in
// the last hour.
func (tx *Tx) listWait(ctx context.Context, address string, now time.Time) (time.Duration, error) {
	n, err := tx.countOutbox(ctx, listOften,
		"address = $1 AND created_at > $2 AND created_at <= $3 AND lane > 1 AND carrier < 1",
		address, now.Add(-time.Hour).UnixMilli(), now.UnixMilli())
	if n >= listOften {
		return listRarely, err
	}
	return listEvery, err
}
