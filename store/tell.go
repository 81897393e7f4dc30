package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"buzon/store/desk"
)

// Caps keep a machine that answers every mail from being answered for ever, and the desk from being made to write to
// people who never wrote to it. What they hold back is noted in the ticket's history. Zero fields take the defaults.
type Caps struct {
	AckEvery     time.Duration // least time between two acknowledgements to one address; 10 min, and below zero: none
	AcksADay     int           // acknowledgements to one address in 24 h; 5
	AcksDomain   int           // acknowledgements to strangers of one domain in an hour; 50
	AcksAll      int           // acknowledgements to strangers in all in an hour; 200
	TicketHour   int           // automatic mails about one ticket to one address in an hour; 20
	NewTicketsOf int           // new tickets of one requester in an hour that agents are told of; 20
}

// Defaults fills in what is zero.
func (c Caps) Defaults() Caps {
	d := Caps{10 * time.Minute, 5, 50, 200, 20, 20}
	if c.AckEvery == 0 {
		c.AckEvery = d.AckEvery
	}
	for _, f := range [][2]*int{{&c.AcksADay, &d.AcksADay}, {&c.AcksDomain, &d.AcksDomain}, {&c.AcksAll, &d.AcksAll},
		{&c.TicketHour, &d.TicketHour}, {&c.NewTicketsOf, &d.NewTicketsOf}} {
		if *f[0] == 0 {
			*f[0] = *f[1]
		}
	}
	return c
}

// Telling is an event with what its notices say.
type Telling struct {
	desk.Event
	Mail     int64 // the journal row that it came by
	Details  Details
	Silent   bool // the requester is not acknowledged: a machine, or an address that may be somebody else's
	Stranger bool // the requester was not known before this mail
	Caps     Caps

	fresh bool // the ticket is new: nothing was sent about it yet
	flood bool // its requester opens many
}

