package mailin

import (
	"context"
	"fmt"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// release has the mail become what an administrator has let it out of the quarantine for, and says
// as what. Nobody's orders are run who is held to be forged, and a machine's mail moves nothing.
func (f *filing) release(ctx context.Context) (said string, err error) {
	trusted := f.person.Agent() && f.proof != Disproof // by the administrator
	switch f.mail.Override.Decision {
	case store.Release:
		switch a := f.row.Action; {
		case a == Quarantine, a == MachineOpens && !f.box.Alerts:
			f.row.Action = OpenSuspect
		case a == AgentPending && f.ticket.Number == 0:
			f.row.Action = AgentOpens
		default:
			return "", nil
		}
		return "released: ", nil
	case store.ReleaseTicket:
		f.ticket, f.resolution.Ticket = desk.Ticket{}, 0
		if f.row.Action = OpenSuspect; trusted {
			f.row.Action = AgentOpens
		}
		return "released as a ticket: ", nil
	case store.ReleaseItem:
		switch {
		case f.machine():
			f.row.Action = AutoItem
		case trusted:
			f.row.Action = AgentItem
		case f.person.Agent():
			f.row.Action = Note
		default:
			f.row.Action = Item
		}
		return "released as an item: ", f.into(ctx)
	case store.ReleaseNote:
		f.row.Action = Note
		return "released as a note: ", f.into(ctx)
	}
	return "", nil
}

// into puts the mail into the ticket that was chosen for it, whatever it points at.
func (f *filing) into(ctx context.Context) (err error) {
	f.pointed, f.meant = threading.Ref{}, 0
	f.ticket, err = f.tx.Ticket(ctx, f.mail.Ticket)
	return err
}

// note keeps the mail among the agents, and runs nothing of it.
func (f *filing) note(ctx context.Context) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	f.verdict.Outcome = store.OutcomeItem
	_, err = f.do(ctx, f.ticket, desk.Deed{By: author, Act: desk.Notes,
		Item: desk.Item{Text: f.text}})
	return err
}

// released notes in the ticket who let the mail out of the quarantine.
func (f *filing) released(ctx context.Context) error {
	switch f.mail.Override.Decision {
	case store.Release, store.ReleaseTicket, store.ReleaseItem, store.ReleaseNote:
	default:
		return nil
	}
	if f.verdict.Ticket == 0 {
		return nil
	}
	return f.tx.Note(ctx, store.Activity{
		Ticket: f.verdict.Ticket, Person: f.mail.Override.By, Mail: f.mail.ID,
		What: "released", New: fmt.Sprint(f.verdict.Item),
	})
}
