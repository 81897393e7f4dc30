package mailin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
)

// What an agent orders by mail for many tickets, or about people, waits as a whole until he has
// answered, from his registered address, the mail that asks him: whoever has got hold of his
// account for sending, or of one of his reply addresses, does no such thing with it.
//
//	mail ──► quarantine, ConfirmOrders ──► «sí», within a day ──► filed, as his
//	                           │              └─► later: asked again
//	                           └─► «no» ──► dropped
//
// Who has logged in, here or where smtp.trusted_networks says that people do, is not asked.

const (
	sureFor   = 24 * time.Hour // how long a question may be answered
	sureADay  = 20             // questions to one agent in a day
	sureLines = 30             // that a question shows
)

// gravely is what an agent is whose mail waits for his confirmation; s where it does not.
func (f *filing) gravely(ctx context.Context, s Sender) (Sender, error) {
	if f.loggedIn() || f.mail.Override.Decision != "" || f.mail.Envelope.Archive ||
		s == Orderer && f.proof == Unproven { // he is asked whether it is his at all
		return s, nil
	}
	lines, err := f.graveLines(ctx, s)
	if err == nil && len(lines) > 0 {
		s = Grave
	}
	return s, err
}

// loggedIn reports whether the sender has shown his password, to us or to a server of ours.
func (f *filing) loggedIn() bool {
	return slices.ContainsFunc(f.proofs, func(p store.ProofPart) bool {
		return p.Result == "pass" && (p.Method == "auth" || p.Method == "network")
	})
}

// graveLines are the lines that are to be confirmed.
func (f *filing) graveLines(ctx context.Context, s Sender) (lines []string, err error) {
	if s != Orderer {
		written, first, err := f.written(ctx)
		if err != nil || first { // it is shown to him, and not done
			return nil, err
		}
		return desk.Grave(written.Commands), nil
	}
	b := command.ReadBatch(f.rd.orders())
	named := map[int64]bool{}
	var grave []string
	for _, l := range b.Lines {
		lines = append(lines, l.Line)
		grave = append(grave, desk.Grave(l.Orders)...)
		for _, n := range l.Tickets {
			named[n] = true
		}
	}
	if b.Dry || len(named) < 2 && len(grave) == 0 {
		return nil, nil
	}
	return lines, nil
}

// askSure has the mail wait, and asks its agent.
func (f *filing) askSure(ctx context.Context) error {
	f.verdict.Outcome = store.OutcomeQuarantine
	n, err := f.tx.OwedOf(ctx, desk.ConfirmOrders, f.person.ID, 24*time.Hour)
	if err != nil {
		return err
	}
	if n >= sureADay {
		return f.tellQuarantine(ctx, f.tx, f.mail, f.row.Reason)
	}
	s := AgentSender
	if f.controls() {
		s = Orderer
	}
	d := store.Details{Held: []int64{f.mail.ID}, Until: f.tx.Now().Add(sureFor)}
	lines, err := f.graveLines(ctx, s)
	if err != nil {
		return err
	}
	for _, line := range lines[:min(len(lines), sureLines)] {
		d.Edits = append(d.Edits, desk.Edit{Line: line})
	}
	d.More = len(lines) - len(d.Edits)
	return f.askOrders(ctx, d)
}

func (f *filing) askOrders(ctx context.Context, d store.Details) error {
	_, err := f.tx.Owe(ctx, store.Outgoing{
		Kind: desk.ConfirmOrders, Topic: fmt.Sprintf("mail %d", d.Held[0]), Mail: d.Held[0],
		Person: f.person.ID, Address: f.person.Address(), Mailbox: f.box.Address, Details: d,
	})
	return err
}

// aboutMail reports whether a question is what shall become of a mail.
func aboutMail(n desk.Notice) bool { return n == desk.ConfirmAgent || n == desk.ConfirmOrders }

// sure does what an agent's answer says. A mail leaves the quarantine once: a second answer finds
// nothing.
func (f *filing) sure(ctx context.Context) error {
	d := f.asked.Details
	yes, clear := command.Decides(f.rd.Reply.New())
	late := f.tx.Now().After(d.Until)
	switch {
	case len(d.Held) != 1:
		return nil
	case clear && !yes:
		_, err := f.tx.DropMail(ctx, d.Held[0])
		return err
	case clear && !late:
		done, err := f.letOut(ctx, d.Held[0])
		f.verdict.Reason += fmt.Sprintf("; confirmed mail %d: %v", d.Held[0], done)
		return err
	}
	m, err := f.tx.Mail(ctx, d.Held[0])
	if err != nil || m.Outcome != store.OutcomeQuarantine {
		return err
	}
	n, err := f.tx.OwedOf(ctx, desk.ConfirmOrders, f.person.ID, 24*time.Hour)
	if err != nil || n >= sureADay {
		return err
	}
	d.Until = f.tx.Now().Add(sureFor)
	return f.askOrders(ctx, d)
}
