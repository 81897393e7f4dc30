package main

import (
	"context"
	"fmt"
	"time"

	"buzon/store/desk"
)

// balanceJSON is how much of its hours a contract has spent in the period that it is.
type balanceJSON struct {
	From   string `json:"from"` // the first day; "": it has none
	Until  string `json:"until"`
	Bought int    `json:"bought_minutes"`
	Spent  int    `json:"spent_minutes"`
	Left   int    `json:"left_minutes"`
}

func (b *balanceJSON) String() string {
	if b == nil {
		return ""
	}
	text := fmt.Sprintf("%s of %s, %s left", desk.Spent(b.Spent), desk.Spent(b.Bought),
		desk.Spent(b.Left))
	if b.From != "" {
		text += ", from " + b.From
	}
	if b.Until != "" {
		text += ", until " + b.Until
	}
	return text
}

// balance is nil for a service that has no hours today.
func (h *house) balance(ctx context.Context, e desk.Entry) (*balanceJSON, error) {
	b, ok, err := h.store.Balance(ctx, e, h.store.Now().In(h.location))
	if err != nil || !ok {
		return nil, err
	}
	row := &balanceJSON{Bought: b.Bought, Spent: b.Spent, Left: b.Left()}
	if !b.From.IsZero() {
		row.From = b.From.Format(time.DateOnly)
	}
	if !b.To.IsZero() {
		row.Until = b.To.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return row, nil
}
