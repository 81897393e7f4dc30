package mailin

import (
	"context"
	"slices"
	"strings"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// A mail that asks something of the desk («mis casos», «buscar factura») and says nothing else is
// recorded, and its answer is owed to the sender's registered address. Whatever tells something,
// or brings a file, is filed as ever: nothing that a person writes may be taken for a query and put
// away.

// mayAsk reports whether the mail can be a query by who sent it and how.
func (f *filing) mayAsk(s Sender) bool {
	o := f.rd.Origin
	switch {
	case f.person.ID == 0 || !f.person.Active, f.proof == Disproof, s == Form || f.form != "",
		f.sent(), f.mail.Envelope.Archive, f.mail.Override.Decision != "", o.Silent(f.passes),
		o.Reaction != "", f.rd.ProductionDown, f.files(), f.rd.Reply.Forwarded() != "",
		f.elsewhere():
		return false
	}
	// what an agent writes in reply to a notice is for the customer, but for his orders
	inReply := slices.Contains(evidence{evT, evL, evM}, f.resolution.Evidence)
	return !f.person.Agent() || !inReply || f.ticket.Number == 0
}

// elsewhere reports whether the mail is written to others, and reached us besides.
func (f *filing) elsewhere() bool {
	to := f.rd.Message.To
	return len(to) > 0 && !slices.ContainsFunc(addresses(to), f.passes)
}

// read finds the query that the mail is, if any.
func (f *filing) read(ctx context.Context) error {
	c, err := f.tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	text, places := f.rd.orders()
	bare := threading.WithoutPrefixes(f.rd.Message.Subject)
	f.query, _ = command.Query(command.Asking{
		Subject: bare, Replies: bare != strings.TrimSpace(f.rd.Message.Subject),
		Text: text, Places: places, Author: f.name + " " + f.person.Name,
	}, func(line string) (desk.Query, bool) { return desk.ReadQuery(c, line, f.person.Agent()) })
	return nil
}

// answer owes what is asked for.
func (f *filing) answer(ctx context.Context) error {
	f.verdict.Outcome = f.row.Outcome
	if err := f.askPassword(ctx); err != nil {
		return err
	}
	return f.tx.Answer(ctx, store.Outgoing{
		Mail: f.mail.ID, Person: f.person.ID, Address: f.person.Address(), Mailbox: f.box.Address,
		Details: store.Details{Query: &f.query, EchoSender: f.person.Known || f.shown()},
	}, f.o.Caps.Defaults().AnswersHour)
}
