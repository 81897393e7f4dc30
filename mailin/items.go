package mailin

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// The defaults of a ticket that says nothing of itself.
const (
	defaultType     = "Incidente"
	defaultSeverity = 2
)

// author is the sender as a person, made on his first mail.
func (f *filing) author(ctx context.Context) (desk.Person, error) {
	if f.person.ID != 0 {
		return f.person, nil
	}
	p, err := f.newPerson(ctx, f.from, f.name, f.shown())
	f.person = p
	return p, err
}

func (f *filing) newPerson(ctx context.Context, address, name string, known bool) (desk.Person, error) {
	p := desk.Person{Name: name, Role: desk.Customer, Active: true, Known: known}
	if address != "" { // a released mail may have nobody to answer to
		p.Addresses = []string{address}
	}
	if f.rd.Lang == "es" || f.rd.Lang == "en" {
		p.Language = f.rd.Lang
	}
	return f.tx.AddPerson(ctx, p)
}

// write adds the item to the ticket, with what arrived by this mail.
func (f *filing) write(ctx context.Context, t desk.Ticket, it desk.Item) (desk.Item, error) {
	it.Ticket = t.Number
	var err error
	if n := f.complete(it); f.approved() {
		it, err = f.fill(ctx, n)
	} else {
		it, err = f.tx.AddItem(ctx, t.Subject, n)
	}
	f.verdict.Ticket, f.verdict.Item = t.Number, it.Number
	return it, err
}

// complete fills in what an item has from the mail.
func (f *filing) complete(it desk.Item) store.NewItem {
	it.Mail, it.MessageID = f.mail.ID, f.rd.Message.MessageID
	it.Quoted = f.rd.Reply.Quoted()
	if forwarded := f.rd.Reply.Forwarded(); !strings.Contains(it.Text, forwarded) { // an agent's answer is his own words only
		it.Quoted = strings.TrimSpace(it.Quoted + "\n\n" + forwarded)
	}
	if it.Visibility == "" {
		it.Visibility = desk.Public
	}
	if it.State == "" {
		it.State = desk.Filed
	}
	if it.Ticket != 0 && it.Ticket == f.ticket.Number && it.Type != desk.Automatic {
		it.Subject = f.subject
	}
	it.Seen = f.seen(it)
	n := store.NewItem{Item: it, Attachments: f.attachments}
	if it.Text == f.text && it.Subject == "" {
		n.Words = f.words
	}
	return n
}

// retitled is the subject of a reply where it says something that neither the ticket's says nor one that came before.
func (f *filing) retitled(ctx context.Context) (string, error) {
	subject := f.rd.Message.Subject
	clean := threading.CleanSubject(subject, f.box.Tag)
	alarm := f.person.Agent() && f.ticket.ProductionDown && f.rd.ProductionDown // that of the notice
	if f.ticket.Number == 0 || alarm || slices.Contains(ownSubjects(), clean) || !threading.Retitled(subject, f.ticket.Subject, f.box.Tag) {
		return "", nil
	}
	if told, err := f.tx.HasSubject(ctx, f.ticket.Number, clean); told || err != nil {
		return "", err
	}
	return clean, nil
}

// ownSubjects are the subjects that our mails have in place of the ticket's, in all languages.
var ownSubjects = sync.OnceValue(func() (list []string) {
	set, err := templates.Load("")
	if err != nil { // the embedded ones are tested
		return nil
	}
	for _, lang := range set.Languages() {
		list = append(list, set.Phrase(lang, "label", "received"), set.Phrase(lang, "label", "no_subject"))
	}
	return list
})

// tell owes the notices of an event that this mail caused.
func (f *filing) tell(ctx context.Context, e desk.Event) error {
	if f.mail.Envelope.Archive {
		return nil // old mail, that nobody waits for an answer to
	}
	echo, err := f.echoes(ctx, e)
	if err != nil {
		return err
	}
	return f.tx.Tell(ctx, store.Telling{
		Event: e, Mail: f.mail.ID, Caps: f.o.Caps, Stranger: !f.person.Known && !f.shown(), Echo: echo, Words: f.said,
		Silent:  f.silent(),
		Details: store.Details{EchoSender: f.person.Known || f.shown(), Reason: f.row.Reason, Claimed: f.claimed()},
	})
}

