package mailin

import (
	"fmt"
	"slices"

	"buzon/store"
	"buzon/threading"
)

// Explain says what a proof means.
func (p Proof) Explain() string {
	switch p {
	case Proven:
		return "A2, the address is proven to be the sender's"
	case Unproven:
		return "A1, nothing speaks for or against it"
	case Disproof:
		return "A0, it failed, or there is no single From"
	}
	return "not looked at"
}

// ExplainProof says what was looked at, and what it showed: which domain, and whether that is the
// one in From.
func ExplainProof(p store.ProofPart) string {
	text := p.Method + " " + p.Result
	if p.Domain != "" {
		text += " of " + p.Domain
	}
	if p.Aligned {
		text += ", the domain in From"
	} else if p.Domain != "" && p.Method != "dmarc" {
		text += ", not the domain in From"
	}
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return text
}

// ExplainEvidence says what an evidence means.
func ExplainEvidence(evidence string) string {
	switch threading.Evidence(evidence) {
	case evT:
		return "T, a signed address or Message-ID that was issued to this sender"
	case evL:
		return "L, a signed address or Message-ID that was issued to somebody else"
	case evM:
		return "M, a Message-ID that the desk knows"
	case evS:
		return "S, the number in the subject alone"
	}
	return "N, none"
}

// Otherwise says what would have made another thing of a mail: a better proof of the sender, a
// better evidence of the ticket, or both.
func Otherwise(m store.Mail) (list []string) {
	is, ok := found(m)
	if ok && is.Otherwise != "" {
		list = append(list, fmt.Sprintf(is.Otherwise, m.Sender))
	}
	if !ok || slices.Contains([]Action{Record, SettleReport}, is.Action) {
		return list
	}
	proof, evidence := Proof(m.Proof), threading.Evidence(m.Evidence)
	for _, c := range []struct {
		proof    Proof
		evidence threading.Evidence
		when     string
	}{
		{Unproven, evidence, "had nothing spoken against the sender"},
		{Proven, evidence, "with a proven sender (signed by DKIM, or sent from where SPF allows " +
			"it, for the domain in From)"},
		{proof, evT, "as a reply to the address that a notice gave the sender"},
	} {
		if c.proof == proof && c.evidence == evidence || c.proof == Unproven && proof == Proven {
			continue
		}
		if c.evidence != evidence && is.Sender[0] == Stranger {
			continue // nobody gave him one
		}
		r := decide(is.Sender[0], c.proof, c.evidence, Normal)
		if r.Action != is.Action {
			list = append(list, fmt.Sprintf("%s, %s by rule %s", c.when, r.Action, r.Rule))
		}
	}
	return list
}

// whenSure says it of an agent's mail that he is to confirm.
const whenSure = "once %s has answered yes to the question at his registered address, or had he " +
	"logged in, agent item by rule 8 or batch by rule 10a"

// Silence is somebody who hears nothing of a mail by its rule, whatever it says, and why.
type Silence struct{ Who, Why string }

// silence is one of mails that have become one of these; nil: whatever they have. What a notice
// would have answered, and caps hold back, the desk notes with each mail.
type silence struct {
	outcomes []store.Outcome
	Silence
}

// unheard are silences, each who and why.
func unheard(outcomes []store.Outcome, pairs ...string) (list []silence) {
	for pair := range slices.Chunk(pairs, 2) {
		list = append(list, silence{outcomes, Silence{pair[0], pair[1]}})
	}
	return list
}

const (
	theSender = "the sender"
	theAgents = "the agents"
	theAdmins = "the admins"

	inDaily     = "they see it in the daily list"
	notCertain  = "nobody is told of a case whose part in it is not certain"
	mayBeForged = "the address may be that of somebody who wrote nothing"
	withOurMark = "it has our own mark: who answers it answers himself"
)

var (
	putAside = []store.Outcome{store.OutcomeQuarantine, store.OutcomeDropped}
	pends    = []store.Outcome{store.OutcomePending, store.OutcomeRejected}
	asItem   = []store.Outcome{store.OutcomeAutomatic}
)

// Silences says who heard nothing of a mail, by the row that it was filed by. The journal has its
// rule, and several rows may bear that number: what has become of the mail tells them apart.
func Silences(m store.Mail) (list []Silence) {
	for _, r := range policy {
		if !r.filed(m) {
			continue
		}
		for _, s := range r.Silent {
			if (s.outcomes == nil || slices.Contains(s.outcomes, m.Outcome)) &&
				!slices.Contains(list, s.Silence) {
				list = append(list, s.Silence)
			}
		}
	}
	return list
}

// filed reports whether a mail may have been filed by the row, where agents need not prove all.
func (r row) filed(m store.Mail) bool {
	return r.Rule == m.Rule && slices.Contains(r.Proof, Proof(m.Proof)) &&
		slices.Contains(r.Evidence, threading.Evidence(m.Evidence)) &&
		!slices.Contains(r.Modes, Strict)
}

// found is the row of the policy by which a mail was filed, for the sender whom it is most about.
func found(m store.Mail) (row, bool) {
	for _, r := range policy {
		if !r.filed(m) {
			continue
		}
		if slices.Equal(r.Sender, people) {
			r.Sender = []Sender{Stranger}
		}
		return r, true
	}
	return row{}, false
}
