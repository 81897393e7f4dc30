package mailout

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"buzon/store/desk"
)

// TestOrdersInTheReadersLanguage: a reader is offered the orders of his own language, in every text
// and by every button; both languages' are the same.
func TestOrdersInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	order := regexp.MustCompile(`#([a-z]+(?:-[a-z]+)*)`)
	check := func(language, where, text string) {
		for _, m := range order.FindAllStringSubmatch(text, -1) {
			v, _, ok := desk.AgentVerb(m[1])
			if word := desk.Word(v, language); !ok || word != m[0] {
				t.Errorf("%s offers %s, in %s %s", where, m[0], language, word)
			}
		}
	}
	for i, language := range []string{"es", "en"} {
		files, _ := filepath.Glob(filepath.Join("..", "templates", language, "*"))
		if len(files) == 0 {
			t.Fatal("no templates")
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			check(language, file, string(text))
		}
		for b, words := range written {
			check(language, "the button "+string(b), words[i])
		}
	}
	for b, words := range written {
		es, _, _ := desk.AgentVerb(strings.Trim(strings.Fields(words[0] + " x")[0], "#"))
		en, _, _ := desk.AgentVerb(strings.Trim(strings.Fields(words[1] + " x")[0], "#"))
		if strings.HasPrefix(words[0], "#") && es != en {
			t.Errorf("the button %s orders %s and %s", b, es, en)
		}
	}
}
