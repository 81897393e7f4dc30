package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk"
)

// slaConfig is how soon the desk answers, and how long it waits for people.
type slaConfig struct {
	promises
	Service []serviceSLA `toml:"service"`

	RemindWaiting []days `toml:"remind_waiting"` // since the customer was asked
	CloseWaiting  days   `toml:"close_waiting"`
	CloseResolved days   `toml:"close_resolved"`
}

// days is a duration that may be written in days too: "3d", "36h".
type days time.Duration

func (d *days) UnmarshalText(text []byte) error {
	if n, ok := strings.CutSuffix(string(text), "d"); ok {
		if count, err := strconv.Atoi(n); err == nil && count >= 0 && count <= 3650 {
			*d = days(time.Duration(count) * 24 * time.Hour)
			return nil
		}
	}
	v, err := time.ParseDuration(cmp.Or(string(text), "0s"))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration: write one such as \"3d\" or \"36h\"", text)
	}
	*d = days(v)
	return nil
}

// times are the desk's.
func (c config) times() (desk.Times, error) {
	zone, err := c.location()
	t := desk.Times{Zone: zone, CloseWaiting: time.Duration(c.SLA.CloseWaiting),
		CloseResolved: time.Duration(c.SLA.CloseResolved)}
	for _, d := range c.SLA.RemindWaiting {
		t.RemindWaiting = append(t.RemindWaiting, time.Duration(d))
	}
	if err == nil {
		t.SLA, err = c.sla()
	}
	if err == nil {
		t.Law, err = c.law(zone)
	}
	if err == nil {
		t.Ladder, err = c.ladder()
		t.TakeExpires = time.Duration(c.Escalation.TakeExpires)
	}
	if err == nil {
		err = checkWaiting(t)
	}
	return t, err
}

// checkWaiting has whoever waits too long be warned before his ticket is closed.
func checkWaiting(t desk.Times) error {
	last := slices.Max(append(t.RemindWaiting, 0))
	switch {
	case !slices.IsSorted(t.RemindWaiting) || slices.Contains(t.RemindWaiting, 0):
		return errors.New(`sla.remind_waiting: write the days one after the other, ` +
			`such as ["3d", "7d"]`)
	case t.CloseWaiting > 0 && t.CloseWaiting <= last:
		return errors.New("sla.close_waiting: " +
			"a ticket would be closed before its last reminder: " +
			"write a longer time than those of sla.remind_waiting")
	case t.CloseWaiting > 0 && last == 0:
		return errors.New("sla.close_waiting: nobody would be warned: " +
			"name days in sla.remind_waiting too")
	}
	return nil
}
