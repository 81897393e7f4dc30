package mailin

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"buzon/store"
	"buzon/store/desk"
	"buzon/store/desk/lazy"
	"buzon/threading"
)

// Mail that bears an agent's address, and shows neither his reply address nor a proof, waits in its
// ticket or, without one, in quarantine. The agent is asked at his own address, and his answer, by
// the address that the question gave him alone, lets it be filed as he meant:
//
//	held ──► AskAgent ──► "12 · Factura" to the agent
//	                          ├─► «sí», «12 15», «todos» ──► letOut ──► filed as proven
//	                          └─► «no» ──► stays where it is

// question finds the question that the sender was asked and answers.
func (f *filing) question(ctx context.Context) error {
	m := f.rd.Message
	to := slices.Concat(addresses(m.DeliveredTo), addresses(m.To), addresses(m.Cc))
	for _, address := range append(to, f.mail.Envelope.To...) {
		id, person, v := f.o.Signer.VerifyAnswer(address, f.boxes)
		if v != threading.Valid {
			continue
		}
		o, err := store.Optional(f.tx.OutgoingMail(ctx, id))
		switch {
		case err != nil || o.ID == 0 || o.Person != person:
		case o.Kind == desk.AnswerNotice:
			f.invited = o.Person == f.person.ID
		case f.mayAnswer(o):
			f.asked = o
		}
		return err
	}
	return f.questionByID(ctx)
}

// questionByID finds it by its Message-ID, where that is enough for who wrote.
func (f *filing) questionByID(ctx context.Context) error {
	for _, id := range threading.References(f.rd.Message.InReplyTo, nil) {
		t, v := f.o.Signer.VerifyMessageID(id, f.boxes)
		if v != threading.Valid || t.Ticket != 0 {
			continue
		}
		o, err := store.Optional(f.tx.OutgoingMail(ctx, t.Item))
		enough := !aboutMail(o.Kind) || f.proof == Proven || f.o.AgentProof == ByID
		if err != nil || o.Kind.Trait().Asks && o.Person == t.Person && enough && f.mayAnswer(o) {
			f.asked = o
			return err
		}
	}
	return nil
}

// confirm lets those mails be filed that the agent calls his. An answer that does not say which is
// asked again.
func (f *filing) confirm(ctx context.Context) error {
	f.verdict.Outcome = f.row.Outcome
	if f.asked.Kind == desk.ConfirmOrders {
		return f.sure(ctx)
	}
	chosen, clear := confirmed(f.rd.Reply.New(), f.asked.Details.Held)
	if !clear {
		return f.tx.OweReply(ctx, f.o.Caps, store.Outgoing{Kind: f.asked.Kind, Mail: f.mail.ID,
			Echo: true, Person: f.person.ID, Address: f.person.Address(),
			Mailbox: f.asked.Mailbox, Details: f.asked.Details})
	}
	var done []string
	for _, id := range chosen {
		ok, err := f.letOut(ctx, id)
		if err != nil {
			return err
		}
		if ok {
			done = append(done, strconv.FormatInt(id, 10))
		}
	}
	f.verdict.Reason = fmt.Sprintf("%s; confirmed: %s", f.verdict.Reason, strings.Join(done, ", "))
	return nil
}

// letOut has a mail filed that waits in quarantine or in its ticket.
func (f *filing) letOut(ctx context.Context, id int64) (bool, error) {
	o := store.Override{By: f.person.ID, Mail: f.mail.ID}
	if ok, err := f.tx.ConfirmMail(ctx, id, o); ok || err != nil {
		return ok, err
	}
	return f.tx.ApprovePending(ctx, id, o)
}

var (
	denies = lazy.Compile(`(?i)(^|[^\pL])(no|not|não|nao|nunca|jamás|jamas|never|` +
		`niego|rechaz\pL*|descart\pL*|reject\pL*|discard\pL*|` +
		`fals[oa]s?|forged?|fake|fraude|spam|phishing|suplant\pL*)($|[^\pL])`)
	affirms = lazy.Compile(`(?i)^[^\pL]*(sí|si|yes|sim|ok|okay|claro|correcto|exacto|right|` +
		`(#|nota: |note: )?(aprob|approv|confirm|env[ií]|send)\pL*|` +
		`((nota|note): )?(es|era|soy|fui|lo|it|that|sou|fui|é) [^\n]*(mío|mio|mine|yo|me|eu|meu)|` +
		`mío|mio|mine|👍)($|[^\pL])`)
	everyOne = lazy.Compile(`(?i)(^|[^\pL])(todos|todas|todo|all|tudo|ambos|both)($|[^\pL])`)
	numerals = lazy.Compile(`[0-9]+`)
)

// confirmed are the mails, of those held, that an answer calls the agent's; clear is false when it
// says nothing of which. Where only one is held, «sí» does, or no words at all; other words may be
// a responder's.
func confirmed(words string, held []int64) (chosen []int64, clear bool) {
	named := numerals.FindAllString(words, -1)
	for _, id := range held {
		if slices.Contains(named, strconv.FormatInt(id, 10)) {
			chosen = append(chosen, id)
		}
	}
	switch {
	case denies.MatchString(words):
		return nil, true
	case len(chosen) > 0:
		return chosen, true
	case everyOne.MatchString(words),
		len(held) <= 1 && (strings.TrimSpace(words) == "" || affirms.MatchString(words)):
		return held, true
	}
	return nil, false
}
