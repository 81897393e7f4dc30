package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"buzon/store"
	"buzon/store/desk"
)

// player plays the story: composes each mail as its client would, sends it through the door, waits
// until the desk rests.
type player struct {
	house *house
	door  string
	dir   string            // where the outgoing mail is caught
	sent  map[string]posted // by file: a mail may be delivered twice
}

// posted is a mail as a client sent it.
type posted struct {
	to  string
	raw []byte
}

// act is a scene as it was played.
type act struct {
	scene
	mail  store.Mail
	tells []store.Outgoing // the mails that it caused
	wrong []string         // what is not as the script says
}

// scenePatience is the time for one mail: far more than it takes.
const scenePatience = 30 * time.Second

func (p *player) play(ctx context.Context) (played []act, err error) {
	for _, s := range story {
		a := act{scene: s}
		if err := p.perform(ctx, &a); err != nil {
			return played, fmt.Errorf("mail %d, %s: %w", len(played)+1, s.What, err)
		}
		played = append(played, a)
	}
	return played, p.secrets(played)
}

// perform plays one scene and compares.
func (p *player) perform(ctx context.Context, a *act) error {
	ctx, cancel := context.WithTimeout(ctx, scenePatience)
	defer cancel()
	told, err := p.house.store.Outbox(ctx, store.OutboxFilter{Limit: 1})
	if err != nil {
		return err
	}
	m, err := p.compose(a.scene)
	if err != nil {
		return err
	}
	if err := p.send(a.From, m); err != nil {
		return err
	}
	if a.mail, err = p.settled(ctx); err != nil {
		return err
	}
	if a.tells, err = p.since(ctx, told); err != nil {
		return err
	}
	return p.compare(ctx, a)
}

// send is a client's dialogue with the door.
func (p *player) send(from string, m posted) error {
	c, err := smtp.Dial(p.door)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Mail(from, &smtp.MailOptions{Body: smtp.Body8BitMIME}); err != nil {
		return err
	}
	if err := c.Rcpt(m.to, nil); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(m.raw); err != nil {
		return err
	}
	if err := w.Close(); err != nil { // the desk answers for it from here on
		return err
	}
	return c.Quit()
}

// settled waits until the newest mail is filed and all that it caused is sent.
func (p *player) settled(ctx context.Context) (m store.Mail, err error) {
	s := p.house.store
	for {
		changed := s.Changed()
		id, err := s.LastMail(ctx)
		if err != nil {
			return m, err
		}
		if m, err = store.Optional(s.Mail(ctx, id)); err != nil {
			return m, err
		}
		states, err := s.CountOutbox(ctx)
		if err != nil {
			return m, err
		}
		if m.Outcome != "" && states[store.Due]+states[store.Sending] == 0 {
			return m, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return m, fmt.Errorf("wait until mail %d is filed and its notices are sent: %w", id,
				ctx.Err())
		}
	}
}

// since returns the outgoing mails that came after the newest of before, the oldest first.
func (p *player) since(ctx context.Context, before []store.Outgoing) (list []store.Outgoing,
	err error) {
	list, err = p.house.store.Outbox(ctx, store.OutboxFilter{Limit: 50})
	list = slices.DeleteFunc(list, func(o store.Outgoing) bool {
		return len(before) > 0 && o.ID <= before[0].ID
	})
	slices.Reverse(list)
	return list, err
}

// compare notes what is not as the script says.
func (p *player) compare(ctx context.Context, a *act) error {
	differ := func(what, got, want string) {
		if got != want {
			a.wrong = append(a.wrong, fmt.Sprintf("%s is %q, not %q", what, got, want))
		}
	}
	differ("rule", a.mail.Rule, a.Rule)
	differ("outcome", string(a.mail.Outcome), string(a.Outcome))
	differ("case", place(a.mail.Ticket, a.mail.Item), a.Case)
	var tells []string
	for _, o := range a.tells {
		if o.Kind != "receipt" { // what an agent's own commands did
			tells = append(tells, fmt.Sprintf("%s %s", o.Kind, o.Address))
		}
		differ(fmt.Sprintf("state of %s to %s", o.Kind, o.Address), string(o.State),
			string(store.Sent))
	}
	slices.Sort(tells)
	wanted := slices.Sorted(slices.Values(a.Tells))
	differ("mails sent", strings.Join(tells, ", "), strings.Join(wanted, ", "))
	if a.Text == "" || a.mail.Item == 0 {
		return nil
	}
	it, err := p.house.store.Item(ctx, a.mail.Ticket, a.mail.Item)
	differ("text", desk.OneLine(it.Text), desk.OneLine(a.Text))
	return err
}

// secrets looks for words between agents in all mail to customers.
func (p *player) secrets(played []act) error {
	all, err := p.inbox("", 0)
	if err != nil {
		return err
	}
	for i, a := range played {
		for _, m := range all {
			if a.Internal && strings.Contains(desk.OneLine(m.Text+html.UnescapeString(m.HTML)),
				desk.OneLine(a.Text)) && !strings.HasSuffix(m.To, "@ejemplo.test") {
				played[i].wrong = append(played[i].wrong, fmt.Sprintf("the note reached %s", m.To))
			}
		}
	}
	return nil
}

// wrongs is the error of a story that went otherwise.
func wrongs(played []act) error {
	var all []error
	for i, a := range played {
		for _, w := range a.wrong {
			all = append(all, fmt.Errorf("mail %d, %s: %s", i+1, a.What, w))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return fmt.Errorf("not as the story goes:\n%w", errors.Join(all...))
}
