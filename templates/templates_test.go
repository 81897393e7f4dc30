package templates

import "testing"

func embeddedSet(t testing.TB) *Set {
	t.Helper()
	s, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryLanguageIsComplete(t *testing.T) {
	if err := embeddedSet(t).Check(); err != nil {
		t.Error(err)
	}
}
