package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"buzon/mailin"
	"buzon/mailin/milter"
	"buzon/mailin/smtpd"
)

// milterConfig is the filter of the SMTP door, and what becomes of mail that a filter has marked.
type milterConfig struct {
	Address  string   `toml:"address"` // "inet:127.0.0.1:11332", "unix:/run/rspamd/milter.sock"
	Timeout  duration `toml:"timeout"`
	Spam     string   `toml:"spam"`
	Infected string   `toml:"infected"`
	Failure  string   `toml:"failure"` // "tempfail": mail is taken when the filter answers
}

func (c config) checkMilter() error {
	m := c.Milter
	for _, k := range []struct {
		key, value string
		allowed    []string
	}{
		{"spam", m.Spam, []string{"", "mark", "quarantine", "refuse"}},
		{"infected", m.Infected, []string{"", "mark", "quarantine", "refuse"}},
		{"failure", m.Failure, []string{"", "tempfail", "accept"}},
	} {
		if !slices.Contains(k.allowed, k.value) {
			return fmt.Errorf("milter.%s: %q: want one of %q", k.key, k.value, k.allowed[1:])
		}
	}
	if t := time.Duration(m.Timeout); t > 5*time.Minute {
		return fmt.Errorf("milter.timeout: %v: want at most 5m, such as \"30s\"", t)
	}
	if m.Address == "" {
		return nil
	}
	if _, err := milter.Parse(m.Address); err != nil {
		return fmt.Errorf("milter.address: %q: want \"inet:127.0.0.1:11332\" or "+
			"\"unix:/run/rspamd/milter.sock\": %w", m.Address, err)
	}
	return nil
}

func (m milterConfig) filtering() mailin.Filtering {
	return mailin.Filtering{Spam: mailin.Treatment(cmp.Or(m.Spam, "mark")),
		Infected: mailin.Treatment(cmp.Or(m.Infected, "mark"))}
}

// inspect is what asks the filter, nil where there is none.
func (h *house) inspect() func(context.Context, smtpd.Envelope, smtpd.Spool) (smtpd.Found, error) {
	m := h.config.Milter
	if m.Address == "" || h.store == nil {
		return nil
	}
	filter, _ := milter.Parse(m.Address) // check has looked at it
	filter.Timeout = time.Duration(m.Timeout)
	return mailin.DoorFilter{Milter: filter, Hostname: h.config.hostname(), Log: h.log,
		Filtering: m.filtering(), Lenient: m.Failure == "accept"}.Inspect
}