// silent reports whether the sender must not be acknowledged: a machine, or an address that may be somebody else's.
func (f *filing) silent() bool {
	o := f.rd.Origin
	return f.row.Action == OpenSuspect || o.Spam != "" || !f.formed() && (f.form != "" || o.Silent(f.passes))
}

// open makes a new ticket of the mail.
func (f *filing) open(ctx context.Context, verified bool) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	t := f.newTicket(author)
	spam := f.rd.Origin.Spam != ""
	t.Unverified = !verified || spam
	if f.row.Action == MachineOpens || spam { // neither wakes anybody
		t.ProductionDown, t.Severity = false, defaultSeverity
	}
	return f.openWith(ctx, desk.Event{Kind: desk.TicketOpened, Ticket: t, Author: author}, f.text)
}

// newTicket is what a mail of the requester opens.
func (f *filing) newTicket(requester desk.Person) desk.Ticket {
	t := desk.Ticket{
		Mailbox: f.box.Address, Subject: threading.CleanSubject(f.rd.Message.Subject, f.box.Tag), Class: desk.Open, Severity: defaultSeverity, Type: defaultType,
		Requester: requester, Controller: requester, Product: f.box.Product, ProductionDown: f.rd.ProductionDown && !f.mail.Envelope.Archive,
	}
	if t.ProductionDown {
		t.Severity = 1
	}
	return t
}

// openWith writes the event's ticket with its first item, ties it to what the mail claims or cites, and tells.
func (f *filing) openWith(ctx context.Context, e desk.Event, text string) error {
	return f.openItem(ctx, e, desk.Item{Type: desk.ItemType(e.Ticket.Type), Author: e.Ticket.Requester, Text: text})
}

// openItem is openWith for an item of the caller's.
func (f *filing) openItem(ctx context.Context, e desk.Event, it desk.Item) (err error) {
	if it.Via = f.form; e.Author.ID != it.Author.ID { // who passed the words on
		it.Via = f.from
	}
	first := f.complete(it)
	if e.Ticket, e.Item, err = f.tx.OpenTicket(ctx, e.Ticket, &first); err != nil {
		return err
	}
	t := e.Ticket
	f.verdict.Ticket, f.verdict.Item = t.Number, e.Item.Number
	activity := store.Activity{Ticket: t.Number, Person: e.Author.ID, Mail: f.mail.ID, What: "opened", New: f.row.Rule}
	if err := f.tx.Note(ctx, activity); err != nil {
		return err
	}
	if t.ProductionDown {
		activity.What, activity.Old, activity.New = "production_down", "false", "true"
		if err := f.tx.Note(ctx, activity); err != nil {
			return err
		}
	}
	if e.Old != 0 {
		err = f.tx.Link(ctx, t.Number, e.Old, "cites")
	} else if claimed := f.claimed(); claimed != 0 {
		err = f.tx.Link(ctx, t.Number, claimed, "claims")
	}
	if err != nil {
		return err
	}
	f.verdict.Outcome = store.OutcomeTicket
	return f.tell(ctx, e)
}

// claimed is the number of an existing ticket that a stranger's mail points at. He is not told of it.
func (f *filing) claimed() int64 {
	if f.row.Action != OpenClaim && f.row.Action != OpenSuspect {
		return 0
	}
	return f.resolution.Ticket
}

// item adds what the customer's side wrote, and lets follow what follows.
func (f *filing) item(ctx context.Context) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	order := f.order()
	if f.ticket.Class == desk.Closed && !f.reopens(order) {
		return f.afterClosing(ctx, author, order)
	}
	if order == desk.VerbFollow || order == desk.VerbUnfollow {
		if err := f.follow(ctx, order); err != nil || command.Only(f.rd.Reply.New()) {
			return err
		}
	}
	act := f.customerAct(order)
	change := desk.Follow(f.ticket, author, act)
	if f.ticket.Class == desk.Closed {
		change.Class, change.Assignee = desk.Open, desk.TheAgent
	}
	it := desk.Item{Type: change.Type, Author: author, Text: f.text}
	if f.resolution.Evidence == evL {
		if it.Via, err = f.via(ctx); err != nil {
			return err
		}
	}
	t, kind, err := f.raise(ctx, f.ticket.Apply(change, author))
	if err != nil {
		return err
	}
	if act == desk.Closes {
		kind = desk.TicketClosed
	}
	f.verdict.Outcome = store.OutcomeItem
	if act == desk.Thanks && f.saysNothing() { // kept, and nobody's news
		_, err = f.write(ctx, t, it)
		return err
	}
	return f.addAndTell(ctx, t, it, kind)
}

