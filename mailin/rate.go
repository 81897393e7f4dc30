package mailin

import (
	"context"
	"strconv"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
)

// rates takes a reply to a closed ticket for the answer to «how were you treated?», if that was
// asked and it is one: it opens nothing, counts once, and only by the address that the question
// went to; a number that the scale has not is asked for again. Agents hear of it when there is more
// to read than a good number.
func (f *filing) rates(ctx context.Context, author desk.Person) (bool, error) {
	score, comment, ok := command.Score(f.rd.Reply.New())
	if !ok {
		return false, nil
	}
	asked, err := store.Optional(f.tx.Score(ctx, f.ticket.Number))
	if err != nil || asked.Person == 0 {
		return false, err
	}
	more := comment != "" || f.files()
	f.marks = !more && f.subject == ""
	if asked.Score != 0 && more || !f.answered() || !f.mayRate(author) {
		return false, nil
	}
	d := desk.Deed{By: author, Act: desk.Rates, Item: desk.Item{Text: f.text},
		Quiet: asked.Score != 0, Idle: !more && (score == 0 || score > lowScore)}
	switch {
	case asked.Score != 0:
	case score == 0:
		d.Orders = []desk.Order{{Verb: desk.VerbRate}}
	default:
		if err := f.keepScore(ctx, author, score); err != nil {
			return false, err
		}
	}
	f.verdict.Outcome = store.OutcomeItem
	_, err = f.do(ctx, f.ticket, d)
	return true, err
}

// lowScore is the highest of which agents hear though nothing is said with it.
const lowScore = 2

func (f *filing) mayRate(author desk.Person) bool {
	own := author.ID == f.ticket.Requester.ID || author.ID == f.ticket.Controller.ID
	return own && !author.Agent() && f.subject == ""
}

func (f *filing) keepScore(ctx context.Context, author desk.Person, score int) error {
	f.score = score
	if _, err := f.tx.Rate(ctx, f.ticket.Number, score); err != nil {
		return err
	}
	return f.tx.Note(ctx, store.Activity{Ticket: f.ticket.Number, Person: author.ID,
		Mail: f.mail.ID, What: "rated", New: strconv.Itoa(score)})
}
