package mailin

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// What a proven agent writes to soporte+control@, or to a mailbox under the subject «control», are
// orders for many tickets: one line each, and one transcript for all. A ticket's orders are done
// together, within a savepoint, or not at all.
//
//	line ──► its tickets ──► guards ──► savepoint { Do, Do … } ──► fate
//	                                       └─ refused, or a dry run: taken back

// control is the detail of the address, and the subject.
const control = "control"

// batchTime is how long the orders of one mail may hold up the mail of others.
const batchTime = 5 * time.Second

// controls reports whether the mail orders for many tickets.
func (f *filing) controls() bool {
	m := f.rd.Message
	to := slices.Concat(f.mail.Envelope.To, addresses(m.DeliveredTo), addresses(m.To),
		addresses(m.Cc))
	for _, a := range to {
		if _, detail, ok := f.boxes.Find(a); ok && detail == control {
			return true
		}
	}
	subject := threading.CleanSubject(m.Subject, f.box.Tag)
	return f.resolution.Evidence == evN && desk.Same(subject, control)
}

// batch does what the mail orders, and tells its author what became of it.
func (f *filing) batch(ctx context.Context) error {
	f.verdict.Outcome = store.OutcomeQuery
	if f.mail.Envelope.Archive { // old mail, whose orders were meant for that day
		return nil
	}
	b := command.ReadBatch(f.rd.orders())
	d := store.Details{Dry: b.Dry}
	if err := f.unknownGuards(ctx, b, &d); err != nil {
		return err
	}
	switch {
	case b.Unclear != "":
		d.Reason = "batch_unclear"
		line := store.CommandResult{Line: b.Unclear, Result: command.WrongLine}
		d.Commands = append(d.Commands, line)
	case len(d.Unknown) > 0:
		d.Reason = "batch_limit"
	case len(b.Lines) == 0:
		d.Reason = "batch_empty"
	default:
		if err := f.runBatch(ctx, b, &d); err != nil {
			return err
		}
	}
	echo, err := f.hurried(ctx)
	if err != nil {
		return err
	}
	return f.tx.OweReply(ctx, f.o.Caps, store.Outgoing{Echo: echo && len(d.Fates) == 0,
		Kind: desk.Transcript, Topic: control, Mail: f.mail.ID, Mailbox: f.box.Address,
		Person: f.person.ID, Address: f.person.Address(), Details: d,
	})
}

// unknownGuards tells of guards of which the desk knows nothing: without them, anything might be
// meant.
func (f *filing) unknownGuards(ctx context.Context, b command.Batch, d *store.Details) error {
	c, err := f.tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	for _, g := range b.Guards {
		r, ok := g.Known(c, cmp.Or(f.person.Language, f.o.Language))
		if ok {
			continue
		}
		line := store.CommandResult{Line: g.Line, Result: command.WrongLine}
		if !slices.Contains(d.Commands, line) {
			d.Commands = append(d.Commands, line)
		}
		d.Unknown = append(d.Unknown,
			store.Unknown{Field: r.Key, Value: r.Value, Values: r.Known})
	}
	return nil
}

// byTicket are the lines for each ticket, and the tickets in their order.
func byTicket(lines []command.BatchLine) (of map[int64][]command.BatchLine, numbers []int64) {
	of = map[int64][]command.BatchLine{}
	for _, l := range lines {
		for _, n := range l.Tickets {
			if of[n] == nil {
				numbers = append(numbers, n)
			}
			of[n] = append(of[n], l)
		}
	}
	return of, numbers
}

// runBatch does the orders, ticket by ticket.
func (f *filing) runBatch(ctx context.Context, b command.Batch, d *store.Details) error {
	for _, l := range b.Lines {
		if l.Wrong != "" {
			wrong := store.CommandResult{Line: l.Line, Result: l.Wrong, Value: hint(l.Nearest)}
			d.Commands = append(d.Commands, wrong)
		}
	}
	of, numbers := byTicket(b.Lines)
	for began, i := time.Now(), 0; i < len(numbers); i++ {
		fate := store.Fate{Ticket: numbers[i], Result: "batch_late"}
		if time.Since(began) < batchTime {
			var err error
			if fate, err = f.fate(ctx, b, numbers[i], of[numbers[i]]); err != nil {
				return err
			}
		}
		d.Fates = append(d.Fates, fate)
	}
	return nil
}

