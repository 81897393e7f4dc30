package store

import (
	"context"
	"time"

	"buzon/store/desk"
)

// answers are the mails that answer a query.
const answers = "kind = '" + string(desk.AnswerNotice) + "'"

// Answer owes a person what he asks, at his own address, wherever the mail came from. It is read
// and written when it goes, and holds what he may see then. What is asked beyond the cap waits, and
// the last of it is answered.
func (tx *Tx) Answer(ctx context.Context, o Outgoing, most int) error {
	o.Kind, o.Lane, o.Topic = desk.AnswerNotice, Prompt, string(desk.AnswerNotice)
	now := tx.store.Now()
	last, err := tx.brief(ctx, `
		WHERE address = $1 AND created_at > $2 AND created_at <= $3 AND carrier < 1 AND `+answers+`
		ORDER BY created_at DESC, id DESC LIMIT +$4`,
		o.Address, now.Add(-time.Hour).UnixMilli(), now.UnixMilli(), most)
	if err != nil {
		return err
	}
	switch {
	case len(last) > 0 && last[0].Capped():
		o.State, o.Next, o.LastReply = Held, last[0].Next, heldAnswers
	case len(last) >= most:
		o.State, o.Next, o.LastReply = Held, last[most-1].Created.Add(time.Hour), heldAnswers
	}
	_, err = tx.Owe(ctx, o)
	return err
}
