package threading

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Evidence says how a mail shows which ticket it belongs to.
type Evidence string

// From the strongest to the weakest.
const (
	EvidenceToken  Evidence = "T" // a valid token in an address, issued to the sender
	EvidenceLeaked Evidence = "L" // a valid token in an address, issued to somebody else
	// EvidenceKnown is a Message-ID of ours, or that the store knows: it travels with every forward
	EvidenceKnown  Evidence = "M"
	EvidenceNumber Evidence = "S" // a case number in the subject
	EvidenceNone   Evidence = "N"
)

// Index is what the resolver asks the store.
type Index interface {
	// ByMessageID returns, for each of ids that it knows, where it belongs: ids that a
	// participant's mail or ours had, or that the relay gave ours; and of the others those that an
	// earlier mail of the sender named.
	ByMessageID(ctx context.Context, ids []string) (map[string]Ref, error)
	HasTicket(ctx context.Context, number int64) (bool, error)
}

// Ref is a place in a ticket. Item is 0 where it is not known.
type Ref struct {
	Ticket, Item int64
	// Cited: nobody knows the mail itself; an earlier one of the sender, in the ticket, named it
	Cited bool
}

// Mail is what the resolver looks at. Addresses and ids may be raw header values.
type Mail struct {
	Envelope    []string // recipients in the SMTP session
	DeliveredTo []string // Delivered-To, X-Original-To and kin, where a trusted host has added them
	To, Cc      []string
	InReplyTo   []string
	References  []string
	Subject     string // decoded
	Sender      int64  // person of the From address, 0 when unknown
	Tag         string // the mailbox's subject tag; empty: "Caso"
	// CitedIn is the ticket in which an earlier mail of the sender named this mail's id, 0 for none
	CitedIn int64
}

// Resolution is the ticket that a mail belongs to, and how that is known.
type Resolution struct {
	Evidence  Evidence
	Ticket    int64 // 0 with EvidenceNone
	Item      int64 // the item that is answered, 0 when not known
	Person    int64 // to whom the token or our Message-ID was issued; 0 for nobody in particular
	Kind      Kind
	Inside    bool     // it answers a notice whose replies stay among agents
	Claimed   int64    // number in the subject, whatever it is worth
	Forged    bool     // a token was there that we did not sign
	Conflicts []string // what spoke for another ticket
	// Unknown are ids of References and In-Reply-To that nobody knows, where the store was asked
	Unknown []string
	Reason  string // the header that decided
}

// maxConflicts bounds what is recorded about contradictions.
const maxConflicts = 10

// Resolver finds the ticket of a mail.
type Resolver struct {
	Signer    *Signer
	Mailboxes *Mailboxes
	Index     Index
}

// sighting is a token, in an address or a Message-ID, and the header that it was found in.
type sighting struct {
	header string
	Token
}

// Resolve weighs the evidence. An address with a token issued to the sender wins wherever it
// stands, then one issued to somebody else, then an id that we signed, then one that the store
// knows, then a number; among equals the first header wins. Whoever was sent a copy of a mail has
// its id, so that an id says which ticket is meant and never who writes. What points at a ticket
// that the store does not know counts as absent. The only errors are the store's.
func (r *Resolver) Resolve(ctx context.Context, m Mail) (Resolution, error) {
	res := Resolution{Evidence: EvidenceNone, Reason: "nothing points at a ticket"}
	res.Claimed, _ = Case(m.Subject, m.Tag)
	ids := References(m.InReplyTo, m.References)
	found := r.tokens(m, ids)
	res.Forged = found.forged
	addresses, err := r.existing(ctx, found.addresses)
	if err != nil {
		return res, err
	}
	signed, err := r.existing(ctx, found.ids)
	if err != nil {
		return res, err
	}
	if best := strongest(addresses, m.Sender); best != nil {
		res.byToken(*best, m.Sender, signed)
	} else if err := r.withoutToken(ctx, m, ids, signed, &res); err != nil {
		return res, err
	}
	res.Inside = res.Kind == Inside || r.answersInside(m, ids, res.Ticket)
	res.addConflicts(append(addresses, signed...))
	return res, nil
}

// answersInside reports whether the id that the mail answers is that of a notice whose replies stay
// among agents: an address out of the client's address book must not send them to the customer.
func (r *Resolver) answersInside(m Mail, ids []string, ticket int64) bool {
	answered := References(m.InReplyTo, nil)
	if len(answered) == 0 {
		answered = ids[:min(1, len(ids))] // the newest of References
	}
	return slices.ContainsFunc(answered, func(id string) bool {
		t, v := r.Signer.VerifyMessageID(id, r.Mailboxes)
		return v == Valid && t.Kind == Inside && t.Ticket == ticket
	})
}

// tokens are the valid ones of a mail in the order of precedence, and whether a forged one was
// among the others.
type tokens struct {
	addresses, ids []sighting
	forged         bool
}

func (r *Resolver) tokens(m Mail, ids []string) (found tokens) {
	note := func(list *[]sighting, header string, t Token, v Verdict) {
		if v == Valid {
			*list = append(*list, sighting{header, t})
		}
		found.forged = found.forged || v == Forged
	}
	for _, field := range []struct {
		header string
		values []string
	}{
		{"envelope recipient", m.Envelope}, {"Delivered-To", m.DeliveredTo},
		{"To", m.To}, {"Cc", m.Cc},
	} {
		for _, value := range field.values {
			for _, address := range addressPieces(value) {
				t, v := r.Signer.VerifyAddress(address, r.Mailboxes)
				note(&found.addresses, field.header, t, v)
			}
		}
	}
	answered := len(References(m.InReplyTo, nil)) // so many of ids are from In-Reply-To
	for i, id := range ids {
		header := "References"
		if i < answered {
			header = "In-Reply-To"
		}
		t, v := r.Signer.VerifyMessageID(id, r.Mailboxes)
		note(&found.ids, header, t, v)
	}
	return found
}

