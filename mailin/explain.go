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
	if why := otherwise[is.Rule]; ok && why != "" {
		list = append(list, fmt.Sprintf(why, m.Sender))
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

// otherwise says it for rules whose lot hangs on something else.
var otherwise = map[string]string{
	"8a": "once %s has answered yes to the question at his registered address, or had he logged " +
		"in, agent item by rule 8 or batch by rule 10a",
	"8b": "had %s answered a notice of the last 30 days, or logged in, agent item by rule 8",
	"22": "were %s not blocked (buzon block list, buzon block remove), as any other sender's",
}

// Silence is somebody who hears nothing of a mail by its rule, whatever it says, and why.
type Silence struct{ Who, Why string }

const (
	theSender = "the sender"
	theAgents = "the agents"
	theAdmins = "the admins"

	inDaily     = "they see it in the daily list"
	notCertain  = "nobody is told of a case whose part in it is not certain"
	mayBeForged = "the address may be that of somebody who wrote nothing"
)

// silences are those of the rules, of the mails with these outcomes. What a notice would have
// answered, and caps hold back, the desk notes with each mail.
var silences = []struct {
	rule     string
	outcomes []store.Outcome
	who, why string
}{
	{"1", putAside, theSender, "it went round too often"},
	{"25", putAside, theSender, "there is no sender that could be answered"},
	{"2", nil, theSender, "a report of a machine is never answered"},
	{"3", putAside, theSender, "a bounce is never answered, and this one proves nothing"},
	{"3", putAside, theAgents, "nothing shows which mail it is about"},
	{"3", putAside, theAdmins, inDaily},
	{"4", nil, theSender, "it has our own mark: who answers it answers himself"},
	{"4", []store.Outcome{store.OutcomeOwn}, theAgents, "the desk wrote it, they had it then"},
	{"5", nil, theSender, "he was when it came first"},
	{"5", nil, theAgents, "they were when it came first"},
	{"6", nil, theSender, "a machine is never answered"},
	{"6", nil, "the customers", "a machine wrote it"},
	{"7", append(putAside, store.OutcomeAutomatic), theSender, "a machine is never answered"},
	{"7", putAside, theAgents, "the mailbox takes no alerts, or its sender is held to be forged"},
	{"7", putAside, theAdmins, inDaily},
	{"11", putAside, "whoever sent it", "the agent is asked at his registered address"},
	{"11a", putAside, theSender, mayBeForged},
	{"11a", putAside, theAdmins, inDaily},
	{"11b", putAside, theSender, mayBeForged},
	{"11b", putAside, theAdmins, inDaily},
	{"12", putAside, theSender, "it bears an agent's address and is held to be forged"},
	{"16", pends, theSender, mayBeForged},
	{"15", pends, theSender, notCertain},
	{"19", pends, theSender, notCertain},
	{"20", pends, theSender, notCertain},
	{"22", nil, theSender, "he is blocked"},
	{"22", nil, theAgents, "he is blocked"},
	{"24", putAside, theSender, mayBeForged},
}

var (
	putAside = []store.Outcome{store.OutcomeQuarantine, store.OutcomeDropped}
	pends    = []store.Outcome{store.OutcomePending, store.OutcomeRejected}
)

// Silences says who heard nothing of a mail, by the rule that it was filed by.
func Silences(m store.Mail) (list []Silence) {
	for _, s := range silences {
		if s.rule == m.Rule && (s.outcomes == nil || slices.Contains(s.outcomes, m.Outcome)) {
			list = append(list, Silence{s.who, s.why})
		}
	}
	return list
}

// found is the row of the policy by which a mail was filed, for the sender whom it is most about.
func found(m store.Mail) (row, bool) {
	for _, r := range policy {
		if r.Rule != m.Rule || !slices.Contains(r.Proof, Proof(m.Proof)) ||
			!slices.Contains(r.Evidence, threading.Evidence(m.Evidence)) {
			continue
		}
		if slices.Equal(r.Sender, people) {
			r.Sender = []Sender{Stranger}
		}
		return r, true
	}
	return row{}, false
}
