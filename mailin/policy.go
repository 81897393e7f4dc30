package mailin

import (
	"slices"

	"buzon/threading"
)

// Proof says how sure it is that the From address is the sender's.
type Proof string

const (
	Proven   Proof = "A2" // aligned DMARC pass, SMTP AUTH, a trusted relay
	Unproven Proof = "A1" // no verdict
	Disproof Proof = "A0" // failed, or no single usable From
)

// Sender is what a mail's sender is, to the ticket that the evidence points at or, without one, to the desk.
type Sender string

const (
	Nobody      Sender = "nobody"      // no usable From, or past the limits of reading
	Ourselves   Sender = "ourselves"   // our address, Message-ID or loop mark
	Repeated    Sender = "repeated"    // a mail that was filed before
	Blocked     Sender = "blocked"     //
	Report      Sender = "report"      // a bounce, delay, receipt or complaint that proves which mail of ours it is about
	Bounce      Sender = "bounce"      // one that proves nothing
	Machine     Sender = "machine"     // auto-reply, list, bulk
	AgentSender Sender = "agent"       //
	Participant Sender = "participant" // requester, controller, follower
	Colleague   Sender = "colleague"   // may see the ticket
	Known       Sender = "known"       // a person who may not see it
	Stranger    Sender = "stranger"    //
)

// Action is what the policy makes of a mail.
type Action string

const (
	Record       Action = "record"            // written down, nothing else
	Quarantine   Action = "quarantine"        // kept whole for an administrator
	SettleReport Action = "report"            // settles the outgoing mail that it is about
	AutoItem     Action = "automatic item"    // no state change, no notice to customers
	MachineOpens Action = "machine's ticket"  // a new ticket where the mailbox takes alerts, else quarantine
	AgentItem    Action = "agent item"        // commands run, relayed to the customer
	AgentNote    Action = "agent note"        // internal, commands not run, agent told how to confirm
	AgentOpens   Action = "agent's ticket"    // in the customer's name when forwarded
	AgentPending Action = "agent pending"     // pending, alert to the agent's registered address
	Item         Action = "item"              //
	ItemVia      Action = "item via"          // with somebody else's token: marked
	NumberItem   Action = "item by number"    // an item where the mailbox lets a number be enough, else pending
	Hold         Action = "pending"           // agents approve or reject
	HoldSuspect  Action = "pending suspect"   //
	Open         Action = "ticket"            // acknowledged
	OpenClaim    Action = "ticket with claim" // notes the claimed number; the same answer whether or not it exists
	OpenSuspect  Action = "unverified ticket" // not acknowledged
)

// row is one line of the policy: who, how sure, by which evidence.
type row struct {
	Rule     string
	Sender   []Sender
	Proof    []Proof
	Evidence []threading.Evidence
	Action   Action
}

const (
	evT = threading.EvidenceToken
	evL = threading.EvidenceLeaked
	evM = threading.EvidenceKnown
	evS = threading.EvidenceNumber
	evN = threading.EvidenceNone
)

var (
	anyProof    = []Proof{Proven, Unproven, Disproof}
	notDisproof = []Proof{Proven, Unproven}
	anyEvidence = []threading.Evidence{evT, evL, evM, evS, evN}
)

// policy decides what becomes of a mail; the first row that fits. The rules bear the numbers of the design's table. Rule 1
// is the door's, and that of mail which only hops tell (see decide in file.go). A disproved sender gets no answer, so that
// a row for all proofs which acknowledges is split in two.
var policy = []row{
	{"25", []Sender{Nobody}, anyProof, anyEvidence, Quarantine},
	{"4", []Sender{Ourselves}, anyProof, anyEvidence, Record},
	{"5", []Sender{Repeated}, anyProof, anyEvidence, Record},
	{"22", []Sender{Blocked}, anyProof, anyEvidence, Record},
	{"2", []Sender{Report}, anyProof, anyEvidence, SettleReport},
	{"3", []Sender{Bounce}, anyProof, anyEvidence, Quarantine},
	{"6", []Sender{Machine}, notDisproof, []threading.Evidence{evT, evM}, AutoItem},
	{"7", []Sender{Machine}, anyProof, anyEvidence, MachineOpens},
	{"12", []Sender{AgentSender}, []Proof{Disproof}, anyEvidence, Quarantine},
	{"8", []Sender{AgentSender}, []Proof{Proven}, []threading.Evidence{evT}, AgentItem},
	{"9", []Sender{AgentSender}, []Proof{Proven}, []threading.Evidence{evL, evM, evS}, AgentNote},
	{"10", []Sender{AgentSender}, []Proof{Proven}, []threading.Evidence{evN}, AgentOpens},
	{"11", []Sender{AgentSender}, []Proof{Unproven}, anyEvidence, AgentPending},
	{"13", []Sender{Participant}, []Proof{Proven}, []threading.Evidence{evT, evM, evS}, Item},
	{"13", []Sender{Participant}, []Proof{Proven}, []threading.Evidence{evL}, ItemVia},
	{"14", []Sender{Participant}, []Proof{Unproven}, []threading.Evidence{evT, evM}, Item},
	{"15", []Sender{Participant}, []Proof{Unproven}, []threading.Evidence{evS, evL}, NumberItem},
	{"16", []Sender{Participant}, []Proof{Disproof}, []threading.Evidence{evT, evL, evM}, HoldSuspect},
	{"17", []Sender{Participant}, []Proof{Disproof}, []threading.Evidence{evS, evN}, OpenSuspect},
	{"18", []Sender{Colleague}, notDisproof, []threading.Evidence{evT, evM, evS}, Item},
	{"18", []Sender{Colleague}, notDisproof, []threading.Evidence{evL}, ItemVia},
	{"19", []Sender{Known, Colleague}, anyProof, []threading.Evidence{evT, evL, evM}, Hold}, // T: took part once; a colleague is here when disproved
	{"20", []Sender{Stranger}, anyProof, []threading.Evidence{evL, evT}, Hold},
	{"21", []Sender{Stranger, Known}, notDisproof, []threading.Evidence{evM, evS}, OpenClaim},
	{"21", []Sender{Stranger, Known, Colleague}, []Proof{Disproof}, []threading.Evidence{evM, evS}, OpenSuspect},
	{"23", []Sender{Participant, Colleague, Known, Stranger}, notDisproof, []threading.Evidence{evN}, Open},
	{"24", []Sender{Participant, Colleague, Known, Stranger}, []Proof{Disproof}, []threading.Evidence{evN}, OpenSuspect},
}

// decide returns the row for a mail. There is one for every cell: a test enumerates them.
func decide(s Sender, p Proof, e threading.Evidence, agentStrict bool) row {
	if s == AgentSender && p == Unproven && !agentStrict && (e == evT || e == evN) {
		p = Proven // rows 8 and 10: nothing speaks against him
	}
	for _, r := range policy {
		if slices.Contains(r.Sender, s) && slices.Contains(r.Proof, p) && slices.Contains(r.Evidence, e) {
			return r
		}
	}
	return row{Rule: "25", Action: Quarantine}
}

// notice is the code of the sentence that tells agents or admins why a mail waits.
func (r row) notice(e threading.Evidence) string {
	if r.Rule == "15" && e == evL {
		return "leaked"
	}
	return map[string]string{
		"1": "limits", "3": "bounce_unproven", "7": "machine", "9": "kept_as_note", "11": "kept_pending", "12": "forged_agent",
		"15": "number_only", "16": "suspect", "19": "not_visible", "20": "stranger", "24": "forged", "25": "no_sender",
	}[r.Rule]
}
