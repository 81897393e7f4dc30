package store

import (
	"context"
	"time"

	"buzon/store/desk"
)

// admissionsHour is how many people a CSM is asked about in an hour. Who is one too many is asked
// about when he writes again.
const admissionsHour = 20

// Sponsor is who approves the new people of an organisation; nobody where there is none.
func (tx *Tx) Sponsor(ctx context.Context, organisation int64) (desk.Person, error) {
	c, err := tx.Catalogue(ctx)
	if err != nil || organisation == 0 {
		return desk.Person{}, err
	}
	p, err := tx.Person(ctx, c.Entry(organisation).Agent)
	if !p.Active || p.Address() == "" {
		return desk.Person{}, err
	}
	return p, err
}

// AskAdmission asks the CSM of a person's organisation whether he may see what that sees. Where it
// has none any more, he may.
func (tx *Tx) AskAdmission(ctx context.Context, p desk.Person, mailbox string) error {
	csm, err := tx.Sponsor(ctx, p.Organisation)
	if err != nil {
		return err
	}
	if csm.ID == 0 || csm.ID == p.ID {
		return tx.Admit(ctx, p.ID, desk.Admitted)
	}
	n, err := tx.owedLately(ctx, desk.AdmissionNotice, "address = $3", csm.Address(), time.Hour)
	if err != nil || n >= admissionsHour {
		return err
	}
	if err := tx.Admit(ctx, p.ID, desk.AskedFor); err != nil {
		return err
	}
	_, err = tx.Owe(ctx, Outgoing{Kind: desk.AdmissionNotice, Topic: p.Address(),
		Person: csm.ID, Address: csm.Address(), Mailbox: mailbox, Lane: Prompt,
		Details: Details{Author: p.ID}})
	return err
}

// askAnew has another CSM asked about those of whom the one before him has said nothing, as each of
// them writes.
func (tx *Tx) askAnew(ctx context.Context, organisation int64) error {
	return tx.write(ctx, `
		UPDATE person SET admission = $3 WHERE organisation = $1 AND admission = $2`,
		organisation, desk.AskedFor, desk.Wanted)
}

// owedLately counts the mails of a kind that were owed lately.
func (tx *Tx) owedLately(ctx context.Context, kind desk.Notice, to string, who any,
	within time.Duration) (n int, err error) {
	_, err = tx.row(ctx, `
		SELECT count(*) FROM outbox WHERE kind = $1 AND created_at > $2 AND `+to,
		args(kind, tx.Now().Add(-within).UnixMilli(), who), &n)
	return n, err
}

// OwedOf counts the mails of a kind that were owed for a person lately.
func (tx *Tx) OwedOf(ctx context.Context, kind desk.Notice, person int64,
	within time.Duration) (int, error) {
	return tx.owedLately(ctx, kind, "person = $3", person, within)
}

// Admit writes down whether a person may see what his organisation sees.
func (tx *Tx) Admit(ctx context.Context, person int64, a desk.Admission) error {
	return tx.ChangePerson(ctx, person, func(p *desk.Person) { p.Admission = a })
}
