package main

import (
	"context"
	"errors"

	"buzon/templates"
)

// samplesOf are mails about a ticket of the desk.
func (h *house) samplesOf(ctx context.Context, ticket int64) (func(string) []templates.Sample, error) {
	return nil, errors.New("not yet")
}