func hint(nearest string) string {
	if nearest == "" {
		return ""
	}
	return "#" + nearest
}

// errTakenBack takes back what was done to a ticket.
var errTakenBack = errors.New("taken back")

// fate does what is ordered for one ticket.
func (f *filing) fate(ctx context.Context, b command.Batch, number int64,
	lines []command.BatchLine) (fate store.Fate, err error) {
	fate.Ticket = number
	t, err := store.Optional(f.tx.Ticket(ctx, number))
	if err != nil {
		return fate, err
	}
	c, err := f.tx.Catalogue(ctx)
	if err != nil {
		return fate, err
	}
	fate.Subject = t.Subject
	wrong := func(l command.BatchLine) bool { return l.Wrong != "" }
	outside := func(g desk.Guard) bool { return !g.Admits(c, t) }
	switch {
	case t.Number == 0:
		fate.Result = "batch_none"
		return fate, nil
	case slices.ContainsFunc(b.Guards, outside):
		fate.Result = "batch_outside"
		return fate, nil
	case t.Class == desk.Closed && tellsMore(lines):
		fate.Result = "batch_closed"
		return fate, nil
	case slices.ContainsFunc(lines, wrong):
		fate.Result = "batch_wrong"
		return fate, nil
	}
	fate.Result = "batch_done"
	err = f.tx.Try(ctx, func() error {
		for _, l := range lines {
			whole, err := f.doLine(ctx, number, l, &fate)
			if err == nil && !whole {
				fate.Result, err = "batch_undone", errTakenBack
				fate.Commands = slices.DeleteFunc(fate.Commands, wasDone)
			}
			if err != nil {
				return err
			}
		}
		if b.Dry {
			fate.Result = "batch_would"
			return errTakenBack
		}
		return nil
	})
	if errors.Is(err, errTakenBack) {
		err = nil
	}
	return fate, err
}

// wasDone reports whether an order was, of a ticket of which not all were: what is told is why.
func wasDone(c store.CommandResult) bool {
	return c.Result != "batch_unheard" && !(desk.Result{Key: c.Result}).Refused()
}

// tellsMore reports whether the lines say something to the customer of a closed ticket that they do
// not open again.
func tellsMore(lines []command.BatchLine) bool {
	has := func(verbs ...desk.Verb) bool {
		return slices.ContainsFunc(lines, func(l command.BatchLine) bool {
			return slices.ContainsFunc(l.Orders, func(o desk.Order) bool {
				return slices.Contains(verbs, o.Verb)
			})
		})
	}
	words := func(l command.BatchLine) bool { return l.Text != "" && !l.Inside }
	return !has(desk.VerbReopen) && (slices.ContainsFunc(lines, words) ||
		has(desk.VerbClose, desk.VerbResolve, desk.VerbAskInfo))
}

// doLine does one line to a ticket, and reports whether all of it was done.
func (f *filing) doLine(ctx context.Context, number int64, l command.BatchLine,
	fate *store.Fate) (whole bool, err error) {
	d := desk.Deed{By: f.person, Orders: slices.Clone(l.Orders), Item: desk.Item{Text: l.Text}}
	if d.By.Language == "" {
		d.By.Language = f.o.Language
	}
	if l.Inside {
		d.Item.Visibility = desk.Internal
	}
	o := store.Origin{Ours: f.ours, Telling: store.Telling{Mail: f.mail.ID, Caps: f.o.Caps}}
	done, err := f.tx.Do(ctx, number, d, o)
	if err != nil {
		return false, err
	}
	whole = true
	for _, r := range done.Results {
		whole = whole && !r.Refused()
		if !r.Unknown {
			result := store.CommandResult{Line: r.Line, Result: r.Key, Value: r.Value}
			fate.Commands = append(fate.Commands, result)
		}
	}
	fate.Unknown = append(fate.Unknown, done.Unknown()...)
	if done.Kept == desk.NobodyHears {
		said := store.CommandResult{Line: strings.TrimSpace(l.Text), Result: "batch_unheard"}
		fate.Commands, whole = append(fate.Commands, said), false
	}
	return whole, nil
}
