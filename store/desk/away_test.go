package desk

import (
	"testing"
	"time"
)

// TestStandIns: who is away has the first in the row who is there; where none is, he has his own.
func TestStandIns(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	p := func(id, substitute int64, days int) Person {
		return Person{ID: id, Role: Agent, Active: true, Addresses: []string{"a@x.test"},
			Substitute: substitute,
			AwayUntil:  now.AddDate(0, 0, days)}
	}
	for name, c := range map[string]struct {
		agents []Person
		of     int64
		want   int64
	}{
		"there":             {[]Person{p(1, 0, 0), p(2, 0, 0)}, 1, 0},
		"away":              {[]Person{p(1, 2, 3), p(2, 0, 0)}, 1, 2},
		"over":              {[]Person{p(1, 2, -1), p(2, 0, 0)}, 1, 0},
		"both away":         {[]Person{p(1, 2, 3), p(2, 3, 3), p(3, 0, 0)}, 1, 3},
		"in a ring":         {[]Person{p(1, 2, 3), p(2, 1, 3)}, 1, 0},
		"for one who left":  {[]Person{p(1, 9, 3)}, 1, 0},
		"away for himself":  {[]Person{p(1, 1, 3)}, 1, 0},
		"back, was another": {[]Person{p(1, 2, 3), p(2, 3, -3), p(3, 0, 0)}, 1, 2},
	} {
		if got := StandIns(c.agents, now)[c.of].ID; got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
