package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"buzon/store/desk"
	"buzon/threading"
)

type mailboxConfig struct {
	Address        string   `toml:"address"`
	Name           string   `toml:"name"` // the address
	Aliases        []string `toml:"aliases"`
	Senders        []string `toml:"senders"`
	PlusAddressing bool     `toml:"plus_addressing"`
	SubjectTag     string   `toml:"subject_tag"` // the reader's language's
	ClosedReply    string   `toml:"closed_reply"`
	Product        string   `toml:"product"`
	NumberIsEnough bool     `toml:"number_is_enough"`
	Alerts         bool     `toml:"alerts"`
	Hold           duration `toml:"hold"` // an agent's answer waits so long and can be cancelled
	Satisfaction   bool     `toml:"satisfaction"`
	Profile        string   `toml:"profile"`
	// support for whoever has no contract is at this rate, which he accepts before it begins
	DemandSupport bool   `toml:"demand_support"`
	DemandRate    string `toml:"demand_rate"`
	// replies and bounces come to it; that of the address
	ReplyDomain string `toml:"reply_domain"`
}

// mailboxes are the desk's, with their defaults filled in.
func (c config) mailboxes() (list desk.Mailboxes, err error) {
	if len(c.Mailbox) == 0 {
		return nil, errors.New("mailbox: " +
			"add a [[mailbox]] with the address that customers write to")
	}
	for _, m := range c.Mailbox {
		box, err := m.mailbox()
		if err != nil {
			return nil, err
		}
		list = append(list, box)
	}
	return list, list.Check()
}

// longestHold is how long an answer may wait: a customer waits with it.
const longestHold = time.Hour

func (m mailboxConfig) mailbox() (box desk.Mailbox, err error) {
	box = desk.Mailbox{Address: desk.Canonical(m.Address), Plus: m.PlusAddressing,
		ClosedReply: desk.ClosedReply(m.ClosedReply),
		Tag:         m.SubjectTag,
		Product:     m.Product, NumberIsEnough: m.NumberIsEnough, Alerts: m.Alerts,
		Hold: time.Duration(m.Hold), Satisfaction: m.Satisfaction}
	box.Name = cmp.Or(m.Name, box.Address)
	if box.Address == "" {
		return box, fmt.Errorf("mailbox.address: %q is no mail address", m.Address)
	}
	if box.Aliases, err = canonicals("mailbox.aliases", m.Aliases); err != nil {
		return box, err
	}
	if box.Senders, err = canonicals("mailbox.senders", m.Senders); err != nil {
		return box, err
	}
	if err := m.check(); err != nil {
		return box, err
	}
	if m.DemandSupport {
		box.Demand = strings.TrimSpace(m.DemandRate)
	}
	box.ReplyDomain, err = m.replyDomain()
	return box, err
}

func (m mailboxConfig) check() error {
	if !slices.Contains([]string{"", "new", "reopen", "reject"}, m.ClosedReply) {
		return fmt.Errorf(`mailbox.closed_reply: %q: want "new", "reopen" or "reject"`,
			m.ClosedReply)
	}
	if m.Hold < 0 || time.Duration(m.Hold) > longestHold {
		return fmt.Errorf(`mailbox.hold: want a time between "0s" and "%v"`, longestHold)
	}
	if m.DemandSupport && strings.TrimSpace(m.DemandRate) == "" {
		return errors.New(`mailbox.demand_rate: say what support on demand costs, ` +
			`as customers read it: "USD 60 por hora"`)
	}
	if !m.PlusAddressing {
		return nil
	}
	if err := threading.CheckMailbox(desk.Canonical(m.Address)); err != nil {
		return fmt.Errorf("mailbox.address: %w", err)
	}
	return nil
}

// replyDomain is the domain of its own to which replies come, where there is one.
func (m mailboxConfig) replyDomain() (string, error) {
	if m.ReplyDomain == "" {
		return "", nil
	}
	_, domain, ok := strings.Cut(desk.Canonical("x@"+m.ReplyDomain), "@")
	switch {
	case !ok || strings.Contains(m.ReplyDomain, "@"):
		return "", fmt.Errorf("mailbox.reply_domain: %q: want a domain, such as casos.ejemplo.test",
			m.ReplyDomain)
	case !m.PlusAddressing:
		return "", errors.New("mailbox.reply_domain: needs plus_addressing = true: " +
			"replies come to signed addresses there")
	}
	return domain, nil
}

// canonicals are the addresses of a key.
func canonicals(key string, list []string) (out []string, err error) {
	for _, a := range list {
		if desk.Canonical(a) == "" {
			return nil, fmt.Errorf("%s: %q is no mail address", key, a)
		}
		out = append(out, desk.Canonical(a))
	}
	return out, nil
}
