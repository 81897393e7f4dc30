package main

import (
	"strings"
	"testing"
	"time"
)

// TestNoticesFollowSight: what is owed to somebody is held against his sight when it goes: who
// follows a case no more, or sees by his profile only his own, gets neither its words nor its
// subject; nor does his digest count it.
func TestNoticesFollowSight(t *testing.T) {
	t.Parallel()
	const eva, secret = "eva@otra.test", "Zanahoria"
	ownOnly := func(c *config) {
		c.Mailbox[0].Profile = "p"
		c.Profile = []profileConfig{{Name: "p", Sees: []string{"own"}}}
	}
	for name, c := range map[string]struct {
		change func(*config)
		play   func(d *virtualDesk)
		tells  bool
	}{
		"follows": {holding30s, func(*virtualDesk) {}, true},
		"follows no more": {holding30s,
			func(d *virtualDesk) { d.replies(vLuis, 1, "#quitar "+eva) }, false},
		"own only":       {ownOnly, func(*virtualDesk) {}, false},
		"is asked again": {holding30s, func(d *virtualDesk) { d.replies(vLuis, 1, "#tomar") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", c.change)
			d.opened(vCarla, secret+" rota", "No anda.")
			d.replies(vAna, 1, "#seguidor "+eva)
			d.clock.Advance(-5 * time.Minute)
			d.replies(vAna, 1, "Cambie la pieza.")
			d.clock.Advance(-5 * time.Minute) // within the half minute
			c.play(d)
			d.pass(10*time.Minute, time.Minute)
			told := strings.Contains(d.heard(eva), secret)
			if told != c.tells || !strings.Contains(d.heard(vCarla), "Cambie la pieza.") {
				t.Errorf("told: %v, want %v:\n%s", told, c.tells, d.heard(eva))
			}
		})
	}
}

// heard is all that somebody was sent.
func (d *virtualDesk) heard(address string) (all string) {
	for _, m := range d.to(address) {
		all += m.subject + "\n" + wordsOf(d.t, m) + "\n"
	}
	return all
}
