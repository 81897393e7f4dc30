package mailin

import "buzon/threading"

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