// order is the customer's, if he may give one here: somebody else's token orders nothing.
func (f *filing) order() desk.Verb {
	order, ok := command.Customer(f.rd.orders())
	if !ok || f.resolution.Evidence == evL {
		return ""
	}
	return order
}

// follow lets the sender follow the ticket, or no longer. A mail that says nothing else stays with the agents. Who has
// shown a number only begins to follow nothing: what is sent to followers must not be had for a forged From.
func (f *filing) follow(ctx context.Context, order desk.Verb) (err error) {
	switch {
	case order == desk.VerbUnfollow:
		_, err = f.tx.Unfollow(ctx, f.ticket.Number, f.person.ID)
	case f.shown():
		err = f.tx.Follow(ctx, f.ticket.Number, f.person.ID)
	}
	if err != nil || !command.Only(f.rd.Reply.New()) {
		return err
	}
	f.verdict.Outcome = store.OutcomeItem
	_, err = f.write(ctx, f.ticket, desk.Item{Type: desk.Note, Author: f.person, Text: f.text, Orders: true, Visibility: desk.Internal})
	return err
}

// addAndTell writes an item, the ticket as it is now, and tells of both.
func (f *filing) addAndTell(ctx context.Context, t desk.Ticket, it desk.Item, kind desk.EventKind) error {
	it, err := f.write(ctx, t, it)
	if err != nil {
		return err
	}
	if t, err = f.tx.Change(ctx, f.ticket, t, it.Author.ID, f.mail.ID); err != nil {
		return err
	}
	return f.tell(ctx, desk.Event{Kind: kind, Ticket: t, Item: it, Author: it.Author})
}

// reopens tells whether the mailbox lets this reply reopen a closed ticket, or its customer asks for it. Thanks do not,
// nor does who says again that it may be closed.
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
	return f.box.ClosedReply == desk.Reopen && order == "" && !f.wordless() && !f.confirms()
}

// confirms reports whether the customer says that it is solved, and nothing else.
func (f *filing) confirms() bool {
	return f.resolution.Evidence != evL && f.subject == "" && command.Confirms(cmp.Or(f.rd.Origin.Reaction, f.rd.Reply.New()))
}

// wordless tells a mail that says nothing new: mere thanks, a reaction, a quote alone.
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
	return f.rd.Origin.Reaction != "" || f.rd.Empty() || quotes && !f.files()
}

// afterClosing is what a reply to a closed ticket comes to: a new one that cites it, or the news that it is closed. Mere
// thanks and an order that changes nothing any more are kept where they belong.
func (f *filing) afterClosing(ctx context.Context, author desk.Person, order desk.Verb) error {
	idle := f.wordless() || f.confirms() || order != "" && order != desk.VerbReopen
	if !idle && f.box.ClosedReply != desk.Reject {
		return f.replace(ctx, author)
	}
	it, err := f.write(ctx, f.ticket, desk.Item{Type: desk.MoreInformation, Author: author, Text: f.text})
	f.verdict.Outcome = store.OutcomeItem
	if err != nil || idle || f.rd.Origin.Silent(f.ours) {
		return err
	}
	return f.tell(ctx, desk.Event{Kind: desk.ReplyRejected, Ticket: f.ticket, Item: it, Author: author})
}

// replace opens a ticket in place of the closed one.
func (f *filing) replace(ctx context.Context, author desk.Person) error {
	t := f.newTicket(author)
	t.Controller, t.Agent, t.Product = f.ticket.Controller, f.ticket.Agent, f.ticket.Product
	if t.ProductionDown && !f.ticket.ProductionDown { // the words may be those of an alarm that is over
		raised, err := f.raisedBefore(ctx, f.ticket.Number)
		if err != nil {
			return err
		}
		if raised {
			t.ProductionDown, t.Severity = false, defaultSeverity
		}
	}
	return f.openWith(ctx, desk.Event{Kind: desk.TicketReplaced, Ticket: t, Author: author, Old: f.ticket.Number}, f.text)
}

