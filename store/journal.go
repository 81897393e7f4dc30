package store

import (
	"bytes"
	"context"
	"database/sql"
	"strconv"
	"time"
)

// Envelope is what a door knows of a mail beside its bytes. It is kept as JSON beside the journal
// row.
type Envelope struct {
	Door       string    `json:"door"` // smtp, lmtp, imap:ACCOUNT, imap-sent:ACCOUNT, deliver
	From       string    `json:"from"`
	NullSender bool      `json:"null_sender,omitempty"` // MAIL FROM:<>, not an unknown sender
	To         []string  `json:"to"`
	Remote     string    `json:"remote,omitempty"`
	Helo       string    `json:"helo,omitempty"`
	TLS        bool      `json:"tls,omitempty"`
	AuthUser   string    `json:"auth_user,omitempty"`
	Trusted    bool      `json:"trusted,omitempty"` // from a network that vouches for its senders
	Received   time.Time `json:"received"`
	Found      Found     `json:"found,omitzero"`

	// Of mail from an IMAP account.
	Folder      string `json:"folder,omitempty"`
	UIDValidity uint32 `json:"uidvalidity,omitempty"`
	UID         uint32 `json:"uid,omitempty"`
	Archive     bool   `json:"archive,omitempty"`    // old mail, filed without notices
	Incomplete  string `json:"incomplete,omitempty"` // why only the header could be had
}

// Found is what a filter said of a mail at the door.
type Found struct {
	Spam     string `json:"spam,omitempty"`     // the field that it added
	Infected string `json:"infected,omitempty"` // likewise
	Apart    string `json:"apart,omitempty"`    // why it wants the mail kept apart
}

// Outcome is what became of a mail; each ends in exactly one.
type Outcome string

const (
	OutcomeTicket     Outcome = "ticket"
	OutcomeItem       Outcome = "item"
	OutcomePending    Outcome = "pending"
	OutcomeQuery      Outcome = "query"
	OutcomeAutomatic  Outcome = "automatic"
	OutcomeOwn        Outcome = "own"
	OutcomeDuplicate  Outcome = "duplicate"
	OutcomeBlocked    Outcome = "blocked"
	OutcomeQuarantine Outcome = "quarantine"
	OutcomeRefused    Outcome = "refused"
	OutcomeDropped    Outcome = "dropped"  // by an administrator, out of the quarantine
	OutcomeRejected   Outcome = "rejected" // a pending item, by an agent
)

// Decision is what a person makes of a mail that the rules set aside.
type Decision string

const (
	Release Decision = "release" // out of the quarantine: a ticket, where it would go back there
	// whatever the rules say, it becomes
	ReleaseTicket Decision = "release_ticket" // a ticket
	ReleaseItem   Decision = "release_item"   // an item in a ticket
	ReleaseNote   Decision = "release_note"   // a note in one, that customers don't see
	Approve       Decision = "approve"        // its pending item is let in
	// the agent whose address it bears says that it is his
	Confirm Decision = "confirm"
	Send    Decision = "send" // its held item goes, though a colleague was faster
)

// ProofPart is one thing that was looked at to prove the sender of a mail.
type ProofPart struct {
	Method  string `json:"method"` // spf, dkim, dmarc, arc, auth-results, auth, network
	Result  string `json:"result"` // as in RFC 8601
	Domain  string `json:"domain,omitempty"`
	Aligned bool   `json:"aligned,omitempty"` // with the domain in From
	Detail  string `json:"detail,omitempty"`
}

// Override is a person's decision about a mail; the zero value is none.
type Override struct {
	Decision Decision
	By       int64 // person; 0 for the command line
	Mail     int64 // by which it was said, if by one
	Ticket   int64 // into which it is released; the mail's from then on
}

