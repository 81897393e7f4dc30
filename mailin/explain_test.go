package mailin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"buzon/store"
)

// TestSilences: of each row by which somebody hears nothing whatever he wrote, it is said who, and
// why.
func TestSilences(t *testing.T) {
	t.Parallel()
	outcomes := map[Action]store.Outcome{
		Quarantine: store.OutcomeQuarantine, MachineOpens: store.OutcomeQuarantine,
		SettleReport: store.OutcomeAutomatic, AutoItem: store.OutcomeAutomatic,
		Watch: store.OutcomeAutomatic,
		Hold:  store.OutcomePending, HoldSuspect: store.OutcomePending,
		NumberItem: store.OutcomePending,
	}
	for _, r := range policy {
		m := store.Mail{Rule: r.Rule, Proof: string(r.Proof[0]), Evidence: string(r.Evidence[0]),
			Outcome: cmp.Or(outcomes[r.Action], r.Outcome)}
		if m.Outcome == "" || m.Outcome == store.OutcomeQuery || slices.Contains(r.Modes, Strict) {
			continue
		}
		if len(r.Silent) == 0 {
			t.Errorf("rule %s, %s: nothing is said of %v", r.Rule, r.Action, r.Sender)
		}
		if said := Silences(m); len(said) == 0 {
			t.Errorf("rule %s, %s, %s: %v", r.Rule, r.Action, m.Outcome, said)
		}
	}
	for _, c := range []struct{ rule, proof, evidence, want string }{
		{"4", "A1", "T", "our own mark"}, {"4", "A1", "N", "our own mark"},
		{"11", "A1", "N", "asked at his registered address"}, {"11", "A0", "N", "wrote nothing"},
		{"24", "A0", "N", "wrote nothing"},
	} {
		said := fmt.Sprint(Silences(store.Mail{Rule: c.rule, Proof: c.proof, Evidence: c.evidence,
			Outcome: store.OutcomeQuarantine}))
		if !strings.Contains(said, c.want) || strings.Contains(said, "the desk wrote it") {
			t.Errorf("rule %s, %s, %s, in quarantine: %s", c.rule, c.proof, c.evidence, said)
		}
	}
	if said := Silences(store.Mail{Rule: "13", Proof: "A2", Evidence: "T",
		Outcome: store.OutcomeItem}); said != nil {
		t.Errorf("whoever takes part is told: %v", said)
	}
}
