package mailin

import (
	"context"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// An agent who has a password for the SMTP door, and looks for it, is asked at his registered
// address whether he wants another; until he says so the old one is valid:
//
//	«no puedo entrar» ──► ConfirmPassword ──► «sí» ──► hash set, NewPassword
//
// The password is made of a signing key and the number of the mail that tells it, when that is
// rendered: neither the database nor a log has it.

const (
	passwordAsked = 24 * time.Hour // how long he may say yes
	passwordsADay = 3
)

// askPassword asks whoever looks for a password whether he wants another.
func (f *filing) askPassword(ctx context.Context) error {
	if f.query.About != desk.Access || !f.person.Agent() {
		return nil
	}
	hash, err := f.tx.Password(ctx, f.person.ID)
	if err != nil || hash == "" {
		return err
	}
	n, err := f.tx.OwedOf(ctx, desk.ConfirmPassword, f.person.ID, passwordAsked)
	if err != nil || n >= passwordsADay {
		return err
	}
	_, err = f.oweAccess(ctx, desk.ConfirmPassword, f.person)
	return err
}

func (f *filing) oweAccess(ctx context.Context, kind desk.Notice, p desk.Person) (int64, error) {
	_, key := f.o.Signer.Password("", 0, 0)
	return f.tx.Owe(ctx, store.Outgoing{Kind: kind, Topic: "password " + p.Address(),
		Lane: store.Urgent, Person: p.ID, Address: p.Address(), Mailbox: f.box.Address,
		Details: store.Details{Key: key}})
}

// setPassword gives an agent another password, and tells him. A question that is old, or that he
// has answered often, gives none.
func (f *filing) setPassword(ctx context.Context, p desk.Person) error {
	hash, err := f.tx.Password(ctx, p.ID)
	if err != nil || hash == "" || !p.Agent() ||
		f.asked.Created.Add(passwordAsked).Before(f.tx.Now()) {
		return err
	}
	n, err := f.tx.OwedOf(ctx, desk.NewPassword, p.ID, passwordAsked)
	if err != nil || n >= passwordsADay {
		return err
	}
	id, err := f.oweAccess(ctx, desk.NewPassword, p)
	if err != nil {
		return err
	}
	o, err := f.tx.OutgoingMail(ctx, id)
	if err != nil {
		return err
	}
	password, _ := f.o.Signer.Password(o.Details.Key, id, p.ID)
	if hash, err = f.o.Hash(password); err != nil {
		return err
	}
	return f.tx.SetPassword(ctx, p.ID, hash)
}
