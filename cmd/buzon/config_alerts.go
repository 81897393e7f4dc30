package main

import (
	"fmt"
	"regexp"
	"strings"

	"buzon/mailin"
	"buzon/mailin/alert"
	"buzon/store/desk"
)

type alertsConfig struct {
	Sources  []string `toml:"sources"` // that may open as many tickets as they like
	Problem  string   `toml:"problem"` // patterns of one's own
	Recovery string   `toml:"recovery"`
	Key      string   `toml:"key"`
}

func (c config) checkAlerts() error {
	a := c.Alerts
	for _, s := range a.Sources {
		if desk.Canonical(s) == "" && desk.Canonical("x@"+s) == "" {
			return fmt.Errorf("alerts.sources: %q: want an address, or a domain", s)
		}
	}
	keys := []string{"problem", "recovery", "key"}
	given := a.Problem + a.Recovery + a.Key
	for i, text := range []string{a.Problem, a.Recovery, a.Key} {
		if given != "" && text == "" {
			return fmt.Errorf("alerts.%s: say all three, problem, recovery and key, or none",
				keys[i])
		}
		if _, err := regexp.Compile(text); err != nil {
			return fmt.Errorf("alerts.%s: %q is no regular expression: %w", keys[i], text, err)
		}
	}
	return nil
}

// options are those of the intake; check has looked at them.
func (c alertsConfig) options() (o mailin.AlertOptions) {
	for _, s := range c.Sources {
		if address := desk.Canonical(s); address != "" {
			s = address
		} else {
			_, s, _ = strings.Cut(desk.Canonical("x@"+s), "@")
		}
		o.Sources = append(o.Sources, s)
	}
	if c.Key != "" {
		o.Patterns = alert.Patterns{Problem: regexp.MustCompile(c.Problem),
			Recovery: regexp.MustCompile(c.Recovery), Key: regexp.MustCompile(c.Key)}
	}
	return o
}
