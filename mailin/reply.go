package mailin

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
)

// item adds what the customer's side wrote, and lets follow what follows.
func (f *filing) item(ctx context.Context) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	lines, err := f.fields(ctx)
	if err != nil {
		return err
	}
	line := f.order()
	order := line.Verb
	if line.Misplaced && (f.ticket.Class != desk.Closed || order == desk.VerbReopen) {
		order = ""
	}
	var act desk.Act
	if f.ticket.Class == desk.Closed {
		if rated, err := f.rates(ctx, author); rated || err != nil {
			return err
		}
		switch again := f.reopens(order); {
		case again && order == "":
			act, line = desk.Reopens, desk.Order{}
		case !again && !f.follows(order):
			return f.afterClosing(ctx, author, order, closesAgain(order, line.Line))
		}
	}
	d := desk.Deed{By: author, Act: act, Item: desk.Item{Text: f.text},
		Down: f.rd.ProductionDown || f.fell, Consent: f.consent(),
		Proof:    string(f.proof) + " " + string(f.resolution.Evidence),
		Unproven: !f.shown(), Solved: f.confirms(), Idle: f.wordless(), Wordless: f.saysNothing()}
	if order != "" || line.Line != "" {
		alone := strings.TrimSpace(f.rd.Reply.New()) == line.Line
		line.Verb, line.Line = cmp.Or(order, line.Verb), written(line)
		d.Orders = []desk.Order{line}
		idle := order == "" || order == desk.VerbTime
		d.Item.Orders = f.follows(order) || idle && alone
	}
	d.Orders = append(d.Orders, lines...)
	if f.resolution.Evidence == evL {
		if d.Item.Via, err = f.via(ctx); err != nil {
			return err
		}
	}
	f.verdict.Outcome = store.OutcomeItem
	_, err = f.do(ctx, f.ticket, d)
	return err
}

// follows reports whether the mail is about following the ticket, and nothing else.
func (f *filing) follows(order desk.Verb) bool {
	return (order == desk.VerbFollow || order == desk.VerbUnfollow) &&
		command.Only(f.rd.Reply.New())
}

// order is the customer's, if he may give one here: somebody else's token orders nothing, and no
// case is ordered about from another.
func (f *filing) order() desk.Order {
	order, ok := command.Customer(f.rd.orders())
	if !ok || f.resolution.Evidence == evL {
		return desk.Order{}
	}
	if n, err := strconv.ParseInt(order.Arg, 10, 64); err == nil && order.Verb != desk.VerbTime {
		order.Misplaced = n != f.ticket.Number && n != f.meant
		if !order.Misplaced {
			order.Arg = ""
		}
	}
	return order
}

// written is the line of an order that has something behind it, or was not understood: of the
// others nothing is to be told.
func written(o desk.Order) string {
	if o.Arg == "" && o.Verb != desk.VerbTime && o.Verb != "" {
		return ""
	}
	return o.Line
}

// reopens reports whether the mailbox lets this reply reopen a closed ticket, or its customer asks
// for it. Thanks do not, nor does whoever says again that it may be closed.
func (f *filing) reopens(order desk.Verb) bool {
	fresh := f.tx.Now().Sub(f.ticket.ClosedAt) < f.o.ReopenFor
	switch {
	case f.approved(): // an agent wants it here
		return (order == "" || order == desk.VerbReopen) && !command.Thanks(f.rd.Reply.New())
	case !fresh || f.box.ClosedReply == desk.Reject:
		return false
	case order == desk.VerbReopen:
		return true
	}
	return f.box.ClosedReply == desk.Reopen && order == "" && !f.idles()
}

// afterClosing is what a reply to a closed ticket comes to: a new one that cites it, or the news
// that it is closed, which whoever closes it again is told too. Mere thanks and an order that
// changes nothing any more are kept where they belong.
func (f *filing) afterClosing(ctx context.Context, author desk.Person, order desk.Verb,
	again bool) error {
	idle := f.idles() || order != "" && order != desk.VerbReopen
	if !idle && f.box.ClosedReply != desk.Reject {
		return f.replace(ctx, author)
	}
	f.verdict.Outcome = store.OutcomeItem
	d := desk.Deed{By: author, Act: desk.Refused, Item: desk.Item{Text: f.text}}
	d.Quiet = idle && !again || f.rd.Origin.Silent(f.ours)
	_, err := f.do(ctx, f.ticket, d)
	return err
}

// idles reports whether a reply to a closed ticket asks for nothing more: thanks, the news that it
// is solved, a mark.
func (f *filing) idles() bool {
	return f.wordless() || f.confirms() || f.marks
}

// closesAgain reports whether an order closes what is closed. «Testing ok» may be late, and asks
// nothing.
func closesAgain(order desk.Verb, line string) bool {
	return order == desk.VerbClose && !strings.Contains(desk.Fold(line), "testing")
}

// confirms reports whether the customer says that it is solved, and nothing else.
func (f *filing) confirms() bool {
	words := cmp.Or(f.rd.Origin.Reaction, f.rd.Reply.New())
	return f.resolution.Evidence != evL && f.subject == "" && command.Confirms(words)
}

// consent is what the reply says to what support costs, where it comes from where the question was
// sent to.
func (f *filing) consent() desk.Consent {
	asked := f.resolution.Evidence == evT || f.resolution.Evidence == evM
	if f.ticket.Offer == "" || !asked || f.proof == Disproof || f.subject != "" {
		return ""
	}
	return command.Consents(f.rd.Reply.New(), f.ticket.Offer)
}

// wordless reports whether a mail says nothing new: mere thanks, a reaction, a quote alone.
func (f *filing) wordless() bool {
	return f.subject == "" && (command.Thanks(f.rd.Reply.New()) || f.saysNothing())
}

// saysNothing reports whether the mail has no words at all of its own.
func (f *filing) saysNothing() bool {
	quotes := true
	for line := range strings.Lines(f.rd.Reply.New()) {
		line = strings.TrimSpace(line)
		quotes = quotes && (line == "" || strings.HasPrefix(line, ">"))
	}
	return f.rd.Origin.Reaction != "" || !f.files() && (quotes || !f.rd.says())
}

// via names whose token the sender wrote with.
func (f *filing) via(ctx context.Context) (string, error) {
	p, err := f.tx.Person(ctx, f.resolution.Person)
	return p.Address(), err
}

// numberItem is an item where the mailbox lets a number be enough.
func (f *filing) numberItem(ctx context.Context) error {
	if !f.box.NumberIsEnough || f.resolution.Forged {
		return f.pending(ctx)
	}
	return f.item(ctx)
}
