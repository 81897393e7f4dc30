package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// BreakerPause is how long an admin may look before what a breaker holds begins to go.
const BreakerPause = 15 * time.Minute

const (
	usualTimes = 10 // how many times the usual hourly traffic trips a breaker
	usualSpan  = 21 // days of which the usual is taken, the last apart
	// how many times a breaker's own limit goes out in an hour of what it holds
	releaseTimes = 3
)

// heldStranger holds an acknowledgement back while a breaker is tripped, and tells the admins. All
// strangers are counted once in a commit: while many write, many of its mails ask.
func (tx *Tx) heldStranger(ctx context.Context, e Telling, o Outgoing, now time.Time) (h delay,
	err error) {
	domain := ""
	most, err := tx.breaker(ctx, "", e.Caps.AcksAll, now)
	if err == nil && tx.strangers < 0 {
		tx.strangers, err = tx.strangersLately(ctx, "", most, now)
	}
	switch {
	case err != nil:
		return h, err
	case tx.strangers >= most:
		h.why = heldBreaker
	default:
		_, domain, _ = strings.Cut(o.Address, "@")
		tripped, err := tx.domainTripped(ctx, domain, e.Caps.AcksDomain, now)
		if err != nil || !tripped {
			return h, err
		}
		h.why = heldDomain
	}
	if h.until, err = tx.slot(ctx, most, now); err != nil {
		return h, err
	}
	return h, tx.trip(ctx, e, h.why, domain)
}

// domainTripped reports whether the breaker of a domain is tripped. What is usual there is looked
// up only when the configured number is reached.
func (tx *Tx) domainTripped(ctx context.Context, domain string, least int,
	now time.Time) (bool, error) {
	n, err := tx.strangersLately(ctx, domain, least, now)
	if err != nil || n < least {
		return false, err
	}
	most, err := tx.breaker(ctx, domain, least, now)
	if err == nil && n < most {
		n, err = tx.strangersLately(ctx, domain, most, now)
	}
	return n >= most, err
}

// strangersLately counts the acknowledgements to strangers of the last hour, no further than most.
func (tx *Tx) strangersLately(ctx context.Context, domain string, most int,
	now time.Time) (int, error) {
	where, a := tx.toStrangers(domain, now.Add(-time.Hour), now)
	return tx.countOutbox(ctx, most, where, a...)
}

// toStrangers is the condition for acknowledgements to strangers of a domain, "" for all, in a span
// of time.
func (tx *Tx) toStrangers(domain string, since, until time.Time) (where string, a []any) {
	where = "stranger = 1 AND created_at > $1 AND created_at <= $2"
	a = args(since.UnixMilli(), until.UnixMilli())
	if domain != "" {
		where, a = where+" AND "+tx.dialect.domain+" = $3", append(a, domain)
	}
	return where, a
}

// breaker is how many strangers, of a domain or in all, are acknowledged at once in an hour: the
// configured number, or many times what is usual. It is looked up once an hour.
func (tx *Tx) breaker(ctx context.Context, domain string, least int, now time.Time) (int, error) {
	b, hour := &tx.store.breakers, now.Truncate(time.Hour)
	if !b.hour.Equal(hour) {
		b.hour, b.usual = hour, map[string]float64{}
	}
	usual, known := b.usual[domain]
	if !known {
		var err error
		if usual, err = tx.usualTraffic(ctx, domain, now); err != nil {
			return 0, err
		}
		b.usual[domain] = usual
	}
	return max(least, int(usualTimes*usual)), nil
}

// breakers is what has been looked up in this hour, by domain, "" for all. Only the writer touches
// it.
type breakers struct {
	hour  time.Time
	usual map[string]float64
}

// usualTraffic is how many acknowledgements to strangers there were in an hour of the last weeks.
// The last day is left out: what is unusual about it must not count as usual.
func (tx *Tx) usualTraffic(ctx context.Context, domain string, now time.Time) (float64, error) {
	until := now.Add(-24 * time.Hour)
	where, a := tx.toStrangers(domain, until.AddDate(0, 0, -usualSpan), until)
	var n float64
	var first sql.NullInt64
	_, err := tx.row(ctx, "SELECT count(*), min(created_at) FROM outbox WHERE "+where, a,
		&n, &first)
	if err != nil || n == 0 {
		return 0, err
	}
	return n / max(until.Sub(when(first)).Hours(), 24), nil
}

// slot is when the next acknowledgement that a breaker holds may go: behind the last of them.
func (tx *Tx) slot(ctx context.Context, perHour int, now time.Time) (time.Time, error) {
	slot := now.Add(BreakerPause)
	list, err := tx.brief(ctx, `
		WHERE stranger = 1 AND created_at > $1 AND created_at <= $2
			AND state IN ('held') AND attempts < 1
			AND last_reply IN ('`+heldBreaker+"', '"+heldDomain+`')
		ORDER BY created_at DESC, id DESC LIMIT 1`,
		now.Add(-24*time.Hour).UnixMilli(), now.UnixMilli())
	if err != nil || len(list) == 0 {
		return slot, err
	}
	if next := list[0].Next.Add(time.Hour / time.Duration(releaseTimes*perHour)); next.After(slot) {
		slot = next
	}
	return slot, nil
}
