package desk

import (
	"strings"
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

// TestAbsence: an agent names the last day and who stands in for him, by a name or an address.
func TestAbsence(t *testing.T) {
	for order, want := range map[string]string{
		"#ausente hasta 20/12 suplente beto@":               "away 2026-12-20 · Beto",
		"#ausente hasta el viernes suplente: Beto":          "away 2026-03-06 · Beto",
		"#away until Dec 20th substitute beto@ejemplo.test": "away 2026-12-20 · Beto",
		"#ausente hasta hoy suplente beto":                  "away 2026-03-02 · Beto",
		"#ausente hasta 20/12 suplente julia":               "away_alone 2026-12-20 · Julia",
		"#ausente hasta 20/12 suplente olga":                "away_too 2026-12-20 · Olga · Beto",
		"#ausente hasta 20/12 suplente ana":                 "?agent ana",
		"#ausente hasta 20/12 suplente zoe":                 "?agent zoe",
		"#ausente hasta ayer suplente beto":                 "?date_gone ayer",
		"#ausente hasta 31/2 suplente beto":                 "?date 31/2",
		"#ausente hasta 20/12":                              "away_how",
		"#presente":                                         "present",
	} {
		f := facts()
		away := func(p, substitute Person) Person {
			p.Substitute, p.AwayUntil = substitute.ID, f.Now.AddDate(1, 0, 0)
			return p
		}
		f.Agents = []Person{ana, beto, away(julia, ana), away(olga, beto)}
		out := Carry(ticket(Open), Deed{By: ana, Orders: orders(t, order)}, f)
		if got := show(out); !strings.HasSuffix(got, " | "+want) {
			t.Errorf("%s: %s, want %s", order, got, want)
		}
		done := strings.HasPrefix(want, "away") && want != "away_how"
		if (out.Absent != nil) != (done || want == "present") ||
			out.Absent != nil && out.Absent.Away(f.Now) != done {
			t.Errorf("%s: %+v", order, out.Absent)
		}
	}
}
