package main

import (
	"context"
	"fmt"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

const (
	panelAhead = 65 * time.Minute // the job runs every hour
	panelLate  = 4 * time.Hour    // whoever was not there by then waits for the next day's
)

// panel owes everybody who works for the desk the panel of his day, once. It is gathered when it
// goes, at the hour of the configuration by its reader's clock. A desk without cases has none.
func (h *house) panel(ctx context.Context) (string, error) {
	at, err := h.config.panelTime()
	if err != nil {
		return "", err
	}
	days, err := h.config.panelDays()
	if err != nil {
		return "", err
	}
	if some, err := h.store.HasTickets(ctx); err != nil || !some {
		return "", err
	}
	n := 0
	err = h.store.Write(ctx, func(tx *store.Tx) error {
		agents, err := tx.Agents(ctx)
		n = 0
		for _, p := range agents {
			if err != nil {
				return err
			}
			due, ok := nextPanel(tx.Now().In(p.Clock(h.location)), at, days)
			if !ok || !h.config.getsPanel(p) || !p.Reachable() {
				continue
			}
			var owed bool
			if owed, err = tx.AnswerOnce(ctx, h.panelMail(p, due, at, days)); owed {
				n++
			}
		}
		return err
	})
	if n == 0 {
		return "", err
	}
	return fmt.Sprintf("%d panels", n), err
}

// panelMail is the panel of a day to a person.
func (h *house) panelMail(p desk.Person, due time.Time, at time.Duration,
	days *desk.Calendar) store.Outgoing {
	day := due.Format(time.DateOnly)
	return store.Outgoing{Kind: desk.AnswerNotice, Lane: store.Bulk, Topic: "panel " + day,
		Person: p.ID, Address: p.Address(), Mailbox: h.boxes[0].Address,
		Next: p.Awake(due, h.location),
		Details: store.Details{Query: &desk.Query{About: desk.Panel, Day: day,
			Since: panelBefore(due, at, days)}}}
}

// nextPanel is when the panel of today goes, false where it is not time yet, or too late.
func nextPanel(now time.Time, at time.Duration, days *desk.Calendar) (time.Time, bool) {
	due := onDay(now, 0, at)
	return due, days.WorkDay(due) && now.Add(panelAhead).After(due) &&
		now.Before(due.Add(panelLate))
}

// panelBefore is when the last panel before it went: what it tells has happened since then.
func panelBefore(due time.Time, at time.Duration, days *desk.Calendar) time.Time {
	const longest = 30 // days off
	for back := 1; back < longest; back++ {
		if before := onDay(due, -back, at); days.WorkDay(before) {
			return before
		}
	}
	return onDay(due, -longest, at)
}

// onDay is a time of the day so many days after another, by the clock on the wall.
func onDay(day time.Time, after int, at time.Duration) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+after, 0, int(at.Minutes()), 0, 0, day.Location())
}
