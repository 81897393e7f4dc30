package desk

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

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
