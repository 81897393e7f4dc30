package desk

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFold: the table and the slow way fold alike, wherever letters of the two stand side by side.
func TestFold(t *testing.T) {
	letters := []rune("aZñÑéÜßİıºª¼ﬁK½ e\u0301\u0303\u00ad\u200b\u202eＡ１한글дЖяἈ日本\x00\ufffd😀ǅ\u0345")
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		if s := b.String(); Fold(s) != decomposed(s) {
			t.Fatalf("%q: %q, want %q", s, Fold(s), decomposed(s))
		}
	}
	if got := Fold("Producción CAÍDA ＃1 \xff"); !strings.HasPrefix(got, "produccion caida #1 ") {
		t.Errorf("%q", got)
	}
}

func BenchmarkFold(b *testing.B) {
	text := strings.Repeat("La facturación del mes está mal según el señor Núñez.\n", 200)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Fold(text)
	}
}
