package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"buzon/store/desk"
)

// Origin is by which way a deed came, and what that means for its notices.
type Origin struct {
	Telling                  // but for the event
	Rule        string       // of the policy, by which a ticket is opened
	Before      *desk.Ticket // as it was read in this transaction; nil: not yet
	Attachments []NewAttachment
	Search      string // the item's words for the search; "": not made yet
	// the pending item in whose place the words stand; 0: none
	Fills int64
	LetIn Override                  // by whom that was approved
	Ours  func(address string) bool // an address of the desk is nobody's
	// writes what happened since an alarm; nil: nobody does
	Chronicle func([]Moment) string
}

// Done is what Do has written.
type Done struct {
	Ticket  desk.Ticket
	Item    desk.Item
	Results []desk.Result // of the orders
	Kept    desk.Kept
	// what a colleague did, for which the words are kept
	Meanwhile desk.Meanwhile
	Until     time.Time // the words wait until then; zero: they don't
}

// Do carries out a deed on the ticket with the number, 0 opening one: the one way in which a ticket
// changes.
func (tx *Tx) Do(ctx context.Context, number int64, d desk.Deed, o Origin) (done Done, err error) {
	before, err := tx.before(ctx, number, d, o)
	if err != nil {
		return done, err
	}
	facts, err := tx.facts(ctx, before, d, o)
	if err != nil {
		return done, fmt.Errorf("find whom the orders name: %w", err)
	}
	if number != 0 && number != before.Number { // that one lives on in another
		d.Item.Meant, number = cmp.Or(d.Item.Meant, number), before.Number
	}
	out := desk.Carry(before, d, facts)
	if out.Item.Text != d.Item.Text { // a canned reply stands there too
		o.Search = ""
	}
	done.Results, done.Kept, done.Meanwhile = out.Done, out.Kept, facts.Meanwhile
	switch {
	case number == 0:
		done.Ticket, done.Item, err = tx.open(ctx, d, out, o)
	case d.Struck.Kind != "", d.After.Kind != "":
		done.Ticket, err = tx.struck(ctx, before, d, out)
	default:
		done.Ticket, done.Item, err = tx.add(ctx, before, d, out, o)
	}
	if err != nil {
		return done, err
	}
	done.Until = out.Until
	return done, tx.follow(ctx, before, &done, d, out, o)
}

// follow does what follows from a deed, whose ticket and item are written.
func (tx *Tx) follow(ctx context.Context, before desk.Ticket, done *Done, d desk.Deed,
	out desk.Outcome, o Origin) error {
	number, box := done.Ticket.Number, done.Ticket.Mailbox
	return inTurn(
		func() error { return tx.hold(ctx, before, *done, out) },
		func() error { return tx.schedule(ctx, done.Ticket, out, o) },
		func() error { return tx.tie(ctx, number, done.Item.ID, d, out, o) },
		func() error { return tx.amend(ctx, number, box, d, out, o) },
		func() error { return tx.answers(ctx, box, d, out, o) },
		func() error { return tx.tellAll(ctx, *done, d, out, o) },
		func() error { return tx.elsewhere(ctx, done, d, out, o) },
		func() error { return tx.spent(ctx, before, done, out, o) },
		func() error { return tx.release(ctx, before, done.Ticket, o) },
		func() error { // only now: a new follower gets what comes later
			how := Activity{Person: d.By.ID, Mail: o.Mail}
			return tx.followers(ctx, before, done.Ticket.Number, out, how)
		})
}

// schedule writes what the clock owes a ticket from now on, and the timeline of what is over.
func (tx *Tx) schedule(ctx context.Context, t desk.Ticket, out desk.Outcome, o Origin) error {
	if err := tx.setTimers(ctx, t.Number, out.Timers); err != nil {
		return err
	}
	if err := tx.setClocks(ctx, t.Number, out.Clocks); err != nil || !out.Chronicle {
		return err
	}
	return tx.chronicle(ctx, t, o.Chronicle)
}

// answers owes what a deed's orders ask for.
func (tx *Tx) answers(ctx context.Context, mailbox string, d desk.Deed, out desk.Outcome,
	o Origin) error {
	for _, q := range out.Asked {
		a := Outgoing{Mail: o.Mail, Person: d.By.ID, Address: d.By.Address(),
			Mailbox: mailbox, Details: Details{Query: &q, EchoSender: true}}
		if err := tx.Answer(ctx, a, o.Caps.Defaults().AnswersHour); err != nil {
			return err
		}
	}
	return nil
}

