package main

import (
	"strings"
	"testing"
)

// TestNewAgentIsToldHowToWork adds an agent, and one who was a customer: each hears how to work by
// mail, in his language, and nobody else does.
func TestNewAgentIsToldHowToWork(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.cli("agent", "add", "eva@ejemplo.test", "--name", "Eva Sanz")
	d.cli("person", "add", "bob@ejemplo.test", "--language", "en")
	d.cli("agent", "add", "bob@ejemplo.test")
	d.until("both are told", func() bool { return len(d.relay.Accepted()) == 2 })
	d.quiet()
	d.told(map[string]int{"eva@ejemplo.test": 1, "bob@ejemplo.test": 1})
	for to, want := range map[string]string{"eva@ejemplo.test": "#tomar",
		"bob@ejemplo.test": "#take"} {
		if n := d.last(to); !strings.Contains(n.Text, want) ||
			n.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("%s was told, as %q:\n%s", to, n.Header.Get("Auto-Submitted"), n.Text)
		}
	}
}
