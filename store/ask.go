package store

import (
	"context"
	"time"

	"buzon/store/desk"
)

// AskEvery is how often an agent is asked about mail that bears his address, however much of it
// comes: the first at once, and then what has gathered meanwhile.
const AskEvery = 10 * time.Minute

// maxHeld is how many mails one question lists.
const maxHeld = 100

// AskAgent asks an agent at his own address whether the mail is his of which the question is, in a
// ticket or in quarantine. What comes soon after a question is asked about together, by ticket or
// not.
func (tx *Tx) AskAgent(ctx context.Context, o Outgoing) error {
	o.Kind, o.Topic, o.Details.Held = desk.ConfirmAgent, string(desk.ConfirmAgent), []int64{o.Mail}
	list, err := tx.outgoing(ctx, `
		WHERE o.kind = $1 AND o.topic = $2 AND o.person = $3
		ORDER BY o.id DESC LIMIT 1`,
		o.Kind, o.Topic, o.Person)
	if err != nil {
		return err
	}
	now := tx.Now()
	if o.Echo {
		h, err := tx.heldEcho(ctx, o, now)
		if err != nil {
			return err
		}
		o.hold(h)
	}
	again := func(last Outgoing) bool {
		return !last.Settled.IsZero() && now.Sub(latest(last.Created, last.Next)) >= AskEvery
	}
	switch {
	case len(list) == 0 || again(list[0]):
	case list[0].Capped(): // one is still to go
		if !o.Echo && list[0].LastReply == heldResponder { // this one may be his
			list[0].Next = now
		}
		return tx.alsoHeld(ctx, list[0], o.Mail)
	case o.State == Held:
	default:
		o.Ticket, o.Item = 0, 0
		o.State, o.Next, o.LastReply = Held, list[0].Created.Add(AskEvery), "asked a moment ago"
		if list[0].Next.After(list[0].Created) { // which was held itself
			o.Next = list[0].Next.Add(AskEvery)
		}
	}
	_, err = tx.Owe(ctx, o)
	return err
}

// alsoHeld adds a mail to a question that has not been sent.
func (tx *Tx) alsoHeld(ctx context.Context, o Outgoing, mail int64) error {
	if len(o.Details.Held) < maxHeld {
		o.Details.Held = append(o.Details.Held, mail)
	} else {
		o.Details.More++
	}
	return tx.write(ctx, "UPDATE outbox SET details = $2, next_at = $3 WHERE id = $1",
		o.ID, encoded{&o.Details}, o.Next.UnixMilli())
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
