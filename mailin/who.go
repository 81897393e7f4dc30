package mailin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"buzon/mailin/origin"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

const incompleteReason = "incomplete" // the IMAP server gave no more than the header

// ProbePrefix begins the Message-ID of the mail by which `buzon check` finds out whether
// plus-addressing works.
const ProbePrefix = "buzon-check."

// reports are what is about a mail of ours.
var reports = []origin.Class{origin.Bounced, origin.Delay, origin.Receipt, origin.Abuse}

// identify finds out who wrote: whoever stands alone in From or, where that is an address of ours
// or a form's, whom it names. What it names is a claim.
func (f *filing) identify() {
	m := f.rd.Message
	if f.from = desk.Canonical(m.Author); f.from == "" {
		return
	}
	if len(m.From) == 1 {
		f.name = m.From[0].Name
	}
	f.ownFrom = f.ours(f.from)
	if !f.ownFrom && !f.o.Mailboxes.Form(f.from) {
		return
	}
	for _, a := range append(m.Header.Addresses("X-Original-From"), m.ReplyTo...) {
		if address := desk.Canonical(a.Address); address != "" && !f.passes(address) {
			f.form, f.from, f.name = f.from, address, a.Name
			return
		}
	}
	if f.ownFrom {
		f.form, f.from, f.name = f.from, "", ""
	}
}

// agentProof is what an agent's mail must show. That an id is enough holds for those of notices to
// himself: customers have the others.
func (f *filing) agentProof() AgentProof {
	if f.o.AgentProof == ByID && f.resolution.Evidence == evM && !f.toSender() {
		return Normal
	}
	return f.o.AgentProof
}

// toSender reports whether the token or id that decided was issued to the sender.
func (f *filing) toSender() bool {
	return f.person.ID != 0 && f.resolution.Person == f.person.ID
}

// answered reports whether the sender answers a mail that was sent to him: it bears his own token.
func (f *filing) answered() bool { return f.resolution.Evidence == evT && f.proof != Disproof }

// shown reports whether this mail shows that the address is the sender's.
func (f *filing) shown() bool { return f.proof == Proven || f.answered() }

// sender says what the sender is, and why.
func (f *filing) sender(ctx context.Context) (Sender, string, error) {
	o := f.rd.Origin
	if len(f.rd.Message.Header.Values("Received")) > f.o.Hops {
		return Looping, "too many hops", nil
	}
	if f.mail.Envelope.Incomplete != "" && !f.named { // nothing tells it from another
		return Nobody, incompleteReason, nil
	}
	if s := f.loop(); s != "" {
		return s, o.Reason, nil
	}
	if f.named || f.rd.Message.MessageID == "" {
		if err := f.findTwin(ctx); err != nil {
			return "", "", err
		}
		if f.twin.ID != 0 {
			return Repeated, fmt.Sprintf("same as mail %d", f.twin.ID), nil
		}
	}
	if f.mail.Envelope.Incomplete != "" {
		return Nobody, incompleteReason, nil
	}
	if err := f.findSigned(ctx); err != nil || f.twin.ID != 0 {
		return Repeated, fmt.Sprintf("signed as mail %d", f.twin.ID), err
	}
	if s, why, err := f.noQuestion(ctx); s != "" || err != nil {
		return s, why, err
	}
	if err := f.question(ctx); err != nil {
		return "", "", err
	}
	if err := f.outdated(ctx); err != nil {
		return "", "", err
	}
	switch {
	case f.asked.ID == 0:
	case !aboutMail(f.asked.Kind) && f.answers():
		return Answering, fmt.Sprintf("answers outgoing mail %d", f.asked.ID), nil
	case aboutMail(f.asked.Kind):
		return Asked, fmt.Sprintf("answers outgoing mail %d", f.asked.ID), nil
	}
	if err := f.readEdits(ctx); err != nil || len(f.edits) > 0 {
		return Editing, "changes his data", err
	}
	s, err := f.human(ctx)
	if err == nil && f.mayAsk(s) {
		if err = f.read(ctx); err == nil && f.query.About != "" {
			return Asking, "asks: " + string(f.query.About), nil
		}
	}
	return s, f.resolution.Reason, err
}

