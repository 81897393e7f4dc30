package mailin

import (
	"context"
	"slices"

	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// A conversation may have begun without the desk: its ids are nobody's. Two mails of one customer
// that name the same id belong together all the same, and so does the mail itself, should it come
// later.

// citer is whose earlier mails may have named the same ids: the customer who wrote. What machines,
// forms, and agents, who forward others' mail, name says nothing of what belongs where.
func (f *filing) citer() int64 {
	o := f.rd.Origin
	if f.person.Agent() || f.form != "" || o.Class.Machine() && !o.Person {
		return 0
	}
	return f.person.ID
}

// cited is the ticket in which the customer named this mail before it came, and where he still
// takes part. It also lets the resolver ask for the ids that he named: these count in a ticket of
// the same subject only, for people answer any old mail, also one to all the company, to write of
// something new.
func (f *filing) cited(ctx context.Context) (int64, error) {
	f.index.citer = f.citer()
	f.index.retells = func(t desk.Ticket) bool {
		return !threading.Retitled(f.rd.Message.Subject, t.Subject, f.box.Tag)
	}
	if f.citedIn == 0 {
		return 0, nil
	}
	t, err := store.Optional(f.index.ticket(ctx, f.citedIn))
	if !t.Participant(f.person.ID) {
		return 0, err
	}
	return f.citedIn, err
}

// cite notes the ids that the customer named and nobody knows; not for a ticket of which he is told
// no number, since his next mail is to bring him one.
func (f *filing) cite(ctx context.Context) error {
	filed := f.verdict.Outcome == store.OutcomeTicket || f.verdict.Outcome == store.OutcomeItem
	if len(f.resolution.Unknown) == 0 || !filed || f.citer() == 0 ||
		f.proof == Disproof || f.silent() {
		return nil
	}
	m := f.rd.Message
	// some mailers put an address where the id belongs
	named := slices.Concat(m.From, m.To, m.Cc, m.ReplyTo)
	ids := slices.DeleteFunc(f.resolution.Unknown, func(id string) bool {
		isID := func(a message.Address) bool {
			return desk.Canonical(a.Address) == desk.Canonical(id)
		}
		return id == m.MessageID || slices.ContainsFunc(named, isID)
	})
	if len(ids) == 0 {
		return nil
	}
	return f.tx.Cite(ctx, f.person.ID, f.verdict.Ticket, ids)
}
