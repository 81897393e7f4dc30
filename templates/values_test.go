package templates

import (
	"testing"
	"time"
)

// TestValues: days and numbers are written as the reader's language does, and nothing else is
// touched.
func TestValues(t *testing.T) {
	now := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		value, es, en string
		number        bool
	}{
		{"2026-03-01", "1 de marzo", "1 March", false},
		{"2027-03-01", "1 de marzo de 2027", "1 March 2027", false},
		{"2026-12-31 15:04", "31 de diciembre, 15:04", "31 December, 15:04", false},
		{"2025-12-31 09:04", "31 de diciembre de 2025, 9:04", "31 December 2025, 9:04", false},
		{"2026-13-01", "2026-13-01", "2026-13-01", false},
		{"factura 2026-03-01", "factura 2026-03-01", "factura 2026-03-01", false},
		{"2.10", "2.10", "2.10", false}, // a version
		{"1234.5", "1234,5", "1234.5", true},
		{"-3", "-3", "-3", true},
	} {
		for language, want := range map[string]string{"es": c.es, "en": c.en} {
			set, err := Load("")
			if err != nil {
				t.Fatal(err)
			}
			d := Detail{Key: "x", Value: c.value, Number: c.number}
			given := View{At: now, Ticket: Ticket{Details: []Detail{d}},
				Answer: Answer{Facts: []Detail{d},
					Changes: []Change{{Old: c.value, New: c.value, Number: c.number}}}}
			v := ready(given, set.language("", language).phrases)
			for _, got := range []string{v.Ticket.Details[0].Value, v.Answer.Facts[0].Value,
				v.Answer.Changes[0].Old, v.Answer.Changes[0].New} {
				if got != want {
					t.Errorf("%s in %s: %q, want %q", c.value, language, got, want)
				}
			}
			if given.Ticket.Details[0].Value != c.value {
				t.Error("the caller's view was changed")
			}
		}
	}
}
