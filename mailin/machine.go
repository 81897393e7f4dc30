package mailin

import (
	"context"
	"math"

	"buzon/store"
	"buzon/store/desk"
)

// automatic keeps what a machine wrote in the ticket: no state changes and no customer hears of it.
// A program that goes on is known by now.
func (f *filing) automatic(ctx context.Context) error {
	if f.ticket.Number == 0 {
		return f.keepApart(ctx)
	}
	author := f.person
	if author.ID == 0 && f.from != "" {
		var err error
		if author, err = f.author(ctx); err != nil {
			return err
		}
	}
	quiet := f.rd.Origin.Receipt()
	if !quiet {
		var err error
		if quiet, err = f.tx.Automatic(ctx, f.ticket.Number, author.ID, math.MaxInt32); err != nil {
			return err
		}
	}
	f.verdict.Outcome = store.OutcomeAutomatic
	d := desk.Deed{By: author, Act: desk.Machine, Item: desk.Item{Text: f.text}, Quiet: quiet}
	_, err := f.do(ctx, f.ticket, d)
	return err
}
