package desk

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"

	"buzon/store/desk/lazy"
)

// Law is what a law asks of whoever answers customers: within how many working days, and what they
// are told. docs/legal.md says what is certain of it, and what is left to who runs the desk.
type Law struct {
	Name     string // "es-ley10-2025"
	Title    string // as people cite it
	Country  string // whose holidays count
	Days     int    // working days, for what has no number of its own
	Types    map[string]int
	Person   bool      // whoever asks for a person gets one
	Doubt    string    // what is not certain
	Calendar *Calendar `toml:"-"`
}

//go:embed laws/*.toml
var lawFiles embed.FS

var laws = sync.OnceValues(func() (map[string]Law, error) {
	files, err := lawFiles.ReadDir("laws")
	of := map[string]Law{}
	for _, f := range files {
		name := path.Join("laws", f.Name())
		text, err := lawFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		l := Law{Name: strings.TrimSuffix(f.Name(), ".toml")}
		if err := toml.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		of[l.Name] = l
	}
	return of, err
})

// LawNamed is the one that a configuration names.
func LawNamed(name string) (Law, bool) {
	of, err := laws()
	if err != nil {
		panic(err) // a test reads them
	}
	l, ok := of[name]
	l.Types = maps.Clone(l.Types)
	return l, ok
}

// LawNames are those that are known.
func LawNames() []string {
	of, _ := laws()
	return slices.Sorted(maps.Keys(of))
}

// daysOf are the working days for a type of ticket, by whichever of its names.
func (l Law) daysOf(e Entry) int {
	for _, name := range e.Names {
		if n, ok := l.Types[Fold(name)]; ok {
			return n
		}
	}
	return l.Days
}

// Due is when the law has a ticket of a type answered that was opened at a time.
func (l Law) Due(e Entry, began time.Time) time.Time {
	return l.Calendar.AddDays(began, l.daysOf(e))
}

// legalDay is by when a law has what the deed opens answered: the end of that day by the desk's
// clock, since it is the day that people are told, and the law's calendar may be of another zone.
func (w *draft) legalDay() (day time.Time) {
	for _, c := range w.Outcome.Clocks {
		if c.Kind == Legal && w.before.Number == 0 && w.Times.Law != nil {
			y, m, d := c.Due.In(w.Times.Law.Calendar.zone()).Date()
			day = time.Date(y, m, d, 23, 59, 0, 0, w.Times.zone())
		}
	}
	return day
}

// wishForPerson is a sentence, folded and without its signs, by which somebody asks for a person
// instead of a machine, and says nothing else.
var wishForPerson = lazy.Compile(`^(?:` + polite + ` )*(?:` +
	`(?:(?:quiero|queremos|quisiera|querria|queria|deseo|desearia|necesito|necesitamos|prefiero|` +
	`exijo|exigimos|solicito|solicitamos|pido|pedimos|reclamo|me gustaria|puedo|podria|` +
	`podriamos|se puede|es posible|como puedo|como hago para|favor de) )?(?:que )?(?:me |nos )?` +
	`(?:hablar(?:me)?|hable|conversar|comunicar(?:me|nos)?|comuniquen?(?:me|nos)?|contactar(?:me)?|` +
	`contacten?(?:me)?|atender(?:me)?|atiendan?|llamen?|ser atendid[oa]s?|tratar|pasen?(?:me|nos)|` +
	`pasar(?:me|nos)|transfieran?(?:me)?|ponganme|atencion)` +
	` (?:con |por |de |a )?(?:una? |el |la |algun[ao]? |otr[ao] )?(?:` + hombre + `|alguien)(?: ` +
	real + `)?|` +
	`(?:(?:quiero|exijo|solicito|pido|necesito|prefiero) )?atencion (?:humana|personalizada)|` +
	`(?:un |una )?` + hombre + ` ` + real + `|` +
	`(?:(?:i (?:want|need|would like|prefer|wish|demand) to|i ?d like to|i ?d prefer to|can i|` +
	`could i|may i|how (?:can|do) i|let me|we (?:want|need|would like) to) )?` +
	`(?:please )?(?:speak|talk|chat|be connected|connect me|put me through|transfer me)` +
	` (?:to|with) (?:an? |the |some ?|any ?)?(?:` + genuine + ` )?(?:` + human + `|one|body)` +
	`|(?:an? )?` + genuine + ` ` + human +
	`)(?: (?:` + polite + `|ya|ahora|ya mismo|ahora mismo|now|right now|asap|urgente))*$`)

const (
	polite = `(?:hola|buenas|buenos dias|buenas tardes|buenas noches|por favor|porfavor|favor|` +
		`gracias|muchas gracias|hi|hello|please|thanks|thank you)`
	hombre = `(?:persona|ser humano|humano|agente|asesora?|operadora?|representante|` +
		`ejecutiv[oa]|empleado)`
	real    = `(?:human[oa]|real|de verdad|fisica|de carne y hueso|natural|en vivo)`
	human   = `(?:person|human being|human|agent|representative|operator|advis[oe]r)`
	genuine = `(?:real|human|live|actual)`
)

// AsksForPerson reports whether a sentence of a text, alone, says that.
func AsksForPerson(text string) bool {
	for line := range strings.Lines(text) {
		if !mayAsk(line) {
			continue
		}
		for s := range strings.FieldsFuncSeq(Fold(line), func(r rune) bool {
			return strings.ContainsRune(".!?;:\n", r)
		}) {
			said := OneLine(strings.Map(spoken, s))
			if len(said) <= longestWish && wishForPerson.MatchString(said) {
				return true
			}
		}
	}
	return false
}

// longestWish is how many bytes such a sentence may have.
const longestWish = 120

// spoken makes a blank of what is not read aloud.
func spoken(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return r
	}
	return ' '
}

// fullWidth is the first byte of letters that are as wide as they are high.
const fullWidth = 0xef

// wished begin the words for whom somebody asks.
var wished = []string{"person", "human", "agent", "asesor", "alguien", "operador", "represent",
	"ejecutiv", "emplead", "some", "any", "advis", "operator"}

// mayAsk reports whether a line has one of these words: most don't, and need not be folded.
func mayAsk(line string) bool {
	for i := range len(line) {
		if line[i] == fullWidth {
			return true
		}
		if strings.IndexByte("phaosre", line[i]|0x20) < 0 ||
			i > 0 && line[i-1]|0x20 >= 'a' && line[i-1]|0x20 <= 'z' {
			continue
		}
		for _, w := range wished {
			if len(line)-i >= len(w) && strings.EqualFold(line[i:i+len(w)], w) {
				return true
			}
		}
	}
	return false
}