// followed is the history's name of a follower: who is none any more, or is one now.
const followed = "follower"

// followers writes who follows from now on, and who does no more.
func (tx *Tx) followers(ctx context.Context, before desk.Ticket, number int64, out desk.Outcome,
	how Activity) error {
	how.Ticket, how.What = number, followed
	var history []Activity
	there := map[int64]bool{}
	for _, p := range before.Followers {
		there[p.ID] = true
	}
	for _, p := range out.Unfollow {
		if there[p.ID] {
			there[p.ID], how.Old, how.New = false, p.Address(), ""
			history = append(history, how)
			if _, err := tx.Unfollow(ctx, number, p.ID); err != nil {
				return err
			}
		}
	}
	for _, p := range out.Follow {
		if !there[p.ID] {
			there[p.ID], how.Old, how.New = true, "", p.Address()
			history = append(history, how)
			if err := tx.Follow(ctx, number, p.ID); err != nil {
				return err
			}
		}
	}
	return tx.Note(ctx, history...)
}

// tellAll tells what happened to the ticket of the deed.
func (tx *Tx) tellAll(ctx context.Context, done Done, d desk.Deed, out desk.Outcome,
	o Origin) error {
	for _, e := range out.Events {
		if moves(e) {
			continue
		}
		if e.Ticket = done.Ticket; e.Kind != desk.TicketGiven {
			it := done.Item
			it.Visibility, it.Text = e.Item.Visibility, e.Item.Text // what of it may be heard
			e.Item = it
		}
		t := o.Telling
		t.Event, t.until = e, out.Until
		if !d.By.Agent() {
			t.Details.Unknown, t.Details.Commands = done.Unknown(), done.told()
		}
		if err := tx.Tell(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// elsewhere does what a deed means for other tickets than its own, and tells it.
func (tx *Tx) elsewhere(ctx context.Context, done *Done, d desk.Deed, out desk.Outcome,
	o Origin) error {
	how := Activity{Person: d.By.ID, Mail: o.Mail}
	events, err := tx.rearrange(ctx, done, out, how)
	if err != nil {
		return fmt.Errorf("move items to another ticket: %w", err)
	}
	for _, e := range events {
		t := o.Telling
		t.Event = e
		if err := tx.Tell(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// before is the ticket that the deed is done to.
func (tx *Tx) before(ctx context.Context, number int64, d desk.Deed, o Origin) (
	desk.Ticket, error) {
	switch {
	case number == 0:
		return d.Opens, nil
	case o.Before != nil && o.Before.Number == number:
		return *o.Before, nil
	}
	t, err := tx.Ticket(ctx, number)
	if err != nil {
		err = fmt.Errorf("ticket %d: %w", number, err)
	}
	return t, err
}

// Unknown are the values that the orders have and the desk has not.
func (done Done) Unknown() (list []Unknown) {
	for _, r := range done.Results {
		if r.Unknown {
			list = append(list, Unknown{Field: r.Key, Value: r.Value, Values: r.Known})
		}
	}
	return list
}

// told are the orders of a customer that he hears of.
func (done Done) told() (list []CommandResult) {
	for _, r := range done.Results {
		if r.Tell {
			list = append(list, CommandResult{Line: r.Line, Result: r.Key, Value: r.Value})
		}
	}
	return list
}

// Customer finds who has an address, or makes a customer of it, whom an agent vouches for.
func (tx *Tx) Customer(ctx context.Context, address, name string) (desk.Person, error) {
	p, err := tx.PersonByAddress(ctx, address)
	if err != nil || p.ID != 0 {
		return p, err
	}
	return tx.AddPerson(ctx, desk.Person{
		Name: name, Role: desk.Customer, Active: true, Known: true, Addresses: []string{address},
	})
}

// open writes a new ticket with its first item.
func (tx *Tx) open(ctx context.Context, d desk.Deed, out desk.Outcome, o Origin) (
	t desk.Ticket, it desk.Item, err error) {
	first := NewItem{out.Item, o.Attachments, o.Search}
	if t, it, err = tx.OpenTicket(ctx, out.Ticket, &first); err != nil {
		return t, it, err
	}
	how := Activity{Ticket: t.Number, Person: d.By.ID, Mail: o.Mail, What: "opened", New: o.Rule}
	history := []Activity{how}
	if t.ProductionDown {
		how.What, how.Old, how.New = productionDown, "false", "true"
		history = append(history, how)
	}
	return t, it, tx.Note(ctx, history...)
}

// add writes the item, and the ticket as it is now.
func (tx *Tx) add(ctx context.Context, before desk.Ticket, d desk.Deed, out desk.Outcome,
	o Origin) (t desk.Ticket, it desk.Item, err error) {
	n, more := NewItem{out.Item, o.Attachments, o.Search}, 1
	if n.Ticket = before.Number; o.Fills != 0 {
		more = 0
	}
	how := Activity{Person: d.By.ID, Mail: o.Mail}
	if t, n.Number, err = tx.change(ctx, before, out.Ticket, how, more); err != nil {
		return t, it, err
	}
	if o.Fills != 0 {
		it, err = tx.fill(ctx, n, o)
	} else {
		it, err = tx.writeItem(ctx, before.Subject, n)
	}
	return t, it, err
}

// fill writes the item in the place where it was pending, and who let it in.
func (tx *Tx) fill(ctx context.Context, n NewItem, o Origin) (desk.Item, error) {
	n.Number = o.Fills
	it, err := tx.FillItem(ctx, n)
	if err != nil {
		return it, err
	}
	what := "approved"
	if o.LetIn.Decision == Send {
		what = "sent"
	}
	return it, tx.Note(ctx, Activity{Ticket: it.Ticket, Person: o.LetIn.By, Mail: o.LetIn.Mail,
		What: what, New: fmt.Sprint(it.Number)})
}

// tie writes what a deed does beside the ticket and its item.
func (tx *Tx) tie(ctx context.Context, ticket, item int64, d desk.Deed, out desk.Outcome,
	o Origin) error {
	for _, l := range out.Links {
		if err := tx.Link(ctx, ticket, l.Other, l.Kind); err != nil {
			return err
		}
	}
	for _, f := range out.Projects.Follow {
		if err := tx.FollowProject(ctx, f.Project, f.Person); err != nil {
			return err
		}
	}
	for _, f := range out.Projects.Unfollow {
		if err := tx.UnfollowProject(ctx, f.Project, f.Person); err != nil {
			return err
		}
	}
	if err := tx.work(ctx, item, out.Time); err != nil {
		return err
	}
	if out.Wrote.ID != 0 {
		if err := tx.write(ctx, "UPDATE item SET author = $2 WHERE ticket = $1 AND number = 1",
			ticket, out.Wrote.ID); err != nil {
			return err
		}
	}
	return tx.settle(ctx, out, Override{By: d.By.ID, Mail: o.Mail})
}

// settle decides on items that waited, as a deed says.
func (tx *Tx) settle(ctx context.Context, out desk.Outcome, by Override) error {
	for _, it := range out.Withdrawn {
		if err := tx.cancel(ctx, it, by); err != nil {
			return err
		}
	}
	if out.Undone != nil {
		if err := tx.undo(ctx, *out.Undone); err != nil {
			return err
		}
	}
	for _, h := range out.Sent {
		if err := tx.sendHeld(ctx, h, by); err != nil {
			return err
		}
	}
	for _, j := range out.Judged {
		settle := tx.RejectPending
		if j.Approve {
			settle = tx.ApprovePending
		}
		if _, err := settle(ctx, j.Item.Mail, by); err != nil {
			return err
		}
	}
	return nil
}

// productionDown is the history's name of the alarm.
const productionDown = "production_down"

// Raised reports whether the alarm was raised in a ticket's life.
func (r Reader) Raised(ctx context.Context, ticket int64) (bool, error) {
	return r.row(ctx, `
		SELECT 1 FROM activity WHERE ticket = $1 AND what = $2 LIMIT 1`,
		args(ticket, productionDown), new(int))
}

// HasTicket reports whether there is a ticket with the number.
func (r Reader) HasTicket(ctx context.Context, number int64) (bool, error) {
	return r.row(ctx, "SELECT 1 FROM ticket WHERE number = $1", args(number), new(int))
}
