package mailin

import (
	"context"
	"math"
	"time"

	"buzon/mailin/command"
	"buzon/mailin/origin"
)

// An agent's responder that marks nothing answers our notices by his own reply address, which is
// all that an agent must show. What it says is not for the customer. It gives itself away by its
// haste and one more sign; since an agent may be hasty too, the mail waits, and he is asked whether
// it is his, like any agent whose mail proves too little.

const (
	haste  = 15 * time.Second // in which nobody reads a notice and answers it, time after time
	hasty  = 6                // how many mails in a row, each in haste, no person writes
	unread = "no person answers our mail so fast, with these words or time after time"
)

// doubt lets an agent's mail wait that looks like his responder's, and says why the rule is what it
// is.
func (f *filing) doubt(ctx context.Context, reason string) (string, error) {
	switch f.row.Action {
	case AgentItem, AgentNote, AgentOpens, AgentPending:
	default:
		return reason, nil
	}
	var err error
	if f.responder, err = f.respondsForAgent(ctx); err != nil || !f.responder {
		return reason, err
	}
	if f.row.Action != AgentPending {
		f.row = decide(AgentSender, Unproven, evL, Normal)
	}
	return unread, nil
}

// respondsForAgent reports whether a mail of an agent's is his responder's. Who orders something,
// forwards a mail or brings a file is a person.
func (f *filing) respondsForAgent(ctx context.Context) (bool, error) {
	text, at := f.rd.Reply.New(), f.mail.Received
	if f.approved() || f.mail.Envelope.Archive || f.files() || f.rd.Reply.Forwarded() != "" {
		return false, nil
	}
	last, err := f.tx.LastSent(ctx, f.person.Address(), f.ticket.Number, at)
	if err != nil || last.IsZero() || at.Sub(last) > moment {
		return false, err
	}
	lines, places := f.rd.orders()
	if o := command.Agent(lines, places, nil); len(o.Commands)+len(o.Unknown) > 0 {
		return false, nil
	}
	if origin.Absent(f.rd.Message.Subject, text) {
		return true, nil
	}
	if f.ticket.Number == 0 {
		return f.chained(ctx)
	}
	before, err := f.tx.LastText(ctx, f.ticket.Number, f.person.ID, math.MaxInt32, printed)
	if err != nil || f.said != "" && print(before) == f.said {
		return err == nil, err
	}
	if at.Sub(last) > haste {
		return false, nil
	}
	n, err := f.tx.HastyItems(ctx, f.ticket.Number, f.person.ID, haste, hasty-1)
	return n == hasty-1, err
}

// chained reports whether the last mails of his each came in haste after what the one before it
// brought him.
func (f *filing) chained(ctx context.Context) (bool, error) {
	list, err := f.tx.Exchange(ctx, f.person.Address(), f.from, f.tx.Now().Add(-24*time.Hour))
	at, mail, n := f.mail.Received, f.mail.ID, 1
	for _, c := range list {
		gone := c.Sent && !c.Settled.After(at) // zero: it is just going
		if !c.His || !gone || c.Answers == mail {
			continue
		}
		if !c.Settled.IsZero() && at.Sub(c.Settled) > haste {
			break
		}
		at, mail, n = c.Received, c.Answers, n+1
	}
	return n >= hasty, err
}

// hurried reports whether a mail to the control address came in haste after what we wrote to its
// sender.
func (f *filing) hurried(ctx context.Context) (bool, error) {
	last, err := f.tx.LastSent(ctx, f.person.Address(), 0, f.mail.Received)
	return err == nil && !last.IsZero() && f.mail.Received.Sub(last) <= haste, err
}
