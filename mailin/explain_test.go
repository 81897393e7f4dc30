package mailin

import (
	"slices"
	"testing"

	"buzon/store"
)

// TestSilences: of each rule by which somebody hears nothing whatever he wrote, it is said who, and
// why; and no sentence is of a rule that there is not.
func TestSilences(t *testing.T) {
	t.Parallel()
	outcomes := map[Action][]store.Outcome{
		Quarantine: {store.OutcomeQuarantine}, MachineOpens: {store.OutcomeQuarantine},
		SettleReport: {store.OutcomeAutomatic}, AutoItem: {store.OutcomeAutomatic},
		Watch: {store.OutcomeAutomatic},
		Hold:  {store.OutcomePending}, HoldSuspect: {store.OutcomePending},
		NumberItem: {store.OutcomePending},
	}
	for _, r := range policy {
		list := outcomes[r.Action]
		if r.Action == Record {
			list = []store.Outcome{r.Outcome}
		}
		for _, o := range list {
			said := Silences(store.Mail{Rule: r.Rule, Outcome: o})
			if len(said) == 0 || slices.ContainsFunc(said,
				func(s Silence) bool { return s.Why == "" }) {
				t.Errorf("rule %s, %s, %s: %v", r.Rule, r.Action, o, said)
			}
		}
	}
	for _, s := range silences {
		if !slices.ContainsFunc(policy, func(r row) bool { return r.Rule == s.rule }) {
			t.Errorf("there is no rule %s", s.rule)
		}
	}
	if said := Silences(store.Mail{Rule: "13", Outcome: store.OutcomeItem}); said != nil {
		t.Errorf("whoever takes part is told: %v", said)
	}
}