// customerAct is what the customer's words order; words alone are the usual.
func (f *filing) customerAct(order desk.Verb) desk.Act {
	mayClose := f.person.ID == f.ticket.Requester.ID || f.person.ID == f.ticket.Controller.ID
	switch {
	case mayClose && (order == desk.VerbClose || f.ticket.Class == desk.Resolved && f.confirms()):
		return desk.Closes
	case order == desk.VerbReopen && f.ticket.Participant(f.person.ID):
		return desk.Reopens
	case f.ticket.Class == desk.Resolved && f.wordless():
		return desk.Thanks
	}
	return desk.Writes
}

// via names whose token the sender wrote with.
func (f *filing) via(ctx context.Context) (string, error) {
	p, err := f.tx.Person(ctx, f.resolution.Person)
	return p.Address(), err
}

// raise sets the alarm when the reply adds Producción Caída to the subject, once in a ticket's life: «Re: Producción
// Caída» of a mail that an agent has since lowered is no new alarm.
func (f *filing) raise(ctx context.Context, t desk.Ticket) (desk.Ticket, desk.EventKind, error) {
	if !f.rd.ProductionDown || t.ProductionDown {
		return t, desk.ItemWritten, nil
	}
	raised, err := f.raisedBefore(ctx, t.Number)
	if err != nil || raised {
		return t, desk.ItemWritten, err
	}
	t.ProductionDown, t.Severity = true, 1
	return t, desk.ProductionFell, nil
}

// raisedBefore tells whether the alarm was raised in the ticket's life.
func (f *filing) raisedBefore(ctx context.Context, ticket int64) (bool, error) {
	history, err := f.tx.Activities(ctx, ticket)
	return slices.ContainsFunc(history, func(a store.Activity) bool { return a.What == "production_down" }), err
}

// pending keeps the mail in the ticket for an agent to approve or reject; nothing else follows.
func (f *filing) pending(ctx context.Context) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	it := desk.Item{Type: desk.MoreInformation, Author: author, Text: f.text, State: desk.Pending, Visibility: desk.Internal}
	if f.resolution.Person != 0 && f.resolution.Person != author.ID {
		if it.Via, err = f.via(ctx); err != nil {
			return err
		}
	}
	f.verdict.Outcome = store.OutcomePending
	if f.row.Action != AgentPending {
		return f.addAndTell(ctx, f.ticket, it, desk.ItemPending)
	}
	reason := "kept_pending"
	if f.ticket.Number == 0 { // there is none in which it could wait
		f.verdict.Outcome, reason = store.OutcomeQuarantine, "kept_in_quarantine"
	} else if it, err = f.write(ctx, f.ticket, it); err != nil {
		return err
	}
	if f.mail.Envelope.Archive {
		return nil
	}
	if !f.answerable() {
		reason += "_for_admin"
	}
	return f.tx.AskAgent(ctx, store.Outgoing{Ticket: f.ticket.Number, Item: it.Number, Mail: f.mail.ID, Mailbox: f.box.Address,
		Person: author.ID, Address: author.Address(), Details: store.Details{Author: author.ID, Reason: reason}})
}

// answerable reports whether an agent who proves nothing else can say by his answer to a question that a mail is his.
func (f *filing) answerable() bool {
	return f.o.AgentProof == ByID || f.box.Plus && f.o.AgentProof != Strict
}

// automatic keeps what a machine wrote in the ticket: no state changes and no customer hears of it.
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
	it := desk.Item{Type: desk.Automatic, Author: author, Text: f.text, Visibility: desk.Internal}
	f.verdict.Outcome = store.OutcomeAutomatic
	it, err := f.write(ctx, f.ticket, it)
	if err != nil || f.rd.Origin.Receipt() {
		return err
	}
	before, err := f.tx.Automatic(ctx, f.ticket.Number, author.ID, it.Number)
	if err != nil || before { // a program that goes on is known by now
		return err
	}
	return f.tell(ctx, desk.Event{Kind: desk.MachineWrote, Ticket: f.ticket, Item: it, Author: author})
}