// Tell owes the notices of an event to everybody who must hear of it, within the caps.
func (tx *Tx) Tell(ctx context.Context, e Telling) error {
	e.Caps = e.Caps.Defaults()
	if err := tx.audience(ctx, &e.Event); err != nil {
		return fmt.Errorf("find who must be told: %w", err)
	}
	if err := tx.measure(ctx, &e); err != nil {
		return fmt.Errorf("count new tickets: %w", err)
	}
	for _, n := range desk.Due(e.Event) {
		if e.Silent && n.Notice.Acknowledges() {
			continue
		}
		reason, err := tx.capped(ctx, e, n)
		if err != nil {
			return fmt.Errorf("count what was sent: %w", err)
		}
		if reason != "" {
			err = tx.Note(ctx, Activity{Ticket: e.Ticket.Number, Mail: e.Mail, What: "not_told", Old: n.To.Address(), New: string(n.Notice) + ": " + reason})
		} else {
			err = tx.owe(ctx, e, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) owe(ctx context.Context, e Telling, n desk.Notification) (err error) {
	d := e.Details
	d.Old, d.Author = e.Old, e.Author.ID
	if n.Notice.Acknowledges() || n.Notice == desk.OpenedForYou { // the first mail of ours that a person gets
		if d.Welcome, err = tx.Welcome(ctx, n.To.ID); err != nil {
			return err
		}
	}
	o := Outgoing{Kind: n.Notice, Ticket: e.Ticket.Number, Item: e.Item.Number, Mail: e.Mail,
		Person: n.To.ID, Address: n.To.Address(), Stranger: e.Stranger && n.Notice.Acknowledges(), Mailbox: e.Ticket.Mailbox, Details: d}
	if o.Stranger {
		tx.strangers++
	}
	_, err = tx.Owe(ctx, o)
	return err
}

// audience fills in the desk's side.
func (tx *Tx) audience(ctx context.Context, e *desk.Event) error {
	agents, err := tx.Agents(ctx)
	if err != nil {
		return err
	}
	for _, a := range agents {
		if a.Role == desk.Admin {
			e.Admins = append(e.Admins, a)
		}
		if a.Team {
			e.Team = append(e.Team, a)
		}
		if a.OnCall {
			e.OnCall = append(e.OnCall, a)
		}
	}
	if e.Kind == desk.NoteWritten {
		e.Witness, err = tx.Witnesses(ctx, e.Ticket.Number)
	}
	return err
}

// maxCounted bounds the counting of one requester's tickets, where the configuration sets a cap so high that there is none.
const maxCounted = 200

// measure finds out whether the ticket is new, and whether its requester opens them in a flood.
func (tx *Tx) measure(ctx context.Context, e *Telling) error {
	e.fresh = e.Kind == desk.TicketOpened || e.Kind == desk.TicketReplaced || e.Kind == desk.TicketOpenedFor
	if !e.fresh || e.Ticket.ProductionDown || e.Stranger {
		return nil
	}
	many, err := tx.TicketsSince(ctx, e.Ticket.Requester.ID, tx.store.Now().Add(-time.Hour), min(e.Caps.NewTicketsOf, maxCounted)+1)
	e.flood = many > e.Caps.NewTicketsOf
	return err
}

// capped says why a notice must not go out now, "" when it may. The words of an agent are never held back, nor the alarm
// that production is down.
func (tx *Tx) capped(ctx context.Context, e Telling, n desk.Notification) (string, error) {
	if n.Notice == desk.NewTicket && e.flood {
		return "many tickets of one requester", nil
	}
	now := tx.store.Now()
	if !e.fresh && !e.Author.Agent() && n.Notice != desk.ProductionDown {
		many, err := tx.countOutbox(ctx, e.Caps.TicketHour, "ticket = $1 AND address = $2 AND created_at > $3", e.Ticket.Number, n.To.Address(), now.Add(-time.Hour).UnixMilli())
		if err != nil || many >= e.Caps.TicketHour {
			return "many mails about one ticket", err
		}
	}
	if !n.Notice.Acknowledges() {
		return "", nil
	}
	return tx.ackCapped(ctx, e, n.To.Address(), now)
}

// acknowledgements are the notices of which desk says that they acknowledge.
const acknowledgements = "kind IN ('ack', 'ack_production_down', 'new_number')"

func (tx *Tx) ackCapped(ctx context.Context, e Telling, address string, now time.Time) (string, error) {
	if e.Stranger {
		return tx.strangersCapped(ctx, e.Caps, address, now.Add(-time.Hour))
	}
	for _, c := range []struct {
		why   string
		since time.Duration
		most  int
	}{
		{"acknowledged a moment ago", e.Caps.AckEvery, 1},
		{"acknowledged often today", 24 * time.Hour, e.Caps.AcksADay},
	} {
		n, err := tx.countOutbox(ctx, c.most, acknowledgements+" AND address = $1 AND created_at > $2", address, now.Add(-c.since).UnixMilli())
		if err != nil || n >= c.most {
			return c.why, err
		}
	}
	return "", nil
}

// strangersCapped says why a stranger must not be acknowledged: many others were, in all or of his domain. All are counted
// once in a commit: while many write, many of its mails ask.
func (tx *Tx) strangersCapped(ctx context.Context, caps Caps, address string, since time.Time) (_ string, err error) {
	const lately = "stranger = 1 AND created_at > $1"
	if tx.strangers < 0 {
		if tx.strangers, err = tx.countOutbox(ctx, caps.AcksAll, lately, since.UnixMilli()); err != nil {
			return "", err
		}
	}
	if tx.strangers >= caps.AcksAll {
		return "many acknowledgements", nil
	}
	_, domain, _ := strings.Cut(address, "@")
	n, err := tx.countOutbox(ctx, caps.AcksDomain, lately+" AND substr(address, instr(address, '@') + 1) = $2", since.UnixMilli(), domain)
	if err != nil || n >= caps.AcksDomain {
		return "many acknowledgements to one domain", err
	}
	return "", nil
}

// countOutbox counts no further than most.
func (tx *Tx) countOutbox(ctx context.Context, most int, where string, a ...any) (n int, err error) {
	_, err = tx.row(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM outbox WHERE %s LIMIT %d)", where, most), a, &n)
	return n, err
}
