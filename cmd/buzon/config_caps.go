package main

import (
	"cmp"
	"time"

	"buzon/store"
)

type capsConfig struct {
	AckEvery     *duration `toml:"ack_every"` // 0s: no time between
	AcksADay     int       `toml:"acks_a_day"`
	AcksDomain   int       `toml:"acks_domain_hour"`
	AcksAll      int       `toml:"acks_hour"`
	TicketHour   int       `toml:"ticket_hour"`
	NewTicketsOf int       `toml:"new_tickets_hour"`
	Agents       int       `toml:"agent_notices_a_minute"`
	Answers      int       `toml:"answers_hour"`
}

func (c capsConfig) caps() store.Caps {
	caps := store.Caps{AcksADay: c.AcksADay, AcksDomain: c.AcksDomain, AcksAll: c.AcksAll,
		TicketHour: c.TicketHour, NewTicketsOf: c.NewTicketsOf, AgentsAMinute: c.Agents,
		AnswersHour: c.Answers}
	if c.AckEvery != nil {
		caps.AckEvery = cmp.Or(time.Duration(*c.AckEvery), -1) // the zero value is the default
	}
	return caps
}
