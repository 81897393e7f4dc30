package templates

import (
	"runtime/debug"
	"testing"
)

// TestMain collects as seldom as the daemon does: the heap of a test is small, and is looked
// through the more often.
func TestMain(m *testing.M) {
	debug.SetGCPercent(300)
	m.Run()
}

func embeddedSet(t testing.TB) *Set {
	t.Helper()
	return new(Set)
}

func TestEveryLanguageIsComplete(t *testing.T) {
	if err := embeddedSet(t).Check(); err != nil {
		t.Error(err)
	}
}