// noQuestion is who writes what no person asks or answers; empty: it may be a person.
func (f *filing) noQuestion(ctx context.Context) (Sender, string, error) {
	o := f.rd.Origin
	blocked, err := f.tx.Blocked(ctx, f.from)
	if err != nil {
		return "", "", err
	}
	switch {
	case slices.Contains(reports, o.Class):
		if f.about.ID != 0 {
			return Report, fmt.Sprintf("%s; about outgoing mail %d", o.Reason, f.about.ID), nil
		}
		return Bounce, o.Reason, nil
	case f.from == "" && f.form != "":
		return Nobody, "From is ours, and no other field says who wrote", nil
	case f.from == "":
		return Nobody, "no single usable From", nil
	case f.person.Blocked || blocked && !f.person.Agent():
		return Blocked, "", nil
	case f.watched():
		return Monitor, f.alert.Source + ": " + string(f.alert.State) + " of " + f.alert.Key, nil
	case f.machine():
		return Machine, o.Reason, nil
	}
	return "", "", nil
}

// findTwin finds the mail that this one repeats, if any.
func (f *filing) findTwin(ctx context.Context) (err error) {
	id, since := f.rd.Message.MessageID, f.repeatsSince()
	f.twin, err = store.Optional(f.tx.Twin(ctx, f.mail.ID, id, f.canonical, since))
	return err
}

// findSigned finds the mail that bore the signature by which this one is proven: it is the same,
// whatever was changed in what nobody signed.
func (f *filing) findSigned(ctx context.Context) error {
	first, err := f.tx.Sign(ctx, f.mail.ID, f.prepared.proven.Signatures)
	if err == nil && first != 0 {
		f.twin, err = f.tx.Mail(ctx, first)
	}
	return err
}

// repeatsSince is from when on a mail with the same content is the same mail. Nothing but its
// content tells one without a Message-ID, or with a date out of this world, from that of another
// day: a device writes the same alarm months later.
func (f *filing) repeatsSince() time.Time {
	m, now := f.rd.Message, f.mail.Received
	dated := m.Date.After(now.AddDate(-20, 0, 0)) && m.Date.Before(now.AddDate(0, 0, 7))
	if m.MessageID != "" && dated {
		return time.UnixMilli(0)
	}
	return now.Add(-24 * time.Hour)
}

// machine reports whether no person wrote. What only says so of itself is a person's where it shows
// that he got our mail.
func (f *filing) machine() bool {
	o := f.rd.Origin
	person := o.Person || o.PersonWithToken && f.resolution.Evidence == evT
	return f.watched() || o.Class.Machine() && !person && !f.formed()
}

// passes reports whether an address is one by which other people's mail reaches us: ours, or a
// form's or group's.
func (f *filing) passes(address string) bool {
	return f.ours(address) || f.o.Mailboxes.Form(desk.Canonical(address))
}

// formed reports whether a form that is configured passes on what a person wrote: it may well mark
// that as a machine's.
func (f *filing) formed() bool { return f.form != "" && f.o.Mailboxes.Form(f.form) }

// loop says which mail is our own, "" for others': what bears our Message-ID, or our signed mark
// under our address. A mark alone may have been copied from a mail of ours.
func (f *filing) loop() Sender {
	id := f.rd.Message.MessageID
	marks := f.rd.Message.Header.Values("X-Buzon-Loop")
	switch marked := slices.ContainsFunc(marks, f.o.Signer.ValidLoopMark); {
	case f.ownMessageID(id), f.ownFrom && strings.HasPrefix(id, ProbePrefix),
		marked && (f.ownFrom || f.from == ""):
		return Ourselves
	case marked:
		return Copied
	}
	return ""
}

// human says what a person is to the ticket.
func (f *filing) human(ctx context.Context) (Sender, error) {
	p := f.person
	switch {
	case f.form != "" && (p.Agent() ||
		f.resolution.Evidence != evT && f.resolution.Evidence != evM):
		return Form, nil
	case p.ID == 0:
		return Stranger, nil
	case p.Agent() && p.Active && f.controls():
		f.ticket, f.resolution = desk.Ticket{},
			threading.Resolution{Evidence: evN, Reason: "control"}
		return f.gravely(ctx, Orderer)
	case p.Agent() && p.Active:
		if late, err := f.late(ctx); late || err != nil {
			return Late, err
		}
		return f.gravely(ctx, AgentSender)
	case f.ticket.Number == 0 || !p.Active:
		return Known, nil
	case f.ticket.Participant(p.ID):
		return Participant, nil
	}
	sight, err := f.tx.Sight(ctx, p)
	if err == nil && sight.Ticket(f.ticket) {
		return Colleague, nil
	}
	return Known, err
}
