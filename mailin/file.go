package mailin

import (
	"context"
	"fmt"

	"buzon/mailin/origin"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// filing is one mail in the transaction that files it.
type filing struct {
	*Intake
	*prepared
	tx         *store.Tx
	box        desk.Mailbox
	from       string // canonical; "" when no single From can be used
	person     desk.Person
	known      bool // the person was known before this mail
	resolution threading.Resolution
	ticket     desk.Ticket // that the evidence points at; Number 0 for none
	twin       store.Mail  // the mail that this one repeats, if any
	row        row
	proof      Proof
	verdict    store.Verdict
}

// file settles a mail: one transaction, one outcome. begun is called when the transaction has its place in the order.
func (in *Intake) file(ctx context.Context, p *prepared, begun func()) error {
	wait := in.o.Store.Begin(ctx, func(tx *store.Tx) error {
		if m, ok, err := tx.Mail(ctx, p.mail.ID); err != nil || !ok || m.Outcome != "" {
			return err // settled by somebody else meanwhile
		}
		f := &filing{Intake: in, prepared: p, tx: tx, proof: Unproven}
		if err := f.decide(ctx); err != nil {
			return fmt.Errorf("decide: %w", err)
		}
		if err := f.act(ctx); err != nil {
			return fmt.Errorf("file by rule %s: %w", f.row.Rule, err)
		}
		_, err := tx.Settle(ctx, p.mail.ID, f.verdict)
		return err
	})
	begun()
	return wait()
}

// decide finds out who wrote, to which ticket, and which rule fits.
func (f *filing) decide(ctx context.Context) (err error) {
	m := f.rd.Message
	f.box = f.mailbox()
	if m.FromFields == 1 && len(m.From) == 1 {
		f.from = desk.Canonical(m.From[0].Address)
	}
	if f.person, err = f.tx.PersonByAddress(ctx, f.from); err != nil {
		return err
	}
	f.known = f.person.ID != 0
	if f.resolution, err = f.resolver(f.tx).Resolve(ctx, f.evidence()); err != nil {
		return err
	}
	if f.resolution.Ticket != 0 {
		if f.ticket, _, err = f.tx.Ticket(ctx, f.resolution.Ticket); err != nil {
			return err
		}
	}
	sender, reason, err := f.sender(ctx)
	if err != nil {
		return err
	}
	if sender == Nobody {
		f.proof = Disproof
	}
	f.row = decide(sender, f.proof, f.resolution.Evidence, f.o.AgentStrict)
	if reason == hopsReason {
		f.row.Rule = "1"
	}
	if f.mail.Released && (f.row.Action == Quarantine || f.row.Action == MachineOpens && !f.box.Alerts) {
		f.row.Action, reason = OpenSuspect, "released: "+reason
	}
	f.verdict = store.Verdict{
		Mailbox: f.box.Address, MessageID: m.MessageID, Sender: f.from, Subject: m.Subject, Canonical: f.canonical,
		Proof: string(f.proof), Evidence: string(f.resolution.Evidence), Rule: f.row.Rule, Reason: reason,
	}
	return nil
}

// mailbox is where the mail belongs: the first of ours in To, then Cc, then the envelope.
func (f *filing) mailbox() desk.Mailbox {
	var candidates []string
	for _, a := range append(f.rd.Message.To, f.rd.Message.Cc...) {
		candidates = append(candidates, a.Address)
	}
	for _, a := range append(candidates, f.mail.Envelope.To...) {
		if address, _, ok := f.boxes.Find(a); ok {
			return f.o.Mailboxes.Named(address)
		}
	}
	return f.o.Mailboxes[0]
}

// evidence is what the resolver looks at.
func (f *filing) evidence() threading.Mail {
	m := f.rd.Message
	list := func(all ...[]string) (joined []string) {
		for _, l := range all {
			joined = append(joined, l...)
		}
		return joined
	}
	var delivered, to, cc []string
	for _, a := range m.DeliveredTo {
		delivered = append(delivered, a.Address)
	}
	for _, a := range m.To {
		to = append(to, a.Address)
	}
	for _, a := range m.Cc {
		cc = append(cc, a.Address)
	}
	return threading.Mail{Envelope: f.mail.Envelope.To, DeliveredTo: delivered, To: to, Cc: cc,
		InReplyTo: list(m.InReplyTo), References: list(m.References), Subject: m.Subject, Sender: f.person.ID, Tag: f.box.Tag}
}

const hopsReason = "too many hops"

// sender says what the sender is, and why.
func (f *filing) sender(ctx context.Context) (Sender, string, error) {
	o := f.rd.Origin
	if len(f.rd.Message.Header.Values("Received")) > f.o.Hops {
		return Nobody, hopsReason, nil
	}
	if o.Class == origin.Loop {
		return Ourselves, o.Reason, nil
	}
	twin, found, err := f.tx.Twin(ctx, f.mail.ID, f.rd.Message.MessageID, f.canonical)
	if err != nil {
		return "", "", err
	}
	if found {
		f.twin = twin
		return Repeated, fmt.Sprintf("same as mail %d", twin.ID), nil
	}
	switch {
	case o.Class == origin.Bounced, o.Class == origin.Delay, o.Class == origin.Receipt, o.Class == origin.Abuse:
		return Bounce, o.Reason, nil
	case f.from == "":
		return Nobody, "no single usable From", nil
	case f.person.Blocked:
		return Blocked, "", nil
	case o.Class.Machine() && !o.Person:
		return Machine, o.Reason, nil
	}
	return f.human(), f.resolution.Reason, nil
}

// human says what a person is to the ticket.
func (f *filing) human() Sender {
	p := f.person
	switch {
	case p.ID == 0:
		return Stranger
	case p.Agent() && p.Active:
		return AgentSender
	case f.ticket.Number == 0 || !p.Active:
		return Known
	case f.ticket.Participant(p.ID):
		return Participant
	case f.ticket.MayBeSeenBy(p):
		return Colleague
	}
	return Known
}

// act does what the rule says.
func (f *filing) act(ctx context.Context) error {
	switch f.row.Action {
	case Record:
		return f.record()
	case AutoItem:
		return f.automatic(ctx)
	case MachineOpens:
		if !f.box.Alerts {
			return f.keepApart(ctx)
		}
		return f.open(ctx, false)
	case AgentItem:
		return f.agentItem(ctx)
	case AgentNote:
		return f.agentNote(ctx)
	case AgentPending, Hold, HoldSuspect:
		return f.pending(ctx)
	case AgentOpens:
		return f.agentOpens(ctx)
	case Item, ItemVia:
		return f.item(ctx)
	case NumberItem:
		if !f.box.NumberIsEnough || f.resolution.Forged {
			return f.pending(ctx)
		}
		return f.item(ctx)
	case Open:
		return f.open(ctx, true)
	case OpenClaim:
		return f.open(ctx, true)
	case OpenSuspect:
		return f.open(ctx, false)
	}
	return f.keepApart(ctx)
}

// record writes down a mail that changes nothing.
func (f *filing) record() error {
	f.verdict.Outcome = map[string]store.Outcome{"4": store.OutcomeOwn, "5": store.OutcomeDuplicate, "22": store.OutcomeBlocked}[f.row.Rule]
	f.verdict.Ticket, f.verdict.Item = f.twin.Ticket, f.twin.Item
	return nil
}

// keepApart puts the mail into quarantine. The admins are told, but not of machines' mail: that is much, and nobody
// waits for an answer.
func (f *filing) keepApart(ctx context.Context) error {
	f.verdict.Outcome = store.OutcomeQuarantine
	if f.row.Action != Quarantine || f.row.Rule == "3" {
		return nil
	}
	return f.tellQuarantine(ctx, f.tx, f.mail, f.verdict.Reason)
}

// quarantine settles a mail that could not be filed.
func (in *Intake) quarantine(ctx context.Context, tx *store.Tx, m store.Mail, v store.Verdict) error {
	if ok, err := tx.Settle(ctx, m.ID, v); err != nil || !ok {
		return err
	}
	return in.tellQuarantine(ctx, tx, m, v.Reason)
}

// tellQuarantine tells the admins of a mail that waits for them.
func (in *Intake) tellQuarantine(ctx context.Context, tx *store.Tx, m store.Mail, reason string) error {
	return tx.Tell(ctx, store.Telling{
		Event: desk.Event{Kind: desk.MailQuarantined, Ticket: desk.Ticket{Mailbox: in.o.Mailboxes[0].Address}},
		Mail:  m.ID, Details: store.Details{Reason: reason}, Caps: in.o.Caps,
	})
}
