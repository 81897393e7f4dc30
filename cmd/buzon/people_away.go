package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"buzon/store/desk"
)

// readAway reads until when an agent is away, and finds who stands in.
func (h *house) readAway(c *cobra.Command, f *personFlags, of desk.Person) error {
	until, err := h.day("away-until", f.awayUntil)
	switch named := f.substitute != ""; {
	case err != nil:
		return err
	case named != (f.awayUntil != ""):
		return exitError{exitUsage, errors.New("--away-until and --substitute go together")}
	case !named:
		return nil
	case !until.AddDate(0, 0, 1).After(h.store.Now()):
		return exitError{exitUsage, errors.New("--away-until: that day is over")}
	}
	s, err := named(c.Context(), h.store.Reader, f.substitute)
	switch {
	case err != nil:
		return err
	case !s.Agent() || !s.Active || s.ID == of.ID:
		return exitError{exitUsage, errors.New("--substitute: name another agent of the desk")}
	}
	f.away.AwayUntil, f.away.Substitute = until.AddDate(0, 0, 1), s.ID
	return nil
}

// lastDay is the last on which an agent is away.
func (h *house) lastDay(p desk.Person) string {
	return p.AwayUntil.Add(-time.Second).In(h.location).Format(time.DateOnly)
}

// absence is the last day on which an agent is away, and who stands in; nil where he is there.
func (h *house) absence(ctx context.Context, p desk.Person) (until, substitute *string, err error) {
	if !p.Away(h.store.Now()) {
		return nil, nil, nil
	}
	s, err := h.store.Person(ctx, p.Substitute)
	day, who := h.lastDay(p), s.Address()
	return &day, &who, err
}
