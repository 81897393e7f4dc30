package mailin

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// do carries out the deed that the mail is on a ticket, the zero one where it opens one.
func (f *filing) do(ctx context.Context, t desk.Ticket, d desk.Deed) (store.Done, error) {
	if d.Item.Author.ID == 0 {
		d.Item.Author = d.By
	}
	d.By.Language = cmp.Or(d.By.Language, f.o.Language)
	if err := f.likeKnown(ctx); err != nil {
		return store.Done{}, err
	}
	f.complete(t, &d)
	d.Human = f.asksForPerson()
	o := store.Origin{Rule: f.row.Rule, Before: &t, Attachments: f.attachments, Ours: f.ours}
	if d.Item.Text == f.text && d.Item.Subject == "" {
		o.Search = f.words
	}
	if f.approved() {
		o.Fills, o.LetIn = f.mail.Item, f.mail.Override
	}
	d.Quiet = d.Quiet || f.mail.Envelope.Archive // old mail, that nobody waits for an answer to
	var err error
	if o.Telling, err = f.telling(ctx, t, d); err != nil {
		return store.Done{}, err
	}
	done, err := f.tx.Do(ctx, t.Number, d, o)
	f.verdict.Ticket, f.verdict.Item = done.Ticket.Number, done.Item.Number
	return done, err
}

// asksForPerson reports whether the subject, or a line of its own, asks for a person.
func (f *filing) asksForPerson() bool {
	return !f.machine() && (f.personWanted ||
		desk.AsksForPerson(threading.CleanSubject(f.rd.Message.Subject, f.box.Tag)))
}

// complete fills in what an item has from the mail.
func (f *filing) complete(t desk.Ticket, d *desk.Deed) {
	it := &d.Item
	if t.Number == f.ticket.Number {
		it.Meant = f.meant
	}
	it.Mail, it.MessageID = f.mail.ID, f.rd.Message.MessageID
	it.Quoted = f.quoted
	if !strings.Contains(it.Text, f.passedOn) { // an agent's answer is his own words only
		it.Quoted = strings.TrimSpace(it.Quoted + "\n\n" + f.passedOn)
	}
	if t.Number != 0 && t.Number == f.ticket.Number && d.Act != desk.Machine {
		it.Subject = f.subject
	}
	for _, a := range f.attachments {
		it.Attachments = append(it.Attachments, a.Attachment)
	}
	inName := it.Seen.InName
	it.Seen = f.seen(*it)
	it.Seen.InName = inName
	it.Seen.HTML = f.page.Keep(it.Text, f.rd.pictureName)
	f.hints(t, it)
}

// telling is what the notices say of the mail that caused them, and whom they are held back from.
func (f *filing) telling(ctx context.Context, t desk.Ticket, d desk.Deed) (store.Telling, error) {
	known := f.person.Known || f.shown()
	times, lasted := f.repeated()
	o := store.Telling{Mail: f.mail.ID, Floods: f.mayFlood(), Caps: f.o.Caps, Words: f.said,
		Stranger: !known,
		Silent:   f.silent(),
		Details: store.Details{EchoSender: known, Reason: f.row.Reason, Claimed: f.claimed(),
			Score: f.score, Number: times, Lasted: lasted}}
	if !d.By.Agent() {
		o.Details.Hints = heard(d.Item.Seen.Warnings)
	}
	if t.Number == 0 && !d.By.Agent() {
		o.Details.Asks = f.asks(d)
	}
	var err error
	if !d.Quiet {
		o.Echo, err = f.echoes(ctx, t, d)
	}
	return o, err
}

// silent reports whether the sender must not be acknowledged: a machine, or an address that may be
// somebody else's.
func (f *filing) silent() bool {
	o := f.rd.Origin
	if acts[f.row.Action].silent || o.Spam != "" {
		return true
	}
	return !f.formed() && (f.form != "" || o.Silent(f.passes))
}

// author is the sender as a person, made on his first mail.
func (f *filing) author(ctx context.Context) (desk.Person, error) {
	if f.person.ID != 0 {
		return f.person, nil
	}
	p, err := f.newPerson(ctx, f.from, f.name, f.shown())
	if err == nil {
		err = f.sponsored(ctx, &p)
	}
	f.person = p
	return p, err
}

func (f *filing) newPerson(ctx context.Context, address, name string, known bool) (
	desk.Person, error) {
	p := desk.Person{Name: name, Role: desk.Customer, Active: true, Known: known,
		Machine: f.watched() && address == f.from}
	if address != "" { // a released mail may have nobody to answer to
		p.Addresses = []string{address}
	}
	if f.rd.Lang == "es" || f.rd.Lang == "en" {
		p.Language = f.rd.Lang
	}
	return f.tx.AddPerson(ctx, p)
}

// retitled is the subject of a reply where it says something that neither the ticket's says nor one
// that came before.
func (f *filing) retitled(ctx context.Context) (string, error) {
	subject := f.rd.Message.Subject
	clean := threading.CleanSubject(subject, f.box.Tag)
	ours := func(own string) bool { return !threading.Retitled(subject, own, f.box.Tag) }
	// an agent who answers the alarm has its notice's subject
	alarm := f.person.Agent() && f.ticket.ProductionDown && f.rd.ProductionDown
	if f.ticket.Number == 0 || alarm || slices.ContainsFunc(ownSubjects(), ours) ||
		!threading.Retitled(subject, f.ticket.Subject, f.box.Tag) {
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
		for _, key := range []string{"received", "no_subject"} {
			list = append(list, set.Phrase(lang, "label", key))
		}
	}
	return list
})
