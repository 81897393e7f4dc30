package mailin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// filing is one mail in the transaction that files it.
type filing struct {
	*Intake
	*prepared
	tx    *store.Tx
	index *index
	box   desk.Mailbox
	alias string // of the box, that was written to
	from  string // canonical: who wrote; "" when that can't be said
	name  string // of who wrote, as the mail has it
	// form is the form, or address of ours, in whose name he wrote, canonical; "" for none
	form       string
	ownFrom    bool // From is an address of ours
	person     desk.Person
	met        bool // the person wrote before this mail
	resolution threading.Resolution
	ticket     desk.Ticket   // that the evidence points at; Number 0 for none
	pointed    threading.Ref // what the mail names, where that stands elsewhere now
	// the ticket that the mail names and that lives on in that one; 0: none
	meant     int64
	subject   string // what the reply's own subject says that the ticket's does not
	duplicate int64  // the open ticket that a new one may say again
	important bool   // the severity is what the importance of the mail says
	fell      bool   // a line of a form says that production is down
	named     bool   // another mail has the Message-ID
	// citedIn is the ticket in which a mail of the person named the Message-ID; 0 for none
	citedIn  int64
	twin     store.Mail     // the mail that this one repeats, if any
	score    int            // that the mail gives, 0 for none
	marks    bool           // it says how somebody was treated, where that was asked, and no more
	namesake int64          // an earlier mail that was filed under this Message-ID, not the same
	about    store.Outgoing // the mail of ours that a report is about
	asked    store.Outgoing // the question that is answered
	invited  bool           // he writes to the address that only the mail about his data gave him
	edits    []desk.Edit    // of the sender's own data
	query    desk.Query     // that the mail is; About "": none
	was      desk.Alert     // what was known of what a monitoring system tells
	step     desk.AlertStep // that it takes; "": it is none's
	old      int64          // the closed ticket of the same problem; 0: none
	row      row
	proof    Proof
	proofs   []store.ProofPart // what it rests on
	guises   []string          // how who is new looks like whom the desk knows
	verdict  store.Verdict
	// responder: he is an agent, and no person wrote, though nothing says so
	responder bool
}

// file settles a mail: one transaction, one outcome. begun is called when the transaction has its
// place in the order.
func (in *Intake) file(ctx context.Context, p *prepared, begun func()) error {
	var settled store.Verdict
	forged := false
	wait := in.o.Store.Begin(ctx, func(tx *store.Tx) error {
		f := &filing{Intake: in, prepared: p, tx: tx, index: newIndex(tx.Reader), proof: Unproven}
		if err := f.decide(ctx); err != nil {
			return fmt.Errorf("decide: %w", err)
		}
		if err := f.act(ctx); err != nil {
			return fmt.Errorf("file by rule %s: %w", f.row.Rule, err)
		}
		if err := f.flag(ctx); err != nil {
			return err
		}
		if err := f.released(ctx); err != nil {
			return err
		}
		if err := f.recognise(ctx); err != nil {
			return err
		}
		if err := f.askSponsor(ctx); err != nil {
			return err
		}
		if err := f.cite(ctx); err != nil {
			return err
		}
		if f.named && p.mail.Envelope.Incomplete == "" {
			if err := tx.DropParts(ctx, f.verdict); err != nil {
				return err
			}
		}
		settled, forged = f.verdict, f.resolution.Forged
		if first, err := tx.Settle(ctx, p.mail.ID, f.verdict); err != nil || first {
			return err
		}
		return errSettled // and nothing of this is written
	})
	begun()
	switch err := wait(); {
	case errors.Is(err, errSettled):
		return nil
	case err != nil:
		return err
	}
	in.filed(p.mail, settled)
	if forged {
		in.guessed(ctx, p.mail, settled.Sender)
	}
	return nil
}

// guessed counts a mail with a signed address that is forged, and has the admins told of who brings
// many. The mail is filed: what fails here is only logged.
func (in *Intake) guessed(ctx context.Context, m store.Mail, sender string) {
	log := in.o.Log.With("mail", m.ID, "remote", m.Envelope.Remote)
	log.Warn("a mail has a signed address that the desk did not sign")
	who := in.o.Guesses.Forged(m.Envelope.Remote, sender, in.o.Store.Now())
	if who == "" {
		return
	}
	err := in.o.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Guesses(ctx, in.o.Mailboxes[0].Address, who)
	})
	if err != nil {
		log.Error("the admins are not told of who tries out addresses", "who", who, "error", err)
	}
}

