package store

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk"
)

// Alarms are notices about no ticket: a mailbox is down, a breaker has tripped, a mail is in
// quarantine. Each is about a topic of its own, by which caps count it and the outbox has it wait
// its turn, so that many of one kind keep back no other. They go before all else, but for
// quarantined mail, of which there may be much: that goes with the lists.

const (
	alarmEvery = 6 * time.Hour
	relayEvery = 24 * time.Hour // between two alarms about the relay: they wait with all other mail
)

// Alarm tells the admins, but for some, of trouble with the desk itself.
func (tx *Tx) Alarm(ctx context.Context, mailbox string, d Details, but ...desk.Person) error {
	troubled := desk.Event{
		Kind:   desk.DeskTroubled,
		Ticket: desk.Ticket{Mailbox: mailbox},
		Old:    d.Old,
		Told:   but,
	}
	return tx.Tell(ctx, Telling{Event: troubled, Details: d})
}

// RelayRefuses tells the admins that a relay takes no mail from us, and what it said. Cause "other"
// is that of several Failed alone refuses, "mailbox" that only the mail of Failed waits. Else all
// waits: they have it when the relay takes mail again, and until then the state of the daemon says
// so.
func (tx *Tx) RelayRefuses(ctx context.Context, mailbox string, d Details) error {
	d.Reason = "relay"
	return tx.alarmOnce(ctx, strings.TrimSpace("relay refuses "+d.Failed), relayEvery, mailbox, d)
}

// Guesses tells the admins that somebody tries out signed addresses: an address, or a network.
func (tx *Tx) Guesses(ctx context.Context, mailbox, who string) error {
	d := Details{Reason: "guesses", Failed: who}
	return tx.alarmOnce(ctx, "guesses", alarmEvery, mailbox, d)
}

// trip tells the admins that a breaker holds acknowledgements back, once in a while.
func (tx *Tx) trip(ctx context.Context, e Telling, why, domain string) error {
	reason := "breaker"
	if why == heldDomain {
		reason = "breaker_domain"
	}
	d := Details{Reason: reason, Failed: domain}
	return tx.alarmOnce(ctx, "breaker "+domain, alarmEvery, e.Ticket.Mailbox, d)
}

// alarmOnce tells the admins of trouble of which they have not been told for a while.
func (tx *Tx) alarmOnce(ctx context.Context, key string, every time.Duration, mailbox string,
	d Details, but ...desk.Person) error {
	now := tx.Now()
	said, err := tx.Fact(ctx, key)
	if err != nil {
		return err
	}
	last, _ := strconv.ParseInt(said, 10, 64) // "": never
	if at := time.UnixMilli(last); last != 0 && !at.After(now) && now.Sub(at) < every {
		return nil
	}
	if err := tx.SetFact(ctx, key, strconv.FormatInt(now.UnixMilli(), 10)); err != nil {
		return err
	}
	return tx.Alarm(ctx, mailbox, d, but...)
}

// AlarmIMAP tells the admins how an account has been for too long, or that it works again, which is
// ""; each once, also over restarts.
func (s *Store) AlarmIMAP(ctx context.Context, account, mailbox, health, why string) error {
	st, err := s.IMAPStatus(ctx, account)
	if err != nil || health == st.Health {
		return fault(err)
	}
	kind, at := desk.MailboxUp, time.Time{}
	if health != "" {
		kind, at = desk.MailboxDown, s.Now()
	}
	return fault(s.Write(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, `
			INSERT INTO imap_account (account, alarmed_at, health)
			VALUES ($1, $2, $3)
			ON CONFLICT (account) DO UPDATE
			SET alarmed_at = excluded.alarmed_at, health = excluded.health
			WHERE imap_account.health <> excluded.health`,
			account, millis(at), health)
		if err != nil || n == 0 {
			return err
		}
		return tx.Tell(ctx, Telling{
			Event:   desk.Event{Kind: kind, Ticket: desk.Ticket{Mailbox: mailbox}},
			Details: Details{Failed: account, Reason: health, Diagnostic: why},
		})
	}))
}

// WarnIMAP tells the admins of the last day of an account's secret, once of each.
func (s *Store) WarnIMAP(ctx context.Context, account, mailbox string, ends time.Time) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, `INSERT INTO imap_account (account, warned) VALUES ($1, $2)
			ON CONFLICT (account) DO UPDATE SET warned = excluded.warned
			WHERE imap_account.warned <> excluded.warned`, account, ends.Format(time.DateOnly))
		if err != nil || n == 0 {
			return err
		}
		return tx.Tell(ctx, Telling{
			Event:   desk.Event{Kind: desk.SecretEnds, Ticket: desk.Ticket{Mailbox: mailbox}},
			Details: Details{Failed: account, Ends: ends},
		})
	}))
}

// topic is what a notice about no ticket is about: a mailbox, a domain, a mail.
func topic(e Telling) string {
	if e.Ticket.Number != 0 {
		return ""
	}
	return cmp.Or(e.Details.Failed, fmt.Sprintf("mail %d", e.Mail))
}
