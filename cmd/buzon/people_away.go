package main

import (
	"errors"

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