// Mail is a journal row.
type Mail struct {
	ID         int64
	Blob       int64
	Size       int64
	SHA256     string
	Received   time.Time
	Envelope   Envelope
	Mailbox    string
	Alias      string // of the mailbox, that was written to
	Attempts   int
	MessageID  string
	Sender     string
	Subject    string
	Proof      string
	ProofParts []ProofPart // what it rests on
	Evidence   string
	Rule       string
	Reason     string
	Outcome    Outcome // "" while it waits
	Ticket     int64
	Item       int64
	Error      string
	Settled    time.Time
	Override   Override
}

// Receive makes a mail durable: its bytes and envelope, with the first attempt counted. Only when
// it returns may the door say 250. More, when given, runs in the same transaction: the IMAP cursor
// moves with the mail.
func (s *Store) Receive(ctx context.Context, env Envelope, p *Spool,
	more ...func(tx *Tx, id int64) error) (id int64, err error) {
	if err := p.settle(); err != nil {
		return 0, &Fault{Cause: err} // whatever it is, the sender keeps the mail
	}
	s.recent.put(p)
	// SQLite watches a context that may end, and that costs more than the statement
	begun := context.WithoutCancel(ctx)
	err = s.Write(ctx, func(tx *Tx) error {
		id, err = tx.receive(begun, env, p)
		for _, f := range more {
			if err == nil {
				err = f(tx, id)
			}
		}
		return err
	})
	return id, fault(err)
}

func (tx *Tx) receive(ctx context.Context, env Envelope, p *Spool) (id int64, err error) {
	blob, err := tx.keep(ctx, p)
	if err != nil {
		return 0, err
	}
	m := Mail{Blob: blob, Received: env.Received, Envelope: env, Attempts: 1}
	if m.Received.IsZero() {
		m.Received = tx.store.Now()
	}
	return tx.insertRow(ctx, insertMail, journal.values(once, &m)...)
}

var journal = newTable("journal", "j", "JOIN blob b ON b.id = j.blob", []column[Mail]{
	{"id", func(m *Mail) any { return &m.ID }, derived, nil},
	{"blob", func(m *Mail) any { return &m.Blob }, once, nil},
	{"b.size", func(m *Mail) any { return &m.Size }, derived, nil},
	{"b.sha256", func(m *Mail) any { return digest{&m.SHA256} }, derived, nil},
	{"received_at", func(m *Mail) any { return moment{&m.Received} }, once, nil},
	{"door", func(m *Mail) any { return &m.Envelope.Door }, once, nil},
	{"envelope_from", func(m *Mail) any { return &m.Envelope.From }, once, nil},
	{"envelope", func(m *Mail) any { return encoded{&m.Envelope} }, once, nil},
	{"mailbox", func(m *Mail) any { return &m.Mailbox }, derived, nil},
	{"alias", func(m *Mail) any { return &m.Alias }, derived, nil},
	{"attempts", func(m *Mail) any { return &m.Attempts }, once, nil},
	{"message_id", func(m *Mail) any { return &m.MessageID }, derived, nil},
	{"sender", func(m *Mail) any { return &m.Sender }, derived, nil},
	{"subject", func(m *Mail) any { return &m.Subject }, derived, nil},
	{"proof", func(m *Mail) any { return &m.Proof }, derived, nil},
	{"proof_parts", func(m *Mail) any { return encoded{&m.ProofParts} }, derived, nil},
	{"evidence", func(m *Mail) any { return &m.Evidence }, derived, nil},
	{"rule", func(m *Mail) any { return &m.Rule }, derived, nil},
	{"reason", func(m *Mail) any { return &m.Reason }, derived, nil},
	{"outcome", func(m *Mail) any { return &m.Outcome }, derived, nil},
	{"ticket", func(m *Mail) any { return &m.Ticket }, derived, nil},
	{"item", func(m *Mail) any { return &m.Item }, derived, nil},
	{"error", func(m *Mail) any { return &m.Error }, derived, nil},
	{"settled_at", func(m *Mail) any { return moment{&m.Settled} }, derived, nil},
	{"override", func(m *Mail) any { return &m.Override.Decision }, derived, nil},
	{"override_by", func(m *Mail) any { return &m.Override.By }, derived, nil},
	{"override_mail", func(m *Mail) any { return &m.Override.Mail }, derived, nil},
})