// existing drops the tokens of tickets that the store does not know.
func (r *Resolver) existing(ctx context.Context, found []sighting) ([]sighting, error) {
	known := map[int64]bool{}
	kept := found[:0]
	for _, s := range found {
		there, asked := known[s.Ticket]
		if !asked {
			var err error
			if there, err = r.Index.HasTicket(ctx, s.Ticket); err != nil {
				return nil, fmt.Errorf("look up ticket %d: %w", s.Ticket, err)
			}
			known[s.Ticket] = there
		}
		if there {
			kept = append(kept, s)
		}
	}
	return kept, nil
}

// strongest returns the first token issued to the sender, or else the first one issued to anybody.
func strongest(found []sighting, sender int64) (best *sighting) {
	for i, s := range found {
		switch {
		case s.issuedTo(sender):
			return &found[i]
		case best == nil && !s.isRoot():
			best = &found[i]
		}
	}
	return best
}

// isRoot tells a root id. Each mail of a ticket has it in References, so it must not hide the ids
// that the store knows; it stands in for them where no other one came through.
func (t Token) isRoot() bool { return t.Kind == "" }

// issuedTo is false for person 0: a token for nobody in particular is not a stranger's own.
func (t Token) issuedTo(person int64) bool { return person != 0 && t.Person == person }

// byToken goes by an address; which item is answered stands in the ids alone.
func (res *Resolution) byToken(s sighting, sender int64, signed []sighting) {
	res.Evidence = EvidenceLeaked
	if s.issuedTo(sender) {
		res.Evidence = EvidenceToken
	}
	res.Ticket, res.Person, res.Kind, res.Reason = s.Ticket, s.Person, s.Kind, "token in "+s.header
	for _, id := range signed {
		if id.Ticket == s.Ticket && id.Item != 0 {
			res.Item = id.Item
			break
		}
	}
}

// withoutToken looks at what travels: ids, what the sender named before and, unless a token was
// forged, the number.
func (r *Resolver) withoutToken(ctx context.Context, m Mail, ids []string, signed []sighting,
	res *Resolution) error {
	if s := strongest(signed, m.Sender); s != nil {
		res.Evidence, res.Ticket, res.Item = EvidenceKnown, s.Ticket, s.Item
		res.Person, res.Kind = s.Person, s.Kind
		res.Reason = "our Message-ID in " + s.header
		return nil
	}
	known, cited, err := r.known(ctx, ids, res)
	switch {
	case err != nil:
		return err
	case known.Ticket != 0:
		res.Evidence, res.Ticket, res.Item = EvidenceKnown, known.Ticket, known.Item
		res.Reason = "known Message-ID"
	case len(signed) > 0:
		res.Evidence, res.Ticket = EvidenceKnown, signed[0].Ticket
		res.Reason = "root id in " + signed[0].header
	case m.CitedIn != 0:
		res.Evidence, res.Ticket = EvidenceKnown, m.CitedIn
		res.Reason = "an earlier mail of the sender named its Message-ID"
	case cited.Ticket != 0:
		res.Evidence, res.Ticket = EvidenceKnown, cited.Ticket
		res.Reason = "an earlier mail of the sender named the same id"
	case res.Claimed != 0 && res.Forged:
		res.Reason = "number in the subject not believed: the mail holds a forged token"
	case res.Claimed != 0:
		return r.byNumber(ctx, res)
	}
	return nil
}

// known returns where the newest of ids belongs that the store knows, and the newest that the
// sender named before.
func (r *Resolver) known(ctx context.Context, ids []string,
	res *Resolution) (known, cited Ref, err error) {
	if len(ids) == 0 {
		return Ref{}, Ref{}, nil
	}
	refs, err := r.Index.ByMessageID(ctx, ids)
	if err != nil {
		return Ref{}, Ref{}, fmt.Errorf("look up message ids: %w", err)
	}
	for _, id := range ids {
		switch ref, there := refs[id]; {
		case there && !ref.Cited:
			known = cmp.Or(known, ref)
			continue
		case there:
			cited = cmp.Or(cited, ref)
		}
		_, v := r.Signer.VerifyMessageID(id, r.Mailboxes)
		if v == None && plausibleID(id) && len(res.Unknown) < maxUnknown {
			res.Unknown = append(res.Unknown, id)
		}
	}
	return known, cited, nil
}

func (r *Resolver) byNumber(ctx context.Context, res *Resolution) error {
	there, err := r.Index.HasTicket(ctx, res.Claimed)
	if err != nil {
		return fmt.Errorf("look up ticket %d: %w", res.Claimed, err)
	}
	if there {
		res.Evidence, res.Ticket, res.Reason = EvidenceNumber, res.Claimed, "number in the subject"
	}
	return nil
}

// addConflicts records what spoke for another ticket than the one that was found.
func (res *Resolution) addConflicts(found []sighting) {
	if res.Ticket == 0 {
		return
	}
	var all []string
	for _, s := range found {
		if s.Ticket != res.Ticket {
			all = append(all, fmt.Sprintf("token for %d in %s", s.Ticket, s.header))
		}
	}
	if res.Claimed != 0 && res.Claimed != res.Ticket {
		all = append(all, fmt.Sprintf("number %d in the subject", res.Claimed))
	}
	res.Conflicts = distinct(all, maxConflicts)
}