// filed writes the log's line about a mail that has its outcome.
func (in *Intake) filed(m store.Mail, v store.Verdict) {
	said := []any{"mail", m.ID, "door", m.Envelope.Door,
		"outcome", v.Outcome, "rule", v.Rule, "ticket", v.Ticket, "item", v.Item}
	if v.Outcome == store.OutcomeQuarantine {
		see := fmt.Sprintf("buzon quarantine show %d", m.ID)
		said = append(said, "reason", v.Reason, "error", v.Error, "see", see)
		in.o.Log.Warn("mail is in quarantine", said...)
		return
	}
	in.o.Log.Info("mail filed", append(said, "mailbox", v.Mailbox)...)
}

// errSettled is a mail that somebody else has settled meanwhile.
var errSettled = errors.New("the mail has been settled")

// decide finds out who wrote, to which ticket, and which rule fits.
func (f *filing) decide(ctx context.Context) error {
	f.box, f.alias = f.mailbox()
	if err := f.know(ctx); err != nil {
		return err
	}
	if err := f.resolve(ctx); err != nil {
		return err
	}
	if err := f.weigh(ctx); err != nil {
		return err
	}
	reason, err := f.rule(ctx)
	if err != nil {
		return err
	}
	if f.person.Machine && !f.machine() {
		if err := f.meet(ctx); err != nil {
			return err
		}
	}
	notes, err := f.notes(ctx)
	if err != nil {
		return err
	}
	said, err := f.overridden(ctx)
	if err != nil {
		return err
	}
	if f.subject, err = f.retitled(ctx); err != nil {
		return err
	}
	f.verdict = store.Verdict{
		Mailbox: f.box.Address, Alias: f.alias, Canonical: f.canonical,
		MessageID: f.rd.Message.MessageID,
		Sender:    f.from, Subject: f.rd.Message.Subject,
		Rule: f.row.Rule, Reason: said + reason + notes,
		Proof: string(f.proof), ProofParts: f.proofs, Evidence: string(f.resolution.Evidence),
	}
	return nil
}

// know finds out who wrote, and whether the Message-ID has been met before.
func (f *filing) know(ctx context.Context) (err error) {
	f.identify()
	f.judgeRecipient()
	if f.person, err = f.tx.PersonByAddress(ctx, f.from); err != nil {
		return err
	}
	// no addr-spec by the letter
	if f.person.Agent() && strings.HasSuffix(f.rd.Message.Author, ".") {
		f.from, f.person = "", desk.Person{}
	}
	f.met = f.person.ID != 0
	f.unsign()
	f.named, f.citedIn, err = f.tx.Named(ctx, f.mail.ID, f.rd.Message.MessageID, f.citer())
	return err
}

// unsign takes from an agent's words how he is reached: he answers for the desk.
func (f *filing) unsign() {
	if !f.person.Agent() {
		return
	}
	was := f.rd.Reply
	parts := was.Unsigned([]string{f.person.Name, f.name}, f.person.Addresses)
	if v := f.rd.Message.Invitation; v != nil && slices.Contains(f.person.Addresses,
		desk.Canonical(v.Organizer)) {
		parts = parts.Without(" · " + v.Organizer)
	}
	if len(parts.Ranges) == len(was.Ranges) && parts.Base == was.Base {
		return
	}
	f.rd.Reply, f.rd.pictures, f.rd.named = parts, nil, nil
	f.understand()
	for i, a := range f.rd.Message.Attachments {
		f.attachments[i].Ornament = !f.rd.listed(a)
	}
}

// rule finds the row of the policy, and says by what.
func (f *filing) rule(ctx context.Context) (reason string, err error) {
	sender, reason, err := f.sender(ctx)
	if err != nil {
		return "", err
	}
	if sender == Nobody || sender == Looping {
		f.proof = Disproof
	}
	f.row = decide(sender, f.proof, f.resolution.Evidence, f.agentProof())
	f.obey()
	return f.doubt(ctx, reason)
}