// verdicts are the same table, as what is decided of a mail fills it in.
var verdicts = newTable("journal", "j", "", []column[Verdict]{
	{"mailbox", func(v *Verdict) any { return &v.Mailbox }, changed, nil},
	{"alias", func(v *Verdict) any { return &v.Alias }, changed, nil},
	{"message_id", func(v *Verdict) any { return &v.MessageID }, changed, nil},
	{"sender", func(v *Verdict) any { return &v.Sender }, changed, nil},
	{"subject", func(v *Verdict) any { return &v.Subject }, changed, nil},
	{"canonical", func(v *Verdict) any { return &v.Canonical }, changed, nil},
	{"proof", func(v *Verdict) any { return &v.Proof }, changed, nil},
	{"proof_parts", func(v *Verdict) any { return encoded{&v.ProofParts} }, changed, nil},
	{"evidence", func(v *Verdict) any { return &v.Evidence }, changed, nil},
	{"rule", func(v *Verdict) any { return &v.Rule }, changed, nil},
	{"reason", func(v *Verdict) any { return &v.Reason }, changed, nil},
	{"outcome", func(v *Verdict) any { return &v.Outcome }, changed, nil},
	{"ticket", func(v *Verdict) any { return &v.Ticket }, changed, nil},
	{"item", func(v *Verdict) any { return &v.Item }, changed, nil},
	{"error", func(v *Verdict) any { return &v.Error }, changed, nil},
	{"settled_at", func(v *Verdict) any { return moment{&v.settled} }, changed, nil},
})

var (
	insertMail = journal.numbered("id")
	settleMail = verdicts.update("id") + " AND settled_at IS NULL"
)

func (r Reader) mails(ctx context.Context, where string, a ...any) ([]Mail, error) {
	return journal.list(ctx, r, where, a...)
}

// Mail returns the journal row with the id.
func (r Reader) Mail(ctx context.Context, id int64) (Mail, error) {
	return journal.one(ctx, r, "WHERE j.id = $1", id)
}

// Unsettled returns mail that waits to be filed, behind the id after, in the order in which it
// came; mail that waits for a later attempt is left out, unless that is so late that the clock must
// have been wrong.
func (r Reader) Unsettled(ctx context.Context, after int64, now time.Time,
	limit int) ([]Mail, error) {
	return r.mails(ctx, `
		WHERE j.settled_at IS NULL AND j.id > $1 AND (j.next_at <= $2 OR j.next_at > $3)
		ORDER BY j.id LIMIT +$4`,
		after, now.UnixMilli(), now.Add(time.Minute).UnixMilli(), limit)
}

// Waiting counts the mail that is not filed yet, and says since when the oldest of it waits.
func (r Reader) Waiting(ctx context.Context) (since time.Time, n int, err error) {
	var first sql.NullInt64
	_, err = r.row(ctx, `
		SELECT min(received_at), count(*) FROM journal WHERE settled_at IS NULL`, nil, &first, &n)
	return when(first), n, err
}

// LastMail is the highest id in the journal.
func (r Reader) LastMail(ctx context.Context) (id int64, err error) {
	_, err = r.row(ctx, "SELECT coalesce(max(id), 0) FROM journal", nil, &id)
	return id, err
}

// CountMails counts the journal by outcome; "" is what waits.
func (r Reader) CountMails(ctx context.Context) (map[Outcome]int, error) {
	count := map[Outcome]int{}
	err := r.rows(ctx, `
		SELECT outcome, count(*) FROM journal WHERE outcome <> '' GROUP BY outcome
		UNION ALL
		SELECT '', count(*) FROM journal WHERE settled_at IS NULL`,
		nil, func(rows *sql.Rows) error {
			var o Outcome
			var n int
			err := rows.Scan(&o, &n)
			if n > 0 {
				count[o] = n
			}
			return err
		})
	return count, err
}

