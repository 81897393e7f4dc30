package reply

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestMayBeMobile: what is read no further is no mobile footer, however it is written.
func TestMayBeMobile(t *testing.T) {
	t.Parallel()
	var wholes []string
	for _, w := range languages {
		for _, s := range w.mobile {
			wholes = append(wholes, strings.ReplaceAll(s, "…", "iPhone"))
		}
	}
	around := []string{"", "*", "_ ", "<", ">", "[", "\t", "- ", ".", "\r", "http://a.b/c ",
		"\u00a0", "x"}
	r := rand.New(rand.NewPCG(1, 2))
	footers := 0
	for range 20_000 {
		text := wholes[r.IntN(len(wholes))]
		switch r.IntN(4) {
		case 0:
			text = strings.ToUpper(text)
		case 1:
			at := r.IntN(len(text))
			text = text[:at] + around[r.IntN(len(around))] + text[at:]
		case 2:
			text = strings.ReplaceAll(text, " ", "  ")
		}
		text = around[r.IntN(len(around))] + text + around[r.IntN(len(around))]
		if len(text) < 8 || len(text) > 200 || !isMobileWhole(text) {
			continue
		}
		if footers++; !isMobile(text) {
			t.Fatalf("%q is not read as a mobile footer", text)
		}
	}
	if footers < 5_000 {
		t.Errorf("only %d footers", footers)
	}
	if mayBeMobile("La factura de este mes no coincide.") {
		t.Error("prose is read whole")
	}
}
