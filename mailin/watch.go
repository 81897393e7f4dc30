package mailin

import (
	"context"
	"math"
	"slices"
	"strings"

	"buzon/mailin/alert"
	"buzon/store"
	"buzon/store/desk"
)

// AlertOptions are an administrator's words about monitoring systems.
type AlertOptions struct {
	Patterns alert.Patterns
	Sources  []string // addresses and domains that may open as many tickets as they like
}

// readAlert finds out whether a monitoring system wrote the mail, where a mailbox takes alerts.
func (in *Intake) readAlert(p *prepared) {
	takes := func(b desk.Mailbox) bool { return b.Alerts }
	if !slices.ContainsFunc(in.o.Mailboxes, takes) {
		return
	}
	m := p.rd.Message
	p.alert, p.alerts = alert.Read(alert.Mail{Subject: m.Subject, From: sender(m), Text: p.rd.Text},
		in.o.Alerts.Patterns)
}

// watched reports whether the mail is a monitoring system's, where those are listened to. What an
// agent writes by himself is his own.
func (f *filing) watched() bool {
	return f.box.Alerts && f.alerts && f.form == "" &&
		(!f.person.Agent() || f.rd.Origin.Class.Machine())
}

// mayFlood reports whether the sender may open as many tickets as he likes.
func (f *filing) mayFlood() bool {
	_, domain, _ := strings.Cut(f.from, "@")
	return f.watched() && f.proof != Disproof && slices.ContainsFunc(f.o.Alerts.Sources,
		func(s string) bool { return s == f.from || s == domain })
}

// watch does what a monitoring system's mail comes to: a problem opens a ticket, its repeats are
// counted, and its recovery resolves it. Nobody but agents hears of it.
func (f *filing) watch(ctx context.Context) error {
	was, err := store.Optional(f.tx.Alert(ctx, f.box.Address, f.from, f.alert.Key))
	if err != nil {
		return err
	}
	var t desk.Ticket
	if was.Ticket != 0 {
		if t, err = store.Optional(f.tx.Ticket(ctx, was.Ticket)); err != nil {
			return err
		}
	}
	// who only has the address may well tell of trouble, but not that it is over
	believed := f.proof != Disproof && string(f.proof) >= was.Proof
	a, step := was.Hear(f.alert.State, f.alert.Level, t, believed, f.tx.Now())
	a.Mailbox, a.Source, a.Key = f.box.Address, f.from, f.alert.Key
	f.was, f.step = was, step
	f.verdict.Outcome, f.verdict.Ticket = store.OutcomeAutomatic, t.Number
	f.verdict.Reason += "; " + string(step)
	switch step {
	case desk.AlertNothing: // recorded
		if was.Key == "" {
			return nil
		}
	case desk.AlertRepeats:
		f.verdict.Item = 1
	case desk.AlertOpens:
		f.old = t.Number
		err = f.open(ctx, f.proof == Proven)
		a.Proof = string(f.proof)
	default:
		err = f.tells(ctx, t, step)
	}
	if err != nil {
		return err
	}
	if step == desk.AlertReturns {
		a.Proof = string(f.proof)
	}
	if a.Ticket = f.verdict.Ticket; a.Ticket == 0 {
		a.Ticket = was.Ticket
	}
	return f.tx.PutAlert(ctx, a)
}

var alertActs = map[desk.AlertStep]desk.Act{
	desk.AlertRecovers: desk.Recovers, desk.AlertReturns: desk.Relapses,
	desk.AlertWorsens: desk.Worsens, desk.AlertSways: desk.Sways, desk.AlertTells: desk.Machine,
}

// tells adds the mail to the ticket of its problem. News that change nothing are told once.
func (f *filing) tells(ctx context.Context, t desk.Ticket, step desk.AlertStep) error {
	author, err := f.author(ctx)
	if err != nil {
		return err
	}
	d := desk.Deed{By: author, Act: alertActs[step], Item: desk.Item{Text: f.text}}
	if step == desk.AlertTells {
		d.Quiet, err = f.tx.Automatic(ctx, t.Number, author.ID, math.MaxInt32)
	}
	if err == nil && step != desk.AlertRecovers {
		d.Severity, err = f.alarming(ctx, t)
	}
	if err == nil {
		_, err = f.do(ctx, t, d)
	}
	return err
}

// alarming is the severity that the alert stands for, 0 for none: where who opens the ticket may
// choose it, and is not disproved.
func (f *filing) alarming(ctx context.Context, t desk.Ticket) (int, error) {
	if f.alert.Level == 0 || f.alert.State != desk.AlertProblem || f.proof == Disproof {
		return 0, nil
	}
	rows, err := f.tx.Catalogue(ctx)
	if err != nil {
		return 0, err
	}
	sight, err := f.tx.Sight(ctx, t.Requester)
	list := rows.All(desk.Severities)
	if err != nil || len(list) == 0 || !sight.Edits(rows, t, "severity") {
		return 0, err
	}
	return list[min(f.alert.Level, len(list))-1].Position, nil
}

// repeated is how often the problem was told, and how long it lasted, once it is over.
func (f *filing) repeated() (times, seconds int64) {
	if f.step == "" {
		return 0, 0
	}
	return int64(f.was.Count), int64(f.tx.Now().Sub(f.was.First).Seconds())
}