// OpenMail opens the raw bytes of a mail.
func (s *Store) OpenMail(ctx context.Context, m Mail) (*Blob, error) {
	if b := s.recent.take(m.SHA256); b != nil {
		return &Blob{ReaderAt: bytes.NewReader(b), Size: m.Size, SHA256: m.SHA256}, nil
	}
	return s.openBlob(ctx, m.Blob)
}

// Attempt counts another attempt at a mail before the work begins, so that an attempt which ends
// the process counts.
func (s *Store) Attempt(ctx context.Context, id int64) error {
	return s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			UPDATE journal SET attempts = attempts + 1 WHERE id = $1 AND settled_at IS NULL`, id)
	})
}

// Unattempt takes back an attempt that was broken off for no fault of the mail's.
func (s *Store) Unattempt(ctx context.Context, id int64) error {
	return s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			UPDATE journal SET attempts = attempts - 1 WHERE id = $1 AND settled_at IS NULL
			AND attempts > 1`, id)
	})
}

// Postpone notes why an attempt failed and when the next is due.
func (s *Store) Postpone(ctx context.Context, id int64, cause string, next time.Time) error {
	return s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			UPDATE journal SET error = $2, next_at = $3 WHERE id = $1 AND settled_at IS NULL`,
			id, cause, next.UnixMilli())
	})
}

// Verdict is what was decided of a mail, for the journal row.
type Verdict struct {
	Mailbox, Alias                string
	MessageID, Sender, Subject    string
	Canonical                     []byte // hash of the content without trace headers
	Proof, Evidence, Rule, Reason string
	ProofParts                    []ProofPart // what the proof rests on
	Outcome                       Outcome
	Ticket, Item                  int64
	Error                         string

	settled time.Time
}

// Settle records the one outcome of a mail. It tells false when the mail has been settled before:
// then nothing else may be written for it.
func (tx *Tx) Settle(ctx context.Context, id int64, v Verdict) (bool, error) {
	v.settled = tx.store.Now()
	n, err := tx.exec(ctx, settleMail, append(verdicts.values(changed, &v), id)...)
	return n == 1, err
}

// WrittenTo is the alias of the mailbox that a person wrote to last in a ticket, else that to which
// the ticket's first mail was written; "" for none.
func (r Reader) WrittenTo(ctx context.Context, ticket, person int64) (alias string, err error) {
	_, err = r.row(ctx, `
		SELECT j.alias FROM item i JOIN journal j ON j.id = i.mail
		WHERE i.ticket = $1 AND (i.author = $2 OR i.number = 1) AND j.alias <> ''
		ORDER BY CASE i.author WHEN $2 THEN 0 ELSE 1 END, i.number DESC LIMIT 1`,
		args(ticket, person), &alias)
	return alias, err
}

// Twin finds a settled mail with the same content that came since, whichever mailbox or door it
// came by, and was not itself a duplicate.
func (r Reader) Twin(ctx context.Context, id int64, messageID string, canonical []byte,
	since time.Time) (Mail, error) {
	same := "j.message_id <> ''" // each case has an index of its own
	if messageID == "" {
		same = "j.message_id <= ''"
	}
	return journal.one(ctx, r, "WHERE j.canonical = $1 AND j.message_id = $2 AND "+same+`
			AND j.id <> $3 AND j.settled_at IS NOT NULL
			AND j.outcome NOT IN ('duplicate', 'dropped') AND j.received_at >= $4
		ORDER BY j.id DESC LIMIT 1`,
		canonical, messageID, id, since.UnixMilli())
}

// Named reports whether another mail has the Message-ID: of most there is none, and neither Twin
// nor Namesake. cited is the newest ticket in which a mail of the person named it, 0 for none.
func (r Reader) Named(ctx context.Context, id int64, messageID string,
	person int64) (named bool, cited int64, err error) {
	_, err = r.row(ctx, `
		SELECT
			EXISTS (
				SELECT 1 FROM journal WHERE message_id = $1 AND message_id <> '' AND id <> $2),
			coalesce((SELECT max(ticket) FROM citation WHERE message_id = $1 AND person = $3), 0)`,
		args(messageID, id, person), &named, &cited)
	return named, cited, err
}

// Namesake finds an earlier mail that was filed with the Message-ID and other content; 0 when there
// is none. A mailer that uses an id twice, or somebody who borrows one, must not make a mail
// vanish: it is filed all the same, and flagged.
func (r Reader) Namesake(ctx context.Context, id int64, messageID string,
	canonical []byte) (other int64, err error) {
	if messageID == "" {
		return 0, nil
	}
	_, err = r.row(ctx, `
		SELECT id FROM journal
		WHERE message_id = $1 AND message_id <> '' AND id <> $2 AND ticket <> 0
			AND canonical <> $3
		LIMIT 1`,
		args(messageID, id, canonical), &other)
	return other, err
}

// Requeue puts a quarantined mail back to the beginning of its way, with what an administrator has
// decided of it. It reports false for a mail that is not there.
func (s *Store) Requeue(ctx context.Context, id int64, o Override) (done bool, err error) {
	err = s.Write(ctx, func(tx *Tx) (err error) {
		done, err = tx.requeue(ctx, id, OutcomeQuarantine, o)
		return err
	})
	return done, err
}

func (tx *Tx) requeue(ctx context.Context, id int64, from Outcome, o Override) (bool, error) {
	n, err := tx.exec(ctx, `
		UPDATE journal
		SET settled_at = NULL, outcome = '', attempts = 1, error = '', next_at = 0,
			override = $3, override_by = $4, override_mail = $5,
			ticket = CASE WHEN $6 > 0 THEN $6 ELSE ticket END
		WHERE id = $1 AND outcome = $2`,
		id, from, o.Decision, o.By, o.Mail, o.Ticket)
	return n == 1, err
}

// ApprovePending lets a pending item in: its mail goes its way again, and fills the item with what
// follows. It reports false for a mail that is not pending.
func (tx *Tx) ApprovePending(ctx context.Context, id int64, o Override) (bool, error) {
	o.Decision = Approve
	return tx.requeue(ctx, id, OutcomePending, o)
}

// ConfirmMail lets a mail out of the quarantine whose agent says that it is his. It reports false
// for one that is not there.
func (tx *Tx) ConfirmMail(ctx context.Context, id int64, o Override) (bool, error) {
	o.Decision = Confirm
	return tx.requeue(ctx, id, OutcomeQuarantine, o)
}

// RejectPending leaves a pending item out for good: agents see it as rejected. It reports false for
// a mail that is not pending.
func (tx *Tx) RejectPending(ctx context.Context, id int64, o Override) (bool, error) {
	var ticket, item int64
	ok, err := tx.row(ctx, `
		UPDATE journal SET outcome = 'rejected' WHERE id = $1 AND outcome = 'pending'
		RETURNING ticket, item`, args(id), &ticket, &item)
	if err != nil || !ok {
		return false, err
	}
	if err := tx.write(ctx, `
		UPDATE item SET state = 'rejected' WHERE ticket = $1 AND number = $2`,
		ticket, item); err != nil {
		return false, err
	}
	return true, tx.Note(ctx, Activity{
		Ticket: ticket, Person: o.By, Mail: o.Mail,
		What: "rejected", New: strconv.FormatInt(item, 10),
	})
}

// Approved lists the mails that were approved and wait to be filed.
func (r Reader) Approved(ctx context.Context) ([]Mail, error) {
	return r.mails(
		ctx, "WHERE j.settled_at IS NULL AND j.override IN ('approve', 'send') ORDER BY j.id")
}

// DropMail takes a mail out of the quarantine for good; its bytes stay.
func (s *Store) DropMail(ctx context.Context, id int64) (done bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		done, err = tx.DropMail(ctx, id)
		return err
	})
	return done, err
}

// DropMail is the same within a transaction.
func (tx *Tx) DropMail(ctx context.Context, id int64) (bool, error) {
	n, err := tx.exec(ctx, `
		UPDATE journal SET outcome = 'dropped' WHERE id = $1 AND outcome = 'quarantine'`, id)
	return n == 1, err
}
