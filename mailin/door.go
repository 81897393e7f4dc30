package mailin

import (
	"context"

	"buzon/mailin/smtpd"
	"buzon/store"
)

// SMTPJournal lets the SMTP and LMTP door write to the store's journal.
type SMTPJournal struct{ Store *store.Store }

var _ smtpd.Journal = SMTPJournal{}

// Spool begins a mail.
func (j SMTPJournal) Spool(ctx context.Context) (smtpd.Spool, error) {
	p, err := j.Store.Spool(ctx)
	if err != nil { // never a nil *Spool in an interface
		return nil, err
	}
	return p, nil
}

// Receive makes the mail durable.
func (j SMTPJournal) Receive(ctx context.Context, e smtpd.Envelope, s smtpd.Spool) (int64, error) {
	env := store.Envelope{
		Door: "smtp", From: e.From, NullSender: e.NullSender, To: e.To, Helo: e.Helo, TLS: e.TLS,
		AuthUser: e.AuthUser, Trusted: e.Vouched, Received: e.Received, Found: store.Found(e.Found),
	}
	if e.Protocol == "LMTP" {
		env.Door = "lmtp"
	}
	if e.Remote.IsValid() {
		env.Remote = e.Remote.String()
	}
	id, err := j.Store.Receive(ctx, env, s.(*store.Spool))
	if err == nil {
		s.Close() // kept; only the file handle goes
	}
	return id, err
}
