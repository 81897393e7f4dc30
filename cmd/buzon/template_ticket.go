package main

import (
	"context"
	"fmt"

	"buzon/mailout"
	"buzon/store/desk"
	"buzon/templates"
)

// samplesOf are mails about a ticket of the desk: those of its kinds tell of its last item, and
// have the buttons of the samples.
func (h *house) samplesOf(ctx context.Context, ticket int64) (func(string) []templates.Sample,
	error) {
	t, err := h.store.Ticket(ctx, ticket)
	if err != nil {
		return nil, fmt.Errorf("ticket %d: %w", ticket, err)
	}
	items, err := h.store.Items(ctx, ticket)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	agents, err := h.store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	if t.Agent.ID == 0 && len(agents) > 0 {
		t.Agent = agents[0]
	}
	r := &mailout.Renderer{Store: h.store, Signer: h.signer, Templates: h.templates,
		Mailboxes: h.boxes, Language: h.config.Language, Location: h.location}
	return func(language string) (list []templates.Sample) {
		for _, s := range templates.Samples(language) {
			kind := desk.Notice(s.Kind)
			if kind.Trait().Query || s.View.Ticket.Number == 0 {
				continue
			}
			to, author := parties(t, kind.Trait().Agents || s.View.ToAgent)
			v, err := r.Specimen(ctx, kind, lastBy(items, author), to, language)
			if err == nil {
				s.View = dressed(v, s.View)
				list = append(list, s)
			}
		}
		return list
	}, nil
}

// parties are who reads a mail about a ticket, and of whom it tells.
func parties(t desk.Ticket, toAgent bool) (to, author desk.Person) {
	if toAgent {
		return t.Agent, t.Requester
	}
	return t.Requester, t.Agent
}

// dressed is a view with what a sample has of its own.
func dressed(v, sample templates.View) templates.View {
	v.Links, v.Scores, v.Form = sample.Links, sample.Scores, sample.Form
	v.Commands, v.Reason, v.CloseAt = sample.Commands, sample.Reason, sample.CloseAt
	return v
}

// lastBy is the last item that somebody wrote, or the last of all.
func lastBy(items []desk.Item, who desk.Person) desk.Item {
	last := items[len(items)-1]
	for _, it := range items {
		if it.Author.ID == who.ID {
			last = it
		}
	}
	return last
}