// notes is what else is worth knowing of the verdict.
func (f *filing) notes(ctx context.Context) (text string, err error) {
	if f.named {
		id := f.rd.Message.MessageID
		if f.namesake, err = f.tx.Namesake(ctx, f.mail.ID, id, f.canonical); err != nil {
			return "", err
		}
	}
	if f.namesake != 0 {
		text = fmt.Sprintf("; mail %d has the same Message-ID and other content", f.namesake)
	}
	for _, other := range f.resolution.Conflicts {
		text += "; not by " + other
	}
	return text, nil
}

// overridden has the mail become what a person has decided, and says so.
func (f *filing) overridden(ctx context.Context) (said string, err error) {
	if f.approved() {
		return "approved: ", f.letIn(ctx)
	}
	return f.release(ctx)
}

// resolve finds the ticket that the mail points at. What a responder sends to the signed bounce
// address answers the mail that went out with it (RFC 3834 section 4), though it may name no other
// evidence.
func (f *filing) resolve(ctx context.Context) (err error) {
	m := f.evidence()
	if m.CitedIn, err = f.cited(ctx); err != nil {
		return err
	}
	r := threading.Resolver{Signer: f.o.Signer, Mailboxes: f.boxes, Index: f.index}
	if f.resolution, err = r.Resolve(ctx, m); err != nil {
		return err
	}
	if f.rd.Origin.Class.Machine() {
		if f.about, err = f.reported(ctx); err != nil {
			return err
		}
		if f.about.Ticket != 0 && f.resolution.Evidence == evN {
			f.resolution = threading.Resolution{
				Evidence: evL, Ticket: f.about.Ticket, Item: f.about.Item,
				Person: f.about.Person, Reason: "bounce address",
			}
			if f.person.ID != 0 && f.person.ID == f.about.Person {
				f.resolution.Evidence = evT
			}
		}
	}
	if f.resolution.Ticket == 0 {
		return nil
	}
	return f.locate(ctx)
}

// locate finds the ticket in which that stands now which the mail answers: it may have been merged
// into another, or the item split off. A split is followed by who takes part in what came of it.
func (f *filing) locate(ctx context.Context) (err error) {
	r := &f.resolution
	said := r.Ticket
	if f.ticket, err = store.Optional(f.index.ticket(ctx, said)); err != nil ||
		!f.index.moved[said] {
		return err
	}
	merged := f.ticket.Number != said
	f.pointed = threading.Ref{Ticket: said, Item: r.Item}
	number, item, err := f.tx.Home(ctx, said, r.Item)
	if err != nil {
		return err
	}
	home, err := store.Optional(f.index.ticket(ctx, number))
	if err != nil {
		return err
	}
	if home.Number == f.ticket.Number || f.person.Agent() || home.Participant(f.person.ID) {
		f.ticket, r.Item = home, item
	}
	if r.Ticket = f.ticket.Number; merged {
		f.meant = said
		return nil
	}
	f.meant, err = f.tx.Meant(ctx, r.Ticket, r.Item)
	return err
}

// flag notes in the ticket that the mail bears the Message-ID of another.
func (f *filing) flag(ctx context.Context) error {
	if f.namesake == 0 || f.verdict.Ticket == 0 {
		return nil
	}
	return f.tx.Note(ctx, store.Activity{
		Ticket: f.verdict.Ticket, Person: f.person.ID, Mail: f.mail.ID,
		What: "same_message_id", New: f.rd.Message.MessageID,
	})
}

// meet notes that a person writes from the address of a program, who is answered from now on.
func (f *filing) meet(ctx context.Context) error {
	for _, p := range []*desk.Person{&f.person, &f.ticket.Requester, &f.ticket.Controller} {
		if p.ID == f.person.ID {
			p.Machine = false
		}
	}
	return f.tx.MarkHuman(ctx, f.person.ID)
}

// recognise notes that the address is the person's who wrote, and that mail to him arrives, when no
// machine did it for him.
func (f *filing) recognise(ctx context.Context) error {
	if f.person.ID == 0 || f.machine() {
		return nil
	}
	reached := f.shown() && f.from == f.person.Address()
	if reached && !f.person.UndeliverableSince.IsZero() {
		if err := f.tx.MarkReached(ctx, f.person.ID); err != nil {
			return err
		}
	}
	if f.person.Known || !f.shown() {
		return nil
	}
	return f.tx.MarkKnown(ctx, f.person.ID)
}

