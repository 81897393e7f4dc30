package mailin

import (
	"context"
	"slices"

	"buzon/store"
	"buzon/threading"
)

// Proof says how sure it is that the From address is the sender's.
type Proof string

const (
	Proven   Proof = "A2" // aligned DMARC pass, SMTP AUTH, a trusted relay
	Unproven Proof = "A1" // no verdict
	Disproof Proof = "A0" // failed, or no single usable From
)

// AgentProof is what it takes for an agent's mail to run commands and go to the customer.
type AgentProof string

const (
	Normal AgentProof = ""       // his own reply address, or a proof of the sender
	Strict AgentProof = "strict" // a proof, always
	// ByID: also the Message-ID of a notice to him, where the server has no plus-addressing
	ByID AgentProof = "id"
)

// Sender is what a mail's sender is, to the ticket that the evidence points at or, without one, to
// the desk.
type Sender string

const (
	Nobody    Sender = "nobody"    // no usable From, or past the limits of reading
	Looping   Sender = "looping"   // past the limit of hops
	Ourselves Sender = "ourselves" // our Message-ID, or our loop mark under our address
	Copied    Sender = "copied"    // our loop mark on another's mail
	Repeated  Sender = "repeated"  // a mail that was filed before
	Blocked   Sender = "blocked"   //
	// Report is a bounce, delay, receipt or complaint that proves which mail of ours it is about
	Report  Sender = "report"
	Bounce  Sender = "bounce"  // one that proves nothing
	Machine Sender = "machine" // auto-reply, list, bulk
	// Monitor is a system that watches others, where the mailbox takes its alerts
	Monitor Sender = "monitor"
	Asked   Sender = "asked" // an agent who answers whether held mail is his
	// Answering is who answers a question of ours about himself, or about people of his
	// organisation
	Answering Sender = "answering"
	Editing   Sender = "editing" // a known person who changes his own data
	// Form: From is ours or a form's, and another field names who wrote
	Form Sender = "form"
	// Asking is a known person whose mail asks something of the desk and says nothing else
	Asking      Sender = "asking"
	AgentSender Sender = "agent" //
	// Grave is an agent who orders what changes more than a ticket
	Grave Sender = "grave"
	// Late is an agent who answers a mail of so long ago that its address may be anybody's by now
	Late        Sender = "late"
	Orderer     Sender = "orderer"     // an agent who writes to the control address
	Participant Sender = "participant" // requester, controller, follower
	Colleague   Sender = "colleague"   // may see the ticket
	Known       Sender = "known"       // a person who may not see it
	Stranger    Sender = "stranger"    //
)

// Action is what the policy makes of a mail.
type Action string

const (
	Record       Action = "record"         // written down, nothing else
	Quarantine   Action = "quarantine"     // kept whole for an administrator
	SettleReport Action = "report"         // settles the outgoing mail that it is about
	AutoItem     Action = "automatic item" // no state change, no notice to customers
	// MachineOpens is a new ticket where the mailbox takes alerts, else quarantine
	MachineOpens Action = "machine's ticket"
	// Watch is a new ticket, one that is resolved, or one more of the same
	Watch      Action = "alert"
	AgentItem  Action = "agent item"     // commands run, relayed to the customer
	Note       Action = "note"           // agents see it; an administrator released it as that
	AgentNote  Action = "agent note"     // internal, commands not run, agent told how to confirm
	AgentOpens Action = "agent's ticket" // in the customer's name when forwarded
	Batch      Action = "batch"          // what he orders for many tickets is done, and told
	Confirm    Action = "confirm"        // an agent says of held mail whether it is his
	Settle     Action = "settle"         // what we asked is answered
	EditData   Action = "edit data"      // or asked about, at the registered address
	// Sure is that he is asked, at his registered address, whether he wants that
	Sure         Action = "ask for a confirmation"
	AgentPending Action = "agent pending" // pending, alert to the agent's registered address
	Item         Action = "item"          //
	ItemVia      Action = "item via"      // with somebody else's token: marked
	// NumberItem is an item where the mailbox lets a number be enough, else pending
	NumberItem  Action = "item by number"
	Hold        Action = "pending"         // agents approve or reject
	HoldSuspect Action = "pending suspect" //
	Open        Action = "ticket"          // acknowledged
	OpenForm    Action = "form's ticket"   // unverified, acknowledged where the form is configured
	// OpenClaim notes the claimed number; the answer is the same whether or not it exists
	OpenClaim   Action = "ticket with claim"
	OpenSuspect Action = "unverified ticket" // not acknowledged
	Answer      Action = "answer"            // to a query, at the person's registered address
)

