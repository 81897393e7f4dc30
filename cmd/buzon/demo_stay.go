package main

import (
	"cmp"
	"context"
	"fmt"

	"buzon/store"
)

// watch keeps the desk up until ctx ends.
func (a *app) watch(ctx context.Context, p *player, keep bool) error {
	if err := a.invite(p); err != nil {
		return err
	}
	if err := a.follow(ctx, p); ctx.Err() == nil {
		return err
	}
	if !keep && !a.json { // Ctrl-C is how it ends
		fmt.Fprintf(a.stdout, "\n%s is taken away; --keep leaves it.\n", p.house.config.DataDir)
	}
	return nil
}

// follow tells of every mail that comes and goes.
func (a *app) follow(ctx context.Context, p *player) error {
	s := p.house.store
	filed, err := s.LastMail(ctx)
	if err != nil {
		return err
	}
	sent, err := s.Outbox(ctx, store.OutboxFilter{Limit: 1})
	if err != nil {
		return err
	}
	for {
		changed := s.Changed()
		if filed, err = a.tellMails(ctx, p, filed); err != nil {
			return err
		}
		if sent, err = a.tellSent(ctx, p, sent); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// invite says how to write to the desk.
func (a *app) invite(p *player) error {
	agent, err := p.inbox("ana@ejemplo.test", 0)
	if err != nil || a.json {
		return err
	}
	answer := demoBox
	for _, m := range agent {
		if m.Ticket != 0 {
			answer = m.ReplyTo
		}
	}
	fmt.Fprintf(a.stdout, "\nThe desk stays up until Ctrl-C. Write to it as a customer:\n"+
		"  swaks --server %s --from you@customer.test --to %s --header 'Subject: No puedo entrar' "+
		"--body 'Desde hoy me rechaza la clave.'\n"+
		"Answer as an agent, by the Reply-To of a mail that Ana got (the newest about a case):\n"+
		"  swaks --server %s --from ana@ejemplo.test --to %s --body 'Ya lo vemos.'\n"+
		"Answers appear in %s. What comes and goes is told here:\n\n", p.door, demoBox, p.door,
		answer, p.dir)
	return nil
}

// tellMails tells of the mails after the given one that have been filed, in order, and returns the
// last.
func (a *app) tellMails(ctx context.Context, p *player, last int64) (int64, error) {
	for {
		m, err := store.Optional(p.house.store.Mail(ctx, last+1))
		if err != nil || m.Outcome == "" {
			return last, err
		}
		last = m.ID
		if a.json {
			err = a.object(mailJSON(m))
		} else {
			_, err = fmt.Fprintf(a.stdout, "mail %d from %s, «%s»: %s %s by rule %s\n", m.ID,
				safe(cmp.Or(m.Sender, "nobody")), safe(m.Subject), m.Outcome,
				place(m.Ticket, m.Item), m.Rule)
		}
		if err != nil {
			return last, err
		}
	}
}

// tellSent tells of the outgoing mails after the newest told, once they are sent, and returns the
// newest told now.
func (a *app) tellSent(ctx context.Context, p *player, told []store.Outgoing) ([]store.Outgoing,
	error) {
	list, err := p.since(ctx, told)
	for _, o := range list {
		if o.State != store.Sent {
			return told, err
		}
		told = []store.Outgoing{o}
		if !a.json {
			fmt.Fprintf(a.stdout, "  → %s to %s: %s\n", o.Kind, safe(o.Address), safe(o.LastReply))
		}
	}
	return told, err
}
