package templates

import (
	"strings"
	"testing"
)

// isPlain may hold only for what oneLine leaves as it is.
func TestIsPlain(t *testing.T) {
	for s, want := range map[string]bool{
		"": true, "a": true, "La impresora no imprime ~ #12": true,
		strings.Repeat("a", longestLine): true,
		" ":                              false, " a": false, "a ": false, "a  b": false,
		"a\tb": false, "a\nb": false,
		"a\x7fb": false,
		"á":      false, "\xff": false, "a\u202Eb": false,
		strings.Repeat("a", longestLine+1): false,
	} {
		if isPlain(s) != want {
			t.Errorf("%.20q: isPlain is %v, want %v", s, !want, want)
		}
	}
}
