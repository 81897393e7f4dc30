package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

func (a *app) alert() *cobra.Command {
	c := &cobra.Command{Use: "alert", Short: "What monitoring systems have told"}
	c.AddCommand(&cobra.Command{Use: "list", Short: "List who tells, the busiest first",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.look(c.Context())
			if err != nil {
				return err
			}
			defer h.close()
			list, err := h.store.AlertSources(c.Context())
			if err != nil {
				return failed(err)
			}
			return failed(a.printSources(list))
		}})
	return c
}

// sourceRow is the JSON of an address that writes alerts.
type sourceRow struct {
	Source   string `json:"source"`
	Mailbox  string `json:"mailbox"`
	Alerts   int    `json:"alerts"` // things that it watches
	Open     int    `json:"open"`   // of them, that have a problem
	Flapping int    `json:"flapping"`
	Told     int    `json:"told"` // how often the last problems were told
}

func (a *app) printSources(list []store.AlertSource) error {
	return printAll(a, list,
		func(s store.AlertSource) sourceRow {
			return sourceRow{s.Source, s.Mailbox, s.Alerts, s.Open, s.Flapping, s.Told}
		}, []string{"SOURCE", "MAILBOX", "ALERTS", "OPEN", "FLAPPING", "TOLD"},
		func(s store.AlertSource) []string {
			return []string{s.Source, s.Mailbox, fmt.Sprint(s.Alerts), fmt.Sprint(s.Open),
				fmt.Sprint(s.Flapping), fmt.Sprint(s.Told)}
		})
}

// alertRow is the JSON of what a ticket is about that a monitoring system told.
type alertRow struct {
	Source   string  `json:"source"`
	Key      string  `json:"key"`
	State    string  `json:"state"`
	Count    int     `json:"count"` // how often the problem was told
	Flapping bool    `json:"flapping"`
	FirstAt  *string `json:"first_at"`
	LastAt   *string `json:"last_at"`

	alert desk.Alert
}

func alertJSON(w desk.Alert) alertRow {
	return alertRow{w.Source, w.Key, string(w.State), w.Count, w.Flapping, stamp(w.First),
		stamp(w.Last), w}
}

// words are how often it was told, and when last.
func (r alertRow) words(clock func(time.Time) string) string {
	text := fmt.Sprintf("%s: %s, told %d times since %s, heard of last %s", safe(r.Key), r.State,
		r.Count, clock(r.alert.First), clock(r.alert.Last))
	if r.Flapping {
		text += "; it comes and goes"
	}
	return text
}
