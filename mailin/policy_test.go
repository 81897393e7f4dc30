package mailin

import (
	"slices"
	"testing"

	"buzon/threading"
)

var (
	allSenders = []Sender{Nobody, Ourselves, Repeated, Blocked, Report, Bounce, Machine, AgentSender, Participant, Colleague, Known, Stranger}
)

// cells is the table as a person reads it: for each sender and proof the rule and action under the evidence T L M S N.
var cells = []struct {
	sender Sender
	proof  Proof
	rules  [5]string
	acts   [5]Action
}{
	{AgentSender, Proven, [5]string{"8", "9", "9", "9", "10"}, [5]Action{AgentItem, AgentNote, AgentNote, AgentNote, AgentOpens}},
	{AgentSender, Unproven, [5]string{"8", "11", "11", "11", "10"}, [5]Action{AgentItem, AgentPending, AgentPending, AgentPending, AgentOpens}},
	{AgentSender, Disproof, [5]string{"12", "12", "12", "12", "12"}, all(Quarantine)},
	{Participant, Proven, [5]string{"13", "13", "13", "13", "23"}, [5]Action{Item, ItemVia, Item, Item, Open}},
	{Participant, Unproven, [5]string{"14", "15", "14", "15", "23"}, [5]Action{Item, NumberItem, Item, NumberItem, Open}},
	{Participant, Disproof, [5]string{"16", "16", "16", "17", "17"}, [5]Action{HoldSuspect, HoldSuspect, HoldSuspect, OpenSuspect, OpenSuspect}},
	{Colleague, Proven, [5]string{"18", "18", "18", "18", "23"}, [5]Action{Item, ItemVia, Item, Item, Open}},
	{Colleague, Unproven, [5]string{"18", "18", "18", "18", "23"}, [5]Action{Item, ItemVia, Item, Item, Open}},
	{Colleague, Disproof, [5]string{"19", "19", "19", "21", "24"}, [5]Action{Hold, Hold, Hold, OpenSuspect, OpenSuspect}},
	{Known, Proven, [5]string{"19", "19", "19", "21", "23"}, [5]Action{Hold, Hold, Hold, OpenClaim, Open}},
	{Known, Unproven, [5]string{"19", "19", "19", "21", "23"}, [5]Action{Hold, Hold, Hold, OpenClaim, Open}},
	{Known, Disproof, [5]string{"19", "19", "19", "21", "24"}, [5]Action{Hold, Hold, Hold, OpenSuspect, OpenSuspect}},
	{Stranger, Proven, [5]string{"20", "20", "21", "21", "23"}, [5]Action{Hold, Hold, OpenClaim, OpenClaim, Open}},
	{Stranger, Unproven, [5]string{"20", "20", "21", "21", "23"}, [5]Action{Hold, Hold, OpenClaim, OpenClaim, Open}},
	{Stranger, Disproof, [5]string{"20", "20", "21", "21", "24"}, [5]Action{Hold, Hold, OpenSuspect, OpenSuspect, OpenSuspect}},
	{Machine, Proven, [5]string{"6", "7", "6", "7", "7"}, [5]Action{AutoItem, MachineOpens, AutoItem, MachineOpens, MachineOpens}},
	{Machine, Unproven, [5]string{"6", "7", "6", "7", "7"}, [5]Action{AutoItem, MachineOpens, AutoItem, MachineOpens, MachineOpens}},
	{Machine, Disproof, [5]string{"7", "7", "7", "7", "7"}, all(MachineOpens)},
}

func all(a Action) [5]Action { return [5]Action{a, a, a, a, a} }

func TestPolicy(t *testing.T) {
	seen := map[Sender]int{}
	for _, c := range cells {
		seen[c.sender]++
		for i, e := range anyEvidence {
			if r := decide(c.sender, c.proof, e, false); r.Rule != c.rules[i] || r.Action != c.acts[i] {
				t.Errorf("%s %s %s: rule %s %q, want %s %q", c.sender, c.proof, e, r.Rule, r.Action, c.rules[i], c.acts[i])
			}
		}
	}
	for sender, want := range map[Sender]row{Nobody: {Rule: "25", Action: Quarantine}, Ourselves: {Rule: "4", Action: Record}, Repeated: {Rule: "5", Action: Record},
		Blocked: {Rule: "22", Action: Record}, Report: {Rule: "2", Action: SettleReport}, Bounce: {Rule: "3", Action: Quarantine}} {
		for _, p := range anyProof {
			seen[sender]++
			for _, e := range anyEvidence {
				if r := decide(sender, p, e, true); r.Rule != want.Rule || r.Action != want.Action {
					t.Errorf("%s %s %s: rule %s %q, want %s %q", sender, p, e, r.Rule, r.Action, want.Rule, want.Action)
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

// TestPolicyStrict: with agent_proof = "strict" an agent who is not proven does nothing at all; nobody else's lot changes.
func TestPolicyStrict(t *testing.T) {
	for _, s := range allSenders {
		for _, p := range anyProof {
			for _, e := range anyEvidence {
				strict, lax := decide(s, p, e, true), decide(s, p, e, false)
				if s == AgentSender && p == Unproven {
					if strict.Rule != "11" {
						t.Errorf("unproven agent, %s: rule %s, want 11", e, strict.Rule)
					}
				} else if strict.Rule != lax.Rule || strict.Action != lax.Action {
					t.Errorf("%s %s %s: strict makes rule %s of %s", s, p, e, strict.Rule, lax.Rule)
				}
			}
		}
	}
}

// TestPolicyPromises: commands run and words are relayed by rule 8 only, and who is disproved is sent nothing.
func TestPolicyPromises(t *testing.T) {
	quiet := []Action{Record, Quarantine, SettleReport, MachineOpens, HoldSuspect, Hold, OpenSuspect}
	for _, s := range allSenders {
		for _, p := range anyProof {
			for _, e := range anyEvidence {
				for _, strict := range []bool{true, false} {
					r := decide(s, p, e, strict)
					if (r.Action == AgentItem) != (r.Rule == "8") {
						t.Errorf("%s %s %s: rule %s runs commands", s, p, e, r.Rule)
					}
					if p == Disproof && !slices.Contains(quiet, r.Action) {
						t.Errorf("%s %s %s: %q may be answered", s, p, e, r.Action)
					}
				}
			}
		}
	}
}

// TestPolicyNotices: whatever waits has a sentence that says why.
func TestPolicyNotices(t *testing.T) {
	for _, r := range policy {
		waits := slices.Contains([]Action{Quarantine, AgentNote, AgentPending, Hold, HoldSuspect, NumberItem, MachineOpens}, r.Action)
		if waits && r.notice(threading.EvidenceLeaked) == "" {
			t.Errorf("rule %s has no reason for people", r.Rule)
		}
	}
}
