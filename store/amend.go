package store

import (
	"context"
	"slices"
	"strings"

	"buzon/store/desk"
)

// grave adds what is to be known of senders that are to be blocked, and of people who are to be
// changed.
func (tx *Tx) grave(ctx context.Context, t desk.Ticket, d desk.Deed, o Origin,
	f *desk.Facts) error {
	senders, blocks := desk.Senders(d.Orders)
	if blocks {
		f.Writer = t.Requester
		it, err := Optional(tx.Item(ctx, t.Number, d.Answers))
		if err != nil {
			return err
		}
		if it.Author.ID != 0 && !it.Author.Agent() {
			f.Writer = it.Author
		}
		senders = append(senders, f.Writer.Address())
	}
	f.Spared = map[string]bool{}
	for _, s := range senders {
		f.Spared[s] = o.Ours != nil && o.Ours(s) || tx.store.spared(s, f.Agents)
	}
	return nil
}

// Spared reports whether a sender is the desk itself or an agent, or a domain of theirs: nobody
// blocks those.
func (s *Store) Spared(ctx context.Context, sender string) (bool, error) {
	agents, err := s.Agents(ctx)
	return s.spared(sender, agents), err
}

func (s *Store) spared(sender string, agents []desk.Person) bool {
	list := s.opt.Mailboxes.Addresses()
	for _, a := range agents {
		list = append(list, a.Addresses...)
	}
	return slices.ContainsFunc(list, func(address string) bool {
		_, domain, _ := strings.Cut(address, "@")
		within := !strings.Contains(sender, "@") && strings.HasSuffix("."+domain, "."+sender)
		return address == sender || within
	})
}

// amend writes what an agent has changed of people, and tells each at the address where he was
// registered.
func (tx *Tx) amend(ctx context.Context, number int64, mailbox string, d desk.Deed,
	out desk.Outcome, o Origin) error {
	how := Activity{Ticket: number, Person: d.By.ID, Mail: o.Mail}
	for _, sender := range out.Blocked {
		if _, err := tx.Block(ctx, sender); err != nil {
			return err
		}
		how.What, how.New = "blocked", sender
		if err := tx.Note(ctx, how); err != nil {
			return err
		}
	}
	if a := out.Absent; a != nil {
		err := tx.ChangePerson(ctx, a.ID, func(p *desk.Person) {
			p.AwayUntil, p.Substitute = a.AwayUntil, a.Substitute
		})
		if err != nil {
			return err
		}
	}
	for _, a := range out.Amended {
		how.What, how.New = "person", a.Was.Address()
		if err := tx.amendPerson(ctx, a, mailbox, how); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) amendPerson(ctx context.Context, a desk.Amended, mailbox string,
	how Activity) error {
	err := tx.ChangePerson(ctx, a.Is.ID, func(p *desk.Person) {
		p.Name, p.Language = a.Is.Name, a.Is.Language
		p.Quiet, p.Digest, p.Timezone = a.Is.Quiet, a.Is.Digest, a.Is.Timezone
	})
	if err == nil && !slices.Equal(a.Was.Addresses, a.Is.Addresses) {
		err = tx.SetAddresses(ctx, a.Is)
	}
	if err != nil {
		return err
	}
	if _, err := tx.Owe(ctx, Outgoing{Kind: desk.DataChanged, Lane: Prompt,
		Topic: "data " + a.Was.Address(), Person: a.Is.ID, Address: a.Was.Address(),
		Mailbox: mailbox, Details: Details{
			Commands: []CommandResult{{Line: a.Line, Result: a.Result}}}}); err != nil {
		return err
	}
	return tx.Note(ctx, how)
}
