package mailin

import (
	"slices"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

var (
	allSenders = []Sender{Nobody, Looping, Ourselves, Copied, Repeated, Blocked, Report, Bounce,
		Machine, Monitor, Asked, Answering, Editing, Asking, Form, AgentSender, Grave, Late,
		Orderer, Participant, Colleague,
		Known, Stranger}
	allModes = []AgentProof{Normal, Strict, ByID}
)

// cells is the table as a person reads it: for each sender and proof the rule and action under the
// evidence T L M S N.
var cells = []struct {
	sender Sender
	proof  Proof
	rules  string
	acts   [5]Action
}{
	{AgentSender, Proven, "8 9 8 9 10", [5]Action{AgentItem, AgentNote, AgentItem, AgentNote,
		AgentOpens}},
	{AgentSender, Unproven, "8 11 11 11 11", [5]Action{AgentItem, AgentPending, AgentPending,
		AgentPending, AgentPending}},
	{AgentSender, Disproof, "12 12 12 12 12", all(Quarantine)},
	{Grave, Proven, "8a 9 8a 9 8a", [5]Action{Sure, AgentNote, Sure, AgentNote, Sure}},
	{Grave, Unproven, "8a 11 11 11 11", [5]Action{Sure, AgentPending, AgentPending, AgentPending,
		AgentPending}},
	{Grave, Disproof, "12 12 12 12 12", all(Quarantine)},
	{Late, Proven, "8b 9 8b 9 10", [5]Action{AgentPending, AgentNote, AgentPending, AgentNote,
		AgentOpens}},
	{Late, Unproven, "8b 11 8b 11 11", all(AgentPending)},
	{Late, Disproof, "12 12 12 12 12", all(Quarantine)},
	{Orderer, Proven, "10a 10a 10a 10a 10a", all(Batch)},
	{Orderer, Unproven, "11 11 11 11 11", all(AgentPending)},
	{Orderer, Disproof, "12 12 12 12 12", all(Quarantine)},
	{Participant, Proven, "13 13 13 13 23", [5]Action{Item, ItemVia, Item, Item, Open}},
	{Participant, Unproven, "14 15 14 15 23", [5]Action{Item, NumberItem, Item, NumberItem, Open}},
	{Participant, Disproof, "16 16 16 17 17", [5]Action{HoldSuspect, HoldSuspect, HoldSuspect,
		OpenSuspect, OpenSuspect}},
	{Colleague, Proven, "18 18 18 18 23", [5]Action{Item, ItemVia, Item, Item, Open}},
	{Colleague, Unproven, "18 18 18 18 23", [5]Action{Item, ItemVia, Item, Item, Open}},
	{Colleague, Disproof, "19 19 19 21 24", [5]Action{Hold, Hold, Hold, OpenSuspect, OpenSuspect}},
	{Known, Proven, "19 19 19 21 23", [5]Action{Hold, Hold, Hold, OpenClaim, Open}},
	{Known, Unproven, "19 19 19 21 23", [5]Action{Hold, Hold, Hold, OpenClaim, Open}},
	{Known, Disproof, "19 19 19 21 24", [5]Action{Hold, Hold, Hold, OpenSuspect, OpenSuspect}},
	{Stranger, Proven, "20 20 21 21 23", [5]Action{Hold, Hold, OpenClaim, OpenClaim, Open}},
	{Stranger, Unproven, "20 20 21 21 23", [5]Action{Hold, Hold, OpenClaim, OpenClaim, Open}},
	{Stranger, Disproof, "20 20 21 21 24", [5]Action{Hold, Hold, OpenSuspect, OpenSuspect,
		OpenSuspect}},
	{Machine, Proven, "6 7 6 7 7", [5]Action{AutoItem, MachineOpens, AutoItem, MachineOpens,
		MachineOpens}},
	{Machine, Unproven, "6 7 6 7 7", [5]Action{AutoItem, MachineOpens, AutoItem, MachineOpens,
		MachineOpens}},
	{Machine, Disproof, "7 7 7 7 7", all(MachineOpens)},
	{Monitor, Proven, "7 7 7 7 7", all(Watch)},
	{Monitor, Unproven, "7 7 7 7 7", all(Watch)},
	{Monitor, Disproof, "7 7 7 7 7", all(Watch)},
	{Copied, Proven, "4 4 4 4 4", [5]Action{AutoItem, Quarantine, AutoItem, Quarantine,
		Quarantine}},
	{Copied, Unproven, "4 4 4 4 4", [5]Action{AutoItem, Quarantine, AutoItem, Quarantine,
		Quarantine}},
	{Copied, Disproof, "4 4 4 4 4", all(Quarantine)},
	{Asked, Proven, "11 11 11 11 11", all(Confirm)},
	{Asked, Unproven, "11 11 11 11 11", all(Confirm)},
	{Asked, Disproof, "11 11 11 11 11", all(Quarantine)},
	{Asking, Proven, "11a 11a 11a 11a 11a", all(Answer)},
	{Asking, Unproven, "11a 11a 11a 11a 11a", all(Answer)},
	{Asking, Disproof, "11a 11a 11a 11a 11a", all(Quarantine)},
	{Answering, Proven, "11b 11b 11b 11b 11b", all(Settle)},
	{Answering, Unproven, "11b 11b 11b 11b 11b", all(Settle)},
	{Answering, Disproof, "11b 11b 11b 11b 11b", all(Quarantine)},
	{Editing, Proven, "11c 11c 11c 11c 11c", all(EditData)},
	{Editing, Unproven, "11c 11c 11c 11c 11c", all(EditData)},
	{Editing, Disproof, "11b 11b 11b 11b 11b", all(Quarantine)},
	{Form, Proven, "7b 7b 7b 7b 7b", all(OpenForm)},
	{Form, Unproven, "7b 7b 7b 7b 7b", all(OpenForm)},
	{Form, Disproof, "7b 7b 7b 7b 7b", all(OpenSuspect)},
}

// alike are the senders of whom neither proof nor evidence changes the lot.
var alike = map[Sender]row{
	Nobody:    {Rule: "25", Action: Quarantine, Alert: true},
	Looping:   {Rule: "1", Action: Quarantine, Alert: true},
	Ourselves: {Rule: "4", Action: Record, Outcome: store.OutcomeOwn},
	Repeated:  {Rule: "5", Action: Record, Outcome: store.OutcomeDuplicate},
	Blocked:   {Rule: "22", Action: Record, Outcome: store.OutcomeBlocked},
	Report:    {Rule: "2", Action: SettleReport},
	Bounce:    {Rule: "3", Action: Quarantine},
}

func all(a Action) [5]Action { return [5]Action{a, a, a, a, a} }

func TestPolicy(t *testing.T) {
	t.Parallel()
	seen := map[Sender]int{}
	for _, c := range cells {
		seen[c.sender]++
		for i, e := range anyEvidence {
			want := strings.Fields(c.rules)[i]
			if r := decide(c.sender, c.proof, e, Normal); r.Rule != want || r.Action != c.acts[i] {
				t.Errorf("%s %s %s: rule %s %q, want %s %q", c.sender, c.proof, e, r.Rule, r.Action,
					want, c.acts[i])
			}
		}
	}
	for sender, want := range alike {
		for _, p := range anyProof {
			seen[sender]++
			for _, e := range anyEvidence {
				r := decide(sender, p, e, Normal)
				if r.Rule != want.Rule || r.Action != want.Action || r.Outcome != want.Outcome ||
					r.Alert != want.Alert {
					t.Errorf("%s %s %s: %+v, want %+v", sender, p, e, r, want)
				}
			}
		}
	}
	for _, s := range allSenders {
		if seen[s] != len(anyProof) {
			t.Errorf("%s: %d proofs are in the table, want %d", s, seen[s], len(anyProof))
		}
	}
}

// TestPolicyModes: with "strict" an agent who is not proven does nothing at all, with "id" a
// Message-ID is enough too; nobody else's lot changes.
func TestPolicyModes(t *testing.T) {
	t.Parallel()
	for _, s := range allSenders {
		for _, p := range anyProof {
			for _, e := range anyEvidence {
				if s == Asked {
					if got := decide(s, p, e, Strict).Action == Confirm; got != (p == Proven) {
						t.Errorf("asked, %s: strict confirms %v", p, got)
					}
				}
				normal, strict, byID := decide(s, p, e, Normal), decide(s, p, e, Strict),
					decide(s, p, e, ByID)
				wantStrict, wantID := normal.Rule, normal.Rule
				if runs := map[Sender]string{AgentSender: "8", Grave: "8a"}[s]; runs != "" &&
					p == Unproven {
					wantStrict = "11"
					if e == evM {
						wantID = runs
					}
				}
				if strict.Rule != wantStrict || byID.Rule != wantID {
					t.Errorf("%s %s %s: strict %s, id %s; want %s, %s", s, p, e, strict.Rule,
						byID.Rule, wantStrict, wantID)
				}
			}
		}
	}
}

// TestPolicyPromises: commands run and words are relayed by rule 8 only, and who is disproved is
// sent nothing.
func TestPolicyPromises(t *testing.T) {
	t.Parallel()
	quiet := []Action{Record, Quarantine, SettleReport, MachineOpens, Watch, HoldSuspect, Hold,
		OpenSuspect}
	for _, s := range allSenders {
		for _, p := range anyProof {
			for _, e := range anyEvidence {
				for _, mode := range allModes {
					r := decide(s, p, e, mode)
					if (r.Action == AgentItem) != (r.Rule == "8") {
						t.Errorf("%s %s %s: rule %s runs commands", s, p, e, r.Rule)
					}
					if r.Action == Batch && (s != Orderer || p != Proven) {
						t.Errorf("%s %s %s: rule %s runs a batch", s, p, e, r.Rule)
					}
					if r.Action == AgentOpens && p != Proven {
						t.Errorf("%s %s %s: rule %s writes to whom he names", s, p, e, r.Rule)
					}
					if p == Disproof && !slices.Contains(quiet, r.Action) {
						t.Errorf("%s %s %s: %q may be answered", s, p, e, r.Action)
					}
				}
			}
		}
	}
}

// TestPolicyReasons: whatever waits has a sentence that says why, and what is only recorded has its
// outcome.
func TestPolicyReasons(t *testing.T) {
	t.Parallel()
	for _, r := range policy {
		waits := slices.Contains([]Action{Quarantine, Sure, AgentNote, AgentPending, Hold,
			HoldSuspect, NumberItem, MachineOpens}, r.Action)
		if waits && r.Reason == "" || slices.Contains([]Action{Record, Confirm, Answer, Settle,
			EditData}, r.Action) != (r.Outcome != "") {
			t.Errorf("rule %s: reason %q, outcome %q", r.Rule, r.Reason, r.Outcome)
		}
	}
}

// TestEveryRowIsWhole: what a row says can be done, and its reason has a sentence in each language.
func TestEveryRowIsWhole(t *testing.T) {
	t.Parallel()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check(); err != nil { // the other languages have what Spanish has
		t.Error(err)
	}
	reasons := []string{incompleteReason}
	for _, r := range policy {
		if acts[r.Action].do == nil {
			t.Errorf("rule %s: nothing does %q", r.Rule, r.Action)
		}
		if (r.Action == Record) != (r.Outcome != "" &&
			!slices.Contains([]Action{Confirm, Answer, Settle, EditData}, r.Action)) {
			t.Errorf("rule %s: %q has the outcome %q", r.Rule, r.Action, r.Outcome)
		}
		if r.Reason != "" {
			reasons = append(reasons, r.Reason)
		}
	}
	for _, code := range reasons {
		if set.Phrase("es", "reason", code) == code {
			t.Errorf("es/phrases.toml has no %s in [reason]", code)
		}
	}
}

// TestNewRowIsOneRow adds a rule that no other place knows of, and has a mail decided by it.
func TestNewRowIsOneRow(t *testing.T) {
	was := policy // what runs beside it must not see it: no t.Parallel
	defer func() { policy = was }()
	policy = append([]row{{Rule: "99", Sender: []Sender{Stranger}, Proof: anyProof,
		Evidence: evidence{evN}, Action: Quarantine,
		Reason: "limits", Alert: true}}, was...)
	h := newHouse(t)
	m := h.file(h.plain("nadie@otra.test", box, "Hola", "Soy nuevo."))
	if m.Rule != "99" || m.Outcome != store.OutcomeQuarantine {
		t.Errorf("the mail became %+v", m)
	}
	if o := h.lastOutgoing(); o.Kind != desk.Unfiled || o.Details.Reason != "limits" {
		t.Errorf("the administrator is told %+v", o)
	}
}