// act is how an action is carried out, and what else hangs on it.
type act struct {
	do     func(*filing, context.Context) error
	silent bool // the sender is not acknowledged
	// claims: the ticket notes the number that the mail claims; the sender is told nothing of it
	claims bool
	calm   bool // nobody is woken, whatever the subject says
	asks   bool // an agent is asked whether the mail is his
}

var acts map[Action]act

func init() { // what is done may ask the policy in turn
	acts = map[Action]act{
		Record:       {do: (*filing).record},
		Quarantine:   {do: (*filing).keepApart},
		SettleReport: {do: (*filing).report},
		AutoItem:     {do: (*filing).automatic},
		MachineOpens: {do: (*filing).machineOpens, calm: true},
		Watch:        {do: (*filing).watch, calm: true, silent: true},
		AgentItem:    {do: (*filing).agentItem},
		Note:         {do: (*filing).note, silent: true},
		AgentNote:    {do: (*filing).agentNote},
		AgentOpens:   {do: (*filing).agentOpens},
		Batch:        {do: (*filing).batch},
		Confirm:      {do: (*filing).confirm},
		Answer:       {do: (*filing).answer},
		Settle:       {do: (*filing).settleQuestion},
		EditData:     {do: (*filing).editData},
		Sure:         {do: (*filing).askSure},
		AgentPending: {do: (*filing).pending, asks: true},
		Item:         {do: (*filing).item},
		ItemVia:      {do: (*filing).item},
		NumberItem:   {do: (*filing).numberItem},
		Hold:         {do: (*filing).pending},
		HoldSuspect:  {do: (*filing).pending},
		Open:         {do: (*filing).openVerified},
		OpenForm:     {do: (*filing).openUnverified},
		OpenClaim:    {do: (*filing).openVerified, claims: true},
		OpenSuspect:  {do: (*filing).openUnverified, claims: true, silent: true},
	}
}

// row is one line of the policy: who, how sure, by which evidence, and what becomes of it. All that
// code must know of it stands in its fields and its action's; a new row needs nothing else.
type row struct {
	Rule     string // its number in the design's table, for people only
	Sender   []Sender
	Proof    []Proof
	Evidence []threading.Evidence
	Modes    []AgentProof // in which the row stands; nil: in all
	Action   Action
	Reason   string        // code of the sentence that says why the mail waits; "" where none does
	Cause    string        // code of what makes an agent be asked, where it is no want of proof
	Outcome  store.Outcome // of a mail that is only recorded
	Alert    bool          // an administrator hears that it was put apart
	Obeys    bool          // it is put apart where the domain in From asks for that
	Silent   []silence     // who hears nothing of such a mail, whatever it says
	// Otherwise says of %s, the sender, what would have made another thing of his mail, where that
	// is neither a proof nor an evidence
	Otherwise string
}

const (
	evT = threading.EvidenceToken
	evL = threading.EvidenceLeaked
	evM = threading.EvidenceKnown
	evS = threading.EvidenceNumber
	evN = threading.EvidenceNone
)

type evidence = []threading.Evidence

var (
	anyProof    = []Proof{Proven, Unproven, Disproof}
	notDisproof = []Proof{Proven, Unproven}
	disproved   = []Proof{Disproof}
	proven      = []Proof{Proven}
	unproven    = []Proof{Unproven}
	anyEvidence = evidence{evT, evL, evM, evS, evN}
	people      = []Sender{Participant, Colleague, Known, Stranger}
)

