package mailin

import (
	"cmp"
	"context"

	"buzon/store"
	"buzon/store/desk"
)

// A new person of an organisation that has a CSM sees only what he opened himself, until the CSM
// approves him. His cases are filed and answered all the same.

// sponsored has a new person wait for the CSM of his organisation, where that has one.
func (f *filing) sponsored(ctx context.Context, p *desk.Person) error {
	csm, err := f.tx.Sponsor(ctx, p.Organisation)
	if err != nil || csm.ID == 0 {
		return err
	}
	p.Admission = desk.Wanted
	return f.tx.Admit(ctx, p.ID, p.Admission)
}

// askSponsor asks the CSM about who wrote, once; not for a mail that may be somebody else's.
func (f *filing) askSponsor(ctx context.Context) error {
	p := f.person
	if p.Admission != desk.Wanted || f.proof == Disproof || f.machine() || f.rd.Origin.Spam != "" {
		return nil
	}
	return f.tx.AskAdmission(ctx, p, f.box.Address)
}

// outdated lets the answer of who is the CSM no more be a mail as any other, which somebody reads.
func (f *filing) outdated(ctx context.Context) error {
	if f.asked.Kind != desk.AdmissionNotice {
		return nil
	}
	p, err := f.tx.Person(ctx, f.asked.Details.Author)
	if err != nil || !p.Active {
		return err
	}
	csm, err := f.tx.Sponsor(ctx, p.Organisation)
	if err == nil && csm.ID != f.person.ID {
		f.asked = store.Outgoing{}
	}
	return err
}

// admit does what the CSM says, who may change his mind, and tells him so.
func (f *filing) admit(ctx context.Context, yes bool) error {
	p, err := f.tx.Person(ctx, f.asked.Details.Author)
	if err != nil || p.ID == 0 || !p.Active {
		return err
	}
	to := desk.Denied
	if yes {
		to = desk.Admitted
	}
	done := store.Outgoing{Kind: desk.DoneNotice, Person: f.person.ID, Address: f.person.Address(),
		Details: store.Details{Commands: []store.CommandResult{
			{Result: "person_" + cmp.Or(string(to), "admitted"), Value: p.Address()}}}}
	if err := f.tellOf(ctx, p, done); err != nil || p.Admission == to {
		return err
	}
	if err := f.tx.Admit(ctx, p.ID, to); err != nil || !yes {
		return err
	}
	return f.tellOf(ctx, p, store.Outgoing{Kind: desk.AdmittedNotice, Person: p.ID,
		Address: p.Address(), Details: store.Details{Author: p.ID}})
}

// tellOf owes a notice about what a person may see.
func (f *filing) tellOf(ctx context.Context, p desk.Person, o store.Outgoing) error {
	o.Topic, o.Lane, o.Mailbox = "data "+p.Address(), store.Prompt, f.box.Address
	_, err := f.tx.Owe(ctx, o)
	return err
}
