package mailout

import (
	"testing"

	"buzon/store/desk"
	"buzon/templates"
)

// TestEveryOrderIsExplained: help says of each order what it does, in each language.
func TestEveryOrderIsExplained(t *testing.T) {
	t.Parallel()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"es", "en"} {
		for _, o := range desk.Orders(lang) {
			if key := "order_" + string(o.Verb); set.Phrase(lang, "answer", key) == key {
				t.Errorf("%s does not say what %s does: there is no %s in [answer]", lang,
					o.Line, key)
			}
		}
	}
}