// policy decides what becomes of a mail; the first row that fits. The rules bear the numbers of the
// design's table. Rule 1 is the door's, and that of mail which only hops tell. A disproved sender
// gets no answer, so that a row for all proofs which acknowledges is split in two.
var policy = []row{
	{Rule: "1", Sender: []Sender{Looping}, Proof: anyProof, Evidence: anyEvidence,
		Action: Quarantine, Reason: "limits", Alert: true,
		Silent: unheard(putAside, theSender, "it went round too often")},
	{Rule: "25", Sender: []Sender{Nobody}, Proof: anyProof, Evidence: anyEvidence,
		Action: Quarantine, Reason: "no_sender", Alert: true,
		Silent: unheard(putAside, theSender, "there is no sender that could be answered")},
	{Rule: "4", Sender: []Sender{Ourselves}, Proof: anyProof, Evidence: anyEvidence, Action: Record,
		Outcome: store.OutcomeOwn,
		Silent: unheard([]store.Outcome{store.OutcomeOwn}, theSender, withOurMark,
			theAgents, "the desk wrote it, they had it then")},
	{Rule: "5", Sender: []Sender{Repeated}, Proof: anyProof, Evidence: anyEvidence, Action: Record,
		Outcome: store.OutcomeDuplicate,
		Silent: unheard(nil, theSender, "he was when it came first",
			theAgents, "they were when it came first")},
	{Rule: "22", Sender: []Sender{Blocked}, Proof: anyProof, Evidence: anyEvidence, Action: Record,
		Outcome: store.OutcomeBlocked,
		Silent:  unheard(nil, theSender, "he is blocked", theAgents, "he is blocked"),
		Otherwise: "were %s not blocked (buzon block list, buzon block remove), as any other " +
			"sender's"},
	{Rule: "2", Sender: []Sender{Report}, Proof: anyProof, Evidence: anyEvidence,
		Action: SettleReport,
		Silent: unheard(nil, theSender, "a report of a machine is never answered")},
	{Rule: "3", Sender: []Sender{Bounce}, Proof: anyProof, Evidence: anyEvidence,
		Action: Quarantine, Reason: "bounce_unproven",
		Silent: unheard(putAside, theSender,
			"a bounce is never answered, and this one proves nothing",
			theAgents, "nothing shows which mail it is about", theAdmins, inDaily)},
	{Rule: "6", Sender: []Sender{Machine}, Proof: notDisproof, Evidence: evidence{evT, evM},
		Action: AutoItem,
		Silent: unheard(nil, theSender, "a machine is never answered",
			"the customers", "a machine wrote it")},
	{Rule: "4", Sender: []Sender{Copied}, Proof: notDisproof, Evidence: evidence{evT, evM},
		Action: AutoItem,
		Silent: unheard(asItem, theSender, withOurMark)},
	{Rule: "4", Sender: []Sender{Copied}, Proof: anyProof, Evidence: anyEvidence,
		Action: Quarantine, Reason: "copied_mark", Alert: true,
		Silent: unheard(putAside, theSender, withOurMark)},
	{Rule: "7", Sender: []Sender{Monitor}, Proof: anyProof, Evidence: anyEvidence, Action: Watch,
		Silent: unheard(asItem, theSender, "a machine is never answered")},
	{Rule: "7", Sender: []Sender{Machine}, Proof: anyProof, Evidence: anyEvidence,
		Action: MachineOpens, Reason: "machine",
		Silent: unheard(putAside, theSender, "a machine is never answered",
			theAgents, "the mailbox takes no alerts, or its sender is held to be forged",
			theAdmins, inDaily)},
	{Rule: "7b", Sender: []Sender{Form}, Proof: notDisproof, Evidence: anyEvidence,
		Action: OpenForm},
	{Rule: "7b", Sender: []Sender{Form}, Proof: disproved, Evidence: anyEvidence,
		Action: OpenSuspect},
	{Rule: "11", Sender: []Sender{Asked}, Proof: proven, Evidence: anyEvidence, Action: Confirm,
		Outcome: store.OutcomeQuery},
	{Rule: "11", Sender: []Sender{Asked}, Proof: unproven, Evidence: anyEvidence,
		Modes: []AgentProof{Normal, ByID}, Action: Confirm,
		Outcome: store.OutcomeQuery},
	{Rule: "11", Sender: []Sender{Asked}, Proof: unproven, Evidence: anyEvidence,
		Modes: []AgentProof{Strict}, Action: Quarantine, Reason: "forged_agent", Alert: true,
		Silent: unheard(putAside, theSender, mayBeForged)},
	{Rule: "11", Sender: []Sender{Asked}, Proof: disproved, Evidence: anyEvidence,
		Action: Quarantine, Reason: "forged_agent", Alert: true,
		Silent: unheard(putAside, theSender, mayBeForged)},
	{Rule: "11a", Sender: []Sender{Asking}, Proof: notDisproof, Evidence: anyEvidence,
		Action: Answer, Outcome: store.OutcomeQuery},
	{Rule: "11a", Sender: []Sender{Asking}, Proof: disproved, Evidence: anyEvidence,
		Action: Quarantine, Reason: "forged",
		Silent: unheard(putAside, theSender, mayBeForged, theAdmins, inDaily)},
	{Rule: "11b", Sender: []Sender{Answering}, Proof: notDisproof, Evidence: anyEvidence,
		Action: Settle, Outcome: store.OutcomeQuery},
	{Rule: "11c", Sender: []Sender{Editing}, Proof: notDisproof, Evidence: anyEvidence,
		Action: EditData, Outcome: store.OutcomeQuery},
	{Rule: "11b", Sender: []Sender{Answering, Editing}, Proof: disproved, Evidence: anyEvidence,
		Action: Quarantine, Reason: "forged",
		Silent: unheard(putAside, theSender, mayBeForged, theAdmins, inDaily)},
	{Rule: "12", Sender: []Sender{AgentSender, Orderer, Grave, Late}, Proof: disproved,
		Evidence: anyEvidence,
		Action:   Quarantine, Reason: "forged_agent", Alert: true,
		Silent: unheard(putAside, theSender,
			"it bears an agent's address and is held to be forged")},
	{Rule: "8b", Sender: []Sender{Late}, Proof: notDisproof, Evidence: evidence{evT, evM},
		Action: AgentPending, Reason: "kept_pending", Cause: "late",
		Otherwise: "had %s answered a notice of the last 30 days, or logged in, agent item by " +
			"rule 8"},
	{Rule: "8a", Sender: []Sender{Grave}, Proof: proven, Evidence: evidence{evT, evM, evN},
		Action: Sure, Reason: "unconfirmed",
		Otherwise: whenSure},
	{Rule: "8a", Sender: []Sender{Grave}, Proof: unproven, Evidence: evidence{evT},
		Modes: []AgentProof{Normal, ByID}, Action: Sure, Reason: "unconfirmed",
		Otherwise: whenSure},
	{Rule: "8a", Sender: []Sender{Grave}, Proof: unproven, Evidence: evidence{evM},
		Modes: []AgentProof{ByID}, Action: Sure, Reason: "unconfirmed",
		Otherwise: whenSure},
	{Rule: "8", Sender: []Sender{AgentSender}, Proof: proven, Evidence: evidence{evT, evM},
		Action: AgentItem},
	{Rule: "8", Sender: []Sender{AgentSender}, Proof: unproven, Evidence: evidence{evT},
		Modes: []AgentProof{Normal, ByID}, Action: AgentItem},
	{Rule: "8", Sender: []Sender{AgentSender}, Proof: unproven, Evidence: evidence{evM},
		Modes: []AgentProof{ByID}, Action: AgentItem},
	{Rule: "9", Sender: []Sender{AgentSender, Grave, Late}, Proof: proven,
		Evidence: evidence{evL, evS},
		Action:   AgentNote, Reason: "kept_as_note"},
	{Rule: "10", Sender: []Sender{AgentSender, Late}, Proof: proven, Evidence: evidence{evN},
		Action: AgentOpens},
	{Rule: "10a", Sender: []Sender{Orderer}, Proof: proven, Evidence: anyEvidence, Action: Batch},
	{Rule: "11", Sender: []Sender{AgentSender, Orderer, Grave, Late},
		Proof: unproven, Evidence: anyEvidence,
		Action: AgentPending, Reason: "kept_pending",
		Silent: unheard(putAside, "whoever sent it", "the agent is asked at his registered address")},
	{Rule: "13", Sender: []Sender{Participant}, Proof: proven, Evidence: evidence{evT, evM, evS},
		Action: Item},
	{Rule: "13", Sender: []Sender{Participant}, Proof: proven, Evidence: evidence{evL},
		Action: ItemVia},
	{Rule: "14", Sender: []Sender{Participant}, Proof: unproven, Evidence: evidence{evT, evM},
		Action: Item},
	{Rule: "15", Sender: []Sender{Participant}, Proof: unproven, Evidence: evidence{evS},
		Action: NumberItem, Reason: "number_only",
		Silent: unheard(pends, theSender, notCertain)},
	{Rule: "15", Sender: []Sender{Participant}, Proof: unproven, Evidence: evidence{evL},
		Action: NumberItem, Reason: "leaked",
		Silent: unheard(pends, theSender, notCertain)},
	{Rule: "16", Sender: []Sender{Participant}, Proof: disproved, Evidence: evidence{evT, evL, evM},
		Action: HoldSuspect, Reason: "suspect",
		Silent: unheard(pends, theSender, mayBeForged)},
	{Rule: "17", Sender: []Sender{Participant}, Proof: disproved, Evidence: evidence{evS, evN},
		Action: OpenSuspect},
	{Rule: "18", Sender: []Sender{Colleague}, Proof: notDisproof, Evidence: evidence{evT, evM, evS},
		Action: Item},
	{Rule: "18", Sender: []Sender{Colleague}, Proof: notDisproof, Evidence: evidence{evL},
		Action: ItemVia},
	// T: he took part once. A colleague is here when he is disproved.
	{Rule: "19", Sender: []Sender{Known, Colleague}, Proof: anyProof,
		Evidence: evidence{evT, evL, evM}, Action: Hold, Reason: "not_visible",
		Silent: unheard(pends, theSender, notCertain)},
	{Rule: "20", Sender: []Sender{Stranger}, Proof: anyProof, Evidence: evidence{evL, evT},
		Action: Hold, Reason: "stranger",
		Silent: unheard(pends, theSender, notCertain)},
	{Rule: "21", Sender: []Sender{Stranger, Known}, Proof: notDisproof,
		Evidence: evidence{evM, evS}, Action: OpenClaim},
	{Rule: "21", Sender: []Sender{Stranger, Known, Colleague}, Proof: disproved,
		Evidence: evidence{evM, evS}, Action: OpenSuspect},
	{Rule: "23", Sender: people, Proof: notDisproof, Evidence: evidence{evN}, Action: Open},
	{Rule: "24", Sender: people, Proof: disproved, Evidence: evidence{evN}, Action: OpenSuspect,
		Reason: "forged", Obeys: true, Silent: unheard(putAside, theSender, mayBeForged)},
}

// decide returns the row for a mail. There is one for every cell: a test enumerates them.
func decide(s Sender, p Proof, e threading.Evidence, mode AgentProof) row {
	for _, r := range policy {
		if slices.Contains(r.Sender, s) && slices.Contains(r.Proof, p) &&
			slices.Contains(r.Evidence, e) &&
			(r.Modes == nil || slices.Contains(r.Modes, mode)) {
			return r
		}
	}
	return row{Rule: "25", Action: Quarantine, Reason: "no_sender", Alert: true}
}
