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
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
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

// askForPerson are words, folded, by which somebody asks for a person instead of a machine.
var askForPerson = []string{
	"hablar con una persona", "quiero hablar con una persona", "quisiera hablar con una persona",
	"necesito hablar con una persona", "hablar con un agente", "speak to a person",
	"talk to a person", "i want to speak to a person", "i want to talk to a person",
	"i would like to speak to a person", "speak to a human", "talk to a human",
}

// AsksForPerson reports whether a line of a text says that, and nothing else.
func AsksForPerson(text string) bool {
	for line := range strings.Lines(text) {
		if !mayAsk(line) {
			continue
		}
		words := strings.Trim(Fold(line), " \t\r\n#«»\"'“”.,;:*!¡?¿")
		asks := slices.ContainsFunc(person,
			func(w string) bool { return strings.HasSuffix(words, w) })
		if asks && slices.Contains(askForPerson, OneLine(words)) {
			return true
		}
	}
	return false
}

// person is how each of them ends.
var person = []string{"persona", "agente", "person", "human"}

// mayAsk reports whether a line may end so, by its last two letters: most don't, and need not be
// folded.
func mayAsk(line string) bool {
	end := strings.TrimRight(line, " \t\r\n#\"'.,;:*!?")
	if len(end) < 2 {
		return false
	}
	a, b := end[len(end)-2], end[len(end)-1]
	if a >= utf8.RuneSelf || b >= utf8.RuneSelf {
		return true
	}
	switch string([]byte{a | 0x20, b | 0x20}) { // in lower case
	case "na", "te", "on", "an":
		return true
	}
	return false
}
