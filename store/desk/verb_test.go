package desk

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestVerbs: each row can be said, and no word means two things.
func TestVerbs(t *testing.T) {
	said := map[string]Verb{}
	for _, v := range verbs {
		words := strings.Fields(v.es + " " + v.en)
		if len(words) == 0 && v.customer == "" {
			t.Errorf("%s: nobody can say it", v.Verb)
		}
		if (v.es == "") != (v.en == "") {
			t.Errorf("%s: no word in one of the languages", v.Verb)
		}
		for _, w := range words {
			if other, taken := said[w]; taken && other != v.Verb {
				t.Errorf("%q means %s and %s", w, other, v.Verb)
			}
			said[w] = v.Verb
			if got, takes, ok := AgentVerb(strings.ToUpper(w)); !ok || got != v.Verb ||
				takes != (v.arg != "") || w != Fold(w) {
				t.Errorf("%q: %s %v %v", w, got, takes, ok)
			}
		}
	}
	if _, _, ok := AgentVerb("pepe"); ok {
		t.Error("pepe is a verb")
	}
}

// TestMenu: what help offers is what the desk does, in the reader's language.
func TestMenu(t *testing.T) {
	for language, want := range map[string]string{"es": "#resuelto", "en": "#resolved",
		"": "#resuelto"} {
		menu := Menu(language)
		if !slices.Contains(menu, want) ||
			slices.ContainsFunc(menu, func(s string) bool { return strings.Contains(s, "[") }) {
			t.Errorf("%q: %q", language, menu)
		}
		for _, v := range verbs {
			offered := slices.ContainsFunc(menu,
				func(s string) bool { return strings.Fields(s)[0] == v.word(language) })
			if offered != (v.es != "" && v.do != nil) {
				t.Errorf("%q: %s offered: %v", language, v.Verb, offered)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{"cerar": "cerrar", "resolver": "resolve",
		"tomr": "tomar", "pepe": "", "": "", "ntoa": "nota"} {
		if got := Nearest(word); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// manuals are held against the table of orders: an agent finds each in the one of his language.
var manuals = map[string]string{"es": "../../docs/manual.es.md", "en": "../../docs/manual.en.md"}

func TestManuals(t *testing.T) {
	offered := regexp.MustCompile("`#([a-z-]+)")
	for language, page := range manuals {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, m := range offered.FindAllStringSubmatch(string(text), -1) {
			told = append(told, "#"+m[1])
		}
		for _, v := range verbs {
			if word := v.word(language); word != "" && !slices.Contains(told, word) {
				t.Errorf("%s: nothing is told of %s", page, word)
			}
			told := func(words string) bool { return strings.Contains(string(text), words) }
			if !slices.ContainsFunc(strings.Split(v.customer, ", "), told) {
				t.Errorf("%s tells customers of none of %q", page, v.customer)
			}
		}
		for _, word := range told {
			if _, _, ok := AgentVerb(word[1:]); !ok {
				t.Errorf("%s tells of %s, which is no order", page, word)
			}
		}
	}
}
