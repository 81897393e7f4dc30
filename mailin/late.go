package mailin

import (
	"context"
	"time"

	"buzon/store/desk"
	"buzon/threading"
)

// ordersFor is how long an agent's reply address, and the id of a notice to him, order something:
// mailboxes are read by others some day, and what was signed once can be sent again. Older ones
// still find the ticket.
const ordersFor = 30 * 24 * time.Hour

// late reports whether an agent answers what was sent to him too long ago. That is the notice that
// he answers or, where the mail names none, the last about the ticket.
func (f *filing) late(ctx context.Context) (bool, error) {
	e := f.resolution.Evidence
	if e != evT && e != evM || f.loggedIn() || f.mail.Override.Decision != "" {
		return false, nil
	}
	then := f.mail.Received.Add(-ordersFor)
	ids := threading.References(f.rd.Message.InReplyTo, nil)
	n, err := f.tx.ReadNotice(ctx, f.ticket.Number, f.person.ID, ids, f.mail.Received)
	if err != nil || !n.At.IsZero() {
		return n.At.Before(then), err
	}
	// lists and answers bring the address too
	for _, kind := range desk.Notices(func(t desk.Trait) bool { return t.Lists || t.Query }) {
		n, err := f.tx.OwedOf(ctx, kind, f.person.ID, ordersFor)
		if n > 0 || err != nil {
			return false, err
		}
	}
	return f.ticket.CreatedAt.Before(then), nil
}
