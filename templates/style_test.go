package templates

import (
	"io/fs"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
	"unicode"
)

var (
	action  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	literal = regexp.MustCompile(`"[^"]*"`)
	key     = regexp.MustCompile(`(?m)^(?:\[?\w+\]?(?: =)?|#.*)`)
)

// sentences is what people read in a file: no actions, keys or comments, but the literals of the
// actions.
func sentences(name, text string) string {
	if strings.HasSuffix(name, ".toml") {
		return key.ReplaceAllString(text, "")
	}
	return action.ReplaceAllStringFunc(text, func(a string) string {
		if strings.Contains(a, "commands") {
			return strings.Join(literal.FindAllString(a, 1), " ")
		}
		return " "
	})
}

func eachFile(t *testing.T, lang string, check func(name, sentences string)) {
	t.Helper()
	names, err := fs.Glob(own, lang+"/*")
	if err != nil || len(names) != len(Names())+2 {
		t.Fatalf("%d files of %s: %v", len(names), lang, err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(own, name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, sentences(name, string(b)))
	}
}

func TestNobodyIsShoutedAtOrBlamed(t *testing.T) {
	for _, lang := range languages {
		eachFile(t, lang, func(name, text string) {
			for _, bad := range []string{"!", "¡", "estimad", "no-reply", "noreply", "dear ",
				"usted escribió mal", "inválid", "invalid", "haga clic", "click", "..."} {
				if strings.Contains(strings.ToLower(text), bad) {
					t.Errorf("%s says %q", name, bad)
				}
			}
			if strings.Count(text, "?") != strings.Count(text, "¿") && lang == "es" {
				t.Errorf("%s asks without ¿", name)
			}
			if open, closed := strings.Count(text, "«")+strings.Count(text, "“"),
				strings.Count(text, "»")+strings.Count(text, "”"); open != closed {
				t.Errorf("%s opens %d quotes and closes %d", name, open, closed)
			}
		})
	}
}

// bare are Spanish words, and ends of words, that are wrong without their accent.
var (
	bare = strings.Fields(`
		numero modulo codigo pagina telefono ultimo unico publico tecnico automatico automaticos
		rapido proximo tambien asi aqui ahi alli mas segun despues ademas estan sera seran podra
		podran traves interes dia dias todavia seria podria ayudaria miercoles sabado critica
		critico limite limites ordenes organizacion quedo llego abrio tomo cerro asigno genero
		respondio envio escribio recibio participo ejecuto cuentenos escribanos avisele confirmelo
		envielo completelos ano anos senor manana espanol nino pequeno caida comprobo devolvio
		rechazo fallo pidio`)
	bareEnds = []string{"cion", "sion", "gun", "ria", "rian", "endolo", "andolo"}
	// wrong by the rule, right in the dictionary
	right = strings.Fields("varia varias ria horaria")
)

func TestSpanishHasItsAccents(t *testing.T) {
	seen := 0
	eachFile(t, "es", func(name, text string) {
		// a command has none, nor has what is to be answered
		text = strings.NewReplacer("#publico", "", "«rechazo»", "").Replace(text)
		for _, word := range strings.FieldsFunc(strings.ToLower(text),
			func(r rune) bool { return !unicode.IsLetter(r) }) {
			seen++
			ends := slices.ContainsFunc(bareEnds,
				func(e string) bool { return strings.HasSuffix(word, e) }) &&
				!slices.Contains(right, word)
			if slices.Contains(bare, word) || ends {
				t.Errorf("%s: %q lacks its accent", name, word)
			}
		}
	})
	if seen < 500 {
		t.Errorf("only %d words were looked at", seen)
	}
}

func TestLanguagesUseTheSameFieldsAndBlocks(t *testing.T) {
	s := embeddedSet(t)
	for _, kind := range Names() {
		es, en := uses(s.pair(t, "es", kind)), uses(s.pair(t, "en", kind))
		for _, name := range slices.Sorted(maps.Keys(es)) {
			if !slices.Equal(es[name], en[name]) {
				t.Errorf("%s of %s uses %v in Spanish, %v in English", name, kind, es[name],
					en[name])
			}
		}
		if len(es) != len(en) {
			t.Errorf("%s: %d blocks in Spanish, %d in English", kind, len(es), len(en))
		}
	}
}

// uses lists, for each block, the fields and functions it names, sorted, and the blocks it
// includes, in order.
func uses(p *pair) map[string][]string {
	all := map[string][]string{}
	for _, t := range p.text.Templates() {
		if t.Tree == nil || strings.HasSuffix(t.Name(), ".txt") {
			continue
		}
		var blocks, fields []string
		walk(t.Root, func(n parse.Node) {
			switch n := n.(type) {
			case *parse.TemplateNode:
				blocks = append(blocks, n.Name)
			case *parse.FieldNode, *parse.IdentifierNode:
				fields = append(fields, n.String())
			}
		})
		slices.Sort(fields)
		all[t.Name()] = append(blocks, slices.Compact(fields)...)
	}
	return all
}

func TestEveryViewFieldIsSaidSomewhere(t *testing.T) {
	used, s := map[string]bool{}, embeddedSet(t)
	for _, kind := range Names() {
		for _, names := range uses(s.pair(t, "es", kind)) {
			for _, n := range names {
				for part := range strings.SplitSeq(n, ".") {
					used[part] = true
				}
			}
		}
	}
	elsewhere := []string{"To", "ToAgent", "Links", "EchoSubject", "Tag", "Copied", "Meeting",
		"MeetingEnds",
		// read by the functions and by layout.html
		"Inside", "Control", "Scores", "Readers", "Followers", "Follows", "Answers", "FromOutside",
		"Code", "Rich", "Pictures"}
	for f := range reflect.TypeFor[View]().Fields() {
		if !used[f.Name] && !slices.Contains(elsewhere, f.Name) {
			t.Errorf("no template says View.%s", f.Name)
		}
	}
}

func TestFilesAreTheEmbeddedOnes(t *testing.T) {
	for _, name := range []string{"layout.html", path.Join("es", "ack.txt")} {
		if _, err := fs.Stat(own, name); err != nil {
			t.Error(err)
		}
	}
}

// pair is what a kind is rendered by.
func (s *Set) pair(t testing.TB, code string, kind Kind) *pair {
	t.Helper()
	p, err := s.languages()[code].kinds[kind]()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What comes with buzon is not checked when it is loaded.
func TestNoViewMakesOursFail(t *testing.T) {
	s, err := load("", false) // one that nothing has been rendered by
	if err != nil {
		t.Fatal(err)
	}
	for code, l := range s.languages {
		for kind := range l.kinds {
			if err := l.check(kind); err != nil {
				t.Errorf("%s, %s: %v", code, kind, err)
			}
		}
	}
}
