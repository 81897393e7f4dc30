package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"buzon/store/desk"
)

// panelConfig is when the panel goes by mail, and to whom.
type panelConfig struct {
	At       string `toml:"at"`       // by the clock of who reads it
	To       string `toml:"to"`       // of whom
	Calendar string `toml:"calendar"` // on its working days; "": each day
}

const usualPanel = "08:00"

// usualReaders get the panel where the configuration says nothing of it. Tests run at any hour, and
// send none.
var usualReaders = panelAgents

// Who gets the panel.
const (
	panelAgents = "agents"
	panelAdmins = "admins"
	panelNobody = "nobody"
)

func (c config) checkPanel() error {
	if _, err := c.panelTime(); err != nil {
		return err
	}
	if !slices.Contains([]string{"", panelAgents, panelAdmins, panelNobody}, c.Panel.To) {
		return fmt.Errorf(`panel.to: %q: want "agents", "admins" or "nobody"`, c.Panel.To)
	}
	_, err := c.panelDays()
	return err
}

// panelTime is how long after midnight the panel goes.
func (c config) panelTime() (time.Duration, error) {
	at, err := time.Parse("15:04", cmp.Or(c.Panel.At, usualPanel))
	if err != nil {
		return 0, fmt.Errorf(`panel.at: %q is no time: write one such as %q`, c.Panel.At,
			usualPanel)
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, nil
}

// panelDays is the calendar on whose working days it goes, nil for each day.
func (c config) panelDays() (*desk.Calendar, error) {
	if c.Panel.Calendar == "" {
		return nil, nil
	}
	of, err := c.calendars()
	if err != nil {
		return nil, err
	}
	return calendarNamed(of, "panel.calendar", c.Panel.Calendar)
}

// getsPanel reports whether somebody who works for the desk gets it.
func (c config) getsPanel(p desk.Person) bool {
	switch cmp.Or(c.Panel.To, usualReaders) {
	case panelNobody:
		return false
	case panelAdmins:
		return p.Role == desk.Admin
	}
	return true
}