// mailbox is where the mail belongs: the first of ours in To, then Cc, then the envelope; with the
// alias that stands there, or the mailbox's own address. A server that writes the mailbox into the
// envelope leaves the alias in Delivered-To or X-Original-To.
func (f *filing) mailbox() (box desk.Mailbox, alias string) {
	m := f.rd.Message
	written := append(addresses(m.To), addresses(m.Cc)...)
	for i, a := range append(written, f.mail.Envelope.To...) {
		box, alias, ok := f.ofOurs(a)
		switch {
		case !ok:
			continue
		case alias == "" && desk.Canonical(a) == box.Address:
			alias = box.Address // whoever wrote to an alias before hears from the mailbox now
		}
		if i >= len(written) && alias == box.Address {
			alias = cmp.Or(f.deliveredTo(box), alias)
		}
		return box, alias
	}
	return f.o.Mailboxes[0], ""
}

// ofOurs is the mailbox that an address leads to, and the alias of it that the address is.
func (f *filing) ofOurs(address string) (box desk.Mailbox, alias string, ok bool) {
	name, detail, ok := f.boxes.Find(address)
	if !ok {
		return box, "", false
	}
	box = f.o.Mailboxes.Named(name)
	alias = strings.Replace(desk.Canonical(address), "+"+detail+"@", "@", 1)
	if !slices.Contains(box.Aliases, alias) {
		alias = ""
	}
	return box, alias, true
}

// deliveredTo is the alias that a server has kept in Delivered-To or X-Original-To.
func (f *filing) deliveredTo(box desk.Mailbox) string {
	for _, a := range f.rd.Message.DeliveredTo {
		if to, alias, ok := f.ofOurs(a.Address); ok && alias != "" && to.Address == box.Address {
			return alias
		}
	}
	return ""
}

// evidence is what the resolver looks at.
func (f *filing) evidence() threading.Mail {
	m := f.rd.Message
	return threading.Mail{
		Envelope: f.mail.Envelope.To, DeliveredTo: addresses(m.DeliveredTo), To: addresses(m.To),
		Cc: addresses(m.Cc), InReplyTo: m.InReplyTo, References: m.References, Subject: m.Subject,
		Sender: f.person.ID, Tag: f.box.Tag,
	}
}

func addresses(of []message.Address) (list []string) {
	for _, a := range of {
		list = append(list, a.Address)
	}
	return list
}

// act does what the rule says.
func (f *filing) act(ctx context.Context) error {
	if f.sent() && f.mail.Envelope.Incomplete == "" {
		return f.fileSent(ctx)
	}
	switch first, err := f.shownFirst(ctx); {
	case err != nil:
		return err
	case first:
		return f.preview(ctx)
	}
	return acts[f.row.Action].do(f, ctx)
}

// record writes down a mail that changes nothing.
func (f *filing) record(context.Context) error {
	f.verdict.Outcome = f.row.Outcome
	f.verdict.Ticket, f.verdict.Item = f.twin.Ticket, f.twin.Item
	return nil
}

// keepApart puts the mail into quarantine. The admins are told, but not of machines' mail: that is
// much, and nobody waits for an answer.
func (f *filing) keepApart(ctx context.Context) error {
	f.verdict.Outcome, f.verdict.Error = store.OutcomeQuarantine, f.mail.Envelope.Incomplete
	if !f.row.Alert || f.mail.Envelope.Archive {
		return nil
	}
	reason := f.row.Reason
	if f.mail.Envelope.Incomplete != "" {
		reason = incompleteReason
	}
	return f.tellQuarantine(ctx, f.tx, f.mail, reason)
}

// quarantine settles a mail that could not be filed.
func (in *Intake) quarantine(ctx context.Context, tx *store.Tx, m store.Mail,
	v store.Verdict) error {
	if ok, err := tx.Settle(ctx, m.ID, v); err != nil || !ok {
		return err
	}
	return in.tellQuarantine(ctx, tx, m, v.Reason)
}

// tellQuarantine tells the admins of a mail that waits for them; reason is a code of the templates.
func (in *Intake) tellQuarantine(ctx context.Context, tx *store.Tx, m store.Mail,
	reason string) error {
	return tx.Tell(ctx, store.Telling{
		Event: desk.Event{Kind: desk.MailQuarantined,
			Ticket: desk.Ticket{Mailbox: in.o.Mailboxes[0].Address}},
		Mail: m.ID, Details: store.Details{Reason: reason}, Caps: in.o.Caps,
	})
}
